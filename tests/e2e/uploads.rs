//! Files and places that people send one another, over lines that break and through ends of the
//! program.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use cubist_client::Error;
use cubist_client::attachments::{MOST_ON_MESSAGE, PictureSize};
use cubist_client::model::{
    AttachmentKind, Draft, FileState, NewAttachment, SendTime, Staged, Status, Unstageable,
};
use cubist_tests::files::bytes;
use cubist_tests::{Direction, Puppet, World};
use serde_json::json;
use tempfile::TempDir;

/// A film of two seconds.
const FILM: &[u8] = include_bytes!("../../crates/client/src/attachments/probe/bars.webm");

/// What somebody may have drawn of it.
const FRAME: &[u8] = include_bytes!("../../icons/32x32.png");

/// Names of the files in the backend's folder that are whole.
fn stored(data: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![data.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "incoming") {
                    folders.push(path);
                }
            } else {
                found.insert(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn files_arrive_with_their_bytes_and_are_at_the_sender_without_a_download() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let (report, notes) = (bytes(300_000, 1), b"notes".to_vec());
    let id = alice
        .sends_files(
            dialog,
            "",
            &[("report.bin", &report), ("notes.txt", &notes)],
        )
        .await;
    let got = bob.receives(dialog, id).await;
    assert_eq!(got.text, "", "the word for no caption is no text");
    let named: Vec<_> = got
        .attachments
        .iter()
        .map(|one| (one.kind, one.name.as_str(), one.size))
        .collect();
    assert_eq!(
        named,
        [
            (AttachmentKind::File, "report.bin", Some(300_000)),
            (AttachmentKind::File, "notes.txt", Some(5)),
        ]
    );
    assert_eq!(bob.content(dialog, id, 0).await, report);
    assert_eq!(bob.content(dialog, id, 1).await, notes);
    let mine = alice.has_status(dialog, id, Status::Delivered).await;
    assert!(
        mine.attachments
            .iter()
            .all(|one| one.file == Some(FileState::Here))
    );
    // A fresh device finds them in the history.
    let phone = world.another_device(&alice).await;
    phone.knows(dialog).await;
    phone.receives(dialog, id).await;
    assert_eq!(phone.content(dialog, id, 0).await, report);
}

#[tokio::test]
async fn the_same_file_is_uploaded_once_in_a_message_and_not_again_on_forward() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let file = bytes(50_000, 2);
    let id = alice
        .sends_files(dialog, "twice", &[("a.bin", &file), ("b.bin", &file)])
        .await;
    bob.receives(dialog, id).await;
    assert_eq!(stored(world.data()).len(), 1);
    let group = alice.makes_group("Passed on", &[&bob]).await;
    alice
        .account()
        .forward(vec![id], vec![group], None)
        .await
        .unwrap();
    let passed = bob.sees_in(group, "twice").await;
    assert_eq!(bob.content(group, passed.id, 1).await, file);
    assert_eq!(stored(world.data()).len(), 1);
}

#[tokio::test]
async fn what_is_still_to_be_sent_can_be_played_opened_and_saved() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let (song, notes) = (bytes(300_000, 9), b"notes".to_vec());
    alice.rest.go_down();
    let files = [("song.bin", &song[..]), ("notes.txt", &notes)];
    let id = alice.sends_files(dialog, "", &files).await;
    let waiting = alice.message(dialog, id).await.unwrap();
    assert_eq!(waiting.attachments[1].file, Some(FileState::Waiting));
    assert!(alice.opens(id, 0).await == song);
    assert_eq!(alice.opens(id, 1).await, notes);
    let file = alice.account().attachment_file(id, 1).await.unwrap();
    assert_eq!(
        (file.content_type.as_str(), file.attachment.name.as_str()),
        ("text/plain", "notes.txt")
    );
    alice.rest.come_up();
    alice.account().network_changed();
    bob.receives(dialog, id).await;
    alice.has_status(dialog, id, Status::Delivered).await;
    assert!(alice.opens(id, 0).await == song);
}

