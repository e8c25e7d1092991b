//! Uploads to servers that refuse files, forget them, and break off, over real sockets and TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cubist_protocol::ext::extra_params::ExtraParams;
use futures::stream;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::{self, Layer, SubscriberExt as _};

use super::transfer::Transfer;
use crate::attachments::cache::Cache;
use crate::attachments::downloads::tests::client;
use crate::attachments::downloads::tests::server::{
    Asked, Authority, Doing, FileServer, after, answer, ends_after,
};
use crate::attachments::files::{Files, Parts};
use crate::attachments::outgoing::{Chosen, Outgoing};
use crate::attachments::progress::Progress;
use crate::attachments::sealed::{CHUNK, FilesKey};
use crate::attachments::wire;
use crate::model::{FailureKind, FileProblem, FileState, Message, Status, UnixMillis};
use crate::rest::Error;
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{
    account_id, attachment, dialog_id, empty_the_disk, fill_the_disk, message_id, outgoing,
};
use crate::store::uploads::{self, NewUpload};
use crate::store::{RawKey, outbox};
use crate::sync::testing::World;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(30);

/// Portions of a file far larger than what two sockets hold between them.
const PORTIONS: usize = 512;
const PORTION: usize = 64 * 1024;

/// Uploads a file to a server that answers this at once and closes the line; what comes of it.
async fn refused_with(status: u16) -> Error {
    let authority = Authority::new();
    let server = FileServer::new(&authority, move |_| answer(status, "", b"no")).await;
    let client = client(&server.base, &authority.pem());
    let portion = Bytes::from(vec![7; PORTION]);
    let bytes = stream::iter((0..PORTIONS).map(move |_| Ok(portion.clone())));
    let size = u64::try_from(PORTIONS * PORTION).unwrap();
    let to = format!("{}upload?key=abc", server.base);
    client
        .upload_stream(&to, "application/octet-stream", size, bytes)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_file_is_heard_or_the_line_counts_as_broken() {
    // Whether the words of the server outrun the end of the line is for the network to say; both are an end of this try,
    // and neither is taken for a way to the server that is not there.
    let too_large = refused_with(413).await;
    assert!(
        matches!(
            too_large,
            Error::Server { status: 413, .. } | Error::Unreachable { .. }
        ),
        "{too_large:?}"
    );
    let forbidden = refused_with(403).await;
    assert!(
        matches!(
            forbidden,
            Error::Forbidden { .. } | Error::Unreachable { .. }
        ),
        "{forbidden:?}"
    );
}

/// A message with one file, on its way to a server that does as the test wants.
struct Rig {
    world: World,
    transfer: Transfer,
    server: FileServer,
    seq: i64,
    _dir: TempDir,
}

impl Rig {
    async fn new(answer: impl Fn(&Asked) -> Doing + Send + Sync + 'static) -> Self {
        let authority = Authority::new();
        let server = FileServer::new(&authority, answer).await;
        let world = World::new().await;
        let context = Arc::clone(&world.context);
        let dir = TempDir::new().unwrap();
        let key = FilesKey::of_cache(&RawKey::new([1; 32]));
        let files = Files::new(Parts {
            store: context.store.clone(),
            cache: Cache::new(dir.path().join("files"), key.clone()),
            progress: Progress::new(account_id(), context.events.clone()),
            downloads: Arc::default(),
            clock: Arc::clone(&context.clock),
            policy: Arc::default(),
        });
        let folder = Outgoing::new(Cache::new(dir.path().join("outgoing"), key));
        let chosen = Chosen::Bytes("a.bin".to_owned(), vec![7; 5 * CHUNK]);
        let taken = folder.take(dialog_id(1), chosen).await.unwrap();
        let mut extra = ExtraParams::new();
        wire::set(&mut extra, &[attachment("a.bin")]);
        let record = MessageRecord {
            extra,
            ..outgoing(1, 100, "")
        };
        let file = NewUpload {
            index: 0,
            content: taken.original,
            size: taken.shown.size,
            content_type: taken.shown.content_type,
            name: taken.shown.name,
            staged: None,
        };
        context
            .store
            .write(move |tx| {
                outbox::enqueue(tx, &record)?;
                uploads::add(tx, record.id, &file)
            })
            .await
            .unwrap();
        let queued = context
            .store
            .read(|db| uploads::due(db, UnixMillis(0), 1))
            .await
            .unwrap();
        Self {
            transfer: Transfer {
                context,
                client: client(&server.base, &authority.pem()),
                outgoing: folder,
                files: Arc::new(files),
            },
            world,
            server,
            seq: queued[0].seq,
            _dir: dir,
        }
    }

    /// There was no way to the server, so many times.
    async fn had_no_network(&self, times: usize) {
        let seq = self.seq;
        for _ in 0..times {
            let store = &self.world.context.store;
            let postponed = store.write(move |tx| uploads::postpone(tx, seq, UnixMillis(0), false));
            postponed.await.unwrap();
        }
    }

    /// Takes the file as far as it goes this time.
    async fn goes_on(&self) {
        let never = CancellationToken::new();
        self.transfer.run(self.seq, &never).await.unwrap();
    }

    async fn message(&self) -> Message {
        let found = self
            .world
            .context
            .store
            .read(|db| messages::load(db, message_id(1)));
        found.await.unwrap().unwrap()
    }

    async fn state(&self) -> FileState {
        self.message().await.attachments[0].file.unwrap()
    }

    /// How often the server was asked for something.
    fn asked_for(&self, line: &str) -> usize {
        let lines = self.server.lines();
        lines.iter().filter(|asked| *asked == line).count()
    }
}

const ANNOUNCE: &str = "POST /blobs.json";
const UPLOAD: &str = "POST /upload";

/// A server that takes announcements and completions, and deals with files as `upload` wants.
fn object_store(
    upload: impl Fn(&Asked) -> Doing + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Doing + Send + Sync + 'static {
    move |asked: &Asked| match asked.line.as_str() {
        UPLOAD => upload(asked),
        ANNOUNCE => {
            let to = format!("https://{}/upload?key=abc", asked.header("host").unwrap());
            let blob = json!({ "id": 7, "uid": "abc", "blob_object_access": { "params": to } });
            let body = json!({ "blob": blob }).to_string();
            let json = "Content-Type: application/json\r\n";
            after(asked.length(), answer(201, json, body.as_bytes()))
        }
        _ => after(asked.length(), answer(200, "", b"")),
    }
}

/// The whole file arrives, and then this is said.
fn whole(asked: &Asked, status: u16) -> Doing {
    after(asked.length(), answer(status, "", b""))
}

#[tokio::test]
async fn a_line_that_ends_in_the_middle_of_a_file_twelve_times_is_a_question_for_the_person() {
    let is_well = Arc::new(AtomicBool::new(false));
    let heals = Arc::clone(&is_well);
    let rig = Rig::new(object_store(move |asked| {
        if heals.load(Ordering::Relaxed) {
            whole(asked, 201)
        } else {
            ends_after(2 * CHUNK)
        }
    }))
    .await;
    // Days without a network are no failures.
    rig.had_no_network(20).await;
    for tried in 0..12 {
        assert_eq!(rig.state().await, FileState::Waiting, "after {tried} times");
        assert_eq!(rig.asked_for(UPLOAD), tried);
        rig.goes_on().await;
    }
    let problem = FileProblem::Network;
    assert_eq!(rig.state().await, FileState::Failed { problem });
    let failed = rig.message().await;
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.failure.unwrap().kind, FailureKind::NoAnswer);
    assert_eq!(rig.asked_for(UPLOAD), 12);
    assert_eq!(rig.asked_for(ANNOUNCE), 1, "the address is a good one");
    // Nothing is lost: the person tries again.
    let again = rig
        .world
        .context
        .store
        .write(|tx| outbox::retry(tx, message_id(1)));
    assert!(again.await.unwrap());
    is_well.store(true, Ordering::Relaxed);
    rig.goes_on().await;
    let sent = rig.message().await;
    assert_eq!(sent.attachments[0].file, Some(FileState::Here));
    assert_eq!(sent.attachments[0].source.uid.as_deref(), Some("abc"));
}

