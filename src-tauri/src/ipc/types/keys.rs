//! What opens the encrypted caches.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether the key of the encrypted cache is at hand.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum KeyState {
    /// The caches can be opened.
    Ready,
    /// No keychain here: the person chooses how the key is kept.
    NeedsChoice,
    /// Nothing opened by itself.
    #[serde(rename_all = "camelCase")]
    Locked {
        /// What could open them.
        slots: Vec<SlotKind>,
    },
}

/// A way to open the caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SlotKind {
    /// The system's keychain, without a person.
    Keychain,
    /// A passphrase.
    Passphrase,
    /// A file that only this account of the computer can read, without a person.
    KeyFile,
    /// A code on paper.
    RecoveryCode,
}

/// The ways there are.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeySlots {
    /// In the order they are tried in.
    pub slots: Vec<SlotKind>,
    /// Whether the app can be locked: nothing opens without a person.
    pub can_lock: bool,
}

/// How the key is kept.
#[derive(Clone, Deserialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum KeyChoice {
    /// In the system's keychain.
    Keychain,
    /// Wrapped by a passphrase that is asked for at each start.
    Passphrase(String),
    /// In a file that only this account of the computer can read.
    KeyFile,
}

impl From<cubist_client::keys::KeyState> for KeyState {
    fn from(state: cubist_client::keys::KeyState) -> Self {
        match state {
            cubist_client::keys::KeyState::Ready => Self::Ready,
            cubist_client::keys::KeyState::NeedsChoice { .. } => Self::NeedsChoice,
            cubist_client::keys::KeyState::Locked { slots } => Self::Locked {
                slots: slots.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<cubist_client::keys::SlotKind> for SlotKind {
    fn from(kind: cubist_client::keys::SlotKind) -> Self {
        match kind {
            cubist_client::keys::SlotKind::Keychain => Self::Keychain,
            cubist_client::keys::SlotKind::Passphrase => Self::Passphrase,
            cubist_client::keys::SlotKind::KeyFile => Self::KeyFile,
            cubist_client::keys::SlotKind::RecoveryCode => Self::RecoveryCode,
        }
    }
}

impl From<SlotKind> for cubist_client::keys::SlotKind {
    fn from(kind: SlotKind) -> Self {
        match kind {
            SlotKind::Keychain => Self::Keychain,
            SlotKind::Passphrase => Self::Passphrase,
            SlotKind::KeyFile => Self::KeyFile,
            SlotKind::RecoveryCode => Self::RecoveryCode,
        }
    }
}

impl From<KeyChoice> for cubist_client::keys::KeyChoice {
    fn from(choice: KeyChoice) -> Self {
        match choice {
            KeyChoice::Keychain => Self::Keychain,
            KeyChoice::Passphrase(text) => Self::Passphrase(text.into()),
            KeyChoice::KeyFile => Self::KeyFile,
        }
    }
}
