//! What a default privacy list keeps away, and from whom.

use cubist_protocol::ids::UserId;

use crate::privacy::{blocking, default, no_default};
use crate::support::{Client, World, bodies, body, chat};

struct Scene {
    world: World,
    alice: UserId,
    bob: UserId,
    a: Client,
    b: Client,
}

/// Alice and Bob are online; Alice blocks Bob, both ways if so.
async fn scene(is_mutual: bool) -> Scene {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, b) = (world.online(alice).await, world.online(bob).await);
    block(&mut a, bob, is_mutual).await;
    Scene {
        world,
        alice,
        bob,
        a,
        b,
    }
}

async fn block(client: &mut Client, user: UserId, is_mutual: bool) {
    client.order(&blocking("l", &[(user, is_mutual)])).await;
    client.order(&default("l")).await;
}

fn is_refused(answer: &str, id: &str) {
    assert!(
        answer.contains(&format!("type=\"error\" id=\"{id}\""))
            && answer.contains("<error code=\"503\" type=\"cancel\"><service-unavailable")
            && answer.contains("<text"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_blocked_person_gets_an_error_and_leaves_no_trace() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(false).await;
    b.say(alice, "m1", "hello").await;
    let answer = b.next().await;
    is_refused(&answer, "m1");
    assert!(
        answer.contains(&format!("from=\"{alice}-21@localhost\"")),
        "{answer}"
    );
    assert!(answer.contains("<body>hello</body>"), "{answer}");
    assert_eq!(a.settle().await, Vec::<String>::new());
    let unread = world.state.unread(alice, None).await.unwrap();
    assert_eq!(unread.total, 0);
    // One way: Alice may still write, and Bob reads it.
    a.say(bob, "m2", "go away").await;
    assert_eq!(body(&b.next().await), Some("go away"));
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    assert_eq!(world.history(alice, dialog).await.len(), 1);
}

#[tokio::test]
async fn a_mutual_block_stops_the_blocker_too_and_says_so() {
    let Scene {
        alice,
        bob,
        mut a,
        mut b,
        ..
    } = scene(true).await;
    b.say(alice, "m1", "hello").await;
    let answer = b.next().await;
    is_refused(&answer, "m1");
    assert!(!answer.contains("You have blocked"), "{answer}");
    a.say(bob, "m2", "hello").await;
    let answer = a.next().await;
    is_refused(&answer, "m2");
    assert!(answer.contains("You have blocked this person."), "{answer}");
    assert_eq!(b.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_default_list_counts_and_only_while_it_is() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(false).await;
    a.order(&no_default()).await;
    b.say(alice, "m1", "one").await;
    assert_eq!(body(&a.next().await), Some("one"));
    let mut second = world.online(alice).await;
    second
        .order("<query xmlns=\"jabber:iq:privacy\"><active name=\"l\"/></query>")
        .await;
    b.say(alice, "m2", "two").await;
    for client in [&mut a, &mut second] {
        assert_eq!(body(&client.next().await), Some("two"));
    }
    // A change of the default list holds at once.
    second
        .order("<query xmlns=\"jabber:iq:privacy\"><active/></query>")
        .await;
    a.order(&default("l")).await;
    a.order(&blocking("l", &[(alice, false)])).await;
    b.say(alice, "m3", "three").await;
    assert_eq!(body(&a.next().await), Some("three"));
    a.order(&blocking("l", &[(bob, false)])).await;
    b.say(alice, "m4", "four").await;
    is_refused(&b.next().await, "m4");
}

#[tokio::test]
async fn in_groups_the_blocker_hears_nothing_live_or_later_and_history_stays() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let dialog = world.group(alice, &[bob, carol]).await;
    let (mut a, mut b, mut c) = (
        world.online(alice).await,
        world.online(bob).await,
        world.online(carol).await,
    );
    block(&mut a, bob, false).await;
    b.say_in(dialog, "m1", "one").await;
    assert_eq!(body(&b.next().await), Some("one"));
    assert_eq!(body(&c.next().await), Some("one"));
    assert_eq!(a.settle().await, Vec::<String>::new());
    // One way: Bob hears Alice.
    a.say_in(dialog, "m2", "two").await;
    assert_eq!(body(&b.next().await), Some("two"));
    a.close().await;
    b.say_in(dialog, "m3", "three").await;
    c.settle().await;
    c.say_in(dialog, "m4", "four").await;
    c.settle().await;
    let mut a = world.online(alice).await;
    assert_eq!(bodies(&[a.stanza().await]), ["four"]);
    assert_eq!(a.settle().await, Vec::<String>::new());
    assert_eq!(world.history(alice, dialog).await.len(), 4);
}

#[tokio::test]
async fn a_mutual_block_keeps_both_apart_in_groups() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(true).await;
    let dialog = world.group(alice, &[bob]).await;
    a.say_in(dialog, "m1", "one").await;
    assert_eq!(body(&a.next().await), Some("one"));
    b.say_in(dialog, "m2", "two").await;
    assert_eq!(bodies(&[b.next().await]), ["two"]);
    assert_eq!(a.settle().await, Vec::<String>::new());
    assert_eq!(b.settle().await, Vec::<String>::new());
    assert_eq!(world.history(alice, dialog).await.len(), 2);
}

#[tokio::test]
async fn a_rule_about_a_person_does_not_hold_in_rooms_and_one_about_rooms_not_outside() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.group(alice, &[bob]).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let only = |value: String| {
        format!(
            "<query xmlns=\"jabber:iq:privacy\"><list name=\"l\">\
             <item type=\"jid\" value=\"{value}\" action=\"deny\" order=\"1\"/></list></query>"
        )
    };
    a.order(&only(format!("{bob}-21@localhost"))).await;
    a.order(&default("l")).await;
    b.say_in(dialog, "m1", "in the room").await;
    assert_eq!(body(&a.next().await), Some("in the room"));
    b.next().await;
    a.order(&only(format!("muc.localhost/{bob}"))).await;
    b.say_in(dialog, "m2", "in the room").await;
    b.next().await;
    b.say(alice, "m3", "outside").await;
    assert_eq!(bodies(&[a.next().await]), ["outside"]);
}

