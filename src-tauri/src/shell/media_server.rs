//! Sound and films for the window, over HTTP on this machine.
//!
//! The web view plays nothing that comes over a scheme of our own, and asks for parts of a film as
//! it plays. So there is a server on loopback that gives parts of files of the cache and nothing
//! else. Another program of this machine could find its port, so every address holds a secret of
//! this run; a page in a browser cannot read what it gets, and a name that was bent to lead here does
//! not fit the `Host` that is wanted. The window's own page alone may look at the pixels of a film,
//! and only at one that is not sent yet: it draws the poster.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use cubist_client::{
    Account,
    attachments::OpenFile,
    model::{AccountId, MessageId, StagedId},
};
use futures::{StreamExt as _, future::BoxFuture, stream};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header::{self, HeaderMap, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{ipc::error::IpcError, state::App};

/// Bytes read from a file at once: a chunk of the encrypted file.
const STEP: usize = 64 * 1024;

/// Portions that wait for the web view before the file is no longer read.
const AHEAD: usize = 4;

/// Pause after a connection could not be taken.
const REFUSED_WAIT: std::time::Duration = std::time::Duration::from_millis(50);

/// Whose page may read what is not sent yet: the window's own, as Tauri calls it on this system.
const OWN_ORIGINS: &[&str] = if cfg!(any(windows, target_os = "android")) {
    &["http://tauri.localhost", "https://tauri.localhost"]
} else {
    &["tauri://localhost"]
};

/// Stands for the message in the address of a file that is on none yet.
const STAGED: &str = "staged";

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Which file is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    account: AccountId,
    file: WantedFile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WantedFile {
    /// One of the cache, by its message and its place there.
    Sent(MessageId, u32),
    /// One that is chosen and not sent yet.
    Staged(StagedId),
}

/// A file to be played.
struct Medium {
    /// `audio/…` or `video/…`.
    content_type: &'static str,
    length: u64,
    file: Box<dyn Source>,
}

trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// Finds files.
type Shelf = std::sync::Arc<dyn Fn(Wanted) -> BoxFuture<'static, Option<Medium>> + Send + Sync>;

/// The running server. It ends with the app.
#[derive(Debug)]
pub struct MediaServer {
    port: u16,
    secret: String,
}

impl MediaServer {
    /// Begins to listen.
    pub async fn start(app: App) -> Result<Self, IpcError> {
        let shelf: Shelf = std::sync::Arc::new(move |wanted| {
            let app = app.clone();
            Box::pin(async move {
                let engine = app.engine().await.ok()?;
                let account = engine.account(&wanted.account)?;
                medium(&account, &wanted).await
            })
        });
        Self::serve(shelf)
            .await
            .map_err(|error| IpcError::Internal {
                message: error.to_string(),
            })
    }

    /// The address of a file.
    pub fn url(&self, account: &AccountId, message: MessageId, index: u32) -> String {
        let Self { port, secret } = self;
        format!("http://127.0.0.1:{port}/{secret}/{account}/{message}/{index}")
    }

    /// The address of a file that is not sent yet.
    pub fn staged_url(&self, account: &AccountId, id: StagedId) -> String {
        let Self { port, secret } = self;
        let id = id.0;
        format!("http://127.0.0.1:{port}/{secret}/{account}/{STAGED}/{id}")
    }

    async fn serve(shelf: Shelf) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
        let secret = hex(&secret);
        let door = std::sync::Arc::new(Door {
            host: format!("127.0.0.1:{port}"),
            secret: secret.clone(),
            shelf,
        });
        tokio::spawn(async move {
            loop {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "the media server took no connection");
                        // Out of file descriptors it would only be said again at once.
                        tokio::time::sleep(REFUSED_WAIT).await;
                        continue;
                    }
                };
                let door = std::sync::Arc::clone(&door);
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let door = std::sync::Arc::clone(&door);
                        async move { Ok::<_, std::convert::Infallible>(door.answer(&request).await) }
                    });
                    // The web view closes its connections as it likes.
                    http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await
                        .ok();
                });
            }
        });
        Ok(Self { port, secret })
    }
}

/// Bytes as text of the web.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

/// Opens a file if it can be played.
async fn medium(account: &Account, wanted: &Wanted) -> Option<Medium> {
    match wanted.file {
        WantedFile::Sent(message, index) => {
            let file: OpenFile = account.attachment_file(message, index).await.ok()?;
            Some(Medium {
                content_type: playable(&file.content_type)?,
                length: file.length(),
                file: Box::new(file),
            })
        }
        WantedFile::Staged(id) => {
            let (shown, file) = account.staged_file(id).await.ok()?;
            Some(Medium {
                content_type: playable(&shown.content_type)?,
                length: shown.size,
                file: Box::new(file),
            })
        }
    }
}

