//! One recording: a thread that turns what a microphone hears into a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::sync::oneshot;

use super::loudness::{NEAR_VOICE, Power, bar};
use super::microphone::{Capture, Ear, Microphone, MicrophoneError};
use super::opus_file::{OpusFile, RATE, WriteError};
use super::recovery::recover;
use super::resampler::{Resampler, UnusableFormat};
use super::waveform::Waveform;

/// Samples between two levels: 50 ms, which is smooth to look at.
const LEVEL: u32 = 2_400;

/// How long recordings may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Recordings end by themselves when they are as long as this.
    pub longest: Duration,
    /// Shorter ones are slips of the finger.
    pub shortest: Duration,
    /// A microphone that says nothing for this long, not even silence, is gone.
    pub quiet: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            longest: Duration::from_secs(15 * 60),
            shortest: Duration::from_millis(500),
            quiet: Duration::from_secs(4),
        }
    }
}

/// How long a driver may take to let go of its microphone before the recording is finished without.
const LET_GO: Duration = Duration::from_millis(500);

/// Why a recording ended by itself. What was said until then is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// It is as long as it may be.
    Limit,
    /// The microphone is gone.
    MicrophoneLost,
    /// The disk is full or failed.
    Disk,
}

/// A finished recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The Ogg Opus file.
    pub path: PathBuf,
    /// How long it plays.
    pub duration: Duration,
    /// Up to [`MOST_BARS`](super::MOST_BARS) bars from 0 to [`LOUDEST`](super::LOUDEST).
    pub waveform: Vec<u8>,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The microphone cannot be used.
    #[error(transparent)]
    Microphone(#[from] MicrophoneError),
    /// The disk failed.
    #[error("the recording could not be written")]
    Io(#[from] io::Error),
    /// Too short to be meant.
    #[error("the recording is too short")]
    TooShort,
    /// The encoder failed.
    #[error("the recording could not be encoded")]
    Codec,
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io(error) => Self::Io(error),
            WriteError::Codec(error) => {
                tracing::error!(%error, "sound could not be encoded");
                Self::Codec
            }
        }
    }
}

impl From<UnusableFormat> for Error {
    fn from(_: UnusableFormat) -> Self {
        Self::Microphone(MicrophoneError::Failed)
    }
}

/// What a recording tells while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// How loud it is, twenty times a second.
    Level {
        /// From 0 to [`LOUDEST`](super::LOUDEST).
        level: u8,
        /// Length so far.
        elapsed: Duration,
    },
    /// It ended by itself, and waits to be taken.
    Ended(EndReason),
}

/// What reaches the thread, in order.
#[derive(Debug)]
pub(super) enum Signal {
    Heard(Vec<f32>),
    Lost,
    Stop,
    Cancel,
}

/// A recording that runs, or has ended and waits. Dropped, it ends and leaves its file behind.
#[derive(Debug)]
pub(crate) struct Recording {
    signals: Sender<Signal>,
    outcome: Option<oneshot::Receiver<Result<Recorded, Error>>>,
}

impl Recording {
    /// Opens the microphone and records to `path`, a file that is not there yet. `serial` is any
    /// number. Returns when sound flows.
    pub(crate) async fn start(
        microphone: Arc<dyn Microphone>,
        path: PathBuf,
        serial: u32,
        limits: Limits,
        tell: impl FnMut(News) + Send + 'static,
    ) -> Result<Self, Error> {
        let (signals, heard) = mpsc::channel();
        let (begun, beginning) = oneshot::channel();
        let (ended, outcome) = oneshot::channel();
        let ear = Ear::new(signals.clone());
        let work = move || match Take::begin(&*microphone, ear, path, serial, limits, tell) {
            Ok((capture, mut take)) => {
                begun.send(Ok(())).ok();
                let end = take.listen(&heard);
                let (open, closed) = mpsc::channel::<()>();
                let finish = move || {
                    // Nothing is said: it comes to an end when the other side is dropped.
                    closed.recv_timeout(LET_GO).ok();
                    ended.send(take.end(end)).ok();
                };
                if let Err(error) = thread("voice file", finish) {
                    // What is on disk is found at the next start.
                    tracing::error!(%error, "a recording was not finished");
                }
                // The light of the microphone goes out before the disk is waited for. The driver of
                // one that is gone may never answer; that holds up this thread and nobody else.
                drop(capture);
                drop(open);
            }
            Err(error) => {
                begun.send(Err(error)).ok();
            }
        };
        // A thread of its own: an open microphone must stay on the thread that opened it, and
        // opening one can block.
        thread("voice", work)?;
        beginning.await.map_err(|_| Error::Codec)??;
        Ok(Self {
            signals,
            outcome: Some(outcome),
        })
    }

    /// Ends it. One that ended by itself gives what it has.
    pub(crate) async fn stop(mut self) -> Result<Recorded, Error> {
        self.signals.send(Signal::Stop).ok();
        self.outcome().await
    }

