//! One open connection: bytes and frames below, elements above.
//!
//! Writing and reading go on side by side in one future, so that the task that owns the socket
//! never has to choose between them. Nothing is lost when that future is dropped half-way: what
//! is being written or read stays in here.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cubist_protocol::ns;
use cubist_protocol::stream::StreamClose;
use cubist_protocol::xml::{
    Element, Framing, Limits, StreamEvent, StreamReader, read_frame, read_frame_head,
};
use futures::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use crate::connection::error::Error;

/// Anything bytes can be read from and written to.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A TCP connection, with or without TLS around it.
pub(super) type BoxedIo = Box<dyn Io>;

/// One read from the socket; a TLS record is at most this long.
const READ_BYTES: usize = 16 * 1024;

/// What came.
#[derive(Debug)]
pub(super) enum Received {
    /// The header of the server's stream.
    Open(Element),
    /// Anything inside the stream.
    Element(Element),
    /// A WebSocket frame that is not XML. The stream lives on (RFC 7395 §3.3.3 leaves the choice).
    Garbage {
        /// It begins like a stanza, so both sides must count it as one.
        is_stanza: bool,
    },
    /// The server closed its stream.
    Close,
    /// Nothing came, but everything queued is now written.
    Written,
}

/// An open connection.
pub(super) struct Socket {
    wire: Wire,
    limits: Limits,
    /// TLS protects it.
    is_protected: bool,
    /// When a byte last came, white space and WebSocket pings included.
    last_byte: Instant,
}

enum Wire {
    Tcp(Box<TcpWire>),
    WebSocket(Box<WsWire>),
}

struct TcpWire {
    io: BoxedIo,
    reader: StreamReader,
    /// Where a read puts its bytes before the reader takes them.
    buffer: Box<[u8]>,
    /// Bytes to write; `written` of them are.
    out: Vec<u8>,
    written: usize,
    /// Written bytes may still sit in the TLS layer.
    needs_flush: bool,
}

struct WsWire {
    frames: WebSocketStream<BoxedIo>,
    /// Elements of the last frame that were not taken yet.
    read: VecDeque<Element>,
    out: VecDeque<String>,
    /// Sum of the lengths in `out`.
    out_bytes: usize,
    needs_flush: bool,
}

impl Socket {
    /// Over TCP; `is_protected` if TLS is in `io`.
    pub(super) fn tcp(io: BoxedIo, limits: Limits, is_protected: bool) -> Self {
        let wire = TcpWire {
            io,
            reader: StreamReader::new(limits),
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
            out: Vec::new(),
            written: 0,
            needs_flush: false,
        };
        Self::new(Wire::Tcp(Box::new(wire)), limits, is_protected)
    }

    /// Over an upgraded WebSocket.
    pub(super) fn web_socket(
        frames: WebSocketStream<BoxedIo>,
        limits: Limits,
        is_protected: bool,
    ) -> Self {
        let wire = WsWire {
            frames,
            read: VecDeque::new(),
            out: VecDeque::new(),
            out_bytes: 0,
            needs_flush: false,
        };
        Self::new(Wire::WebSocket(Box::new(wire)), limits, is_protected)
    }

    fn new(wire: Wire, limits: Limits, is_protected: bool) -> Self {
        Self {
            wire,
            limits,
            is_protected,
            last_byte: Instant::now(),
        }
    }

    /// How elements are written here.
    pub(super) fn framing(&self) -> Framing {
        match &self.wire {
            Wire::Tcp(_) => Framing::Tcp,
            Wire::WebSocket(_) => Framing::WebSocket,
        }
    }

    /// Whether TLS protects it.
    pub(super) fn is_protected(&self) -> bool {
        self.is_protected
    }

    /// When a byte last came.
    pub(super) fn last_byte(&self) -> Instant {
        self.last_byte
    }

    /// The next thing in the stream is a new stream (after SASL).
    pub(super) fn restart(&mut self) {
        if let Wire::Tcp(tcp) = &mut self.wire {
            tcp.reader.restart();
        }
    }

