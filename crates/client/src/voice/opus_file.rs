//! Writes Ogg Opus (RFC 7845) as the sound arrives: what is on disk is readable up to the last second.

use std::io::{self, Write};

use ogg::{PacketWriteEndInfo, PacketWriter};

/// What Opus counts in, and what is encoded here: samples a second, Hz.
pub(super) const RATE: u32 = 48_000;

/// Samples of a packet: 20 ms, Opus' usual size.
const FRAME: usize = 960;

/// Bits a second: a voice at full bandwidth. More is not heard, less is.
const BITRATE: i32 = 24_000;

/// Largest packet that is made: a frame at the highest rate Opus knows.
const LARGEST_PACKET: usize = 1_276;

/// Packets of a page: a second. That much is lost at most when the computer stops.
const PAGE: u32 = 50;

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// The disk failed, or is full.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The encoder failed.
    #[error(transparent)]
    Codec(#[from] opus::Error),
}

/// One voice at 48 kHz, being written.
pub(super) struct OpusFile<W: Write> {
    encoder: opus::Encoder,
    packets: PacketWriter<'static, W>,
    /// Number of the stream within its file.
    serial: u32,
    /// Samples at the beginning that the decoder has to drop.
    pre_skip: u16,
    /// Samples that wait for a whole frame.
    frame: Vec<f32>,
    /// Samples that were taken.
    heard: u64,
    /// Samples within written packets.
    coded: u64,
    /// Packets on the current page.
    on_page: u32,
}

impl<W: Write> OpusFile<W> {
    /// Writes the headers. `rate` is the microphone's, which the file mentions; `serial` is any
    /// number.
    pub(super) fn new(to: W, rate: u32, serial: u32) -> Result<Self, WriteError> {
        let mut encoder = opus::Encoder::new(RATE, opus::Channels::Mono, opus::Application::Voip)?;
        encoder.set_bitrate(opus::Bitrate::Bits(BITRATE))?;
        encoder.set_signal(opus::Signal::Voice)?;
        let pre_skip = u16::try_from(encoder.get_lookahead()?).unwrap_or_default();
        let mut packets = PacketWriter::new(to);
        // Each header has a page of its own (RFC 7845, section 3).
        let end = PacketWriteEndInfo::EndPage;
        packets.write_packet(head(pre_skip, rate), serial, end, 0)?;
        packets.write_packet(tags(), serial, PacketWriteEndInfo::EndPage, 0)?;
        packets.inner_mut().flush()?;
        Ok(Self {
            encoder,
            packets,
            serial,
            pre_skip,
            frame: Vec::with_capacity(FRAME),
            heard: 0,
            coded: 0,
            on_page: 0,
        })
    }

    /// Samples that were taken.
    pub(super) fn heard(&self) -> u64 {
        self.heard
    }

    /// Takes sound.
    pub(super) fn take(&mut self, mut samples: &[f32]) -> Result<(), WriteError> {
        self.heard += samples.len() as u64;
        while !samples.is_empty() {
            let room = FRAME.saturating_sub(self.frame.len());
            let (now, later) = samples.split_at(samples.len().min(room));
            self.frame.extend_from_slice(now);
            samples = later;
            if self.frame.len() >= FRAME {
                let ends_page = self.on_page + 1 >= PAGE;
                let end = if ends_page {
                    PacketWriteEndInfo::EndPage
                } else {
                    PacketWriteEndInfo::NormalPacket
                };
                let granule = self.coded + FRAME as u64;
                self.write(end, granule)?;
                self.on_page = if ends_page { 0 } else { self.on_page + 1 };
            }
        }
        Ok(())
    }

    /// Writes what is still inside and the end. The last granule position says how much of the
    /// last packet counts, so that the sound is as long as what was taken, to the sample.
    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        let whole = self.heard + u64::from(self.pre_skip);
        loop {
            self.frame.resize(FRAME, 0.0);
            let granule = self.coded + FRAME as u64;
            if granule >= whole {
                self.write(PacketWriteEndInfo::EndStream, whole)?;
                return Ok(self.packets.into_inner());
            }
            self.write(PacketWriteEndInfo::NormalPacket, granule)?;
        }
    }

    /// Encodes the frame. A page that ends is handed to the system at once.
    fn write(&mut self, end: PacketWriteEndInfo, granule: u64) -> Result<(), WriteError> {
        let packet = self.encoder.encode_vec_float(&self.frame, LARGEST_PACKET)?;
        self.frame.clear();
        self.coded += FRAME as u64;
        let flush = end != PacketWriteEndInfo::NormalPacket;
        self.packets
            .write_packet(packet, self.serial, end, granule)?;
        if flush {
            self.packets.inner_mut().flush()?;
        }
        Ok(())
    }
}

