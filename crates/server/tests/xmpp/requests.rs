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
    let rooms = a
        .ask(
            "get",
            "muc.localhost",
            "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>",
        )
        .await;
    assert!(
        rooms.contains("type=\"result\"") && !rooms.contains("<item"),
        "no list of all rooms: {rooms}"
    );
}

const INFO: &str = "<query xmlns=\"http://jabber.org/protocol/disco#info\"/>";

/// What an answer says it is, and what it can do.
fn described(answer: &str, identity: &str, features: &[&str]) {
    assert!(answer.contains("type=\"result\""), "{answer}");
    assert!(
        answer.contains(&format!("<identity {identity}/>")),
        "{identity}: {answer}"
    );
    for feature in features {
        let feature = format!("<feature var=\"{feature}\"/>");
        assert!(answer.contains(&feature), "{feature}: {answer}");
    }
}

#[tokio::test]
async fn what_the_server_the_rooms_and_the_own_account_are_is_told() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let server = a.ask("get", "localhost", INFO).await;
    let account = [
        "http://jabber.org/protocol/disco#info",
        "http://jabber.org/protocol/disco#items",
        "urn:xmpp:ping",
        "jabber:iq:last",
        "jabber:iq:privacy",
        "urn:xmpp:carbons:2",
    ];
    let identity = "category=\"server\" type=\"im\" name=\"Cubist\"";
    described(&server, identity, &account);
    described(&server, identity, &["msgoffline"]);
    let rooms = a.ask("get", "muc.localhost", INFO).await;
    let muc = ["http://jabber.org/protocol/muc"];
    described(&rooms, "category=\"conference\" type=\"text\"", &muc);
    let own = a.bare().to_owned();
    for to in ["", own.as_str()] {
        let answer = a.ask("get", to, INFO).await;
        described(
            &answer,
            "category=\"account\" type=\"registered\"",
            &account,
        );
    }
}

#[tokio::test]
async fn what_a_room_is_is_told_to_those_in_it_and_nothing_of_other_people() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let group = world.group(alice, &[]).await;
    let room = format!("21_{group}@muc.localhost");
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let answer = a.ask("get", &room, INFO).await;
    described(
        &answer,
        "category=\"conference\" type=\"text\" name=\"Group\"",
        &[
            "http://jabber.org/protocol/muc",
            "muc_membersonly",
            "muc_hidden",
            "muc_persistent",
        ],
    );
    assert!(b.ask("get", &room, INFO).await.contains("<forbidden"));
    let nowhere = "21_5356c64ab35c12bd3b108a41@muc.localhost";
    let answer = b.ask("get", nowhere, INFO).await;
    assert!(answer.contains("<item-not-found"), "{answer}");
    let stranger = a.bare().to_owned();
    for to in [stranger.as_str(), &format!("{room}/{alice}")] {
        let answer = b.ask("get", to, INFO).await;
        assert!(answer.contains("<service-unavailable"), "{to}: {answer}");
    }
    let part = "<query xmlns=\"http://jabber.org/protocol/disco#info\" node=\"urn:example:1\"/>";
    let answer = a.ask("get", "localhost", part).await;
    assert!(answer.contains("<item-not-found"), "{answer}");
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
