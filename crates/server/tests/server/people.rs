//! Signing up, finding and changing people.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, World, session_request, texts};

#[tokio::test]
async fn signing_up_takes_the_key_or_a_session() {
    let world = World::new().await;
    let body = |login: &str| json!({ "user": { "login": login, "password": "long enough", "tag_list": ["a", "b"] } });
    let nobody = world.nobody();
    nobody.post("/users.json", body("ann")).await.expect(401);
    let with_key = |key: &str| {
        let request = nobody
            .request(Method::POST, "/users.json")
            .header("CB-AuthKey", key);
        Answer::of(request.json(&body("ann")))
    };
    with_key("wrong").await.expect(401);
    let made = with_key("KEY").await.expect(201);
    assert_eq!(made["user"]["user_tags"], "a,b");
    world
        .guest()
        .await
        .post("/users", body("bob"))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_is_wrong_with_a_sign_up_is_told_by_field() {
    let world = World::new().await;
    world.person("ann").await;
    let guest = world.guest().await;
    let body = json!({ "user": { "login": "Ann", "password": "short" } });
    let refused = guest.post("/users.json", body).await.expect(422);
    assert_eq!(
        refused,
        json!({ "errors": { "password": ["is too short (minimum is 8 characters)"] } })
    );
    let body = json!({ "user": { "login": "Ann", "password": "long enough" } });
    let refused = guest.post("/users.json", body).await.expect(422);
    assert_eq!(
        refused,
        json!({ "errors": { "login": ["has already been taken"] } })
    );
    guest
        .post("/users.json", json!({ "login": "x" }))
        .await
        .expect(422);
}

#[tokio::test]
async fn only_oneself_can_be_changed_or_deleted() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let own = format!("/users/{}.json", ann.id);
    bob.put(&own, json!({ "user": { "full_name": "x" } }))
        .await
        .refusal(403);
    bob.delete(&own).await.refusal(403);
    let body = json!({ "user": { "full_name": "Ann Lee", "custom_data": "{\"a\":1}" } });
    assert_eq!(
        ann.put(&own, body).await.expect(200)["user"]["full_name"],
        "Ann Lee"
    );
    assert_eq!(
        bob.get(&own).await.expect(200)["user"]["custom_data"],
        "{\"a\":1}"
    );
    ann.delete(&own).await.expect(200);
    bob.get(&own).await.refusal(404);
    ann.get("/chat/Dialog.json").await.refusal(401);
}

#[tokio::test]
async fn a_password_changes_with_the_old_one() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let own = format!("/users/{}.json", ann.id);
    let refused = ann
        .put(&own, json!({ "user": { "password": "even longer" } }))
        .await
        .expect(422);
    assert!(refused["errors"]["old_password"].is_array());
    let body = json!({ "user": { "password": "even longer", "old_password": "long enough" } });
    ann.put(&own, body).await.expect(200);
    let user = json!({ "login": "ann", "password": "even longer" });
    world
        .nobody()
        .post("/session", session_request(Some(user)))
        .await
        .expect(201);
}

#[tokio::test]
async fn searches_take_every_way_of_writing_a_list() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let (one, other) = (ann.id, bob.id);
    for query in [
        format!("id[in][]={one}&id[in][]={other}&limit=10&offset=0"),
        format!("id%5Bin%5D={one}%2C{other}&limit=10"),
        format!("id[in]={one}&id[in]={other}&limit=10"),
        format!("id[]={one}&id[]={other}&limit=10"),
    ] {
        let page = ann.get(format!("/users/v2.json?{query}")).await.expect(200);
        assert_eq!(texts(&page, "login"), ["ann", "bob"], "{query}");
        assert_eq!(
            (&page["limit"], &page["skip"], &page["total_entries"]),
            (&json!(10), &json!(0), &json!(2))
        );
    }
    let page = ann
        .get(format!(
            "/users/v2.json?id[in]={one},{other}&limit=1&offset=1"
        ))
        .await
        .expect(200);
    assert_eq!(
        (texts(&page, "login"), &page["total_entries"]),
        (vec!["bob"], &json!(2))
    );
    ann.get("/users/v2.json?limit=10").await.refusal(422);
    ann.get("/users/v2.json?login[start_with]=an")
        .await
        .expect(422);
    ann.get("/users/v2.json?nickname[in]=an").await.expect(422);
}

#[tokio::test]
async fn the_older_ways_to_find_people_work_too() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let bob = world.person("bob").await;
    let body = json!({ "user": { "email": "ann@x.y", "external_id": "e-7" } });
    ann.put(format!("/users/{}", ann.id), body)
        .await
        .expect(200);
    for path in [
        "by_login.json?login=ANN",
        "by_email.json?email=ann%40x.y",
        "external/e-7.json",
    ] {
        let found = bob.get(format!("/users/{path}")).await.expect(200);
        assert_eq!(found["user"]["id"], ann.id, "{path}");
    }
    bob.get("/users/by_login.json?login=nobody")
        .await
        .refusal(404);
    bob.get("/users/99.json").await.refusal(404);
    bob.get("/users/abc.json").await.refusal(404);
    let query = format!(
        "filter[]=number%20id%20in%20{}%2C{}&page=1&per_page=10",
        ann.id, bob.id
    );
    let page = bob.get(format!("/users.json?{query}")).await.expect(200);
    assert_eq!(page["items"][1]["user"]["login"], "bob");
    assert_eq!(
        (&page["current_page"], &page["total_entries"]),
        (&json!(1), &json!(2))
    );
    let named = bob
        .get("/users/by_full_name.json?full_name=ann")
        .await
        .expect(200);
    assert_eq!(named["items"][0]["user"]["id"], ann.id);
}
