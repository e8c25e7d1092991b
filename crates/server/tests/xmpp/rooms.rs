//! Being seen in a room: joining, leaving, being put out (XEP-0045).

use std::fmt::Write;

use cubist_protocol::ids::{DialogId, UserId};
use cubist_server::delivery::Delivery;

use crate::support::{Client, World, bodies, eventually};

/// What a presence of a room says about somebody, without the addresses.
fn x(item: &str, codes: &[u16]) -> String {
    let mut x = format!("<x xmlns=\"http://jabber.org/protocol/muc#user\">{item}");
    for code in codes {
        write!(x, "<status code=\"{code}\"/>").unwrap();
    }
    x
}

/// The start of a presence of `user` in the room, as `to` gets it.
fn from(dialog: DialogId, user: UserId, to: &Client, kind: &str) -> String {
    let jid = &to.jid;
    format!(
        "<presence xmlns=\"jabber:client\" to=\"{jid}\"{kind} from=\"21_{dialog}@muc.localhost/{user}\">"
    )
}

const MEMBER: &str = "<item affiliation=\"member\" role=\"participant\"/>";
const OWNER: &str = "<item affiliation=\"owner\" role=\"moderator\"/>";
const LEFT: &str = "<item affiliation=\"member\" role=\"none\"/>";
/// What only the official SDK needs, without its prefix.
const COMPAT: &str = "<xmlns xmlns=\"urn:cubist:sdk-compat:0\"><code>";

struct Scene {
    world: World,
    alice: UserId,
    bob: UserId,
    dialog: DialogId,
}

async fn scene() -> Scene {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.group(alice, &[bob]).await;
    Scene {
        world,
        alice,
        bob,
        dialog,
    }
}

#[tokio::test]
async fn a_join_is_answered_with_those_who_are_there_and_then_oneself() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let got = a.join(dialog, alice).await;
    assert_eq!(got.len(), 1);
    let own = &got[0];
    assert!(
        own.contains(&format!(
            "id=\"995:join\" from=\"21_{dialog}@muc.localhost/{alice}\" to=\"{}\"",
            a.jid
        )),
        "{own}"
    );
    let item = format!(
        "<item nick=\"{alice}\" affiliation=\"owner\" role=\"moderator\" jid=\"{}\"/>",
        a.jid
    );
    assert!(own.contains(&x(&item, &[110])), "{own}");
    assert!(own.contains(&format!("{COMPAT}110</code>")), "{own}");

    let got = b.join(dialog, bob).await;
    let [other, own] = got.as_slice() else {
        panic!("{got:?}");
    };
    let expected = from(dialog, alice, &b, "") + &x(OWNER, &[]) + "</x></presence>";
    assert_eq!(*other, expected);
    assert!(own.contains("<status code=\"110\"/>"), "{own}");
    let seen = a.stanza().await;
    assert_eq!(
        seen,
        from(dialog, bob, &a, "") + &x(MEMBER, &[]) + "</x></presence>"
    );
}

#[tokio::test]
async fn leaving_is_answered_and_seen() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    a.settle().await;
    b.leave(dialog, bob).await;
    let own = b.stanza().await;
    assert!(
        own.contains(&format!("from=\"21_{dialog}@muc.localhost/{bob}\""))
            && own.contains("type=\"unavailable\"")
            && own.contains("<status code=\"110\"/>")
            && own.contains(&format!("{COMPAT}110</code>")),
        "{own}"
    );
    let unavailable = " type=\"unavailable\"";
    let expected = from(dialog, bob, &a, unavailable) + &x(LEFT, &[]) + "</x></presence>";
    assert_eq!(a.stanza().await, expected);
    // Who is not there may leave all the same: the client waits for the answer.
    b.leave(dialog, bob).await;
    assert!(b.stanza().await.contains("<status code=\"110\"/>"));
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_person_is_there_from_the_first_device_to_the_last() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let mut a = world.online(alice).await;
    let (mut phone, mut laptop) = (world.online(bob).await, world.online(bob).await);
    a.join(dialog, alice).await;
    phone.join(dialog, bob).await;
    laptop.join(dialog, bob).await;
    laptop.join(dialog, bob).await;
    assert_eq!(a.settle().await.len(), 1);
    laptop.leave(dialog, bob).await;
    laptop.settle().await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    phone.leave(dialog, bob).await;
    let seen = a.stanza().await;
    assert!(seen.contains("type=\"unavailable\""), "{seen}");
}