#[tokio::test]
async fn the_first_rule_that_fits_decides() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let rule = |action: &str, order: u32| {
        format!(
            "<item type=\"jid\" value=\"{bob}-21@localhost\" action=\"{action}\" order=\"{order}\"/>"
        )
    };
    let list = |items: String| {
        format!("<query xmlns=\"jabber:iq:privacy\"><list name=\"l\">{items}</list></query>")
    };
    a.order(&list(rule("deny", 9) + &rule("allow", 3))).await;
    a.order(&default("l")).await;
    b.say(alice, "m1", "allowed").await;
    assert_eq!(body(&a.next().await), Some("allowed"));
    a.order(&list(rule("deny", 2) + &rule("allow", 3))).await;
    b.say(alice, "m2", "denied").await;
    is_refused(&b.next().await, "m2");
}

#[tokio::test]
async fn typing_markers_and_headlines_of_a_blocked_person_vanish_without_a_word() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(false).await;
    a.say(bob, "6b03030b76f1960a4c000000", "read this").await;
    b.next().await;
    let to = format!("to=\"{alice}-21@localhost\" xmlns=\"jabber:client\"");
    for stanza in [
        format!(
            "<message type=\"chat\" {to}><composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
        ),
        format!(
            "<message type=\"chat\" id=\"r1\" {to}><displayed xmlns=\"urn:xmpp:chat-markers:0\" id=\"6b03030b76f1960a4c000000\"/></message>"
        ),
        format!(
            "<message type=\"headline\" id=\"h1\" {to}><body>dialog/UPDATE_DIALOG</body></message>"
        ),
    ] {
        b.send(&stanza).await;
    }
    assert_eq!(b.settle().await, Vec::<String>::new());
    assert_eq!(a.settle().await, Vec::<String>::new());
    world.nothing_waits_for(alice).await;
    // What Bob has read is read all the same; only Alice is not told.
    let unread = world.state.unread(bob, None).await.unwrap();
    assert_eq!(unread.total, 0);
    let dialog = world.group(alice, &[bob]).await;
    b.send(&format!(
        "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    b.settle().await;
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn own_devices_see_what_one_sends_whoever_is_blocked() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(false).await;
    let mut tablet = world.online(bob).await;
    b.send(&format!(
        "<message type=\"headline\" id=\"h1\" to=\"{alice}-21@localhost\" xmlns=\"jabber:client\"><body>x</body></message>"
    ))
    .await;
    let carbon = tablet.next().await;
    assert!(
        carbon.contains("<sent xmlns=\"urn:xmpp:carbons:2\">") && carbon.contains("h1"),
        "{carbon}"
    );
    let mut laptop = world.online(alice).await;
    a.say(bob, "m1", "hello").await;
    let carbon = laptop.next().await;
    assert!(
        carbon.contains("<sent xmlns") && carbon.contains("m1"),
        "{carbon}"
    );
    // A refused message is not sent, so nobody sees a copy.
    tablet.settle().await;
    b.send(&chat(alice, "m2", "hello")).await;
    b.settle().await;
    assert_eq!(tablet.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_blocked_person_does_not_learn_when_the_other_was_here() {
    let Scene {
        world,
        alice,
        bob,
        a,
        mut b,
    } = scene(false).await;
    let query = "<query xmlns=\"jabber:iq:last\"/>";
    let subscribe = |user: UserId| {
        format!(
            "<subscribe xmlns=\"https://connectycube.com/protocol/status_streaming\" \
             user_jid=\"{user}-21@localhost\" enable=\"true\"/>"
        )
    };
    let answer = b.ask("get", &format!("{alice}-21@localhost"), query).await;
    assert!(
        answer.contains("<error code=\"403\" type=\"auth\"><forbidden"),
        "{answer}"
    );
    assert!(
        b.ask("set", "", &subscribe(alice))
            .await
            .contains("<forbidden")
    );
    // One way: the blocker may ask.
    let mut a = a;
    let answer = a.ask("get", &format!("{bob}-21@localhost"), query).await;
    assert!(answer.contains("seconds=\"0\""), "{answer}");
    // Whoever followed before is told nothing from the block on.
    a.order(&no_default()).await;
    b.order(&subscribe(alice)).await;
    a.order(&default("l")).await;
    let carol = world.user("carol").await;
    let mut c = world.online(carol).await;
    c.order(&subscribe(alice)).await;
    a.close().await;
    assert!(c.stanza().await.contains("<query xmlns=\"jabber:iq:last\""));
    assert_eq!(b.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn rooms_do_not_show_blocked_people_to_one_another() {
    let Scene {
        world,
        alice,
        bob,
        mut a,
        mut b,
    } = scene(true).await;
    let dialog = world.group(alice, &[bob]).await;
    a.join(dialog, alice).await;
    assert_eq!(b.join(dialog, bob).await.len(), 1);
    assert_eq!(a.settle().await, Vec::<String>::new());
}
