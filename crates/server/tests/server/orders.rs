//! The operator's commands, beside a running backend and without one.

use std::path::Path;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{World, id_of, within};

struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run(data: &Path, arguments: &[&str]) -> Done {
    let (name, rest) = arguments.split_first().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cubist-server"))
        .arg(name)
        .arg("--data")
        .arg(data)
        .args(rest)
        .output();
    let output = within("the command", output).await.unwrap();
    Done {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn made(done: &Done) -> String {
    assert_eq!(done.code, Some(0), "{}", done.err);
    id_of(&serde_json::from_str::<Value>(&done.out).unwrap())
}

#[tokio::test]
async fn a_broadcast_is_made_on_a_running_and_on_a_stopped_backend() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let owner = ann.id.to_string();
    let data = world.dir.path().to_owned();
    let order = |name: &'static str| {
        let (data, owner) = (data.clone(), owner.clone());
        async move {
            let flags = ["broadcast", "--name", name, "--owner", &owner];
            run(&data, &flags).await
        }
    };
    let first = made(&order("News").await);
    let page = bob.get("/chat/Dialog.json?type=1").await.expect(200);
    assert_eq!(id_of(&page["items"][0]), first);
    assert_eq!(page["items"][0]["user_id"], ann.id);

    within("the stop", world.server.stop()).await;
    let second = made(&order("More news").await);
    let again = crate::support::config(&data);
    let server = within("the start", cubist_server::server::Server::start(again))
        .await
        .unwrap();
    let id = second.parse().unwrap();
    let card = server.state().dialog_card(&id).await.unwrap().unwrap();
    assert_eq!(card.owner.get(), ann.id);
    within("the stop", server.stop()).await;
}

#[tokio::test]
async fn an_order_that_makes_no_sense_ends_with_a_sentence() {
    let world = World::new().await;
    let data = world.dir.path();
    for (flags, reason) in [
        (
            ["broadcast", "--name", "x", "--owner", "99"],
            "does not exist",
        ),
        (
            ["broadcast", "--name", " ", "--owner", "99"],
            "name is required",
        ),
        (["broadcast", "--name", "x", "--owner", "0"], "no user id"),
    ] {
        let done = run(data, &flags).await;
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
        assert!(done.err.contains(reason), "{}", done.err);
    }
    let flags = ["broadcast", "--name", "x", "--owner", "ann"];
    assert_eq!(run(data, &flags).await.code, Some(2));
    let nowhere = data.join("nowhere");
    let flags = ["broadcast", "--name", "x", "--owner", "1"];
    assert_eq!(run(&nowhere, &flags).await.code, Some(1));
    assert!(!nowhere.exists());
    let done = run(&nowhere, &["reports"]).await;
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("no backend's database"), "{}", done.err);
}

#[tokio::test]
async fn reports_are_listed_as_a_table_and_as_json() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let data = world.dir.path().to_owned();
    let none = run(&data, &["reports", "--json"]).await;
    assert_eq!((none.code, none.out.trim()), (Some(0), "[]"));

    let body = json!({ "reportedUserId": bob.id, "reason": "spam\u{1b}[2J" });
    ann.post("/data/UserReports.json", body).await.expect(201);
    let said = bob.say(&bob.private(&ann).await, "rude words").await;
    let body = json!({ "reportedMessageId": said, "reason": "rude" });
    ann.post("/data/MessageReports.json", body)
        .await
        .expect(201);

    let listed = run(&data, &["reports", "--json"]).await;
    let reports: Value = serde_json::from_str(&listed.out).unwrap();
    let [message, person] = reports.as_array().unwrap().as_slice() else {
        panic!("{reports}")
    };
    assert_eq!(
        (&message["kind"], &message["message"]["text"]),
        (&json!("message"), &json!("rude words"))
    );
    for report in [message, person] {
        assert_eq!(report["reported"], json!({ "id": bob.id, "name": "bob" }));
        assert_eq!(report["reporter"], json!({ "id": ann.id, "name": "ann" }));
    }
    assert_eq!(person["reason"], "spam\u{1b}[2J");

    within("the stop", world.server.stop()).await;
    let table = run(&data, &["reports"]).await;
    assert_eq!(table.code, Some(0), "{}", table.err);
    let lines: Vec<&str> = table.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains("rude words") && lines[1].contains("bob"));
    assert!(lines[2].contains("spam") && !table.out.contains('\u{1b}'));
}