#[tokio::test]
async fn a_line_that_is_cut_at_every_step_of_an_upload_only_delays_it() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    // Within the handshake, the announcement, the file (several places), and behind it.
    let cuts = [
        100, 900, 1_700, 2_400, 3_500, 60_000, 150_000, 258_000, 263_000, 264_500,
    ];
    for (number, cut) in (0_u64..).zip(cuts) {
        let file = bytes(256 * 1024, 100 + number);
        alice.rest.cut_after(Direction::Up, cut);
        let text = format!("cut after {cut}");
        let id = alice
            .sends_files(dialog, &text, &[("cut.bin", &file)])
            .await;
        bob.receives(dialog, id).await;
        assert_eq!(bob.content(dialog, id, 0).await, file, "{text}");
    }
    alice.has_sent_everything().await;
    assert_eq!(
        bob.texts(dialog).await.len(),
        cuts.len(),
        "nothing is doubled"
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_at_any_step_of_an_upload_doubles_nothing() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    // Within the answers to the announcement, to the file and to its completion, and between them.
    let cuts = (1..=1_201).step_by(150);
    let count = cuts.clone().count();
    for (number, cut) in (0_u64..).zip(cuts) {
        let file = bytes(20_000, 400 + number);
        alice.rest.cut_after(Direction::Down, cut);
        let text = format!("cut after {cut}");
        let id = alice
            .sends_files(dialog, &text, &[("cut.bin", &file)])
            .await;
        bob.receives(dialog, id).await;
        assert!(bob.content(dialog, id, 0).await == file, "{text}");
    }
    alice.has_sent_everything().await;
    assert_eq!(bob.texts(dialog).await.len(), count, "nothing is doubled");
    assert_eq!(stored(world.data()).len(), count);
    // An announcement of which nobody heard is swept by the server.
    let known = world.files_of(alice.id).await.len();
    assert!(known <= 2 * count, "{known} announced");
}

#[tokio::test]
async fn an_upload_whose_address_has_expired_goes_to_another_one() {
    let world = World::with(|config| config.timing.unfinished_blob_seconds = 60).await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let file = bytes(20_000, 8);
    // In the middle of the file.
    alice.rest.go_down_after(Direction::Up, 12_000);
    let id = alice
        .sends_files(dialog, "late", &[("late.bin", &file)])
        .await;
    alice
        .until("the upload to break off", async || {
            let announced = world.files_of(alice.id).await;
            let message = alice.message(dialog, id).await?;
            let waits = message.attachments[0].file == Some(FileState::Waiting);
            (waits && alice.rest.is_down() && announced.len() == 1).then_some(())
        })
        .await;
    let first = world.files_of(alice.id).await[0].id;
    world.lets_pass(Duration::from_secs(120)).await;
    assert_eq!(world.files_of(alice.id).await, [], "the address is no more");
    alice.rest.come_up();
    alice.account().network_changed();
    let got = bob.receives(dialog, id).await;
    assert_eq!(bob.content(dialog, id, 0).await, file);
    let last = got.attachments[0].source.id.unwrap();
    assert!(last > first.unsigned_abs(), "it was announced anew");
    assert_eq!(bob.texts(dialog).await, ["late"]);
}

#[tokio::test]
async fn a_program_that_ends_at_any_step_goes_on_there() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    for (number, allowed) in (0_u64..).zip([0_usize, 2_200, 100_000, 262_500]) {
        let file = bytes(256 * 1024, 200 + number);
        let text = format!("ended after {allowed}");
        if allowed == 0 {
            alice.rest.freeze(Direction::Up);
        } else {
            alice.rest.cut_after(Direction::Up, allowed);
        }
        let id = alice
            .sends_files(dialog, &text, &[("end.bin", &file)])
            .await;
        alice.quit().await;
        alice.rest.thaw(Direction::Up);
        alice.reopen().await;
        bob.receives(dialog, id).await;
        assert_eq!(bob.content(dialog, id, 0).await, file, "{text}");
    }
}

#[tokio::test]
async fn what_is_paused_waits_also_through_a_restart_and_what_is_cancelled_is_gone() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    alice.rest.freeze(Direction::Up);
    let file = bytes(80_000, 3);
    let paused = alice
        .sends_files(dialog, "paused", &[("p.bin", &file)])
        .await;
    let dropped = alice
        .sends_files(dialog, "dropped", &[("d.bin", &file)])
        .await;
    alice.account().pause_upload(paused, true).await.unwrap();
    let taken = alice.account().discard_unsent(dropped).await.unwrap();
    assert_eq!(taken.unwrap().text, "dropped");
    alice.rest.thaw(Direction::Up);
    alice.quit().await;
    alice.reopen().await;
    alice.is_online().await;
    // Later texts do not wait for it.
    alice.send_in(dialog, "meanwhile").await;
    bob.sees_in(dialog, "meanwhile").await;
    let waiting = alice.message(dialog, paused).await.unwrap();
    assert_eq!(
        waiting.attachments[0].file,
        Some(FileState::Paused {
            sent: 0,
            total: 80_000
        })
    );
    alice.account().pause_upload(paused, false).await.unwrap();
    bob.receives(dialog, paused).await;
    assert_eq!(bob.content(dialog, paused, 0).await, file);
    let mut texts = bob.texts(dialog).await;
    texts.sort();
    assert_eq!(texts, ["meanwhile", "paused"]);
}

