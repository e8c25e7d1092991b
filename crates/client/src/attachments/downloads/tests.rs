//! Downloads against servers that do as they like, over real sockets and TLS.

pub(crate) mod server;

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use cubist_protocol::ext::extra_params::{Attachment as Element, ExtraParams};
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use self::server::{Asked, Authority, Doing, FileServer, answer, cut, good, raw};
use super::{Downloads, run};
use crate::attachments::MAX_BYTES;
use crate::attachments::cache::Cache;
use crate::attachments::files::{Files, Parts, PictureSize, is_lost};
use crate::attachments::progress::Progress;
use crate::attachments::sealed::{CHUNK, FilesKey};
use crate::clock::SystemClock;
use crate::connection::Trust;
use crate::events::ClientEvent;
use crate::model::{AppId, FilePolicy, FileProblem, FileState, Identity, Secret, UnixMillis};
use crate::network::Ways;
use crate::rest::{Client, RestConfig, Session};
use crate::store::files::Queued;
use crate::store::messages::MessageRecord;
use crate::store::testing::{
    ME, account_id, dialog, empty_the_disk, fill_the_disk, incoming, message_id, user_id,
};
use crate::store::{self, RawKey, Store};
use crate::sync::pictures::encoding::tests::some_png;

const DEADLINE: Duration = Duration::from_secs(60);
const ETAG: &str = "\"v1\"";

/// An account with files, whose server is the test.
struct Rig {
    dir: TempDir,
    store: Store,
    files: Arc<Files>,
    client: Client,
    events: broadcast::Receiver<ClientEvent>,
    policy: Arc<Mutex<FilePolicy>>,
    /// Ends the downloads, as quitting does.
    running: Option<CancellationToken>,
    messages: u32,
}

/// A client that is signed in at a test's server.
pub(crate) fn client(base: &str, authority: &str) -> Client {
    let client = Client::new(RestConfig {
        base: base.parse().unwrap(),
        app_id: AppId::new(21).unwrap(),
        auth_key: Secret::new("AUTHKEY"),
        trust: Trust::new(Some(authority)).unwrap(),
        ways: Ways::direct(),
    })
    .unwrap();
    let session = Session {
        token: Secret::new("good"),
        user: user_id(ME),
        expires_at: None,
    };
    let login = Identity::Login {
        login: "john".to_owned(),
        password: Secret::new("pw11111111"),
    };
    client.restore(session, login);
    client
}

impl Rig {
    async fn new(authority: &Authority, server: &FileServer) -> Self {
        let dir = TempDir::new().unwrap();
        let client = client(&server.base, &authority.pem());
        let (store, files, events, policy) = open(&dir).await;
        store
            .write(|tx| {
                store::dialogs::save(tx, &dialog(1, crate::model::DialogKind::Private, &[ME, 2]))
            })
            .await
            .unwrap();
        let mut rig = Self {
            dir,
            store,
            files,
            client,
            events,
            policy,
            running: None,
            messages: 0,
        };
        rig.start();
        rig
    }

    fn start(&mut self) {
        let token = CancellationToken::new();
        tokio::spawn(run(
            Arc::clone(&self.files),
            self.client.clone(),
            token.clone(),
        ));
        self.running = Some(token);
    }

    /// The app ends and is started again on the same folder.
    async fn restart(mut self) -> Self {
        self.running.take().unwrap().cancel();
        self.store.close().await;
        let (store, files, events, policy) = open(&self.dir).await;
        self.store = store;
        self.files = files;
        self.events = events;
        self.policy = policy;
        self
    }

    /// A message with one attachment arrives; its number.
    async fn message(&mut self, attributes: &[(&str, &str)]) -> u32 {
        self.messages += 1;
        let number = self.messages;
        let mut element = Element::default();
        for (name, value) in attributes {
            element.set(name, *value);
        }
        let mut extra = ExtraParams::new();
        extra.push_attachment(element);
        let record = MessageRecord {
            extra,
            sent_at: UnixMillis::from_seconds(1_000 + i64::from(number)),
            ..incoming(number, 0, "")
        };
        self.store
            .write(move |tx| store::messages::insert(tx, &record))
            .await
            .unwrap();
        number
    }

    async fn want(&self, message: u32) {
        let found = self.attachment(message).await;
        self.files.want(&found).await.unwrap();
    }

    async fn attachment(&self, message: u32) -> crate::model::Attachment {
        let id = message_id(message);
        let found = self
            .store
            .read(move |db| super::super::files::attachment(db, id, 0));
        found.await.unwrap().unwrap()
    }

    async fn state(&self, message: u32) -> FileState {
        self.attachment(message).await.file.unwrap()
    }

    /// Waits until the file of a message is as wanted.
    async fn until(&mut self, message: u32, fits: impl Fn(FileState) -> bool) -> FileState {
        let wait = async {
            loop {
                let event = self.events.recv().await.unwrap();
                let ClientEvent::AttachmentsChanged { changes, .. } = event else {
                    continue;
                };
                let found = changes
                    .iter()
                    .find(|one| one.message == message_id(message) && fits(one.file));
                if let Some(change) = found {
                    return change.file;
                }
            }
        };
        tokio::time::timeout(DEADLINE, wait)
            .await
            .expect("the file becomes as wanted")
    }

