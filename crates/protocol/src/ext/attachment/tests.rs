use proptest::prelude::*;
use serde_json::{Value, json};

use super::{AttachmentKind, Place, Reading, Source};
use crate::ext::extra_params::Attachment;
use crate::rest::Message;

fn attachment(attributes: &[(&str, &str)]) -> Attachment {
    let mut attachment = Attachment::default();
    for (name, value) in attributes {
        attachment.set(name, *value);
    }
    attachment
}

fn at(latitude: f64, longitude: f64) -> Place {
    Place {
        latitude,
        longitude,
        name: None,
        address: None,
    }
}

fn read(attributes: &[(&str, &str)]) -> Reading {
    Reading::of(&attachment(attributes))
}

#[test]
fn the_documented_attributes_are_read() {
    let reading = read(&[
        ("type", "photo"),
        ("id", "421517"),
        ("uid", "7cafb6030d3e4348ba49cab24c0cf10800"),
        ("size", "1234"),
        ("width", "800"),
        ("height", "600"),
        ("name", "a \"b\".jpg"),
        ("content-type", "image/jpeg"),
    ]);
    assert_eq!(reading.kind, AttachmentKind::Image);
    let uid = "7cafb6030d3e4348ba49cab24c0cf10800".parse().unwrap();
    assert_eq!(reading.source, Some(Source::Blob(uid)));
    assert_eq!(reading.size, Some(1234));
    assert_eq!(reading.dimensions, Some((800, 600)));
    assert_eq!(reading.name, "a \"b\".jpg");
    assert_eq!(reading.content_type, "image/jpeg");
    assert_eq!((reading.duration_millis, reading.place), (None, None));
}

#[test]
fn every_type_that_clients_write_is_understood() {
    use AttachmentKind::{Audio, File, Image, Location, Video, Voice};
    for (declared, kind) in [
        ("photo", Image),
        ("image", Image),
        ("Image", Image),
        ("image/png", Image),
        ("image/jpeg", Image),
        ("video", Video),
        ("video/mp4", Video),
        ("audio", Audio),
        ("audio/ogg", Audio),
        ("voice", Voice),
        ("location", Location),
        ("place", Location),
        ("file", File),
        ("document", File),
        ("application/pdf", File),
        ("text/html", File),
        ("image/svg+xml", File),
        ("", File),
    ] {
        assert_eq!(read(&[("type", declared)]).kind, kind, "{declared}");
    }
}

#[test]
fn without_a_type_the_media_type_and_then_the_ending_tell() {
    let kind = |attributes: &[(&str, &str)]| read(attributes).kind;
    assert_eq!(
        kind(&[("content-type", "video/mp4"), ("name", "a.jpg")]),
        AttachmentKind::Video
    );
    assert_eq!(
        kind(&[("content-type", "application/zip"), ("name", "a.jpg")]),
        AttachmentKind::File
    );
    assert_eq!(kind(&[("name", "A.JPEG")]), AttachmentKind::Image);
    assert_eq!(
        kind(&[("type", "file"), ("name", "a.opus")]),
        AttachmentKind::Audio
    );
    assert_eq!(kind(&[("name", "a")]), AttachmentKind::File);
}

#[test]
fn a_drawing_with_a_program_in_it_is_no_picture() {
    for declared in ["photo", "image", "image/svg+xml"] {
        let reading = read(&[("type", declared), ("content-type", "image/svg+xml")]);
        assert_eq!(reading.kind, AttachmentKind::File, "{declared}");
    }
}

#[test]
fn the_uid_counts_before_the_url_and_an_id_may_be_one() {
    let blob = |uid: &str| Some(Source::Blob(uid.parse().unwrap()));
    let url = |text: &str| Some(Source::Url(text.to_owned()));
    let uid = [("uid", "abc"), ("url", "https://a.example/x?token=1")];
    assert_eq!(read(&uid).source, blob("abc"));
    assert_eq!(
        read(&[("url", "https://a.example/x"), ("id", "7")]).source,
        url("https://a.example/x")
    );
    assert_eq!(read(&[("id", "421517")]).source, blob("421517"));
    for (name, value) in [
        ("uid", "../session"),
        ("uid", ""),
        ("uid", "a b"),
        ("url", "file:///etc/passwd"),
        ("url", "javascript:alert(1)"),
        ("url", "data:image/png;base64,AA"),
        ("url", ""),
    ] {
        assert_eq!(
            read(&[("type", "photo"), (name, value)]).source,
            None,
            "{name}={value}"
        );
    }
    let long = format!("https://a.example/{}", "x".repeat(3_000));
    assert_eq!(read(&[("url", &long)]).source, None);
}

#[test]
fn numbers_are_strings_and_absurd_ones_are_none() {
    let size = |text: &str| read(&[("size", text)]).size;
    assert_eq!(size("347"), Some(347));
    assert_eq!(size(" 347.0 "), Some(347));
    assert_eq!(size("1e3"), Some(1000));
    for text in [
        "",
        "-1",
        "NaN",
        "inf",
        "1e300",
        "many",
        "9007199254740993000",
        "0x10",
    ] {
        assert_eq!(size(text), None, "{text}");
    }
    let sides = |w: &str, h: &str| read(&[("width", w), ("height", h)]).dimensions;
    assert_eq!(sides("65535", "65535"), Some((65_535, 65_535)));
    for (width, height) in [
        ("0", "9"),
        ("9", ""),
        ("65536", "9"),
        ("-4", "9"),
        ("1e9", "1e9"),
    ] {
        assert_eq!(sides(width, height), None, "{width}x{height}");
    }
    let duration = |text: &str| read(&[("duration", text)]).duration_millis;
    assert_eq!(duration("14"), Some(14_000));
    assert_eq!(duration("1.5"), Some(1_500));
    assert_eq!(duration("604801"), None);
}

