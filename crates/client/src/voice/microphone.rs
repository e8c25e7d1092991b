//! What the engine asks of a microphone.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use super::recording::Signal;

/// Samples that may wait for the encoder: ten seconds of stereo at 48 kHz, some four megabytes.
/// A disk that stands still for longer loses what is said meanwhile, not the memory.
const MOST_WAITING: usize = 960_000;

/// Why a microphone cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MicrophoneError {
    /// There is none.
    #[error("there is no microphone")]
    Missing,
    /// The system does not let this program hear.
    #[error("the microphone may not be used")]
    NotAllowed,
    /// Another program has it for itself.
    #[error("the microphone is in use")]
    Busy,
    /// It is there and does not work.
    #[error("the microphone does not work")]
    Failed,
}

/// The computer's microphone, or what stands in for one.
pub trait Microphone: fmt::Debug + Send + Sync {
    /// Whether it could be opened now. May block for as long as the system needs to look.
    fn check(&self) -> Result<(), MicrophoneError>;

    /// Opens it: from now on it tells `ear` what it hears, until the answer is dropped. Called on
    /// a thread of its own, where the answer stays.
    fn open(&self, ear: Ear) -> Result<Capture, MicrophoneError>;
}

/// An open microphone.
pub struct Capture {
    /// Samples a second and channel, Hz.
    pub rate: u32,
    /// Interleaved channels.
    pub channels: u16,
    /// What keeps it open.
    pub stream: Box<dyn Any>,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("rate", &self.rate)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// Where a microphone puts what it hears. Never blocks: it is called where sound must not wait.
#[derive(Clone, Debug)]
pub struct Ear {
    signals: Sender<Signal>,
    waiting: Arc<AtomicUsize>,
}

impl Ear {
    pub(super) fn new(signals: Sender<Signal>) -> Self {
        Self {
            signals,
            waiting: Arc::default(),
        }
    }

    /// Interleaved samples from -1 to 1.
    pub fn hear(&self, samples: Vec<f32>) {
        if self.waiting.load(Ordering::Acquire) + samples.len() > MOST_WAITING {
            return;
        }
        self.waiting.fetch_add(samples.len(), Ordering::AcqRel);
        // Nobody listens any more once the recording has ended.
        self.signals.send(Signal::Heard(samples)).ok();
    }

    /// The microphone is gone.
    pub fn lose(&self) {
        self.signals.send(Signal::Lost).ok();
    }

    /// These samples wait no longer.
    pub(super) fn taken(&self, samples: usize) {
        self.waiting.fetch_sub(samples, Ordering::AcqRel);
    }
}

/// For engines that nobody speaks to.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMicrophone;

impl Microphone for NoMicrophone {
    fn check(&self) -> Result<(), MicrophoneError> {
        Err(MicrophoneError::Missing)
    }

    fn open(&self, _ear: Ear) -> Result<Capture, MicrophoneError> {
        Err(MicrophoneError::Missing)
    }
}
