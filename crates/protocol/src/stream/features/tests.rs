//! Features, as servers list them.

use crate::stanza::ParseError;
use crate::stream::Features;
use crate::stream::features::{SessionOffer, StartTlsOffer};
use crate::xml::{Element, Framing, example};

/// Reads as expected and is written as exactly these bytes.
#[track_caller]
fn check(xml: &str, expected: &Features) {
    assert_eq!(Features::from_element(example(xml)).as_ref(), Ok(expected));
    assert_eq!(expected.to_xml(Framing::WebSocket), xml);
}

#[test]
fn before_authentication() {
    check(
        r#"<stream:features xmlns:stream="http://etherx.jabber.org/streams"><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms></stream:features>"#,
        &Features {
            mechanisms: vec!["PLAIN".to_owned()],
            ..Features::default()
        },
    );
}

#[test]
fn after_authentication() {
    check(
        r#"<stream:features xmlns:stream="http://etherx.jabber.org/streams"><sm xmlns="urn:xmpp:sm:3"/><mobile xmlns="http://tigase.org/protocol/mobile#v2"/><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></stream:features>"#,
        &Features {
            bind: true,
            session: Some(SessionOffer::Required),
            stream_management: true,
            other: vec![Element::new("mobile", crate::ns::MOBILE)],
            ..Features::default()
        },
    );
}

#[test]
fn on_plain_tcp() {
    let features = Features {
        starttls: Some(StartTlsOffer::Required),
        ..Features::default()
    };
    check(
        r#"<stream:features xmlns:stream="http://etherx.jabber.org/streams"><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"><required/></starttls></stream:features>"#,
        &features,
    );
    assert_eq!(
        Features {
            starttls: Some(StartTlsOffer::Optional),
            ..Features::default()
        }
        .to_xml(Framing::Tcp),
        r#"<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/></stream:features>"#
    );
}

#[test]
fn an_optional_session_is_told_from_a_required_one() {
    let features = example(
        r#"<features xmlns="http://etherx.jabber.org/streams"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/></session></features>"#,
    );
    let features = Features::from_element(features).unwrap();
    assert_eq!(features.session, Some(SessionOffer::Optional));
    assert!(features.to_xml(Framing::Tcp).contains("<optional/>"));
}

#[test]
fn other_elements_are_rejected() {
    assert_eq!(
        Features::from_element(example("<features/>")),
        Err(ParseError::UnexpectedElement)
    );
}
