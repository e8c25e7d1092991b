//! Who may do what in a dialog, over HTTP, and what bad input gets.

use serde_json::{Value, json};

use crate::support::{Caller, World, id_of};

fn lists(key: &str, list: &str, ids: &[u64]) -> Value {
    json!({ key: { list: ids } })
}

async fn own_ids(caller: &Caller) -> Vec<String> {
    let page = caller.get("/chat/Dialog.json").await.expect(200);
    let items = page["items"].as_array().unwrap().clone();
    items.iter().map(id_of).collect()
}

#[tokio::test]
async fn names_and_texts_beyond_their_limits_are_refused_by_field() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let make = |name: String, description: String| {
        let ann = ann.clone();
        async move {
            let body = json!({ "type": 2, "name": name, "description": description });
            ann.post("/chat/Dialog.json", body).await
        }
    };
    let id = id_of(&make("x".repeat(200), "d".repeat(1_000)).await.expect(201));
    let refused = make("x".repeat(201), String::new()).await.expect(422);
    assert_eq!(
        refused,
        json!({ "errors": { "name": ["is too long (maximum is 200 characters)"] } })
    );
    let refused = make("x".to_owned(), "d".repeat(1_001)).await.expect(422);
    assert!(refused["errors"]["description"][0].is_string(), "{refused}");
    let path = format!("/chat/Dialog/{id}.json");
    for (field, body) in [
        ("name", json!({ "name": "x".repeat(201) })),
        ("name", json!({ "name": "  " })),
        (
            "extensions",
            json!({ "extensions": { "a": 1, "b": 1, "c": 1, "d": 1 } }),
        ),
        (
            "extensions",
            json!({ "extensions": { "a": "x".repeat(1_001) } }),
        ),
        (
            "pinned_messages_ids",
            json!({ "push_all": { "pinned_messages_ids": ["5356c64ab35c12bd3b108a41"] } }),
        ),
        (
            "occupants_ids",
            lists("push_all", "occupants_ids", &[999_999]),
        ),
    ] {
        let refused = ann.put(&path, body).await.expect(422);
        assert!(refused["errors"][field][0].is_string(), "{refused}");
    }
}

#[tokio::test]
async fn admins_are_the_owners_to_name_and_a_sixth_is_refused() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let mut others = Vec::new();
    for number in 0..6 {
        others.push(world.person(&format!("person{number}")).await);
    }
    let group = ann.group("x", &others.iter().collect::<Vec<_>>()).await;
    let path = format!("/chat/Dialog/{group}/admins.json");
    let ids: Vec<u64> = others.iter().map(|other| other.id).collect();
    let push = |ids: &[u64]| lists("push_all", "admins_ids", ids);
    let changed = ann.put(&path, push(&ids[..5])).await.expect(200);
    assert_eq!(changed["admins_ids"].as_array().unwrap().len(), 6);
    let refused = ann.put(&path, push(&ids[5..])).await.expect(422);
    assert_eq!(
        refused,
        json!({ "errors": { "admins_ids": ["has too many admins (maximum is 5)"] } })
    );
    others[0].put(&path, push(&ids[5..])).await.refusal(403);
    ann.put(&path, lists("pull_all", "admins_ids", &ids[..1]))
        .await
        .expect(200);
    // A removed admin has the rights of everybody else again.
    others[0]
        .put(
            format!("/chat/Dialog/{group}"),
            json!({ "permissions": { "allow_preview": true } }),
        )
        .await
        .refusal(403);
    ann.put(&path, push(&[999_999])).await.expect(422);
    ann.put(&path, json!({})).await.expect(422);
    let private = ann.private(&others[0]).await;
    ann.put(
        format!("/chat/Dialog/{private}/admins.json"),
        push(&ids[..1]),
    )
    .await
    .refusal(403);
}

#[tokio::test]
async fn only_the_owner_removes_others_and_a_stranger_changes_nothing() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let group = ann.group("x", &[&bob]).await;
    let path = format!("/chat/Dialog/{group}.json");
    for body in [
        json!({ "name": "mine" }),
        lists("push_all", "occupants_ids", &[cat.id]),
        lists("pull_all", "occupants_ids", &[ann.id]),
    ] {
        cat.put(&path, body).await.refusal(403);
    }
    bob.put(&path, lists("pull_all", "occupants_ids", &[ann.id]))
        .await
        .refusal(403);
    let left = ann
        .put(&path, lists("pull_all", "occupants_ids", &[ann.id]))
        .await
        .expect(200);
    assert_eq!(
        (&left["user_id"], &left["occupants_ids"]),
        (&json!(bob.id), &json!([bob.id]))
    );
    // The last one takes the dialog along, and still gets an answer that is a dialog.
    let gone = bob
        .put(&path, lists("pull_all", "occupants_ids", &[bob.id]))
        .await
        .expect(200);
    assert_eq!(id_of(&gone), group);
    bob.get(&path).await.refusal(404);
}

