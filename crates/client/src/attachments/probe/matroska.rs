//! The head of a film in Matroska (RFC 9559), of which `WebM` is a part.
//!
//! Only the few elements that say how large and how long it is are read; all others are passed over,
//! so memory stays small whatever a file says.

use std::io::{Read, Seek, SeekFrom};
use std::time::Duration;

use super::Movie;

/// Elements that are looked at: a film of hours has thousands of clusters, mostly behind its head.
const MOST_ELEMENTS: u32 = 10_000;

/// Segment, tracks, track, video: what is wanted does not lie deeper.
const DEEPEST: u32 = 4;

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK: u32 = 0xAE;
const VIDEO: u32 = 0xE0;
const PIXEL_WIDTH: u32 = 0xB0;
const PIXEL_HEIGHT: u32 = 0xBA;

/// Nanoseconds of a tick, unless the film says otherwise (§5.1.2.9).
const MILLISECOND: u64 = 1_000_000;

/// Reads the head of a film of `length` bytes; `None` without one.
pub(super) fn read(reader: &mut (impl Read + Seek), length: u64) -> Option<Movie> {
    let mut head = Head::default();
    head.walk(reader, 0, length, 0);
    (head.has_info || head.has_tracks).then_some(())?;
    let scale = head.scale.unwrap_or(MILLISECOND);
    Some(Movie {
        pixels: head.pixels,
        duration: head.ticks.and_then(|ticks| seconds(ticks, scale)),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a tick of 2^52 nanoseconds is as long as a film"
)]
fn seconds(ticks: f64, scale: u64) -> Option<Duration> {
    Duration::try_from_secs_f64(ticks * scale as f64 / 1e9).ok()
}

/// What stands before the content of an element (RFC 8794 §4 to §6).
struct Element {
    id: u32,
    /// Where its content begins.
    body: u64,
    /// Where it ends; `None` for one that is written while it is sent, and ends where others begin.
    end: Option<u64>,
}

#[derive(Default)]
struct Head {
    has_info: bool,
    has_tracks: bool,
    /// Nanoseconds of a tick.
    scale: Option<u64>,
    ticks: Option<f64>,
    width: Option<u64>,
    height: Option<u64>,
    /// Of the first track that is seen.
    pixels: Option<(u32, u32)>,
    looked_at: u32,
}

impl Head {
    /// Looks at the elements between two places of the file. Ends early where they do not fit.
    fn walk(
        &mut self,
        reader: &mut (impl Read + Seek),
        mut at: u64,
        end: u64,
        depth: u32,
    ) -> Option<()> {
        while at < end && self.looked_at < MOST_ELEMENTS && !self.is_whole(depth) {
            self.looked_at += 1;
            reader.seek(SeekFrom::Start(at)).ok()?;
            let element = element(reader)?;
            let next = element.end;
            self.look(reader, &element, next.unwrap_or(end).min(end), depth);
            at = next?;
        }
        Some(())
    }

    /// Nothing behind both parts is wanted.
    const fn is_whole(&self, depth: u32) -> bool {
        depth <= 1 && self.has_info && self.has_tracks
    }

    fn look(
        &mut self,
        reader: &mut (impl Read + Seek),
        element: &Element,
        end: u64,
        depth: u32,
    ) -> Option<()> {
        let &Element { id, body, .. } = element;
        match id {
            SEGMENT | INFO | TRACKS | TRACK | VIDEO if depth < DEEPEST => {
                if id == TRACK {
                    (self.width, self.height) = (None, None);
                }
                self.walk(reader, body, end, depth + 1);
                self.has_info |= id == INFO;
                self.has_tracks |= id == TRACKS;
                if id == VIDEO && self.pixels.is_none() {
                    let width = self.width?.try_into().ok()?;
                    self.pixels = Some((width, self.height?.try_into().ok()?));
                }
            }
            TIMESTAMP_SCALE => self.scale = number(reader, end.checked_sub(body)?),
            DURATION => self.ticks = fraction(reader, end.checked_sub(body)?),
            PIXEL_WIDTH => self.width = number(reader, end.checked_sub(body)?),
            PIXEL_HEIGHT => self.height = number(reader, end.checked_sub(body)?),
            _ => {}
        }
        Some(())
    }
}

fn element(reader: &mut (impl Read + Seek)) -> Option<Element> {
    let (id, _) = prefixed(reader, 4)?;
    let (size, length) = prefixed(reader, 8)?;
    let body = reader.stream_position().ok()?;
    // The bit that ends the prefix is a part of a name, but not of a size.
    let mask = (1_u64 << (7 * length)) - 1;
    let size = size & mask;
    Some(Element {
        id: id.try_into().ok()?,
        body,
        end: (size != mask).then(|| body.checked_add(size)).flatten(),
    })
}

/// A number that says by its first bits how many bytes it has, and how many those are.
fn prefixed(reader: &mut impl Read, longest: u32) -> Option<(u64, u32)> {
    let first = byte(reader)?;
    let length = first.leading_zeros() + 1;
    (length <= longest).then_some(())?;
    let number = (1..length).try_fold(u64::from(first), |number, _| {
        Some(number << 8 | u64::from(byte(reader)?))
    })?;
    Some((number, length))
}

/// A whole number (RFC 8794 §7.2).
fn number(reader: &mut impl Read, length: u64) -> Option<u64> {
    (length <= 8).then_some(())?;
    (0..length).try_fold(0, |number: u64, _| {
        Some(number << 8 | u64::from(byte(reader)?))
    })
}

/// A number with a fraction (RFC 8794 §7.3).
fn fraction(reader: &mut impl Read, length: u64) -> Option<f64> {
    let bits = number(reader, length)?;
    match length {
        4 => Some(f32::from_bits(bits.try_into().ok()?).into()),
        8 => Some(f64::from_bits(bits)),
        _ => None,
    }
}

fn byte(reader: &mut impl Read) -> Option<u8> {
    let mut byte = [0];
    reader.read_exact(&mut byte).ok()?;
    Some(u8::from_be_bytes(byte))
}
