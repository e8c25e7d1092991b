//! What is said of the microphone and of a recording.

use cubist_client::voice;
use serde::Serialize;
use specta::Type;

/// Why the microphone cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MicrophoneProblem {
    /// There is none.
    Missing,
    /// The system does not let this program hear.
    NotAllowed,
    /// Another program has it for itself.
    Busy,
    /// It is there and does not work.
    Failed,
}

/// Why a recording ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum VoiceEnd {
    /// It is as long as it may be.
    Limit,
    /// The microphone is gone.
    MicrophoneLost,
    /// The disk is full or failed.
    Disk,
}

impl From<voice::MicrophoneError> for MicrophoneProblem {
    fn from(error: voice::MicrophoneError) -> Self {
        match error {
            voice::MicrophoneError::Missing => Self::Missing,
            voice::MicrophoneError::NotAllowed => Self::NotAllowed,
            voice::MicrophoneError::Busy => Self::Busy,
            voice::MicrophoneError::Failed => Self::Failed,
        }
    }
}

impl From<voice::EndReason> for VoiceEnd {
    fn from(reason: voice::EndReason) -> Self {
        match reason {
            voice::EndReason::Limit => Self::Limit,
            voice::EndReason::MicrophoneLost => Self::MicrophoneLost,
            voice::EndReason::Disk => Self::Disk,
        }
    }
}