    /// The bare connection, to be wrapped in TLS. Bytes that came unprotected after the server's
    /// consent could be somebody else's: they are an error (RFC 6120 §5.4.3.3).
    pub(super) fn into_io(self) -> Result<BoxedIo, Error> {
        match self.wire {
            Wire::Tcp(tcp) if !tcp.reader.has_pending_bytes() => Ok(tcp.io),
            Wire::Tcp(_) | Wire::WebSocket(_) => Err(Error::Unexpected("STARTTLS")),
        }
    }

    /// Queues one top-level element (or header) for writing.
    pub(super) fn queue(&mut self, xml: String) {
        match &mut self.wire {
            Wire::Tcp(tcp) => tcp.out.extend_from_slice(xml.as_bytes()),
            Wire::WebSocket(ws) => {
                ws.out_bytes += xml.len();
                ws.out.push_back(xml);
            }
        }
    }

    /// Bytes that are queued and not written.
    pub(super) fn queued_bytes(&self) -> usize {
        match &self.wire {
            Wire::Tcp(tcp) => tcp.out.len() - tcp.written,
            Wire::WebSocket(ws) => ws.out_bytes,
        }
    }

    /// Writes what is queued and, if `reads`, reads, until there is something to report.
    pub(super) async fn progress(&mut self, reads: bool) -> Result<Received, Error> {
        poll_fn(|cx| self.poll_progress(cx, reads)).await
    }

    /// The next thing the server says, within `limit`.
    pub(super) async fn receive(
        &mut self,
        limit: Duration,
        step: &'static str,
    ) -> Result<Received, Error> {
        let deadline = Instant::now() + limit;
        loop {
            let progress = tokio::time::timeout_at(deadline, self.progress(true)).await;
            let received = progress.map_err(|_| Error::TimedOut(step))??;
            if !matches!(received, Received::Written) {
                return Ok(received);
            }
        }
    }

    /// Ends the stream in an orderly way: waits at most `limit` for the server's own end.
    pub(super) async fn close(mut self, limit: Duration) {
        self.queue(StreamClose::default().to_xml(self.framing()));
        let ending = async {
            loop {
                match self.progress(true).await {
                    Ok(Received::Close) | Err(_) => break,
                    Ok(_) => {}
                }
            }
            // The server has said all it wanted; what fails now fails on a connection that is
            // being thrown away.
            match &mut self.wire {
                Wire::Tcp(tcp) => {
                    tokio::io::AsyncWriteExt::shutdown(&mut tcp.io).await.ok();
                }
                Wire::WebSocket(ws) => {
                    ws.frames.close(None).await.ok();
                }
            }
        };
        if tokio::time::timeout(limit, ending).await.is_err() {
            tracing::debug!("the server did not close its stream in time");
        }
    }

    fn poll_progress(
        &mut self,
        cx: &mut Context<'_>,
        reads: bool,
    ) -> Poll<Result<Received, Error>> {
        let Self {
            wire,
            limits,
            last_byte,
            ..
        } = self;
        let mut wrote = false;
        match wire {
            Wire::Tcp(tcp) => {
                if tcp.has_output() {
                    match tcp.poll_write(cx) {
                        Poll::Ready(Ok(())) => wrote = true,
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                        Poll::Pending => {}
                    }
                }
                if reads && let Poll::Ready(result) = tcp.poll_read(cx, last_byte) {
                    return Poll::Ready(result);
                }
            }
            Wire::WebSocket(ws) => {
                if ws.has_output() {
                    match ws.poll_write(cx) {
                        Poll::Ready(Ok(())) => wrote = true,
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Pending => {}
                    }
                }
                if reads && let Poll::Ready(result) = ws.poll_read(cx, limits, last_byte) {
                    return Poll::Ready(result);
                }
            }
        }
        if wrote {
            Poll::Ready(Ok(Received::Written))
        } else {
            Poll::Pending
        }
    }
}

