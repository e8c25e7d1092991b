//! Requests to the server: each gets its answer, the malformed ones a bad-request.

use crate::support::World;

#[tokio::test]
async fn the_server_answers_pings_and_how_long_it_has_been_running() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let ping = "<ping xmlns=\"urn:xmpp:ping\"/>";
    for to in ["", "localhost", a.jid.clone().as_str()] {
        assert!(
            a.ask("get", to, ping).await.contains("type=\"result\""),
            "{to}"
        );
    }
    let uptime = a
        .ask("get", "localhost", "<query xmlns=\"jabber:iq:last\"/>")
        .await;
    assert!(
        uptime.contains("from=\"localhost\"")
            && uptime.contains("<query xmlns=\"jabber:iq:last\" seconds=\""),
        "{uptime}"
    );
    let items = a
        .ask(
            "get",
            "localhost",
            "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>",
        )
        .await;
    assert!(items.contains("<item jid=\"muc.localhost\"/>"), "{items}");
}

#[tokio::test]
async fn a_session_is_active_until_it_says_otherwise_and_gets_everything_all_the_same() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut b = world.online(bob).await;
    assert!(!world.router.is_active(alice));
    let mut a = world.online(alice).await;
    assert!(world.router.is_active(alice));
    let mobile = |enable: &str| {
        format!("<mobile xmlns=\"http://tigase.org/protocol/mobile#v2\" enable=\"{enable}\"/>")
    };
    a.order(&mobile("true")).await;
    assert!(!world.router.is_active(alice));
    b.say(alice, "m1", "hello").await;
    assert!(a.next().await.contains("hello"));
    // One device that somebody looks at is enough.
    let mut tablet = world.online(alice).await;
    assert!(world.router.is_active(alice));
    tablet.order(&mobile("true")).await;
    assert!(!world.router.is_active(alice));
    a.order(&mobile("false")).await;
    assert!(world.router.is_active(alice));
}

#[tokio::test]
async fn malformed_requests_are_bad_and_foreign_ones_unavailable() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    for (kind, payload) in [
        (
            "set",
            "<mobile xmlns=\"http://tigase.org/protocol/mobile#v2\"/>",
        ),
        (
            "set",
            "<mobile xmlns=\"http://tigase.org/protocol/mobile#v2\" enable=\"perhaps\"/>",
        ),
        (
            "set",
            "<subscribe xmlns=\"https://connectycube.com/protocol/status_streaming\" enable=\"true\"/>",
        ),
        ("get", "<query xmlns=\"jabber:iq:last\" seconds=\"x\"/>"),
        (
            "get",
            "<query xmlns=\"jabber:iq:privacy\"><nonsense/></query>",
        ),
    ] {
        let answer = a.ask(kind, "", payload).await;
        assert!(
            answer.contains("<error code=\"400\" type=\"modify\"><bad-request"),
            "{payload}: {answer}"
        );
    }
    let other = format!("{bob}-21@localhost");
    for (kind, to, payload) in [
        ("get", "", "<query xmlns=\"urn:example:unknown\"/>"),
        ("get", other.as_str(), "<ping xmlns=\"urn:xmpp:ping\"/>"),
        (
            "get",
            other.as_str(),
            "<query xmlns=\"jabber:iq:privacy\"/>",
        ),
        (
            "set",
            "muc.localhost",
            "<mobile xmlns=\"http://tigase.org/protocol/mobile#v2\" enable=\"true\"/>",
        ),
        ("set", "", "<query xmlns=\"jabber:iq:last\"/>"),
    ] {
        let answer = a.ask(kind, to, payload).await;
        assert!(
            answer.contains("<error code=\"503\" type=\"cancel\"><service-unavailable"),
            "{payload}: {answer}"
        );
        assert!(answer.contains("<text"), "{answer}");
    }
}
