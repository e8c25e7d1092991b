//! RFC 7395 §3.1: agreeing on the `xmpp` subprotocol. Any path will do.

use std::io;

use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::xmpp::bounds::Bounds;
use crate::xmpp::transport::BoxIo;

/// The subprotocol's name.
const XMPP: &str = "xmpp";

/// Bytes of the buffers of a connection: a few stanzas. The library's own default of 128 KiB would be most of what an
/// idle connection costs.
const BUFFER_BYTES: usize = 4 * 1024;

/// Answers the client's request to upgrade.
pub(super) async fn agree(io: BoxIo, bounds: &Bounds) -> io::Result<WebSocketStream<BoxIo>> {
    let largest = bounds.frame.max_stanza_bytes;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    accept_hdr_async_with_config(io, answer, Some(config))
        .await
        .map_err(io::Error::other)
}

#[expect(clippy::result_large_err, reason = "the signature is the library's")]
fn answer(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let speaks_xmpp = offered
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|protocol| protocol.trim() == XMPP);
    if speaks_xmpp {
        response
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(XMPP));
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(Some(
        "This address speaks the WebSocket subprotocol xmpp.".to_owned(),
    ));
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    Err(refusal)
}
