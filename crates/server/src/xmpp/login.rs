//! From an accepted socket to a bound session: RFC 6120 §4–§7, RFC 7395 §3, XEP-0198 §5.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::ext::rfc6120_bind::Bind;
use cubist_protocol::ext::xep0198_stream_management::StreamManagement;
use cubist_protocol::ids::UserId;
use cubist_protocol::jid::Jid;
use cubist_protocol::ns;
use cubist_protocol::stanza::{
    Condition, Iq, IqBody, IqPayload, Stanza, StanzaError, error_reply_to,
};
use cubist_protocol::stream::features::{SessionOffer, StartTlsOffer};
use cubist_protocol::stream::{
    Features, Plain, Sasl, SaslCondition, StartTls, StreamClose, StreamElement, StreamError,
    StreamErrorCondition, StreamOpen,
};
use cubist_protocol::xml::Element;

use crate::state::ChatLogin;

use crate::xmpp::resource;
use crate::xmpp::router::{Found, Router};
use crate::xmpp::session::{Kick, Link, Session};
use crate::xmpp::transport::{Input, Tls, Transport};

/// What the official React code looks for to tell a wrong password from other failures.
const WRONG_PASSWORD: &str = "Password not verified";

/// How long closing a refused connection may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// The only mechanism: the official SDK would prefer SCRAM, for which passwords would have to be stored otherwise
/// than hashed by argon2.
const MECHANISM: &str = "PLAIN";

/// Why a login did not end in a session. The client has been told.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoginError {
    /// The socket failed or was closed.
    #[error("the connection was lost")]
    Lost(#[from] io::Error),
    /// The client gave up, or was refused.
    #[error("the login was refused")]
    Refused,
}

/// Takes a new connection through login and binding. Dropping the future closes the socket.
pub(super) async fn log_in(
    router: &Router,
    tls: &Tls,
    mut transport: Transport,
) -> Result<(Transport, Arc<Session>), LoginError> {
    let user = loop {
        expect_open(router, &mut transport).await?;
        let offer = offer_login(&transport);
        open(router, &mut transport, offer).await?;
        match authenticate(router, &mut transport).await? {
            Step::LoggedIn(user) => break user,
            Step::StartTls => {
                let proceed = StartTls::Proceed.to_xml(transport.framing);
                write(&mut transport, proceed).await?;
                let Some(encrypted) = transport.start_tls(&tls.0, router.bounds()).await? else {
                    return Err(LoginError::Refused);
                };
                transport = encrypted;
            }
        }
    };
    transport.source.restart();
    expect_open(router, &mut transport).await?;
    open(router, &mut transport, offer_binding()).await?;
    let session = bind(router, &mut transport, user).await?;
    Ok((transport, session))
}

/// How the part before SASL goes on.
enum Step {
    LoggedIn(UserId),
    StartTls,
}

async fn expect_open(router: &Router, transport: &mut Transport) -> Result<(), LoginError> {
    let condition = match next(transport).await? {
        Input::Open => return Ok(()),
        Input::Close => return goodbye(transport).await,
        Input::Broken(error) => error.stream_condition(),
        Input::Element { .. } | Input::Rejected { .. } => StreamErrorCondition::BadFormat,
    };
    // RFC 6120 §4.9.1.2: an error needs a stream to stand in.
    let framing = transport.framing;
    let last = vec![
        our_open(router).to_xml(framing),
        StreamError::new(condition).to_xml(framing),
    ];
    farewell(transport, last).await;
    Err(LoginError::Refused)
}

/// Whatever name the client used for us: behind a forwarded port it cannot know ours.
fn our_open(router: &Router) -> StreamOpen {
    StreamOpen::from_server(router.names().server(), resource::random_name())
}

/// Answers the client's opening at once: the official SDK waits two seconds for it.
async fn open(
    router: &Router,
    transport: &mut Transport,
    features: Features,
) -> Result<(), LoginError> {
    let frames = vec![
        our_open(router).to_xml(transport.framing),
        features.to_xml(transport.framing),
    ];
    Ok(transport.sink.write(frames).await?)
}

