//! Showing the server who this is: RFC 6120 §6.
//!
//! SCRAM (RFC 5802, RFC 7677) where it is offered, because it never sends the password and proves
//! the server too; PLAIN otherwise, and only where nobody can listen.

use cubist_protocol::stream::{Sasl, SaslCondition, StreamElement};
use rsasl::config::SASLConfig;
use rsasl::mechname::Mechname;
use rsasl::prelude::{SASLClient, Session, State};

use crate::connection::config::Timing;
use crate::connection::error::Error;
use crate::connection::socket::{Received, Socket};
use crate::model::Secret;

/// Best first.
const PREFERENCE: [&str; 3] = ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"];

/// A SCRAM exchange has two challenges at most; a server that goes on asking is broken.
const MAX_STEPS: usize = 8;

/// The mechanism to use among those offered. `is_private`: nobody can listen.
pub(super) fn choose(offered: &[String], is_private: bool) -> Option<&'static str> {
    PREFERENCE.into_iter().find(|name| {
        (is_private || *name != "PLAIN") && offered.iter().any(|offer| offer == name)
    })
}

/// Runs the exchange on an open stream. Afterwards the stream must be opened anew.
pub(super) async fn authenticate(
    socket: &mut Socket,
    mechanism: &'static str,
    user: &str,
    password: &Secret,
    timing: &Timing,
) -> Result<(), Error> {
    let mut exchange = Exchange::new(mechanism, user, password)?;
    let initial = exchange.step(None)?;
    let auth = Sasl::Auth {
        mechanism: mechanism.to_owned(),
        initial: Some(initial),
    };
    socket.queue(auth.to_xml(socket.framing()));
    for _ in 0..MAX_STEPS {
        match receive(socket, timing).await? {
            Sasl::Challenge(data) => {
                let response = exchange.step(Some(&data))?;
                socket.queue(Sasl::Response(response).to_xml(socket.framing()));
            }
            Sasl::Success(data) => return exchange.finish(data.as_deref()),
            Sasl::Failure { condition, text } => {
                tracing::info!(condition = condition.as_str(), text, "authentication failed");
                return Err(failure(condition));
            }
            Sasl::Auth { .. } | Sasl::Response(_) | Sasl::Abort => break,
        }
    }
    Err(Error::Unexpected("authentication"))
}

/// Which failures say that the credentials are wrong, and not the server's day.
fn failure(condition: SaslCondition) -> Error {
    match condition {
        SaslCondition::NotAuthorized
        | SaslCondition::AccountDisabled
        | SaslCondition::CredentialsExpired
        | SaslCondition::InvalidAuthzid => Error::Credentials(condition),
        SaslCondition::Aborted
        | SaslCondition::EncryptionRequired
        | SaslCondition::IncorrectEncoding
        | SaslCondition::InvalidMechanism
        | SaslCondition::MalformedRequest
        | SaslCondition::MechanismTooWeak
        | SaslCondition::TemporaryAuthFailure => Error::Authentication(condition),
    }
}

async fn receive(socket: &mut Socket, timing: &Timing) -> Result<Sasl, Error> {
    let step = "authentication";
    match socket.receive(timing.negotiation_step, step).await? {
        Received::Element(element) => match StreamElement::from_element(element)? {
            StreamElement::Sasl(sasl) => Ok(sasl),
            StreamElement::Error(error) => Err(Error::Stream(error.condition)),
            _ => Err(Error::Unexpected(step)),
        },
        Received::Close => Err(Error::Closed),
        Received::Open(_) | Received::Garbage { .. } | Received::Written => {
            Err(Error::Unexpected(step))
        }
    }
}

/// This side of one exchange.
struct Exchange {
    session: Session,
    /// The mechanism has nothing more to say or to check.
    is_over: bool,
}

impl Exchange {
    fn new(mechanism: &'static str, user: &str, password: &Secret) -> Result<Self, Error> {
        let broken = |_| Error::Unexpected("authentication");
        let config = SASLConfig::with_credentials(
            None,
            user.to_owned(),
            password.expose().to_owned(),
        )
        .map_err(broken)?;
        let name = Mechname::parse(mechanism.as_bytes())
            .map_err(|_| Error::Unexpected("authentication"))?;
        let session = SASLClient::new(config)
            .start_suggested(&[name])
            .map_err(broken)?;
        Ok(Self {
            session,
            is_over: false,
        })
    }

