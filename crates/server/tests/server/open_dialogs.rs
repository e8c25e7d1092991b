//! Public dialogs and broadcasts over HTTP.

use cubist_server::state::NewBroadcast;
use serde_json::{Value, json};

use crate::support::{Caller, World, id_of, texts};

async fn public(owner: &Caller, name: &str, preview: bool) -> String {
    let body = json!({ "type": 4, "name": name, "permissions": { "allow_preview": preview } });
    let made = owner.post("/chat/Dialog.json", body).await.expect(201);
    assert_eq!(
        (&made["occupants_ids"], &made["occupants_count"]),
        (&json!([]), &json!(1))
    );
    id_of(&made)
}

async fn broadcast(world: &World, owner: &Caller) -> String {
    let new = NewBroadcast {
        name: "News".to_owned(),
        owner: cubist_protocol::ids::UserId::new(owner.id).unwrap(),
        description: None,
    };
    let made = world.server.state().create_broadcast(new).await.unwrap();
    made.to_string()
}

async fn listed(caller: &Caller, query: &str) -> Value {
    caller
        .get(format!("/chat/Dialog.json?{query}"))
        .await
        .expect(200)
}

#[tokio::test]
async fn a_public_dialog_is_explored_previewed_subscribed_and_left() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = public(&ann, "Blockchain trends", true).await;
    public(&ann, "Gardens", false).await;
    ann.say(&id, "welcome").await;

    for query in ["type=4", "type[in]=4", "type%5Bin%5D=4", "type[in][]=4"] {
        let page = listed(&bob, &format!("{query}&name[ctn]=chain")).await;
        assert_eq!(texts(&page, "name"), ["Blockchain trends"], "{query}");
        assert_eq!(page["total_entries"], 1);
    }
    let page = listed(&bob, "type=4&name[ctn]=BLOCKCHAIN%20t").await;
    assert_eq!(page["total_entries"], 1);
    assert_eq!(listed(&bob, "type=4&count=1").await["items"]["count"], 2);
    assert_eq!(listed(&bob, &format!("_id={id}")).await["total_entries"], 0);
    let page = listed(&bob, &format!("_id={id}&type=4")).await;
    assert_eq!(page["items"][0]["last_message"], "welcome");

    let preview = format!("/chat/Message.json?chat_dialog_id={id}&preview=1");
    let shown = bob.get(&preview).await.expect(200);
    assert_eq!(texts(&shown, "message"), ["welcome"]);
    assert_eq!(shown["items"][0]["views_count"], 0);
    bob.get(format!("/chat/Message.json?chat_dialog_id={id}"))
        .await
        .refusal(403);

    let path = format!("/chat/Dialog/{id}/subscribe.json");
    let subscribed = bob.post(&path, json!({})).await.expect(200);
    assert_eq!(
        (
            &subscribed["occupants_count"],
            &subscribed["unread_messages_count"]
        ),
        (&json!(2), &json!(0))
    );
    assert_eq!(listed(&bob, "").await["total_entries"], 1);
    bob.say(&id, "hello").await;
    let left = bob.delete(&path).await;
    assert_eq!((left.status.as_u16(), left.text.as_str()), (200, ""));
    bob.delete(&path).await.refusal(403);
    assert_eq!(listed(&bob, "").await["total_entries"], 0);
}

#[tokio::test]
async fn a_preview_needs_the_permission_and_the_dialog() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = public(&ann, "x", false).await;
    let preview = |id: &str| format!("/chat/Message.json?chat_dialog_id={id}&preview=1");
    bob.get(preview(&id)).await.refusal(403);
    bob.get(preview("5356c64ab35c12bd3b108a41"))
        .await
        .refusal(404);
    let unknown = "/chat/Dialog/5356c64ab35c12bd3b108a41/subscribe.json";
    bob.post(unknown, json!({})).await.refusal(404);
    bob.delete(unknown).await.refusal(404);
}

#[tokio::test]
async fn occupants_come_in_pages_that_share_nobody_and_only_to_those_inside() {
    let world = World::new().await;
    let (ann, stranger) = (world.person("ann").await, world.person("stranger").await);
    let id = public(&ann, "x", true).await;
    let mut everyone = vec![ann.id];
    for number in 0..4 {
        let person = world.person(&format!("person{number}")).await;
        person
            .post(format!("/chat/Dialog/{id}/subscribe"), json!({}))
            .await
            .expect(200);
        everyone.push(person.id);
    }
    let path = format!("/chat/Dialog/{id}/occupants.json");
    let mut found = Vec::new();
    for skip in [0, 2, 4] {
        let page = ann
            .get(format!("{path}?limit=2&skip={skip}"))
            .await
            .expect(200);
        assert_eq!(page["total_entries"], 5);
        for user in page["items"].as_array().unwrap() {
            found.push(user["id"].as_u64().unwrap());
        }
    }
    assert_eq!(found, everyone);
    stranger.get(&path).await.refusal(403);
}

#[tokio::test]
async fn open_dialogs_are_changed_by_owner_and_admins_alone() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = public(&ann, "x", false).await;
    let path = format!("/chat/Dialog/{id}.json");
    bob.post(format!("/chat/Dialog/{id}/subscribe"), json!({}))
        .await
        .expect(200);
    for body in [
        json!({ "name": "y" }),
        json!({ "photo": null }),
        json!({ "permissions": { "allow_preview": true } }),
    ] {
        bob.put(&path, body).await.refusal(403);
    }
    let admins = json!({ "push_all": { "admins_ids": [bob.id] } });
    ann.put(format!("/chat/Dialog/{id}/admins.json"), admins)
        .await
        .expect(200);
    let changed = bob
        .put(
            &path,
            json!({ "name": "y", "permissions": { "allow_preview": 1 } }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["permissions"]["allow_preview"]),
        (&json!("y"), &json!(true))
    );
}

#[tokio::test]
async fn a_broadcast_is_everyones_and_nobody_makes_one_over_http() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let body = json!({ "type": 1, "name": "x" });
    ann.post("/chat/Dialog.json", body).await.refusal(403);
    let id = broadcast(&world, &ann).await;
    ann.say(&id, "first").await;
    let page = listed(&bob, "type=1").await;
    assert_eq!(page["items"][0]["unread_messages_count"], 1);
    assert_eq!(page["items"][0]["admins_ids"], json!([ann.id]));
    let message = json!({ "chat_dialog_id": id, "message": "hi" });
    bob.post("/chat/Message.json", message).await.refusal(403);
    bob.get(format!("/chat/Message.json?chat_dialog_id={id}"))
        .await
        .expect(200);
    assert_eq!(
        listed(&bob, "type=1").await["items"][0]["unread_messages_count"],
        0
    );
    bob.get(format!("/chat/Dialog/{id}/occupants"))
        .await
        .refusal(403);
    bob.delete(format!("/chat/Dialog/{id}/subscribe"))
        .await
        .refusal(403);
    let people = json!({ "push_all": { "occupants_ids": [bob.id] } });
    ann.put(format!("/chat/Dialog/{id}"), people)
        .await
        .refusal(403);

    bob.delete(format!("/chat/Dialog/{id}")).await.expect(200);
    assert_eq!(listed(&bob, "type=1").await["total_entries"], 0);
    bob.post(format!("/chat/Dialog/{id}/subscribe"), json!({}))
        .await
        .expect(200);
    assert_eq!(listed(&bob, "type=1").await["total_entries"], 1);
}