fn offer_login(transport: &Transport) -> Features {
    let can_start_tls =
        !transport.encrypted && transport.framing == cubist_protocol::xml::Framing::Tcp;
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

fn offer_binding() -> Features {
    Features {
        bind: true,
        session: Some(SessionOffer::Required),
        stream_management: true,
        other: vec![Element::new("mobile", ns::MOBILE)],
        ..Features::default()
    }
}

async fn authenticate(router: &Router, transport: &mut Transport) -> Result<Step, LoginError> {
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

/// After SASL: resumes an old session or binds a new one.
async fn bind(
    router: &Router,
    transport: &mut Transport,
    user: UserId,
) -> Result<Arc<Session>, LoginError> {
    loop {
        let element = match next(transport).await? {
            Input::Element { element, .. } => element,
            Input::Close => return goodbye(transport).await,
            Input::Broken(error) => {
                return refuse(transport, StreamError::new(error.stream_condition())).await;
            }
            Input::Open | Input::Rejected { .. } => continue,
        };
        let unparsed = element.clone();
        match StreamElement::from_element(element) {
            Ok(StreamElement::Stanza(Stanza::Iq(iq))) => {
                if let IqBody::Set(IqPayload::Bind(Bind::Request { resource })) = &iq.body {
                    let session = router.bind(user, resource.as_deref(), transport.framing);
                    session.reply(bound(&iq, &session));
                    return Ok(session);
                }
                refuse_stanza(transport, &unparsed).await?;
            }
            Ok(StreamElement::StreamManagement(StreamManagement::Resume { h, previd })) => {
                if let Some(session) = resume(router, transport, user, h, previd).await? {
                    return Ok(session);
                }
            }
            Ok(StreamElement::StreamManagement(StreamManagement::Enable { .. })) => {
                let failed = StreamManagement::Failed {
                    h: None,
                    condition: Some(Condition::UnexpectedRequest),
                }
                .to_element();
                write(transport, failed.to_xml(transport.framing)).await?;
            }
            Ok(_) | Err(_) => refuse_stanza(transport, &unparsed).await?,
        }
    }
}

/// The answer to the binding request; from the server, to the new address.
fn bound(request: &Iq, session: &Session) -> String {
    let mut answer = request.result(Some(IqPayload::Bind(Bind::Bound {
        jid: session.jid.clone(),
    })));
    answer.from = None;
    answer.to = Some(session.jid.clone());
    answer.to_xml(cubist_protocol::xml::Framing::Tcp)
}

/// RFC 6120 §7.1: before binding there is nothing else to do.
async fn refuse_stanza(transport: &mut Transport, element: &Element) -> Result<(), LoginError> {
    let text =
        "You must bind a resource first, before you can send any message or presence packet.";
    let error = StanzaError::new(Condition::NotAuthorized).with_text(text);
    if let Some(reply) = error_reply_to(element, &error) {
        write(transport, reply.to_xml(transport.framing)).await?;
    }
    Ok(())
}

/// XEP-0198 §5: goes on where a lost connection ended, if that is still possible.
async fn resume(
    router: &Router,
    transport: &mut Transport,
    user: UserId,
    h: u32,
    previd: String,
) -> Result<Option<Arc<Session>>, LoginError> {
    let handled = match router.find_resumable(&previd, user) {
        Found::Alive(session) => {
            // The old connection may not have noticed its end yet. It finishes what it has read, so that the count
            // in the answer is complete.
            if matches!(session.link(), Link::Attached(_)) {
                session.kick(Kick::Replaced);
                session.detached().await;
            }
            let framing = transport.framing;
            let resumed = |h| {
                StreamManagement::Resumed {
                    h,
                    previd: previd.clone(),
                }
                .to_element()
                .to_xml(framing)
            };
            if let Some(rows) = session.resume(h, framing, resumed) {
                router.state().confirm_queued(user, rows);
                return Ok(Some(session));
            }
            session.handled()
        }
        Found::Ended(handled) => Some(handled),
        Found::Unknown => None,
    };
    let failed = StreamManagement::Failed {
        h: handled,
        condition: Some(Condition::ItemNotFound),
    };
    write(transport, failed.to_element().to_xml(transport.framing)).await?;
    Ok(None)
}

async fn next(transport: &mut Transport) -> Result<Input, LoginError> {
    transport.source.next().await.ok_or(LoginError::Refused)
}

async fn write(transport: &mut Transport, element: String) -> Result<(), LoginError> {
    Ok(transport.sink.write(vec![element]).await?)
}

/// Answers the client's farewell.
async fn goodbye<T>(transport: &mut Transport) -> Result<T, LoginError> {
    farewell(transport, Vec::new()).await;
    Err(LoginError::Refused)
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

async fn refuse<T>(transport: &mut Transport, error: StreamError) -> Result<T, LoginError> {
    farewell(transport, vec![error.to_xml(transport.framing)]).await;
    Err(LoginError::Refused)
}

/// Writes the last elements, ends the stream and closes the socket. Nothing is written after it.
pub(super) async fn farewell(transport: &mut Transport, mut last: Vec<String>) {
    last.push(StreamClose::default().to_xml(transport.framing));
    let Transport { sink, source, .. } = transport;
    let parting = async {
        sink.write(last).await?;
        sink.close().await?;
        // A socket closed with unread input resets the connection, and the client might never see our last words.
        source.drain().await;
        Ok::<(), io::Error>(())
    };
    if !matches!(tokio::time::timeout(FAREWELL, parting).await, Ok(Ok(()))) {
        // The client is gone already: there is nobody to tell.
        tracing::debug!("a connection ended before its farewell");
    }
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ids::AppId;
    use cubist_protocol::xml::{Limits, StreamEvent, StreamReader};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::config::Config;
    use crate::state::{Clock, State};
    use crate::xmpp::bounds::Bounds;
    use crate::xmpp::names::Names;

    async fn router(folder: &std::path::Path) -> Router {
        let config = Arc::new(Config {
            data: folder.join("data"),
            ..Config::default()
        });
        let state = State::open(Arc::clone(&config), Clock::system())
            .await
            .unwrap();
        let names = Names::new("localhost", "muc.localhost", AppId::new(21).unwrap()).unwrap();
        Router::new(
            state,
            names,
            Bounds::new(&config),
            CancellationToken::new(),
            TaskTracker::new(),
        )
    }

    fn tls() -> Tls {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key =
            rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
        Tls::new(Arc::new(config))
    }

    #[tokio::test]
    async fn a_password_in_plain_text_is_taken_from_this_machine_only() {
        let folder = tempfile::tempdir().unwrap();
        let router = router(folder.path()).await;
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let from_elsewhere = Transport::tcp(Box::new(server), false, false, router.bounds());
        client
            .write_all(
                b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost'>\
                  <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
            )
            .await
            .unwrap();
        client.shutdown().await.unwrap();
        let refused = log_in(&router, &tls(), from_elsewhere).await;
        assert!(matches!(refused, Err(LoginError::Refused)));

        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).await.unwrap();
        let mut reader = StreamReader::new(Limits::default());
        reader.push(&bytes);
        assert!(matches!(
            reader.next_event(),
            Ok(Some(StreamEvent::Open(_)))
        ));
        let mut said = Vec::new();
        while let Some(StreamEvent::Stanza(element)) = reader.next_event().unwrap() {
            said.push(element.to_xml(cubist_protocol::xml::Framing::Tcp));
        }
        assert_eq!(
            said,
            [
                "<stream:features><starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"><required/></starttls></stream:features>",
                "<failure xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><encryption-required/></failure>",
            ]
        );
    }
}
