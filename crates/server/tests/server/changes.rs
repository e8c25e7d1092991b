//! Deleting, reacting and searching over HTTP, and what of it reaches people who are connected.

use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Message, MessageKind, Stanza};
use cubist_server::delivery::LocalSession;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, World, texts, within};

async fn connect(world: &World, who: &Caller) -> LocalSession {
    let user = UserId::new(who.id).unwrap();
    world.server.router().connect_local(user).await
}

async fn next(session: &mut LocalSession) -> Message {
    loop {
        let stanza = within("a stanza", session.incoming.recv())
            .await
            .expect("the session ended");
        if let Stanza::Message(message) = stanza {
            return *message;
        }
    }
}

async fn delete(who: &Caller, ids: &str, body: &str) -> Value {
    let path = format!("/chat/Message/{ids}.json");
    let request = who.request(Method::DELETE, path).body(body.to_owned());
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    Answer::of(request).await.expect(200)
}

fn lists(deleted: &[&str], not_found: &[&str], refused: &[&str]) -> Value {
    json!({
        "SuccessfullyDeleted": { "ids": deleted }, "NotFound": { "ids": not_found },
        "WrongPermissions": { "ids": refused },
    })
}

async fn history(who: &Caller, dialog: &str) -> Value {
    let path = format!("/chat/Message.json?chat_dialog_id={dialog}&mark_as_read=0");
    who.get(path).await.expect(200)
}

#[tokio::test]
async fn deleting_is_answered_with_three_lists_and_without_force_nobody_else_notices() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let (one, two) = (ann.say(&dialog, "one").await, ann.say(&dialog, "two").await);
    let ids = format!("{one},nonsense");
    assert_eq!(
        delete(&bob, &ids, "").await,
        lists(&[&one], &["nonsense"], &[])
    );
    assert_eq!(texts(&history(&bob, &dialog).await, "message"), ["two"]);
    assert_eq!(
        history(&ann, &dialog).await["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        delete(&bob, &two, "force=1").await,
        lists(&[], &[], &[&two])
    );
    let mut at_bob = connect(&world, &bob).await;
    assert_eq!(
        delete(&ann, &format!("{one},{two}"), "force=1").await,
        lists(&[&one, &two], &[], &[])
    );
    for id in [&one, &two] {
        let told = next(&mut at_bob).await;
        assert_eq!(told.remove.unwrap().id, *id);
        assert_eq!(told.extra.unwrap().dialog_id().unwrap().to_string(), dialog);
    }
    assert!(texts(&history(&ann, &dialog).await, "message").is_empty());
    assert_eq!(
        delete(&ann, &one, "force=1").await,
        lists(&[], &[&one], &[])
    );
}

#[tokio::test]
async fn a_reaction_is_counted_listed_and_told() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = ann.group("x", &[&bob]).await;
    let id = ann.say(&dialog, "hi").await;
    let path = format!("/chat/Message/{id}/reactions.json");
    let (mut at_ann, mut at_bob) = (connect(&world, &ann).await, connect(&world, &bob).await);
    let answer = bob.put(&path, json!({ "add": "🔥" })).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    for session in [&mut at_ann, &mut at_bob] {
        let told = next(session).await;
        assert_eq!(told.kind, MessageKind::Groupchat);
        let change = told.reactions.unwrap();
        assert_eq!((change.user.get(), change.message), (bob.id, id.clone()));
        assert_eq!(
            (change.added, change.removed),
            (vec!["🔥".to_owned()], vec![])
        );
    }
    // A repeat changes nothing and nobody hears of it: the next that comes is the change after it.
    bob.put(&path, json!({ "add": "🔥" })).await.expect(200);
    ann.put(&path, json!({ "add": "🔥" })).await.expect(200);
    assert_eq!(
        next(&mut at_bob).await.reactions.unwrap().user.get(),
        ann.id
    );
    let seen = &history(&ann, &dialog).await["items"][0]["reactions"];
    assert_eq!(*seen, json!({ "own": ["🔥"], "total": { "🔥": 2 } }));
    let listed = bob.get(&path).await.expect(200);
    let mut people: Vec<u64> = serde_json::from_value(listed["🔥"].clone()).unwrap();
    people.sort_unstable();
    assert_eq!(people, [ann.id, bob.id]);
    bob.put(&path, json!({ "add": "👎", "remove": "🔥" }))
        .await
        .expect(200);
    let change = next(&mut at_bob).await.reactions.unwrap();
    assert_eq!(
        (change.added, change.removed),
        (vec!["👎".to_owned()], vec!["🔥".to_owned()])
    );
    bob.put(&path, json!({})).await.expect(422);
    bob.put(&path, json!({ "add": "x".repeat(33) }))
        .await
        .expect(422);
    cat.put(&path, json!({ "add": "🔥" })).await.refusal(404);
    cat.get("/chat/Message/_/reactions.json").await.refusal(404);
}

#[tokio::test]
async fn a_search_takes_the_sdks_parameters() {
    let world = World::new().await;
    let (ann, bob) = (world.person("annabel").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let id = ann.say(&dialog, "lorem ipsum").await;
    let search = |query: String| {
        let who = bob.clone();
        async move { who.get(format!("/chat/search.json?{query}")).await }
    };
    let found = search(format!(
        "chat_dialog_ids={dialog}%2C{dialog}&limit=3&search_text=lorem%20ipsum"
    ))
    .await
    .expect(200);
    assert_eq!(found["results"]["messages"][0]["_id"], id);
    assert_eq!(found["results"]["dialogs"], json!([]));
    assert_eq!(found["results"]["users"], json!([]));
    let by_name = search("search_text=annab".to_owned()).await.expect(200);
    assert_eq!(by_name["results"]["dialogs"][0]["_id"], dialog);
    let past = "end_date=2023-09-01T00%3A00%3A00.000Z&start_date=2023-11-14T22%3A13%3A20.000Z";
    let nothing = search(format!("search_text=lorem&{past}"))
        .await
        .expect(200);
    assert_eq!(nothing["results"]["messages"], json!([]));
    for refused in [
        "search_text=four",
        "",
        "search_text=lorem&start_date=2023-11-14T22%3A13%3A20.000Z",
        "search_text=lorem&end_date=soon&start_date=2023-11-14T22%3A13%3A20.000Z",
        "search_text=lorem&end_date=2023-01-01T00%3A00%3A00.000Z&start_date=2023-11-14T22%3A13%3A20.000Z",
        "search_text=lorem&chat_dialog_ids=nonsense",
    ] {
        search(refused.to_owned()).await.expect(422);
    }
}