#[tokio::test]
async fn who_disconnects_or_wants_no_messages_leaves() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    a.settle().await;
    drop(b);
    let seen = a.stanza().await;
    assert!(
        seen.contains(&format!("/{bob}\"")) && seen.contains("type=\"unavailable\""),
        "{seen}"
    );
    let mut b = world.online(bob).await;
    b.join(dialog, bob).await;
    a.settle().await;
    b.send("<presence type=\"unavailable\" xmlns=\"jabber:client\"/>")
        .await;
    let seen = a.stanza().await;
    assert!(seen.contains("type=\"unavailable\""), "{seen}");
}

/// Alice watches a room from which Bob's connection gets lost, to be resumed within so many seconds.
async fn lost(resume_seconds: u64) -> (World, Client, UserId) {
    let world = World::with(|config| config.timing.resume_seconds = resume_seconds).await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.group(alice, &[bob]).await;
    let mut a = world.online(alice).await;
    let (mut b, _) = world.online_resumable(bob).await;
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    let seen = a.stanza().await;
    assert!(seen.contains(&format!("/{bob}\"")), "{seen}");
    drop(b);
    eventually(|| world.router.sessions_of(bob) == 0).await;
    (world, a, bob)
}

#[tokio::test]
async fn a_session_that_can_be_resumed_stays() {
    let (_world, mut a, _) = lost(300).await;
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_session_that_was_not_resumed_in_time_leaves() {
    let (_world, mut a, bob) = lost(1).await;
    let seen = a.stanza().await;
    assert!(
        seen.contains(&format!("/{bob}\"")) && seen.contains("type=\"unavailable\""),
        "{seen}"
    );
}

#[tokio::test]
async fn a_room_is_closed_to_those_outside_the_dialog() {
    let Scene {
        world, alice, bob, ..
    } = scene().await;
    let eve = world.user("eve").await;
    let dialog = world.group(alice, &[bob]).await;
    let private = world.state.private_dialog(alice, bob).await.unwrap().id;
    let mut e = world.online(eve).await;
    let refused = e.join(dialog, eve).await.remove(0);
    assert!(
        refused.contains("type=\"error\" id=\"995:join\"")
            && refused.contains("<x xmlns=\"http://jabber.org/protocol/muc\">")
            && refused.contains("<error code=\"403\" type=\"auth\"><forbidden")
            && refused.contains("<text"),
        "{refused}"
    );
    let nowhere = "5356c64ab35c12bd3b108a41".parse().unwrap();
    let refused = e.join(nowhere, eve).await.remove(0);
    assert!(refused.contains("<error code=\"404\""), "{refused}");
    let mut a = world.online(alice).await;
    let refused = a.join(private, alice).await.remove(0);
    assert!(refused.contains("<not-allowed"), "{refused}");
    let room = format!("21_{dialog}@muc.localhost");
    let items = "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>";
    assert!(e.ask("get", &room, items).await.contains("<forbidden"));
    let ping = "<ping xmlns=\"urn:xmpp:ping\"/>";
    assert!(e.ask("get", &room, ping).await.contains("<forbidden"));
}

#[tokio::test]
async fn the_list_of_online_occupants_has_those_who_joined() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let room = format!("21_{dialog}@muc.localhost");
    let query = "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>";
    let answer = a.ask("get", &room, query).await;
    assert!(answer.contains(query), "{answer}");
    b.join(dialog, bob).await;
    let answer = a.ask("get", &room, query).await;
    assert!(
        answer.contains(&format!(
            "<query xmlns=\"http://jabber.org/protocol/disco#items\"><item jid=\"{room}/{bob}\"/></query>"
        )),
        "{answer}"
    );
}

