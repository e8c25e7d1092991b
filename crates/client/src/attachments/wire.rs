//! What a message says of its attachments.
//!
//! The platform's attributes carry what every client understands; `attachments_extra`, one JSON
//! object by place, carries the rest. `docs/message-fields.md` is their description.

use std::collections::BTreeMap;

use cubist_protocol::ext::attachment::{AttachmentKind as Kind, Reading, Source};
use cubist_protocol::ext::extra_params::{Attachment as Element, ExtraParams};
use serde::{Deserialize, Serialize};

use crate::attachments::NO_CAPTION;
use crate::model::{
    ATTACHMENTS_EXTRA, Attachment, AttachmentKind, FileSource, FileState, Location, Point,
};

/// What the attributes have no place for, of one attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Extra {
    /// A `thumbhash` in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<String>,
    /// A digit of base 32 (0–9, a–v) for each part of the sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    waveform: Option<String>,
    /// Of a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// A picture that is to be treated as any other file.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    as_file: bool,
    /// Its sender removed it from the server.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
}

/// Longest placeholder taken; a `thumbhash` has up to 34 characters in Base64.
const PLACEHOLDER_CHARS: usize = 64;

/// Longest waveform taken.
const WAVEFORM_PARTS: usize = 256;

/// Attachments of one message; more is nobody's intention.
pub(crate) const AT_MOST: usize = 100;

/// The attachments of a message, files as not loaded yet.
pub(crate) fn read(extra: &ExtraParams) -> Vec<Attachment> {
    let mut elements = extra.attachments().take(AT_MOST).peekable();
    if elements.peek().is_none() {
        return Vec::new();
    }
    let more = extras(extra);
    elements
        .enumerate()
        .map(|(index, element)| {
            let more = more.get(&index.to_string()).cloned().unwrap_or_default();
            read_one(element, more)
        })
        .collect()
}

fn read_one(element: &Element, more: Extra) -> Attachment {
    let reading = Reading::of(element);
    let waveform = waveform(&more.waveform.unwrap_or_default());
    let kind = match reading.kind {
        Kind::Location => AttachmentKind::Location,
        _ if more.as_file => AttachmentKind::File,
        Kind::Image => AttachmentKind::Image,
        Kind::Video => AttachmentKind::Video,
        Kind::Voice => AttachmentKind::Voice,
        Kind::Audio if !waveform.is_empty() => AttachmentKind::Voice,
        Kind::Audio => AttachmentKind::Audio,
        Kind::File => AttachmentKind::File,
    };
    let is_location = kind == AttachmentKind::Location;
    let location = reading.place.and_then(|place| {
        Some(Location {
            point: Point::new(place.latitude, place.longitude)?,
            name: place.name,
            address: place
                .address
                .or(more.address)
                .filter(|address| !address.is_empty()),
        })
    });
    let (uid, url) = match reading.source {
        Some(Source::Blob(uid)) => (Some(uid.to_string()), None),
        Some(Source::Url(url)) => (None, Some(url)),
        None => (None, None),
    };
    let number = element.get("id").and_then(|id| id.trim().parse().ok());
    Attachment {
        kind,
        // Of a place it is the place's; what is no place on the earth has only this one.
        name: if location.is_some() {
            String::new()
        } else {
            reading.name
        },
        content_type: reading.content_type,
        size: reading.size,
        width: reading.dimensions.map(|(width, _)| width),
        height: reading.dimensions.map(|(_, height)| height),
        duration: reading.duration_millis.filter(|&millis| millis > 0),
        placeholder: more
            .placeholder
            .filter(|hash| hash.len() <= PLACEHOLDER_CHARS),
        waveform,
        file: match (is_location, more.removed) {
            (true, _) => None,
            (false, true) => Some(FileState::Deleted),
            (false, false) => Some(FileState::Remote),
        },
        location,
        source: FileSource {
            uid,
            id: number.filter(|_| !is_location),
            url,
        },
    }
}