#[tokio::test]
async fn an_address_that_is_refused_after_days_without_a_network_is_asked_for_anew() {
    let uploads = AtomicUsize::new(0);
    let rig = Rig::new(object_store(move |asked| {
        let is_expired = uploads.fetch_add(1, Ordering::Relaxed) == 0;
        whole(asked, if is_expired { 403 } else { 201 })
    }))
    .await;
    rig.had_no_network(20).await;
    rig.goes_on().await;
    assert_eq!(rig.state().await, FileState::Here);
    assert_eq!((rig.asked_for(ANNOUNCE), rig.asked_for(UPLOAD)), (2, 2));
}

#[tokio::test]
async fn a_server_that_refuses_every_address_it_gives_is_believed_the_third_time() {
    let rig = Rig::new(object_store(|asked| whole(asked, 403))).await;
    rig.goes_on().await;
    let problem = FileProblem::Refused;
    assert_eq!(rig.state().await, FileState::Failed { problem });
    assert_eq!((rig.asked_for(ANNOUNCE), rig.asked_for(UPLOAD)), (3, 3));
    assert_eq!(rig.message().await.status, Status::Failed);
}

/// Tells when a fault is noted in the log.
struct Faults(Arc<Notify>);

impl<S: tracing::Subscriber> Layer<S> for Faults {
    fn on_event(&self, event: &tracing::Event<'_>, _context: layer::Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::ERROR {
            self.0.notify_one();
        }
    }
}