    async fn until_settled(&mut self, message: u32) -> FileState {
        self.until(message, |file| {
            matches!(
                file,
                FileState::Here | FileState::Failed { .. } | FileState::Remote
            )
        })
        .await
    }

    async fn get(&mut self, message: u32) -> FileState {
        // What was said before is not the answer.
        self.events = self.events.resubscribe();
        self.want(message).await;
        self.until_settled(message).await
    }

    async fn content(&self, message: u32) -> Option<Vec<u8>> {
        let mut file = self.files.open(message_id(message), 0).await.unwrap()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        Some(bytes)
    }
}

async fn open(
    dir: &TempDir,
) -> (
    Store,
    Arc<Files>,
    broadcast::Receiver<ClientEvent>,
    Arc<Mutex<FilePolicy>>,
) {
    let (events, receiver) = broadcast::channel(100_000);
    let told = events.clone();
    let store = Store::open(
        dir.path().join("cache.db"),
        RawKey::new([1; 32]),
        account_id(),
        user_id(ME),
        Arc::new(move |changes| {
            for event in changes {
                told.send(event).ok();
            }
        }),
    )
    .await
    .unwrap();
    let policy = Arc::new(Mutex::new(FilePolicy::default()));
    let mut files = Files::new(Parts {
        store: store.clone(),
        cache: Cache::new(
            dir.path().join("files"),
            FilesKey::of_cache(&RawKey::new([1; 32])),
        ),
        progress: Progress::new(account_id(), events),
        downloads: Arc::default(),
        clock: Arc::new(SystemClock),
        policy: Arc::clone(&policy),
    });
    files.pace = Duration::from_millis(1);
    (store, Arc::new(files), receiver, policy)
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| u8::try_from(n * 31 % 253).unwrap())
        .collect()
}

/// A server that does one thing, and a message with a file on it.
async fn one(
    attributes: &[(&str, &str)],
    answer: impl Fn(&Asked) -> Doing + Send + Sync + 'static,
) -> (Rig, FileServer, u32) {
    let authority = Authority::new();
    let server = FileServer::new(&authority, answer).await;
    let mut rig = Rig::new(&authority, &server).await;
    let message = rig.message(attributes).await;
    (rig, server, message)
}

const FILE: &[(&str, &str)] = &[("type", "file"), ("uid", "abc"), ("name", "a.bin")];
const PHOTO: &[(&str, &str)] = &[("type", "photo"), ("uid", "abc"), ("name", "a.png")];

fn failed(problem: FileProblem) -> FileState {
    FileState::Failed { problem }
}

