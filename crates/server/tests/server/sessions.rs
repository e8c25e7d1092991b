//! Sessions: what the official SDK does with them, and what it must not get.

use std::time::Duration;

use cubist_protocol::timestamp::UnixMillis;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, World, session_request};

const EXPIRED: &str = "Required session does not exist";

#[tokio::test]
async fn a_session_without_a_user_has_a_token_and_no_user() {
    let world = World::new().await;
    let answer = world
        .nobody()
        .post("/session.json", session_request(None))
        .await
        .expect(201);
    let session = &answer["session"];
    assert_eq!(session["application_id"], 21);
    assert!(
        session["user_id"].is_null() && session.get("user").is_none(),
        "{session}"
    );
    assert!(session["token"].as_str().unwrap().len() >= 32);
    assert!(session["ts"].is_i64() && session["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_login_carries_the_whole_user() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for key in ["login", "email"] {
        if key == "email" {
            let body = json!({ "user": { "email": "ann@x.y" } });
            ann.put(format!("/users/{}.json", ann.id), body)
                .await
                .expect(200);
        }
        let name = if key == "login" { "ann" } else { "ann@x.y" };
        let user = json!({ key: name, "password": "long enough" });
        let answer = world
            .nobody()
            .post("/session", session_request(Some(user)))
            .await
            .expect(201);
        assert_eq!(answer["session"]["user_id"], ann.id);
        assert_eq!(answer["session"]["user"]["full_name"], "ann");
        assert!(
            !answer.to_string().contains("argon2"),
            "no trace of a password"
        );
    }
}

#[tokio::test]
async fn an_unknown_login_is_not_found_and_a_wrong_password_unauthorized() {
    let world = World::new().await;
    world.person("ann").await;
    let log_in = |login: &str, password: &str| {
        let body = session_request(Some(json!({ "login": login, "password": password })));
        let nobody = world.nobody();
        async move { nobody.post("/session.json", body).await }
    };
    log_in("bob", "long enough").await.refusal(404);
    assert_eq!(
        log_in("ann", "wrong wrong").await.refusal(401),
        "Unauthorized"
    );
}

#[tokio::test]
async fn people_are_made_on_the_fly_only_where_the_configuration_says_so() {
    let world = World::with(|config| config.accounts.create_on_login = true).await;
    let user = json!({ "login": "new-one", "password": "long enough" });
    let answer = world
        .nobody()
        .post("/session", session_request(Some(user.clone())))
        .await
        .expect(201);
    let again = world
        .nobody()
        .post("/session", session_request(Some(user)))
        .await
        .expect(201);
    assert_eq!(answer["session"]["user_id"], again["session"]["user_id"]);
    let short = json!({ "login": "other", "password": "short" });
    let refused = world
        .nobody()
        .post("/session", session_request(Some(short)))
        .await
        .expect(422);
    assert_eq!(
        refused["errors"]["password"][0],
        "is too short (minimum is 8 characters)"
    );
}

#[tokio::test]
async fn the_application_must_be_the_right_one() {
    let world = World::new().await;
    for (body, field) in [
        (
            json!({ "application_id": 22, "auth_key": "KEY" }),
            "application_id",
        ),
        (
            json!({ "application_id": 21, "auth_key": "key" }),
            "auth_key",
        ),
        (json!({ "application_id": 21 }), "auth_key"),
    ] {
        let refused = world.nobody().post("/session.json", body).await.expect(422);
        assert!(refused["errors"][field].is_array(), "{refused}");
    }
    world
        .nobody()
        .post("/session.json", json!({ "auth_key": "KEY" }))
        .await
        .expect(422);
}

#[tokio::test]
async fn expiry_has_the_exact_words_and_a_stale_token_does_not_hinder_a_new_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    ann.get("/chat/Dialog.json?").await.expect(200);
    world.clock.advance(Duration::from_secs(2 * 60 * 60 + 1));
    let answer = ann.get("/chat/Dialog.json?").await;
    assert_eq!(
        answer.text,
        format!(r#"{{"errors":{{"base":["{EXPIRED}"]}}}}"#)
    );
    assert_eq!(answer.status, 401);
    // As the SDK does it: the replacement comes with the old token.
    let user = json!({ "login": "ann", "password": "long enough" });
    let renewed = ann
        .post("/session.json", session_request(Some(user)))
        .await
        .expect(201);
    let token = renewed["session"]["token"].as_str().unwrap().to_owned();
    let ann = crate::support::Caller {
        token: Some(token),
        ..ann
    };
    ann.get("/chat/Dialog.json?").await.expect(200);
}

#[tokio::test]
async fn each_use_prolongs_the_session_and_says_until_when() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let in_two_hours = || {
        let at = world.clock.seconds() + 2 * 60 * 60;
        let text = UnixMillis::from_seconds(at).to_iso8601();
        text.replace('T', " ").replace('Z', " UTC")
    };
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(90 * 60));
        let earliest = in_two_hours();
        let answer = ann.get("/chat/Dialog.json?").await;
        let expires = answer.headers["cb-token-expirationdate"]
            .to_str()
            .unwrap()
            .to_owned();
        answer.expect(200);
        // Texts of this form are ordered like the moments they name.
        assert!(
            (earliest.clone()..=in_two_hours()).contains(&expires),
            "{expires} for {earliest}"
        );
    }
}

