//! Requests and answers.

use crate::ext::rfc6120_bind::Bind;
use crate::ext::status_streaming::StatusSubscription;
use crate::ext::tigase_mobile::MobileSwitch;
use crate::ext::xep0012_last_activity::LastActivity;
use crate::ext::xep0016_privacy::PrivacyQuery;
use crate::ext::xep0030_disco_items::DiscoItems;
use crate::ext::xep0280_carbons::CarbonsSwitch;
use crate::jid::Jid;
use crate::stanza::{Condition, Iq, IqBody, IqPayload, ParseError, StanzaError};
use crate::xml::{Element, Framing, example};

fn read(xml: &str) -> Iq {
    Iq::from_element(example(xml)).unwrap()
}

fn jid(text: &str) -> Jid {
    text.parse().unwrap()
}

/// The IQ reads as expected and is written as exactly these bytes on a WebSocket.
#[track_caller]
fn check(xml: &str, expected: &Iq, written: &str) {
    assert_eq!(&read(xml), expected);
    assert_eq!(expected.to_xml(Framing::WebSocket), written);
    assert_eq!(&read(written), expected);
}

#[test]
fn binding_and_its_answer() {
    let request = Iq::set(
        "cntwh9no4r",
        IqPayload::Bind(Bind::Request { resource: None }),
    );
    check(
        r#"<iq type="set" id="cntwh9no4r" xmlns="jabber:client"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>"#,
        &request,
        r#"<iq xmlns="jabber:client" type="set" id="cntwh9no4r"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>"#,
    );
    let full = jid("4448514-21@localhost/1700000001-chat-4242");
    let mut answer = request.result(Some(IqPayload::Bind(Bind::Bound { jid: full.clone() })));
    answer.to = Some(full);
    check(
        r#"<iq type="result" id="cntwh9no4r" to="4448514-21@localhost/1700000001-chat-4242" xmlns="jabber:client"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>4448514-21@localhost/1700000001-chat-4242</jid></bind></iq>"#,
        &answer,
        r#"<iq xmlns="jabber:client" type="result" id="cntwh9no4r" to="4448514-21@localhost/1700000001-chat-4242"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>4448514-21@localhost/1700000001-chat-4242</jid></bind></iq>"#,
    );
}

#[test]
fn a_resource_can_be_wished_for() {
    check(
        r#"<iq type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>flutter_0123</resource></bind></iq>"#,
        &Iq::set(
            "b",
            IqPayload::Bind(Bind::Request {
                resource: Some("flutter_0123".to_owned()),
            }),
        ),
        r#"<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>flutter_0123</resource></bind></iq>"#,
    );
}

#[test]
fn establishing_a_session() {
    check(
        r#"<iq type="set" id="s"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>"#,
        &Iq::set("s", IqPayload::Session),
        r#"<iq xmlns="jabber:client" type="set" id="s"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>"#,
    );
}

#[test]
fn enabling_and_disabling_carbons() {
    let mut request = Iq::set(
        "f9ae33f8:enableCarbons",
        IqPayload::Carbons(CarbonsSwitch::Enable),
    );
    request.from = Some(jid("4448514-21@localhost/1700000001-chat-4242"));
    check(
        r#"<iq type="set" from="4448514-21@localhost/1700000001-chat-4242" id="f9ae33f8:enableCarbons" xmlns="jabber:client"><enable xmlns="urn:xmpp:carbons:2"/></iq>"#,
        &request,
        r#"<iq xmlns="jabber:client" type="set" id="f9ae33f8:enableCarbons" from="4448514-21@localhost/1700000001-chat-4242"><enable xmlns="urn:xmpp:carbons:2"/></iq>"#,
    );
    check(
        r#"<iq type="set" id="d"><disable xmlns="urn:xmpp:carbons:2"/></iq>"#,
        &Iq::set("d", IqPayload::Carbons(CarbonsSwitch::Disable)),
        r#"<iq xmlns="jabber:client" type="set" id="d"><disable xmlns="urn:xmpp:carbons:2"/></iq>"#,
    );
}

#[test]
fn ping_and_pong() {
    let mut ping = Iq::get("a1:ping", IqPayload::Ping);
    ping.to = Some(jid("localhost"));
    check(
        r#"<iq id="a1:ping" type="get" to="localhost" xmlns="jabber:client"><ping xmlns="urn:xmpp:ping"/></iq>"#,
        &ping,
        r#"<iq xmlns="jabber:client" type="get" id="a1:ping" to="localhost"><ping xmlns="urn:xmpp:ping"/></iq>"#,
    );
    assert_eq!(
        ping.result(None).to_xml(Framing::Tcp),
        r#"<iq type="result" id="a1:ping" from="localhost"/>"#
    );
}