#[tokio::test]
async fn who_is_removed_from_the_dialog_is_put_out_of_its_room() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let carol = world.user("carol").await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let mut outside = world.online(bob).await;
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    a.settle().await;
    let removed = Delivery::Removed {
        dialog,
        by: alice,
        users: vec![bob, carol],
    };
    world.router.deliver(removed).await;
    let own = b.stanza().await;
    let actor = format!("<actor jid=\"{alice}-21@localhost\" nick=\"{alice}\"/>");
    let item = format!("<item affiliation=\"none\" role=\"none\">{actor}</item>");
    assert!(own.contains("type=\"unavailable\""), "{own}");
    assert!(own.contains(&x(&item, &[110, 301])), "{own}");
    assert!(own.contains(&format!("{COMPAT}301</code>")), "{own}");
    let (_, after) = own.split_once("</x>").unwrap();
    assert!(after.contains(&actor), "the actor beside the x: {own}");
    let seen = a.stanza().await;
    assert!(
        seen.contains(&format!("/{bob}\"")) && seen.contains(&x(&item, &[301])),
        "{seen}"
    );
    assert!(!seen.contains(COMPAT), "{seen}");
    // A device that had not joined has nothing to leave.
    assert_eq!(outside.settle().await, Vec::<String>::new());
    let room = format!("21_{dialog}@muc.localhost");
    let query = "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>";
    assert!(
        !a.ask("get", &room, query)
            .await
            .contains(&format!("/{bob}\""))
    );
}

#[tokio::test]
async fn who_leaves_the_dialog_by_themselves_is_not_kicked() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    a.settle().await;
    let left = Delivery::Removed {
        dialog,
        by: bob,
        users: vec![bob],
    };
    world.router.deliver(left).await;
    let own = b.stanza().await;
    assert!(
        own.contains(&format!("{COMPAT}110</code>")) && !own.contains("301"),
        "{own}"
    );
    assert!(a.stanza().await.contains("type=\"unavailable\""));
}

#[tokio::test]
async fn a_deleted_dialog_closes_its_room() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.join(dialog, alice).await;
    b.join(dialog, bob).await;
    a.settle().await;
    world
        .router
        .deliver(Delivery::Closed { dialog, by: alice })
        .await;
    for client in [&mut a, &mut b] {
        let own = client.stanza().await;
        assert!(own.contains(&format!("{COMPAT}301</code>")), "{own}");
        assert_eq!(client.settle().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_room_answers_pings_and_says_whether_one_is_in_it() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let mut a = world.online(alice).await;
    let room = format!("21_{dialog}@muc.localhost");
    let ping = "<ping xmlns=\"urn:xmpp:ping\"/>";
    assert!(a.ask("get", &room, ping).await.contains("type=\"result\""));
    let own = format!("{room}/{alice}");
    assert!(a.ask("get", &own, ping).await.contains("<not-acceptable"));
    a.join(dialog, alice).await;
    assert!(a.ask("get", &own, ping).await.contains("type=\"result\""));
    let other = format!("{room}/{bob}");
    let answer = a.ask("get", &other, ping).await;
    assert!(answer.contains("<service-unavailable"), "{answer}");
}

#[tokio::test]
async fn a_group_works_without_joining() {
    let Scene {
        world,
        alice,
        bob,
        dialog,
    } = scene().await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    b.say_in(dialog, "m", "without joining").await;
    assert_eq!(bodies(&[a.next().await]), ["without joining"]);
    a.join(dialog, alice).await;
    b.settle().await;
    b.say_in(dialog, "n", "once").await;
    assert_eq!(bodies(&[a.next().await]), ["once"]);
    assert_eq!(a.settle().await, Vec::<String>::new());
}