/// The identification header (RFC 7845, section 5.1).
fn head(pre_skip: u16, rate: u32) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    head.push(1); // version
    head.push(1); // channels
    head.extend(pre_skip.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend(0_i16.to_le_bytes()); // gain
    head.push(0); // mapping of channels: one
    head
}

/// The comment header (RFC 7845, section 5.2): who made the encoder, and nothing about the person.
fn tags() -> Vec<u8> {
    let vendor = opus::version();
    let mut tags = b"OpusTags".to_vec();
    tags.extend(
        u32::try_from(vendor.len())
            .unwrap_or_default()
            .to_le_bytes(),
    );
    tags.extend(vendor.bytes());
    tags.extend(0_u32.to_le_bytes()); // comments
    tags
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::super::testing::{decode, frequency, rms, tone};
    use super::{OpusFile, RATE, WriteError};

    fn encode(sound: &[f32], piece: usize) -> Vec<u8> {
        let mut file = OpusFile::new(Vec::new(), 44_100, 7).unwrap();
        for piece in sound.chunks(piece) {
            file.take(piece).unwrap();
        }
        assert_eq!(file.heard(), sound.len() as u64);
        file.finish().unwrap()
    }

    #[test]
    fn the_headers_say_what_follows() {
        let decoded = decode(&encode(&tone(440.0, RATE, 0.5, 4_800), 4_800));
        let head = &decoded.head;
        assert_eq!(head.len(), 19);
        assert_eq!(&head[..10], b"OpusHead\x01\x01");
        // 6.5 ms, which libopus looks ahead at 48 kHz.
        assert_eq!(u16::from_le_bytes([head[10], head[11]]), 312);
        assert_eq!(head[12..16], 44_100_u32.to_le_bytes());
        assert_eq!(head[16..], [0, 0, 0]);
        let vendor = opus::version();
        assert_eq!(&decoded.tags[..8], b"OpusTags");
        assert_eq!(decoded.tags.len(), 8 + 4 + vendor.len() + 4);
        assert_eq!(decoded.tags[12..12 + vendor.len()], *vendor.as_bytes());
    }

    #[test]
    fn a_tone_comes_back_as_long_and_as_loud_as_it_was() {
        // Frames that end exactly, just before and just behind the end of a packet, and pages.
        for samples in [1, 648, 649, 959, 960, 961, 48_000, 48_001, 143_688, 150_000] {
            let sound = tone(440.0, RATE, 0.5, samples);
            let decoded = decode(&encode(&sound, 1_023));
            assert!(decoded.ended);
            assert_eq!(decoded.sound.len(), samples);
            let last = *decoded.granules.last().unwrap();
            assert_eq!(last, samples as u64 + 312);
            if samples >= 48_000 {
                let middle = &decoded.sound[9_600..38_400];
                let heard = frequency(middle, RATE);
                assert!((heard - 440.0).abs() < 2.0, "{heard} Hz");
                let (before, after) = (rms(&sound), rms(middle));
                assert!((before - after).abs() < 0.05 * before, "{before} {after}");
            }
        }
    }

    #[test]
    fn a_page_holds_a_second_and_says_where_it_ends() {
        let decoded = decode(&encode(&tone(440.0, RATE, 0.5, 48_000 * 3 + 100), 960));
        assert_eq!(decoded.granules, [48_000, 96_000, 144_000, 144_412]);
    }

    #[test]
    fn a_minute_of_speech_is_small() {
        // Three tones that come and go like syllables.
        let mut sound = tone(180.0, RATE, 0.3, 48_000 * 60);
        for (place, sample) in sound.iter_mut().enumerate() {
            if place / 9_600 % 3 == 0 {
                *sample *= 0.1;
            }
        }
        let bytes = encode(&sound, 480).len();
        // 24 kbit/s for 60 s are 180,000 bytes; pages add about one per cent.
        assert!((60_000..200_000).contains(&bytes), "{bytes} bytes");
    }

    /// A disk with room for so many bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(bytes.len())
                .ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_said_at_once() {
        let full = |error| match error {
            WriteError::Io(error) => error.kind() == io::ErrorKind::StorageFull,
            WriteError::Codec(_) => false,
        };
        assert!(OpusFile::new(SmallDisk(40), RATE, 1).is_err_and(full));
        let mut file = OpusFile::new(SmallDisk(1_000), RATE, 1).unwrap();
        let second = tone(440.0, RATE, 0.5, 48_000);
        let failed = (0..10).find_map(|_| file.take(&second).err());
        assert!(failed.is_some_and(full));
    }

    #[test]
    fn nothing_at_all_is_a_file_too() {
        let decoded = decode(&encode(&[], 960));
        assert!(decoded.ended && decoded.sound.is_empty());
    }
}
