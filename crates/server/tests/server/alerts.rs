//! Whom messages alert, by a webhook that takes the alerts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use cubist_server::config::{Config, Webhook};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use cubist_protocol::ids::UserId;

use crate::support::{Caller, World, within};

/// A service that takes alerts.
struct Service {
    address: std::net::SocketAddr,
    alerts: mpsc::UnboundedReceiver<Value>,
}

type Answers = (
    mpsc::UnboundedSender<Value>,
    std::sync::Arc<std::sync::Mutex<Vec<StatusCode>>>,
);

/// Takes one alert, and answers as it was told to.
async fn take(State((alerts, answers)): State<Answers>, Json(alert): Json<Value>) -> StatusCode {
    alerts.send(alert).unwrap();
    answers.lock().unwrap().pop().unwrap_or(StatusCode::OK)
}

impl Service {
    /// Answers with these first, the last one of them first, and with 200 afterwards.
    async fn start(answers: &[StatusCode]) -> Self {
        let (alerts, taken) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answers = std::sync::Arc::new(std::sync::Mutex::new(answers.to_vec()));
        let routes = Router::new()
            .route("/hook", post(take))
            .with_state((alerts, answers));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            address,
            alerts: taken,
        }
    }

    fn configure(&self, config: &mut Config) {
        let address = format!("http://{}/hook?key=SECRET", self.address);
        config.alerts.webhook = Some(Webhook::parse(&address).unwrap());
        config.alerts.retry_ms = 1;
    }

    async fn next(&mut self) -> Value {
        within("an alert", self.alerts.recv()).await.unwrap()
    }

    /// The next one, which must be this person's with this text. Alerts come in no sure order, so what must not come
    /// is followed by something of the same kind that must.
    async fn expect(&mut self, who: &Caller, text: &str) {
        let alert = self.next().await;
        assert_eq!(
            (&alert["user_id"], &alert["text"]),
            (&json!(who.id), &json!(text))
        );
    }
}

async fn send(who: &Caller, dialog: &str, text: &str, more: Value) {
    let mut body = json!({ "chat_dialog_id": dialog, "message": text, "send_to_chat": 1 });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    who.post("/chat/Message.json", body).await.expect(201);
}

async fn subscribe(who: &Caller, udid: &str) -> Value {
    let body = json!({
        "notification_channel": "gcm", "device": { "platform": "android", "udid": udid },
        "push_token": { "environment": "development", "client_identification_sequence": "T" },
    });
    who.post("/subscriptions.json", body).await.expect(201)
}

#[tokio::test]
async fn who_is_away_is_alerted_with_their_devices() {
    let mut service = Service::start(&[]).await;
    let world = World::with(|config| service.configure(config)).await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let made = subscribe(&bob, "U").await;
    let id = made[0]["subscription"]["id"].clone();
    assert_eq!(
        made,
        json!([{ "subscription": {
            "id": id, "notification_channel": { "name": "gcm" },
            "device": { "udid": "U", "platform": { "name": "android" } },
        } }])
    );
    assert_eq!(bob.get("/subscriptions.json").await.expect(200), made);
    let dialog = ann.private(&bob).await;
    send(&ann, &dialog, "hi", json!({})).await;
    let alert = service.next().await;
    assert_eq!(
        alert,
        json!({
            "type": "message", "user_id": bob.id, "message_id": alert["message_id"], "dialog_id": dialog,
            "sender_id": ann.id, "sender_name": "ann", "text": "hi",
            "subscriptions": [{
                "id": id, "notification_channel": "gcm", "platform": "android", "udid": "U",
                "push_token": { "environment": "development", "client_identification_sequence": "T" },
            }],
        })
    );
    let path = format!("/subscriptions/{id}.json");
    ann.delete(&path).await.refusal(404);
    bob.delete(&path).await.expect(200);
    send(&ann, &dialog, "again", json!({})).await;
    assert_eq!(service.next().await["subscriptions"], json!([]));
}

#[tokio::test]
async fn silent_messages_those_who_look_and_those_who_switched_it_off_are_left_alone() {
    let mut service = Service::start(&[]).await;
    let world = World::with(|config| service.configure(config)).await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let dialog = ann.group("x", &[&bob, &cat]).await;
    cat.put(
        format!("/chat/Dialog/{dialog}/notifications.json"),
        json!({ "enabled": 0 }),
    )
    .await
    .expect(200);
    send(&ann, &dialog, "silent", json!({ "silent": "1" })).await;
    send(&ann, &dialog, "loud", json!({})).await;
    service.expect(&bob, "loud").await;
    let looking = world
        .server
        .router()
        .connect_local(UserId::new(bob.id).unwrap())
        .await;
    send(&ann, &dialog, "seen", json!({})).await;
    drop(looking);
    while world
        .server
        .router()
        .is_active(UserId::new(bob.id).unwrap())
    {
        tokio::task::yield_now().await;
    }
    send(&ann, &dialog, "missed", json!({})).await;
    service.expect(&bob, "missed").await;
}

#[tokio::test]
async fn in_open_dialogs_people_with_a_device_are_alerted() {
    let mut service = Service::start(&[]).await;
    let world = World::with(|config| service.configure(config)).await;
    let (ann, bob, cat) = (
        world.person("ann").await,
        world.person("bob").await,
        world.person("cat").await,
    );
    let body = json!({ "type": 4, "name": "Open" });
    let made = ann.post("/chat/Dialog.json", body).await.expect(201);
    let dialog = made["_id"].as_str().unwrap();
    for who in [&bob, &cat] {
        who.post(format!("/chat/Dialog/{dialog}/subscribe.json"), json!({}))
            .await
            .expect(200);
    }
    for who in [&ann, &cat] {
        subscribe(who, "U").await;
    }
    send(&ann, dialog, "hi", json!({})).await;
    service.expect(&cat, "hi").await;
    send(&cat, dialog, "hello", json!({})).await;
    service.expect(&ann, "hello").await;
}

#[tokio::test]
async fn an_alert_is_tried_again_and_given_up_when_it_is_refused() {
    let answers = [
        StatusCode::BAD_REQUEST,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let mut service = Service::start(&answers).await;
    let world = World::with(|config| service.configure(config)).await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let dialog = ann.private(&bob).await;
    send(&ann, &dialog, "one", json!({})).await;
    for _ in &answers {
        service.expect(&bob, "one").await;
    }
    send(&ann, &dialog, "two", json!({})).await;
    service.expect(&bob, "two").await;
}

#[tokio::test]
async fn an_event_goes_to_the_people_that_it_names() {
    let mut service = Service::start(&[]).await;
    let world = World::with(|config| service.configure(config)).await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let event = |message: &str| {
        json!({ "event": {
            "notification_type": "push", "environment": "development", "user": { "ids": [bob.id] }, "message": message,
        } })
    };
    let made = ann.post("/events.json", event("e30=")).await.expect(201);
    assert_eq!(made, json!([event("e30=")]));
    assert_eq!(
        service.next().await,
        json!({
            "type": "event", "user_id": bob.id, "sender_id": ann.id, "sender_name": "ann", "message": "e30=",
            "subscriptions": [],
        })
    );
    ann.post("/events.json", event("")).await.expect(422);
    let nobody = json!({ "event": { "notification_type": "push", "message": "e30=" } });
    ann.post("/events.json", nobody).await.expect(422);
}
