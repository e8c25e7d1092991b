//! Messages between two people.

use crate::support::{World, body, chat};

#[tokio::test]
async fn every_device_of_the_recipient_gets_it_and_other_own_devices_a_carbon() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut phone, mut laptop) = (world.online(alice).await, world.online(alice).await);
    let (mut one, mut two) = (world.online(bob).await, world.online(bob).await);
    phone.say(bob, "m1", "hi").await;
    let (first, second) = (one.next().await, two.next().await);
    assert_eq!(first, second);
    assert!(
        first.contains(&format!("from=\"{}\" to=\"{bob}-21@localhost\"", phone.jid)),
        "{first}"
    );

    let carbon = laptop.next().await;
    assert_eq!(
        carbon,
        format!(
            "<message xmlns=\"jabber:client\" to=\"{to}\" type=\"chat\" from=\"{alice}-21@localhost\">\
             <sent xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\">{first}</forwarded></sent></message>",
            to = laptop.jid
        )
    );
    // Neither an echo to the sending device, nor ever a `received` carbon.
    assert_eq!(phone.settle().await, Vec::<String>::new());
    assert_eq!(one.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_device_without_carbons_gets_none() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut phone = world.online(alice).await;
    let mut old = world.bound(alice).await;
    old.send("<presence xmlns=\"jabber:client\"/>").await;
    old.next().await;
    phone.say(bob, "m1", "hi").await;
    phone.settle().await;
    assert_eq!(old.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_order_of_a_sender_is_kept() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    for n in 0..300 {
        a.say(bob, &format!("m{n}"), &n.to_string()).await;
    }
    for n in 0..300 {
        assert_eq!(body(&b.next().await), Some(n.to_string().as_str()));
    }
}

#[tokio::test]
async fn many_messages_share_a_commit_and_are_acknowledged_in_order() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let mut a = world.bound(alice).await;
    a.enable(false).await;
    a.say(bob, "first", "makes the dialog").await;
    assert_eq!(a.count().await, 1);
    let before = world.state.commits();
    let mut sent = String::new();
    for n in 0..200 {
        sent.push_str(&chat(bob, &format!("m{n}"), "x"));
    }
    a.send(&sent).await;
    assert_eq!(a.count().await, 201);
    let commits = world.state.commits() - before;
    assert!(commits < 100, "200 messages took {commits} commits");
}

#[tokio::test]
async fn a_repeated_stanza_is_acknowledged_but_neither_stored_nor_delivered_again() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.bound(alice).await, world.online(bob).await);
    a.enable(false).await;
    for (id, extra) in [
        (
            "6b03030b76f1960a4c000000",
            "<save_to_history>1</save_to_history>",
        ),
        ("live", ""),
    ] {
        for _ in 0..2 {
            a.send(&format!(
                "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"{id}\" xmlns=\"jabber:client\"><body>{id}</body>\
                 <extraParams>{extra}</extraParams></message>"
            ))
            .await;
        }
    }
    assert_eq!(a.count().await, 4);
    assert_eq!(body(&b.next().await), Some("6b03030b76f1960a4c000000"));
    assert_eq!(body(&b.next().await), Some("live"));
    assert_eq!(b.settle().await, Vec::<String>::new());
    let dialog = world.state.private_dialog(alice, bob).await.unwrap().id;
    assert_eq!(world.history(alice, dialog).await.len(), 1);
}

#[tokio::test]
async fn the_same_id_from_two_people_is_two_messages() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.say(bob, "6b03030b76f1960a4c000000", "from alice").await;
    assert_eq!(body(&b.next().await), Some("from alice"));
    b.say(alice, "6b03030b76f1960a4c000000", "from bob").await;
    let got = a.next().await;
    assert!(got.contains("id=\"6b03030b76f1960a4c000000\""), "{got}");
    assert!(
        !got.contains("<message_id>6b03030b76f1960a4c000000"),
        "{got}"
    );
}

