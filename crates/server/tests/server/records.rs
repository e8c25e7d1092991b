//! The data API over HTTP.

use serde_json::{Value, json};

use crate::support::{Caller, World, id_of};

async fn world() -> World {
    World::with(|config| config.data_classes = vec!["Notes".to_owned()]).await
}

async fn note(caller: &Caller, fields: Value) -> String {
    id_of(&caller.post("/data/Notes.json", fields).await.expect(201))
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["_id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn reports_of_people_and_messages_are_taken_and_shown_to_their_author_only() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let body = json!({ "reportedUserId": bob.id, "reason": "bad" });
    let made = ann.post("/data/UserReports.json", body).await.expect(201);
    assert_eq!(
        (
            &made["reportedUserId"],
            &made["user_id"],
            &made["_parent_id"]
        ),
        (&json!(bob.id), &json!(ann.id), &json!(null))
    );
    assert!(made["created_at"].is_u64());
    let said = bob.say(&bob.private(&ann).await, "rude").await;
    let body = json!({ "reportedMessageId": said, "reason": "rude" });
    ann.post("/data/MessageReports.json", body)
        .await
        .expect(201);
    let page = ann
        .get(format!(
            "/data/UserReports.json?limit=10&reportedUserId[gt]=1&reportedUserId={}&sort_asc=created_at",
            bob.id
        ))
        .await
        .expect(200);
    assert_eq!(ids(&page), [id_of(&made)]);
    assert_eq!(
        (&page["class_name"], &page["limit"], &page["skip"]),
        (&json!("UserReports"), &json!(10), &json!(0))
    );
    let page = bob.get("/data/UserReports.json").await.expect(200);
    assert_eq!(ids(&page), Vec::<&str>::new());
}

#[tokio::test]
async fn reports_about_nobody_and_unknown_classes_are_refused() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for (field, body) in [
        ("reportedUserId", json!({ "reason": "bad" })),
        ("reportedUserId", json!({ "reportedUserId": 999_999 })),
        ("reportedUserId", json!({ "reportedUserId": "bob" })),
        (
            "reason",
            json!({ "reportedUserId": ann.id, "reason": "x".repeat(1_001) }),
        ),
    ] {
        let refused = ann.post("/data/UserReports.json", body).await.expect(422);
        assert!(refused["errors"][field][0].is_string(), "{refused}");
    }
    ann.post("/data/Unknown.json", json!({})).await.refusal(404);
    ann.get("/data/Unknown.json").await.refusal(404);
    world
        .nobody()
        .post("/data/UserReports.json", json!({}))
        .await
        .expect(401);
    world
        .guest()
        .await
        .post("/data/UserReports.json", json!({}))
        .await
        .refusal(403);
}

#[tokio::test]
async fn records_are_found_by_every_operator_in_both_encodings() {
    let world = world().await;
    let ann = world.person("ann").await;
    let young = note(
        &ann,
        json!({ "age": 7, "name": "Ann Lee", "tags": ["a", "b"] }),
    )
    .await;
    let old = note(&ann, json!({ "age": "41", "name": "Bob", "tags": ["b"] })).await;
    for (query, expected) in [
        ("age=41", vec![&old]),
        ("age[gt]=7", vec![&old]),
        ("age%5Bgte%5D=7", vec![&young, &old]),
        ("age[lt]=41", vec![&young]),
        ("age[lte]=41", vec![&young, &old]),
        ("age[ne]=7", vec![&old]),
        ("age[in]=7%2C8", vec![&young]),
        ("age[in][]=7&age[in][]=41", vec![&young, &old]),
        ("age[nin]=7", vec![&old]),
        ("age[or]=7%2C41", vec![&young, &old]),
        ("name[ctn]=Lee", vec![&young]),
        ("tags[all]=a%2Cb", vec![&young]),
        ("tags[all]=b", vec![&young, &old]),
        ("nothing=1", vec![]),
        ("sort_desc=age", vec![&old, &young]),
        ("limit=1&skip=1", vec![&old]),
        ("created_at[gt]=1", vec![&young, &old]),
        ("x%22]%20or%201=1", vec![]),
    ] {
        let page = ann
            .get(format!("/data/Notes.json?{query}"))
            .await
            .expect(200);
        assert_eq!(ids(&page), expected, "{query}");
    }
    ann.get("/data/Notes.json?age[start_with]=4")
        .await
        .expect(422);
    ann.get("/data/Notes.json?created_at[gt]=yesterday")
        .await
        .expect(422);
}

