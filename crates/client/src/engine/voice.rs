//! The one recording of an engine: there is one microphone, whoever is spoken to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Account, Engine};
use crate::error::Error;
use crate::events::ClientEvent;
use crate::model::{AccountId, DialogId, Staged, UnixMillis};
use crate::voice::recording::{self, News, Recording};
use crate::voice::recovery::recover;
use crate::voice::{Limits, MicrophoneError, Recorded};

/// Folder of an account where recordings are written.
const FOLDER: &str = "recordings";

/// A recording, and what it is for.
#[derive(Debug)]
pub(super) struct Running {
    account: Account,
    dialog: DialogId,
    recording: Recording,
}

impl Engine {
    /// Whether there is a microphone that can be used now.
    pub async fn check_microphone(&self) -> Result<(), MicrophoneError> {
        let microphone = Arc::clone(&self.inner.shared.microphone);
        tokio::task::spawn_blocking(move || microphone.check())
            .await
            .unwrap_or(Err(MicrophoneError::Failed))
    }

    /// Begins a voice message for a dialog. Levels and, when it ends by itself, the reason come as
    /// events; what is said goes to the disk at once. A recording that still runs is kept with the
    /// draft of its dialog first.
    pub async fn start_voice(&self, account: &AccountId, dialog: DialogId) -> Result<(), Error> {
        let account = self.account(account).ok_or(Error::NotFound)?;
        account.may_write(dialog).await?;
        let mut running = self.inner.voice.lock().await;
        if let Some(before) = running.take() {
            before.leave().await;
        }
        let folder = account.recordings();
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(crate::store::Error::from)?;
        let mut serial = [0; 4];
        self.inner.shared.random.fill(&mut serial);
        let serial = u32::from_le_bytes(serial);
        let shared = Arc::clone(&self.inner.shared);
        let id = account.id().clone();
        let recording = Recording::start(
            Arc::clone(&self.inner.shared.microphone),
            folder.join(file_name(dialog, shared.clock.now(), serial)),
            serial,
            self.inner.shared.voice_limits,
            move |news| shared.publish(event(id.clone(), dialog, news)),
        )
        .await?;
        *running = Some(Running {
            account,
            dialog,
            recording,
        });
        Ok(())
    }

    /// Ends the recording and keeps it with the draft of its dialog, to be heard and sent.
    /// [`Error::TooShort`] when nobody can have meant it; then nothing is kept.
    pub async fn stop_voice(&self) -> Result<Staged, Error> {
        let running = self.inner.voice.lock().await.take();
        running.ok_or(Error::NotFound)?.keep().await
    }

    /// Throws the recording away; without one there is nothing to do.
    pub async fn cancel_voice(&self) -> Result<(), Error> {
        if let Some(running) = self.inner.voice.lock().await.take() {
            running.recording.cancel().await?;
        }
        Ok(())
    }

    /// Ends a recording that nobody will end any more, of one account or of any: what was said is
    /// found with the draft.
    pub(super) async fn leave_voice(&self, account: Option<&AccountId>) {
        let running = self
            .inner
            .voice
            .lock()
            .await
            .take_if(|running| account.is_none_or(|account| running.account.id() == account));
        if let Some(running) = running {
            running.leave().await;
        }
    }
}

impl Running {
    async fn keep(self) -> Result<Staged, Error> {
        let recorded = self.recording.stop().await?;
        self.account.stage_recording(self.dialog, recorded).await
    }

    /// Keeps it for a person who does something else by now.
    async fn leave(self) {
        match self.keep().await {
            Ok(_) | Err(Error::TooShort) => {}
            // Its file stays where it is, and is found at the next start.
            Err(error) => tracing::warn!(%error, "a recording was not kept"),
        }
    }
}

impl Account {
    fn recordings(&self) -> PathBuf {
        self.folder().join(FOLDER)
    }

    /// Takes up recordings that a crash left: each is found with the draft of its dialog. What
    /// has nothing to hear is removed.
    pub(super) async fn recover_recordings(&self) {
        let folder = self.recordings();
        let found = tokio::task::spawn_blocking(move || left_in(&folder)).await;
        for (path, found) in found.unwrap_or_default() {
            let found = match found {
                // Nobody is there any more whom it was said to.
                Some((dialog, _)) if matches!(self.dialog(dialog).await, Ok(None)) => None,
                found => found,
            };
            let Some((dialog, recorded)) = found else {
                if let Err(error) = tokio::fs::remove_file(&path).await {
                    tracing::warn!(%error, "a recording was not removed");
                }
                continue;
            };
            if let Err(error) = self.stage_recording(dialog, recorded).await {
                tracing::warn!(%error, "a recording was not taken up again");
            }
        }
    }
}

/// Recordings in a folder, and what can be heard in them. Blocks.
fn left_in(folder: &Path) -> Vec<(PathBuf, Option<(DialogId, Recorded)>)> {
    // No folder: nothing was ever recorded.
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| {
            let path = entry.path();
            let recorded = dialog_of(&path).and_then(|dialog| {
                match recover(&path, Limits::default().shortest) {
                    Ok(recorded) => Some((dialog, recorded?)),
                    Err(error) => {
                        tracing::warn!(%error, "a recording cannot be read");
                        None
                    }
                }
            });
            (path, recorded)
        })
        .collect()
}

/// A recording is named by what it is for, so that it is found again without anything else.
fn file_name(dialog: DialogId, now: UnixMillis, serial: u32) -> String {
    format!("{dialog}-{}-{serial:08x}.ogg", now.seconds())
}

fn dialog_of(path: &Path) -> Option<DialogId> {
    path.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

fn event(account: AccountId, dialog: DialogId, news: News) -> ClientEvent {
    match news {
        News::Level { level, elapsed } => ClientEvent::VoiceLevel {
            account,
            dialog,
            level,
            elapsed,
        },
        News::Ended(reason) => ClientEvent::VoiceEnded {
            account,
            dialog,
            reason,
        },
    }
}

impl From<recording::Error> for Error {
    fn from(error: recording::Error) -> Self {
        match error {
            recording::Error::Microphone(reason) => Self::Microphone(reason),
            recording::Error::Io(error) => crate::store::Error::from(error).into(),
            recording::Error::TooShort => Self::TooShort,
            recording::Error::Codec => Self::Microphone(MicrophoneError::Failed),
        }
    }
}

#[cfg(test)]
mod tests;
