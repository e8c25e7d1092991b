//! What holds for any element, any bytes and any cut.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::{Index, select};
use proptest::{prop_assert, prop_assert_eq};

use crate::ns;
use crate::xml::{
    Element, Framing, Limits, Node, StreamEvent, StreamReader, XmlError, read_frame, strip_illegal,
};

const HEADER: &str =
    "<stream:stream xmlns=\"jabber:client\" xmlns:stream=\"http://etherx.jabber.org/streams\">";

fn namespace() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        ns::CLIENT,
        ns::STREAM,
        ns::CARBONS,
        "urn:a&b<\"'",
        "x y",
    ])
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_à-ö][a-zA-Z0-9_.à-ö-]{0,6}"
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<>&'\"\\]\r\n\t x]{0,8}",
        Just("]]>".to_owned()),
    ]
}

fn attribute() -> impl Strategy<Value = (String, &'static str, String)> {
    (
        name(),
        prop_oneof![3 => Just(""), 1 => Just(ns::XML), 1 => Just("urn:p"), 1 => Just(ns::STREAM)],
        text(),
    )
}

fn leaf() -> impl Strategy<Value = Element> {
    (name(), namespace(), vec(attribute(), 0..4)).prop_map(|(name, ns, attributes)| {
        let mut element = Element::new(name, ns);
        for (name, ns, value) in attributes {
            if name != "xmlns" {
                element.set_attr_ns(&name, ns, strip_illegal(&value));
            }
        }
        element
    })
}

fn element() -> impl Strategy<Value = Element> {
    leaf().prop_recursive(4, 24, 5, |inner| {
        (leaf(), vec(prop::result::maybe_ok(inner, text()), 0..5)).prop_map(
            |(mut parent, children)| {
                for child in children {
                    match child {
                        Ok(child) => parent.push(child),
                        Err(text) => parent.push_text(&text),
                    }
                }
                parent
            },
        )
    })
}

/// Bytes that are nearly XML, so that they get past the first check.
fn nearly_xml() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "<",
        ">",
        "/",
        "</",
        "/>",
        "=",
        "'",
        "\"",
        "&",
        ";",
        "&amp;",
        "&#1;",
        "&x;",
        "<a",
        "<a>",
        "</a>",
        "<b ",
        "k=",
        "'v'",
        " ",
        "\n",
        "x",
        "é",
        "<![CDATA[",
        "]]>",
        "]",
        "<!--",
        "-->",
        "<?xml ?>",
        "<?",
        "?>",
        "p:",
        ":",
        "xmlns:p='u'",
        "xmlns='v'",
        "<stream:a>",
        "</stream:a>",
        "</stream:stream>",
        "0",
        "\u{1}",
    ]);
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Everything a reader says about bytes that come in these pieces.
fn read_in_pieces(bytes: &[u8], cuts: &[Index]) -> (Vec<StreamEvent>, Option<XmlError>) {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    let mut reader = StreamReader::new(Limits {
        max_depth: 8,
        max_attributes: 4,
        max_stanza_bytes: 4096,
    });
    let mut events = Vec::new();
    for range in cuts.windows(2) {
        reader.push(&bytes[range[0]..range[1]]);
        loop {
            match reader.next_event() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
    }
    (events, None)
}

/// A length that no property may exceed, so that the limits do not interfere.
fn roomy() -> Limits {
    Limits {
        max_depth: 16,
        max_attributes: 64,
        max_stanza_bytes: 1 << 20,
    }
}

fn has_only_merged_texts(element: &Element) -> bool {
    let texts_apart = element
        .children()
        .windows(2)
        .all(|pair| !matches!(pair, [Node::Text(_), Node::Text(_)]));
    texts_apart && element.elements().all(has_only_merged_texts)
}

proptest! {
    #[test]
    fn what_is_written_for_a_websocket_is_read_back(elements in vec(element(), 0..3)) {
        let frame: String = elements.iter().map(|element| element.to_xml(Framing::WebSocket)).collect();
        prop_assert_eq!(read_frame(&frame, &roomy()).unwrap(), elements, "{}", frame);
    }

    #[test]
    fn what_is_written_for_tcp_is_read_back(elements in vec(element(), 0..3)) {
        let stream: String = std::iter::once(HEADER.to_owned())
            .chain(elements.iter().map(|element| element.to_xml(Framing::Tcp)))
            .collect();
        let mut reader = StreamReader::new(roomy());
        reader.push(stream.as_bytes());
        prop_assert!(matches!(reader.next_event(), Ok(Some(StreamEvent::Open(_)))));
        for element in elements {
            prop_assert_eq!(reader.next_event(), Ok(Some(StreamEvent::Stanza(element))), "{}", stream);
        }
        prop_assert_eq!(reader.next_event(), Ok(None));
    }

    #[test]
    fn cuts_anywhere_do_not_change_what_is_read(
        elements in vec(element(), 0..3),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let stream: String = std::iter::once(HEADER.to_owned())
            .chain(elements.iter().map(|element| element.to_xml(Framing::Tcp)))
            .chain(std::iter::once("</stream:stream>".to_owned()))
            .collect();
        prop_assert_eq!(read_in_pieces(stream.as_bytes(), &cuts), read_in_pieces(stream.as_bytes(), &[]));
    }

    #[test]
    fn cuts_do_not_change_what_is_read_of_nearly_xml(
        rest in nearly_xml(),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let stream = format!("{HEADER}{rest}");
        prop_assert_eq!(read_in_pieces(stream.as_bytes(), &cuts), read_in_pieces(stream.as_bytes(), &[]));
    }

    #[test]
    fn cuts_do_not_change_what_is_read_of_any_bytes(
        bytes in vec(any::<u8>(), 0..64),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        prop_assert_eq!(read_in_pieces(&bytes, &cuts), read_in_pieces(&bytes, &[]));
    }

    #[test]
    fn a_frame_that_is_accepted_survives_being_relayed(frame in nearly_xml()) {
        if let Ok(elements) = read_frame(&frame, &roomy()) {
            prop_assert!(elements.iter().all(has_only_merged_texts));
            let relayed: String = elements.iter().map(|element| element.to_xml(Framing::WebSocket)).collect();
            prop_assert_eq!(read_frame(&relayed, &roomy()), Ok(elements), "{} became {}", frame, relayed);
        }
    }
}