    /// Ends it and removes its file.
    pub(crate) async fn cancel(mut self) -> Result<(), Error> {
        self.signals.send(Signal::Cancel).ok();
        match self.outcome().await {
            // It had ended by itself before.
            Ok(recorded) => Ok(tokio::fs::remove_file(recorded.path).await?),
            Err(Error::TooShort) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn outcome(&mut self) -> Result<Recorded, Error> {
        match self.outcome.take() {
            Some(outcome) => outcome.await.map_err(|_| Error::Codec)?,
            None => Err(Error::Codec),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.signals.send(Signal::Stop).ok();
    }
}

/// The thread's own state.
struct Take<F> {
    ear: Ear,
    path: PathBuf,
    limits: Limits,
    tell: F,
    resampler: Resampler,
    file: OpusFile<BufWriter<File>>,
    waveform: Waveform,
    level: Power,
    mono: Vec<f32>,
}

/// A thread with a name.
fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)?;
    Ok(())
}

/// How listening ended.
enum End {
    Stopped,
    Cancelled,
    Itself(EndReason),
}

impl<F: FnMut(News)> Take<F> {
    fn begin(
        microphone: &dyn Microphone,
        ear: Ear,
        path: PathBuf,
        serial: u32,
        limits: Limits,
        tell: F,
    ) -> Result<(Capture, Self), Error> {
        let capture = microphone.open(ear.clone())?;
        let resampler = Resampler::new(capture.rate, capture.channels)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        let file = match OpusFile::new(BufWriter::new(file), capture.rate, serial) {
            Ok(file) => file,
            Err(error) => {
                remove(&path);
                return Err(error.into());
            }
        };
        let take = Self {
            ear,
            path,
            limits,
            tell,
            resampler,
            file,
            waveform: Waveform::new(),
            level: Power::default(),
            mono: Vec::new(),
        };
        Ok((capture, take))
    }

    /// Makes a whole file of what was heard. One that nobody is to hear is gone afterwards.
    fn end(self, ended: Result<End, Error>) -> Result<Recorded, Error> {
        let Self {
            path,
            limits,
            mut tell,
            resampler,
            file,
            waveform,
            ..
        } = self;
        let (reason, finished) = match ended {
            Ok(End::Cancelled) => {
                drop(file);
                remove(&path);
                return Err(Error::TooShort);
            }
            Ok(End::Stopped) => (None, finish(file, resampler, waveform, &limits)),
            Ok(End::Itself(reason)) => (Some(reason), finish(file, resampler, waveform, &limits)),
            Err(error) => {
                drop(file);
                (Some(EndReason::Disk), Err(error))
            }
        };
        let recorded = match finished {
            Ok((duration, waveform)) if duration >= limits.shortest => Ok(Recorded {
                path: path.clone(),
                duration,
                waveform,
            }),
            Ok(_) => Err(Error::TooShort),
            // What was written before can be heard all the same.
            Err(error) => {
                tracing::warn!(%error, "a recording was not finished");
                recover(&path, limits.shortest)?.ok_or(error)
            }
        };
        if recorded.is_err() {
            remove(&path);
        }
        if let Some(reason) = reason {
            tell(News::Ended(reason));
        }
        recorded
    }

    fn listen(&mut self, signals: &Receiver<Signal>) -> Result<End, Error> {
        loop {
            match signals.recv_timeout(self.limits.quiet) {
                Ok(Signal::Heard(samples)) => {
                    self.ear.taken(samples.len());
                    if self.take(&samples)? {
                        return Ok(End::Itself(EndReason::Limit));
                    }
                }
                Ok(Signal::Stop) => return Ok(End::Stopped),
                Ok(Signal::Cancel) => return Ok(End::Cancelled),
                Ok(Signal::Lost) | Err(_) => return Ok(End::Itself(EndReason::MicrophoneLost)),
            }
        }
    }

    /// Takes sound; true when there is no room for more.
    fn take(&mut self, samples: &[f32]) -> Result<bool, Error> {
        self.mono.clear();
        self.resampler.take(samples, &mut self.mono)?;
        let room = samples_of(self.limits.longest).saturating_sub(self.file.heard());
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        self.mono.truncate(room);
        let before = self.file.heard();
        self.file.take(&self.mono)?;
        self.waveform.add(&self.mono);
        self.tell_levels(before);
        Ok(self.mono.len() >= room)
    }

    /// Tells a level for each stretch that is over. `before` are the samples before these.
    fn tell_levels(&mut self, before: u64) {
        let mut rest = self.mono.as_slice();
        let mut heard = before;
        while !rest.is_empty() {
            let missing = LEVEL.saturating_sub(self.level.samples());
            let (now, later) = rest.split_at(
                rest.len()
                    .min(usize::try_from(missing).unwrap_or(usize::MAX)),
            );
            self.level.add(now);
            heard += now.len() as u64;
            rest = later;
            if self.level.samples() >= LEVEL {
                let level = bar(std::mem::take(&mut self.level).rms(), NEAR_VOICE);
                let elapsed = duration_of(heard);
                (self.tell)(News::Level { level, elapsed });
            }
        }
    }
}

/// Writes the end, and sees to it that all of it is on disk.
fn finish(
    mut file: OpusFile<BufWriter<File>>,
    resampler: Resampler,
    mut waveform: Waveform,
    limits: &Limits,
) -> Result<(Duration, Vec<u8>), Error> {
    let mut rest = Vec::new();
    resampler.finish(&mut rest)?;
    let room = samples_of(limits.longest).saturating_sub(file.heard());
    rest.truncate(usize::try_from(room).unwrap_or(usize::MAX));
    file.take(&rest)?;
    waveform.add(&rest);
    let duration = duration_of(file.heard());
    let written = file
        .finish()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    written.sync_all()?;
    Ok((duration, waveform.bars()))
}

/// How long samples at 48 kHz play.
pub(super) fn duration_of(samples: u64) -> Duration {
    // A sample is 62,500 / 3 nanoseconds.
    Duration::from_nanos(samples.saturating_mul(62_500) / 3)
}

fn samples_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX) / 1_000 * u64::from(RATE) / 1_000
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(%error, "a recording was not removed");
    }
}

#[cfg(test)]
mod tests;
