//! The exchanges of the official SDK, byte for byte where the server speaks.

use crate::support::{PASSWORD, World};

#[tokio::test]
async fn connecting_as_the_official_sdk_does() {
    let world = World::start().await;
    let user = world.user("alice").await;
    let mut client = world.websocket().await;

    client.send("<open version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" to=\"localhost\"/>").await;
    let open = client.next().await;
    assert!(
        open.starts_with(
            "<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" from=\"localhost\" id=\""
        ),
        "{open}"
    );
    assert!(
        open.ends_with("\" version=\"1.0\" xml:lang=\"en\"/>"),
        "{open}"
    );
    client
        .expect(
            "<stream:features xmlns:stream=\"http://etherx.jabber.org/streams\">\
             <mechanisms xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"><mechanism>PLAIN</mechanism></mechanisms>\
             </stream:features>",
        )
        .await;
    let success = client
        .authenticate("", &format!("{user}-21"), PASSWORD)
        .await;
    assert_eq!(
        success,
        "<success xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\"/>"
    );
    assert_eq!(
        client.open().await,
        "<stream:features xmlns:stream=\"http://etherx.jabber.org/streams\"><sm xmlns=\"urn:xmpp:sm:3\"/>\
         <mobile xmlns=\"http://tigase.org/protocol/mobile#v2\"/><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/>\
         <session xmlns=\"urn:ietf:params:xml:ns:xmpp-session\"/></stream:features>"
    );
    client
        .send("<iq type=\"set\" id=\"cntwh9no4r\" xmlns=\"jabber:client\"><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/></iq>")
        .await;
    let bound = client.next().await;
    let jid = bound
        .split_once("<jid>")
        .unwrap()
        .1
        .split_once("</jid>")
        .unwrap()
        .0;
    assert_eq!(
        bound,
        format!(
            "<iq xmlns=\"jabber:client\" type=\"result\" id=\"cntwh9no4r\" to=\"{jid}\">\
             <bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"><jid>{jid}</jid></bind></iq>"
        )
    );
    assert!(jid.starts_with(&format!("{user}-21@localhost/")), "{jid}");
    assert!(jid.split('/').nth(1).unwrap().len() >= 32, "{jid}");

    client.send("<enable xmlns=\"urn:xmpp:sm:3\"/>").await;
    client.expect("<enabled xmlns=\"urn:xmpp:sm:3\"/>").await;
    client
        .send(&format!(
            "<iq type=\"set\" from=\"{jid}\" id=\"f9ae33f8:enableCarbons\" xmlns=\"jabber:client\">\
             <enable xmlns=\"urn:xmpp:carbons:2\"/></iq>"
        ))
        .await;
    client
        .expect(&format!("<iq xmlns=\"jabber:client\" type=\"result\" id=\"f9ae33f8:enableCarbons\" to=\"{jid}\"/>"))
        .await;
    client.expect("<r xmlns=\"urn:xmpp:sm:3\"/>").await;
    client.send("<a xmlns=\"urn:xmpp:sm:3\" h=\"1\"/>").await;
    client.send("<presence xmlns=\"jabber:client\"/>").await;
    client
        .expect(&format!(
            "<presence xmlns=\"jabber:client\" from=\"{jid}\" to=\"{jid}\"/>"
        ))
        .await;
    client.expect("<r xmlns=\"urn:xmpp:sm:3\"/>").await;
    client.send("<r xmlns=\"urn:xmpp:sm:3\"/>").await;
    client.expect("<a xmlns=\"urn:xmpp:sm:3\" h=\"2\"/>").await;

    client
        .send("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    client.expect("<a xmlns=\"urn:xmpp:sm:3\" h=\"2\"/>").await;
    client
        .expect("<close xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\"/>")
        .await;
    assert_eq!(client.next_or_end().await, None);
}

#[tokio::test]
async fn a_message_between_two_people() {
    let world = World::start().await;
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (mut a, mut b) = (world.online(alice).await, world.online(bob).await);
    a.send(&format!(
        "<message from=\"{from}\" to=\"{bob}-21@localhost\" type=\"chat\" id=\"6b03030b76f1960a4c000000\" \
         xmlns=\"jabber:client\"><body>How are &lt;you&gt; &amp; \"today\"?</body><extraParams xmlns=\"jabber:client\">\
         <date_sent>1643634366</date_sent><save_to_history>1</save_to_history><answer>42</answer></extraParams>\
         <markable xmlns=\"urn:xmpp:chat-markers:0\"/></message>",
        from = a.jid,
    ))
    .await;
    let got = b.next().await;
    let dialog = got
        .split_once("<dialog_id>")
        .unwrap()
        .1
        .split_once("</dialog_id>")
        .unwrap()
        .0;
    assert_eq!(
        got,
        format!(
            "<message xmlns=\"jabber:client\" type=\"chat\" id=\"6b03030b76f1960a4c000000\" from=\"{from}\" \
             to=\"{bob}-21@localhost\"><body>How are &lt;you&gt; &amp; \"today\"?</body><extraParams>\
             <date_sent>1643634366</date_sent><save_to_history>1</save_to_history><answer>42</answer>\
             <dialog_id>{dialog}</dialog_id><message_id>6b03030b76f1960a4c000000</message_id></extraParams>\
             <markable xmlns=\"urn:xmpp:chat-markers:0\"/></message>",
            from = a.jid,
        )
    );

    b.send(&format!(
        "<message type=\"chat\" from=\"{from}\" id=\"6b03030c9f829e5f9c000000\" to=\"{alice}-21@localhost\" \
         xmlns=\"jabber:client\"><received xmlns=\"urn:xmpp:chat-markers:0\" id=\"6b03030b76f1960a4c000000\"/>\
         <extraParams xmlns=\"jabber:client\"><dialog_id>{dialog}</dialog_id></extraParams></message>",
        from = b.jid,
    ))
    .await;
    a.expect(&format!(
        "<message xmlns=\"jabber:client\" type=\"chat\" id=\"6b03030c9f829e5f9c000000\" from=\"{from}\" \
         to=\"{alice}-21@localhost\"><received xmlns=\"urn:xmpp:chat-markers:0\" id=\"6b03030b76f1960a4c000000\"/>\
         <extraParams><dialog_id>{dialog}</dialog_id></extraParams></message>",
        from = b.jid,
    ))
    .await;

    b.send(&format!(
        "<message from=\"{from}\" to=\"{alice}-21@localhost\" type=\"chat\" xmlns=\"jabber:client\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>",
        from = b.jid,
    ))
    .await;
    a.expect(&format!(
        "<message xmlns=\"jabber:client\" type=\"chat\" from=\"{from}\" to=\"{alice}-21@localhost\">\
         <composing xmlns=\"http://jabber.org/protocol/chatstates\"/></message>",
        from = b.jid,
    ))
    .await;

    let history = world.history(alice, dialog.parse().unwrap()).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].message.body, "How are <you> & \"today\"?");
    assert_eq!(
        history[0].message.id.to_string(),
        "6b03030b76f1960a4c000000"
    );
    assert_eq!(history[0].message.date_sent, 1_643_634_366);
    assert_eq!(
        serde_json::Value::Object(history[0].message.extra.clone()),
        serde_json::json!({ "answer": "42" })
    );
    assert_eq!(history[0].delivered, [alice, bob]);
}

