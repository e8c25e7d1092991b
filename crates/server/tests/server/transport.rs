//! What is below the API: paths, browsers, sizes, rates, TLS.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, World, free, http, session_request, within};

#[tokio::test]
async fn paths_are_taken_with_and_without_suffix_and_in_any_letter_case() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for path in [
        "/chat/Dialog.json",
        "/chat/Dialog",
        "/chat/dialog",
        "/CHAT/DIALOG.json?",
        "/chat//dialog/",
    ] {
        ann.get(path).await.expect(200);
    }
    for path in ["/", "/chat", "/nothing.json", "/chat/Dialog/a/b"] {
        ann.get(path).await.refusal(404);
    }
}

#[tokio::test]
async fn browsers_may_call_from_anywhere() {
    let world = World::new().await;
    let answer = Answer::of(world.nobody().request(Method::OPTIONS, "/session.json")).await;
    assert_eq!(answer.status, 200);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_ascii_lowercase();
    assert_eq!(header("access-control-allow-origin"), "*");
    for method in ["get", "post", "put", "delete"] {
        assert!(header("access-control-allow-methods").contains(method));
    }
    for name in ["content-type", "cb-token", "cb-authkey", "cb-sdk"] {
        assert!(header("access-control-allow-headers").contains(name));
    }
    let refused = world.nobody().get("/chat/Dialog.json").await;
    assert_eq!(
        refused.headers["access-control-allow-origin"], "*",
        "also on refusals, or a browser hides them"
    );
    assert!(refused.headers.contains_key("date"));
}

#[tokio::test]
async fn bodies_that_are_too_large_or_no_json_are_refused() {
    let world = World::with(|config| config.limits.request_bytes = 1_000).await;
    let post = |body: Vec<u8>| {
        let request = world.nobody().request(Method::POST, "/session.json");
        Answer::of(
            request
                .header("Content-Type", "application/json")
                .body(body),
        )
    };
    post(vec![b' '; 1_001]).await.refusal(413);
    post(b"{\"a\":".to_vec()).await.refusal(400);
    post(b"[1]".to_vec()).await.refusal(400);
    post(vec![0xff, 0xfe]).await.refusal(400);
    post("[".repeat(900).into_bytes()).await.refusal(400);
    post(Vec::new()).await.expect(422);
    world
        .nobody()
        .post("/session.json", session_request(None))
        .await
        .expect(201);
}

#[tokio::test]
async fn too_many_requests_are_refused_with_a_time_and_harm_nobody_else() {
    let world = World::with(|config| {
        config.limits.requests_per_second = 1;
        config.limits.request_burst = 20;
    })
    .await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let mut answered = 0;
    let refused = loop {
        let answer = ann.get("/chat/Dialog.json").await;
        if answer.status != 200 {
            break answer;
        }
        answered += 1;
        assert!(answered < 1_000, "never refused");
    };
    assert!(answered >= 20, "the burst was cut short: {answered}");
    assert_eq!(refused.headers["retry-after"], "1");
    refused.refusal(429);
    bob.get("/chat/Dialog.json").await.expect(200);
    world.clock.advance(std::time::Duration::from_secs(1));
    ann.get("/chat/Dialog.json").await.expect(200);
}

#[tokio::test]
async fn https_serves_those_who_trust_the_authority_and_nobody_else() {
    let world = World::with(|config| config.listen.https = Some(free())).await;
    let ready = world.server.ready();
    assert!(
        ready.api_url.starts_with("https://localhost:"),
        "{}",
        ready.api_url
    );
    let trusting = http(Some(&ready.ca_cert));
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("{}/session.json", ready.api_url.replace("localhost", host));
        let answer = Answer::of(trusting.post(url).json(&session_request(None))).await;
        answer.expect(201);
    }
    let url = format!("{}/session.json", ready.api_url);
    let stranger = within("an answer", world.http.post(url).json(&json!({})).send()).await;
    assert!(stranger.unwrap_err().is_connect());
}

#[tokio::test]
async fn stopping_lets_an_open_connection_finish_and_closes_the_ports() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    ann.get("/chat/Dialog.json").await.expect(200);
    let running = world.dir.path().join("running.json");
    assert!(running.exists());
    within("the stop", world.server.stop()).await;
    assert!(!running.exists());
    let refused = within("an answer", ann.request(Method::GET, "/session").send()).await;
    assert!(refused.unwrap_err().is_connect());
}

#[tokio::test]
async fn uploads_go_the_way_by_which_the_caller_came() {
    let mut world = World::with(|config| config.listen.https = Some(free())).await;
    world.http = http(Some(&world.server.ready().ca_cert));
    let ann = world.person("ann").await;
    let body = json!({ "blob": { "name": "x" } });
    let made = ann.post("/blobs.json", body).await.expect(201);
    let params = made["blob"]["blob_object_access"]["params"]
        .as_str()
        .unwrap();
    assert!(
        params.starts_with(&format!("{}/blobs/upload?", ann.base)) && ann.base.starts_with("https"),
        "{params}"
    );
}
