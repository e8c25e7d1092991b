//! The export of a chat.

use cubist_client::export;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::types::attachment::FileProblem;

/// The words of the pages that are written, in the person's language. Those of events are sentences
/// with `{who}`, `{people}` and `{name}` where names go.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is what its name says")]
pub struct ExportWords {
    pub language: String,
    pub right_to_left: bool,
    pub deleted: String,
    pub edited: String,
    pub forwarded: String,
    pub file_missing: String,
    pub somebody: String,
    pub incomplete: String,
    pub earlier: String,
    pub later: String,
    pub created: String,
    pub added: String,
    pub removed: String,
    pub left: String,
    pub renamed: String,
    pub photo: String,
    pub description: String,
    pub fields: String,
    pub admins_added: String,
    pub admins_removed: String,
    pub called: String,
    pub called_video: String,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ExportProgress {
    /// What is not on this computer is being fetched.
    Fetching {
        /// Messages looked at so far.
        messages: u32,
    },
    /// It is being written.
    Writing {
        /// Messages written so far.
        written: u32,
        /// All of them.
        total: u32,
        /// Files copied so far.
        files: u32,
        /// Of the files that come just now: bytes that are here.
        received: u64,
        /// All bytes of those; 0 while none comes.
        coming: u64,
    },
}

/// Why a file is not in the folder.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum MissingReason {
    /// It is at an address that somebody else chose, which an export does not ask.
    Elsewhere,
    /// It was removed from the server.
    Removed,
    /// It could not be fetched.
    Failed {
        /// What happened.
        problem: FileProblem,
    },
}

/// A file that is not in the folder.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MissingFile {
    /// Its name, or what it is.
    pub name: String,
    /// Why.
    pub reason: MissingReason,
}

/// What became of an export.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(
    tag = "type",
    content = "payload",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ExportOutcome {
    /// The folder is there.
    Done {
        /// Its name.
        folder: String,
        /// How many messages are in it.
        messages: u32,
        /// Whether the whole history is in it.
        complete: bool,
        /// How many files are in it.
        files: u32,
        /// How many files of the messages are not.
        missing: u32,
        /// The first of those.
        listed: Vec<MissingFile>,
    },
    /// No folder was chosen, or it was stopped; nothing is left of it.
    Cancelled,
}

impl From<ExportWords> for export::ExportWords {
    fn from(words: ExportWords) -> Self {
        Self {
            language: words.language,
            right_to_left: words.right_to_left,
            deleted: words.deleted,
            edited: words.edited,
            forwarded: words.forwarded,
            file_missing: words.file_missing,
            somebody: words.somebody,
            incomplete: words.incomplete,
            earlier: words.earlier,
            later: words.later,
            created: words.created,
            added: words.added,
            removed: words.removed,
            left: words.left,
            renamed: words.renamed,
            photo: words.photo,
            description: words.description,
            fields: words.fields,
            admins_added: words.admins_added,
            admins_removed: words.admins_removed,
            called: words.called,
            called_video: words.called_video,
        }
    }
}

impl From<export::ExportProgress> for ExportProgress {
    fn from(progress: export::ExportProgress) -> Self {
        match progress {
            export::ExportProgress::Fetching { messages } => Self::Fetching { messages },
            export::ExportProgress::Writing {
                written,
                total,
                files,
                coming,
            } => {
                let (received, coming) = coming.unwrap_or_default();
                Self::Writing {
                    written,
                    total,
                    files,
                    received,
                    coming,
                }
            }
        }
    }
}

impl From<export::MissingFile> for MissingFile {
    fn from(file: export::MissingFile) -> Self {
        Self {
            name: file.name,
            reason: match file.reason {
                export::MissingReason::Elsewhere => MissingReason::Elsewhere,
                export::MissingReason::Removed => MissingReason::Removed,
                export::MissingReason::Failed(problem) => MissingReason::Failed {
                    problem: problem.into(),
                },
            },
        }
    }
}
