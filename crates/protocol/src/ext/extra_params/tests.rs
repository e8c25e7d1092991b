//! Parameters of messages, as all the SDKs write them.

use serde_json::json;

use crate::ext::extra_params::{Attachment, ExtraEntry, ExtraParams, ExtraValue};
use crate::timestamp::UnixMillis;
use crate::xml::{Framing, example};

fn read(children: &str) -> ExtraParams {
    ExtraParams::from_element(example(&format!("<extraParams>{children}</extraParams>")))
}

fn written(params: &ExtraParams) -> String {
    params.to_element().to_xml(Framing::Tcp)
}

#[test]
fn scalars_objects_and_attachments_keep_their_order() {
    let children = "<b>1.5</b><a>true</a><o><x>1</x><p><q>r</q></p></o><attachment uid=\"7caf\" size=\"1234\" \
                    name=\"a &quot;b&quot;.jpg\"/><c>z</c>";
    let params = read(children);
    let names: Vec<Option<&str>> = params.entries.iter().map(ExtraEntry::name).collect();
    assert_eq!(names, [Some("b"), Some("a"), Some("o"), None, Some("c")]);
    assert_eq!(
        written(&params),
        format!("<extraParams>{children}</extraParams>")
    );
}

#[test]
fn attachments_are_maps_of_attributes() {
    let params = read(
        "<attachment uid=\"7cafb6030d3e4348ba49cab24c0cf10800\" id=\"421517\" type=\"photo\" size=\"1234\" \
         name=\"a &quot;b&quot;.jpg\"/><attachment latitude=\"64.7964274\" longitude=\"-23.7391878\" type=\"place\"/>",
    );
    let [photo, place] = params.attachments().collect::<Vec<_>>()[..] else {
        panic!("{params:?}")
    };
    assert_eq!(
        (photo.get("name"), photo.get("size"), photo.get("url")),
        (Some("a \"b\".jpg"), Some("1234"), None)
    );
    assert_eq!(place.get("latitude"), Some("64.7964274"));
}

#[test]
fn an_attachment_can_be_built_and_written() {
    let mut attachment = Attachment::default();
    attachment.set("type", "photo");
    attachment.set("size", "1");
    attachment.set("size", "2");
    let mut params = ExtraParams::new();
    params.push_attachment(attachment);
    assert_eq!(
        written(&params),
        r#"<extraParams><attachment type="photo" size="2"/></extraParams>"#
    );
}

#[test]
fn a_parameter_named_attachment_is_a_parameter() {
    assert_eq!(
        read("<attachment>x</attachment>")
            .text("attachment")
            .as_deref(),
        Some("x")
    );
}

#[test]
fn the_last_of_a_repeated_name_wins() {
    assert_eq!(read("<k>1</k><k>2</k>").text("k").as_deref(), Some("2"));
}

#[test]
fn empty_parameters_are_kept_but_have_no_text() {
    let params = read("<e></e>");
    assert_eq!(
        (params.text("e"), params.value("e")),
        (None, Some(&ExtraValue::Text(String::new())))
    );
    assert_eq!(written(&params), "<extraParams><e/></extraParams>");
}

#[test]
fn pretty_printing_is_not_content() {
    let params = read("\n  <o>\n    <x>1</x>\n  </o>\n  <k>v</k>\n");
    assert_eq!(
        written(&params),
        "<extraParams><o><x>1</x></o><k>v</k></extraParams>"
    );
}

#[test]
fn what_fits_no_form_is_relayed_as_it_is() {
    let children = r#"<k a="1">v</k><m>x<b/>y</m><f xmlns="urn:f">g</f>"#;
    let params = read(children);
    assert_eq!(
        written(&params),
        format!("<extraParams>{children}</extraParams>")
    );
    assert_eq!(
        params.text("f").as_deref(),
        Some("g"),
        "read by its name, as the official SDK does"
    );
}

#[test]
fn prefixes_do_not_matter() {
    let params = ExtraParams::from_element(example(
        r#"<c:extraParams xmlns:c="jabber:client"><c:k>v</c:k></c:extraParams>"#,
    ));
    assert_eq!(params.text("k").as_deref(), Some("v"));
}

#[test]
fn dates_are_seconds_milliseconds_or_fractions() {
    let check = |text: &str, expected: Option<i64>| {
        assert_eq!(
            read(&format!("<date_sent>{text}</date_sent>")).date_sent(),
            expected.map(UnixMillis),
            "{text}"
        );
    };
    check("1643634366", Some(1_643_634_366_000));
    check("1643634366123", Some(1_643_634_366_123));
    check("1643634366.25", Some(1_643_634_366_250));
    check("yesterday", None);
    check("", None);
    let mut params = ExtraParams::new();
    params.set_date_sent(UnixMillis(1_643_634_366_999));
    assert_eq!(
        written(&params),
        "<extraParams><date_sent>1643634366</date_sent></extraParams>"
    );
}

#[test]
fn ids_must_be_object_ids() {
    let params =
        read("<dialog_id>5356</dialog_id><message_id>61f7de000000000000000001</message_id>");
    assert_eq!(params.dialog_id(), None);
    assert_eq!(
        params.message_id().unwrap().to_string(),
        "61f7de000000000000000001"
    );
}

#[test]
fn flags_are_one_or_true() {
    assert!(read("<save_to_history>1</save_to_history>").save_to_history());
    assert!(read("<silent>true</silent>").silent());
    assert!(!read("<save_to_history>0</save_to_history>").save_to_history());
    assert!(!read("").silent());
}

#[test]
fn setting_replaces_in_place_and_removing_takes_all() {
    let mut params = read("<a>1</a><k>2</k><b>3</b><k>4</k>");
    params.set("k", "5");
    params.set("new", "6");
    assert_eq!(
        written(&params),
        "<extraParams><a>1</a><k>5</k><b>3</b><new>6</new></extraParams>"
    );
    params.remove("a");
    assert_eq!(
        written(&params),
        "<extraParams><k>5</k><b>3</b><new>6</new></extraParams>"
    );
}

#[test]
fn json_becomes_what_the_official_sdk_writes() {
    let json = json!({
        "a": 1.5, "b": true, "c": null, "d": ["p", "q"], "e": {"f": "g"},
        "attachments": [{"type": "photo", "size": 12, "gone": null, "nested": {"x": 1}}, 7],
    });
    let params = ExtraParams::from_json(json.as_object().unwrap());
    assert_eq!(
        written(&params),
        "<extraParams><a>1.5</a><attachment nested=\"{&quot;x&quot;:1}\" size=\"12\" type=\"photo\"/><b>true</b><c/>\
         <d><0>p</0><1>q</1></d><e><f>g</f></e></extraParams>"
    );
}

#[test]
fn attachments_may_be_an_object_with_index_keys() {
    let json = json!({"attachments": {"0": {"type": "image"}, "1": {"type": "video"}}});
    let params = ExtraParams::from_json(json.as_object().unwrap());
    assert_eq!(
        params
            .attachments()
            .filter_map(|a| a.get("type"))
            .collect::<Vec<_>>(),
        ["image", "video"]
    );
}

#[test]
fn parameters_become_json_of_texts() {
    let params =
        read(r#"<k>1</k><k>2</k><o><x>y</x></o><attachment id="7"/><f xmlns="urn:f">g</f>"#);
    let json = json!({"k": "2", "o": {"x": "y"}, "attachments": [{"id": "7"}], "f": "g"});
    assert_eq!(serde_json::Value::Object(params.to_json()), json);
}