#[tokio::test]
async fn a_full_disk_sends_no_file_twice() {
    let noted = Arc::new(Notify::new());
    let log = tracing_subscriber::registry().with(Faults(Arc::clone(&noted)));
    let _logging = tracing::subscriber::set_default(log);
    let rig = Rig::new(object_store(|asked| whole(asked, 201))).await;
    let store = rig.world.context.store.clone();
    store.write(fill_the_disk).await.unwrap();
    let has_room = async {
        // The file is at the server, and that cannot be written down.
        tokio::time::timeout(DEADLINE, noted.notified())
            .await
            .unwrap();
        assert_eq!(rig.asked_for(UPLOAD), 1);
        assert_ne!(rig.state().await, FileState::Here);
        store.write(empty_the_disk).await.unwrap();
    };
    tokio::join!(rig.goes_on(), has_room);
    assert_eq!(rig.state().await, FileState::Here);
    assert_eq!((rig.asked_for(ANNOUNCE), rig.asked_for(UPLOAD)), (1, 1));
}

#[tokio::test]
async fn after_a_failure_the_same_file_still_goes_up_once_for_both_of_its_places() {
    let tried = AtomicUsize::new(0);
    let rig = Rig::new(object_store(move |asked| {
        let is_first = tried.fetch_add(1, Ordering::Relaxed) == 0;
        whole(asked, if is_first { 503 } else { 201 })
    }))
    .await;
    let store = rig.world.context.store.clone();
    let add_again = store.write(|tx| {
        let queued = uploads::due(tx, UnixMillis(0), 1)?;
        let again = queued.into_iter().map(|one| NewUpload {
            index: 1,
            content: one.content,
            size: one.size,
            content_type: one.content_type,
            name: one.name,
            staged: None,
        });
        for file in again {
            uploads::add(tx, message_id(1), &file)?;
        }
        Ok(())
    });
    add_again.await.unwrap();
    let (world, server) = (&rig.world, &rig.server);
    let transfer = Arc::new(rig.transfer);
    let mut running = JoinSet::new();
    // Fails, waits, gets there.
    for begins in [1, 0, 1, 0] {
        super::round(&transfer, &mut running).await.unwrap();
        assert_eq!(running.len(), begins);
        if let Some(ended) = running.join_next().await {
            world.context.uploads.lock().remove(&ended.unwrap());
        } else {
            world.context.uploads.line_is_back();
        }
    }
    let lines = server.lines();
    let count = |line| lines.iter().filter(|asked| *asked == line).count();
    assert_eq!((count(ANNOUNCE), count(UPLOAD)), (1, 2));
}

#[tokio::test]
async fn what_nothing_names_any_more_goes_when_nothing_is_on_its_way() {
    let rig = Rig::new(object_store(|asked| whole(asked, 201))).await;
    let outgoing = rig.transfer.outgoing.clone();
    // As the original of a picture is, once another one was made of it and sent.
    let leave = async |byte: u8| {
        let chosen = Chosen::Bytes("b.bin".to_owned(), vec![byte; 100]);
        let taken = outgoing.take(dialog_id(1), chosen).await;
        taken.unwrap().original
    };
    let is_gone = async |content| {
        let gone = async {
            while outgoing.open(content).is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(DEADLINE, gone).await.unwrap();
    };
    let pause = async |paused| {
        let store = &rig.world.context.store;
        let done = store.write(move |tx| uploads::pause(tx, message_id(1), paused));
        done.await.unwrap();
        rig.world.context.uploads.look();
    };
    pause(true).await;
    let first = leave(1).await;
    let running = tokio::spawn(super::run(
        Arc::clone(&rig.world.context),
        rig.transfer.client.clone(),
        outgoing.clone(),
        Arc::clone(&rig.transfer.files),
    ));
    is_gone(first).await;
    let store = &rig.world.context.store;
    let waiting = store
        .read(|db| uploads::of_message(db, message_id(1)))
        .await;
    let waiting = waiting.unwrap()[0].content;
    assert!(outgoing.open(waiting).is_ok(), "what waits stays");
    let second = leave(2).await;
    pause(false).await;
    is_gone(second).await;
    is_gone(waiting).await;
    assert_eq!(rig.asked_for(UPLOAD), 1);
    running.abort();
}

#[tokio::test]
async fn nothing_goes_while_somebody_chooses_files() {
    let rig = Rig::new(object_store(|asked| whole(asked, 201))).await;
    let outgoing = &rig.transfer.outgoing;
    let choosing = outgoing.choosing().await;
    let chosen = Chosen::Bytes("b.bin".to_owned(), vec![1; 100]);
    let taken = outgoing.take(dialog_id(1), chosen).await.unwrap();
    rig.goes_on().await;
    assert!(!rig.transfer.sweep().await.unwrap());
    assert!(outgoing.open(taken.original).is_ok());
    drop(choosing);
    assert!(rig.transfer.sweep().await.unwrap());
    assert!(outgoing.open(taken.original).is_err());
}
