mod files;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cubist_protocol::rest;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{Export, ExportError, ExportProgress, ExportWords, Exported, Source, run};
use crate::attachments::cache::Cache;
use crate::attachments::files::{Files, Parts};
use crate::attachments::outgoing::Outgoing;
use crate::attachments::progress::Progress;
use crate::attachments::sealed::FilesKey;
use crate::clock::SystemClock;
use crate::model::UnixMillis;
use crate::store::RawKey;
use crate::store::messages::{self, MessageRecord};
use crate::store::testing::{ME, account_id, dialog_id, incoming, message_id, outgoing, user_id};
use crate::sync::testing::{NOW, World};

fn words() -> ExportWords {
    ExportWords {
        language: "en".to_owned(),
        deleted: "Message deleted".to_owned(),
        somebody: "Somebody".to_owned(),
        incomplete: "A part is missing.".to_owned(),
        earlier: "Earlier".to_owned(),
        later: "Later".to_owned(),
        ..ExportWords::default()
    }
}

/// The files of an account, of which nothing is here yet.
struct Shelf {
    files: Arc<Files>,
    outgoing: Outgoing,
    /// The folder of those that wait to be sent.
    unsent: Cache,
    dir: TempDir,
}

impl Shelf {
    fn new(world: &World) -> Self {
        let dir = TempDir::new().unwrap();
        let key = FilesKey::of_cache(&RawKey::new([1; 32]));
        let (events, _) = broadcast::channel(1024);
        let unsent = Cache::new(dir.path().join("outgoing"), key.clone());
        Self {
            files: Arc::new(Files::new(Parts {
                store: world.context.store.clone(),
                cache: Cache::new(dir.path().join("files"), key),
                progress: Progress::new(account_id(), events),
                downloads: Arc::default(),
                clock: Arc::new(SystemClock),
                policy: Arc::default(),
            })),
            outgoing: Outgoing::new(unsent.clone()),
            unsent,
            dir,
        }
    }
}

async fn export(
    world: &World,
    into: &Path,
    progress: impl Fn(ExportProgress),
    cancelled: CancellationToken,
) -> Result<Exported, ExportError> {
    export_with(world, &Shelf::new(world), into, progress, cancelled).await
}

async fn export_with(
    world: &World,
    shelf: &Shelf,
    into: &Path,
    progress: impl Fn(ExportProgress),
    cancelled: CancellationToken,
) -> Result<Exported, ExportError> {
    let source = Source {
        store: &world.context.store,
        files: &shelf.files,
        outgoing: &shelf.outgoing,
        me: user_id(ME),
        now: UnixMillis::from_seconds(NOW),
        context: Some(std::sync::Arc::clone(&world.context)),
    };
    let export = Export {
        dialog: dialog_id(1),
        into: into.to_owned(),
        words: words(),
        with_files: true,
    };
    run(source, export, progress, cancelled).await
}

async fn whole(world: &World, into: &Path) -> Exported {
    export(world, into, |_| {}, CancellationToken::new())
        .await
        .unwrap()
}

/// Messages 1 to `last` of person 2, as the server keeps them, one a second.
fn serve(world: &World, last: u32) {
    let kept = |n: u32| {
        let at = UnixMillis::from_seconds(NOW - 100_000 + i64::from(n));
        let mut message = rest::Message::new(message_id(n), dialog_id(1), user_id(2), at);
        message.message = Some(format!("text {n}"));
        message
    };
    *world.api.messages.lock().unwrap() = (1..=last).map(kept).collect();
}

/// Puts messages into the cache as they came on the line.
async fn receive(world: &World, records: Vec<MessageRecord>) {
    let store = &world.context.store;
    let stored = store.write(move |tx| messages::insert_batch(tx, &records).map(drop));
    stored.await.unwrap();
}

fn data(done: &Exported) -> Value {
    serde_json::from_slice(&fs::read(done.folder.join("messages.json")).unwrap()).unwrap()
}

