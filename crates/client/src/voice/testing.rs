//! Sounds to record, and what can be heard in them.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "some minutes of samples are counted exactly, and a sample needs no more digits"
)]

use std::io::Cursor;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

use ogg::PacketReader;

use super::microphone::{Capture, Ear, Microphone, MicrophoneError};

/// A sine wave.
pub(crate) fn tone(hertz: f32, rate: u32, amplitude: f32, samples: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * f64::from(hertz) / f64::from(rate);
    (0..samples)
        .map(|place| ((step * place as f64).sin() as f32) * amplitude)
        .collect()
}

/// Root mean square.
pub(crate) fn rms(sound: &[f32]) -> f32 {
    let sum: f32 = sound.iter().map(|sample| sample * sample).sum();
    (sum / sound.len().max(1) as f32).sqrt()
}

/// Frequency of a tone by how often it rises through zero, Hz.
pub(crate) fn frequency(sound: &[f32], rate: u32) -> f32 {
    let rises = sound
        .windows(2)
        .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
        .count();
    rises as f32 * rate as f32 / sound.len() as f32
}

/// An Ogg Opus file, read by the rules of RFC 7845 and decoded.
pub(crate) struct Decoded {
    /// Bytes of the first packet.
    pub(crate) head: Vec<u8>,
    /// Bytes of the second.
    pub(crate) tags: Vec<u8>,
    /// Granule positions of the pages, in order.
    pub(crate) granules: Vec<u64>,
    /// Whether the last page says that it is the last.
    pub(crate) ended: bool,
    /// One channel at 48 kHz, without what is to be skipped and trimmed.
    pub(crate) sound: Vec<f32>,
}

/// Reads a file up to its end, or to where it stops making sense.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let mut packets = PacketReader::new(Cursor::new(bytes));
    let mut codec = opus::Decoder::new(48_000, opus::Channels::Mono).unwrap();
    let head = packets.read_packet_expected().unwrap().data;
    let tags = packets.read_packet_expected().unwrap().data;
    let mut decoded = Decoded {
        head,
        tags,
        granules: Vec::new(),
        ended: false,
        sound: Vec::new(),
    };
    let mut frame = vec![0.0; 5760];
    while let Ok(Some(packet)) = packets.read_packet() {
        let samples = codec.decode_float(&packet.data, &mut frame, false).unwrap();
        decoded.sound.extend(&frame[..samples]);
        if packet.last_in_page() {
            decoded.granules.push(packet.absgp_page());
        }
        decoded.ended = packet.last_in_stream();
    }
    if decoded.ended {
        let end = usize::try_from(*decoded.granules.last().unwrap()).unwrap();
        assert!(end <= decoded.sound.len(), "more promised than is there");
        decoded.sound.truncate(end);
    }
    let pre_skip = usize::from(u16::from_le_bytes([decoded.head[10], decoded.head[11]]));
    decoded.sound.drain(..pre_skip);
    decoded
}

/// A microphone that hears what the test says.
#[derive(Debug)]
pub(crate) struct Puppet {
    rate: u32,
    channels: u16,
    ears: Mutex<Sender<Ear>>,
    open: Arc<AtomicBool>,
}

impl Puppet {
    /// A microphone of this format, and who listens to it.
    pub(crate) fn new(rate: u32, channels: u16) -> (Arc<Self>, Receiver<Ear>) {
        let (ears, listeners) = mpsc::channel();
        let puppet = Self {
            rate,
            channels,
            ears: Mutex::new(ears),
            open: Arc::default(),
        };
        (Arc::new(puppet), listeners)
    }

    /// Whether somebody listens, as the light beside a real one says.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }
}

impl Microphone for Puppet {
    fn check(&self) -> Result<(), MicrophoneError> {
        Ok(())
    }

    fn open(&self, ear: Ear) -> Result<Capture, MicrophoneError> {
        self.ears.lock().unwrap().send(ear).unwrap();
        self.open.store(true, Ordering::Release);
        Ok(Capture {
            rate: self.rate,
            channels: self.channels,
            stream: Box::new(Light(Arc::clone(&self.open))),
        })
    }
}

struct Light(Arc<AtomicBool>);

impl Drop for Light {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
