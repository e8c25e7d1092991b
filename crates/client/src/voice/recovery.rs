//! What a crash or a full disk left of a recording.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use ogg::reading::{BasePacketReader, OggPage, PageParser};

use super::opus_file::RATE;
use super::recording::{Recorded, duration_of};
use super::waveform::Waveform;

/// Length of a page's header without its table of segments (RFC 3533, section 6).
const PAGE_HEADER: usize = 27;

/// Samples of the longest packet Opus knows: 120 ms.
const LONGEST_PACKET: usize = 5_760;

/// Makes a readable file of what was written: everything up to the last whole page. `None` when
/// there is nothing to hear in it. Blocks for as long as the sound takes to decode.
pub(crate) fn recover(path: &Path, shortest: Duration) -> io::Result<Option<Recorded>> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let Some(found) = Found::read(&file) else {
        return Ok(None);
    };
    let duration = duration_of(found.samples);
    if duration < shortest {
        return Ok(None);
    }
    file.set_len(found.length)?;
    file.sync_all()?;
    Ok(Some(Recorded {
        path: path.to_owned(),
        duration,
        waveform: found.waveform.bars(),
    }))
}

struct Found {
    /// Bytes of the whole pages.
    length: u64,
    /// Samples to hear.
    samples: u64,
    waveform: Waveform,
}

impl Found {
    /// Reads as far as it makes sense; `None` when that is not even the headers.
    fn read(file: &File) -> Option<Self> {
        let mut from = BufReader::new(file);
        let mut packets = BasePacketReader::new();
        let mut decoder = opus::Decoder::new(RATE, opus::Channels::Mono).ok()?;
        let mut frame = vec![0.0; LONGEST_PACKET];
        let (mut length, mut granule) = (0_u64, 0_u64);
        let mut pre_skip = None;
        let mut headers = 0_u8;
        let mut skip = 0_usize;
        let mut waveform = Waveform::new();
        while let Some((page, bytes)) = page(&mut from) {
            if packets.push_page(page).is_err() {
                break;
            }
            while let Some(packet) = packets.read_packet() {
                match headers {
                    0 => {
                        skip = usize::from(pre_skip_of(&packet.data)?);
                        pre_skip = Some(skip as u64);
                        headers = 1;
                    }
                    1 => headers = 2,
                    _ => {
                        let samples = decoder.decode_float(&packet.data, &mut frame, false).ok()?;
                        let heard = frame.get(..samples)?;
                        let skipped = skip.min(heard.len());
                        skip -= skipped;
                        waveform.add(heard.get(skipped..)?);
                        granule = packet.absgp_page();
                    }
                }
            }
            length += bytes;
        }
        Some(Self {
            length,
            samples: granule.saturating_sub(pre_skip?),
            waveform,
        })
    }
}

/// The next whole page and its length in bytes.
fn page(from: &mut impl Read) -> Option<(OggPage, u64)> {
    let mut header = [0; PAGE_HEADER];
    from.read_exact(&mut header).ok()?;
    let (mut parser, segments) = PageParser::new(header).ok()?;
    let mut table = vec![0; segments];
    from.read_exact(&mut table).ok()?;
    let content = parser.parse_segments(table);
    let mut bytes = vec![0; content];
    from.read_exact(&mut bytes).ok()?;
    let length = PAGE_HEADER + segments + content;
    // Compares the checksum.
    Some((parser.parse_packet_data(bytes).ok()?, length as u64))
}

fn pre_skip_of(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"OpusHead")?;
    Some(u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::loudness::LOUDEST;
    use super::super::opus_file::{OpusFile, RATE};
    use super::super::testing::{decode, tone};
    use super::recover;

    const SHORTEST: Duration = Duration::from_millis(500);

    /// Three and a half seconds, of which the last half is not yet on a page.
    fn broken() -> Vec<u8> {
        let mut file = OpusFile::new(Vec::new(), RATE, 1).unwrap();
        file.take(&tone(440.0, RATE, 0.5, 48_000 * 7 / 2)).unwrap();
        let whole = file.finish().unwrap();
        // The pages of three seconds; the last one is cut in its middle.
        let last = whole.windows(4).rposition(|four| four == b"OggS").unwrap();
        whole[..last + 60].to_vec()
    }

    #[test]
    fn what_was_written_before_a_crash_can_be_heard() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("left.ogg");
        std::fs::write(&path, broken()).unwrap();
        let recorded = recover(&path, SHORTEST).unwrap().unwrap();
        // Three seconds without what the decoder drops at the beginning.
        assert_eq!(recorded.duration, Duration::from_micros(2_993_500));
        assert_eq!(recorded.path, path);
        assert!(recorded.waveform.len() > 50);
        assert!(recorded.waveform.iter().all(|&bar| bar == LOUDEST));
        let decoded = decode(&std::fs::read(&path).unwrap());
        assert_eq!(decoded.sound.len(), 48_000 * 3 - 312);
        assert_eq!(decoded.granules, [48_000, 96_000, 144_000]);
        // A second look finds the same.
        assert_eq!(
            recover(&path, SHORTEST).unwrap().unwrap().duration,
            recorded.duration
        );
    }

    #[test]
    fn a_file_that_ended_well_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("left.ogg");
        let mut file = OpusFile::new(Vec::new(), RATE, 1).unwrap();
        file.take(&tone(440.0, RATE, 0.5, 60_000)).unwrap();
        let whole = file.finish().unwrap();
        std::fs::write(&path, &whole).unwrap();
        let recorded = recover(&path, SHORTEST).unwrap().unwrap();
        assert_eq!(recorded.duration, Duration::from_millis(1_250));
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn nothing_to_hear_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("left.ogg");
        let broken = broken();
        let flipped = |place: usize| {
            let mut bytes = broken.clone();
            bytes[place] ^= 1;
            bytes
        };
        for bytes in [
            Vec::new(),
            b"OggS".to_vec(),
            b"<html>no sound</html>".repeat(40),
            broken[..200].to_vec(),
            flipped(5),
            flipped(30),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(recover(&path, SHORTEST).unwrap(), None);
        }
    }
}