/// The attributes of an attachment.
pub(crate) fn write(attachment: &Attachment) -> Element {
    let mut element = Element::default();
    if let Some(location) = &attachment.location {
        element.set("latitude", location.point.latitude().to_string());
        element.set("longitude", location.point.longitude().to_string());
        element.set("type", "place");
        if let Some(name) = &location.name {
            element.set("name", name.as_str());
        }
        return element;
    }
    if let Some(uid) = &attachment.source.uid {
        element.set("uid", uid.as_str());
    }
    if let Some(id) = attachment.source.id {
        element.set("id", id.to_string());
    }
    let kind = match attachment.kind {
        AttachmentKind::Image => "photo",
        AttachmentKind::Video => "video",
        AttachmentKind::Audio | AttachmentKind::Voice => "audio",
        AttachmentKind::File | AttachmentKind::Location => attachment.content_type.as_str(),
    };
    element.set("type", kind);
    element.set("name", attachment.name.as_str());
    element.set("content-type", attachment.content_type.as_str());
    for (name, number) in [
        ("size", attachment.size),
        ("width", attachment.width.map(u64::from)),
        ("height", attachment.height.map(u64::from)),
        ("duration", attachment.duration.map(whole_seconds)),
    ] {
        if let Some(number) = number {
            element.set(name, number.to_string());
        }
    }
    element
}

/// How long something lasts, as everybody writes it; what is heard at all lasts one second.
pub(crate) const fn whole_seconds(millis: u64) -> u64 {
    let seconds = millis.div_ceil(500).div_ceil(2);
    if seconds == 0 { 1 } else { seconds }
}

/// Writes attachments, and what their attributes have no place for, in the place of those that are
/// there.
pub(crate) fn set(extra: &mut ExtraParams, attachments: &[Attachment]) {
    use cubist_protocol::ext::extra_params::ExtraEntry;

    extra
        .entries
        .retain(|entry| !matches!(entry, ExtraEntry::Attachment(_)));
    let mut more = BTreeMap::new();
    for (index, attachment) in attachments.iter().enumerate() {
        extra.push_attachment(write(attachment));
        let said = Extra {
            placeholder: attachment.placeholder.clone(),
            waveform: Some(digits(&attachment.waveform)).filter(|digits| !digits.is_empty()),
            address: attachment
                .location
                .as_ref()
                .and_then(|location| location.address.clone()),
            as_file: attachment.kind == AttachmentKind::File
                && attachment.content_type.starts_with("image/"),
            removed: attachment.file == Some(FileState::Deleted),
        };
        if said != Extra::default() {
            more.insert(index.to_string(), said);
        }
    }
    extra.remove(ATTACHMENTS_EXTRA);
    if !more.is_empty()
        && let Ok(text) = serde_json::to_string(&more)
    {
        extra.set(ATTACHMENTS_EXTRA, text);
    }
}

/// Says of one attachment that its sender removed it from the server. The others, and all that other
/// programs wrote, stay as they are.
pub(crate) fn set_removed(extra: &mut ExtraParams, index: u32) {
    use serde_json::{Map, Value};

    let text = extra.text(ATTACHMENTS_EXTRA).unwrap_or_default();
    let mut all: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    let mut said = match all.remove(&index.to_string()) {
        Some(Value::Object(said)) => said,
        _ => Map::new(),
    };
    said.insert("removed".to_owned(), true.into());
    all.insert(index.to_string(), said.into());
    extra.set(ATTACHMENTS_EXTRA, Value::from(all).to_string());
}

/// The text of a message to show: the word that stands for attachments without a caption is none.
pub(crate) fn caption(text: String, extra: &ExtraParams) -> String {
    if text == NO_CAPTION && extra.attachments().next().is_some() {
        return String::new();
    }
    text
}

fn extras(extra: &ExtraParams) -> BTreeMap<String, Extra> {
    let text = extra.text(ATTACHMENTS_EXTRA).unwrap_or_default();
    // Each by itself: one that makes no sense takes nothing from the others.
    let Ok(all) = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&text) else {
        return BTreeMap::new();
    };
    all.into_iter()
        .filter_map(|(index, value)| Some((index, serde_json::from_value(value).ok()?)))
        .collect()
}

fn digits(waveform: &[u8]) -> String {
    waveform
        .iter()
        .filter_map(|&level| char::from_digit(u32::from(level.min(31)), 32))
        .collect()
}

