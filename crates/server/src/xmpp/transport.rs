//! One socket, whatever carries the stream: TCP, TLS, or a WebSocket over either.
//!
//! What differs between RFC 6120 and RFC 7395 ends here: how elements are framed, and what happens to a frame that
//! cannot be read. On TCP nobody can tell where the next stanza would begin, so the stream is broken; on a WebSocket
//! only that frame is lost.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use cubist_protocol::ns;
use cubist_protocol::stanza::{Condition, StanzaError};
use cubist_protocol::xml::{
    Element, Framing, Limits, StreamEvent, StreamReader, XmlError, read_frame, read_frame_head,
};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::xmpp::bounds::Bounds;
use crate::xmpp::wire;

/// Bytes read from a TCP socket at once. On the stack while polling, so an idle connection holds none of it.
const READ_BYTES: usize = 8 * 1024;

/// Any byte stream.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for T {}

/// A boxed byte stream.
pub(super) type BoxIo = Box<dyn Io>;

/// What comes from the client.
#[derive(Debug)]
pub(super) enum Input {
    /// The stream begins, or begins anew.
    Open,
    /// A stanza or another element of the stream.
    Element {
        /// The element.
        element: Element,
        /// Its bytes, roughly.
        weight: usize,
    },
    /// The client ends the stream.
    Close,
    /// A frame or stanza that is not taken, while the stream goes on.
    Rejected {
        /// As much of it as could be read.
        head: Option<Element>,
        /// What to answer.
        error: StanzaError,
    },
    /// Nothing can be read any more.
    Broken(XmlError),
}

impl Input {
    /// Whether it belongs to stream management: a client sends as many of these as it likes.
    pub(super) fn is_acknowledgement(&self) -> bool {
        matches!(self, Self::Element { element, .. } if element.ns() == ns::STREAM_MANAGEMENT)
    }
}

/// A connection: both directions, and what is known of the way.
pub(super) struct Transport {
    /// How elements are framed.
    pub(super) framing: Framing,
    /// Whether nobody on the way can read along: TLS, or both ends on this machine.
    pub(super) private: bool,
    /// Whether TLS is in use.
    pub(super) encrypted: bool,
    /// From the client.
    pub(super) source: Source,
    /// To the client.
    pub(super) sink: Sink,
}

/// The direction from the client.
pub(super) enum Source {
    /// RFC 6120.
    Tcp {
        /// The socket.
        io: ReadHalf<BoxIo>,
        /// Finds the stanzas in the bytes.
        reader: Box<StreamReader>,
        /// What one stanza may be.
        limits: Limits,
    },
    /// RFC 7395.
    WebSocket {
        /// The socket.
        frames: SplitStream<WebSocketStream<BoxIo>>,
        /// Elements of a frame that held several.
        pending: VecDeque<Input>,
        /// What one stanza may be.
        limits: Limits,
        /// What is read at all.
        frame_limits: Limits,
    },
}

/// The direction to the client.
pub(super) enum Sink {
    /// RFC 6120.
    Tcp(WriteHalf<BoxIo>),
    /// RFC 7395.
    WebSocket(SplitSink<WebSocketStream<BoxIo>, Frame>),
}

impl Transport {
    /// A TCP connection, with or without TLS.
    pub(super) fn tcp(io: BoxIo, encrypted: bool, loopback: bool, bounds: &Bounds) -> Self {
        let (read, write) = tokio::io::split(io);
        let reader = Box::new(StreamReader::new(bounds.frame));
        Self {
            framing: Framing::Tcp,
            private: encrypted || loopback,
            encrypted,
            source: Source::Tcp {
                io: read,
                reader,
                limits: bounds.stanza,
            },
            sink: Sink::Tcp(write),
        }
    }

    /// A WebSocket that has been agreed on.
    pub(super) fn websocket(
        socket: WebSocketStream<BoxIo>,
        encrypted: bool,
        loopback: bool,
        bounds: &Bounds,
    ) -> Self {
        let (sink, frames) = socket.split();
        Self {
            framing: Framing::WebSocket,
            private: encrypted || loopback,
            encrypted,
            source: Source::WebSocket {
                frames,
                pending: VecDeque::new(),
                limits: bounds.stanza,
                frame_limits: bounds.frame,
            },
            sink: Sink::WebSocket(sink),
        }
    }

    /// RFC 6120 §5.4.3.3: changes to TLS. `None` if that is impossible here, or if the client sent something before
    /// TLS that would then count as protected.
    pub(super) async fn start_tls(
        self,
        acceptor: &TlsAcceptor,
        bounds: &Bounds,
    ) -> io::Result<Option<Self>> {
        match (self.source, self.sink) {
            (Source::Tcp { io, reader, .. }, Sink::Tcp(write)) if !reader.has_pending_bytes() => {
                let tls = acceptor.accept(io.unsplit(write)).await?;
                Ok(Some(Self::tcp(Box::new(tls), true, false, bounds)))
            }
            (Source::Tcp { .. } | Source::WebSocket { .. }, Sink::Tcp(_) | Sink::WebSocket(_)) => {
                Ok(None)
            }
        }
    }
}

