//! What a file is that a person chose: its media type, and how large or how long it will be shown.
//!
//! Read from the bytes, not from the name; only headers are looked at. The libraries that read films
//! and sound expect files in good order, so a file that confuses one is simply a file.
//!
//! Slow: call it on a thread that may block.

mod matroska;
mod mp4;

use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use image::{ImageDecoder, ImageFormat, ImageReader};
use lofty::file::AudioFile as _;

use crate::attachments::images::sniffed;
use crate::attachments::moving::{self, Needed};
use crate::model::AttachmentKind;

/// The beginning of a file that tells what it is.
const HEAD: usize = 8 * 1024;

/// Nothing that moves is wider or higher.
const MOST_PIXELS: u32 = 65_535;

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probed {
    pub(crate) kind: AttachmentKind,
    pub(crate) content_type: String,
    /// As it is to be shown: turned, where the file says so.
    pub(crate) size: Option<(u32, u32)>,
    /// Milliseconds.
    pub(crate) duration: Option<u64>,
    /// Of a picture that moves, which loses that when it is encoded anew: what of it is to be sent.
    pub(crate) moving: Option<Needed>,
}

/// Looks at a file.
pub(crate) fn probe(mut file: impl Read + Seek, length: u64, name: &str) -> Probed {
    let content_type = content_type(&mut file, name);
    let mut found = Probed {
        kind: AttachmentKind::File,
        content_type,
        size: None,
        duration: None,
        moving: None,
    };
    if file.rewind().is_err() {
        return found;
    }
    let essence = found.content_type.clone();
    let looked = catch_unwind(AssertUnwindSafe(|| match essence.split('/').next() {
        Some("image") => picture(file),
        Some("video") => film(file, length, &essence),
        Some("audio") => sound(file),
        _ => None,
    }));
    if let Ok(Some(look)) = looked {
        found.kind = look.kind;
        found.size = look.size;
        found.duration = look
            .duration
            .and_then(|duration| u64::try_from(duration.as_millis()).ok())
            .filter(|&millis| millis > 0);
        found.moving = look.moving;
    } else {
        // A film or a sound that cannot be measured can still be played.
        match essence.split('/').next() {
            Some("video") => found.kind = AttachmentKind::Video,
            Some("audio") => found.kind = AttachmentKind::Audio,
            _ => {}
        }
    }
    found
}

/// What the head of a film says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Movie {
    /// Width and height as it is to be shown: turned, where it says so.
    pixels: Option<(u32, u32)>,
    /// How long it is.
    duration: Option<Duration>,
}

struct Look {
    kind: AttachmentKind,
    size: Option<(u32, u32)>,
    duration: Option<Duration>,
    moving: Option<Needed>,
}

fn content_type(mut file: impl Read, name: &str) -> String {
    let mut head = Vec::with_capacity(HEAD);
    let read = file.by_ref().take(HEAD as u64).read_to_end(&mut head);
    let sniffed = read.map_or("", |_| sniffed(&head));
    let by_name = mime_guess::from_path(name).first_raw();
    match ((!sniffed.is_empty()).then_some(sniffed), by_name) {
        // Documents of offices are archives within.
        (Some("application/zip"), Some(by_name)) => by_name,
        (Some(sniffed), _) => sniffed,
        // What begins like nothing known is believed to be text or data, but no picture.
        (None, Some(by_name)) if !is_shown(by_name) => by_name,
        (None, _) => "application/octet-stream",
    }
    .to_owned()
}

fn is_shown(content_type: &str) -> bool {
    ["image/", "video/", "audio/"]
        .iter()
        .any(|kind| content_type.starts_with(kind) && content_type != "image/svg+xml")
}

fn picture(file: impl Read + Seek) -> Option<Look> {
    let reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .ok()?;
    let format = reader.format()?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif
    ) {
        return None;
    }
    let mut file = reader.into_inner();
    // One frame of any other format does not move.
    let moving = moving::look(format, &mut file);
    let moves = moving.frames > 1 || format == ImageFormat::Gif;
    file.rewind().ok()?;
    let mut decoder = ImageReader::with_format(file, format).into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let turned = decoder.orientation().is_ok_and(|orientation| {
        use image::metadata::Orientation::{
            FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180,
            Rotate270, Rotate270FlipH,
        };
        match orientation {
            Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => true,
            NoTransforms | Rotate180 | FlipHorizontal | FlipVertical => false,
        }
    });
    Some(Look {
        kind: AttachmentKind::Image,
        size: Some(if turned {
            (height, width)
        } else {
            (width, height)
        }),
        duration: None,
        moving: moving.needed.filter(|_| moves),
    })
}

fn film(file: impl Read + Seek, length: u64, content_type: &str) -> Option<Look> {
    let look = |size: Option<(u32, u32)>, duration| Look {
        kind: AttachmentKind::Video,
        size: size.filter(|&(width, height)| {
            (1..=MOST_PIXELS).contains(&width) && (1..=MOST_PIXELS).contains(&height)
        }),
        duration,
        moving: None,
    };
    let mut file = BufReader::new(file);
    let movie = match content_type {
        "video/x-matroska" | "video/webm" => matroska::read(&mut file, length),
        _ => mp4::read(&mut file, length),
    }?;
    Some(look(movie.pixels, movie.duration))
}

fn sound(file: impl Read + Seek) -> Option<Look> {
    let sound = lofty::probe::Probe::new(BufReader::new(file))
        .guess_file_type()
        .ok()?
        .read()
        .ok()?;
    Some(Look {
        kind: AttachmentKind::Audio,
        size: None,
        duration: Some(sound.properties().duration()),
        moving: None,
    })
}

#[cfg(test)]
mod tests;
