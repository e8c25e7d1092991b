//! What a client may do, and that it harms nobody else when it does more.

use std::time::Duration;

use tokio::time::Instant;

use crate::support::{Client, World, body, chat, eventually};

#[tokio::test]
async fn a_websocket_loses_only_the_frame_that_is_not_xml() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.bound(alice).await, world.online(bob).await);
    a.enable(false).await;
    a.send(&format!(
        "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"m77\" xmlns=\"jabber:client\"><body>x</body>\
         <extraParams><bad key>1</bad key></extraParams></message>"
    ))
    .await;
    let answer = a.stanza().await;
    assert!(
        answer.starts_with(&format!(
            "<message xmlns=\"jabber:client\" type=\"error\" id=\"m77\" from=\"{bob}-21@localhost\" to=\"{}\">\
             <error code=\"400\" type=\"modify\"><bad-request",
            a.jid
        )),
        "{answer}"
    );
    a.send("<message <").await;
    let answer = a.stanza().await;
    assert!(
        answer.contains("type=\"error\"") && answer.contains("<bad-request"),
        "{answer}"
    );
    a.say(bob, "m78", "still here").await;
    assert_eq!(body(&b.next().await), Some("still here"));
    // The rejected stanza counts as handled, the illegible frame does not.
    assert_eq!(a.count().await, 2);
}

#[tokio::test]
async fn tcp_ends_the_stream_that_is_not_xml() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.tcp().await;
    client.log_in(user).await;
    client.bind().await;
    client.send("<message></iq>").await;
    let error = client.next().await;
    assert!(
        error.starts_with("<stream:error><not-well-formed"),
        "{error}"
    );
    client.expect("</stream:stream>").await;
    assert_eq!(client.next_or_end().await, None);

    let mut client = world.tcp().await;
    client.send("<stream:stream <").await;
    client.expect("<stream:stream>").await;
    assert!(client.next().await.starts_with("<stream:error>"));
}

#[tokio::test]
async fn a_stanza_that_is_too_large_comes_back_without_its_payload() {
    let world = World::with(|config| config.limits.stanza_bytes = 4096).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let large = "x".repeat(5000);
    for mut client in [world.websocket().await, world.tcp().await] {
        client.log_in(alice).await;
        client.bind().await;
        client.say(bob, "m1", &large).await;
        let answer = client.next().await;
        assert!(answer.contains("type=\"error\" id=\"m1\""), "{answer}");
        assert!(
            answer.contains("<error code=\"406\" type=\"modify\"><policy-violation"),
            "{answer}"
        );
        assert!(answer.len() < 1000, "{answer}");
        assert_eq!(client.settle().await, Vec::<String>::new());

        // Far too large: nobody reads that to its end.
        client.say(bob, "m2", &"x".repeat(50_000)).await;
        let error = client.next().await;
        assert!(
            error.starts_with("<stream:error") && error.contains("<policy-violation"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_refused_with_words() {
    let world = World::with(|config| config.limits.body_bytes = 10).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "12345678901").await;
    let answer = a.next().await;
    assert!(
        answer.contains("id=\"m1\"") && answer.contains("<policy-violation"),
        "{answer}"
    );
    assert!(answer.contains("too long"), "{answer}");
}

#[tokio::test]
async fn who_sends_too_fast_is_read_more_slowly_but_loses_nothing() {
    let world = World::with(|config| {
        config.limits.stanzas_per_second = 20;
        config.limits.stanza_burst = 5;
    })
    .await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let start = Instant::now();
    for n in 0..25 {
        a.say(bob, &format!("m{n}"), &n.to_string()).await;
    }
    for n in 0..25 {
        assert_eq!(body(&b.next().await), Some(n.to_string().as_str()));
    }
    assert!(
        start.elapsed() >= Duration::from_millis(900),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn one_session_too_many_ends_the_oldest() {
    let world = World::with(|config| config.limits.connections_per_user = 2).await;
    let alice = world.user("alice").await;
    let mut first = world.online(alice).await;
    let mut second = world.online(alice).await;
    let _third = world.online(alice).await;
    let error = first.next().await;
    assert!(
        error.starts_with("<stream:error") && error.contains("<conflict"),
        "{error}"
    );
    assert_eq!(second.settle().await, Vec::<String>::new());
    drop(first);
    eventually(|| world.router.sessions_of(alice) == 2).await;
}

#[tokio::test]
async fn a_sleeping_session_makes_room_before_a_connected_one() {
    let world = World::with(|config| config.limits.connections_per_user = 2).await;
    let alice = world.user("alice").await;
    let mut first = world.online(alice).await;
    let (second, id) = world.online_resumable(alice).await;
    drop(second);
    eventually(|| world.router.sessions_of(alice) == 1).await;
    let _third = world.online(alice).await;
    assert_eq!(first.settle().await, Vec::<String>::new());
    let mut late = world.websocket().await;
    late.log_in(alice).await;
    assert!(late.resume(&id, 0).await.starts_with("<failed"));
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let world = World::with(|config| config.limits.connections = 1).await;
    let _first = world.websocket().await;
    let mut second = world.tcp().await;
    assert_eq!(second.next_or_end().await, None);
}

#[tokio::test]
async fn who_does_not_log_in_is_shown_out() {
    let world = World::with(|config| config.timing.login_seconds = 1).await;
    let mut client = world.tcp().await;
    client.open().await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn a_silent_client_is_asked_and_then_given_up() {
    let world = World::with(|config| {
        config.timing.ping_seconds = 1;
        config.timing.ping_answer_seconds = 1;
    })
    .await;
    let alice = world.user("alice").await;
    let mut client = world.online(alice).await;
    let ping = client.next().await;
    assert!(
        ping.contains("type=\"get\"") && ping.contains("<ping xmlns=\"urn:xmpp:ping\"/>"),
        "{ping}"
    );
    let id = ping
        .split_once("id=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    client
        .send(&format!(
            "<iq type=\"result\" id=\"{id}\" xmlns=\"jabber:client\"/>"
        ))
        .await;
    let again = client.next().await;
    assert!(again.contains("urn:xmpp:ping"), "{again}");
    assert_eq!(client.next_or_end().await, None);
    eventually(|| world.router.sessions_of(alice) == 0).await;
}

/// Reads the stanzas of a session that may be told to wait for, until all texts came, and acknowledges them.
async fn read_all(client: &mut Client, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let stanza = client.stanza().await;
        texts.extend(body(&stanza).map(str::to_owned));
        client.acknowledge().await;
    }
    texts
}

#[tokio::test]
async fn a_slow_reader_costs_no_memory_harms_nobody_and_gets_everything_in_order() {
    let world = World::with(|config| {
        config.limits.unacknowledged_stanzas = 20;
        config.limits.stanza_burst = 10_000;
        config.timing.resume_seconds = 0;
    })
    .await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let mut a = world.online(alice).await;
    let mut slow = world.bound(bob).await;
    slow.enable(false).await;
    slow.become_available().await;
    let mut quick = world.online(carol).await;
    // In several goes, so that the queue fills up in between.
    for go in 0..10 {
        let burst: String = (0..30)
            .map(|n| chat(bob, &format!("m{go}-{n}"), &(go * 30 + n).to_string()))
            .collect();
        a.send(&burst).await;
        a.settle().await;
        a.say(carol, &format!("c{go}"), "hi").await;
        assert_eq!(body(&quick.next().await), Some("hi"));
    }
    let wanted: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    assert_eq!(read_all(&mut slow, 300).await, wanted);
    assert_eq!(slow.settle().await, Vec::<String>::new());
}
