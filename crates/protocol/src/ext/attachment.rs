//! What an attachment is, whichever client wrote it.
//!
//! The platform fixes no form: an attachment is a bag of attributes, and its SDKs, samples and
//! documents fill it differently. This is the one place that knows their habits. Everything comes
//! from strangers, so whatever makes no sense says nothing: a number out of its range is no number,
//! and a place that is nowhere on Earth has no coordinates.

mod name;
mod place;

pub use self::name::shown_name;
pub use self::place::Place;
use crate::ext::extra_params::Attachment;
use crate::rest::blob::BlobUid;

/// Largest number that is taken for a size: what a JavaScript client can write exactly.
const MOST_BYTES: f64 = 9_007_199_254_740_991.0;

/// Largest width or height that is taken (pixels): what the header of a JPEG can say.
const MOST_PIXELS: f64 = 65_535.0;

/// Longest duration that is taken (seconds): a week.
const MOST_SECONDS: f64 = 604_800.0;

/// Longest address of a file.
const URL_BYTES: usize = 2048;

/// Longest media type (RFC 6838 §4.2: two names of 127 characters).
const TYPE_BYTES: usize = 255;

/// What sort of attachment it is, as far as its sender says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// Sound that somebody said.
    Voice,
    /// Anything else.
    File,
    /// A place.
    Location,
}

/// Where the bytes of an attachment are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// In the platform's storage.
    Blob(BlobUid),
    /// At an address. Whose it is and whether it may be asked is not known here.
    Url(String),
}

/// One attachment, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What sort it is.
    pub kind: AttachmentKind,
    /// Where its bytes are; `None` when the sender did not say, and for places.
    pub source: Option<Source>,
    /// Its name without anything that could mislead, at most 200 characters; empty for none.
    pub name: String,
    /// Its media type in lower case, as the sender says; empty for none.
    pub content_type: String,
    /// Bytes, as the sender says.
    pub size: Option<u64>,
    /// Width and height in pixels; both or neither.
    pub dimensions: Option<(u32, u32)>,
    /// Milliseconds.
    pub duration_millis: Option<u64>,
    /// Where it is, of a location whose coordinates make sense.
    pub place: Option<Place>,
}

impl Reading {
    /// Reads one attachment by its own attributes.
    pub fn of(attachment: &Attachment) -> Self {
        let text = |name: &str| attachment.get(name).map(str::trim).unwrap_or_default();
        let declared = text("type").to_ascii_lowercase();
        let name = shown_name(text("name"));
        let content_type = content_type(attachment, &declared);
        let source = source(attachment);
        let mut kind = kind(&declared, &content_type, &name);
        // Some clients leave the type out; what has no bytes but a place is a place.
        if source.is_none() && kind == AttachmentKind::File && Place::of(attachment).is_some() {
            kind = AttachmentKind::Location;
        }
        let is_location = kind == AttachmentKind::Location;
        let dimensions = number(text("width"), 1.0, MOST_PIXELS)
            .zip(number(text("height"), 1.0, MOST_PIXELS))
            .map(|(width, height)| (whole(width), whole(height)))
            .and_then(|(width, height)| Some((width.try_into().ok()?, height.try_into().ok()?)));
        Self {
            kind,
            source: source.filter(|_| !is_location),
            name,
            content_type,
            size: number(text("size"), 0.0, MOST_BYTES).map(whole),
            dimensions,
            duration_millis: number(text("duration"), 0.0, MOST_SECONDS)
                .map(|seconds| whole((seconds * 1000.0).round())),
            place: is_location.then(|| Place::of(attachment)).flatten(),
        }
    }
}

/// Where the bytes are. The `uid` counts before the `url`, which may carry a session of long ago;
/// old clients put the uid into `id`.
fn source(attachment: &Attachment) -> Option<Source> {
    let uid = |name: &str| {
        let text = attachment.get(name)?.trim();
        text.parse::<BlobUid>().ok().map(Source::Blob)
    };
    let url = || {
        let text = attachment.get("url").or_else(|| attachment.get("link"))?;
        let text = text.trim();
        let is_web = ["https://", "http://"].iter().any(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        (is_web && text.len() <= URL_BYTES).then(|| Source::Url(text.to_owned()))
    };
    uid("uid").or_else(url).or_else(|| uid("id"))
}

/// The media type a sender gives: `content-type`, or a `type` that is one.
fn content_type(attachment: &Attachment, declared: &str) -> String {
    let given = ["content-type", "content_type", "contentType", "mime"]
        .iter()
        .find_map(|name| attachment.get(name))
        .map(|text| text.trim().to_ascii_lowercase());
    given
        .filter(|text| is_media_type(text))
        .or_else(|| is_media_type(declared).then(|| declared.to_owned()))
        .unwrap_or_default()
}

fn is_media_type(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    text.len() <= TYPE_BYTES
        && text.bytes().all(plain)
        && text
            .split_once('/')
            .is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())
}

/// The sort of an attachment. A type that says nothing leaves it to the media type, and that to the
/// ending of the name.
fn kind(declared: &str, content_type: &str, name: &str) -> AttachmentKind {
    match declared {
        "location" | "place" | "geo" => return AttachmentKind::Location,
        // A drawing that may carry a program is a document, whatever it calls itself.
        _ if content_type.starts_with("image/svg") => return AttachmentKind::File,
        "photo" | "image" | "picture" | "gif" => return AttachmentKind::Image,
        "video" => return AttachmentKind::Video,
        "voice" | "ptt" | "voice_message" => return AttachmentKind::Voice,
        "audio" | "music" | "sound" => return AttachmentKind::Audio,
        _ => {}
    }
    match content_type.split_once('/').map(|(kind, _)| kind) {
        Some("image") => AttachmentKind::Image,
        Some("video") => AttachmentKind::Video,
        Some("audio") => AttachmentKind::Audio,
        Some(_) => AttachmentKind::File,
        None => kind_of_ending(name),
    }
}

fn kind_of_ending(name: &str) -> AttachmentKind {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif" | "webp") => AttachmentKind::Image,
        Some("mp4" | "mov" | "webm" | "m4v" | "mkv") => AttachmentKind::Video,
        Some("mp3" | "m4a" | "ogg" | "oga" | "opus" | "wav" | "aac" | "flac") => {
            AttachmentKind::Audio
        }
        _ => AttachmentKind::File,
    }
}

/// A number within a range, as clients write it: `347`, `347.0`, ` 347 `.
fn number(text: &str, least: f64, most: f64) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "callers have checked that it lies between 0 and 2^53"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests;
