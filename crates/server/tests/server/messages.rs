//! Messages over HTTP, and what of them reaches people who are connected.

use cubist_protocol::ext::xep0333_markers::MarkerKind;
use cubist_protocol::ids::UserId;
use cubist_protocol::stanza::{Message, Stanza};
use cubist_server::delivery::LocalSession;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Caller, World, id_of, texts, within};

async fn connect(world: &World, who: &Caller) -> LocalSession {
    world
        .server
        .router()
        .connect_local(UserId::new(who.id).unwrap())
        .await
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

#[tokio::test]
async fn a_stored_message_has_every_documented_field() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let body = json!({
        "chat_dialog_id": dialog, "message": "hi", "country": "USA", "sender_id": 5,
        "attachments": [{ "type": "image", "uid": "u" }],
    });
    let made = ann.post("/chat/Message.json", body).await.expect(201);
    assert_eq!(
        (&made["message"], &made["sender_id"], &made["recipient_id"]),
        (&json!("hi"), &json!(ann.id), &json!(bob.id))
    );
    assert_eq!(
        (&made["read_ids"], &made["delivered_ids"]),
        (&json!([ann.id]), &json!([ann.id]))
    );
    assert_eq!(
        (&made["country"], &made["read"], &made["edited_at"]),
        (&json!("USA"), &json!(0), &json!(null))
    );
    assert_eq!(
        made["attachments"],
        json!([{ "type": "image", "uid": "u" }])
    );
    let page = bob
        .get(format!(
            "/chat/Message.json?chat_dialog_id={dialog}&mark_as_read=0"
        ))
        .await
        .expect(200);
    assert_eq!(page["items"][0], made);
    assert!(page.get("total_entries").is_none());
    let numbered = json!({ "chat_dialog_id": dialog, "attachments": { "0": { "type": "x" }, "1": { "type": "y" } } });
    let made = ann.post("/chat/Message.json", numbered).await.expect(201);
    assert_eq!(made["attachments"].as_array().unwrap().len(), 2);
    ann.post("/chat/Message.json", json!({ "chat_dialog_id": dialog }))
        .await
        .expect(422);
    ann.post("/chat/Message.json", json!({ "message": "x" }))
        .await
        .expect(422);
    let to_person = ann
        .post(
            "/chat/Message.json",
            json!({ "recipient_id": bob.id, "message": "x" }),
        )
        .await
        .expect(201);
    assert_eq!(to_person["chat_dialog_id"], dialog);
}

#[tokio::test]
async fn the_list_shows_the_last_message_and_the_callers_unread_count() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    ann.say(&dialog, "one").await;
    let last = ann.say(&dialog, "two").await;
    let look = |who: &Caller| {
        let who = who.clone();
        async move { who.get("/chat/Dialog.json?").await.expect(200)["items"][0].clone() }
    };
    let (at_ann, at_bob) = (look(&ann).await, look(&bob).await);
    for seen in [&at_ann, &at_bob] {
        assert_eq!(seen["last_message"], "two");
        assert_eq!(seen["last_message_id"], last);
        assert_eq!(seen["last_message_user_id"], ann.id);
        assert!(seen["last_message_date_sent"].as_i64().unwrap() > 1_500_000_000);
    }
    assert_eq!(
        (
            &at_ann["last_message_status"],
            &at_ann["unread_messages_count"]
        ),
        (&json!("sent"), &json!(0))
    );
    assert_eq!(
        (
            &at_bob["last_message_status"],
            &at_bob["unread_messages_count"]
        ),
        (&json!(null), &json!(2))
    );
    bob.put(
        format!("/chat/Message/{last}.json"),
        json!({ "delivered": 1, "chat_dialog_id": dialog }),
    )
    .await
    .expect(200);
    assert_eq!(look(&ann).await["last_message_status"], "delivered");
    bob.put(
        format!("/chat/Message/{last}.json"),
        json!({ "read": 1, "chat_dialog_id": dialog }),
    )
    .await
    .expect(200);
    assert_eq!(look(&ann).await["last_message_status"], "read");
    assert_eq!(look(&bob).await["unread_messages_count"], 1);
}

#[tokio::test]
async fn histories_page_in_both_directions() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let dialog = ann.group("x", &[]).await;
    for number in 0..7 {
        ann.say(&dialog, &number.to_string()).await;
    }
    let list = |query: &str| {
        let (ann, path) = (
            ann.clone(),
            format!("/chat/Message.json?chat_dialog_id={dialog}&{query}"),
        );
        async move { ann.get(path).await.expect(200) }
    };
    assert_eq!(
        texts(&list("").await, "message"),
        ["0", "1", "2", "3", "4", "5", "6"]
    );
    let mut seen = Vec::new();
    for skip in [0, 3, 6] {
        let page = list(&format!("sort_desc=date_sent&limit=3&skip={skip}")).await;
        seen.extend(texts(&page, "message").into_iter().map(str::to_owned));
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
    assert_eq!(list("count=1").await, json!({ "items": { "count": 7 } }));
    assert_eq!(texts(&list("message[ctn]=4").await, "message"), ["4"]);
    assert_eq!(
        list("date_sent[lt]=1544111746&limit=100&mark_as_read=0&skip=0").await["items"],
        json!([])
    );
}

