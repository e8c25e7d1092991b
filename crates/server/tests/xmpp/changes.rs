//! Messages that are changed, deleted and reacted to, as the people in a dialog see it.

use cubist_protocol::ids::{DialogId, MessageId, UserId};
use cubist_server::delivery::Delivery;

use crate::privacy::{blocking, default};
use crate::support::{Client, World, body, chat};

const FIRST: &str = "6b03030b76f1960a4c000000";

fn change(to: &str, kind: &str, id: &str, child: &str) -> String {
    format!(
        "<message to=\"{to}\" type=\"{kind}\" id=\"{id}\" xmlns=\"jabber:client\">{child}\
         <extraParams xmlns=\"jabber:client\"><colour>blue</colour></extraParams></message>"
    )
}

fn replace(id: &str, text: &str) -> String {
    format!(
        "<body>{text}</body><replace xmlns=\"urn:xmpp:message-correct:0\" id=\"{id}\" last=\"false\"/>"
    )
}

fn remove(id: &str) -> String {
    format!("<remove xmlns=\"urn:xmpp:message-delete:0\" id=\"{id}\"/>")
}

fn person(user: UserId) -> String {
    format!("{user}-21@localhost")
}

fn room(dialog: DialogId) -> String {
    format!("21_{dialog}@muc.localhost")
}

/// The dialog's only message.
async fn only(world: &World, user: UserId, dialog: DialogId) -> Option<String> {
    let history = world.history(user, dialog).await;
    assert!(history.len() < 2);
    history.into_iter().next().map(|one| one.message.body)
}

#[tokio::test]
async fn a_change_goes_to_the_other_person_as_it_was_sent_and_to_the_authors_other_devices() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut phone, mut b) = (
        world.online(alice).await,
        world.online(alice).await,
        world.online(bob).await,
    );
    // In one go: the change must not overtake its message.
    a.send(&chat(bob, FIRST, "helo")).await;
    a.send(&change(
        &person(bob),
        "chat",
        "e1",
        &replace(FIRST, "hello"),
    ))
    .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    assert_eq!(body(&b.next().await), Some("helo"));
    assert_eq!(
        b.next().await,
        format!(
            "<message xmlns=\"jabber:client\" type=\"chat\" id=\"e1\" from=\"{}\" to=\"{bob}-21@localhost\">\
             <body>hello</body><replace xmlns=\"urn:xmpp:message-correct:0\" id=\"{FIRST}\" last=\"false\"/>\
             <extraParams><colour>blue</colour><dialog_id>{dialog}</dialog_id></extraParams></message>",
            a.jid
        )
    );
    phone.next().await;
    let carbon = phone.next().await;
    assert!(
        carbon.contains("<sent xmlns") && carbon.contains("<replace"),
        "{carbon}"
    );
    let history = world.history(bob, dialog).await;
    assert_eq!(history[0].message.body, "hello");
    assert_eq!(history[0].message.extra["colour"], "blue");
    assert!(history[0].edited_at.is_some());
    // A resend after a lost connection.
    a.send(&change(
        &person(bob),
        "chat",
        "e1",
        &replace(FIRST, "hello"),
    ))
    .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    assert_eq!(b.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_deletion_takes_the_message_away_on_both_sides() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut phone, mut b) = (
        world.online(alice).await,
        world.online(alice).await,
        world.online(bob).await,
    );
    a.send(&chat(bob, FIRST, "oops")).await;
    a.send(&change(&person(bob), "chat", "r1", &remove(FIRST)))
        .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    assert_eq!(only(&world, bob, dialog).await, None);
    b.next().await;
    let told = b.next().await;
    assert!(
        told.contains(&remove(FIRST)) && told.contains(&format!("<dialog_id>{dialog}</dialog_id>")),
        "{told}"
    );
    phone.next().await;
    let carbon = phone.next().await;
    assert!(
        carbon.contains("<sent xmlns") && carbon.contains("<remove"),
        "{carbon}"
    );
    a.send(&change(&person(bob), "chat", "r1", &remove(FIRST)))
        .await;
    assert_eq!(
        a.settle().await,
        Vec::<String>::new(),
        "a repeat is no error"
    );
}

#[tokio::test]
async fn in_a_room_everyone_hears_of_it_and_the_author_by_reflection() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let dialog = world.group(alice, &[bob]).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    b.say_in(dialog, FIRST, "helo").await;
    b.send(&change(
        &room(dialog),
        "groupchat",
        "e1",
        &replace(FIRST, "hello"),
    ))
    .await;
    // The owner may take it away.
    let own = b.settle().await;
    assert!(own[1].contains("<replace"), "{own:?}");
    a.send(&change(&room(dialog), "groupchat", "r1", &remove(FIRST)))
        .await;
    let at_a = a.settle().await;
    assert_eq!(at_a.len(), 3, "{at_a:?}");
    assert!(
        at_a[1].contains(&format!("from=\"21_{dialog}@muc.localhost/{bob}\""))
            && at_a[1].contains("<replace"),
        "{at_a:?}"
    );
    assert!(
        at_a[2].contains(&format!("from=\"21_{dialog}@muc.localhost/{alice}\""))
            && at_a[2].contains(&format!("to=\"{}\"", a.jid))
            && at_a[2].contains("<remove"),
        "{at_a:?}"
    );
    assert!(b.next().await.contains("<remove"));
    assert_eq!(only(&world, bob, dialog).await, None);
}

