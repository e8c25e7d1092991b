//! "Delivered" and "read".

use crate::support::{Client, World};
use cubist_protocol::ids::{DialogId, UserId};

const MESSAGE: &str = "6b03030b76f1960a4c000000";

async fn mark(client: &mut Client, kind: &str, to: UserId, message: &str, dialog: DialogId) {
    client
        .send(&format!(
            "<message type=\"chat\" id=\"mk\" to=\"{to}-21@localhost\" xmlns=\"jabber:client\">\
             <{kind} xmlns=\"urn:xmpp:chat-markers:0\" id=\"{message}\"/>\
             <extraParams xmlns=\"jabber:client\"><dialog_id>{dialog}</dialog_id></extraParams></message>"
        ))
        .await;
}

#[tokio::test]
async fn a_mark_is_recorded_told_to_the_author_and_to_the_own_other_devices() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let (mut phone, mut laptop) = (world.online(bob).await, world.online(bob).await);
    a.say(bob, MESSAGE, "hi").await;
    phone.next().await;
    laptop.next().await;
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;

    mark(&mut phone, "displayed", alice, MESSAGE, dialog).await;
    let told = a.next().await;
    assert!(
        told.contains(&format!(
            "from=\"{}\" to=\"{alice}-21@localhost\"",
            phone.jid
        )),
        "{told}"
    );
    assert!(
        told.contains(&format!(
            "<displayed xmlns=\"urn:xmpp:chat-markers:0\" id=\"{MESSAGE}\"/>"
        )),
        "{told}"
    );
    let carbon = laptop.next().await;
    assert!(
        carbon.contains("<sent xmlns=\"urn:xmpp:carbons:2\">") && carbon.contains("<displayed"),
        "{carbon}"
    );
    let record = world.history(alice, dialog).await.remove(0);
    assert_eq!(record.read, [alice, bob]);
    assert_eq!(record.delivered, [alice, bob]);

    // The other device says the same again: nothing new for the author.
    mark(&mut laptop, "displayed", alice, MESSAGE, dialog).await;
    mark(&mut laptop, "received", alice, MESSAGE, dialog).await;
    assert_eq!(laptop.settle().await, Vec::<String>::new());
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_mark_of_a_groups_message_goes_to_its_author_alone() {
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
    a.say_in(dialog, MESSAGE, "hi").await;
    a.next().await;
    b.next().await;
    c.next().await;
    // Some clients address the room; the author is known all the same.
    b.send(&format!(
        "<message type=\"groupchat\" id=\"mk\" to=\"21_{dialog}@muc.localhost\" xmlns=\"jabber:client\">\
         <received xmlns=\"urn:xmpp:chat-markers:0\" id=\"{MESSAGE}\"/></message>"
    ))
    .await;
    let told = a.next().await;
    assert!(
        told.contains("type=\"chat\"") && told.contains(&format!("to=\"{alice}-21@localhost\"")),
        "{told}"
    );
    assert!(
        told.contains(&format!("<dialog_id>{dialog}</dialog_id>")),
        "{told}"
    );
    assert_eq!(c.settle().await, Vec::<String>::new());
    assert_eq!(
        world.history(carol, dialog).await[0].delivered,
        [alice, bob]
    );
}

#[tokio::test]
async fn an_absent_author_learns_of_marks_at_the_next_login() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    a.say(bob, MESSAGE, "hi").await;
    a.settle().await;
    a.close().await;
    let mut b = world.online(bob).await;
    b.next().await;
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    mark(&mut b, "received", alice, MESSAGE, dialog).await;
    b.settle().await;
    let mut a = world.online(alice).await;
    let told = a.next().await;
    assert!(
        told.contains(&format!(
            "<received xmlns=\"urn:xmpp:chat-markers:0\" id=\"{MESSAGE}\"/>"
        )),
        "{told}"
    );
    assert!(
        told.contains("<delay xmlns=\"urn:xmpp:delay\" from=\"localhost\""),
        "{told}"
    );
}

#[tokio::test]
async fn a_mark_of_a_message_that_was_never_stored_is_relayed() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    mark(&mut b, "received", alice, "live-only", dialog).await;
    let told = a.next().await;
    assert!(told.contains("id=\"live-only\""), "{told}");
    mark(
        &mut b,
        "received",
        UserId::new(987_654).unwrap(),
        "live-only",
        dialog,
    )
    .await;
    let answer = b.next().await;
    assert!(answer.contains("<item-not-found"), "{answer}");
}

#[tokio::test]
async fn nobody_can_mark_what_they_cannot_see() {
    let world = World::start().await;
    let (alice, bob, eve) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("eve").await,
    );
    let mut a = world.online(alice).await;
    a.say(bob, MESSAGE, "hi").await;
    a.settle().await;
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let mut e = world.online(eve).await;
    mark(&mut e, "displayed", alice, MESSAGE, dialog).await;
    e.settle().await;
    assert_eq!(world.history(alice, dialog).await[0].read, [alice]);
}