#[tokio::test]
async fn a_message_that_is_taken_back_gives_its_files_back_wherever_they_are() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let (one, other) = (bytes(30_000, 21), bytes(20_000, 22));
    let files: [(&str, &[u8]); 2] = [("one.bin", &one), ("other.bin", &other)];

    // On the way to the server.
    alice.rest.freeze(Direction::Up);
    let id = alice.sends_files(dialog, "not like this", &files).await;
    let back = alice.account().take_back(id).await.unwrap().unwrap();
    assert_eq!(back.message.text, "not like this");
    assert_eq!(back.lost_files, 0);
    assert!(alice.message(dialog, id).await.is_none());
    alice.rest.thaw(Direction::Up);
    let again = alice.account().staged(dialog).await.unwrap();
    let names: Vec<&str> = again.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["one.bin", "other.bin"]);

    // At the server, and held back by the seconds in which it can be taken back.
    let chosen = again.iter().map(|file| NewAttachment::Staged {
        id: file.id,
        as_file: true,
    });
    let draft = Draft {
        text: "nor like this".to_owned(),
        attachments: chosen.collect(),
        time: SendTime::After { millis: 60_000 },
        ..Draft::default()
    };
    let id = alice.account().send(dialog, draft).await.unwrap();
    alice.until_uploaded(dialog, id).await;
    alice.account().take_back(id).await.unwrap().unwrap();
    let again = alice.account().staged(dialog).await.unwrap();
    assert_eq!(again.len(), 2);
    let draft = Draft {
        text: "like this".to_owned(),
        attachments: again
            .iter()
            .map(|file| NewAttachment::Staged {
                id: file.id,
                as_file: true,
            })
            .collect(),
        ..Draft::default()
    };
    let id = alice.account().send(dialog, draft).await.unwrap();
    bob.receives(dialog, id).await;
    assert_eq!(bob.content(dialog, id, 0).await, one);
    assert_eq!(bob.content(dialog, id, 1).await, other);
    assert_eq!(bob.texts(dialog).await, ["like this"]);
    // Where the cache was emptied meanwhile it is said how many are missing.
    let draft = Draft {
        time: SendTime::After { millis: 60_000 },
        ..alice.with_files(dialog, "nor this", &files[..1]).await
    };
    let held = alice.account().send(dialog, draft).await.unwrap();
    alice.until_uploaded(dialog, held).await;
    alice.loses_its_files();
    let back = alice.account().take_back(held).await.unwrap().unwrap();
    assert_eq!(
        (back.message.text.as_str(), back.lost_files),
        ("nor this", 1)
    );
    assert!(alice.account().staged(dialog).await.unwrap().is_empty());
    // Taken back too late it stays where it is.
    assert!(alice.account().take_back(id).await.unwrap().is_none());
    assert!(alice.account().staged(dialog).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_its_sender_removes_is_removed_for_everyone() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let file = bytes(20_000, 4);
    let id = alice
        .sends_files(
            dialog,
            "two",
            &[("gone.bin", &file), ("stays.txt", b"stays")],
        )
        .await;
    bob.receives(dialog, id).await;
    assert!(bob.account().delete_file(id, 0).await.is_err(), "not bob's");
    alice.account().delete_file(id, 0).await.unwrap();
    let changed = bob
        .until("the bubble to say so", async || {
            let message = bob.message(dialog, id).await?;
            (message.attachments[0].file == Some(FileState::Deleted)).then_some(message)
        })
        .await;
    assert_eq!(changed.text, "two");
    assert_eq!(changed.attachments[1].name, "stays.txt");
    assert_eq!(bob.content(dialog, id, 1).await, b"stays");
    assert!(bob.account().download(id, 0).await.is_err());
    assert_eq!(stored(world.data()).len(), 1);
    // Who was away learns it from the history.
    let phone = world.another_device(&bob).await;
    phone.knows(dialog).await;
    let late = phone.receives(dialog, id).await;
    assert_eq!(late.attachments[0].file, Some(FileState::Deleted));
}