#[tokio::test]
async fn records_are_changed_one_by_one_together_and_by_criteria() {
    let world = world().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let many = json!({ "record": { "1": { "age": 1 }, "2": { "age": 2 } } });
    let made = ann.post("/data/notes/multi.json", many).await.expect(201);
    assert_eq!(made["class_name"], "Notes");
    let (one, two) = (ids(&made)[0].to_owned(), ids(&made)[1].to_owned());
    let foreign = note(&bob, json!({ "age": 3 })).await;

    let path = format!("/data/Notes/{one}.json");
    let changed = ann
        .put(&path, json!({ "id": one, "name": "x" }))
        .await
        .expect(200);
    assert_eq!(
        (&changed["age"], &changed["name"], &changed["id"]),
        (&json!(1), &json!("x"), &json!(null))
    );
    bob.put(&path, json!({ "name": "y" })).await.refusal(403);
    ann.put("/data/Notes/5c09798aca8bf468ab8d2936.json", json!({}))
        .await
        .refusal(404);
    let several = json!({ "record": {
        "1": { "id": two, "age": 20 }, "2": { "id": foreign, "age": 30 },
    } });
    let changed = ann.put("/data/Notes/multi.json", several).await.expect(200);
    assert_eq!(ids(&changed), [two.as_str()]);
    assert_eq!(changed["not_found"]["ids"], json!([foreign]));
    let matching = json!({ "search_criteria": { "age": { "gte": 1 } }, "seen": true });
    let changed = ann
        .put("/data/Notes/by_criteria.json", matching)
        .await
        .expect(200);
    assert_eq!(
        (&changed["total_found"], &changed["items"][1]["seen"]),
        (&json!(2), &json!(true))
    );
    let page = bob.get(format!("/data/Notes/{foreign}.json")).await;
    assert_eq!(page.expect(200)["items"][0]["age"], 3);
    ann.put("/data/Notes/by_criteria.json", json!({ "seen": true }))
        .await
        .expect(422);
}

#[tokio::test]
async fn records_are_deleted_one_by_one_together_and_by_criteria() {
    let world = world().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let mut own = Vec::new();
    for age in [41, 42, 7, 8] {
        own.push(note(&ann, json!({ "age": age })).await);
    }
    let foreign = note(&bob, json!({ "age": 50 })).await;
    let deleted = ann.delete("/data/Notes/by_criteria.json?age[gte]=41").await;
    assert_eq!(deleted.expect(200), json!({ "total_deleted": 2 }));
    ann.delete("/data/Notes/by_criteria.json").await.expect(422);
    let one = format!("/data/Notes/{}.json", own[2]);
    bob.delete(&one).await.refusal(403);
    assert_eq!(ann.delete(&one).await.status.as_u16(), 200);
    ann.delete(&one).await.refusal(404);
    let lists = ann
        .delete(format!("/data/Notes/{},{foreign},{}.json", own[3], own[0]))
        .await
        .expect(200);
    assert_eq!(lists["SuccessfullyDeleted"]["ids"], json!([own[3]]));
    assert_eq!(lists["WrongPermissions"]["ids"], json!([foreign]));
    assert_eq!(lists["NotFound"]["ids"], json!([own[0]]));
    let answer = bob
        .get(format!("/data/Notes/{foreign}.json?permissions=1"))
        .await
        .expect(200);
    assert_eq!(
        answer,
        json!({ "record_id": foreign, "permissions": {
            "read": { "access": "owner" }, "update": { "access": "owner" }, "delete": { "access": "owner" },
        } })
    );
}

#[tokio::test]
async fn a_record_that_is_too_large_is_refused() {
    let world = World::with(|config| {
        config.data_classes = vec!["Notes".to_owned()];
        config.limits.extra_bytes = 1_000;
    })
    .await;
    let ann = world.person("ann").await;
    let id = note(&ann, json!({ "text": "x".repeat(900) })).await;
    let more = json!({ "more": "x".repeat(900) });
    ann.put(format!("/data/Notes/{id}.json"), more)
        .await
        .expect(422);
    ann.post("/data/Notes.json", json!({ "text": "x".repeat(1_001) }))
        .await
        .expect(422);
}
