//! What becomes of the files of a chat, against a server that gives them as a test wants it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cubist_protocol::ext::extra_params::{Attachment as Element, ExtraParams};
use cubist_protocol::rest;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Shelf, data, export_with, receive};
use crate::attachments::downloads::tests::server::{
    Asked, Authority, Doing, FileServer, answer, good,
};
use crate::attachments::downloads::{self, tests::client};
use crate::attachments::wire;
use crate::export::{ExportError, ExportProgress, Exported, MissingReason};
use crate::model::{Attachment, FileProblem, FileState, MessageId, UnixMillis};
use crate::store::messages::MessageRecord;
use crate::store::testing::{attachment, dialog_id, incoming, message_id, outgoing, user_id};
use crate::store::uploads::{self, NewUpload};
use crate::store::{self, outbox};
use crate::sync::pictures::encoding::tests::some_png;
use crate::sync::testing::{NOW, World};

/// An account whose files are at a server of the test.
struct Rig {
    world: World,
    shelf: Shelf,
    server: FileServer,
    into: TempDir,
    ends: CancellationToken,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}

impl Rig {
    async fn new(answer: impl Fn(&Asked) -> Doing + Send + Sync + 'static) -> Self {
        let world = World::new().await;
        let shelf = Shelf::new(&world);
        let authority = Authority::new();
        let server = FileServer::new(&authority, answer).await;
        let ends = CancellationToken::new();
        tokio::spawn(downloads::run(
            Arc::clone(&shelf.files),
            client(&server.base, &authority.pem()),
            ends.clone(),
        ));
        Self {
            world,
            shelf,
            server,
            into: TempDir::new().unwrap(),
            ends,
        }
    }

    async fn export(&self) -> Exported {
        let stop = CancellationToken::new();
        self.run(|_| {}, stop).await.unwrap()
    }

    async fn run(
        &self,
        progress: impl Fn(ExportProgress),
        stop: CancellationToken,
    ) -> Result<Exported, ExportError> {
        export_with(&self.world, &self.shelf, self.into.path(), progress, stop).await
    }

    async fn state(&self, message: u32) -> Option<FileState> {
        let id = message_id(message);
        let found = self
            .world
            .context
            .store
            .read(move |db| crate::attachments::files::attachment(db, id, 0));
        found.await.unwrap().unwrap().file
    }
}

/// The server keeps message `n` with these attachments, too.
fn serve(rig: &Rig, n: u32, attachments: &[&[(&str, &str)]]) {
    let at = UnixMillis::from_seconds(NOW - 1_000 + i64::from(n));
    let mut message = rest::Message::new(message_id(n), dialog_id(1), user_id(2), at);
    message.message = Some("look".to_owned());
    message.attachments = attachments
        .iter()
        .map(|attributes| {
            let mut element = Element::default();
            for (name, value) in *attributes {
                element.set(name, *value);
            }
            element
        })
        .collect();
    rig.world.api.messages.lock().unwrap().push(message);
}

/// Everything below a folder: names and contents.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = fs::read_dir(folder.join("files")).into_iter().flatten();
    all.map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    })
    .collect()
}

fn paths(data: &Value) -> Vec<&Value> {
    let messages = data["messages"].as_array().unwrap();
    let all = messages.iter().filter_map(|one| one.get("attachments"));
    all.flat_map(|all| all.as_array().unwrap())
        .map(|one| &one["file"])
        .collect()
}

/// Gives each file under its name; a page where that is asked for.
fn by_name(asked: &Asked) -> Doing {
    let uid = asked.line.trim_start_matches("GET /blobs/");
    let uid = uid.split('?').next().unwrap();
    match uid {
        "picture" => good(asked, &some_png(4, 3), "\"v1\""),
        "page" => good(asked, b"<!DOCTYPE html><script>alert(1)</script>", "\"v1\""),
        "secret" => answer(403, "", b"{}"),
        "gone" => answer(404, "", b"{}"),
        _ => good(asked, format!("the bytes of {uid}").as_bytes(), "\"v1\""),
    }
}

