//! Messages as the official SDK and the live service write them.

use crate::ext::extra_params::{ExtraEntry, ExtraParams, ExtraValue};
use crate::ext::message_delete::Remove;
use crate::ext::reactions::ReactionChange;
use crate::ext::xep0085_chat_states::ChatState;
use crate::ext::xep0203_delay::Delay;
use crate::ext::xep0280_carbons::{Carbon, CarbonDirection};
use crate::ext::xep0308_correction::Replace;
use crate::ext::xep0333_markers::{Marker, MarkerKind};
use crate::ids::UserId;
use crate::jid::Jid;
use crate::stanza::{Condition, Message, MessageKind, ParseError, StanzaError};
use crate::timestamp::UnixMillis;
use crate::xml::{Framing, example};

const TEXT: &str = r#"<message from="4448514-21@localhost/1700000001-chat-4242" to="78-21@localhost" type="chat" id="6b03030b76f1960a4c000000" xmlns="jabber:client"><body>How are &lt;you&gt; &amp; "today"?</body><extraParams xmlns="jabber:client"><save_to_history>1</save_to_history><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#;

fn read(xml: &str) -> Message {
    Message::from_element(example(xml)).unwrap()
}

fn jid(text: &str) -> Jid {
    text.parse().unwrap()
}

/// The message reads as expected and is written as exactly these bytes on a WebSocket, which
/// read as the same message again.
#[track_caller]
fn check(xml: &str, expected: &Message, written: &str) {
    assert_eq!(&read(xml), expected);
    assert_eq!(expected.to_xml(Framing::WebSocket), written);
    assert_eq!(&read(written), expected);
}

fn dialog_params() -> ExtraParams {
    ExtraParams::new().with("dialog_id", "5356c64ab35c12bd3b108a41")
}

