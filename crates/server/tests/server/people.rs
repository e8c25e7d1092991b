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

#[tokio::test]
async fn the_older_lists_have_their_own_operators_order_and_pages() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for login in ["anna", "bert", "carl"] {
        ids.push(world.person(login).await.id.to_string());
    }
    let caller = world.guest().await;
    let all = format!("number%20id%20in%20{}", ids.join("%2C"));
    for (query, expected) in [
        (format!("filter[]={all}"), vec!["anna", "bert", "carl"]),
        (
            format!("filter[]={all}&order=desc%20string%20login"),
            vec!["carl", "bert", "anna"],
        ),
        (
            format!("filter[]={all}&order=asc%20date%20created_at&page=2&per_page=2"),
            vec!["carl"],
        ),
        (
            format!("filter[]={all}&filter[]=string%20login%20ne%20bert"),
            vec!["anna", "carl"],
        ),
        (
            format!("filter[]={all}&filter[]=date%20created_at%20ge%201"),
            vec!["anna", "bert", "carl"],
        ),
        (
            format!("filter[]={all}&filter[]=date%20created_at%20between%201%2C2"),
            vec![],
        ),
        (
            "filter[]=string%20login%20eq%20BERT".to_owned(),
            vec!["bert"],
        ),
    ] {
        let page = caller.get(format!("/users.json?{query}")).await.expect(200);
        let logins: Vec<&str> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["user"]["login"].as_str().unwrap())
            .collect();
        assert_eq!(logins, expected, "{query}");
    }
    for query in [
        "",
        "filter[]=nonsense",
        "filter[]=number%20id%20like%201",
        "filter[]=number%20id%20in%201&order=sideways%20string%20login",
    ] {
        caller.get(format!("/users.json?{query}")).await.expect(422);
    }
}

#[tokio::test]
async fn tags_and_networks_find_people_as_the_older_calls_ask() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let body = json!({ "user": { "tag_list": ["vip", "staff"] } });
    ann.put(format!("/users/{}.json", ann.id), body)
        .await
        .expect(200);
    let page = ann
        .get("/users/by_tags.json?tags[]=vip&tags[]=none")
        .await
        .expect(200);
    assert_eq!(page["items"][0]["user"]["login"], "ann");
    ann.get("/users/by_tags.json").await.expect(422);
    for path in [
        "/users/by_facebook_id.json?facebook_id=1",
        "/users/by_twitter_id.json?twitter_id=1",
    ] {
        ann.get(path).await.refusal(404);
    }
}

#[tokio::test]
async fn people_are_online_while_they_are_connected() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let count = || async { ann.get("/users/online.json?count=true").await.expect(200) };
    assert_eq!(count().await, json!({ "count": 0 }));
    let user = cubist_protocol::ids::UserId::new(bob.id).unwrap();
    let session = world.server.router().connect_local(user).await;
    let present =
        cubist_protocol::stanza::Stanza::Presence(cubist_protocol::stanza::Presence::default());
    session.outgoing.send(present).await.unwrap();
    crate::support::within("bob to be online", async {
        while world.server.router().online_users().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(count().await, json!({ "count": 1 }));
    let page = ann
        .get("/users/online.json?limit=30&offset=0")
        .await
        .expect(200);
    assert_eq!(page["users"][0]["login"], "bob");
    let page = ann
        .get("/users/online.json?limit=30&offset=1")
        .await
        .expect(200);
    assert_eq!(page, json!({ "users": [] }));
}

#[tokio::test]
async fn a_forgotten_password_is_the_operators_to_help_with() {
    let world = World::new().await;
    let guest = world.guest().await;
    let body = json!({ "email": "ann@example.org" });
    let refused = guest.post("/users/password/reset.json", body).await;
    assert!(refused.refusal(422).contains("no e-mail"));
}

#[tokio::test]
async fn a_deleted_account_is_gone_for_everyone_and_its_session_with_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let group = ann.group("x", &[&bob]).await;
    let private = ann.private(&bob).await;
    let deleted = ann.delete(format!("/users/{}.json", ann.id)).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (200, ""));
    ann.get("/chat/Dialog.json").await.refusal(401);
    let seen = bob
        .get(format!("/chat/Dialog/{group}.json"))
        .await
        .expect(200);
    assert_eq!(
        (&seen["user_id"], &seen["occupants_ids"]),
        (&json!(bob.id), &json!([bob.id]))
    );
    let body = json!({ "chat_dialog_id": private, "message": "still there?" });
    bob.post("/chat/Message.json", body).await.refusal(404);
    let body = json!({ "type": 3, "occupants_ids": ann.id.to_string() });
    bob.post("/chat/Dialog.json", body).await.expect(422);
}
