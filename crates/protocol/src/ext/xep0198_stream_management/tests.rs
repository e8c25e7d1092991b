//! Stream management, element by element.

use crate::ext::xep0198_stream_management::StreamManagement;
use crate::stanza::{Condition, ParseError};
use crate::xml::{Framing, example};

/// Reads as expected and is written as exactly these bytes.
#[track_caller]
fn check(xml: &str, expected: &StreamManagement) {
    assert_eq!(
        StreamManagement::from_element(&example(xml)).as_ref(),
        Ok(expected)
    );
    assert_eq!(expected.to_element().to_xml(Framing::WebSocket), xml);
}

#[test]
fn enabling() {
    check(
        r#"<enable xmlns="urn:xmpp:sm:3"/>"#,
        &StreamManagement::Enable {
            resume: false,
            max: None,
        },
    );
    check(
        r#"<enable xmlns="urn:xmpp:sm:3" resume="true" max="300"/>"#,
        &StreamManagement::Enable {
            resume: true,
            max: Some(300),
        },
    );
    check(
        r#"<enabled xmlns="urn:xmpp:sm:3" id="f00d" resume="true" max="60" location="localhost"/>"#,
        &StreamManagement::Enabled {
            id: Some("f00d".to_owned()),
            resume: true,
            max: Some(60),
            location: Some("localhost".to_owned()),
        },
    );
    check(
        r#"<enabled xmlns="urn:xmpp:sm:3"/>"#,
        &StreamManagement::Enabled {
            id: None,
            resume: false,
            max: None,
            location: None,
        },
    );
}

#[test]
fn resuming() {
    check(
        r#"<resume xmlns="urn:xmpp:sm:3" h="7" previd="f00d"/>"#,
        &StreamManagement::Resume {
            h: 7,
            previd: "f00d".to_owned(),
        },
    );
    check(
        r#"<resumed xmlns="urn:xmpp:sm:3" h="4294967295" previd="f00d"/>"#,
        &StreamManagement::Resumed {
            h: u32::MAX,
            previd: "f00d".to_owned(),
        },
    );
    check(
        r#"<failed xmlns="urn:xmpp:sm:3" h="9"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></failed>"#,
        &StreamManagement::Failed {
            h: Some(9),
            condition: Some(Condition::ItemNotFound),
        },
    );
    check(
        r#"<failed xmlns="urn:xmpp:sm:3"/>"#,
        &StreamManagement::Failed {
            h: None,
            condition: None,
        },
    );
}

#[test]
fn acknowledging() {
    check(r#"<r xmlns="urn:xmpp:sm:3"/>"#, &StreamManagement::Request);
    check(
        r#"<a xmlns="urn:xmpp:sm:3" h="3"/>"#,
        &StreamManagement::Ack { h: 3 },
    );
}

#[test]
fn the_short_form_of_true_is_read() {
    let read =
        StreamManagement::from_element(&example(r#"<enable xmlns="urn:xmpp:sm:3" resume="1"/>"#));
    assert_eq!(
        read,
        Ok(StreamManagement::Enable {
            resume: true,
            max: None
        })
    );
}

#[test]
fn broken_elements_are_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(
            StreamManagement::from_element(&example(xml)),
            Err(expected),
            "{xml}"
        );
    };
    check("<r/>", ParseError::UnexpectedElement);
    check(
        r#"<x xmlns="urn:xmpp:sm:3"/>"#,
        ParseError::UnexpectedElement,
    );
    check(
        r#"<a xmlns="urn:xmpp:sm:3"/>"#,
        ParseError::MissingAttribute("h"),
    );
    check(
        r#"<a xmlns="urn:xmpp:sm:3" h="-1"/>"#,
        ParseError::InvalidAttribute("h"),
    );
    check(
        r#"<a xmlns="urn:xmpp:sm:3" h="4294967296"/>"#,
        ParseError::InvalidAttribute("h"),
    );
    check(
        r#"<resume xmlns="urn:xmpp:sm:3" h="1"/>"#,
        ParseError::MissingAttribute("previd"),
    );
    check(
        r#"<resumed xmlns="urn:xmpp:sm:3" previd="a"/>"#,
        ParseError::MissingAttribute("h"),
    );
    check(
        r#"<enable xmlns="urn:xmpp:sm:3" resume="yes"/>"#,
        ParseError::InvalidAttribute("resume"),
    );
}
