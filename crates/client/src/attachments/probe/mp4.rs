//! The head of a film in the base media file format (ISO/IEC 14496-12): MP4, and `QuickTime` before it.
//!
//! Only the few boxes that say how large and how long it is are read. The tables of its samples grow
//! with the film and may claim anything, so they are passed over: memory stays small whatever a file says.

use std::io::{Read, Seek, SeekFrom};
use std::time::Duration;

use re_mp4::{
    BoxHeader, BoxType, FourCC, HEADER_SIZE, HdlrBox, MehdBox, MvhdBox, ReadBox, TkhdBox, TrackKind,
};

use super::Movie;

/// Longest box that is read (bytes); those that are wanted have a hundred or two.
const MOST_BYTES: u64 = 4 * 1024;

/// Boxes that are looked at: a film has a dozen for each of its few tracks.
const MOST_BOXES: u32 = 10_000;

/// Film, track, medium: what is wanted does not lie deeper.
const DEEPEST: u32 = 3;

/// Reads the head of a film of `length` bytes; `None` without one.
pub(super) fn read(reader: &mut (impl Read + Seek), length: u64) -> Option<Movie> {
    let mut head = Head::default();
    head.walk(reader, 0, length, 0);
    let header = head.header?;
    // A film that is written in pieces knows its length only behind them.
    let ticks = match header.duration {
        0 => head.in_pieces,
        ticks => ticks,
    };
    // All bits set: nobody knows (§8.2.2).
    let is_known = ticks != u64::from(u32::MAX) && ticks != u64::MAX;
    let duration = (header.timescale > 0 && is_known)
        .then(|| seconds(ticks, header.timescale))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Some(Movie {
        pixels: head.pixels,
        duration,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a film longer than 2^52 ticks is none"
)]
fn seconds(ticks: u64, per_second: u32) -> f64 {
    ticks as f64 / f64::from(per_second)
}

#[derive(Default)]
struct Head {
    header: Option<MvhdBox>,
    /// Of a film that is written in pieces, in ticks.
    in_pieces: u64,
    /// The track that is being looked at.
    track: Option<TkhdBox>,
    pixels: Option<(u32, u32)>,
    looked_at: u32,
}

impl Head {
    /// Looks at the boxes between two places of the file. Ends early where they do not fit.
    fn walk(
        &mut self,
        reader: &mut (impl Read + Seek),
        mut at: u64,
        end: u64,
        depth: u32,
    ) -> Option<()> {
        while at.checked_add(HEADER_SIZE)? <= end && self.looked_at < MOST_BOXES {
            self.looked_at += 1;
            reader.seek(SeekFrom::Start(at)).ok()?;
            let BoxHeader { name, size } = BoxHeader::read(reader).ok()?;
            let body = reader.stream_position().ok()?;
            let next = match size {
                // It goes to the end of the file.
                0 => end,
                size => body.checked_add(size.checked_sub(HEADER_SIZE)?)?,
            };
            self.look(reader, name, (body, next.min(end)), depth);
            at = next;
        }
        Some(())
    }

    fn look(
        &mut self,
        reader: &mut (impl Read + Seek),
        name: BoxType,
        (body, end): (u64, u64),
        depth: u32,
    ) {
        const AROUND: [BoxType; 4] = [
            BoxType::MoovBox,
            BoxType::MvexBox,
            BoxType::TrakBox,
            BoxType::MdiaBox,
        ];
        if AROUND.contains(&name) {
            if name == BoxType::TrakBox {
                self.track = None;
            }
            if depth < DEEPEST {
                self.walk(reader, body, end, depth + 1);
            }
        } else if name == BoxType::MvhdBox {
            self.header = decode(reader, body, end);
        } else if name == BoxType::MehdBox {
            let whole: Option<MehdBox> = decode(reader, body, end);
            self.in_pieces = whole.map_or(0, |whole| whole.fragment_duration);
        } else if name == BoxType::TkhdBox {
            self.track = decode(reader, body, end);
        } else if name == BoxType::HdlrBox {
            let handler: Option<HdlrBox> = decode(reader, body, end);
            let video = FourCC::from(TrackKind::Video);
            if let (Some(handler), Some(track)) = (handler, &self.track)
                && handler.handler_type == video
            {
                self.pixels = self.pixels.or(Some(shown(track)));
            }
        }
    }
}

/// Reads a box whose content lies between two places.
fn decode<'a, R, B>(reader: &'a mut R, body: u64, end: u64) -> Option<B>
where
    R: Read + Seek,
    B: ReadBox<&'a mut R>,
{
    let size = end.checked_sub(body)?.checked_add(HEADER_SIZE)?;
    (size <= MOST_BYTES).then_some(())?;
    B::read_box(reader, size).ok()
}

/// The size of a track's picture. A quarter turn has nothing on the diagonal (§8.3.2).
fn shown(track: &TkhdBox) -> (u32, u32) {
    let (width, height) = (
        u32::from(track.width.value()),
        u32::from(track.height.value()),
    );
    if track.matrix.a == 0 && track.matrix.d == 0 {
        (height, width)
    } else {
        (width, height)
    }
}