#[tokio::test]
async fn the_three_grades_of_a_session_are_told_apart() {
    let world = World::new().await;
    let guest = world.guest().await;
    assert_eq!(
        world.nobody().get("/chat/Dialog.json").await.refusal(401),
        "Token is required"
    );
    assert_eq!(
        guest.get("/chat/Dialog.json").await.refusal(403),
        "Forbidden. Need user."
    );
    let stale = crate::support::Caller {
        token: Some("guess".to_owned()),
        ..guest
    };
    assert_eq!(stale.get("/chat/Dialog.json").await.refusal(401), EXPIRED);
}

#[tokio::test]
async fn login_and_logout_change_the_user_of_a_session() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let guest = world.guest().await;
    let user = json!({ "login": "ann", "password": "long enough" });
    let answer = guest.post("/login.json", user).await.expect(200);
    assert_eq!(answer["user"]["id"], ann.id);
    let session = guest.get("/session.json").await.expect(200);
    assert_eq!(session["session"]["user"]["id"], ann.id);
    assert_eq!(session["session"]["token"].as_str(), guest.token.as_deref());
    guest.delete("/login.json").await.expect(200);
    assert!(guest.get("/session").await.expect(200)["session"]["user_id"].is_null());
    let wrong = json!({ "login": "ann", "password": "wrong wrong" });
    assert_eq!(
        guest.post("/login.json", wrong).await.refusal(401),
        "Unauthorized"
    );
    guest.delete("/session.json").await.expect(200);
    assert_eq!(guest.get("/session").await.refusal(401), EXPIRED);
}

#[tokio::test]
async fn bodies_may_be_urlencoded_as_older_sdks_send_them() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let form = "application_id=21&auth_key=KEY&nonce=1&timestamp=2&signature=3&user[login]=ann&user[password]=long+enough";
    let request = world
        .nobody()
        .request(Method::POST, "/session")
        .header(
            "Content-Type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        )
        .body(form);
    let answer = Answer::of(request).await.expect(201);
    assert_eq!(answer["session"]["user_id"], ann.id);
}

#[tokio::test]
async fn guessing_is_answered_with_429_and_a_time() {
    let world = World::with(|config| config.limits.failed_logins_per_minute = 2).await;
    world.person("ann").await;
    let guess = session_request(Some(json!({ "login": "ann", "password": "wrong wrong" })));
    for _ in 0..2 {
        world
            .nobody()
            .post("/session", guess.clone())
            .await
            .refusal(401);
    }
    let braked = world.nobody().post("/session", guess).await;
    let seconds: u64 = braked.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&seconds));
    braked.refusal(429);
}
