//! Getting in, by every door, and being kept out.

use cubist_server::delivery::Delivery;

use crate::support::{Client, PASSWORD, Socket, World};

const FAILURE: &str = "<failure xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><not-authorized/>\
    <text>Password not verified</text></failure>";

#[tokio::test]
async fn a_wrong_password_ends_stream_and_socket() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.websocket().await;
    client.open().await;
    assert_eq!(
        client
            .authenticate("", &format!("{user}-21"), "wrong")
            .await,
        FAILURE
    );
    client
        .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    assert_eq!(client.next_or_end().await, None);

    let mut client = world.tcp().await;
    client.open().await;
    assert_eq!(
        client
            .authenticate("", &format!("{user}-21"), "wrong")
            .await,
        FAILURE
    );
    client.expect("</stream:stream>").await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn unknown_people_and_other_applications_look_like_a_wrong_password() {
    let world = World::start().await;
    let user = world.user("alice").await;
    for authcid in [
        "999999-21".to_owned(),
        format!("{user}-22"),
        "alice".to_owned(),
        "@".to_owned(),
    ] {
        let mut client = world.websocket().await;
        client.open().await;
        assert_eq!(
            client.authenticate("", &authcid, PASSWORD).await,
            FAILURE,
            "{authcid}"
        );
    }
}

#[tokio::test]
async fn the_authorization_identity_may_be_the_own_bare_address_but_nobody_elses() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let authcid = format!("{user}-21");
    let mut client = world.websocket().await;
    client.open().await;
    let answer = client
        .authenticate(&format!("{user}-21@localhost"), &authcid, PASSWORD)
        .await;
    assert!(answer.starts_with("<success"), "{answer}");

    let mut client = world.websocket().await;
    client.open().await;
    let answer = client
        .authenticate("1234-21@localhost", &authcid, PASSWORD)
        .await;
    assert!(answer.contains("<invalid-authzid/>"), "{answer}");
}

#[tokio::test]
async fn a_session_token_is_a_password_too_but_only_its_users() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (token, _) = world.state.create_session(Some(alice)).await.unwrap();
    let mut client = world.websocket().await;
    client.open().await;
    assert!(
        client
            .authenticate("", &format!("{alice}-21"), token.expose())
            .await
            .starts_with("<success")
    );
    let mut client = world.websocket().await;
    client.open().await;
    assert_eq!(
        client
            .authenticate("", &format!("{bob}-21"), token.expose())
            .await,
        FAILURE
    );
}

#[tokio::test]
async fn unknown_mechanisms_and_broken_data_are_refused() {
    let world = World::start().await;
    let cases = [
        (
            "<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"SCRAM-SHA-1\">AAAA</auth>",
            "<invalid-mechanism/>",
        ),
        (
            "<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\">AAAA</auth>",
            "<malformed-request/>",
        ),
        (
            "<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\">!</auth>",
            "<malformed-request/>",
        ),
        (
            "<abort xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>",
            "<aborted/>",
        ),
    ];
    for (attempt, condition) in cases {
        let mut client = world.websocket().await;
        client.open().await;
        client.send(attempt).await;
        let answer = client.next().await;
        assert!(
            answer.starts_with("<failure") && answer.contains(condition),
            "{attempt}: {answer}"
        );
        client
            .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
            .await;
    }
}

#[tokio::test]
async fn plain_without_initial_data_is_asked_for_it() {
    use base64::Engine;
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.websocket().await;
    client.open().await;
    client
        .send("<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\"/>")
        .await;
    client
        .expect("<challenge xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>")
        .await;
    let data = base64::prelude::BASE64_STANDARD.encode(format!("\0{user}-21\0{PASSWORD}"));
    client
        .send(&format!(
            "<response xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\">{data}</response>"
        ))
        .await;
    client
        .expect("<success xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>")
        .await;
}

async fn can_talk(world: &World, mut client: Client, login: &str) {
    let (user, peer) = (
        world.user(login).await,
        world.user(&format!("{login}2")).await,
    );
    client.log_in(user).await;
    client.bind().await;
    client.become_available().await;
    let mut peer_client = world.online(peer).await;
    peer_client.say(user, "m1", "hello").await;
    let got = client.next().await;
    assert!(
        got.starts_with("<message ") && got.contains("<body>hello</body>"),
        "{got}"
    );
    client.say(peer, "m2", "hello yourself").await;
    assert!(peer_client.next().await.contains("hello yourself"));
}

