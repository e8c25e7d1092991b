use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

use super::reach::Reach;
use super::reader::{Kind, Nothing, PAGE_BYTES, Reader};
use super::{MOST, Made, Pages, Previews};
use crate::model::LinkPreview;
use crate::network::Ways;
use crate::sync::pictures::encoding::tests::some_png;

/// Servers of these tests: on this machine, at any port but one.
#[derive(Debug, Default)]
struct Here {
    not_at: u16,
}

impl Reach for Here {
    fn allows_address(&self, address: IpAddr) -> bool {
        address == IpAddr::from([127, 0, 0, 1])
    }

    fn allows_port(&self, port: u16) -> bool {
        port != self.not_at
    }
}

/// What a server answers to a path.
type Pieces = HashMap<&'static str, Vec<u8>>;

/// A server of pages on this machine; tells what it was asked.
struct Site {
    port: u16,
    asked: mpsc::UnboundedReceiver<String>,
}

impl Site {
    async fn serve(pieces: Pieces) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, asked) = mpsc::unbounded_channel();
        let pieces = Arc::new(pieces);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&pieces), tell.clone()));
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    fn asked(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }

    /// The first lines of what was asked for.
    fn paths(&mut self) -> Vec<String> {
        let path = |head: String| head.split(' ').nth(1).unwrap().to_owned();
        self.asked().into_iter().map(path).collect()
    }
}

async fn answer(mut stream: TcpStream, pieces: Arc<Pieces>, tell: mpsc::UnboundedSender<String>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    tell.send(head).unwrap();
    let Some(answer) = pieces.get(path.as_str()) else {
        // This one never answers.
        std::future::pending::<()>().await;
        return;
    };
    // Who has read enough hangs up.
    stream.write_all(answer).await.ok();
}

fn http(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        answer.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    answer.extend(b"\r\n");
    answer.extend(body);
    answer
}

fn page(body: &str) -> Vec<u8> {
    http("200 OK", &[("content-type", "text/html")], body.as_bytes())
}

fn picture(bytes: &[u8]) -> Vec<u8> {
    http("200 OK", &[("content-type", "image/png")], bytes)
}

fn to(location: &str) -> Vec<u8> {
    http("302 Found", &[("location", location)], b"")
}

fn reader() -> Reader {
    Reader::new(Arc::new(Here::default()))
}

async fn refusal(reader: &Reader, url: Url) -> Nothing {
    reader.fetch(&Ways::direct(), url).await.unwrap_err()
}

#[tokio::test]
async fn a_page_and_its_picture_are_looked_at() {
    let hut = some_png(90, 60);
    let html = r#"<title>Rules</title><meta property="og:image" content="/hut.png">"#;
    let site = Site::serve([("/", page(html)), ("/hut.png", picture(&hut))].into()).await;
    let pages = Pages::new(Arc::new(Here::default()));
    let look = pages.look(&Ways::direct(), site.url("/")).await.unwrap();
    assert_eq!(look.title, "Rules");
    assert_eq!(look.picture.unwrap(), hut);
}

#[tokio::test]
async fn a_link_to_a_picture_shows_the_picture() {
    let hut = some_png(90, 60);
    let site = Site::serve([("/a/hut%20one.png", picture(&hut))].into()).await;
    let pages = Pages::new(Arc::new(Here::default()));
    let look = pages
        .look(&Ways::direct(), site.url("/a/hut%20one.png"))
        .await
        .unwrap();
    assert_eq!(look.title, "hut one.png");
    assert_eq!(look.picture.unwrap(), hut);
}

#[tokio::test]
async fn a_server_learns_nothing_of_who_asks() {
    let mut site =
        Site::serve([("/", to("/next")), ("/next", page("<title>T</title>"))].into()).await;
    reader()
        .fetch(&Ways::direct(), site.url("/#part"))
        .await
        .unwrap();
    let asked = site.asked();
    assert_eq!(asked.len(), 2);
    for head in asked {
        let mut names: Vec<_> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .collect();
        names.sort_unstable();
        let host = format!("127.0.0.1:{}", site.port);
        assert_eq!(
            names,
            [
                ("accept", super::reader::ACCEPTED),
                ("host", host.as_str()),
                ("user-agent", "Mozilla/5.0 (compatible; link preview)"),
            ]
        );
        assert!(!head.contains("part"));
    }
}

#[tokio::test]
async fn redirections_are_followed_three_times() {
    let mut site = Site::serve(
        [
            ("/0", to("/1")),
            ("/1", to("/2")),
            ("/2", to("/3")),
            ("/3", page("<title>T</title>")),
            ("/again", to("/0")),
            ("/nowhere", http("302 Found", &[], b"")),
        ]
        .into(),
    )
    .await;
    let found = reader()
        .fetch(&Ways::direct(), site.url("/0"))
        .await
        .unwrap();
    assert_eq!(found.url, site.url("/3"));
    assert_eq!(site.paths(), ["/0", "/1", "/2", "/3"]);
    assert_eq!(
        refusal(&reader(), site.url("/again")).await,
        Nothing::Circles
    );
    assert_eq!(site.paths(), ["/again", "/0", "/1", "/2"]);
    assert_eq!(
        refusal(&reader(), site.url("/nowhere")).await,
        Nothing::Status(302)
    );
}