#[tokio::test]
async fn a_backend_that_takes_no_such_file_lets_the_message_fail_and_a_retry_helps() {
    let world = World::with(|config| config.limits.blob_bytes = 10_000).await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let id = alice
        .sends_files(dialog, "large", &[("l.bin", &bytes(20_000, 5))])
        .await;
    let failed = alice
        .until("it to fail", async || {
            let message = alice.message(dialog, id).await?;
            (message.status == Status::Failed).then_some(message)
        })
        .await;
    assert!(matches!(
        failed.attachments[0].file,
        Some(FileState::Failed { .. })
    ));
    let taken = alice.account().discard_unsent(id).await.unwrap();
    assert_eq!(taken.unwrap().text, "large", "nothing of it is lost");
    let id = alice
        .sends_files(dialog, "small", &[("s.bin", &bytes(9_000, 6))])
        .await;
    bob.receives(dialog, id).await;
}

#[tokio::test]
async fn no_more_files_are_taken_than_a_message_carries() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<_> = (0..MOST_ON_MESSAGE)
        .map(|number| {
            let path = folder.path().join(format!("{number}.txt"));
            std::fs::write(&path, number.to_string()).unwrap();
            path
        })
        .collect();
    // Nobody looks at these: they would be refused for another reason.
    let beyond = ["missing.txt", "missing as well.txt"];
    paths.extend(beyond.iter().map(|name| folder.path().join(name)));
    let account = alice.account();
    let staging = account.stage(dialog, paths).await.unwrap();
    assert_eq!(staging.staged.len(), MOST_ON_MESSAGE);
    let refused = beyond.map(|name| (name.to_owned(), Unstageable::TooMany));
    assert_eq!(staging.refused, refused);
    let pasted = account.stage_bytes(dialog, "pasted.txt".to_owned(), b"pasted".to_vec());
    assert_eq!(
        pasted.await.unwrap().refused,
        [("pasted.txt".to_owned(), Unstageable::TooMany)]
    );

    let chosen = |staged: &[Staged]| -> Vec<_> {
        let attachment = |file: &Staged| NewAttachment::Staged {
            id: file.id,
            as_file: false,
        };
        staged.iter().map(attachment).collect()
    };
    let mut attachments = chosen(&staging.staged);
    let place = cubist_client::attachments::place::parse("geo:47.42,10.98").unwrap();
    attachments.push(NewAttachment::Location(place));
    let one_more = Draft {
        attachments,
        ..Draft::default()
    };
    assert!(matches!(
        account.send(dialog, one_more).await,
        Err(Error::TooMany { limit: 30 })
    ));
    let draft = Draft {
        attachments: chosen(&staging.staged),
        ..Draft::default()
    };
    let id = account.send(dialog, draft).await.unwrap();
    let message = bob.receives(dialog, id).await;
    assert_eq!(message.attachments.len(), MOST_ON_MESSAGE);
    // There is room again.
    let pasted = account.stage_bytes(dialog, "pasted.txt".to_owned(), b"pasted".to_vec());
    assert_eq!(pasted.await.unwrap().staged.len(), 1);
}

#[tokio::test]
async fn the_poster_of_a_film_goes_along_even_when_it_comes_late() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let account = alice.account();
    let film = async || {
        let staging = account.stage_bytes(dialog, "bars.webm".to_owned(), FILM.to_vec());
        staging.await.unwrap().staged.remove(0)
    };
    let send = async |film: &Staged| {
        let draft = Draft {
            attachments: vec![NewAttachment::Staged {
                id: film.id,
                as_file: false,
            }],
            ..Draft::default()
        };
        account.send(dialog, draft).await.unwrap()
    };

    // In time.
    let first = film().await;
    assert!(!first.has_picture);
    assert!(account.staged_picture(first.id).await.is_err());
    account.set_poster(first.id, FRAME.to_vec()).await.unwrap();
    assert!(account.staged(dialog).await.unwrap()[0].has_picture);
    assert!(account.staged_picture(first.id).await.is_ok());
    let first = send(&first).await;
    let got = bob.receives(dialog, first).await;
    let colours = got.attachments[0].placeholder.clone();
    assert!(colours.is_some());

    // While the film is on its way. Its message is as it was but for the colours.
    alice.rest.freeze(Direction::Up);
    let second = film().await;
    let id = send(&second).await;
    account.set_poster(second.id, FRAME.to_vec()).await.unwrap();
    let waiting = alice.message(dialog, id).await.unwrap();
    assert_eq!(waiting.attachments[0].placeholder, colours);
    let shown = account.attachment_picture(id, 0, PictureSize::Thumbnail);
    assert!(shown.await.is_ok(), "it is seen while it is on its way");
    alice.rest.thaw(Direction::Up);
    let got = bob.receives(dialog, id).await;
    assert_eq!(got.attachments[0].placeholder, colours);
    assert_eq!(bob.content(dialog, id, 0).await, FILM);

    // Too late, and for what is no film.
    alice.has_sent_everything().await;
    let late = account.set_poster(second.id, FRAME.to_vec()).await;
    assert!(matches!(late, Err(Error::NotFound)));
    let notes = account.stage_bytes(dialog, "a.txt".to_owned(), b"notes".to_vec());
    let notes = notes.await.unwrap().staged.remove(0);
    let poster = account.set_poster(notes.id, FRAME.to_vec()).await;
    assert!(matches!(poster, Err(Error::NotFound)));
    let third = film().await;
    let poster = account.set_poster(third.id, b"no picture".to_vec()).await;
    assert!(matches!(poster, Err(Error::UnsupportedPicture)));
}

