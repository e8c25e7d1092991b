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
    PREFERENCE
        .into_iter()
        .find(|name| (is_private || *name != "PLAIN") && offered.iter().any(|offer| offer == name))
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
                tracing::info!(
                    condition = condition.as_str(),
                    text,
                    "authentication failed"
                );
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
        Received::Element(element) => {
            let element = StreamElement::from_element(element)?;
            if let StreamElement::Sasl(sasl) = element {
                Ok(sasl)
            } else if let StreamElement::Error(error) = element {
                Err(Error::Stream(error.condition))
            } else {
                Err(Error::Unexpected(step))
            }
        }
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
        let config =
            SASLConfig::with_credentials(None, user.to_owned(), password.expose().to_owned())
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
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use rsasl::callback::{Context, Request, SessionCallback, SessionData};
    use rsasl::config::SASLConfig;
    use rsasl::mechanisms::scram::properties::ScramStoredPassword;
    use rsasl::mechname::Mechname;
    use rsasl::prelude::{SASLServer, SessionError, State};
    use rsasl::validate::{NoValidation, Validate, ValidationError};

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
        assert_eq!(
            choose(&offered(&["PLAIN", "ANONYMOUS"]), true),
            Some("PLAIN")
        );
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

    /// What a server keeps for the user of an RFC's example, whose password is `pencil`.
    struct Kept {
        mechanism: &'static str,
        salt: &'static str,
        stored_key: &'static str,
        server_key: &'static str,
    }

    /// RFC 5802 §5 and RFC 7677 §3. The keys follow from the salt, 4096 iterations and the
    /// password; with them and the nonces of the examples one gets the proofs printed there.
    const EXAMPLES: [Kept; 2] = [
        Kept {
            mechanism: "SCRAM-SHA-1",
            salt: "QSXCR+Q6sek8bf92",
            stored_key: "6dlGYMOdZcOPutkcNY8U2g7vK9Y=",
            server_key: "D+CSWLOshSulAsxiupA+qs2/fTE=",
        },
        Kept {
            mechanism: "SCRAM-SHA-256",
            salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
            stored_key: "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
            server_key: "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        },
    ];

    impl SessionCallback for &'static Kept {
        fn callback(
            &self,
            _data: &SessionData,
            _context: &Context,
            request: &mut Request<'_>,
        ) -> Result<(), SessionError> {
            let bytes = |text| BASE64_STANDARD.decode(text).unwrap();
            let (salt, stored_key) = (bytes(self.salt), bytes(self.stored_key));
            let server_key = bytes(self.server_key);
            let kept = ScramStoredPassword::new(4096, &salt, &stored_key, &server_key);
            request.satisfy::<ScramStoredPassword<'_>>(&kept)?;
            Ok(())
        }

        fn validate(
            &self,
            _data: &SessionData,
            _context: &Context,
            _validate: &mut Validate<'_>,
        ) -> Result<(), ValidationError> {
            Ok(())
        }
    }

    /// Runs the whole exchange with a server that keeps the keys of the example.
    fn scram(kept: &'static Kept, password: &str) -> Result<(), Error> {
        let refused = || Error::Unexpected("the client's proof");
        let config = SASLConfig::builder()
            .with_default_mechanisms()
            .with_callback(kept)
            .unwrap();
        let name = Mechname::parse(kept.mechanism.as_bytes()).unwrap();
        let mut server = SASLServer::<NoValidation>::new(config)
            .start_suggested(name)
            .unwrap();
        let mut client = Exchange::new(kept.mechanism, "user", &Secret::new(password))?;
        let mut message = client.step(None)?;
        loop {
            let mut answer = Vec::new();
            let state = server
                .step(Some(&message), &mut answer)
                .map_err(|_| refused())?;
            if matches!(state, State::Finished(_)) {
                return client.finish(Some(&answer));
            }
            message = client.step(Some(&answer))?;
        }
    }

    #[test]
    fn scram_proves_both_sides_to_one_another() {
        for kept in &EXAMPLES {
            scram(kept, "pencil").unwrap();
            assert!(scram(kept, "pencils").is_err(), "{}", kept.mechanism);
        }
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_not_believed() {
        static THIEF: Kept = Kept {
            server_key: "AAAAWLOshSulAsxiupA+qs2/fTE=",
            ..EXAMPLES[0]
        };
        assert!(matches!(
            scram(&THIEF, "pencil"),
            Err(Error::ServerNotAuthentic)
        ));
    }

    #[test]
    fn a_success_without_the_servers_proof_is_not_believed() {
        let mut client = Exchange::new("SCRAM-SHA-1", "user", &Secret::new("pencil")).unwrap();
        client.step(None).unwrap();
        assert!(matches!(
            client.finish(None),
            Err(Error::ServerNotAuthentic)
        ));
    }
}