impl Source {
    /// The next thing from the client; `None` when the socket is gone. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<Input> {
        match self {
            Self::Tcp { io, reader, limits } => loop {
                match reader.next_event() {
                    Ok(Some(StreamEvent::Open(_))) => return Some(Input::Open),
                    Ok(Some(StreamEvent::Stanza(element))) => {
                        return Some(checked(element, limits));
                    }
                    Ok(Some(StreamEvent::Close)) => return Some(Input::Close),
                    Ok(None) => {}
                    Err(error) => return Some(Input::Broken(error)),
                }
                match read_into(io, reader).await {
                    Ok(0) | Err(_) => return None,
                    Ok(_) => {}
                }
            },
            Self::WebSocket {
                frames,
                pending,
                limits,
                frame_limits,
            } => loop {
                if let Some(input) = pending.pop_front() {
                    return Some(input);
                }
                match frames.next().await? {
                    Ok(Frame::Text(text)) => pending.extend(read_text(&text, limits, frame_limits)),
                    // RFC 7395 §3.2: only text.
                    Ok(Frame::Binary(_)) => {
                        let error = StanzaError::new(Condition::BadRequest)
                            .with_text("Only text frames are read.");
                        return Some(Input::Rejected { head: None, error });
                    }
                    Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_)) => {}
                    Err(tokio_tungstenite::tungstenite::Error::Capacity(_)) => {
                        return Some(Input::Broken(XmlError::TooLarge));
                    }
                    Ok(Frame::Close(_)) | Err(_) => return None,
                }
            },
        }
    }

    /// Throws away what still comes, until the client closes the socket, too.
    pub(super) async fn drain(&mut self) {
        match self {
            Self::Tcp { io, .. } => {
                let mut space = [0; 256];
                while matches!(tokio::io::AsyncReadExt::read(io, &mut space).await, Ok(read) if read > 0)
                {
                }
            }
            Self::WebSocket { frames, .. } => while let Some(Ok(_)) = frames.next().await {},
        }
    }

    /// RFC 6120 §4.3.3: the client opens the stream anew after SASL.
    pub(super) fn restart(&mut self) {
        if let Self::Tcp { reader, .. } = self {
            reader.restart();
        }
    }
}

/// Reads once. The space is on the stack of a single poll, so that waiting needs no memory.
async fn read_into(io: &mut ReadHalf<BoxIo>, reader: &mut StreamReader) -> io::Result<usize> {
    std::future::poll_fn(|context| {
        let mut space = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *io).poll_read(context, &mut buffer))?;
        reader.push(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
    .await
}

/// A text frame as inputs. A frame of white space has none.
fn read_text(text: &str, limits: &Limits, frame_limits: &Limits) -> Vec<Input> {
    match read_frame(text, frame_limits) {
        Ok(elements) => elements
            .into_iter()
            .map(|element| match (element.name(), element.ns()) {
                ("open", ns::FRAMING) => Input::Open,
                ("close", ns::FRAMING) => Input::Close,
                _ => checked(element, limits),
            })
            .collect(),
        Err(error) => {
            let condition = match error {
                XmlError::TooLarge | XmlError::TooDeep | XmlError::TooManyAttributes => {
                    Condition::PolicyViolation
                }
                XmlError::IllFormed(_)
                | XmlError::UnboundPrefix
                | XmlError::NotUtf8
                | XmlError::UnknownEntity
                | XmlError::Restricted
                | XmlError::StrayText => Condition::BadRequest,
            };
            let head = read_frame_head(text, frame_limits);
            vec![Input::Rejected {
                head,
                error: StanzaError::new(condition).with_text(error.to_string()),
            }]
        }
    }
}

/// Refuses an element that is larger than a stanza may be.
fn checked(element: Element, limits: &Limits) -> Input {
    let weight = wire::weight(&element);
    if weight <= limits.max_stanza_bytes {
        return Input::Element { element, weight };
    }
    let text = format!(
        "A stanza may have {} bytes at most.",
        limits.max_stanza_bytes
    );
    Input::Rejected {
        head: Some(wire::head(&element)),
        error: StanzaError::new(Condition::PolicyViolation).with_text(text),
    }
}

impl Sink {
    /// Writes elements in order. One frame each on a WebSocket; on TCP all in one go.
    pub(super) async fn write(&mut self, frames: Vec<String>) -> io::Result<()> {
        match self {
            Self::Tcp(io) => {
                let bytes = match <[String; 1]>::try_from(frames) {
                    Ok([only]) => only,
                    Err(many) => many.concat(),
                };
                io.write_all(bytes.as_bytes()).await?;
                io.flush().await
            }
            Self::WebSocket(sink) => {
                for frame in frames {
                    sink.feed(Frame::text(frame))
                        .await
                        .map_err(io::Error::other)?;
                }
                sink.flush().await.map_err(io::Error::other)
            }
        }
    }

    /// Closes the socket in its own manner; the stream in it has ended.
    pub(super) async fn close(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(io) => io.shutdown().await,
            Self::WebSocket(sink) => sink.close().await.map_err(io::Error::other),
        }
    }
}

/// What is needed to change to TLS.
#[derive(Clone)]
pub(super) struct Tls(pub(super) TlsAcceptor);

impl Tls {
    /// An acceptor for this configuration.
    pub(super) fn new(config: Arc<rustls::ServerConfig>) -> Self {
        Self(TlsAcceptor::from(config))
    }
}