#[tokio::test]
async fn who_is_away_hears_of_it_later_in_its_order() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.online(alice).await;
    let second = "6b03030b76f1960a4d000000";
    a.send(&chat(bob, FIRST, "helo")).await;
    a.send(&chat(bob, second, "oops")).await;
    a.send(&change(
        &person(bob),
        "chat",
        "e1",
        &replace(FIRST, "hello"),
    ))
    .await;
    a.send(&change(&person(bob), "chat", "r1", &remove(second)))
        .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let first: MessageId = FIRST.parse().unwrap();
    let add = Some("👍".to_owned());
    let change = world.state.react(alice, first, add, None).await.unwrap();
    let reacted = Delivery::Reacted {
        by: alice,
        message: first,
        change,
    };
    world.router.deliver(reacted).await;
    let mut b = world.online(bob).await;
    for expected in [
        "<body>helo",
        "<body>oops",
        "<replace",
        "<remove",
        "<reactions",
    ] {
        let got = b.next().await;
        assert!(got.contains(expected) && got.contains("<delay"), "{got}");
    }
    assert_eq!(only(&world, bob, dialog).await.as_deref(), Some("hello"));
}

async fn refused(client: &mut Client, stanza: &str, code: &str) {
    client.send(stanza).await;
    let answer = client.next().await;
    assert!(
        answer.contains("type=\"error\"") && answer.contains(&format!("<error code=\"{code}\"")),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_unknown_or_somebody_elses_is_refused() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let to_bob = person(bob);
    // Not even a dialog yet.
    refused(
        &mut a,
        &change(&to_bob, "chat", "e0", &remove(FIRST)),
        "404",
    )
    .await;
    a.send(&chat(bob, FIRST, "hi")).await;
    b.next().await;
    let unknown = "58e6a9c8a1834a3ea6001f15";
    let to_alice = person(alice);
    for (child, code) in [
        (replace(FIRST, "hacked"), "403"),
        (remove(FIRST), "403"),
        (replace(unknown, "x"), "404"),
        (remove(unknown), "404"),
        (remove("nonsense"), "404"),
    ] {
        refused(&mut b, &change(&to_alice, "chat", "e1", &child), code).await;
    }
    refused(
        &mut a,
        &change(&to_bob, "groupchat", "e1", &remove(FIRST)),
        "400",
    )
    .await;
    // In a dialog where it is not.
    let dialog = world.group(alice, &[bob]).await;
    let elsewhere = change(&room(dialog), "groupchat", "e1", &remove(FIRST));
    refused(&mut a, &elsewhere, "404").await;
    let private = world.state.private_dialog(alice, bob).await.unwrap().id;
    assert_eq!(only(&world, bob, private).await.as_deref(), Some("hi"));
}

#[tokio::test]
async fn who_blocks_somebody_hears_of_no_change_of_theirs() {
    let world = World::start().await;
    let (alice, bob, carol) = (
        world.user("alice").await,
        world.user("bob").await,
        world.user("carol").await,
    );
    let dialog = world.group(alice, &[bob, carol]).await;
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    b.say_in(dialog, FIRST, "helo").await;
    a.next().await;
    a.order(&blocking("l", &[(bob, false)])).await;
    a.order(&default("l")).await;
    b.send(&change(
        &room(dialog),
        "groupchat",
        "e1",
        &replace(FIRST, "hello"),
    ))
    .await;
    b.settle().await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    let mut c = world.online(carol).await;
    c.next().await;
    assert!(c.next().await.contains("<replace"));
    // Between the two it is refused, as a message would be.
    let private = "6b03030b76f1960a4e000000";
    a.order("<query xmlns=\"jabber:iq:privacy\"><default/></query>")
        .await;
    b.say(alice, private, "hi").await;
    a.next().await;
    a.order(&default("l")).await;
    let to_alice = person(alice);
    refused(
        &mut b,
        &change(&to_alice, "chat", "e2", &replace(private, "x")),
        "503",
    )
    .await;
}

#[tokio::test]
async fn reactions_reach_everyone_and_the_own_devices() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.send(&chat(bob, FIRST, "hi")).await;
    b.next().await;
    let id: MessageId = FIRST.parse().unwrap();
    let react = |add: &str, remove: Option<&str>| {
        let (add, remove) = (Some(add.to_owned()), remove.map(str::to_owned));
        let world = &world;
        async move {
            let change = world.state.react(bob, id, add, remove).await.unwrap();
            let reacted = Delivery::Reacted {
                by: bob,
                message: id,
                change,
            };
            world.router.deliver(reacted).await;
        }
    };
    react("👍", None).await;
    react("🔥", Some("👍")).await;
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    let first = a.next().await;
    assert!(
        first.contains(&format!(
            "<extraParams><dialog_id>{dialog}</dialog_id></extraParams><reactions user_id=\"{bob}\" \
             message_id=\"{FIRST}\"><reaction add=\"true\" type=\"👍\"/></reactions>"
        )) && first.contains(&format!("from=\"{bob}-21@localhost\"")),
        "{first}"
    );
    let both = "<reaction add=\"true\" type=\"🔥\"/><reaction remove=\"true\" type=\"👍\"/>";
    assert!(a.next().await.contains(both));
    assert!(b.next().await.contains("<sent xmlns"));
    let carbon = b.next().await;
    assert!(
        carbon.contains("<sent xmlns") && carbon.contains(both),
        "{carbon}"
    );
}

#[tokio::test]
async fn nobody_can_send_reactions_of_somebody_else() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    for namespace in ["", " xmlns=\"urn:xmpp:reactions:0\""] {
        let forged = format!(
            "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"f\" xmlns=\"jabber:client\"><body>x</body>\
             <reactions{namespace} user_id=\"{bob}\" message_id=\"{FIRST}\"><reaction add=\"true\" type=\"👍\"/></reactions>\
             </message>"
        );
        a.send(&forged.replace("\"f\"", &format!("\"f{}\"", namespace.len())))
            .await;
        let got = b.next().await;
        assert!(
            body(&got) == Some("x") && !got.contains("reactions"),
            "{got}"
        );
    }
}
