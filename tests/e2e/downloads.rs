//! Files on their way from the server, over lines that break and through ends of the program.

use cubist_client::model::FileState;
use cubist_tests::files::bytes;
use cubist_tests::{Direction, Puppet, World};
use serde_json::json;
use tempfile::TempDir;

/// Larger than what comes unasked.
const SIZE: usize = 2_000_000;

/// What may come twice or is no part of the file: heads of answers, the portion that was cut, and
/// what else was asked for.
const MARGIN: usize = 300_000;

#[tokio::test]
async fn a_line_that_is_cut_at_any_place_of_a_download_costs_no_more_than_a_portion() {
    let world = World::new().await;
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    // Within the head of the answer, and in several places of the file.
    for (number, cut) in (0_u64..).zip([150, 90_000, 1_000_000, 1_990_000]) {
        let file = bytes(SIZE, 300 + number);
        let text = format!("cut after {cut}");
        let id = alice
            .sends_files(dialog, &text, &[("cut.bin", &file)])
            .await;
        let got = bob.receives(dialog, id).await;
        assert_eq!(got.attachments[0].file, Some(FileState::Remote), "{text}");
        let (made, before) = (bob.rest.made(), bob.rest.passed(Direction::Down));
        bob.rest.cut_after(Direction::Down, cut);
        assert!(bob.content(dialog, id, 0).await == file, "{text}");
        let came = bob.rest.passed(Direction::Down) - before;
        assert!(came < SIZE + MARGIN, "{text}: {came} bytes came");
        assert!(bob.rest.made() > made, "{text}: the line was cut");
        let there = bob.message(dialog, id).await.unwrap();
        assert_eq!(there.attachments[0].size, Some(SIZE as u64), "{text}");
    }
}

#[tokio::test]
async fn a_program_that_is_killed_in_the_middle_of_a_download_goes_on_after_its_restart() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    let (endpoints, rest, _chat) = world.lines().await;
    let home = TempDir::new().unwrap();
    let mut bob = Puppet::sign_up(home.path(), "bob", &endpoints).await;
    let dialog = bob.chat_with(&alice).await;
    // Nobody else learns of a dialog before its first message.
    let dialog_id = dialog.to_string();
    bob.ask("send_text", json!({ "dialog": dialog_id, "text": "hello" }))
        .await;
    alice.sees_in(dialog, "hello").await;
    let file = bytes(SIZE, 320);
    let id = alice
        .sends_files(dialog, "the film", &[("film.bin", &file)])
        .await;
    let id = id.to_string();
    bob.until("the message", |event| {
        event["event"] == "messages" && event["messages"][0]["id"] == json!(id)
    })
    .await;
    let before = rest.passed(Direction::Down);
    rest.go_down_after(Direction::Down, 1_200_000);
    bob.ask("download", json!({ "message": id, "index": 0 }))
        .await;
    let file_is = |state: &'static str| {
        move |event: &serde_json::Value| {
            event["event"] == "attachments" && event["changes"][0]["file"] == state
        }
    };
    bob.until("the download to be under way", file_is("downloading"))
        .await;
    bob.until("the download to break off", file_is("queued"))
        .await;
    bob.kill().await;
    rest.come_up();

    let mut bob = Puppet::start(home.path());
    // It may be here before anybody listens.
    let all = bob
        .ask("messages", json!({ "dialog": dialog.to_string() }))
        .await;
    if all[0]["attachments"][0]["file"] != "here" {
        bob.until("the file to be here", file_is("here")).await;
    }
    let path = home.path().join("saved.bin");
    let saved = bob
        .ask("save", json!({ "message": id, "index": 0, "path": path }))
        .await;
    assert_eq!(saved["bytes"], json!(SIZE));
    assert!(std::fs::read(&path).unwrap() == file);
    let came = rest.passed(Direction::Down) - before;
    assert!(came < SIZE + MARGIN, "{came} bytes came");
    bob.kill().await;
}