#[tokio::test]
async fn what_cannot_be_delivered_comes_back_with_its_id_and_payload() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let mut a = world.online(alice).await;
    let own = format!("{alice}-21@localhost");
    let cases = [
        (
            "987654-21@localhost",
            "chat",
            "404",
            "cancel",
            "item-not-found",
        ),
        (
            "78-22@localhost",
            "chat",
            "503",
            "cancel",
            "service-unavailable",
        ),
        (
            "somebody@example.org",
            "chat",
            "404",
            "cancel",
            "remote-server-not-found",
        ),
        ("localhost", "chat", "503", "cancel", "service-unavailable"),
        (own.as_str(), "chat", "405", "cancel", "not-allowed"),
        (own.as_str(), "groupchat", "400", "modify", "bad-request"),
        (
            "21_5356c64ab35c12bd3b108a41@muc.localhost",
            "groupchat",
            "404",
            "cancel",
            "item-not-found",
        ),
        (
            "21_5356c64ab35c12bd3b108a41@muc.localhost",
            "chat",
            "400",
            "modify",
            "bad-request",
        ),
    ];
    for (to, kind, code, class, condition) in cases {
        a.send(&format!(
            "<message to=\"{to}\" type=\"{kind}\" id=\"m77\" xmlns=\"jabber:client\"><body>x</body>\
             <extraParams xmlns=\"jabber:client\"><k>v</k></extraParams></message>"
        ))
        .await;
        let answer = a.next().await;
        let start = format!(
            "<message xmlns=\"jabber:client\" type=\"error\" id=\"m77\" from=\"{to}\" to=\"{jid}\"><body>x</body>\
             <extraParams><k>v</k></extraParams><error code=\"{code}\" type=\"{class}\">\
             <{condition} xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\"/>\
             <text xmlns=\"urn:ietf:params:xml:ns:xmpp-stanzas\" xml:lang=\"en\">",
            jid = a.jid
        );
        assert!(answer.starts_with(&start), "{to}: {answer}");
    }
    a.send("<message id=\"nowhere\" xmlns=\"jabber:client\"><body>x</body></message>")
        .await;
    let answer = a.next().await;
    assert!(
        answer.contains("id=\"nowhere\"") && answer.contains("<bad-request"),
        "{answer}"
    );
    a.send("<message id=\"odd\" to=\"@\" xmlns=\"jabber:client\"><body>x</body></message>")
        .await;
    let answer = a.next().await;
    assert!(
        answer.contains("id=\"odd\"") && answer.contains("<jid-malformed"),
        "{answer}"
    );
    // Errors are never answered.
    a.send("<message type=\"error\" id=\"e\" to=\"987654-21@localhost\" xmlns=\"jabber:client\"/>")
        .await;
    assert_eq!(a.settle().await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_can_speak_for_another_or_forge_what_only_a_server_says() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.send(&format!(
        "<message from=\"1-21@localhost/x\" to=\"{bob}-21@localhost\" type=\"chat\" id=\"m\" xmlns=\"jabber:client\">\
         <body>x</body><delay xmlns=\"urn:xmpp:delay\" stamp=\"2020-01-01T00:00:00Z\"/>\
         <sent xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\">\
         <message xmlns=\"jabber:client\"><body>y</body></message></forwarded></sent></message>"
    ))
    .await;
    let got = b.next().await;
    assert!(got.contains(&format!("from=\"{}\"", a.jid)), "{got}");
    assert!(!got.contains("delay") && !got.contains("carbons"), "{got}");
}

#[tokio::test]
async fn control_characters_never_reach_another_client() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.say(bob, "m", "a\u{1}b&#x2;c").await;
    assert_eq!(body(&b.next().await), Some("abc"));
}

#[tokio::test]
async fn unknown_children_pass_through_untouched() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let child = "<destroy xmlns=\"urn:xmpp:message-destroy-after:0\" after=\"5\"><x>1</x><x>2</x></destroy>";
    a.send(&format!(
        "<message to=\"{bob}-21@localhost\" type=\"chat\" id=\"m\" xmlns=\"jabber:client\"><body>x</body>{child}\
         <extraParams><list><0>p</0><1>q</1></list><empty/></extraParams></message>"
    ))
    .await;
    let got = b.next().await;
    assert!(got.contains(child), "{got}");
    assert!(
        got.contains("<list><0>p</0><1>q</1></list><empty/>"),
        "{got}"
    );
}

#[tokio::test]
async fn system_messages_go_to_those_who_are_there() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    let system = |to| {
        format!(
            "<message type=\"headline\" id=\"h\" to=\"{to}-21@localhost\" xmlns=\"jabber:client\"><body>dialog/NEW_DIALOG</body>\
             <extraParams xmlns=\"jabber:client\"><moduleIdentifier>SystemNotifications</moduleIdentifier></extraParams></message>"
        )
    };
    a.send(&system(bob)).await;
    let got = b.next().await;
    assert!(
        got.contains("type=\"headline\"") && got.contains("moduleIdentifier"),
        "{got}"
    );
    let absent = world.user("absent").await;
    a.send(&system(absent)).await;
    assert_eq!(a.settle().await, Vec::<String>::new());
    world.nothing_waits_for(absent).await;
    let mut late = world.online(absent).await;
    assert_eq!(late.settle().await, Vec::<String>::new());
}
