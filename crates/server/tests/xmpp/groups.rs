//! Messages and typing in groups.

use crate::support::World;

#[tokio::test]
async fn every_device_of_every_occupant_gets_it_the_senders_own_included() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let dialog = world.group(alice, &[bob, carol]).await;
    let (mut phone, mut laptop) = (world.online(alice).await, world.online(alice).await);
    let (mut b, mut c) = (world.online(bob).await, world.online(carol).await);
    phone
        .say_in(dialog, "6b03030b76f1960a4c000000", "Hi all")
        .await;
    for client in [&mut phone, &mut laptop, &mut b, &mut c] {
        let got = client.next().await;
        let date = got
            .split_once("<date_sent>")
            .unwrap()
            .1
            .split_once("</date_sent>")
            .unwrap()
            .0;
        assert_eq!(
            got,
            format!(
                "<message xmlns=\"jabber:client\" to=\"{to}\" type=\"groupchat\" id=\"6b03030b76f1960a4c000000\" \
                 from=\"21_{dialog}@muc.localhost/{alice}\"><body>Hi all</body><extraParams>\
                 <save_to_history>1</save_to_history><date_sent>{date}</date_sent><dialog_id>{dialog}</dialog_id>\
                 <message_id>6b03030b76f1960a4c000000</message_id></extraParams></message>",
                to = client.jid
            )
        );
    }
    // No carbon beside the reflection.
    assert_eq!(laptop.settle().await, Vec::<String>::new());
    assert_eq!(world.history(bob, dialog).await.len(), 1);
}

#[tokio::test]
async fn outsiders_are_refused() {
    let world = World::start().await;
    let (alice, bob, eve) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    let dialog = world.group(alice, &[bob]).await;
    let (mut b, mut e) = (world.online(bob).await, world.online(eve).await);
    e.say_in(dialog, "m1", "let me in").await;
    let answer = e.next().await;
    assert!(
        answer.contains(&format!(
            "type=\"error\" id=\"m1\" from=\"21_{dialog}@muc.localhost\""
        )),
        "{answer}"
    );
    assert!(
        answer.contains("<error code=\"403\" type=\"auth\"><forbidden"),
        "{answer}"
    );
    e.send(&format!(
        "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    assert!(e.next().await.contains("<forbidden"));
    assert_eq!(b.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_private_dialog_is_no_room() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let mut a = world.online(alice).await;
    a.say_in(dialog, "m1", "x").await;
    let answer = a.next().await;
    assert!(
        answer.contains("id=\"m1\"") && answer.contains("<not-allowed"),
        "{answer}"
    );
}

#[tokio::test]
async fn typing_reaches_those_who_are_there_and_is_never_kept() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let dialog = world.group(alice, &[bob, carol]).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.send(&format!(
        "<message to=\"21_{dialog}@muc.localhost\" type=\"groupchat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    b.expect(&format!(
        "<message xmlns=\"jabber:client\" to=\"{to}\" type=\"groupchat\" from=\"21_{dialog}@muc.localhost/{alice}\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>",
        to = b.jid
    ))
    .await;
    a.send(&format!(
        "<message to=\"{carol}-21@localhost\" type=\"chat\" xmlns=\"jabber:client\">\
         <paused xmlns=\"http://jabber.org/protocol/chatstates\"/></message>"
    ))
    .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    world.nothing_waits_for(carol).await;
    let mut c = world.online(carol).await;
    assert_eq!(c.settle().await, Vec::<String>::new());
    assert_eq!(world.history(alice, dialog).await, []);
}