#[test]
fn a_place_is_understood_in_every_form() {
    let object = r#"{"lat":64.7964274,"lng":-23.7391878}"#;
    let encoded = percent_encoding::utf8_percent_encode(object, percent_encoding::NON_ALPHANUMERIC)
        .to_string();
    let twice = percent_encoding::utf8_percent_encode(&encoded, percent_encoding::NON_ALPHANUMERIC)
        .to_string();
    let escaped = object.replace('"', "&quot;");
    let within = serde_json::to_string(object).unwrap();
    for attributes in [
        vec![
            ("type", "place"),
            ("latitude", "64.7964274"),
            ("longitude", "-23.7391878"),
        ],
        vec![("latitude", "64.7964274"), ("longitude", "-23.7391878")],
        vec![
            ("type", "location"),
            ("lat", " 64.7964274 "),
            ("lng", "-23.7391878"),
        ],
        vec![("type", "location"), ("data", object)],
        vec![
            ("type", "location"),
            (
                "data",
                r#"{"latitude":"64.7964274","longitude":"-23.7391878"}"#,
            ),
        ],
        vec![("type", "location"), ("data", &encoded)],
        vec![("type", "location"), ("data", &twice)],
        vec![("type", "location"), ("data", &escaped)],
        vec![("type", "location"), ("data", &within)],
        vec![("type", "location"), ("data", "64.7964274, -23.7391878")],
    ] {
        let reading = read(&attributes);
        assert_eq!(reading.kind, AttachmentKind::Location, "{attributes:?}");
        assert_eq!(
            reading.place,
            Some(at(64.796_427_4, -23.739_187_8)),
            "{attributes:?}"
        );
    }
}

#[test]
fn a_place_keeps_its_name_and_address() {
    let reading = read(&[
        ("type", "place"),
        ("latitude", "56.95"),
        ("longitude", "24.1"),
        ("name", "Café / Bar\u{202e}"),
        ("address", "Brīvības 1"),
    ]);
    let place = reading.place.unwrap();
    assert_eq!(place.name.as_deref(), Some("Café / Bar"));
    assert_eq!(place.address.as_deref(), Some("Brīvības 1"));
    let reading = read(&[
        ("type", "location"),
        (
            "data",
            r#"{"lat":"1","lng":"2","title":"Home","address":""}"#,
        ),
    ]);
    let place = reading.place.unwrap();
    assert_eq!((place.name.as_deref(), place.address), (Some("Home"), None));
}

#[test]
fn a_place_that_is_nowhere_stays_a_location_without_coordinates() {
    for (latitude, longitude) in [
        ("91", "0"),
        ("0", "180.5"),
        ("NaN", "0"),
        ("inf", "0"),
        ("1e400", "0"),
        ("", "0"),
        ("north", "east"),
    ] {
        let reading = read(&[
            ("type", "place"),
            ("latitude", latitude),
            ("longitude", longitude),
        ]);
        assert_eq!(reading.kind, AttachmentKind::Location);
        assert_eq!(reading.place, None, "{latitude},{longitude}");
    }
    for data in [
        "",
        "{",
        "[]",
        "null",
        "%",
        "%FF",
        r#"{"lat":1}"#,
        r#"{"lat":{},"lng":[]}"#,
    ] {
        assert_eq!(
            read(&[("type", "location"), ("data", data)]).place,
            None,
            "{data}"
        );
    }
}

#[test]
fn the_history_gives_an_array_or_an_object_with_places_as_keys() {
    let read_all = |attachments: Value| -> Vec<Reading> {
        let message: Message = serde_json::from_value(json!({
            "_id": "61f7de000000000000000001",
            "chat_dialog_id": "5356c64ab35c12bd3b108a41",
            "sender_id": 7,
            "attachments": attachments,
        }))
        .unwrap();
        message
            .extra_params()
            .attachments()
            .map(Reading::of)
            .collect()
    };
    let items = json!([{ "type": "photo", "uid": "a", "size": 12 }, { "type": "place", "latitude": 1.5, "longitude": "2" }]);
    let keyed = json!({ "0": items[0], "1": items[1] });
    for form in [items, keyed] {
        let read = read_all(form);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].kind, read[0].size),
            (AttachmentKind::Image, Some(12))
        );
        assert_eq!(read[1].place, Some(at(1.5, 2.0)));
    }
    for nothing in [json!(null), json!(""), json!(7), json!(["a", null])] {
        assert_eq!(read_all(nothing), []);
    }
}

#[test]
fn an_object_with_places_as_keys_is_in_the_order_of_its_numbers() {
    let keyed: serde_json::Map<String, Value> = (0..12)
        .map(|place| (place.to_string(), json!({ "name": place.to_string() })))
        .collect();
    let map = serde_json::Map::from_iter([("attachments".to_owned(), Value::Object(keyed))]);
    let extra = crate::ext::extra_params::ExtraParams::from_json(&map);
    let names: Vec<_> = extra
        .attachments()
        .filter_map(|one| one.get("name"))
        .collect();
    assert_eq!(
        names,
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]
    );
}

proptest! {
    #[test]
    fn whatever_strangers_write_is_read(
        names in prop::collection::vec("type|uid|url|name|size|width|height|duration|data|latitude|longitude|content-type", 0..8),
        values in prop::collection::vec(".{0,60}", 8),
    ) {
        let mut one = Attachment::default();
        for (name, value) in names.iter().zip(&values) {
            one.set(name, value.as_str());
        }
        let read = Reading::of(&one);
        prop_assert!(read.name.chars().count() <= 200);
        prop_assert!(read.place.is_none_or(|place| place.latitude.abs() <= 90.0));
    }
}