/// The type to play something as; `None` for what is neither sound nor film.
fn playable(content_type: &str) -> Option<&'static str> {
    Some(match content_type {
        "audio/mpeg" => "audio/mpeg",
        "audio/ogg" | "audio/opus" => "audio/ogg",
        "audio/x-wav" | "audio/wav" => "audio/wav",
        "audio/m4a" | "audio/mp4" => "audio/mp4",
        "audio/x-flac" | "audio/flac" => "audio/flac",
        "audio/aac" => "audio/aac",
        "video/mp4" | "video/x-m4v" => "video/mp4",
        "video/webm" => "video/webm",
        "video/quicktime" => "video/quicktime",
        "video/x-matroska" => "video/x-matroska",
        "video/ogg" => "video/ogg",
        _ => return None,
    })
}

/// What stands between the socket and the files.
struct Door {
    host: String,
    secret: String,
    shelf: Shelf,
}

impl Door {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Body> {
        let is_here = request
            .headers()
            .get(header::HOST)
            .is_some_and(|host| host.as_bytes() == self.host.as_bytes());
        if !is_here {
            return empty(StatusCode::FORBIDDEN);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let Some(wanted) = self.wanted(request.uri()) else {
            return empty(StatusCode::NOT_FOUND);
        };
        let reader = reader(&wanted, request.headers());
        let Some(medium) = (self.shelf)(wanted).await else {
            return empty(StatusCode::NOT_FOUND);
        };
        let range = request.headers().get(header::RANGE);
        let part = part(range.and_then(|range| range.to_str().ok()), medium.length);
        let mut response = give(medium, part, *request.method() == Method::HEAD);
        if let Some(origin) = reader {
            insert(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            insert(&mut response, header::VARY, "Origin");
        }
        response
    }

    /// Reads an address; `None` for what is not exactly one.
    fn wanted(&self, uri: &hyper::Uri) -> Option<Wanted> {
        let mut parts = uri.path().strip_prefix('/')?.split('/');
        let is_known = parts.next()? == self.secret;
        let account = parts.next()?.parse().ok()?;
        let (message, number) = (parts.next()?, parts.next()?.parse().ok()?);
        let file = if message == STAGED {
            WantedFile::Staged(StagedId(number))
        } else {
            WantedFile::Sent(message.parse().ok()?, number)
        };
        let wanted = Wanted { account, file };
        (is_known && parts.next().is_none() && uri.query().is_none()).then_some(wanted)
    }
}

/// Whose page may read a file, and not only play it.
fn reader(wanted: &Wanted, headers: &HeaderMap) -> Option<&'static str> {
    let WantedFile::Staged(_) = wanted.file else {
        return None;
    };
    let asking = headers.get(header::ORIGIN)?;
    OWN_ORIGINS
        .iter()
        .copied()
        .find(|origin| asking.as_bytes() == origin.as_bytes())
}

/// Which part of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first to the last byte of it.
    Of(u64, u64),
    /// There is no such part.
    None,
}

/// Reads `Range` (RFC 9110 §14.2). Several ranges at once, and what is no range, are the whole.
fn part(range: Option<&str>, length: u64) -> Part {
    let Some((first, last)) = range
        .and_then(|range| range.trim().strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let end = length.saturating_sub(1);
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), _) if last.trim().is_empty() && first < length => Part::Of(first, end),
        (Ok(first), Ok(last)) if first <= last && first < length => Part::Of(first, last.min(end)),
        (Err(_), Ok(count)) if first.trim().is_empty() && count > 0 && length > 0 => {
            Part::Of(length.saturating_sub(count), end)
        }
        (Ok(first), _) if first >= length => Part::None,
        (Err(_), Ok(0)) if first.trim().is_empty() => Part::None,
        _ => Part::Whole,
    }
}

