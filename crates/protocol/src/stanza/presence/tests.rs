//! Presences.

use crate::stanza::{Condition, ParseError, Presence, PresenceKind};
use crate::xml::{Framing, example};

fn read(xml: &str) -> Presence {
    Presence::from_element(example(xml)).unwrap()
}

#[test]
fn the_initial_presence_is_empty() {
    assert_eq!(
        read(r#"<presence xmlns="jabber:client"/>"#),
        Presence::default()
    );
    assert_eq!(
        Presence::new(PresenceKind::Available).to_xml(Framing::WebSocket),
        r#"<presence xmlns="jabber:client"/>"#
    );
    assert_eq!(
        Presence::new(PresenceKind::Unavailable).to_xml(Framing::Tcp),
        r#"<presence type="unavailable"/>"#
    );
}

#[test]
fn joining_a_room_keeps_its_payload() {
    let presence = read(
        r#"<presence id="995ec507:join" from="100-21@localhost/res" to="21_5356c64ab35c12bd3b108a41@muc.localhost/4448514" xmlns="jabber:client"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>"#,
    );
    assert_eq!(
        presence
            .to
            .as_ref()
            .unwrap()
            .occupant_user_id()
            .unwrap()
            .get(),
        4_448_514
    );
    assert_eq!(
        presence.to_xml(Framing::WebSocket),
        r#"<presence xmlns="jabber:client" id="995ec507:join" from="100-21@localhost/res" to="21_5356c64ab35c12bd3b108a41@muc.localhost/4448514"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>"#
    );
}

#[test]
fn all_types_come_back_as_they_went() {
    for kind in [
        "unavailable",
        "probe",
        "subscribe",
        "subscribed",
        "unsubscribe",
        "unsubscribed",
    ] {
        let xml = format!(r#"<presence type="{kind}" to="a@b"/>"#);
        assert_eq!(read(&xml).to_xml(Framing::Tcp), xml);
    }
}

#[test]
fn an_error_has_a_reason_even_when_none_is_given() {
    let presence = read(r#"<presence type="error"/>"#);
    assert_eq!(
        presence.error.unwrap().condition,
        Condition::UndefinedCondition
    );
    let xml = r#"<presence type="error" id="j"><x xmlns="http://jabber.org/protocol/muc"/><error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></presence>"#;
    assert_eq!(read(xml).to_xml(Framing::Tcp), xml);
}

#[test]
fn what_is_no_presence_is_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(Presence::from_element(example(xml)), Err(expected), "{xml}");
    };
    check("<message/>", ParseError::UnexpectedElement);
    check(
        r#"<presence type="asleep"/>"#,
        ParseError::InvalidAttribute("type"),
    );
    check(r#"<presence to="a@"/>"#, ParseError::InvalidAttribute("to"));
}