#[tokio::test]
async fn plain_tcp_from_this_machine_works_and_offers_tls() {
    let world = World::start().await;
    let mut client = world.tcp().await;
    let features = client.open().await;
    assert_eq!(
        features,
        "<stream:features><starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>\
         <mechanisms xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
    );
    can_talk(&world, world.tcp().await, "tcp").await;
}

#[tokio::test]
async fn starttls_changes_to_tls_and_begins_anew() {
    let world = World::start().await;
    let mut client = world.tcp().await;
    client.open().await;
    client
        .send("<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>")
        .await;
    client
        .expect("<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>")
        .await;
    let Socket::Tcp { io, .. } = client.socket else {
        panic!("a TCP client")
    };
    client.socket = Socket::tcp(world.encrypt(io).await);
    let features = client.open().await;
    assert!(
        !features.contains("starttls") && features.contains("PLAIN"),
        "{features}"
    );
    let user = world.user("alice").await;
    assert!(
        client
            .authenticate("", &format!("{user}-21"), PASSWORD)
            .await
            .starts_with("<success")
    );
}

#[tokio::test]
async fn stanzas_smuggled_in_before_tls_end_the_connection() {
    let world = World::start().await;
    let mut client = world.tcp().await;
    client.open().await;
    client
        .send("<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/><presence/>")
        .await;
    client
        .expect("<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"/>")
        .await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn direct_tls_works() {
    let world = World::start().await;
    can_talk(&world, world.tls().await, "tls").await;
}

#[tokio::test]
async fn a_websocket_over_tls_works() {
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let world = World::with(|config| config.listen.wss = Some(any)).await;
    can_talk(&world, world.secure_websocket().await, "wss").await;
}

#[tokio::test]
async fn before_binding_nothing_else_is_done() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.websocket().await;
    client.log_in(user).await;
    client.send("<message xmlns=\"jabber:client\" id=\"m1\" to=\"1-21@localhost\"><body>x</body></message>").await;
    let answer = client.next().await;
    assert!(
        answer.contains("id=\"m1\"")
            && answer.contains("<error code=\"401\" type=\"auth\"><not-authorized"),
        "{answer}"
    );
    client.send("<enable xmlns=\"urn:xmpp:sm:3\"/>").await;
    let answer = client.next().await;
    assert!(
        answer.starts_with("<failed xmlns=\"urn:xmpp:sm:3\"><unexpected-request"),
        "{answer}"
    );
    client.bind().await;
}

#[tokio::test]
async fn a_stanza_before_the_login_ends_the_stream() {
    let world = World::start().await;
    let mut client = world.websocket().await;
    client.open().await;
    client.send("<presence xmlns=\"jabber:client\"/>").await;
    let error = client.next().await;
    assert!(
        error.starts_with("<stream:error") && error.contains("<not-authorized"),
        "{error}"
    );
    client
        .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn a_wished_resource_is_only_the_beginning_of_the_real_one() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.websocket().await;
    client.log_in(user).await;
    client
        .send("<iq type=\"set\" id=\"b\" xmlns=\"jabber:client\"><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"><resource>flutter_1</resource></bind></iq>")
        .await;
    let answer = client.next().await;
    assert!(
        answer.contains(&format!("<jid>{user}-21@localhost/flutter_1-")),
        "{answer}"
    );
}

#[tokio::test]
async fn a_closed_account_loses_its_connections() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.online(user).await;
    assert_eq!(world.router.sessions_of(user), 1);
    world.router.deliver(Delivery::Disconnect { user }).await;
    let error = client.next().await;
    assert!(
        error.starts_with("<stream:error") && error.contains("<not-authorized"),
        "{error}"
    );
    client
        .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn stopping_says_goodbye_to_everyone() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut online = world.online(user).await;
    let mut stranger = world.websocket().await;
    stranger.open().await;
    let stopping = tokio::spawn(world.stop());
    let error = online.next().await;
    assert!(error.contains("<system-shutdown"), "{error}");
    online
        .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    assert_eq!(online.next_or_end().await, None);
    assert_eq!(stranger.next_or_end().await, None);
    drop((online, stranger));
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_websocket_that_does_not_speak_xmpp_is_refused() {
    let world = World::start().await;
    let socket = tokio::net::TcpStream::connect(world.ws).await.unwrap();
    let refused = tokio_tungstenite::client_async(format!("ws://{}/", world.ws), socket).await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(response)) = refused else {
        panic!("refused by HTTP")
    };
    assert_eq!(response.status(), 400);
}
