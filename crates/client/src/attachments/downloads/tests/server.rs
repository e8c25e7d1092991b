//! A server that gives files as a test wants it: whole, in part, wrong, or not to the end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

/// Signs the certificates of a test's servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &self.0)
            .unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(leaf)], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and target.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Bytes of the body that follows.
    pub(crate) fn length(&self) -> usize {
        let length = self.header("content-length");
        length.map_or(0, |length| length.parse().unwrap())
    }

    /// Where a wanted range begins.
    pub(crate) fn from(&self) -> Option<usize> {
        let range = self.header("range")?.strip_prefix("bytes=")?;
        range.strip_suffix('-')?.parse().ok()
    }
}

/// What to do with a request.
pub(crate) struct Doing {
    /// Bytes of its body that are read before.
    pub(crate) reads: usize,
    /// Everything that is written, head and body.
    pub(crate) bytes: Vec<u8>,
    /// Written after that, again and again.
    pub(crate) forever: Vec<u8>,
    /// The line stays open and silent afterwards.
    pub(crate) hangs: bool,
}

/// A status with headers and a body of the length that is said.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Doing {
    let length = format!("Content-Length: {}\r\n{headers}", body.len());
    raw(status, &length, body)
}

/// A status with these headers alone, and whatever body.
pub(crate) fn raw(status: u16, headers: &str, body: &[u8]) -> Doing {
    let mut bytes =
        format!("HTTP/1.1 {status} x\r\nConnection: close\r\n{headers}\r\n").into_bytes();
    bytes.extend(body);
    Doing {
        reads: 0,
        bytes,
        forever: Vec::new(),
        hangs: false,
    }
}

/// The same, when so many bytes of the body have been read.
pub(crate) fn after(reads: usize, doing: Doing) -> Doing {
    Doing { reads, ..doing }
}

/// The line ends without a word when so many bytes of the body have been read.
pub(crate) fn ends_after(reads: usize) -> Doing {
    Doing {
        reads,
        bytes: Vec::new(),
        forever: Vec::new(),
        hangs: false,
    }
}

pub(crate) struct FileServer {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _task: AbortOnDropHandle<()>,
}

impl FileServer {
    pub(crate) async fn new(
        authority: &Authority,
        answer: impl Fn(&Asked) -> Doing + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!(
            "https://localhost:{}/",
            listener.local_addr().unwrap().port()
        );
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, tls, answer) = (Arc::clone(&asked), authority.acceptor(), Arc::new(answer));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, tls, answer) = (Arc::clone(&log), tls.clone(), Arc::clone(&answer));
                connections.spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else {
                        return;
                    };
                    let mut stream = BufReader::new(stream);
                    let Some(request) = read_request(&mut stream).await else {
                        return;
                    };
                    log.lock().unwrap().push(request.clone());
                    serve(&mut stream, answer(&request)).await;
                });
            }
        });
        Self {
            base,
            asked,
            _task: AbortOnDropHandle::new(task),
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), doing: Doing) {
    if stream.read_exact(&mut vec![0; doing.reads]).await.is_err() {
        return;
    }
    // A client that has enough does not read the end.
    if stream.write_all(&doing.bytes).await.is_err() {
        return;
    }
    while !doing.forever.is_empty() {
        if stream.write_all(&doing.forever).await.is_err() {
            return;
        }
    }
    stream.flush().await.ok();
    if doing.hangs {
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    stream.shutdown().await.ok();
}

async fn read_request(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let line = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        match header.trim().split_once(": ") {
            Some((name, value)) => {
                headers.insert(name.to_ascii_lowercase(), value.to_owned());
            }
            None => return Some(Asked { line, headers }),
        }
    }
}

/// A server of good manners: ranges of one version of a file.
pub(crate) fn good(asked: &Asked, file: &[u8], etag: &str) -> Doing {
    let headers = format!("ETag: {etag}\r\nAccept-Ranges: bytes\r\n");
    let fits = asked.header("if-range").is_none_or(|known| known == etag);
    match asked.from().filter(|_| fits) {
        Some(from) if from >= file.len() => answer(416, &headers, b""),
        Some(from) => {
            let range = format!(
                "{headers}Content-Range: bytes {from}-{}/{}\r\n",
                file.len() - 1,
                file.len()
            );
            answer(206, &range, &file[from..])
        }
        None => answer(200, &headers, file),
    }
}

/// An answer of which only so many bytes of the body come.
pub(crate) fn cut(mut whole: Doing, body: usize) -> Doing {
    let head = whole
        .bytes
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .unwrap();
    whole.bytes.truncate(head + 4 + body);
    whole
}
