//! Who is there: RFC 6120 §6 with the PLAIN mechanism of RFC 4616.

use cubist_protocol::ids::UserId;
use cubist_protocol::jid::Jid;
use cubist_protocol::stream::features::StartTlsOffer;
use cubist_protocol::stream::{
    Features, Plain, Sasl, SaslCondition, StartTls, StreamElement, StreamError,
    StreamErrorCondition,
};
use cubist_protocol::xml::Framing;

use crate::state::ChatLogin;
use crate::xmpp::login::{LoginError, farewell, goodbye, next, refuse, write};
use crate::xmpp::router::Router;
use crate::xmpp::transport::{Input, Transport};

/// What the official React code looks for to tell a wrong password from other failures.
const WRONG_PASSWORD: &str = "Password not verified";

/// The only mechanism: the official SDK would prefer SCRAM, for which passwords would have to be stored otherwise
/// than hashed by argon2.
const MECHANISM: &str = "PLAIN";

/// How the part before SASL goes on.
pub(super) enum Step {
    /// The user is who they say.
    LoggedIn(UserId),
    /// The client wants TLS first.
    StartTls,
}

/// What is offered before the login: PLAIN only where nobody can read along.
pub(super) fn offer_login(transport: &Transport) -> Features {
    let can_start_tls = !transport.encrypted && transport.framing == Framing::Tcp;
    Features {
        starttls: can_start_tls.then_some(if transport.private {
            StartTlsOffer::Optional
        } else {
            StartTlsOffer::Required
        }),
        mechanisms: if transport.private {
            vec![MECHANISM.to_owned()]
        } else {
            Vec::new()
        },
        ..Features::default()
    }
}

/// Lets the client log in, or change to TLS first.
pub(super) async fn authenticate(
    router: &Router,
    transport: &mut Transport,
) -> Result<Step, LoginError> {
    let mut awaits_response = false;
    loop {
        let element = match next(transport).await? {
            Input::Element { element, .. } => element,
            Input::Close => return goodbye(transport).await,
            Input::Broken(error) => {
                return refuse(transport, StreamError::new(error.stream_condition())).await;
            }
            // A second opening, or an unreadable frame: nothing to answer before the login.
            Input::Open | Input::Rejected { .. } => continue,
        };
        let sasl = match StreamElement::from_element(element) {
            Ok(StreamElement::StartTls(StartTls::Start))
                if offer_login(transport).starttls.is_some() =>
            {
                return Ok(Step::StartTls);
            }
            Ok(StreamElement::Sasl(sasl)) => sasl,
            Ok(_) => {
                return refuse(
                    transport,
                    StreamError::new(StreamErrorCondition::NotAuthorized),
                )
                .await;
            }
            Err(_) => return fail(transport, SaslCondition::MalformedRequest, None).await,
        };
        let data = match sasl {
            Sasl::Auth { .. } if !transport.private => {
                return fail(transport, SaslCondition::EncryptionRequired, None).await;
            }
            Sasl::Auth { mechanism, .. } if mechanism != MECHANISM => {
                return fail(transport, SaslCondition::InvalidMechanism, None).await;
            }
            Sasl::Auth {
                initial: Some(data),
                ..
            } => data,
            // RFC 6120 §6.4.2: without initial data the server asks for it.
            Sasl::Auth { initial: None, .. } => {
                awaits_response = true;
                write(
                    transport,
                    Sasl::Challenge(Vec::new()).to_xml(transport.framing),
                )
                .await?;
                continue;
            }
            Sasl::Response(data) if awaits_response => data,
            Sasl::Abort => return fail(transport, SaslCondition::Aborted, None).await,
            Sasl::Response(_) | Sasl::Challenge(_) | Sasl::Success(_) | Sasl::Failure { .. } => {
                return fail(transport, SaslCondition::MalformedRequest, None).await;
            }
        };
        let user = match verify(router, &data).await {
            Ok(user) => user,
            Err((condition, text)) => return fail(transport, condition, text).await,
        };
        write(transport, Sasl::Success(None).to_xml(transport.framing)).await?;
        return Ok(Step::LoggedIn(user));
    }
}

/// Checks what PLAIN sent: whose account, and whether the secret is its password or one of its session tokens.
async fn verify(
    router: &Router,
    data: &[u8],
) -> Result<UserId, (SaslCondition, Option<&'static str>)> {
    let refused = (SaslCondition::NotAuthorized, Some(WRONG_PASSWORD));
    let plain = Plain::decode(data).map_err(|_| (SaslCondition::MalformedRequest, None))?;
    let names = router.names();
    let account = Jid::new(Some(&plain.authcid), names.domain(), None).map_err(|_| refused)?;
    let (user, app) = account.as_user().ok_or(refused)?;
    let speaks_for_itself = plain.authzid.is_empty()
        || plain
            .authzid
            .parse::<Jid>()
            .is_ok_and(|authzid| authzid.is_bare() && authzid == account);
    if !speaks_for_itself {
        return Err((SaslCondition::InvalidAuthzid, Some(WRONG_PASSWORD)));
    }
    if app != names.app() {
        return Err(refused);
    }
    match router
        .state()
        .verify_chat_login(user, &plain.password)
        .await
    {
        Ok(ChatLogin::Accepted) => Ok(user),
        Ok(ChatLogin::Refused) => Err(refused),
        Ok(ChatLogin::Throttled) => Err((
            SaslCondition::TemporaryAuthFailure,
            Some("Too many failed logins. Try again later."),
        )),
        Err(error) => {
            tracing::error!(%user, %error, "a login could not be checked");
            Err((
                SaslCondition::TemporaryAuthFailure,
                Some("The login could not be checked. Try again later."),
            ))
        }
    }
}

/// RFC 6120 §6.5. The official SDK neither closes nor recovers after a failure, so the server ends the stream.
async fn fail<T>(
    transport: &mut Transport,
    condition: SaslCondition,
    text: Option<&str>,
) -> Result<T, LoginError> {
    let failure = Sasl::Failure {
        condition,
        text: text.map(str::to_owned),
    };
    farewell(transport, vec![failure.to_xml(transport.framing)]).await;
    Err(LoginError::Refused)
}
