//! Errors within stanzas.

use crate::stanza::{Condition, ErrorKind, StanzaError, error_reply_to};
use crate::xml::{Framing, example};

fn read(xml: &str) -> StanzaError {
    StanzaError::from_element(&example(xml))
}

#[test]
fn an_error_reads_and_writes_kind_condition_code_and_text() {
    let xml = r#"<error code="401" type="auth"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">You must authenticate</text></error>"#;
    let error = StanzaError::new(Condition::NotAuthorized).with_text("You must authenticate");
    assert_eq!(read(xml), error);
    assert_eq!(error.to_element().to_xml(Framing::Tcp), xml);
}

#[test]
fn what_is_missing_follows_from_the_rest() {
    let bare = read("<error/>");
    assert_eq!(
        (bare.condition, bare.kind, bare.code, bare.text),
        (Condition::UndefinedCondition, ErrorKind::Cancel, None, None)
    );
    let odd = read(
        r#"<error code="x" type="maybe"><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>"#,
    );
    assert_eq!(
        (odd.condition, odd.kind, odd.code),
        (Condition::Forbidden, ErrorKind::Auth, None)
    );
    let foreign = read(r#"<error type="wait"><forbidden xmlns="urn:x"/></error>"#);
    assert_eq!(
        (foreign.condition, foreign.kind),
        (Condition::UndefinedCondition, ErrorKind::Wait)
    );
}

#[test]
fn every_condition_is_read_by_the_name_it_is_written_with() {
    let conditions = [
        Condition::BadRequest,
        Condition::Conflict,
        Condition::FeatureNotImplemented,
        Condition::Forbidden,
        Condition::Gone,
        Condition::InternalServerError,
        Condition::ItemNotFound,
        Condition::JidMalformed,
        Condition::NotAcceptable,
        Condition::NotAllowed,
        Condition::NotAuthorized,
        Condition::PolicyViolation,
        Condition::RecipientUnavailable,
        Condition::Redirect,
        Condition::RegistrationRequired,
        Condition::RemoteServerNotFound,
        Condition::RemoteServerTimeout,
        Condition::ResourceConstraint,
        Condition::ServiceUnavailable,
        Condition::SubscriptionRequired,
        Condition::UndefinedCondition,
        Condition::UnexpectedRequest,
    ];
    for condition in conditions {
        let error = StanzaError::new(condition);
        assert_eq!(StanzaError::from_element(&error.to_element()), error);
    }
}

#[test]
fn a_stanza_that_cannot_be_read_is_answered_by_its_start_tag() {
    let error = StanzaError::new(Condition::BadRequest);
    let reply = error_reply_to(
        &example(r#"<iq type="get" id="q" to="localhost"/>"#),
        &error,
    )
    .unwrap();
    assert_eq!(
        reply.to_xml(Framing::WebSocket),
        r#"<iq xmlns="jabber:client" type="error" id="q" from="localhost"><error code="400" type="modify"><bad-request xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>"#
    );
}

#[test]
fn answers_and_other_elements_are_never_answered() {
    let error = StanzaError::new(Condition::BadRequest);
    for xml in [
        r#"<message type="error"/>"#,
        r#"<iq type="result" id="a"/>"#,
        r#"<r xmlns="urn:xmpp:sm:3"/>"#,
        "<poem/>",
    ] {
        assert_eq!(error_reply_to(&example(xml), &error), None, "{xml}");
    }
}