#[test]
fn an_error_answer_names_the_reason_and_may_echo_the_request() {
    let request = read(r#"<iq type="get" id="x" from="a@b/c" to="b"><query xmlns="urn:q"/></iq>"#);
    let answer = request.error(StanzaError::new(Condition::ServiceUnavailable));
    let written = r#"<iq xmlns="jabber:client" type="error" id="x" from="b" to="a@b/c"><error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>"#;
    check(written, &answer, written);
    let echoed = r#"<iq type="error" id="x"><query xmlns="urn:q"/><error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>"#;
    let IqBody::Error { request, .. } = read(echoed).body else {
        panic!("not an error")
    };
    assert_eq!(request, Some(Element::new("query", "urn:q")));
    assert_eq!(read(echoed).to_xml(Framing::Tcp), echoed);
}

#[test]
fn unknown_payloads_are_kept() {
    let xml = r#"<iq type="set" id="m" to="b"><mood xmlns="urn:moods" fine="true"/></iq>"#;
    let iq = read(xml);
    assert!(matches!(&iq.body, IqBody::Set(IqPayload::Other(element)) if element.name() == "mood"));
    assert_eq!(iq.to_xml(Framing::Tcp), xml);
    let result = read(r#"<iq type="result" id="m"><list xmlns="urn:xmpp:ping"/></iq>"#);
    assert!(
        matches!(result.body, IqBody::Result(Some(IqPayload::Other(_)))),
        "another element of a known namespace"
    );
}

#[test]
fn known_payloads_that_break_their_rules_are_kept_as_they_came() {
    for payload in [
        r#"<query xmlns="jabber:iq:last" seconds="soon"/>"#,
        r#"<query xmlns="jabber:iq:privacy"><list name="l"><item order="1"/></list></query>"#,
        r#"<info xmlns="http://jabber.org/protocol/disco#items"/>"#,
        r#"<subscribe xmlns="https://connectycube.com/protocol/status_streaming"/>"#,
        r#"<mobile xmlns="http://tigase.org/protocol/mobile#v2"/>"#,
    ] {
        let xml = format!(r#"<iq type="set" id="k">{payload}</iq>"#);
        let iq = read(&xml);
        assert!(matches!(iq.body, IqBody::Set(IqPayload::Other(_))), "{xml}");
        assert_eq!(iq.to_xml(Framing::Tcp), xml);
    }
}

#[test]
fn what_the_official_sdk_asks_about_people_is_understood() {
    let payload = |xml: &str| match read(xml).body {
        IqBody::Get(payload) | IqBody::Set(payload) => payload,
        IqBody::Result(_) | IqBody::Error { .. } => panic!("no request: {xml}"),
    };
    assert_eq!(
        payload(
            r#"<iq type="get" from="1-21@localhost/r" to="123234-21@localhost" id="a:lastActivity" xmlns="jabber:client"><query xmlns="jabber:iq:last"/></iq>"#
        ),
        IqPayload::LastActivity(LastActivity::Query)
    );
    assert_eq!(
        payload(
            r#"<iq id="a:statusStreaming" type="set" xmlns="jabber:client"><subscribe xmlns="https://connectycube.com/protocol/status_streaming" user_jid="123234-21@localhost" enable="true"/></iq>"#
        ),
        IqPayload::StatusSubscription(StatusSubscription {
            user: jid("123234-21@localhost"),
            enable: true,
        })
    );
    assert_eq!(
        payload(
            r#"<iq id="f61c651f:markActive" type="set" xmlns="jabber:client"><mobile xmlns="http://tigase.org/protocol/mobile#v2" enable="true"/></iq>"#
        ),
        IqPayload::Mobile(MobileSwitch::Inactive)
    );
    assert_eq!(
        payload(
            r#"<iq type="set" from="1-21@localhost/r" id="a:default" xmlns="jabber:client"><query xmlns="jabber:iq:privacy"><default name="myList"/></query></iq>"#
        ),
        IqPayload::Privacy(PrivacyQuery::set_default(Some("myList".to_owned())))
    );
    assert_eq!(
        payload(
            r#"<iq type="get" to="21_5356c64ab35c12bd3b108a41@muc.localhost" from="1-21@localhost/r" id="a:muc_disco_items" xmlns="jabber:client"><query xmlns="http://jabber.org/protocol/disco#items"/></iq>"#
        ),
        IqPayload::DiscoItems(DiscoItems::query())
    );
}

#[test]
fn a_push_of_last_activity_is_written_as_an_answer_from_the_person() {
    let push = Iq {
        from: Some(jid("123234-21@localhost")),
        to: Some(jid("1-21@localhost/r")),
        ..Iq::get("p1", IqPayload::Ping)
            .result(Some(IqPayload::LastActivity(LastActivity::seconds_ago(0))))
    };
    let written = r#"<iq xmlns="jabber:client" type="result" id="p1" from="123234-21@localhost" to="1-21@localhost/r"><query xmlns="jabber:iq:last" seconds="0"/></iq>"#;
    check(written, &push, written);
}

#[test]
fn only_requests_ask_for_an_answer() {
    assert!(Iq::get("a", IqPayload::Ping).is_request());
    assert!(!Iq::get("a", IqPayload::Ping).result(None).is_request());
    assert!(
        !Iq::get("a", IqPayload::Ping)
            .error(StanzaError::new(Condition::Conflict))
            .is_request()
    );
}

#[test]
fn what_is_no_iq_is_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(Iq::from_element(example(xml)), Err(expected), "{xml}");
    };
    check("<message/>", ParseError::UnexpectedElement);
    check(
        "<iq type='get'><a/></iq>",
        ParseError::MissingAttribute("id"),
    );
    check("<iq id=''/>", ParseError::MissingAttribute("id"));
    check("<iq id='a'/>", ParseError::MissingAttribute("type"));
    check(
        "<iq id='a' type='ask'/>",
        ParseError::InvalidAttribute("type"),
    );
    check(
        "<iq id='a' type='get'/>",
        ParseError::MissingChild("payload"),
    );
    check(
        "<iq id='a' type='set'><a/><b/></iq>",
        ParseError::MissingChild("payload"),
    );
    check(
        "<iq id='a' type='result' from='/'/>",
        ParseError::InvalidAttribute("from"),
    );
}