#[tokio::test]
async fn unread_counts_come_by_every_name_of_the_parameter() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (one, two) = (ann.private(&bob).await, ann.group("x", &[&bob]).await);
    ann.say(&one, "1").await;
    ann.say(&two, "2").await;
    ann.say(&two, "3").await;
    for query in [
        format!("chat_dialog_ids={one}%2C%20{two}"),
        format!("dialogs_ids[]={one}&dialogs_ids[]={two}"),
        format!("chat_dialog_ids={one},{two},5356c64ab35c12bd3b108a41"),
    ] {
        let counts = bob
            .get(format!("/chat/Message/unread.json?{query}"))
            .await
            .expect(200);
        assert_eq!(
            counts,
            json!({ "total": 3, one.as_str(): 1, two.as_str(): 2 }),
            "{query}"
        );
    }
    assert_eq!(
        bob.get("/chat/Message/unread.json?").await.expect(200),
        json!({ "total": 3 })
    );
    assert_eq!(
        bob.get(format!("/chat/Message/unread.json?chat_dialog_ids={one}"))
            .await
            .expect(200)["total"],
        1
    );
}

#[tokio::test]
async fn a_dialog_is_marked_as_a_whole_and_its_authors_are_told() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let (first, second) = (ann.say(&dialog, "1").await, ann.say(&dialog, "2").await);
    let mut connection = connect(&world, &ann).await;
    let answer = bob
        .put(
            "/chat/Message.json",
            json!({ "read": 1, "chat_dialog_id": dialog }),
        )
        .await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    for expected in [first, second] {
        let message = next(&mut connection).await;
        let marker = message.marker.unwrap();
        assert_eq!((marker.kind, marker.id), (MarkerKind::Displayed, expected));
        assert_eq!(message.from.unwrap().user_id().unwrap().get(), bob.id);
        assert_eq!(
            message.extra.unwrap().dialog_id().unwrap().to_string(),
            dialog
        );
    }
    bob.put("/chat/Message.json", json!({ "read": 1 }))
        .await
        .expect(422);
}

#[tokio::test]
async fn listing_tells_the_authors_and_only_once() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let first = ann.say(&dialog, "1").await;
    let mut connection = connect(&world, &ann).await;
    let list = format!("/chat/Message.json?chat_dialog_id={dialog}");
    bob.get(&list).await.expect(200);
    assert_eq!(next(&mut connection).await.marker.unwrap().id, first);
    bob.get(&list).await.expect(200);
    let second = ann.say(&dialog, "2").await;
    bob.get(&list).await.expect(200);
    assert_eq!(next(&mut connection).await.marker.unwrap().id, second);
}

#[tokio::test]
async fn send_to_chat_reaches_who_is_connected_now_or_later() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let group = ann.group("x", &[&bob, &cat]).await;
    let mut at_bob = connect(&world, &bob).await;
    ann.say(&group, "stored only").await;
    let body =
        json!({ "chat_dialog_id": group, "message": "live", "send_to_chat": 1, "color": "red" });
    let made = ann.post("/chat/Message.json", body).await.expect(201);
    let message = next(&mut at_bob).await;
    assert_eq!(message.body.as_deref(), Some("live"));
    assert_eq!(
        message
            .extra
            .as_ref()
            .unwrap()
            .message_id()
            .unwrap()
            .to_string(),
        id_of(&made)
    );
    assert_eq!(message.extra.unwrap().text("color").as_deref(), Some("red"));
    assert_eq!(
        message.from.unwrap().occupant_user_id().unwrap().get(),
        ann.id
    );
    let mut at_cat = connect(&world, &cat).await;
    let later = next(&mut at_cat).await;
    assert_eq!(later.body.as_deref(), Some("live"));
    assert!(later.delay.is_some());
}

#[tokio::test]
async fn a_text_is_changed_by_its_author_and_everyone_hears_of_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let id = ann.say(&dialog, "helo").await;
    let path = format!("/chat/Message/{id}.json");
    let mut at_bob = connect(&world, &bob).await;
    bob.put(&path, json!({ "message": "hacked" }))
        .await
        .refusal(403);
    ann.put(&path, json!({ "message": "hello" }))
        .await
        .expect(200);
    let heard = next(&mut at_bob).await;
    assert_eq!(
        (heard.replace.unwrap().id, heard.body.as_deref()),
        (id, Some("hello"))
    );
    let page = bob
        .get(format!("/chat/Message.json?chat_dialog_id={dialog}"))
        .await
        .expect(200);
    assert_eq!(page["items"][0]["message"], "hello");
    assert!(page["items"][0]["edited_at"].is_string());
    ann.put(
        "/chat/Message/5356c64ab35c12bd3b108a41.json",
        json!({ "message": "x" }),
    )
    .await
    .refusal(404);
    ann.put("/chat/Message/nonsense.json", json!({ "read": 1 }))
        .await
        .refusal(404);
}

#[tokio::test]
async fn what_was_asked_for_is_done_although_the_client_hangs_up() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    let mut at_bob = connect(&world, &bob).await;
    let body = json!({ "chat_dialog_id": dialog, "message": "gone", "send_to_chat": 1 });
    let request = ann.request(Method::POST, "/chat/Message.json").json(&body);
    // The answer is never read: the connection closes as soon as the request is out.
    let sent = tokio::spawn(Answer::of(request));
    let message = next(&mut at_bob).await;
    sent.abort();
    assert_eq!(message.body.as_deref(), Some("gone"));
}
