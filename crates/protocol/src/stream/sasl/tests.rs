//! Authentication, step by step.

use crate::stanza::ParseError;
use crate::stream::{Plain, Sasl, SaslCondition};
use crate::xml::{Framing, example};

/// Reads as expected and is written as exactly these bytes.
#[track_caller]
fn check(xml: &str, expected: &Sasl) {
    assert_eq!(Sasl::from_element(&example(xml)).as_ref(), Ok(expected));
    assert_eq!(expected.to_xml(Framing::WebSocket), xml);
}

#[test]
fn a_plain_login_of_the_official_sdk() {
    let xml = r#"<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">ADQ0NDg1MTQtMjEAYXdlc29tZXB3ZA==</auth>"#;
    let plain = Plain {
        authzid: String::new(),
        authcid: "4448514-21".to_owned(),
        password: "awesomepwd".to_owned(),
    };
    check(
        xml,
        &Sasl::Auth {
            mechanism: "PLAIN".to_owned(),
            initial: Some(plain.encode()),
        },
    );
    let Ok(Sasl::Auth {
        initial: Some(data),
        ..
    }) = Sasl::from_element(&example(xml))
    else {
        panic!("no data")
    };
    assert_eq!(Plain::decode(&data), Ok(plain));
}

#[test]
fn absent_data_is_told_from_empty_data() {
    check(
        r#"<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X"/>"#,
        &Sasl::Auth {
            mechanism: "X".to_owned(),
            initial: None,
        },
    );
    check(
        r#"<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X">=</auth>"#,
        &Sasl::Auth {
            mechanism: "X".to_owned(),
            initial: Some(Vec::new()),
        },
    );
}

#[test]
fn challenges_responses_and_success_carry_data() {
    check(
        r#"<challenge xmlns="urn:ietf:params:xml:ns:xmpp-sasl">cj1h</challenge>"#,
        &Sasl::Challenge(b"r=a".to_vec()),
    );
    check(
        r#"<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">cj1h</response>"#,
        &Sasl::Response(b"r=a".to_vec()),
    );
    check(
        r#"<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
        &Sasl::Response(Vec::new()),
    );
    check(
        r#"<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl">dj1h</success>"#,
        &Sasl::Success(Some(b"v=a".to_vec())),
    );
    check(
        r#"<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
        &Sasl::Success(None),
    );
    check(
        r#"<abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
        &Sasl::Abort,
    );
}

#[test]
fn a_refusal_of_the_live_service() {
    check(
        r#"<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/><text>Password not verified</text></failure>"#,
        &Sasl::Failure {
            condition: SaslCondition::NotAuthorized,
            text: Some("Password not verified".to_owned()),
        },
    );
}

#[test]
fn every_reason_is_read_by_the_name_it_is_written_with() {
    let conditions = [
        SaslCondition::Aborted,
        SaslCondition::AccountDisabled,
        SaslCondition::CredentialsExpired,
        SaslCondition::EncryptionRequired,
        SaslCondition::IncorrectEncoding,
        SaslCondition::InvalidAuthzid,
        SaslCondition::InvalidMechanism,
        SaslCondition::MalformedRequest,
        SaslCondition::MechanismTooWeak,
        SaslCondition::NotAuthorized,
        SaslCondition::TemporaryAuthFailure,
    ];
    for condition in conditions {
        let failure = Sasl::Failure {
            condition,
            text: None,
        };
        assert_eq!(Sasl::from_element(&failure.to_element()), Ok(failure));
    }
}

#[test]
fn an_unknown_reason_is_a_refusal_all_the_same() {
    let failure =
        example(r#"<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><bad-mood/></failure>"#);
    let expected = Sasl::Failure {
        condition: SaslCondition::NotAuthorized,
        text: None,
    };
    assert_eq!(Sasl::from_element(&failure), Ok(expected));
}

#[test]
fn broken_steps_are_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(Sasl::from_element(&example(xml)), Err(expected), "{xml}");
    };
    check("<auth mechanism='PLAIN'/>", ParseError::UnexpectedElement);
    check(
        r#"<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
        ParseError::MissingAttribute("mechanism"),
    );
    check(
        r#"<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">a b</auth>"#,
        ParseError::InvalidText,
    );
    check(
        r#"<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">%</response>"#,
        ParseError::InvalidText,
    );
    check(
        r#"<hello xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>"#,
        ParseError::UnexpectedElement,
    );
}

#[test]
fn plain_needs_exactly_three_parts_of_which_the_first_may_be_empty() {
    assert_eq!(Plain::decode(b"a@b\0c\0d").unwrap().authzid, "a@b");
    for data in [
        &b"c\0d"[..],
        b"\0c",
        b"\0\0d",
        b"\0c\0",
        b"\0c\0d\0e",
        b"\0c\0\xff",
        b"",
    ] {
        assert_eq!(
            Plain::decode(data),
            Err(ParseError::InvalidText),
            "{data:?}"
        );
    }
}

#[test]
fn debug_output_holds_no_secret() {
    let plain = Plain {
        authzid: String::new(),
        authcid: "4448514-21".to_owned(),
        password: "awesomepwd".to_owned(),
    };
    let steps = [
        Sasl::Auth {
            mechanism: "PLAIN".to_owned(),
            initial: Some(plain.encode()),
        },
        Sasl::Response(b"awesomepwd".to_vec()),
        Sasl::Challenge(b"awesomepwd".to_vec()),
        Sasl::Success(Some(b"awesomepwd".to_vec())),
    ];
    let shown = format!("{plain:?} {steps:?}");
    let as_bytes = format!("{:?}", b"awesomepwd");
    let as_bytes = as_bytes.trim_matches(['[', ']']);
    assert!(
        !shown.contains("awesomepwd") && !shown.contains(as_bytes),
        "{shown}"
    );
    assert!(shown.contains("4448514-21"), "{shown}");
}
