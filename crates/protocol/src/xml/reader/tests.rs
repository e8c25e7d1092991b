//! Rules of reading a TCP stream.

use crate::ns;
use crate::xml::{Element, Framing, Limits, StreamEvent, StreamReader, XmlError};

const HEADER: &str = "<?xml version='1.0'?><stream:stream version=\"1.0\" xmlns=\"jabber:client\" \
                      xmlns:stream=\"http://etherx.jabber.org/streams\" to=\"localhost\">";

fn reader() -> StreamReader {
    StreamReader::new(Limits::default())
}

/// All events up to the first pause, or the error.
fn drain(reader: &mut StreamReader) -> Result<Vec<StreamEvent>, XmlError> {
    let mut events = Vec::new();
    while let Some(event) = reader.next_event()? {
        events.push(event);
    }
    Ok(events)
}

/// A reader that is past the header.
fn opened() -> StreamReader {
    let mut reader = reader();
    reader.push(HEADER.as_bytes());
    assert_eq!(drain(&mut reader).unwrap().len(), 1);
    reader
}

fn after_header(bytes: &str) -> Result<Vec<StreamEvent>, XmlError> {
    let mut reader = opened();
    reader.push(bytes.as_bytes());
    drain(&mut reader)
}

#[test]
fn a_stream_is_header_stanzas_and_end() {
    let mut reader = reader();
    reader.push(HEADER.as_bytes());
    reader.push(b"<presence/>\n<message to='a@b'><body>&lt;x></body></message></stream:stream>");
    let events = drain(&mut reader).unwrap();
    let [
        StreamEvent::Open(header),
        StreamEvent::Stanza(presence),
        StreamEvent::Stanza(message),
        StreamEvent::Close,
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert!(header.is("stream", ns::STREAM));
    assert_eq!(header.attr("to"), Some("localhost"));
    assert!(presence.is("presence", ns::CLIENT));
    assert_eq!(
        message
            .child("body", ns::CLIENT)
            .map(Element::text)
            .as_deref(),
        Some("<x>")
    );
}

#[test]
fn stanzas_inherit_the_prefixes_of_the_header() {
    let events = after_header(
        "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
    )
    .unwrap();
    let [StreamEvent::Stanza(error)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert!(error.is("error", ns::STREAM));
}

#[test]
fn nothing_comes_of_half_a_stanza() {
    let mut reader = opened();
    reader.push(b"<message><body>x</bo");
    assert_eq!(reader.next_event(), Ok(None));
    assert!(reader.has_pending_bytes());
    reader.push(b"dy></message>");
    assert!(matches!(
        reader.next_event(),
        Ok(Some(StreamEvent::Stanza(_)))
    ));
    assert!(!reader.has_pending_bytes());
}

#[test]
fn white_space_between_stanzas_costs_nothing() {
    let mut reader = StreamReader::new(Limits {
        max_stanza_bytes: 200,
        ..Limits::default()
    });
    reader.push(HEADER.as_bytes());
    drain(&mut reader).unwrap();
    for _ in 0..1000 {
        reader.push(b" \r\n\t");
        assert_eq!(reader.next_event(), Ok(None));
        assert!(!reader.has_pending_bytes());
    }
}

#[test]
fn markup_within_quotes_and_cdata_does_not_end_a_stanza() {
    let events = after_header("<a k='</a>' l=\"/>\"><![CDATA[</a>]]]]></a><b/>").unwrap();
    let [StreamEvent::Stanza(a), StreamEvent::Stanza(b)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(
        (a.attr("k"), a.text().as_str(), b.name()),
        (Some("</a>"), "</a>]]", "b")
    );
}

#[test]
fn ill_formed_streams_end_with_a_typed_error() {
    let check = |bytes: &str, expected: fn(&XmlError) -> bool| {
        let error = after_header(bytes).unwrap_err();
        assert!(expected(&error), "{bytes}: {error:?}");
    };
    check("<a></b>", |e| matches!(e, XmlError::IllFormed(_)));
    check("<a b></a>", |e| matches!(e, XmlError::IllFormed(_)));
    check("<a <b/>", |e| matches!(e, XmlError::IllFormed(_)));
    check("< a/>", |e| matches!(e, XmlError::IllFormed(_)));
    check("<>", |e| matches!(e, XmlError::IllFormed(_)));
    check("</stream>", |e| matches!(e, XmlError::IllFormed(_)));
    check("<p:a/>", |e| matches!(e, XmlError::UnboundPrefix));
    check("<a>&e;</a>", |e| matches!(e, XmlError::UnknownEntity));
    check("hello", |e| matches!(e, XmlError::StrayText));
    check("<![CDATA[x]]>", |e| matches!(e, XmlError::StrayText));
    check("<!-- c -->", |e| matches!(e, XmlError::Restricted));
    check("<a><!DOCTYPE", |e| matches!(e, XmlError::Restricted));
    check("<?xml version='1.0'?>", |e| {
        matches!(e, XmlError::Restricted)
    });
    check("<a><?pi ?></a>", |e| matches!(e, XmlError::Restricted));
}

#[test]
fn a_stream_must_begin_with_its_header() {
    let first = |bytes: &str| {
        let mut reader = reader();
        reader.push(bytes.as_bytes());
        drain(&mut reader)
    };
    assert!(matches!(
        first("<stream:stream/>"),
        Err(XmlError::IllFormed(_))
    ));
    assert!(matches!(
        first("</stream:stream>"),
        Err(XmlError::IllFormed(_))
    ));
    assert!(matches!(
        first("<stream:stream>"),
        Err(XmlError::UnboundPrefix)
    ));
    assert!(matches!(first("<?php ?>"), Err(XmlError::Restricted)));
    assert!(matches!(
        first("GET / HTTP/1.1\r\n"),
        Err(XmlError::StrayText)
    ));
    assert!(matches!(
        first("\u{16}\u{3}\u{1}"),
        Err(XmlError::StrayText)
    ));
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_of_their_own() {
    let mut reader = opened();
    reader.push(b"<a>\xff</a>");
    assert_eq!(reader.next_event(), Err(XmlError::NotUtf8));
}

#[test]
fn after_an_error_nothing_more_is_read() {
    let mut reader = opened();
    reader.push(b"<a></b>");
    let error = reader.next_event().unwrap_err();
    reader.push(b"<presence/>");
    assert_eq!(reader.next_event(), Err(error));
}

#[test]
fn after_the_end_nothing_more_is_read() {
    let mut reader = opened();
    reader.push(b"</stream:stream>");
    assert_eq!(reader.next_event(), Ok(Some(StreamEvent::Close)));
    reader.push(b"garbage");
    assert_eq!(reader.next_event(), Ok(None));
}

#[test]
fn a_stanza_that_grows_too_large_is_refused_before_it_ends() {
    let mut reader = StreamReader::new(Limits {
        max_stanza_bytes: 200,
        ..Limits::default()
    });
    reader.push(HEADER.as_bytes());
    drain(&mut reader).unwrap();
    reader.push(format!("<a>{}</a>", "x".repeat(193)).as_bytes());
    assert!(
        matches!(reader.next_event(), Ok(Some(StreamEvent::Stanza(_)))),
        "200 bytes are allowed"
    );
    reader.push(format!("<a>{}", "x".repeat(198)).as_bytes());
    assert_eq!(reader.next_event(), Err(XmlError::TooLarge));
}

#[test]
fn a_restart_expects_a_header_and_keeps_what_came_after() {
    let mut reader = opened();
    reader.push(b"<auth/>");
    reader.push(HEADER.as_bytes());
    assert!(matches!(
        reader.next_event(),
        Ok(Some(StreamEvent::Stanza(_)))
    ));
    assert!(reader.has_pending_bytes());
    reader.restart();
    assert!(matches!(
        reader.next_event(),
        Ok(Some(StreamEvent::Open(_)))
    ));
    reader.push(b"<presence/>");
    assert!(matches!(
        reader.next_event(),
        Ok(Some(StreamEvent::Stanza(_)))
    ));
}

#[test]
fn a_large_stanza_in_single_bytes_is_not_scanned_again_and_again() {
    // With a rescan per byte this would take 30 billion steps and not end within the day.
    let body = "x&amp;".repeat(40_000);
    let stanza = format!("<message><body>{body}</body></message>");
    let mut reader = opened();
    let mut events = Vec::new();
    for byte in stanza.bytes() {
        reader.push(&[byte]);
        events.extend(reader.next_event().unwrap());
    }
    let [StreamEvent::Stanza(message)] = events.as_slice() else {
        panic!("{} events", events.len())
    };
    assert_eq!(
        message.child("body", ns::CLIENT).unwrap().text().len(),
        80_000
    );
}

#[test]
fn many_stanzas_in_one_push_come_one_by_one() {
    let mut reader = opened();
    let stanza = Element::new("message", ns::CLIENT)
        .with_text("x")
        .to_xml(Framing::Tcp);
    reader.push(stanza.repeat(5000).as_bytes());
    assert_eq!(drain(&mut reader).unwrap().len(), 5000);
    assert!(!reader.has_pending_bytes());
}
