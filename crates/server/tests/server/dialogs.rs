//! Dialogs over HTTP.

use serde_json::json;

use crate::support::{World, id_of, texts};

#[tokio::test]
async fn a_private_dialog_is_one_for_the_pair_in_every_form_of_the_ids() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let mut ids = Vec::new();
    for occupants in [
        json!(bob.id.to_string()),
        json!([bob.id]),
        json!([ann.id, bob.id]),
        json!(bob.id),
    ] {
        let made = ann
            .post(
                "/chat/Dialog.json",
                json!({ "type": 3, "occupants_ids": occupants }),
            )
            .await
            .expect(201);
        assert_eq!(
            (&made["name"], &made["xmpp_room_jid"]),
            (&json!("bob"), &json!(null))
        );
        assert_eq!(made["occupants_ids"], json!([ann.id, bob.id]));
        ids.push(id_of(&made));
    }
    let made = bob
        .post(
            "/chat/dialog",
            json!({ "type": 3, "occupants_ids": [ann.id] }),
        )
        .await
        .expect(201);
    assert_eq!(made["name"], "ann");
    ids.push(id_of(&made));
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn a_private_dialog_without_an_opponent_is_refused_in_the_known_words() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for occupants in [json!(""), json!(ann.id.to_string()), json!("99")] {
        let refused = ann
            .post(
                "/chat/Dialog.json",
                json!({ "type": 3, "occupants_ids": occupants }),
            )
            .await;
        assert_eq!(
            refused.refusal(422),
            "Occupants_ids is missing opponent ID."
        );
    }
}

#[tokio::test]
async fn a_group_has_a_room_and_the_owners_rights() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let body = json!({
        "type": 2, "name": "Friday party", "occupants_ids": format!("{}, {}", bob.id, cat.id),
        "description": "d", "photo": "party.jpg", "extensions": { "location": "Sun bar", "seats": 3 },
        "permissions": { "allow_preview": true }, "admins_ids": cat.id.to_string(),
    });
    let made = ann.post("/chat/Dialog.json", body).await.expect(201);
    let id = id_of(&made);
    assert_eq!(made["xmpp_room_jid"], format!("21_{id}@muc.localhost"));
    assert_eq!(made["admins_ids"], json!([ann.id, cat.id]));
    assert_eq!(
        made["extensions"],
        json!({ "location": "Sun bar", "seats": "3" })
    );
    assert_eq!(made["permissions"], json!({ "allow_preview": true }));
    assert_eq!(
        bob.get(format!("/chat/Dialog/{id}.json")).await.expect(200)["photo"],
        "party.jpg"
    );
    ann.post(
        "/chat/Dialog.json",
        json!({ "type": 2, "occupants_ids": "1" }),
    )
    .await
    .expect(422);
    ann.post("/chat/Dialog.json", json!({ "type": 5, "name": "x" }))
        .await
        .expect(422);
    ann.post("/chat/Dialog.json", json!({ "name": "x" }))
        .await
        .expect(422);
}

#[tokio::test]
async fn lists_take_both_encodings_and_count() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let private = ann.private(&bob).await;
    let group = ann.group("a b&c", &[]).await;
    for (query, expected) in [
        (String::new(), vec!["a b&c", "bob"]),
        (
            "type%5Bin%5D=2%2C3&limit=1&skip=0".to_owned(),
            vec!["a b&c"],
        ),
        ("name[ctn]=b%26c".to_owned(), vec!["a b&c"]),
        (
            "type=3&updated_at[gt]=1455098137&sort_desc=last_message_date_sent".to_owned(),
            vec!["bob"],
        ),
        (format!("_id={private}"), vec!["bob"]),
        (
            format!("_id[in]={private}%2C{group}&sort_asc=name"),
            vec!["a b&c", "bob"],
        ),
        (
            format!("_id[in][]={private}&_id[in][]={group}&sort_desc=name"),
            vec!["bob", "a b&c"],
        ),
        (
            "sort_desc=date_sent&some_flag=1".to_owned(),
            vec!["a b&c", "bob"],
        ),
    ] {
        // Both were made in the same second: told apart by their ids alone.
        let page = ann
            .get(format!("/chat/Dialog.json?{query}"))
            .await
            .expect(200);
        let mut names = texts(&page, "name");
        if !query.contains("name") {
            names.sort_unstable();
        }
        assert_eq!(names, expected, "{query}");
        assert!(page["total_entries"].as_u64().unwrap() >= expected.len() as u64);
    }
    let count = ann
        .get("/chat/Dialog.json?count=1&type=2")
        .await
        .expect(200);
    assert_eq!(count, json!({ "items": { "count": 1 } }));
    ann.get("/chat/Dialog.json?nickname[gt]=1")
        .await
        .expect(422);
    ann.get("/chat/Dialog.json?sort_desc=nickname")
        .await
        .expect(422);
}

#[tokio::test]
async fn foreign_dialogs_are_forbidden_and_unknown_ones_not_found() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = ann.group("x", &[]).await;
    bob.get(format!("/chat/Dialog/{group}.json"))
        .await
        .refusal(403);
    bob.get(format!("/chat/Message.json?chat_dialog_id={group}"))
        .await
        .refusal(403);
    for id in ["5356c64ab35c12bd3b108a41", "nonsense"] {
        bob.get(format!("/chat/Dialog/{id}.json"))
            .await
            .refusal(404);
        bob.get(format!("/chat/Message.json?chat_dialog_id={id}"))
            .await
            .refusal(404);
    }
    bob.get("/chat/Message.json").await.expect(422);
}

#[tokio::test]
async fn a_group_is_changed_by_pushing_and_pulling() {
    let world = World::new().await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let path = format!("/chat/Dialog/{}.json", ann.group("x", &[&bob]).await);
    let body = json!({ "name": "y", "push_all": { "occupants_ids": [cat.id] } });
    let changed = bob.put(&path, body).await.expect(200);
    assert_eq!(
        (
            &changed["name"],
            changed["occupants_ids"].as_array().unwrap().len()
        ),
        (&json!("y"), 3)
    );
    let pull = json!({ "pull_all": { "occupants_ids": [cat.id] } });
    bob.put(&path, pull.clone()).await.refusal(403);
    ann.put(&path, pull).await.expect(200);
    cat.get(&path).await.refusal(403);
    let private = ann.private(&bob).await;
    let body = json!({ "push_all": { "occupants_ids": [cat.id] } });
    assert_eq!(
        ann.put(format!("/chat/Dialog/{private}.json"), body)
            .await
            .refusal(403),
        "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs"
    );
}