#[tokio::test]
async fn the_requests_of_the_official_sdk_are_answered() {
    let world = World::start().await;
    let alice = world.user("alice").await;
    let dialog = world.group(alice, &[]).await;
    let mut client = world.online(alice).await;
    let jid = client.jid.clone();
    let result = |id: &str, from: &str| {
        format!("<iq xmlns=\"jabber:client\" type=\"result\" id=\"{id}\"{from} to=\"{jid}\"/>")
    };
    let requests = [
        (
            "<iq id=\"1:ping\" type=\"get\" to=\"localhost\" xmlns=\"jabber:client\"><ping xmlns=\"urn:xmpp:ping\"/></iq>",
            result("1:ping", " from=\"localhost\""),
        ),
        (
            "<iq id=\"2:markActive\" type=\"set\" xmlns=\"jabber:client\"><mobile xmlns=\"http://tigase.org/protocol/mobile#v2\" enable=\"true\"/></iq>",
            result("2:markActive", ""),
        ),
        (
            &format!(
                "<iq id=\"3:statusStreaming\" type=\"set\" xmlns=\"jabber:client\"><subscribe xmlns=\"https://connectycube.com/protocol/status_streaming\" user_jid=\"{alice}-21@localhost\" enable=\"true\"/></iq>"
            ),
            result("3:statusStreaming", ""),
        ),
        (
            "<iq id=\"4\" type=\"set\" xmlns=\"jabber:client\"><session xmlns=\"urn:ietf:params:xml:ns:xmpp-session\"/></iq>",
            result("4", ""),
        ),
    ];
    for (request, answer) in requests {
        client.send(request).await;
        client.expect(&answer).await;
    }
    let questions = [
        (
            format!(
                "<iq type=\"get\" from=\"{jid}\" to=\"{alice}-21@localhost\" id=\"5:lastActivity\" xmlns=\"jabber:client\"><query xmlns=\"jabber:iq:last\"/></iq>"
            ),
            "<query xmlns=\"jabber:iq:last\" seconds=\"0\"/>",
        ),
        (
            format!(
                "<iq type=\"get\" to=\"21_{dialog}@muc.localhost\" from=\"{jid}\" id=\"6:muc_disco_items\" xmlns=\"jabber:client\"><query xmlns=\"http://jabber.org/protocol/disco#items\"/></iq>"
            ),
            "<query xmlns=\"http://jabber.org/protocol/disco#items\"/>",
        ),
        (
            format!(
                "<iq type=\"get\" from=\"{jid}\" id=\"7:getNames\" xmlns=\"jabber:client\"><query xmlns=\"jabber:iq:privacy\"/></iq>"
            ),
            "<query xmlns=\"jabber:iq:privacy\"/>",
        ),
    ];
    for (question, payload) in questions {
        client.send(&question).await;
        let answer = client.next().await;
        assert!(
            answer.contains("type=\"result\"") && answer.contains(payload),
            "{answer}"
        );
    }
    let unavailable =
        ["<iq type=\"set\" id=\"u\" xmlns=\"jabber:client\"><unheard xmlns=\"of\"/></iq>"];
    for request in unavailable {
        client.send(request).await;
        let answer = client.next().await;
        assert!(
            answer.starts_with("<iq xmlns=\"jabber:client\" type=\"error\" id=\"u"),
            "{answer}"
        );
        assert!(
            answer.contains("<error code=\"503\" type=\"cancel\"><service-unavailable"),
            "{answer}"
        );
        assert!(
            answer.contains(">Service not available.</text>"),
            "{answer}"
        );
    }
    // Answers are never answered.
    client
        .send("<iq type=\"result\" id=\"x\" xmlns=\"jabber:client\"/>")
        .await;
    client
        .send("<iq type=\"error\" id=\"x\" xmlns=\"jabber:client\"><error type=\"cancel\"/></iq>")
        .await;
    assert_eq!(client.settle().await, Vec::<String>::new());
}