#[tokio::test]
async fn the_order_of_chosen_files_and_the_way_they_go_are_kept() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let account = alice.account();
    let mut ids = Vec::new();
    for name in ["a.txt", "b.txt", "c.txt"] {
        let staging = account.stage_bytes(dialog, name.to_owned(), name.into());
        ids.push(staging.await.unwrap().staged[0].id);
    }
    let order = vec![ids[2], ids[0], ids[1]];
    let arranged = account.arrange_staged(dialog, order.clone(), order.iter().copied().collect());
    arranged.await.unwrap();
    // Another chat's are not touched.
    let elsewhere = "61f7de000000000000000001".parse().unwrap();
    let arranged = account.arrange_staged(elsewhere, ids, BTreeSet::new());
    arranged.await.unwrap();
    alice.quit().await;
    alice.reopen().await;
    let account = alice.account();
    let staging = account.stage_bytes(dialog, "d.txt".to_owned(), b"d".to_vec());
    let last = staging.await.unwrap().staged[0].id;
    let kept = account.staged(dialog).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|file| (file.id, file.as_file)).collect();
    let first = order.into_iter().map(|id| (id, true));
    assert_eq!(kept, first.chain([(last, false)]).collect::<Vec<_>>());
}

#[tokio::test]
async fn chosen_files_are_kept_with_the_draft_and_a_place_needs_no_upload() {
    let world = World::new().await;
    let (mut alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let staging = alice
        .account()
        .stage_bytes(dialog, "kept.txt".to_owned(), b"kept".to_vec())
        .await
        .unwrap();
    alice.quit().await;
    alice.reopen().await;
    assert_eq!(
        alice.account().staged(dialog).await.unwrap(),
        staging.staged
    );
    let place = cubist_client::attachments::place::parse("geo:47.42,10.98?q=47.42,10.98(Hut)");
    let draft = Draft {
        attachments: vec![
            NewAttachment::Staged {
                id: staging.staged[0].id,
                as_file: false,
            },
            NewAttachment::Location(place.clone().unwrap()),
        ],
        ..Draft::default()
    };
    let id = alice.account().send(dialog, draft.clone()).await.unwrap();
    assert_eq!(alice.account().staged(dialog).await.unwrap(), []);
    assert!(
        alice.account().send(dialog, draft).await.is_err(),
        "sent already"
    );
    let got = bob.receives(dialog, id).await;
    assert_eq!(got.attachments[0].name, "kept.txt");
    assert_eq!(got.attachments[1].location, place);
}

#[tokio::test]
async fn a_program_that_is_killed_in_the_middle_of_an_upload_sends_after_its_restart() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let (endpoints, rest, chat) = world.lines().await;
    let home = TempDir::new().unwrap();
    let mut alice = Puppet::sign_up(home.path(), "alice", &endpoints).await;
    let dialog = alice.chat_with(&bob).await;
    let file = bytes(3_000_000, 7);
    let path = home.path().join("film.bin");
    std::fs::write(&path, &file).unwrap();
    rest.delay(Duration::from_millis(20));
    let queued = alice
        .ask(
            "send_files",
            json!({ "dialog": dialog.to_string(), "paths": [path], "text": "the film" }),
        )
        .await;
    alice
        .until("the upload to be under way", |event| {
            event["event"] == "attachments" && event["changes"][0]["file"] == "uploading"
        })
        .await;
    alice.kill().await;
    // What was chosen is what is sent, whatever became of the file.
    std::fs::remove_file(&path).unwrap();
    rest.delay(Duration::ZERO);
    rest.cut();
    chat.cut();
    let alice = Puppet::start(home.path());
    let seen = bob.sees_in(dialog, "the film").await;
    assert_eq!(json!(seen.id.to_string()), queued);
    assert_eq!(bob.content(dialog, seen.id, 0).await, file);
    bob.has_exactly(dialog, &["the film"]).await;
    alice.kill().await;
}