fn texts(data: &Value) -> Vec<&str> {
    let all = data["messages"].as_array().unwrap();
    all.iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_whole_history_is_written_in_order_with_what_was_not_here() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    serve(&world, 230);
    let seen = Mutex::new(Vec::new());
    let progress = |progress| seen.lock().unwrap().push(progress);
    let done = export(&world, dir.path(), progress, CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((done.messages, done.complete), (230, true));
    let data = data(&done);
    let wanted: Vec<String> = (1..=230).map(|n| format!("text {n}")).collect();
    assert_eq!(texts(&data), wanted);
    assert_eq!(data["format"], "cubist-chat");
    assert_eq!(data["complete"], true);
    assert_eq!(data["messages"][0]["sender"], 2);
    assert_eq!(
        data["messages"][0]["sent_at"],
        UnixMillis::from_seconds(NOW - 99_999).to_iso8601()
    );
    let page = fs::read_to_string(done.folder.join("messages.html")).unwrap();
    assert_eq!(page.matches("<article").count(), 230);
    assert!(!page.contains("A part is missing."));
    let seen = seen.into_inner().unwrap();
    let last = ExportProgress::Writing {
        written: 230,
        total: 230,
        files: 0,
        coming: None,
    };
    assert_eq!(seen.last(), Some(&last));
    assert!(
        seen.iter()
            .any(|each| matches!(each, ExportProgress::Fetching { messages: 100.. }))
    );
}

#[tokio::test]
async fn without_a_connection_what_is_cached_is_written_and_the_rest_is_said_to_be_missing() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    serve(&world, 230);
    world.line.set_online(false);
    receive(&world, vec![incoming(300, NOW - 5, "only this")]).await;
    let done = whole(&world, dir.path()).await;
    assert_eq!((done.messages, done.complete), (1, false));
    let page = fs::read_to_string(done.folder.join("messages.html")).unwrap();
    assert!(page.contains("A part is missing."));
    assert_eq!(texts(&data(&done)), ["only this"]);
}

#[tokio::test]
async fn long_chats_are_several_pages_that_lead_to_one_another() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    world.line.set_online(false);
    let record = |n: u32| incoming(n, NOW - 10_000 + i64::from(n), "x");
    receive(&world, (1..=4_100).map(record).collect()).await;
    let done = whole(&world, dir.path()).await;
    assert_eq!(done.messages, 4_100);
    let page = |name: &str| fs::read_to_string(done.folder.join(name)).unwrap();
    let (first, second, third) = (
        page("messages.html"),
        page("messages-2.html"),
        page("messages-3.html"),
    );
    let count = |page: &str| page.matches("<article").count();
    assert_eq!(
        (count(&first), count(&second), count(&third)),
        (2_000, 2_000, 100)
    );
    assert!(first.contains("href=\"messages-2.html\"") && !first.contains("Earlier"));
    assert!(
        second.contains("href=\"messages.html\"") && second.contains("href=\"messages-3.html\"")
    );
    assert!(third.contains("href=\"messages-2.html\"") && !third.contains("Later"));
    assert_eq!(data(&done)["messages"].as_array().unwrap().len(), 4_100);
}

#[tokio::test]
async fn what_people_wrote_is_never_markup() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    world.line.set_online(false);
    let hostile =
        "</p><script>alert(1)</script><img src=x onerror=alert(2)> \"'& https://a.example/\"><b>";
    receive(
        &world,
        vec![incoming(1, NOW - 9, hostile), outgoing(2, NOW - 8, "fine")],
    )
    .await;
    let done = whole(&world, dir.path()).await;
    let page = fs::read_to_string(done.folder.join("messages.html")).unwrap();
    for part in ["<script", "<img", "<b>", "onerror=alert(2)>"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_eq!(page.matches("class=\"message mine\"").count(), 1);
    assert_eq!(texts(&data(&done)), [hostile, "fine"]);
}

#[tokio::test]
async fn no_folder_is_written_over_and_a_cancelled_one_is_gone() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    world.line.set_online(false);
    receive(&world, vec![incoming(1, NOW - 9, "one")]).await;
    let (first, second) = (
        whole(&world, dir.path()).await,
        whole(&world, dir.path()).await,
    );
    assert_ne!(first.folder, second.folder);
    assert_eq!(first.folder.parent(), Some(dir.path()));
    let cancelled = CancellationToken::new();
    let stop = cancelled.clone();
    // Just when it begins to write.
    let progress = move |progress| {
        if matches!(progress, ExportProgress::Writing { .. }) {
            stop.cancel();
        }
    };
    let outcome = export(&world, dir.path(), progress, cancelled).await;
    assert!(
        matches!(outcome, Err(ExportError::Cancelled)),
        "{outcome:?}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    let early = CancellationToken::new();
    early.cancel();
    let outcome = export(&world, dir.path(), |_| {}, early).await;
    assert!(
        matches!(outcome, Err(ExportError::Cancelled)),
        "{outcome:?}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn a_disk_that_refuses_is_told() {
    let (world, dir) = (World::new().await, TempDir::new().unwrap());
    let missing = dir.path().join("gone");
    let outcome = export(&world, &missing, |_| {}, CancellationToken::new()).await;
    assert!(matches!(outcome, Err(ExportError::Disk(_))), "{outcome:?}");
}