    fn step(&mut self, input: Option<&[u8]>) -> Result<Vec<u8>, Error> {
        let mut output = Vec::new();
        match self.session.step(input, &mut output) {
            Ok(State::Running) => {}
            Ok(State::Finished(_)) => self.is_over = true,
            // The error may quote what the server sent, and with it parts of a hash.
            Err(_) => return Err(Error::ServerNotAuthentic),
        }
        Ok(output)
    }

    /// The server claims success: with SCRAM it must have proved that it knows the password too.
    fn finish(mut self, data: Option<&[u8]>) -> Result<(), Error> {
        if let Some(data) = data
            && !self.is_over
        {
            self.step(Some(data))?;
        }
        if self.is_over {
            Ok(())
        } else {
            Err(Error::ServerNotAuthentic)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exchange, choose};
    use crate::connection::error::Error;
    use crate::model::Secret;

    fn offered(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_strongest_offered_mechanism_is_used() {
        let all = offered(&["PLAIN", "SCRAM-SHA-1", "X-OAUTH2", "SCRAM-SHA-256"]);
        assert_eq!(choose(&all, true), Some("SCRAM-SHA-256"));
        assert_eq!(choose(&all[..2], true), Some("SCRAM-SHA-1"));
        assert_eq!(choose(&offered(&["PLAIN", "ANONYMOUS"]), true), Some("PLAIN"));
        assert_eq!(choose(&offered(&["ANONYMOUS"]), true), None);
    }

    #[test]
    fn plain_is_not_used_where_others_can_listen() {
        assert_eq!(choose(&offered(&["PLAIN"]), false), None);
        let both = offered(&["PLAIN", "SCRAM-SHA-1"]);
        assert_eq!(choose(&both, false), Some("SCRAM-SHA-1"));
    }

    #[test]
    fn plain_sends_no_identity_to_act_as() {
        let mut plain = Exchange::new("PLAIN", "4448514-21", &Secret::new("awesomepwd")).unwrap();
        assert_eq!(plain.step(None).unwrap(), b"\x004448514-21\0awesomepwd");
        assert!(plain.finish(None).is_ok());
    }

    /// Plays a server with the salt and iterations of the vector against our side. The nonce of
    /// ours is random, so the proof cannot be compared; the server part below recomputes it.
    fn scram(mechanism: &'static str, server_password: &str) -> Result<(), Error> {
        use rsasl::callback::{Context, Request, SessionCallback, SessionData};
        use rsasl::config::SASLConfig;
        use rsasl::mechname::Mechname;
        use rsasl::prelude::{SASLServer, SessionError, State, Validation};
        use rsasl::property::Password;

        struct Knows(String);
        impl SessionCallback for Knows {
            fn callback(
                &self,
                _data: &SessionData,
                _context: &Context,
                request: &mut Request<'_>,
            ) -> Result<(), SessionError> {
                request.satisfy::<Password>(self.0.as_bytes())?;
                Ok(())
            }
        }
        struct NoResult;
        impl Validation for NoResult {
            type Value = ();
        }

        let config = SASLConfig::builder()
            .with_default_mechanisms()
            .with_callback(Knows(server_password.to_owned()))
            .unwrap();
        let name = Mechname::parse(mechanism.as_bytes()).unwrap();
        let mut server = SASLServer::<NoResult>::new(config)
            .start_suggested(name)
            .unwrap();
        let mut client = Exchange::new(mechanism, "user", &Secret::new("pencil"))?;
        let mut message = client.step(None)?;
        loop {
            let mut answer = Vec::new();
            let state = server
                .step(Some(&message), &mut answer)
                .map_err(|_| Error::Unexpected("the client's proof"))?;
            if matches!(state, State::Finished(_)) {
                return client.finish(Some(&answer));
            }
            message = client.step(Some(&answer))?;
        }
    }

    #[test]
    fn scram_proves_both_sides_to_one_another() {
        for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256"] {
            scram(mechanism, "pencil").unwrap();
            assert!(scram(mechanism, "pencils").is_err(), "{mechanism}");
        }
    }

    #[test]
    fn a_success_without_the_servers_proof_is_not_believed() {
        let mut client = Exchange::new("SCRAM-SHA-1", "user", &Secret::new("pencil")).unwrap();
        client.step(None).unwrap();
        assert!(matches!(client.finish(None), Err(Error::ServerNotAuthentic)));
    }
}
