//! A client that costs next to nothing, so that what is measured is the server.
//!
//! It looks for the few things it has to react to in the bytes themselves. Both servers are used
//! through it, in the same way.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::servers::{Login, Server};
use crate::tls::{self, DOMAIN};

const STREAM: &str = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' \
    xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/// Stanzas that a client has sent when [`enter`] returns: presence and a ping.
pub(crate) const SENT_ON_ENTERING: u32 = 2;

/// Bytes taken from the socket at once.
const CHUNK: usize = 16 * 1024;

/// A socket, and what came on it and was not looked at yet.
pub(crate) struct Line {
    /// The socket.
    pub(crate) stream: TlsStream<TcpStream>,
    /// Stanzas that came so far.
    pub(crate) tally: Tally,
}

/// Logs in with stream management, becomes available, and waits until the server has taken note.
pub(crate) async fn enter(
    connector: &TlsConnector,
    server: &Server,
    login: &Login,
    can_resume: bool,
) -> Line {
    let mut stream = tls::connect(connector, server.port).await;
    let mut heard = String::new();
    say(&mut stream, STREAM).await;
    hear(&mut stream, &mut heard, "</stream:features>").await;
    let secret = base64(format!("\0{}\0{}", login.local, login.password).as_bytes());
    let auth =
        format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
    say(&mut stream, &auth).await;
    hear(&mut stream, &mut heard, "<success").await;
    hear(&mut stream, &mut heard, ">").await;
    say(&mut stream, STREAM).await;
    hear(&mut stream, &mut heard, "</stream:features>").await;
    let bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    say(&mut stream, bind).await;
    hear(&mut stream, &mut heard, "</iq>").await;
    let resume = if can_resume { " resume='true'" } else { "" };
    say(
        &mut stream,
        &format!("<enable xmlns='urn:xmpp:sm:3'{resume}/>"),
    )
    .await;
    hear(&mut stream, &mut heard, "<enabled").await;
    hear(&mut stream, &mut heard, ">").await;
    let mut line = Line {
        stream,
        tally: Tally::default(),
    };
    line.tally.take(heard.as_bytes());
    let ping = format!(
        "<presence/><iq type='get' id='ping' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"
    );
    say(&mut line.stream, &ping).await;
    while line.tally.answers == 0 {
        line.listen().await;
    }
    line
}

async fn say(stream: &mut TlsStream<TcpStream>, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

/// Reads until `sign` has come, and keeps what came after it.
async fn hear(stream: &mut TlsStream<TcpStream>, heard: &mut String, sign: &str) {
    let mut chunk = vec![0; CHUNK];
    loop {
        if let Some((_, rest)) = heard.split_once(sign) {
            *heard = rest.to_owned();
            return;
        }
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the server closed before {sign}: {heard}");
        heard.push_str(std::str::from_utf8(&chunk[..count]).unwrap());
    }
}

impl Line {
    /// Waits for something, counts it, and confirms it where the server asks.
    pub(crate) async fn listen(&mut self) {
        let mut chunk = [0; CHUNK];
        let count = self.stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the server closed the stream");
        if self.tally.take(&chunk[..count]) {
            let answer = format!("<a xmlns='urn:xmpp:sm:3' h='{}'/>", self.tally.stanzas);
            say(&mut self.stream, &answer).await;
        }
    }
}

/// Counts what comes, wherever the bytes are cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Stanzas since stream management was enabled.
    pub(crate) stanzas: u32,
    /// Messages among them.
    pub(crate) messages: u32,
    /// Answers to requests among them.
    pub(crate) answers: u32,
    /// The server's count of what it has handled, as far as it told.
    pub(crate) handled: u32,
    /// The beginning of a tag whose rest has not come.
    rest: Vec<u8>,
}

/// The longest thing looked at: an acknowledgement with its namespace and count.
const LONGEST: usize = 64;

impl Tally {
    /// Takes bytes; returns whether the server asks for a count.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        let mut asked = false;
        let mut text = std::mem::take(&mut self.rest);
        text.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(found) = text[at..].iter().position(|byte| *byte == b'<') {
            let tag = &text[at + found..];
            let is_whole = tag.len() >= LONGEST || tag.contains(&b'>');
            if !is_whole {
                self.rest = tag.to_vec();
                return asked;
            }
            if tag.starts_with(b"<message ") {
                self.messages += 1;
                self.stanzas += 1;
            } else if tag.starts_with(b"<presence") {
                self.stanzas += 1;
            } else if tag.starts_with(b"<iq ") {
                self.answers += 1;
                self.stanzas += 1;
            } else if tag.starts_with(b"<r ") || tag.starts_with(b"<r/") {
                asked = true;
            } else if tag.starts_with(b"<a ") {
                self.handled = count_in(tag);
            }
            at += found + 1;
        }
        asked
    }
}

/// The `h` of an acknowledgement, whatever its quotes.
fn count_in(tag: &[u8]) -> u32 {
    let end = tag.iter().position(|byte| *byte == b'>').unwrap();
    let text = std::str::from_utf8(&tag[..end]).unwrap();
    let (_, value) = text.split_once(" h=").unwrap();
    let digits: String = value
        .chars()
        .skip(1)
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|n| group.get(n).copied().unwrap_or(0));
        let digits = [
            a >> 2,
            (a & 3) << 4 | b >> 4,
            (b & 15) << 2 | c >> 6,
            c & 63,
        ];
        for (n, digit) in digits.into_iter().enumerate() {
            let is_padding = n > group.len();
            text.push(if is_padding {
                '='
            } else {
                DIGITS[usize::from(digit)].into()
            });
        }
    }
    text
}