#[tokio::test]
async fn every_hop_is_judged() {
    let mut secret = Site::serve([("/", page("<title>Router</title>"))].into()).await;
    let elsewhere = [
        ("/port", to(secret.url("/").as_str())),
        ("/loop", to("http://127.0.0.2/")),
        ("/v6", to("http://[::1]/")),
        ("/mapped", to("http://[::ffff:127.0.0.1]/")),
        ("/name", to("http://localhost/")),
        ("/file", to("file:///etc/passwd")),
        ("/disguise", to("http://user:pw@127.0.0.1/")),
    ];
    let mut site = Site::serve(elsewhere.clone().into()).await;
    let reader = Reader::new(Arc::new(Here {
        not_at: secret.port,
    }));
    for (path, _) in &elsewhere {
        let refused = refusal(&reader, site.url(path)).await;
        assert_eq!(refused, Nothing::NotAllowed, "{path}");
    }
    assert_eq!(site.asked().len(), elsewhere.len());
    assert_eq!(secret.asked(), Vec::<String>::new());
}

/// Takes an address once, and not a second time: a name that leads elsewhere all of a sudden.
#[derive(Debug, Default)]
struct Once(AtomicUsize);

impl Reach for Once {
    fn allows_address(&self, _: IpAddr) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst) == 0
    }

    fn allows_port(&self, _: u16) -> bool {
        true
    }
}

#[tokio::test]
async fn what_counts_is_the_address_that_was_connected_to() {
    let site = Site::serve([("/", page("<title>T</title>"))].into()).await;
    let reader = Reader::new(Arc::new(Once::default()));
    assert_eq!(refusal(&reader, site.url("/")).await, Nothing::NotAllowed);
}

#[tokio::test]
async fn only_the_beginning_of_a_page_and_only_small_pictures_are_read() {
    let mut long = b"<title>Long</title>".to_vec();
    long.resize(3 * PAGE_BYTES, b' ');
    let endless = http(
        "200 OK",
        &[("content-type", "text/html; charset=utf-8")],
        &long,
    );
    let large = vec![0; 5 * 1024 * 1024];
    let announced = ("content-length", "5242880");
    let site = Site::serve(
        [
            ("/page", endless),
            ("/silent", picture(&large)),
            (
                "/announced",
                http("200 OK", &[("content-type", "image/png"), announced], &[]),
            ),
        ]
        .into(),
    )
    .await;
    let found = reader()
        .fetch(&Ways::direct(), site.url("/page"))
        .await
        .unwrap();
    assert_eq!(found.bytes.len(), PAGE_BYTES);
    let charset = Some("utf-8".to_owned());
    assert_eq!(found.kind, Kind::Page { charset });
    for path in ["/silent", "/announced"] {
        assert_eq!(
            refusal(&reader(), site.url(path)).await,
            Nothing::TooLarge,
            "{path}"
        );
    }
}

#[tokio::test]
async fn other_kinds_and_failures_show_nothing() {
    let typed = |kind| http("200 OK", &[("content-type", kind)], b"<title>T</title>");
    let site = Site::serve(
        [
            ("/svg", typed("image/svg+xml")),
            ("/json", typed("application/json")),
            ("/none", http("200 OK", &[], b"<title>T</title>")),
            (
                "/gone",
                http(
                    "404 Not Found",
                    &[("content-type", "text/html")],
                    b"<title>Gone</title>",
                ),
            ),
        ]
        .into(),
    )
    .await;
    for path in ["/svg", "/json", "/none"] {
        assert_eq!(
            refusal(&reader(), site.url(path)).await,
            Nothing::OtherKind,
            "{path}"
        );
    }
    assert_eq!(
        refusal(&reader(), site.url("/gone")).await,
        Nothing::Status(404)
    );
    let mut closed = site.url("/");
    closed.set_port(Some(1)).unwrap();
    assert_eq!(refusal(&reader(), closed).await, Nothing::NoAnswer);
}

#[tokio::test]
async fn a_slow_page_gives_up_and_a_slow_picture_leaves_the_words() {
    let html = r#"<title>Rules</title><meta property="og:image" content="/never.png">"#;
    let mut site = Site::serve([("/", page(html))].into()).await;
    let pages = Pages {
        limit: Duration::from_millis(500),
        ..Pages::new(Arc::new(Here::default()))
    };
    // The first use reads certificates, which takes its own time.
    pages
        .reader
        .fetch(&Ways::direct(), site.url("/"))
        .await
        .unwrap();
    site.asked();
    assert!(
        pages
            .look(&Ways::direct(), site.url("/never"))
            .await
            .is_none()
    );
    let look = pages.look(&Ways::direct(), site.url("/")).await.unwrap();
    assert_eq!((look.title.as_str(), look.picture), ("Rules", None));
    assert_eq!(site.paths(), ["/never", "/", "/never.png"]);
}

fn made(n: usize) -> Made {
    let url = Url::parse(&format!("https://example.org/{n}")).unwrap();
    Made {
        preview: LinkPreview::new(url.clone(), "T", "", "", None),
        url,
        unused: format!("{}", n + 1).parse().ok(),
    }
}

#[test]
fn previews_of_unfinished_messages_are_remembered_and_the_unsent_pictures_of_old_ones_given_up() {
    let previews = Previews::default();
    for n in 0..MOST {
        assert_eq!(previews.keep(made(n)), None);
    }
    let sent = previews.take(&made(1).url).unwrap();
    assert_eq!(sent.title, "T");
    assert_eq!(previews.keep(made(MOST)), made(0).unused, "nobody sent it");
    assert_eq!(previews.keep(made(MOST + 1)), None, "a message needs it");
    assert!(previews.known(&made(0).url).is_none());
    assert!(previews.known(&made(2).url).is_some());
    assert_eq!(previews.take(&made(0).url), None);
}