fn give(mut medium: Medium, part: Part, is_head: bool) -> Response<Body> {
    let length = medium.length;
    let (status, from, count) = match part {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Of(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::None => {
            let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            insert(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{length}"),
            );
            return response;
        }
    };
    let content_type = medium.content_type;
    let body = if is_head {
        nothing()
    } else {
        let (portions, rest) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || pour(&mut medium.file, from, count, &portions));
        let frames = stream::unfold(rest, async |mut rest| {
            let next = rest.recv().await?;
            Some((next, rest))
        });
        StreamBody::new(frames.map(|portion| portion.map(Frame::data))).boxed_unsync()
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    insert(&mut response, header::CONTENT_TYPE, content_type);
    insert(&mut response, header::CONTENT_LENGTH, &count.to_string());
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    if let Part::Of(first, last) = part {
        let range = format!("bytes {first}-{last}/{length}");
        insert(&mut response, header::CONTENT_RANGE, &range);
    }
    guarded(response)
}

/// Reads a part of a file into the channel, until it ends or nobody listens. Blocks.
fn pour(
    file: &mut dyn Source,
    from: u64,
    mut left: u64,
    portions: &mpsc::Sender<io::Result<Bytes>>,
) {
    let mut read = || -> io::Result<()> {
        file.seek(SeekFrom::Start(from))?;
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(STEP).min(STEP);
            let mut portion = vec![0; size];
            file.read_exact(&mut portion)?;
            left -= size as u64;
            if portions.blocking_send(Ok(portion.into())).is_err() {
                return Ok(());
            }
        }
        Ok(())
    };
    if let Err(error) = read() {
        tracing::warn!(%error, "a file could not be read to its end");
        portions.blocking_send(Err(error)).ok();
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(nothing());
    *response.status_mut() = status;
    guarded(response)
}

fn nothing() -> Body {
    Full::new(Bytes::new())
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn guarded(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        insert(&mut response, name, value);
    }
    response
}

fn insert(response: &mut Response<Body>, name: header::HeaderName, value: &str) {
    // Constants and numbers.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, sync::Arc};

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::{
        MediaServer, Medium, OWN_ORIGINS, Part, STEP, Shelf, StagedId, WantedFile, part, playable,
    };

    const ACCOUNT: &str = "00010203fcfdfeff";
    const MESSAGE: &str = "61f7de000000000000000001";
    const STAGED_FILM: StagedId = StagedId(7);

    fn film() -> Vec<u8> {
        (0..3 * STEP + 100)
            .map(|n| u8::try_from(n % 251).unwrap())
            .collect()
    }

    async fn server() -> MediaServer {
        let shelf: Shelf = Arc::new(|wanted| {
            Box::pin(async move {
                let bytes = film();
                let is_there = match wanted.file {
                    WantedFile::Sent(message, index) => {
                        message.to_string() == MESSAGE && index == 0
                    }
                    WantedFile::Staged(id) => id == STAGED_FILM,
                };
                (is_there && wanted.account.as_str() == ACCOUNT).then(|| Medium {
                    content_type: "video/mp4",
                    length: bytes.len() as u64,
                    file: Box::new(Cursor::new(bytes)),
                })
            })
        });
        MediaServer::serve(shelf).await.unwrap()
    }

    /// Status line and headers, and the body.
    async fn ask(server: &MediaServer, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port))
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        (head, answer[end + 4..].to_vec())
    }

    fn request(server: &MediaServer, method: &str, path: &str, more: &str) -> String {
        let port = server.port;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{more}\r\n"
        )
    }

    fn path(server: &MediaServer) -> String {
        format!("/{}/{ACCOUNT}/{MESSAGE}/0", server.secret)
    }

    #[tokio::test]
    async fn a_film_is_given_whole_and_in_parts() {
        let server = server().await;
        let (account, message) = (ACCOUNT.parse().unwrap(), MESSAGE.parse().unwrap());
        let url = server.url(&account, message, 0);
        assert_eq!(
            url,
            format!("http://127.0.0.1:{}{}", server.port, path(&server))
        );
        let film = film();
        let (head, body) = ask(&server, &request(&server, "GET", &path(&server), "")).await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert_eq!(body, film);
        for (range, first, last) in [
            ("bytes=0-9", 0, 9),
            ("bytes=65530-65540", 65_530, 65_540),
            ("bytes=100000-", 100_000, film.len() - 1),
            ("bytes=-5", film.len() - 5, film.len() - 1),
        ] {
            let header = format!("Range: {range}\r\n");
            let (head, body) =
                ask(&server, &request(&server, "GET", &path(&server), &header)).await;
            assert!(head.starts_with("http/1.1 206"), "{head}");
            let said = format!("content-range: bytes {first}-{last}/{}", film.len());
            assert!(head.contains(&said), "{head}");
            assert_eq!(body, film[first..=last]);
        }
        let beyond = "Range: bytes=9999999-\r\n";
        let (head, body) = ask(&server, &request(&server, "GET", &path(&server), beyond)).await;
        assert!(head.starts_with("http/1.1 416"), "{head}");
        assert_eq!(body, b"");
    }

    #[tokio::test]
    async fn what_is_not_sent_yet_is_given_by_its_own_number() {
        let server = server().await;
        let account = ACCOUNT.parse().unwrap();
        for (id, is_there) in [(STAGED_FILM, true), (StagedId(0), false)] {
            let url = server.staged_url(&account, id);
            let path = url.split_once(&server.port.to_string()).unwrap().1;
            let (head, body) = ask(&server, &request(&server, "GET", path, "")).await;
            assert_eq!(head.starts_with("http/1.1 200"), is_there, "{head}");
            assert_eq!(body == film(), is_there);
        }
    }

    #[tokio::test]
    async fn only_the_windows_page_reads_a_film_and_only_before_it_is_sent() {
        let server = server().await;
        let account = ACCOUNT.parse().unwrap();
        let staged = server.staged_url(&account, STAGED_FILM);
        let staged = staged.split_once(&server.port.to_string()).unwrap().1;
        let sent = path(&server);
        let own = OWN_ORIGINS[0];
        for (path, origin, may_read) in [
            (staged, own, true),
            (staged, "https://evil.example", false),
            (staged, "null", false),
            (staged, "http://localhost", false),
            (staged, "tauri://localhost.evil.example", false),
            (sent.as_str(), own, false),
        ] {
            for method in ["GET", "HEAD"] {
                let more = format!("Origin: {origin}\r\nRange: bytes=0-9\r\n");
                let (head, _) = ask(&server, &request(&server, method, path, &more)).await;
                assert!(head.starts_with("http/1.1 206"), "{head}");
                let said = format!("access-control-allow-origin: {own}\r\nvary: origin");
                assert_eq!(head.contains(&said), may_read, "{path} {origin}: {head}");
                assert_eq!(head.contains("access-control"), may_read, "{head}");
            }
        }
    }

    #[tokio::test]
    async fn a_browser_is_told_to_do_nothing_with_it() {
        let server = server().await;
        let (head, body) = ask(&server, &request(&server, "HEAD", &path(&server), "")).await;
        assert_eq!(body, b"");
        for header in [
            "content-type: video/mp4",
            "x-content-type-options: nosniff",
            "accept-ranges: bytes",
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; sandbox",
        ] {
            assert!(head.contains(header), "{head}");
        }
        assert!(!head.contains("access-control"), "{head}");
    }

    #[tokio::test]
    async fn nobody_gets_in_without_the_secret_or_under_another_name() {
        let server = server().await;
        let good = path(&server);
        let wrong = "0".repeat(64);
        for path in [
            "/".to_owned(),
            format!("/{wrong}/{ACCOUNT}/{MESSAGE}/0"),
            format!("/{ACCOUNT}/{MESSAGE}/0"),
            format!("{good}/more"),
            format!("{good}?x=1"),
            format!("/{}/{ACCOUNT}/{MESSAGE}/1", server.secret),
            format!("/{wrong}/{ACCOUNT}/staged/7"),
            format!("/{}/{ACCOUNT}/staged/7/0", server.secret),
            format!("/{}/{ACCOUNT}/staged/-7", server.secret),
            format!("/{}/{ACCOUNT}/..%2f..%2fcache.db/0", server.secret),
            format!("/{}/../../etc/passwd", server.secret),
        ] {
            let (head, body) = ask(&server, &request(&server, "GET", &path, "")).await;
            assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
            assert_eq!(body, b"");
        }
        for host in ["localhost", "evil.example", "127.0.0.1:1"] {
            let request =
                format!("GET {good} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let (head, _) = ask(&server, &request).await;
            assert!(head.starts_with("http/1.1 403"), "{host}: {head}");
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let (head, _) = ask(&server, &request(&server, method, &good, "")).await;
            assert!(head.starts_with("http/1.1 405"), "{method}: {head}");
        }
    }

    #[test]
    fn only_sound_and_films_are_played() {
        for content_type in ["audio/ogg", "video/mp4", "audio/x-wav", "audio/m4a"] {
            assert!(playable(content_type).is_some(), "{content_type}");
        }
        for content_type in [
            "",
            "text/html",
            "image/svg+xml",
            "application/pdf",
            "image/png",
        ] {
            assert_eq!(playable(content_type), None, "{content_type}");
        }
    }

    #[test]
    fn what_is_no_range_is_the_whole() {
        for range in [
            None,
            Some("bytes"),
            Some("items=1-2"),
            Some("bytes=b-a"),
            Some("bytes=5-2"),
        ] {
            assert_eq!(part(range, 10), Part::Whole, "{range:?}");
        }
        assert_eq!(part(Some("bytes=0-0"), 10), Part::Of(0, 0));
        assert_eq!(part(Some("bytes=0-99"), 10), Part::Of(0, 9));
        assert_eq!(part(Some("bytes=-99"), 10), Part::Of(0, 9));
        assert_eq!(part(Some("bytes=10-"), 10), Part::None);
        assert_eq!(part(Some("bytes=-0"), 10), Part::None);
        assert_eq!(part(Some("bytes=0-"), 0), Part::None);
    }
}
