//! From an accepted socket to a bound session: RFC 6120 §4–§7, RFC 7395 §3, XEP-0198 §5.

mod binding;
mod sasl;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cubist_protocol::stream::{
    Features, StartTls, StreamClose, StreamError, StreamErrorCondition, StreamOpen,
};

use crate::xmpp::login::binding::{bind, offer_binding};
use crate::xmpp::login::sasl::{Step, authenticate, offer_login};
use crate::xmpp::resource;
use crate::xmpp::router::Router;
use crate::xmpp::session::Session;
use crate::xmpp::transport::{Input, Tls, Transport};

/// How long closing a refused connection may take.
const FAREWELL: Duration = Duration::from_secs(2);

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
