//! Rules of reading frames.

use crate::ns;
use crate::xml::{Element, Framing, Limits, XmlError, read_frame, read_frame_head};

fn read(frame: &str) -> Result<Vec<Element>, XmlError> {
    read_frame(frame, &Limits::default())
}

fn one(frame: &str) -> Element {
    let mut elements = read(frame).unwrap();
    assert_eq!(elements.len(), 1, "{frame}");
    elements.remove(0)
}

/// What the writer makes of a frame that was read: shows names, namespaces and content at once.
fn canonical(frame: &str) -> String {
    read(frame)
        .unwrap()
        .iter()
        .map(|element| element.to_xml(Framing::WebSocket))
        .collect()
}

#[test]
fn a_frame_holds_one_or_several_elements() {
    assert_eq!(
        read(r#"<presence xmlns="jabber:client"/>"#).unwrap().len(),
        1
    );
    let both = read(r#"<presence xmlns="jabber:client"/> <r xmlns="urn:xmpp:sm:3"/>"#).unwrap();
    let names: Vec<&str> = both.iter().map(Element::name).collect();
    assert_eq!(names, ["presence", "r"]);
    assert_eq!(both[1].ns(), ns::STREAM_MANAGEMENT);
}

#[test]
fn an_empty_or_white_frame_has_no_elements() {
    assert_eq!(read("").unwrap(), []);
    assert_eq!(read(" \r\n\t").unwrap(), []);
}

#[test]
fn a_declaration_may_begin_a_frame_but_not_follow() {
    assert_eq!(read("<?xml version='1.0'?><presence/>").unwrap().len(), 1);
    assert_eq!(
        read("<presence/><?xml version='1.0'?>"),
        Err(XmlError::Restricted)
    );
}

#[test]
fn elements_without_namespace_are_taken_as_stanzas() {
    assert!(one("<presence/>").is("presence", ns::CLIENT));
    assert!(one("<presence xmlns=''/>").is("presence", ""));
}

#[test]
fn prefixes_are_resolved_and_forgotten() {
    let check = |frame: &str, expected: &str| assert_eq!(canonical(frame), expected, "{frame}");
    check(
        r#"<c:message xmlns:c="jabber:client"><c:body>hi</c:body></c:message>"#,
        r#"<message xmlns="jabber:client"><body>hi</body></message>"#,
    );
    check(
        r#"<message xmlns="jabber:client"><x:a xmlns:x="urn:x"><b/></x:a><x xmlns:y="urn:y"/></message>"#,
        r#"<message xmlns="jabber:client"><a xmlns="urn:x"><b xmlns="jabber:client"/></a><x/></message>"#,
    );
    check(
        r#"<a xmlns="urn:a" xmlns:p="urn:p" p:k="1" k="2" xml:lang="en"/>"#,
        r#"<a xmlns="urn:a" xmlns:a0="urn:p" a0:k="1" k="2" xml:lang="en"/>"#,
    );
}

#[test]
fn inner_declarations_end_with_their_element() {
    let frame = r#"<a xmlns="urn:a"><b xmlns="urn:b" xmlns:p="urn:p"/><c/></a>"#;
    assert!(one(frame).child("c", "urn:a").is_some());
    let frame = r#"<a xmlns="urn:a"><b xmlns:p="urn:p"/><p:c/></a>"#;
    assert_eq!(read(frame), Err(XmlError::UnboundPrefix));
}

#[test]
fn the_five_entities_character_references_and_cdata_are_resolved() {
    assert_eq!(
        one("<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F44D;</a>").text(),
        "&<>\"'A👍"
    );
    assert_eq!(
        one("<a k='&amp;&lt;&gt;&quot;&apos;&#65;&#10;'/>").attr("k"),
        Some("&<>\"'A\n")
    );
    assert_eq!(one("<a>x<![CDATA[<&amp;]]>]]></a>").text(), "x<&amp;]]>");
}

#[test]
fn other_entities_are_errors() {
    assert_eq!(read("<a>&nbsp;</a>"), Err(XmlError::UnknownEntity));
    assert_eq!(read("<a k='&nbsp;'/>"), Err(XmlError::UnknownEntity));
    for reference in [
        "&#xD800;",
        "&#x110000;",
        "&#99999999999;",
        "&#;",
        "&#x;",
        "&#+1;",
        "&#1a;",
    ] {
        assert!(
            matches!(
                read(&format!("<a>{reference}</a>")),
                Err(XmlError::IllFormed(_))
            ),
            "{reference}"
        );
    }
}

#[test]
fn characters_that_xml_forbids_are_dropped() {
    let element = one("<a k='1\u{1}2&#x2;3'>a\u{0}b\u{b}c&#1;d\u{fffe}e</a>");
    assert_eq!(
        (element.text().as_str(), element.attr("k")),
        ("abcde", Some("123"))
    );
}

#[test]
fn line_breaks_are_normalised_in_text_and_kept_in_attributes() {
    let element = one("<a k='1\n2\t3'>x\r\ny\rz</a>");
    assert_eq!(
        (element.text().as_str(), element.attr("k")),
        ("x\ny\nz", Some("1\n2\t3"))
    );
}

#[test]
fn names_that_begin_with_a_digit_are_tolerated() {
    let list = one("<list><0>p</0><1>q</1></list>");
    let items: Vec<String> = list.elements().map(Element::text).collect();
    assert_eq!(items, ["p", "q"]);
}

#[test]
fn ill_formed_frames_are_rejected() {
    let frames = [
        "<a>",
        "<a></b>",
        "</a>",
        "<a",
        "<a b>x</a>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<bad key>x</bad key>",
        "<a><b></a></b>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a k='&amp'/>",
        "<>x</>",
        "<a:/>",
        "<:a/>",
        "<a:b:c xmlns:a='urn:a'/>",
        "<a$/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:k='1' q:k='2'/>",
    ];
    for frame in frames {
        assert!(
            matches!(read(frame), Err(XmlError::IllFormed(_))),
            "{frame}: {:?}",
            read(frame)
        );
    }
    assert_eq!(read("<p:a/>"), Err(XmlError::UnboundPrefix));
    assert_eq!(read("<a p:k='1'/>"), Err(XmlError::UnboundPrefix));
    assert_eq!(read("<a/>x"), Err(XmlError::StrayText));
}

#[test]
fn comments_instructions_and_document_types_are_rejected() {
    for frame in [
        "<a><!-- c --></a>",
        "<!-- c -->",
        "<a><?php ?></a>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
    ] {
        assert_eq!(read(frame), Err(XmlError::Restricted), "{frame}");
    }
}

#[test]
fn limits_are_exact() {
    let limits = Limits {
        max_depth: 3,
        max_attributes: 2,
        max_stanza_bytes: 40,
    };
    let check = |frame: &str| read_frame(frame, &limits).map(|elements| elements.len());
    assert_eq!(check("<a><b><c/></b></a>"), Ok(1));
    assert_eq!(check("<a><b><c><d/></c></b></a>"), Err(XmlError::TooDeep));
    assert_eq!(check("<a k='1' l='2'/>"), Ok(1));
    assert_eq!(
        check("<a k='1' l='2' m='3'/>"),
        Err(XmlError::TooManyAttributes)
    );
    assert_eq!(check(&format!("<a>{}</a>", "x".repeat(33))), Ok(1));
    assert_eq!(
        check(&format!("<a>{}</a>", "x".repeat(34))),
        Err(XmlError::TooLarge)
    );
}

#[test]
fn declarations_in_force_are_bounded_too() {
    let limits = Limits {
        max_depth: 3,
        max_attributes: 2,
        max_stanza_bytes: 4000,
    };
    let frame = "<a xmlns:a='1' xmlns:b='2'><b xmlns:c='3' xmlns:d='4'><c xmlns:e='5'/></b></a>";
    assert_eq!(read_frame(frame, &limits), Err(XmlError::TooManyAttributes));
}

#[test]
fn the_head_of_a_rejected_frame_tells_whom_to_answer() {
    let frame = r#"<message id="m1" to="78-21@localhost" type="chat" xmlns="jabber:client"><bad key>x</bad key></message>"#;
    assert!(read(frame).is_err());
    let head = read_frame_head(frame, &Limits::default()).unwrap();
    assert!(head.is("message", ns::CLIENT));
    assert_eq!(
        (head.attr("id"), head.attr("to")),
        (Some("m1"), Some("78-21@localhost"))
    );
    for illegible in ["", "x", "<", "<a b>", "<!-- --><a/>", "</a>"] {
        assert_eq!(
            read_frame_head(illegible, &Limits::default()),
            None,
            "{illegible}"
        );
    }
}