#[test]
fn a_text_to_a_person() {
    let expected = Message {
        id: Some("6b03030b76f1960a4c000000".to_owned()),
        from: Some(jid("4448514-21@localhost/1700000001-chat-4242")),
        body: Some("How are <you> & \"today\"?".to_owned()),
        extra: Some(
            ExtraParams::new()
                .with("save_to_history", "1")
                .with("dialog_id", "5356c64ab35c12bd3b108a41"),
        ),
        ..Message::new(MessageKind::Chat, jid("78-21@localhost"))
    };
    check(
        TEXT,
        &expected,
        r#"<message xmlns="jabber:client" type="chat" id="6b03030b76f1960a4c000000" from="4448514-21@localhost/1700000001-chat-4242" to="78-21@localhost"><body>How are &lt;you&gt; &amp; "today"?</body><extraParams><save_to_history>1</save_to_history><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
    let extra = expected.extra.unwrap();
    assert!(extra.save_to_history());
    assert_eq!(
        extra.dialog_id().unwrap().to_string(),
        "5356c64ab35c12bd3b108a41"
    );
}

#[test]
fn the_same_text_on_tcp_carries_no_namespace() {
    let written = read(TEXT).to_xml(Framing::Tcp);
    assert!(
        written.starts_with(r#"<message type="chat" id="6b03"#),
        "{written}"
    );
    assert!(!written.contains("xmlns"), "{written}");
}

#[test]
fn a_text_to_a_room() {
    check(
        r#"<message from="4448514-21@localhost/1700000001-chat-4242" to="21_5356c64ab35c12bd3b108a41@muc.localhost" type="groupchat" id="6b03030b76f1960a4d000000" xmlns="jabber:client"><body>Hi all</body><extraParams xmlns="jabber:client"><save_to_history>1</save_to_history><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
        &Message {
            id: Some("6b03030b76f1960a4d000000".to_owned()),
            from: Some(jid("4448514-21@localhost/1700000001-chat-4242")),
            body: Some("Hi all".to_owned()),
            extra: Some(
                ExtraParams::new()
                    .with("save_to_history", "1")
                    .with("dialog_id", "5356c64ab35c12bd3b108a41"),
            ),
            ..Message::new(
                MessageKind::Groupchat,
                jid("21_5356c64ab35c12bd3b108a41@muc.localhost"),
            )
        },
        r#"<message xmlns="jabber:client" type="groupchat" id="6b03030b76f1960a4d000000" from="4448514-21@localhost/1700000001-chat-4242" to="21_5356c64ab35c12bd3b108a41@muc.localhost"><body>Hi all</body><extraParams><save_to_history>1</save_to_history><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
}

#[test]
fn a_message_as_the_live_service_delivers_it() {
    let xml = r#"<message xmlns="jabber:client" to="78-21@chat.connectycube.com" id="61f7de000000000000000001" type="chat" from="100-21@chat.connectycube.com/flutter_0123456789abcdef"><body>test</body><extraParams xmlns="jabber:client"><date_sent>1643634366</date_sent><save_to_history>1</save_to_history><dialog_id>61dec1000000000000000002</dialog_id><message_id>61f7de000000000000000001</message_id></extraParams><markable xmlns="urn:xmpp:chat-markers:0"/></message>"#;
    let message = read(xml);
    assert!(message.markable);
    let extra = message.extra.as_ref().unwrap();
    assert_eq!(
        extra.date_sent(),
        Some(UnixMillis::from_seconds(1_643_634_366))
    );
    assert_eq!(
        extra.message_id().unwrap().to_string(),
        "61f7de000000000000000001"
    );
    assert_eq!(
        message.to_xml(Framing::Tcp),
        r#"<message type="chat" id="61f7de000000000000000001" from="100-21@chat.connectycube.com/flutter_0123456789abcdef" to="78-21@chat.connectycube.com"><body>test</body><extraParams><date_sent>1643634366</date_sent><save_to_history>1</save_to_history><dialog_id>61dec1000000000000000002</dialog_id><message_id>61f7de000000000000000001</message_id></extraParams><markable xmlns="urn:xmpp:chat-markers:0"/></message>"#
    );
}

#[test]
fn delivered_and_read() {
    check(
        r#"<message type="chat" from="100-21@localhost/res" id="6b03030c9f829e5f9c000000" to="21-21@localhost" xmlns="jabber:client"><received xmlns="urn:xmpp:chat-markers:0" id="557f1f22bcf86cd784439022"/><extraParams xmlns="jabber:client"><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
        &Message {
            id: Some("6b03030c9f829e5f9c000000".to_owned()),
            from: Some(jid("100-21@localhost/res")),
            marker: Some(Marker {
                kind: MarkerKind::Received,
                id: "557f1f22bcf86cd784439022".to_owned(),
            }),
            extra: Some(dialog_params()),
            ..Message::new(MessageKind::Chat, jid("21-21@localhost"))
        },
        r#"<message xmlns="jabber:client" type="chat" id="6b03030c9f829e5f9c000000" from="100-21@localhost/res" to="21-21@localhost"><received xmlns="urn:xmpp:chat-markers:0" id="557f1f22bcf86cd784439022"/><extraParams><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
    let displayed = read(
        r#"<message type="chat" from="100-21@localhost/res" to="21-21@localhost" id="6b03030c9f829e5f9d000000" xmlns="jabber:client"><displayed xmlns="urn:xmpp:chat-markers:0" id="557f1f22bcf86cd784439022"/><extraParams xmlns="jabber:client"><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
    assert_eq!(displayed.marker.unwrap().kind, MarkerKind::Displayed);
}

#[test]
fn typing() {
    check(
        r#"<message from="100-21@localhost/res" to="78-21@localhost" type="chat" xmlns="jabber:client"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>"#,
        &Message {
            from: Some(jid("100-21@localhost/res")),
            chat_state: Some(ChatState::Composing),
            ..Message::new(MessageKind::Chat, jid("78-21@localhost"))
        },
        r#"<message xmlns="jabber:client" type="chat" from="100-21@localhost/res" to="78-21@localhost"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>"#,
    );
    check(
        r#"<message from="100-21@localhost/res" to="21_5356c64ab35c12bd3b108a41@muc.localhost" type="groupchat" xmlns="jabber:client"><paused xmlns="http://jabber.org/protocol/chatstates"/></message>"#,
        &Message {
            from: Some(jid("100-21@localhost/res")),
            chat_state: Some(ChatState::Paused),
            ..Message::new(
                MessageKind::Groupchat,
                jid("21_5356c64ab35c12bd3b108a41@muc.localhost"),
            )
        },
        r#"<message xmlns="jabber:client" type="groupchat" from="100-21@localhost/res" to="21_5356c64ab35c12bd3b108a41@muc.localhost"><paused xmlns="http://jabber.org/protocol/chatstates"/></message>"#,
    );
}

#[test]
fn an_edit() {
    check(
        r#"<message from="100-21@localhost/res" to="123-21@localhost" type="chat" id="6b03030b9377a3117a000000" xmlns="jabber:client"><body>corrected</body><replace xmlns="urn:xmpp:message-correct:0" id="58e6a9c8a1834a3ea6001f15" last="false"/><extraParams xmlns="jabber:client"><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
        &Message {
            id: Some("6b03030b9377a3117a000000".to_owned()),
            from: Some(jid("100-21@localhost/res")),
            body: Some("corrected".to_owned()),
            replace: Some(Replace {
                id: "58e6a9c8a1834a3ea6001f15".to_owned(),
                last: Some(false),
            }),
            extra: Some(dialog_params()),
            ..Message::new(MessageKind::Chat, jid("123-21@localhost"))
        },
        r#"<message xmlns="jabber:client" type="chat" id="6b03030b9377a3117a000000" from="100-21@localhost/res" to="123-21@localhost"><body>corrected</body><replace xmlns="urn:xmpp:message-correct:0" id="58e6a9c8a1834a3ea6001f15" last="false"/><extraParams><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
}

#[test]
fn a_deletion_for_everyone() {
    check(
        r#"<message from="100-21@localhost/res" to="123-21@localhost" type="chat" id="6b03030b9377a3117b000000" xmlns="jabber:client"><remove xmlns="urn:xmpp:message-delete:0" id="58e6a9c8a1834a3ea6001f15"/><extraParams xmlns="jabber:client"><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
        &Message {
            id: Some("6b03030b9377a3117b000000".to_owned()),
            from: Some(jid("100-21@localhost/res")),
            remove: Some(Remove {
                id: "58e6a9c8a1834a3ea6001f15".to_owned(),
            }),
            extra: Some(dialog_params()),
            ..Message::new(MessageKind::Chat, jid("123-21@localhost"))
        },
        r#"<message xmlns="jabber:client" type="chat" id="6b03030b9377a3117b000000" from="100-21@localhost/res" to="123-21@localhost"><remove xmlns="urn:xmpp:message-delete:0" id="58e6a9c8a1834a3ea6001f15"/><extraParams><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams></message>"#,
    );
}

#[test]
fn a_sent_carbon_wraps_the_message() {
    let inner = Message {
        id: Some("b5".to_owned()),
        from: Some(jid("100-21@localhost/other")),
        body: Some("from my phone".to_owned()),
        extra: Some(ExtraParams::new().with("dialog_id", "5356")),
        ..Message::new(MessageKind::Chat, jid("78-21@localhost"))
    };
    check(
        r#"<message xmlns="jabber:client" from="100-21@localhost" to="100-21@localhost/res1" type="chat"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="100-21@localhost/other" to="78-21@localhost" type="chat" id="b5"><body>from my phone</body><extraParams xmlns="jabber:client"><dialog_id>5356</dialog_id></extraParams></message></forwarded></sent></message>"#,
        &Message {
            from: Some(jid("100-21@localhost")),
            carbon: Some(Carbon {
                direction: CarbonDirection::Sent,
                delay: None,
                message: Box::new(inner),
            }),
            ..Message::new(MessageKind::Chat, jid("100-21@localhost/res1"))
        },
        r#"<message xmlns="jabber:client" type="chat" from="100-21@localhost" to="100-21@localhost/res1"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" type="chat" id="b5" from="100-21@localhost/other" to="78-21@localhost"><body>from my phone</body><extraParams><dialog_id>5356</dialog_id></extraParams></message></forwarded></sent></message>"#,
    );
}

#[test]
fn an_error_as_the_live_service_sends_it() {
    let error = StanzaError::new(Condition::ServiceUnavailable).with_text("Service not available.");
    check(
        r#"<message xmlns="jabber:client" from="78-21@localhost" to="100-21@localhost/res" type="error" id="m77"><body>x</body><error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">Service not available.</text></error></message>"#,
        &Message {
            id: Some("m77".to_owned()),
            from: Some(jid("78-21@localhost")),
            body: Some("x".to_owned()),
            error: Some(error),
            ..Message::new(MessageKind::Error, jid("100-21@localhost/res"))
        },
        r#"<message xmlns="jabber:client" type="error" id="m77" from="78-21@localhost" to="100-21@localhost/res"><body>x</body><error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">Service not available.</text></error></message>"#,
    );
}

#[test]
fn a_delayed_message() {
    let message = read(
        r#"<message xmlns="jabber:client" type="chat" from="78-21@localhost/a"><body>late</body><delay xmlns="urn:xmpp:delay" from="localhost" stamp="2018-12-06T12:04:48Z">Offline Storage</delay></message>"#,
    );
    let expected = Delay {
        from: Some(jid("localhost")),
        stamp: UnixMillis(1_544_097_888_000),
        reason: Some("Offline Storage".to_owned()),
    };
    assert_eq!(message.delay, Some(expected));
    assert_eq!(
        message.to_xml(Framing::Tcp),
        r#"<message type="chat" from="78-21@localhost/a"><body>late</body><delay xmlns="urn:xmpp:delay" from="localhost" stamp="2018-12-06T12:04:48Z">Offline Storage</delay></message>"#
    );
}

#[test]
fn unknown_children_are_relayed_with_their_namespaces() {
    let message = read(
        r#"<message xmlns="jabber:client" xmlns:k="urn:k" type="chat" xml:lang="de"><k:a b="1"><c>x</c></k:a><tip for="89209"><coin add="true" type="👍"/></tip><body>x</body><body xml:lang="fr">y</body></message>"#,
    );
    assert_eq!(message.lang.as_deref(), Some("de"));
    assert_eq!(
        message.to_xml(Framing::Tcp),
        r#"<message type="chat" xml:lang="de"><body>x</body><a xmlns="urn:k" b="1"><c xmlns="jabber:client">x</c></a><tip for="89209"><coin add="true" type="👍"/></tip><body xml:lang="fr">y</body></message>"#
    );
}

#[test]
fn an_extension_that_breaks_its_rules_does_not_lose_the_message() {
    let message = read(
        r#"<message xmlns="jabber:client"><body>x</body><received xmlns="urn:xmpp:chat-markers:0"/><replace xmlns="urn:xmpp:message-correct:0"/><remove xmlns="urn:xmpp:message-delete:0" id=""/><delay xmlns="urn:xmpp:delay" stamp="soon"/><sent xmlns="urn:xmpp:carbons:2"/><private xmlns="urn:xmpp:carbons:2"/></message>"#,
    );
    assert_eq!(
        (message.body.as_deref(), message.other.len()),
        (Some("x"), 6)
    );
    assert_eq!(
        (message.marker, message.replace, message.remove),
        (None, None, None)
    );
    assert_eq!((message.delay, message.carbon), (None, None));
}

#[test]
fn an_unknown_type_is_a_normal_message() {
    for xml in [
        r#"<message type="poem"/>"#,
        r#"<message type="normal"/>"#,
        "<message/>",
    ] {
        let message = read(xml);
        assert_eq!(message.kind, MessageKind::Normal, "{xml}");
        assert_eq!(message.to_xml(Framing::Tcp), "<message/>");
    }
}

#[test]
fn what_is_no_message_is_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(Message::from_element(example(xml)), Err(expected), "{xml}");
    };
    check("<presence/>", ParseError::UnexpectedElement);
    check(r#"<message xmlns="urn:x"/>"#, ParseError::UnexpectedElement);
    check(
        r#"<message to="a@b@c"/>"#,
        ParseError::InvalidAttribute("to"),
    );
    check(
        r#"<message from="@"/>"#,
        ParseError::InvalidAttribute("from"),
    );
    assert_eq!(
        ParseError::InvalidAttribute("to").condition(),
        Condition::JidMalformed
    );
    assert_eq!(
        ParseError::MissingAttribute("id").condition(),
        Condition::BadRequest
    );
}

#[test]
fn an_empty_address_counts_as_none() {
    assert_eq!(read(r#"<message to="" from=""/>"#), Message::default());
}

#[test]
fn control_characters_are_stripped_before_a_message_is_relayed() {
    let message = read(
        "<message type=\"chat\"><body>a\u{1}b</body><extraParams><k>c\u{8}d</k></extraParams></message>",
    );
    assert_eq!(
        message.to_xml(Framing::Tcp),
        r#"<message type="chat"><body>ab</body><extraParams><k>cd</k></extraParams></message>"#
    );
    let own = Message {
        body: Some("a\u{1}b".to_owned()),
        ..Message::default()
    };
    assert_eq!(
        own.to_xml(Framing::Tcp),
        "<message><body>ab</body></message>"
    );
}

#[test]
fn an_array_of_the_official_sdk_passes_as_numbered_children() {
    let message =
        read("<message><extraParams><list><0>p</0><1>q</1></list></extraParams></message>");
    let extra = message.extra.as_ref().unwrap();
    let Some(ExtraValue::Nested(items)) = extra.value("list") else {
        panic!("{extra:?}")
    };
    assert_eq!(
        items.iter().map(ExtraEntry::name).collect::<Vec<_>>(),
        [Some("0"), Some("1")]
    );
    assert_eq!(
        message.to_xml(Framing::Tcp),
        "<message><extraParams><list><0>p</0><1>q</1></list></extraParams></message>"
    );
}

#[test]
fn an_error_reply_echoes_the_payload_and_swaps_the_addresses() {
    let reply = read(TEXT)
        .error_reply(StanzaError::new(Condition::Forbidden))
        .unwrap();
    assert_eq!(
        reply.to_xml(Framing::Tcp),
        r#"<message type="error" id="6b03030b76f1960a4c000000" from="78-21@localhost" to="4448514-21@localhost/1700000001-chat-4242"><body>How are &lt;you&gt; &amp; "today"?</body><extraParams><save_to_history>1</save_to_history><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams><error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>"#
    );
    assert_eq!(
        reply.error_reply(StanzaError::new(Condition::Forbidden)),
        None,
        "errors are never answered"
    );
}

#[test]
fn a_change_of_reactions() {
    check(
        r#"<message type="chat" xmlns="jabber:client" to="100-21@localhost" id="6b03030b9377a3117c000000" from="78-21@localhost/r"><extraParams xmlns="jabber:client"><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams><reactions user_id="89209" message_id="5c094687e588ce59fff87425"><reaction add="true" type="👍"/><reaction remove="true" type="👎"/></reactions></message>"#,
        &Message {
            id: Some("6b03030b9377a3117c000000".to_owned()),
            from: Some(jid("78-21@localhost/r")),
            extra: Some(dialog_params()),
            reactions: Some(ReactionChange {
                user: UserId::new(89209).unwrap(),
                message: "5c094687e588ce59fff87425".to_owned(),
                added: vec!["👍".to_owned()],
                removed: vec!["👎".to_owned()],
            }),
            ..Message::new(MessageKind::Chat, jid("100-21@localhost"))
        },
        r#"<message xmlns="jabber:client" type="chat" id="6b03030b9377a3117c000000" from="78-21@localhost/r" to="100-21@localhost"><extraParams><dialog_id>5356c64ab35c12bd3b108a41</dialog_id></extraParams><reactions user_id="89209" message_id="5c094687e588ce59fff87425"><reaction add="true" type="👍"/><reaction remove="true" type="👎"/></reactions></message>"#,
    );
}