#[tokio::test]
async fn files_are_fetched_into_the_folder_each_once_and_under_names_of_all_systems() {
    let rig = Rig::new(by_name).await;
    let file = |uid: &'static str, name: &'static str| {
        vec![("type", "file"), ("uid", uid), ("name", name)]
    };
    let (report, report_again, other) = (
        file("abc", "Report.txt"),
        file("abc", "Report.txt"),
        file("def", "REPORT.TXT"),
    );
    let (path, device) = (file("ghi", "../../etc/passwd"), file("jkl", "con.txt"));
    let picture = [("type", "photo"), ("uid", "picture")];
    let page = file("page", "invoice.pdf");
    serve(&rig, 1, &[&report, &picture]);
    serve(&rig, 2, &[&report_again]);
    serve(&rig, 3, &[&other, &path, &device]);
    serve(&rig, 4, &[&page]);
    let place = [("type", "place"), ("latitude", "1"), ("longitude", "2")];
    serve(&rig, 5, &[&place]);
    let done = rig.export().await;
    assert_eq!((done.messages, done.files), (5, 6));
    assert_eq!(done.missing, []);
    let tree = tree(&done.folder);
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "REPORT (2).TXT",
            "Report.txt",
            "_con.txt",
            "invoice.pdf",
            "passwd",
            "picture.png",
        ]
    );
    assert_eq!(tree["Report.txt"], b"the bytes of abc");
    assert_eq!(tree["REPORT (2).TXT"], b"the bytes of def");
    assert_eq!(tree["picture.png"], some_png(4, 3));
    let data = data(&done);
    let wanted = [
        json!("files/Report.txt"),
        json!("files/picture.png"),
        json!("files/Report.txt"),
        json!("files/REPORT (2).TXT"),
        json!("files/passwd"),
        json!("files/_con.txt"),
        json!("files/invoice.pdf"),
        Value::Null,
    ];
    assert_eq!(paths(&data), wanted.iter().collect::<Vec<_>>());
    assert_eq!(data["missing_files"], json!([]));
    let html = fs::read_to_string(done.folder.join("messages.html")).unwrap();
    assert!(html.contains("<img src=\"files/picture%2Epng\""));
    assert!(html.contains("<a href=\"files/Report%2Etxt\" download>"));
    // A page that calls itself a document is not a click away from running.
    assert!(html.contains("files/invoice.pdf") && !html.contains("invoice%2Epdf"));
    let asked = rig.server.lines();
    assert_eq!(asked.iter().filter(|line| line.contains("/abc")).count(), 1);
    // What was fetched is here, and the next export asks for nothing.
    rig.export().await;
    assert_eq!(rig.server.lines().len(), asked.len());
}

#[tokio::test]
async fn what_cannot_be_had_is_listed_with_its_reason_and_the_rest_is_written() {
    let rig = Rig::new(by_name).await;
    let file = |uid: &'static str| [("type", "file"), ("uid", uid), ("name", "a.bin")];
    let elsewhere = format!("{}secret-beacon.bin", rig.server.base);
    let stranger = [("type", "file"), ("url", elsewhere.as_str()), ("name", "b")];
    serve(&rig, 1, &[&file("secret"), &file("abc")]);
    serve(&rig, 2, &[&file("gone")]);
    serve(&rig, 3, &[&stranger]);
    let done = rig.export().await;
    let missing: Vec<_> = done
        .missing
        .iter()
        .map(|one| (one.message, one.index, one.name.as_str(), one.reason))
        .collect();
    let failed = |problem| MissingReason::Failed(problem);
    assert_eq!(
        missing,
        [
            (message_id(1), 0, "a.bin", failed(FileProblem::Refused)),
            (message_id(2), 0, "a.bin", failed(FileProblem::Gone)),
            (message_id(3), 0, "b", MissingReason::Elsewhere),
        ]
    );
    assert_eq!((done.messages, done.files), (3, 1));
    let data = data(&done);
    assert_eq!(
        data["missing_files"][2],
        json!({ "message": message_id(3).to_string(), "attachment": 0, "name": "b", "reason": "elsewhere" })
    );
    let (none, here) = (Value::Null, json!("files/a.bin"));
    assert_eq!(paths(&data), [&none, &here, &none, &none]);
    assert!(
        !rig.server
            .lines()
            .iter()
            .any(|line| line.contains("beacon"))
    );
}

#[tokio::test]
async fn without_a_connection_what_is_here_is_copied_and_nobody_is_asked() {
    let rig = Rig::new(by_name).await;
    let file = |uid: &'static str| [("type", "file"), ("uid", uid), ("name", "a.bin")];
    serve(&rig, 1, &[&file("abc")]);
    rig.export().await;
    let mut extra = ExtraParams::new();
    let mut element = Element::default();
    for (name, value) in file("def") {
        element.set(name, value);
    }
    extra.push_attachment(element);
    let arrived = MessageRecord {
        extra,
        ..incoming(2, NOW - 5, "look")
    };
    receive(&rig.world, vec![arrived]).await;
    rig.world.line.set_online(false);
    let done = rig.export().await;
    assert_eq!(done.files, 1);
    let [missing] = done.missing.as_slice() else {
        panic!("{:?}", done.missing);
    };
    assert_eq!(
        (missing.message, missing.reason),
        (message_id(2), MissingReason::Failed(FileProblem::Network))
    );
    assert_eq!(rig.server.lines().len(), 1);
    assert_eq!(rig.state(2).await, Some(FileState::Remote));
}