fn waveform(digits: &str) -> Vec<u8> {
    digits
        .chars()
        .take(WAVEFORM_PARTS)
        .map_while(|digit| digit.to_digit(32)?.try_into().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use cubist_protocol::ext::extra_params::{Attachment as Element, ExtraParams};

    use super::{caption, read, set, set_removed};
    use crate::model::{Attachment, AttachmentKind, FileSource, FileState, Location, Point};

    fn picture() -> Attachment {
        Attachment {
            kind: AttachmentKind::Image,
            name: "a \"b\".jpg".to_owned(),
            content_type: "image/jpeg".to_owned(),
            size: Some(1234),
            width: Some(640),
            height: Some(480),
            duration: None,
            placeholder: Some("3OcRJYB4d3h/iIeHeEh3eIhw+j2w".to_owned()),
            waveform: Vec::new(),
            file: Some(FileState::Remote),
            location: None,
            source: FileSource {
                uid: Some("7cafb6030d3e4348ba49cab24c0cf10800".to_owned()),
                id: Some(421_517),
                url: None,
            },
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let voice = Attachment {
            kind: AttachmentKind::Voice,
            content_type: "audio/ogg".to_owned(),
            width: None,
            height: None,
            duration: Some(7_000),
            placeholder: None,
            waveform: vec![0, 9, 10, 31],
            ..picture()
        };
        let scan = Attachment {
            kind: AttachmentKind::File,
            content_type: "image/png".to_owned(),
            ..picture()
        };
        let removed = Attachment {
            file: Some(FileState::Deleted),
            ..picture()
        };
        let place = Attachment {
            kind: AttachmentKind::Location,
            name: String::new(),
            content_type: String::new(),
            size: None,
            width: None,
            height: None,
            placeholder: None,
            file: None,
            location: Some(Location {
                point: Point::new(64.796_427_4, -23.739_187_8).unwrap(),
                name: Some("Hut".to_owned()),
                address: Some("Hill 1".to_owned()),
            }),
            source: FileSource::default(),
            ..picture()
        };
        let all = vec![picture(), voice, scan, removed, place];
        let mut extra = ExtraParams::new().with("colour", "blue");
        set(&mut extra, &[picture()]);
        set(&mut extra, &all);
        assert_eq!(read(&extra), all);
        assert_eq!(extra.text("colour").as_deref(), Some("blue"));
        let json = ExtraParams::from_json(&extra.to_json());
        assert_eq!(read(&json), all);
    }

    #[test]
    fn the_attributes_are_those_of_the_platform() {
        let mut extra = ExtraParams::new();
        set(&mut extra, &[picture()]);
        let element = extra.attachments().next().unwrap();
        let said: Vec<(&str, &str)> = element
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("uid", "7cafb6030d3e4348ba49cab24c0cf10800"),
                ("id", "421517"),
                ("type", "photo"),
                ("name", "a \"b\".jpg"),
                ("content-type", "image/jpeg"),
                ("size", "1234"),
                ("width", "640"),
                ("height", "480"),
            ]
        );
    }

    #[test]
    fn the_word_for_no_caption_is_no_text() {
        let mut extra = ExtraParams::new();
        assert_eq!(caption("attachment".to_owned(), &extra), "attachment");
        extra.push_attachment(Element::default());
        assert_eq!(caption("attachment".to_owned(), &extra), "");
        assert_eq!(caption("An attachment".to_owned(), &extra), "An attachment");
    }

    #[test]
    fn what_is_removed_takes_nothing_from_its_neighbours() {
        let mut extra = ExtraParams::new();
        let mut elsewhere = Element::default();
        for (name, value) in [
            ("type", "file"),
            ("url", "https://a.example/b"),
            ("own", "x"),
        ] {
            elsewhere.set(name, value);
        }
        let mut nowhere = Element::default();
        nowhere.set("type", "location");
        nowhere.set("data", "%7B%22lat%22%3A1%7D");
        let mut last = Element::default();
        last.set("type", "file");
        last.set("uid", "u");
        for element in [&elsewhere, &nowhere, &last] {
            extra.push_attachment(element.clone());
        }
        extra.set(
            "attachments_extra",
            r#"{"0":{"theirs":1},"2":{"placeholder":"AA=="}}"#,
        );
        set_removed(&mut extra, 2);
        let kept: Vec<_> = extra.attachments().cloned().collect();
        assert_eq!(kept, [elsewhere, nowhere, last]);
        assert_eq!(
            extra.text("attachments_extra").as_deref(),
            Some(r#"{"0":{"theirs":1},"2":{"placeholder":"AA==","removed":true}}"#)
        );
        let files: Vec<_> = read(&extra).into_iter().map(|one| one.file).collect();
        assert_eq!(
            files,
            [Some(FileState::Remote), None, Some(FileState::Deleted)]
        );
        extra.set("attachments_extra", "no JSON");
        set_removed(&mut extra, 0);
        assert_eq!(read(&extra)[0].file, Some(FileState::Deleted));
    }
}
