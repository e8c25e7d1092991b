//! Rules of writing elements.

use crate::ns;
use crate::xml::{Element, Framing};

#[test]
fn a_websocket_stanza_declares_its_namespace_and_a_tcp_one_inherits_it() {
    let stanza = Element::new("presence", ns::CLIENT);
    assert_eq!(
        stanza.to_xml(Framing::WebSocket),
        r#"<presence xmlns="jabber:client"/>"#
    );
    assert_eq!(stanza.to_xml(Framing::Tcp), "<presence/>");
}

#[test]
fn elements_of_the_stream_carry_its_prefix() {
    let features = Element::new("features", ns::STREAM).with_child(Element::new("bind", ns::BIND));
    assert_eq!(
        features.to_xml(Framing::WebSocket),
        r#"<stream:features xmlns:stream="http://etherx.jabber.org/streams"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></stream:features>"#
    );
    assert_eq!(
        features.to_xml(Framing::Tcp),
        r#"<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></stream:features>"#
    );
}

#[test]
fn a_namespace_is_declared_only_where_it_changes() {
    let element = Element::new("a", "urn:a")
        .with_child(
            Element::new("b", "urn:a")
                .with_child(Element::new("c", "urn:c").with_child(Element::new("d", "urn:a"))),
        )
        .with_child(Element::new("e", ""));
    assert_eq!(
        element.to_xml(Framing::Tcp),
        r#"<a xmlns="urn:a"><b><c xmlns="urn:c"><d xmlns="urn:a"/></c></b><e xmlns=""/></a>"#
    );
}

#[test]
fn text_and_attributes_are_escaped() {
    let element = Element::new("a", ns::CLIENT)
        .with_attr("k", "<&>\"'\t\n\r")
        .with_text("<&>\"'\t\n\r]]>");
    assert_eq!(
        element.to_xml(Framing::Tcp),
        "<a k=\"&lt;&amp;&gt;&quot;&apos;&#9;&#10;&#13;\">&lt;&amp;&gt;\"'\t\n&#13;]]&gt;</a>"
    );
}

#[test]
fn forbidden_characters_never_reach_the_wire() {
    let element = Element::new("a", ns::CLIENT)
        .with_attr("k", "x\u{1}y\u{ffff}")
        .with_text("x\u{0}y\u{1b}");
    assert_eq!(element.to_xml(Framing::Tcp), r#"<a k="xy">xy</a>"#);
}

#[test]
fn impossible_names_are_mended_or_left_out() {
    let element = Element::new("bad key", ns::CLIENT)
        .with_attr("a b", "1")
        .with_attr("xmlns", "urn:x")
        .with_attr("c", "2");
    assert_eq!(element.to_xml(Framing::Tcp), r#"<bad_key c="2"/>"#);
    assert_eq!(Element::new("", ns::CLIENT).to_xml(Framing::Tcp), "<_/>");
}

#[test]
fn setting_an_attribute_again_replaces_it_in_its_place() {
    let mut element = Element::new("a", ns::CLIENT)
        .with_attr("k", "1")
        .with_attr("l", "2")
        .with_attr("k", "3");
    assert_eq!(element.to_xml(Framing::Tcp), r#"<a k="3" l="2"/>"#);
    element.remove_attr("k");
    assert_eq!(element.to_xml(Framing::Tcp), r#"<a l="2"/>"#);
}

#[test]
fn adjacent_texts_become_one() {
    let element = Element::new("a", ns::CLIENT)
        .with_text("x")
        .with_text("")
        .with_text("y");
    assert_eq!(element.children().len(), 1);
    assert_eq!(element.text(), "xy");
}