#[tokio::test]
async fn stopped_while_a_file_comes_it_leaves_nothing_and_wants_nothing_any_more() {
    let rig = Rig::new(|asked| {
        let mut whole = good(asked, &vec![7; 300_000], "\"v1\"");
        whole.bytes.truncate(200_000);
        whole.hangs = true;
        whole
    })
    .await;
    let file = [("type", "file"), ("uid", "abc"), ("name", "a.bin")];
    serve(&rig, 1, &[&file]);
    let stop = CancellationToken::new();
    let stops = stop.clone();
    // As soon as a part of it is here.
    let progress = move |progress| {
        if let ExportProgress::Writing {
            coming: Some((received, total)),
            ..
        } = progress
            && received > 0
        {
            assert_eq!(total, 300_000);
            stops.cancel();
        }
    };
    let outcome = rig.run(progress, stop).await;
    assert!(
        matches!(outcome, Err(ExportError::Cancelled)),
        "{outcome:?}"
    );
    assert_eq!(fs::read_dir(rig.into.path()).unwrap().count(), 0);
    assert_eq!(rig.state(1).await, Some(FileState::Remote));
}

#[tokio::test]
async fn a_folder_that_is_not_finished_does_not_have_its_name_yet() {
    let rig = Rig::new(by_name).await;
    let file = [("type", "file"), ("uid", "abc"), ("name", "a.bin")];
    serve(&rig, 1, &[&file]);
    let into = rig.into.path().to_owned();
    let seen = std::sync::Mutex::new(Vec::new());
    let progress = |progress| {
        if matches!(progress, ExportProgress::Writing { .. }) {
            let names = fs::read_dir(&into).unwrap();
            let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            seen.lock().unwrap().extend(names);
        }
    };
    let done = rig.run(progress, CancellationToken::new()).await.unwrap();
    let seen = seen.into_inner().unwrap();
    let unfinished = |name: &String| Path::new(name).extension().is_some_and(|end| end == "part");
    assert!(!seen.is_empty() && seen.iter().all(unfinished), "{seen:?}");
    assert_eq!(fs::read_dir(&into).unwrap().count(), 1);
    assert!(done.folder.is_dir() && done.folder.extension().is_none());
}

#[tokio::test]
async fn a_file_that_waits_to_be_sent_is_in_the_folder_too() {
    let rig = Rig::new(by_name).await;
    rig.world.line.set_online(false);
    let (staged, size) = rig.shelf.unsent.put(b"not sent yet".as_slice()).unwrap();
    let attachment = Attachment {
        size: Some(size),
        ..attachment("draft.txt")
    };
    let mut extra = ExtraParams::new();
    wire::set(&mut extra, &[attachment]);
    let record = MessageRecord {
        extra,
        sent_at: UnixMillis::from_seconds(NOW),
        ..outgoing(9, NOW, "")
    };
    let id: MessageId = record.id;
    let upload = NewUpload {
        index: 0,
        content: staged,
        size,
        content_type: "text/plain".to_owned(),
        name: "draft.txt".to_owned(),
        staged: None,
    };
    let queued = rig.world.context.store.write(move |tx| {
        outbox::enqueue(tx, &record)?;
        uploads::add(tx, id, &upload)?;
        Ok::<_, store::Error>(())
    });
    queued.await.unwrap();
    let done = rig.export().await;
    assert_eq!(done.missing, []);
    assert_eq!(tree(&done.folder)["draft.txt"], b"not sent yet");
}

#[tokio::test]
async fn a_file_that_the_cache_lost_is_fetched_again() {
    let rig = Rig::new(by_name).await;
    let file = [("type", "file"), ("uid", "abc"), ("name", "a.bin")];
    serve(&rig, 1, &[&file]);
    rig.export().await;
    fs::remove_dir_all(rig.shelf.dir.path().join("files")).unwrap();
    let done = rig.export().await;
    assert_eq!(done.missing, []);
    assert_eq!(tree(&done.folder)["a.bin"], b"the bytes of abc");
    assert_eq!(rig.server.lines().len(), 2);
}
