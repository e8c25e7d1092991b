//! Beginning and end of streams, on both transports.

use crate::stanza::ParseError;
use crate::stream::{StreamClose, StreamOpen};
use crate::xml::{Framing, Limits, StreamEvent, StreamReader, example};

fn client() -> StreamOpen {
    StreamOpen::to_server("localhost".parse().unwrap())
}

fn server() -> StreamOpen {
    StreamOpen::from_server("localhost".parse().unwrap(), "s1")
}

#[test]
fn the_official_sdks_open_is_read() {
    let xml = r#"<open version="1.0" xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost"/>"#;
    assert_eq!(StreamOpen::from_element(&example(xml)), Ok(client()));
}

#[test]
fn websocket_opens_are_written() {
    let answer = r#"<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="localhost" id="s1" version="1.0" xml:lang="en"/>"#;
    assert_eq!(server().to_xml(Framing::WebSocket), answer);
    assert_eq!(StreamOpen::from_element(&example(answer)), Ok(server()));
    assert_eq!(
        client().to_xml(Framing::WebSocket),
        r#"<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>"#
    );
}

#[test]
fn tcp_headers_are_written_and_read_back() {
    let xml = client().to_xml(Framing::Tcp);
    assert_eq!(
        xml,
        r#"<?xml version='1.0'?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">"#
    );
    let mut reader = StreamReader::new(Limits::default());
    reader.push(xml.as_bytes());
    let Ok(Some(StreamEvent::Open(header))) = reader.next_event() else {
        panic!("no header")
    };
    assert_eq!(StreamOpen::from_element(&header), Ok(client()));
    reader.push(StreamClose::default().to_xml(Framing::Tcp).as_bytes());
    assert_eq!(reader.next_event(), Ok(Some(StreamEvent::Close)));
}

#[test]
fn closes_are_read_and_written() {
    let xml = r#"<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>"#;
    assert_eq!(
        StreamClose::from_element(&example(xml)),
        Ok(StreamClose::default())
    );
    assert_eq!(StreamClose::default().to_xml(Framing::WebSocket), xml);
    let moved = r#"<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" see-other-uri="wss://other.example"/>"#;
    let close = StreamClose {
        see_other_uri: Some("wss://other.example".to_owned()),
    };
    assert_eq!(
        StreamClose::from_element(&example(moved)).as_ref(),
        Ok(&close)
    );
    assert_eq!(close.to_xml(Framing::WebSocket), moved);
}

#[test]
fn other_elements_and_impossible_hosts_are_rejected() {
    let check = |xml: &str, expected: ParseError| {
        assert_eq!(
            StreamOpen::from_element(&example(xml)),
            Err(expected),
            "{xml}"
        );
    };
    check("<open/>", ParseError::UnexpectedElement);
    check("<stream/>", ParseError::UnexpectedElement);
    check(
        r#"<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="a b"/>"#,
        ParseError::InvalidAttribute("to"),
    );
    assert_eq!(
        StreamClose::from_element(&example("<close/>")),
        Err(ParseError::UnexpectedElement)
    );
}