#[tokio::test]
async fn one_dialog_is_deleted_with_a_status_and_several_with_three_lists() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let private = ann.private(&bob).await;
    let (own, foreign) = (
        ann.group("own", &[&bob]).await,
        bob.group("foreign", &[&ann]).await,
    );
    let strangers = cat.group("strangers", &[]).await;
    ann.delete(format!("/chat/Dialog/{strangers}.json"))
        .await
        .refusal(404);
    ann.delete("/chat/Dialog/nonsense.json").await.refusal(404);
    ann.delete(format!("/chat/Dialog/{foreign}.json?force=1"))
        .await
        .refusal(403);
    let deleted = ann.delete(format!("/chat/Dialog/{private}.json")).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (200, ""));
    assert!(!own_ids(&ann).await.contains(&private));
    assert!(own_ids(&bob).await.contains(&private));

    let ids = format!("{own}%2C%20{foreign}%2C{strangers}%2C{private}%2Cnonsense");
    let request = ann
        .request(reqwest::Method::DELETE, format!("/chat/Dialog/{ids}.json"))
        .header(
            "Content-Type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        )
        .body("force=1");
    let lists = crate::support::Answer::of(request).await.expect(200);
    assert_eq!(lists["SuccessfullyDeleted"]["ids"], json!([own]));
    assert_eq!(lists["WrongPermissions"]["ids"], json!([foreign]));
    let mut missing: Vec<&str> = lists["NotFound"]["ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    let mut expected = vec![strangers.as_str(), private.as_str(), "nonsense"];
    missing.sort_unstable();
    expected.sort_unstable();
    assert_eq!(missing, expected);
    assert!(!own_ids(&bob).await.contains(&own));
    assert!(own_ids(&ann).await.contains(&foreign));
}

#[tokio::test]
async fn a_cleared_history_is_gone_for_the_caller_and_with_force_for_all() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = ann.group("x", &[&bob]).await;
    ann.say(&group, "hello").await;
    let path = format!("/chat/Dialog/clearHistory/{group}.json");
    let cleared = bob.delete(&path).await;
    assert_eq!((cleared.status.as_u16(), cleared.text.as_str()), (200, ""));
    let count = |caller: &Caller| {
        let caller = caller.clone();
        let path = format!("/chat/Message.json?chat_dialog_id={group}&count=1");
        async move { caller.get(path).await.expect(200)["items"]["count"].clone() }
    };
    assert_eq!((count(&bob).await, count(&ann).await), (json!(0), json!(1)));
    let seen = bob
        .get(format!("/chat/Dialog/{group}.json"))
        .await
        .expect(200);
    assert_eq!(
        (&seen["last_message"], &seen["unread_messages_count"]),
        (&json!(null), &json!(0))
    );
    bob.delete(format!("{path}?force=1")).await.refusal(403);
    ann.delete(format!("{path}?force=1")).await.expect(200);
    assert_eq!(count(&ann).await, json!(0));
    world.person("cat").await.delete(&path).await.refusal(403);
}

#[tokio::test]
async fn notifications_are_one_or_zero() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = ann.group("x", &[]).await;
    let path = format!("/chat/Dialog/{group}/notifications.json");
    let setting = |enabled: i32| json!({ "notifications": { "enabled": enabled } });
    assert_eq!(ann.get(&path).await.expect(200), setting(1));
    let changed = ann.put(&path, json!({ "enabled": 0 })).await.expect(200);
    assert_eq!(changed, setting(0));
    assert_eq!(ann.get(&path).await.expect(200), setting(0));
    ann.put(&path, json!({ "enabled": "perhaps" }))
        .await
        .expect(422);
    ann.put(&path, json!({})).await.expect(422);
    bob.get(&path).await.refusal(403);
}

#[tokio::test]
async fn a_stale_session_in_the_middle_of_a_batch_ends_it_with_the_known_words() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = ann.group("x", &[&bob]).await;
    let path = format!("/chat/Dialog/{group}.json");
    ann.put(&path, json!({ "name": "one" })).await.expect(200);
    world.clock.advance(std::time::Duration::from_secs(7_201));
    assert_eq!(
        ann.put(&path, json!({ "name": "two" })).await.refusal(401),
        "Required session does not exist"
    );
    let again = world.log_in("ann").await;
    assert_eq!(again.get(&path).await.expect(200)["name"], "one");
}

#[tokio::test]
async fn a_message_between_people_who_block_each_other_is_forbidden() {
    use cubist_server::state::{PrivacyItem, PrivacyScope};

    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let private = ann.private(&bob).await;
    let user = |id| cubist_protocol::ids::UserId::new(id).unwrap();
    let item = PrivacyItem {
        order: 1,
        scope: PrivacyScope::Person,
        user: user(bob.id),
        deny: true,
        stanzas: 0,
    };
    let state = world.server.state();
    state
        .set_privacy_list(user(ann.id), "x", vec![item])
        .await
        .unwrap();
    state
        .set_default_privacy_list(user(ann.id), Some("x"))
        .await
        .unwrap();
    let body = json!({ "chat_dialog_id": private, "message": "hi" });
    let refused = bob.post("/chat/Message.json", body.clone()).await;
    assert_eq!(
        refused.refusal(403),
        "This person does not take messages from you."
    );
    assert_eq!(
        ann.post("/chat/Message.json", body).await.refusal(403),
        "You have blocked this person."
    );
}
