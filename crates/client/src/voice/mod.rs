//! Voice messages: from a microphone to an Ogg Opus file with its waveform.
//!
//! The microphone itself is a [`Microphone`] that the one who opens the engine brings along, so
//! that nothing here needs a sound card. A `recording` streams to disk second by second; what a
//! crash leaves behind is a readable file, and `recovery` makes a whole one of it.

mod loudness;
mod microphone;
mod opus_file;
pub(crate) mod recording;
pub(crate) mod recovery;
mod resampler;
#[cfg(test)]
pub(crate) mod testing;
mod waveform;

pub use self::loudness::LOUDEST;
pub use self::microphone::{Capture, Ear, Microphone, MicrophoneError, NoMicrophone};
pub use self::recording::{EndReason, Limits, Recorded};
pub use self::waveform::MOST_BARS;