impl TcpWire {
    fn has_output(&self) -> bool {
        self.needs_flush || self.written < self.out.len()
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.out.get(self.written..)
            && !rest.is_empty()
        {
            let count = ready!(Pin::new(&mut self.io).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.needs_flush = true;
        }
        self.out.clear();
        self.written = 0;
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.needs_flush = false;
        Poll::Ready(Ok(()))
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        last_byte: &mut Instant,
    ) -> Poll<Result<Received, Error>> {
        loop {
            match self.reader.next_event()? {
                Some(StreamEvent::Open(header)) => return Poll::Ready(Ok(Received::Open(header))),
                Some(StreamEvent::Stanza(element)) => {
                    return Poll::Ready(Ok(Received::Element(element)));
                }
                Some(StreamEvent::Close) => return Poll::Ready(Ok(Received::Close)),
                None => {}
            }
            let mut buffer = ReadBuf::new(&mut self.buffer);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Err(Error::Closed));
            }
            *last_byte = Instant::now();
            self.reader.push(buffer.filled());
        }
    }
}

impl WsWire {
    fn has_output(&self) -> bool {
        self.needs_flush || !self.out.is_empty()
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut frames = Pin::new(&mut self.frames);
        while !self.out.is_empty() {
            ready!(frames.as_mut().poll_ready(cx)).map_err(broken)?;
            if let Some(xml) = self.out.pop_front() {
                self.out_bytes -= xml.len();
                self.needs_flush = true;
                frames
                    .as_mut()
                    .start_send(Message::text(xml))
                    .map_err(broken)?;
            }
        }
        ready!(frames.poll_flush(cx)).map_err(broken)?;
        self.needs_flush = false;
        Poll::Ready(Ok(()))
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        limits: &Limits,
        last_byte: &mut Instant,
    ) -> Poll<Result<Received, Error>> {
        loop {
            if let Some(element) = self.read.pop_front() {
                return Poll::Ready(Ok(match (element.name(), element.ns()) {
                    ("open", ns::FRAMING) => Received::Open(element),
                    ("close", ns::FRAMING) => Received::Close,
                    _ => Received::Element(element),
                }));
            }
            let Some(message) = ready!(Pin::new(&mut self.frames).poll_next(cx)) else {
                return Poll::Ready(Err(Error::Closed));
            };
            *last_byte = Instant::now();
            match message.map_err(broken)? {
                Message::Text(text) => match read_frame(&text, limits) {
                    Ok(elements) => self.read.extend(elements),
                    Err(error) => {
                        tracing::warn!(%error, bytes = text.len(), "a frame was not XML");
                        let head = read_frame_head(&text, limits);
                        let is_stanza = head.is_some_and(|head| {
                            matches!(head.name(), "message" | "presence" | "iq")
                        });
                        return Poll::Ready(Ok(Received::Garbage { is_stanza }));
                    }
                },
                // Pings are answered by the layer below at the next read or write.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                Message::Binary(_) => {
                    return Poll::Ready(Ok(Received::Garbage { is_stanza: false }));
                }
                Message::Close(_) => return Poll::Ready(Err(Error::Closed)),
            }
        }
    }
}

/// A WebSocket that broke; its own error may hold bytes of the other side, so only the kind stays.
fn broken(error: WsError) -> Error {
    match error {
        WsError::Io(error) => Error::Io(error),
        WsError::ConnectionClosed | WsError::AlreadyClosed => Error::Closed,
        WsError::Capacity(_) => Error::Xml(cubist_protocol::xml::XmlError::TooLarge),
        WsError::Protocol(_) => Error::WebSocket("the framing is broken".to_owned()),
        WsError::Utf8(_) => Error::Xml(cubist_protocol::xml::XmlError::NotUtf8),
        WsError::Tls(_)
        | WsError::WriteBufferFull(_)
        | WsError::AttackAttempt
        | WsError::Url(_)
        | WsError::Http(_)
        | WsError::HttpFormat(_) => Error::WebSocket("the connection broke".to_owned()),
    }
}
