//! Messages for people who are away.

use crate::support::{World, bodies, body, eventually};

#[tokio::test]
async fn what_was_sent_meanwhile_comes_after_the_presence_with_its_time() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let group = world.group(alice, &[bob, carol]).await;
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "one").await;
    a.say_in(group, "m2", "two").await;
    a.send(&format!(
        "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"m3\" xmlns=\"jabber:client\"><body>live only</body></message>"
    ))
    .await;
    a.settle().await;

    let mut b = world.bound(bob).await;
    assert_eq!(
        b.settle().await,
        Vec::<String>::new(),
        "nothing before the presence"
    );
    b.become_available().await;
    let (one, two, three) = (b.next().await, b.next().await, b.next().await);
    assert_eq!(
        bodies(&[one.clone(), two.clone(), three]),
        ["one", "two", "live only"]
    );
    assert!(
        one.contains(&format!("from=\"{}\" to=\"{bob}-21@localhost\"", a.jid)),
        "{one}"
    );
    assert!(
        two.contains(&format!("from=\"21_{group}@muc.localhost/{alice}\"")),
        "{two}"
    );
    assert!(two.contains(&format!("to=\"{}\"", b.jid)), "{two}");
    for late in [&one, &two] {
        let delay = late
            .split_once("<delay xmlns=\"urn:xmpp:delay\" from=\"localhost\" stamp=\"20")
            .unwrap()
            .1;
        assert!(delay.ends_with("Z\"/></message>"), "{late}");
    }
}

#[tokio::test]
async fn without_stream_management_it_is_gone_once_written() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "one").await;
    a.settle().await;
    let mut b = world.online(bob).await;
    assert_eq!(body(&b.next().await), Some("one"));
    b.settle().await;
    drop(b);
    world.nothing_waits_for(bob).await;
    let mut again = world.online(bob).await;
    assert_eq!(again.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn with_stream_management_it_is_gone_once_acknowledged() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "one").await;
    a.say(bob, "m2", "two").await;
    a.settle().await;

    let mut b = world.bound(bob).await;
    b.enable(false).await;
    b.become_available().await;
    assert_eq!(body(&b.stanza().await), Some("one"));
    b.acknowledge().await;
    assert_eq!(body(&b.stanza().await), Some("two"));
    b.settle().await;
    drop(b);

    // Only the second one was not acknowledged.
    eventually(|| world.router.sessions_of(bob) == 0).await;
    let mut b = world.bound(bob).await;
    b.enable(false).await;
    b.become_available().await;
    assert_eq!(body(&b.stanza().await), Some("two"));
    b.acknowledge().await;
    assert_eq!(b.settle().await, Vec::<String>::new());
    world.nothing_waits_for(bob).await;
    drop(b);
    let mut again = world.online(bob).await;
    assert_eq!(again.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_live_message_whose_receipt_was_never_acknowledged_comes_again() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let mut b = world.bound(bob).await;
    b.enable(false).await;
    b.become_available().await;
    a.say(bob, "m1", "lost in a tunnel").await;
    a.settle().await;
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    let mut b = world.online(bob).await;
    assert_eq!(body(&b.next().await), Some("lost in a tunnel"));
}

#[tokio::test]
async fn the_queue_survives_a_restart() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.bound(alice).await;
    a.enable(false).await;
    for n in 0..100 {
        a.say(bob, &format!("m{n}"), &n.to_string()).await;
    }
    assert_eq!(a.count().await, 100);
    drop(a);
    let world = World::on(world.stop().await, |_| {}).await;
    let mut b = world.online(bob).await;
    for n in 0..100 {
        assert_eq!(body(&b.next().await), Some(n.to_string().as_str()));
    }
}

#[tokio::test]
async fn a_stop_saves_what_connected_people_had_not_acknowledged() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut b, _) = world.online_resumable(bob).await;
    let mut a = world.online(alice).await;
    a.say(bob, "m1", "not acknowledged").await;
    assert_eq!(body(&b.stanza().await), Some("not acknowledged"));
    a.settle().await;
    drop((a, b));
    let world = World::on(world.stop().await, |_| {}).await;
    let mut b = world.online(bob).await;
    assert_eq!(body(&b.next().await), Some("not acknowledged"));
}

#[tokio::test]
async fn unavailable_devices_get_nothing_until_they_are_back() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    b.send("<presence type=\"unavailable\" xmlns=\"jabber:client\"/>")
        .await;
    b.settle().await;
    a.say(bob, "m1", "later").await;
    a.settle().await;
    assert_eq!(b.settle().await, Vec::<String>::new());
    b.send("<presence xmlns=\"jabber:client\"/>").await;
    assert!(b.next().await.starts_with("<presence"));
    assert_eq!(body(&b.next().await), Some("later"));
}
