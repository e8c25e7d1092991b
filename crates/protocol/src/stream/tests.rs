//! Top-level elements by what they are for.

use crate::stanza::{ParseError, Stanza};
use crate::stream::StreamElement;
use crate::xml::example;

#[test]
fn every_kind_is_recognised() {
    let kind = |xml: &str| StreamElement::from_element(example(xml)).unwrap();
    assert!(matches!(
        kind(r#"<open xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>"#),
        StreamElement::Open(_)
    ));
    assert!(matches!(
        kind(r#"<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>"#),
        StreamElement::Close(_)
    ));
    assert!(matches!(
        kind(r#"<features xmlns="http://etherx.jabber.org/streams"/>"#),
        StreamElement::Features(_)
    ));
    assert!(matches!(
        kind(r#"<error xmlns="http://etherx.jabber.org/streams"/>"#),
        StreamElement::Error(_)
    ));
    assert!(matches!(
        kind(r#"<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>"#),
        StreamElement::StartTls(_)
    ));
    assert!(matches!(
        kind(r#"<abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#),
        StreamElement::Sasl(_)
    ));
    assert!(matches!(
        kind(r#"<r xmlns="urn:xmpp:sm:3"/>"#),
        StreamElement::StreamManagement(_)
    ));
    assert!(matches!(
        kind("<message/>"),
        StreamElement::Stanza(Stanza::Message(_))
    ));
    assert!(matches!(
        kind("<presence/>"),
        StreamElement::Stanza(Stanza::Presence(_))
    ));
    assert!(matches!(
        kind(r#"<iq type="result" id="a"/>"#),
        StreamElement::Stanza(Stanza::Iq(_))
    ));
    assert!(matches!(
        kind(r#"<poem xmlns="urn:x"/>"#),
        StreamElement::Unknown(_)
    ));
    assert!(matches!(
        kind(r#"<message xmlns="urn:x"/>"#),
        StreamElement::Unknown(_)
    ));
}

#[test]
fn a_known_kind_that_breaks_its_rules_is_an_error() {
    let error = |xml: &str| StreamElement::from_element(example(xml)).unwrap_err();
    assert_eq!(error("<iq/>"), ParseError::MissingAttribute("id"));
    assert_eq!(
        error(r#"<a xmlns="urn:xmpp:sm:3"/>"#),
        ParseError::MissingAttribute("h")
    );
    assert_eq!(
        error(r#"<hello xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#),
        ParseError::UnexpectedElement
    );
}