#[tokio::test]
async fn a_file_comes_whole_and_is_read_without_the_server() {
    let file = bytes(3 * CHUNK + 77);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| good(asked, &copy, ETAG)).await;
    assert_eq!(rig.state(message).await, FileState::Remote);
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(server.lines(), ["GET /blobs/abc?token=good"]);
    // Once here it is not asked for again, after a restart neither.
    rig.want(message).await;
    let mut rig = rig.restart().await;
    rig.start();
    assert_eq!(rig.state(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn progress_is_told_on_the_way() {
    let file = bytes(40 * CHUNK);
    let total = file.len() as u64;
    let (mut rig, _server, message) = one(FILE, move |asked| good(asked, &file, ETAG)).await;
    rig.want(message).await;
    rig.until(message, |file| file == FileState::Queued).await;
    let moving = rig
        .until(message, |file| {
            matches!(file, FileState::Downloading { .. })
        })
        .await;
    assert!(matches!(moving, FileState::Downloading { total: told, .. } if told == total));
    rig.until(message, |file| file == FileState::Here).await;
}

#[tokio::test]
async fn a_line_that_is_cut_again_and_again_costs_no_byte_twice() {
    let file = bytes(9 * CHUNK + 5);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| {
        let whole = good(asked, &copy, ETAG);
        cut(whole, 2 * CHUNK + 1_000)
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    let from: Vec<_> = server.asked().iter().map(Asked::from).collect();
    let chunk = |n: usize| Some(n * CHUNK);
    assert_eq!(from, [None, chunk(2), chunk(4), chunk(6), chunk(8)]);
    assert!(
        server
            .asked()
            .iter()
            .skip(1)
            .all(|asked| asked.header("if-range") == Some(ETAG))
    );
}

#[tokio::test]
async fn another_version_of_a_file_is_not_glued_to_the_old_one() {
    let (old, new) = (bytes(4 * CHUNK), vec![9; 3 * CHUNK]);
    let copy = new.clone();
    let tries = AtomicUsize::new(0);
    let (mut rig, _server, message) = one(FILE, move |asked| {
        if tries.fetch_add(1, Ordering::Relaxed) == 0 {
            cut(good(asked, &old, ETAG), 2 * CHUNK + 1)
        } else {
            good(asked, &copy, "\"v2\"")
        }
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), new);
}

#[tokio::test]
async fn a_server_that_gives_no_parts_is_asked_for_one_and_its_whole_file_taken() {
    let file = bytes(4 * CHUNK + 3);
    let copy = file.clone();
    let tries = AtomicUsize::new(0);
    let (mut rig, server, message) = one(FILE, move |_| {
        let whole = answer(200, &format!("ETag: {ETAG}\r\n"), &copy);
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 => cut(whole, 2 * CHUNK + 1_000),
            _ => whole,
        }
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    let size = rig.attachment(message).await.size;
    assert_eq!(size, Some(file.len() as u64));
    let from: Vec<_> = server.asked().iter().map(Asked::from).collect();
    assert_eq!(from, [None, Some(2 * CHUNK)]);
}

#[tokio::test]
async fn a_server_without_versions_is_asked_for_everything_again() {
    let file = bytes(3 * CHUNK);
    let copy = file.clone();
    let tries = AtomicUsize::new(0);
    let (mut rig, server, message) = one(FILE, move |_| {
        let whole = answer(200, "ETag: W/\"weak\"\r\n", &copy);
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 => cut(whole, 2 * CHUNK + 1),
            _ => whole,
        }
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert!(server.asked().iter().all(|asked| asked.from().is_none()));
}

#[tokio::test]
async fn a_server_that_gives_another_part_than_asked_is_not_believed() {
    let file = bytes(4 * CHUNK);
    let copy = file.clone();
    let (mut rig, _server, message) = one(FILE, move |asked| match asked.from() {
        None if asked.header("x").is_none() && copy.is_empty() => unreachable!(),
        None => cut(good(asked, &copy, ETAG), 2 * CHUNK + 1),
        // The beginning, in the clothes of the end.
        Some(_) => {
            let range = format!(
                "ETag: {ETAG}\r\nContent-Range: bytes 0-{}/{}\r\n",
                2 * CHUNK - 1,
                copy.len()
            );
            answer(206, &range, &copy[..2 * CHUNK])
        }
    })
    .await;
    // It never gives the end, so the file never comes; nothing wrong is kept.
    assert_eq!(rig.get(message).await, failed(FileProblem::Damaged));
    assert_eq!(rig.content(message).await, None);
}

#[tokio::test]
async fn a_server_that_always_stops_midway_is_given_up_and_can_be_asked_again() {
    let file = bytes(2 * CHUNK);
    let copy = file.clone();
    let heals = Arc::new(AtomicUsize::new(0));
    let healed = Arc::clone(&heals);
    let (mut rig, server, message) = one(FILE, move |asked| {
        let whole = good(asked, &copy, ETAG);
        if healed.load(Ordering::Relaxed) == 0 {
            cut(whole, 100)
        } else {
            whole
        }
    })
    .await;
    assert_eq!(rig.get(message).await, failed(FileProblem::Network));
    assert_eq!(server.lines().len(), 7, "seven tries and no more");
    // The state is there after a restart, and so is the way out.
    let mut rig = rig.restart().await;
    assert_eq!(rig.state(message).await, failed(FileProblem::Network));
    rig.start();
    heals.store(1, Ordering::Relaxed);
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
}

#[tokio::test]
async fn a_body_that_ends_early_without_a_length_is_noticed_by_what_its_sender_said() {
    let attributes = [FILE, &[("size", "5000")]].concat();
    let (mut rig, _server, message) = one(&attributes, |_| raw(200, "", &vec![7; 4_000])).await;
    assert_eq!(rig.get(message).await, failed(FileProblem::Damaged));
    assert_eq!(rig.content(message).await, None);
}

#[tokio::test]
async fn a_server_that_lies_about_the_size_fills_no_disk() {
    // It says less than comes: what it said is taken.
    let attributes = [FILE, &[("size", "10")]].concat();
    let (mut rig, _server, message) = one(&attributes, |_| {
        raw(200, "Content-Length: 10\r\n", &vec![7; 100_000])
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap().len(), 10);
    // It says more than the platform allows: not a byte is read.
    let (mut rig, _server, message) = one(FILE, |_| {
        raw(200, &format!("Content-Length: {}\r\n", MAX_BYTES + 1), b"x")
    })
    .await;
    assert_eq!(rig.get(message).await, failed(FileProblem::TooLarge));
    // It says nothing and never ends; a picture that was to come unasked is stopped at its limit.
    let (mut rig, _server, message) = one(PHOTO, |_| Doing {
        forever: format!("1000\r\n{}\r\n", "x".repeat(0x1000)).into_bytes(),
        ..raw(200, "Transfer-Encoding: chunked\r\n", b"")
    })
    .await;
    rig.policy.lock().unwrap().images = 100_000;
    rig.files
        .prioritise(vec![(message_id(message), 0)])
        .await
        .unwrap();
    assert_eq!(rig.until_settled(message).await, FileState::Remote);
    let size = rig.attachment(message).await.size.unwrap();
    assert!(
        size > 100_000 && size < 1_000_000,
        "as far as it was read: {size}"
    );
    // Looking at it again does not begin it again.
    rig.files
        .prioritise(vec![(message_id(message), 0)])
        .await
        .unwrap();
    assert_eq!(rig.state(message).await, FileState::Remote);
    assert_eq!(rig.content(message).await, None);
}

#[tokio::test]
async fn a_sender_who_understates_the_size_gets_no_large_file_downloaded_unasked() {
    let file = vec![1; 300_000];
    let copy = file.clone();
    let attributes = [PHOTO, &[("size", "1000")]].concat();
    let (mut rig, _server, message) = one(&attributes, move |asked| good(asked, &copy, ETAG)).await;
    rig.policy.lock().unwrap().images = 100_000;
    rig.files
        .prioritise(vec![(message_id(message), 0)])
        .await
        .unwrap();
    assert_eq!(rig.until_settled(message).await, FileState::Remote);
    assert_eq!(
        rig.attachment(message).await.size,
        Some(300_000),
        "as the server says"
    );
    // By hand it comes.
    assert_eq!(rig.get(message).await, failed(FileProblem::NotAnImage));
    assert_eq!(rig.content(message).await.unwrap(), file);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (status, problem) in [
        (404, FileProblem::Gone),
        (410, FileProblem::Gone),
        (403, FileProblem::Refused),
        (400, FileProblem::Server),
        (503, FileProblem::Server),
    ] {
        let (mut rig, server, message) = one(FILE, move |_| answer(status, "", b"{}")).await;
        assert_eq!(rig.get(message).await, failed(problem), "{status}");
        let tries = if status == 503 { 7 } else { 1 };
        assert_eq!(server.lines().len(), tries, "{status}");
    }
}

#[tokio::test]
async fn a_session_that_expired_is_renewed_and_the_download_goes_on() {
    let file = bytes(1_000);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| {
        if asked.line.starts_with("POST /session") {
            let body = r#"{"session":{"id":1,"user_id":1,"application_id":21,"token":"fresh"}}"#;
            answer(201, "", body.as_bytes())
        } else if asked.line.contains("token=fresh") {
            good(asked, &copy, ETAG)
        } else {
            answer(
                401,
                "",
                br#"{"errors":{"base":["Required session does not exist"]}}"#,
            )
        }
    })
    .await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(
        server.lines(),
        [
            "GET /blobs/abc?token=good",
            "POST /session.json",
            "GET /blobs/abc?token=fresh"
        ]
    );
    // One that is refused even then is refused.
    let (mut rig, _server, message) = one(FILE, |asked| {
        if asked.line.starts_with("POST /session") {
            let body = r#"{"session":{"id":1,"user_id":1,"application_id":21,"token":"fresh"}}"#;
            return answer(201, "", body.as_bytes());
        }
        answer(401, "", b"{}")
    })
    .await;
    assert_eq!(rig.get(message).await, failed(FileProblem::Refused));
}

#[tokio::test]
async fn a_redirection_to_another_origin_is_not_shown_the_session() {
    let authority = Authority::new();
    let file = bytes(2 * CHUNK);
    let copy = file.clone();
    let store = FileServer::new(&authority, move |asked| good(asked, &copy, ETAG)).await;
    let target = format!("Location: {}bucket/1?signature=x\r\n", store.base);
    let api = FileServer::new(&authority, move |_| answer(301, &target, b"moved")).await;
    let mut rig = Rig::new(&authority, &api).await;
    let message = rig.message(FILE).await;
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(api.lines(), ["GET /blobs/abc?token=good"]);
    let seen = store.asked();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "GET /bucket/1?signature=x");
    let said = format!("{:?}", seen[0]);
    for secret in [
        "good",
        "token",
        "AUTHKEY",
        "cb-token",
        "referer",
        "cookie",
        "authorization",
    ] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test]
async fn a_redirection_to_a_place_without_tls_or_in_a_circle_is_not_followed() {
    for location in [
        "http://example.org/x",
        "ftp://localhost/x",
        "/blobs/abc",
        ":",
    ] {
        let target = format!("Location: {location}\r\n");
        let (mut rig, server, message) = one(FILE, move |_| answer(302, &target, b"")).await;
        let state = rig.get(message).await;
        assert!(
            matches!(state, FileState::Failed { .. }),
            "{location}: {state:?}"
        );
        assert!(server.lines().len() <= 4, "{location}");
    }
}

#[tokio::test]
async fn what_is_elsewhere_is_asked_only_when_a_person_says_so() {
    let authority = Authority::new();
    let png = some_png(30, 20);
    let elsewhere = FileServer::new(&authority, move |asked| good(asked, &png, ETAG)).await;
    let api = FileServer::new(&authority, |_| answer(404, "", b"{}")).await;
    let mut rig = Rig::new(&authority, &api).await;
    let url = format!("{}face.png", elsewhere.base);
    let message = rig.message(&[("type", "photo"), ("url", &url)]).await;
    rig.files
        .prioritise(vec![(message_id(message), 0)])
        .await
        .unwrap();
    assert_eq!(rig.state(message).await, FileState::Remote);
    assert_eq!(elsewhere.lines(), Vec::<String>::new());
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(elsewhere.lines(), ["GET /face.png"]);
    assert_eq!(api.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn what_names_no_file_is_not_asked_for() {
    let (mut rig, server, message) = one(&[("type", "file"), ("name", "a")], |_| {
        answer(200, "", b"x")
    })
    .await;
    rig.want(message).await;
    let private = rig
        .message(&[("type", "file"), ("url", "https://10.0.0.1/secret")])
        .await;
    assert_eq!(rig.get(private).await, failed(FileProblem::Refused));
    assert_eq!(rig.content(message).await, None);
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_picture_is_checked_and_made_small_before_it_is_shown() {
    let png = some_png(1600, 900);
    let copy = png.clone();
    // Whatever the server and the sender call it.
    let attributes = [
        ("type", "photo"),
        ("uid", "abc"),
        ("content-type", "text/html"),
    ];
    let (mut rig, _server, message) = one(&attributes, move |asked| good(asked, &copy, ETAG)).await;
    rig.files
        .prioritise(vec![(message_id(message), 0)])
        .await
        .unwrap();
    assert_eq!(rig.until_settled(message).await, FileState::Here);
    let picture = |size| rig.files.picture(message_id(message), 0, size);
    let small = picture(PictureSize::Thumbnail).await.unwrap().unwrap();
    let shown = image::load_from_memory(&small.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (720, 405));
    let full = picture(PictureSize::Full).await.unwrap().unwrap();
    assert_eq!((full.content_type.as_str(), full.bytes), ("image/png", png));
}

#[tokio::test]
async fn what_is_no_picture_is_never_shown_as_one_and_can_still_be_saved() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = b"<!DOCTYPE html><script>alert(1)</script>";
    let whole = some_png(300, 200);
    let mut bomb =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0".to_vec();
    bomb.extend([0; 64]);
    for file in [
        svg.to_vec(),
        html.to_vec(),
        whole[..whole.len() / 2].to_vec(),
        bomb,
        b"MZ\x90\0program".to_vec(),
        Vec::new(),
    ] {
        let copy = file.clone();
        let headers = "Content-Type: image/png\r\n";
        let (mut rig, _server, message) = one(PHOTO, move |_| answer(200, headers, &copy)).await;
        assert_eq!(rig.get(message).await, failed(FileProblem::NotAnImage));
        for size in [PictureSize::Thumbnail, PictureSize::Full] {
            let shown = rig.files.picture(message_id(message), 0, size).await;
            assert_eq!(shown.unwrap(), None);
        }
        assert_eq!(rig.content(message).await.unwrap(), file);
    }
}

#[tokio::test]
async fn a_file_of_several_messages_is_downloaded_once_and_told_at_each() {
    let file = bytes(500);
    let (mut rig, server, first) = one(FILE, move |asked| good(asked, &file, ETAG)).await;
    let second = rig.message(FILE).await;
    rig.want(first).await;
    rig.want(second).await;
    rig.until(second, |file| file == FileState::Here).await;
    assert_eq!(rig.state(first).await, FileState::Here);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_few_come_at_once_and_what_is_on_the_screen_comes_first() {
    let gate = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&gate);
    let authority = Authority::new();
    let server = FileServer::new(&authority, move |asked| {
        let mut seen = seen.lock().unwrap();
        seen.push(asked.line.clone());
        // The first three never end.
        Doing {
            hangs: seen.len() <= 3,
            ..cut(
                answer(200, "", b"0123456789"),
                if seen.len() <= 3 { 5 } else { 10 },
            )
        }
    })
    .await;
    let mut rig = Rig::new(&authority, &server).await;
    let mut numbers = Vec::new();
    for n in 0..7 {
        let uid = format!("f{n}");
        numbers.push(
            rig.message(&[("type", "file"), ("uid", &uid), ("size", "10")])
                .await,
        );
    }
    for &number in &numbers[..3] {
        rig.want(number).await;
        rig.until(number, |file| matches!(file, FileState::Downloading { .. }))
            .await;
    }
    for &number in &numbers[3..] {
        rig.want(number).await;
    }
    assert_eq!(gate.lock().unwrap().len(), 3);
    let screen = [numbers[4], numbers[3]].map(|number| (message_id(number), 0));
    rig.files.prioritise(screen.to_vec()).await.unwrap();
    // One of the three is not wanted any more: one place for four that wait.
    rig.files.cancel("f0").await.unwrap();
    rig.until(numbers[0], |file| file == FileState::Remote)
        .await;
    for number in [4, 3, 6, 5] {
        rig.until(numbers[number], |file| file == FileState::Here)
            .await;
    }
    let order = gate.lock().unwrap()[3..].to_vec();
    let expected = ["f4", "f3", "f6", "f5"].map(|uid| format!("GET /blobs/{uid}?token=good"));
    assert_eq!(order, expected);
}

#[tokio::test]
async fn what_is_asked_for_does_not_keep_the_screen_waiting() {
    let authority = Authority::new();
    let server = FileServer::new(&authority, |asked| {
        // Large ones, which never end.
        let hangs = asked.line.contains("large");
        let sent = if hangs { 5 } else { 10 };
        Doing {
            hangs,
            ..cut(answer(200, "", b"0123456789"), sent)
        }
    })
    .await;
    let mut rig = Rig::new(&authority, &server).await;
    let mut numbers = Vec::new();
    for uid in ["large1", "large2", "large3", "large4", "seen", "seen2"] {
        numbers.push(
            rig.message(&[("type", "file"), ("uid", uid), ("size", "10")])
                .await,
        );
    }
    for &number in &numbers[..3] {
        rig.want(number).await;
        rig.until(number, |file| matches!(file, FileState::Downloading { .. }))
            .await;
    }
    rig.want(numbers[3]).await;
    let screen = [numbers[4], numbers[5]].map(|number| (message_id(number), 0));
    rig.files.prioritise(screen.to_vec()).await.unwrap();
    for seen in [4, 5] {
        rig.until(numbers[seen], |file| file == FileState::Here)
            .await;
    }
    assert_eq!(rig.state(numbers[3]).await, FileState::Queued);
}

/// A person does something just when the server is asked for a file for the first time.
async fn meanwhile(act: fn(&Downloads)) -> (Rig, FileServer, u32) {
    let files = Arc::new(OnceLock::<Arc<Files>>::new());
    let seen = Arc::clone(&files);
    let asked_for = AtomicUsize::new(0);
    let attributes = [PHOTO, &[("size", "1000")]].concat();
    let (rig, server, message) = one(&attributes, move |asked| {
        if asked_for.fetch_add(1, Ordering::Relaxed) == 0 {
            act(&seen.get().unwrap().downloads);
        }
        good(asked, &vec![1; 300_000], ETAG)
    })
    .await;
    assert!(files.set(Arc::clone(&rig.files)).is_ok());
    rig.policy.lock().unwrap().images = 100_000;
    let place = (message_id(message), 0);
    rig.files.prioritise(vec![place]).await.unwrap();
    (rig, server, message)
}

fn click() -> Queued {
    Queued {
        source: "abc".to_owned(),
        limit: None,
    }
}

#[tokio::test]
async fn a_click_on_what_comes_unasked_and_is_too_large_for_that_counts() {
    let (mut rig, server, message) = meanwhile(|downloads| downloads.want(click())).await;
    let came = rig.until(message, |file| matches!(file, FileState::Failed { .. }));
    // All of it came: it says that it is a picture, and is none.
    assert_eq!(came.await, failed(FileProblem::NotAnImage));
    assert_eq!(rig.content(message).await.unwrap(), vec![1; 300_000]);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn what_is_wanted_again_right_after_it_was_cancelled_comes() {
    let (mut rig, server, message) = meanwhile(|downloads| {
        downloads.cancel("abc");
        downloads.want(click());
    })
    .await;
    let came = rig.until(message, |file| matches!(file, FileState::Failed { .. }));
    assert_eq!(came.await, failed(FileProblem::NotAnImage));
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn the_last_word_counts_when_it_is_to_cancel() {
    let (mut rig, server, message) = meanwhile(|downloads| {
        downloads.want(click());
        downloads.cancel("abc");
    })
    .await;
    assert_eq!(rig.until_settled(message).await, FileState::Remote);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn what_was_wanted_is_wanted_after_a_restart_and_goes_on_where_it_was() {
    let file = bytes(4 * CHUNK + 9);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| match asked.from() {
        None => Doing {
            hangs: true,
            ..cut(good(asked, &copy, ETAG), 3 * CHUNK + 10)
        },
        Some(_) => good(asked, &copy, ETAG),
    })
    .await;
    rig.want(message).await;
    let on_disk = rig.files.cache.part_path("abc");
    rig.until(message, |file| {
        matches!(file, FileState::Downloading { .. })
    })
    .await;
    // The part grows with what came; the app ends without a word when three chunks are there.
    let grown = async {
        while std::fs::metadata(&on_disk).map_or(0, |part| part.len()) < 3 * CHUNK as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, grown).await.unwrap();
    let mut rig = rig.restart().await;
    assert_eq!(rig.state(message).await, FileState::Queued);
    rig.start();
    assert_eq!(rig.until_settled(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(server.asked().last().unwrap().from(), Some(3 * CHUNK));
}

#[tokio::test]
async fn the_folder_of_the_cache_may_vanish_at_any_time() {
    let file = bytes(2 * CHUNK);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| good(asked, &copy, ETAG)).await;
    assert_eq!(rig.get(message).await, FileState::Here);
    std::fs::remove_dir_all(rig.dir.path().join("files")).unwrap();
    assert_eq!(rig.content(message).await, None);
    assert_eq!(
        rig.state(message).await,
        FileState::Remote,
        "it can be had again"
    );
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_full_disk_is_said_and_nothing_is_lost() {
    let file = bytes(20 * CHUNK);
    let copy = file.clone();
    let (mut rig, _server, message) = one(FILE, move |asked| good(asked, &copy, ETAG)).await;
    let first = rig.message(&[("type", "file"), ("uid", "first")]).await;
    assert_eq!(rig.get(first).await, FileState::Here);
    let part = rig.files.cache.part_path("abc");
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    assert_eq!(rig.get(message).await, failed(FileProblem::NoSpace));
    std::fs::remove_file(&part).unwrap();
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), file);
}

#[tokio::test]
async fn a_download_whose_end_a_full_disk_did_not_take_comes_once_there_is_room() {
    let file = bytes(3 * CHUNK);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| good(asked, &copy, ETAG)).await;
    rig.running.take().unwrap().cancel();
    rig.want(message).await;
    rig.store.write(fill_the_disk).await.unwrap();
    rig.start();
    let tried_again = async {
        while server.lines().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, tried_again).await.unwrap();
    rig.events = rig.events.resubscribe();
    rig.store.write(empty_the_disk).await.unwrap();
    rig.until(message, |file| file == FileState::Here).await;
    assert_eq!(rig.content(message).await.unwrap(), file);
}

#[tokio::test]
async fn a_full_disk_keeps_nobody_from_what_is_here() {
    let png = some_png(30, 20);
    let copy = png.clone();
    let (mut rig, _server, message) = one(PHOTO, move |asked| good(asked, &copy, ETAG)).await;
    assert_eq!(rig.get(message).await, FileState::Here);
    // Its use would be noted now: it was used long ago.
    rig.store
        .write(|tx| {
            let content = store::files::load(tx, "abc")?.unwrap().content.unwrap();
            store::files::used(tx, content, UnixMillis(0))?;
            fill_the_disk(tx)
        })
        .await
        .unwrap();
    assert_eq!(rig.content(message).await.unwrap(), png);
    let shown = rig
        .files
        .picture(message_id(message), 0, PictureSize::Thumbnail);
    assert!(shown.await.unwrap().is_some());
}

#[tokio::test]
#[cfg(unix)]
async fn what_cannot_be_read_for_a_moment_is_not_given_up() {
    // Too many open files.
    let kinds = [
        (std::io::Error::from_raw_os_error(24).kind(), false),
        (std::io::ErrorKind::PermissionDenied, false),
        (std::io::ErrorKind::Other, false),
        (std::io::ErrorKind::NotFound, true),
        (std::io::ErrorKind::NotADirectory, true),
        (std::io::ErrorKind::InvalidData, true),
        (std::io::ErrorKind::UnexpectedEof, true),
    ];
    for (kind, wanted) in kinds {
        assert_eq!(is_lost(kind), wanted, "{kind:?}");
    }
    let file = bytes(2 * CHUNK);
    let copy = file.clone();
    let (mut rig, server, message) = one(FILE, move |asked| good(asked, &copy, ETAG)).await;
    assert_eq!(rig.get(message).await, FileState::Here);
    let row = rig.store.read(|db| store::files::load(db, "abc")).await;
    let content = row.unwrap().unwrap().content.unwrap();
    let name = rig.files.cache.name(content);
    let path = rig
        .dir
        .path()
        .join("files")
        .join(name.get(..2).unwrap())
        .join(name);
    let aside = rig.dir.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    // There, and cannot be read.
    std::fs::create_dir(&path).unwrap();
    assert_eq!(rig.content(message).await, None);
    assert_eq!(rig.state(message).await, FileState::Here);
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(rig.content(message).await.unwrap(), file);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn progress_says_nothing_of_what_its_sender_removed() {
    let (mut rig, _server, message) = one(FILE, |asked| good(asked, b"x", ETAG)).await;
    let other = rig.message(FILE).await;
    let way = FileState::Downloading {
        received: 1,
        total: 2,
    };
    let mut shown = Vec::new();
    for number in [message, other] {
        let id = message_id(number);
        let dialog = crate::store::testing::dialog_id(1);
        rig.files.progress.report(dialog, id, 0, way);
        let found = rig.store.read(move |db| store::messages::load(db, id));
        shown.push(found.await.unwrap().unwrap());
    }
    shown[0].attachments[0].file = Some(FileState::Deleted);
    rig.files.progress.overlay(&mut shown);
    let states: Vec<_> = shown.iter().map(|one| one.attachments[0].file).collect();
    assert_eq!(states, [Some(FileState::Deleted), Some(way)]);
}

#[tokio::test]
async fn the_room_is_kept_and_what_is_open_stays() {
    let authority = Authority::new();
    let server = FileServer::new(&authority, move |asked| {
        let name = asked.line.clone().into_bytes();
        answer(200, "", &name.repeat(2_000))
    })
    .await;
    let mut rig = Rig::new(&authority, &server).await;
    rig.policy.lock().unwrap().budget = 120_000;
    let mut numbers = Vec::new();
    for n in 0..3 {
        let uid = format!("f{n}");
        let number = rig.message(&[("type", "file"), ("uid", &uid)]).await;
        numbers.push(number);
        assert_eq!(rig.get(number).await, FileState::Here);
        if n == 0 {
            assert_eq!(rig.files.storage_use().await.unwrap()[0].files, 1);
        }
    }
    // Each is 48,000 bytes: the first one made room for the third.
    assert_eq!(rig.state(numbers[0]).await, FileState::Remote);
    let open = rig
        .files
        .open(message_id(numbers[1]), 0)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(rig.get(numbers[0]).await, FileState::Here);
    assert_eq!(rig.state(numbers[1]).await, FileState::Here, "it is open");
    assert_eq!(rig.state(numbers[2]).await, FileState::Remote);
    drop(open);
    let home = crate::store::testing::dialog_id(1);
    assert_eq!(rig.files.free(vec![home]).await.unwrap(), 96_000);
    for number in numbers {
        assert_eq!(rig.state(number).await, FileState::Remote);
        assert_eq!(rig.content(number).await, None);
    }
    assert_eq!(rig.files.storage_use().await.unwrap(), []);
}

/// A file of which three chunks are here, and that was given up.
async fn given_up() -> (Rig, FileServer, u32) {
    let file = bytes(9 * CHUNK);
    let asked_before = AtomicUsize::new(0);
    let (mut rig, server, message) = one(FILE, move |asked| {
        if asked_before.fetch_add(1, Ordering::SeqCst) == 0 {
            cut(good(asked, &file, ETAG), 3 * CHUNK + 1_000)
        } else if asked.from().is_some() {
            answer(503, "", b"")
        } else {
            good(asked, &file, ETAG)
        }
    })
    .await;
    assert_eq!(rig.get(message).await, failed(FileProblem::Server));
    (rig, server, message)
}

#[tokio::test]
async fn a_part_of_what_did_not_come_goes_with_the_space_of_its_chat() {
    let (mut rig, _server, message) = given_up().await;
    let part = rig.files.cache.part_path("abc");
    let held = std::fs::metadata(&part).unwrap().len();
    assert!(held > 3 * CHUNK as u64, "{held}");
    let other = crate::store::testing::dialog_id(2);
    assert_eq!(rig.files.free(vec![other]).await.unwrap(), 0);
    assert!(part.exists());
    let home = crate::store::testing::dialog_id(1);
    assert_eq!(rig.files.free(vec![home]).await.unwrap(), held);
    assert!(!part.exists());
    // It comes from its beginning when somebody asks again.
    assert_eq!(rig.state(message).await, failed(FileProblem::Server));
    assert_eq!(rig.get(message).await, FileState::Here);
    assert_eq!(rig.content(message).await.unwrap(), bytes(9 * CHUNK));
}

#[tokio::test]
async fn a_part_that_nobody_waits_for_goes_after_a_week_or_when_whole_files_leave_no_room() {
    let (rig, _server, _message) = given_up().await;
    let part = rig.files.cache.part_path("abc");
    rig.files.make_room().await.unwrap();
    assert!(part.exists(), "somebody may try again");
    let day = Duration::from_secs(24 * 60 * 60);
    let file = std::fs::File::options().write(true).open(&part).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written - 8 * day).unwrap();
    drop(file);
    rig.files.make_room().await.unwrap();
    assert!(!part.exists());
    let (rig, _server, _message) = given_up().await;
    let part = rig.files.cache.part_path("abc");
    rig.policy.lock().unwrap().budget = 2 * CHUNK as u64;
    rig.files.make_room().await.unwrap();
    assert!(!part.exists());
}

impl Rig {
    /// The sender of a message removes its file from the server, and says so.
    async fn remove_file(&mut self, message: u32) {
        let id = message_id(message);
        self.store
            .write(move |tx| {
                let present = store::messages::load(tx, id)?.unwrap();
                let mut extra = present.extra;
                crate::attachments::wire::set_removed(&mut extra, 0);
                store::messages::set_extra_of(tx, id, &extra)
            })
            .await
            .unwrap();
        // Before anybody heard of it, and however often it is asked for.
        assert_eq!(self.content(message).await, None);
        let present = self
            .store
            .read(move |db| store::messages::load(db, id))
            .await
            .unwrap()
            .unwrap();
        self.files.hear(&[present]);
    }
}

#[tokio::test]
async fn what_its_sender_removed_goes_from_here_with_the_last_message_that_shows_it() {
    let png = some_png(30, 20);
    let (mut rig, server, first) = one(PHOTO, move |asked| good(asked, &png, ETAG)).await;
    let second = rig.message(PHOTO).await;
    assert_eq!(rig.get(first).await, FileState::Here);
    let row = rig.store.read(|db| store::files::load(db, "abc")).await;
    let content = row.unwrap().unwrap().content.unwrap();
    rig.running.take().unwrap().cancel();
    rig.remove_file(first).await;
    rig.files.forget_removed().await.unwrap();
    assert_eq!(rig.state(first).await, FileState::Deleted);
    let shown = |number| {
        let id = message_id(number);
        rig.files.picture(id, 0, PictureSize::Thumbnail)
    };
    assert!(shown(first).await.unwrap().is_none());
    assert!(shown(second).await.unwrap().is_some());
    rig.start();
    rig.remove_file(second).await;
    let files = Arc::clone(&rig.files);
    let gone = async {
        loop {
            let settled = files.downloads.next_settled();
            if files.cache.open(content).is_err() {
                break;
            }
            settled.await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.unwrap();
    assert_eq!(rig.files.storage_use().await.unwrap(), []);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn small_files_of_messages_that_arrive_come_by_themselves() {
    let png = some_png(30, 20);
    let (mut rig, server, message) = one(PHOTO, move |asked| good(asked, &png, ETAG)).await;
    let id = message_id(message);
    let mut heard = rig
        .store
        .read(move |db| store::messages::load(db, id))
        .await
        .unwrap()
        .unwrap();
    // News of long ago waits for somebody to look.
    rig.files.hear(std::slice::from_ref(&heard));
    heard.sent_at = crate::clock::Clock::now(&SystemClock);
    rig.files.hear(std::slice::from_ref(&heard));
    assert_eq!(rig.until_settled(message).await, FileState::Here);
    assert_eq!(server.lines().len(), 1);
}
