//! Searches: what is looked for, and what is found.

use cubist_client::model;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ipc::{
    error::IpcError,
    types::{
        ids::{self, DialogId, UserId},
        message::Message,
    },
};

/// What a message must carry.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Has {
    /// A file of any kind, pictures included.
    File,
    /// A picture.
    Image,
    /// A web address in its text.
    Link,
    /// A place on the map.
    Location,
}

/// What is looked for; every part narrows the search, and an empty one does not.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchQuery {
    /// Words, all of which a message must have.
    pub text: String,
    /// Written by one of these.
    pub from: Vec<UserId>,
    /// In one of these.
    pub dialog_ids: Vec<DialogId>,
    /// With all of these.
    pub has: Vec<Has>,
    /// Sent at this moment or later, in unix milliseconds.
    pub since: Option<i64>,
    /// Sent before this moment, in unix milliseconds.
    pub before: Option<i64>,
}

/// A part of the text that is shown with a hit.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPart {
    /// The words.
    pub text: String,
    /// Whether they are what was looked for.
    pub hit: bool,
}

/// A message that was found.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// The name of its dialog.
    pub dialog_name: String,
    /// What is around the first hit, in parts; empty for a message without words.
    pub snippet: Vec<SnippetPart>,
    /// The attachment whose name the snippet is, by its place in the message.
    pub attachment: Option<u32>,
}

/// A part of what is found on this computer.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// The hits, newest first.
    pub hits: Vec<SearchHit>,
    /// How many there are, as far as they are counted; only with the first part.
    pub total: u32,
    /// Whether there are more than that.
    pub has_more_than_counted: bool,
    /// Where to go on; `null` at the end.
    pub next: Option<String>,
    /// Whether older messages are still being made searchable.
    pub is_indexing: bool,
}

/// A part of what only the server has.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerHits {
    /// The hits, newest first; they are on this computer from now on.
    pub hits: Vec<SearchHit>,
    /// Before which moment to go on, in unix milliseconds; `null` when there is nothing more.
    pub next: Option<i64>,
}

impl From<Has> for model::Has {
    fn from(has: Has) -> Self {
        match has {
            Has::File => Self::File,
            Has::Image => Self::Image,
            Has::Link => Self::Link,
            Has::Location => Self::Location,
        }
    }
}

impl TryFrom<SearchQuery> for model::SearchQuery {
    type Error = IpcError;

    fn try_from(query: SearchQuery) -> Result<Self, IpcError> {
        Ok(Self {
            text: query.text,
            from: ids::all(query.from)?,
            dialogs: ids::all(query.dialog_ids)?,
            has: query.has.into_iter().map(Into::into).collect(),
            since: query.since.map(model::UnixMillis),
            before: query.before.map(model::UnixMillis),
        })
    }
}

impl From<model::SearchHit> for SearchHit {
    fn from(hit: model::SearchHit) -> Self {
        Self {
            message: hit.message.into(),
            dialog_name: hit.dialog_name,
            snippet: hit
                .snippet
                .into_iter()
                .map(|part| SnippetPart {
                    text: part.text,
                    hit: part.hit,
                })
                .collect(),
            attachment: hit.attachment,
        }
    }
}

impl From<model::SearchPage> for SearchPage {
    fn from(page: model::SearchPage) -> Self {
        Self {
            hits: page.hits.into_iter().map(Into::into).collect(),
            total: page.total,
            has_more_than_counted: page.has_more_than_counted,
            next: page.next.map(|next| next.to_string()),
            is_indexing: page.is_indexing,
        }
    }
}

impl From<model::ServerHits> for ServerHits {
    fn from(found: model::ServerHits) -> Self {
        Self {
            hits: found.hits.into_iter().map(Into::into).collect(),
            next: found.next.map(|next| next.0),
        }
    }
}
