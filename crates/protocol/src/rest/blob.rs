//! Stored files: pictures of people and dialogs, attachments (guide: "Storage").
//!
//! A file is announced ([`NewBlob`]), uploaded as a form to the address that the answer names
//! ([`UploadForm`]), and declared complete ([`CompleteBlob`]); only then it can be downloaded.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::ids::BlobId;
use crate::rest::tolerant;
use crate::timestamp::IsoTime;

mod upload;

pub use crate::rest::blob::upload::{UploadForm, UploadFormError};

/// Longest uid that is taken; the platform's have 34 to 36 characters.
const MAX_UID_CHARS: usize = 100;

/// The name of a stored file within links: letters, digits, `-` and `_`.
///
/// Nothing else is one, so that a uid can stand in a path of an address or of the file system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BlobUid(String);

/// A text that names no stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected up to 100 letters and digits")]
pub struct BlobUidError;

impl BlobUid {
    /// The uid as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BlobUid {
    type Err = BlobUidError;

    fn from_str(text: &str) -> Result<Self, BlobUidError> {
        let is_uid = (1..=MAX_UID_CHARS).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_uid {
            Ok(Self(text.to_owned()))
        } else {
            Err(BlobUidError)
        }
    }
}

impl fmt::Display for BlobUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BlobUid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a caller may do with the address of [`BlobAccess`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BlobAccessKind {
    /// Upload.
    Write,
    /// Download.
    Read,
}

/// An address for upload or download, valid for a while.
///
/// Both addresses let their holder in, so they are not shown in debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobAccess {
    /// Names the access; the file's own number.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub id: Option<BlobId>,
    /// The file.
    #[serde(default, deserialize_with = "tolerant::opt_id")]
    pub blob_id: Option<BlobId>,
    /// Until when.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub expires: Option<IsoTime>,
    /// For what.
    #[serde(default, deserialize_with = "tolerant::opt_value")]
    pub object_access_type: Option<BlobAccessKind>,
    /// For uploads: see [`UploadForm`].
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub params: Option<String>,
    /// For downloads; the platform's documents misspell it.
    #[serde(
        default,
        alias = "dowload_url",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub download_url: Option<String>,
}

impl fmt::Debug for BlobAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobAccess")
            .field("blob_id", &self.blob_id)
            .field("expires", &self.expires)
            .field("object_access_type", &self.object_access_type)
            .finish_non_exhaustive()
    }
}

/// A stored file, as the API tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Its number.
    pub id: BlobId,
    /// Its name in links.
    pub uid: BlobUid,
    /// Its media type.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub content_type: Option<String>,
    /// The name its owner gave it.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub name: Option<String>,
    /// Bytes; `null` until it is complete.
    #[serde(default, deserialize_with = "tolerant::opt_count")]
    pub size: Option<u64>,
    /// When it was announced.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub created_at: Option<IsoTime>,
    /// When it was last changed.
    #[serde(default, deserialize_with = "tolerant::opt_moment")]
    pub updated_at: Option<IsoTime>,
    /// Whether it can be downloaded without a session.
    #[serde(default, deserialize_with = "tolerant::flag_or_false")]
    pub public: bool,
    /// Where to upload or download it, in the answers that are about this.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_value"
    )]
    pub blob_object_access: Option<BlobAccess>,
}

/// `{"blob":{…}}` in answers and in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobEnvelope {
    /// The file.
    pub blob: Blob,
}

/// A file that is announced: the body of `POST /blobs` is [`NewBlobEnvelope`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBlob {
    /// Its name, 1 to 100 characters.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub name: Option<String>,
    /// Its media type.
    #[serde(default, deserialize_with = "tolerant::opt_text")]
    pub content_type: Option<String>,
    /// Whether it shall be downloadable without a session.
    #[serde(default, deserialize_with = "tolerant::flag_or_false")]
    pub public: bool,
}

/// `{"blob":{…}}` in the announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBlobEnvelope {
    /// The file.
    pub blob: NewBlob,
}

/// A new name: the body of `PUT /blobs/{id}` is [`UpdateBlobEnvelope`].
///
/// The official SDK sends it as `GET /blobs/{id}?blob[name]=new`, which
/// [`crate::rest::form::to_json`] turns into the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateBlob {
    /// The name, when it shall change.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "tolerant::opt_text"
    )]
    pub name: Option<String>,
}

/// `{"blob":{…}}` in a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateBlobEnvelope {
    /// The changes.
    pub blob: UpdateBlob,
}

/// The body of `PUT /blobs/{id}/complete`, which says how much was uploaded.
///
/// Written as the official SDK does, `{"size":11}`; read from that and from the documented
/// `{"blob":{"size":"11"}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct CompleteBlob {
    /// Bytes.
    pub size: u64,
}

impl TryFrom<Value> for CompleteBlob {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, &'static str> {
        let inner = value.get("blob").unwrap_or(&value);
        let size = inner.get("size").and_then(tolerant::integer);
        size.and_then(|size| u64::try_from(size).ok())
            .map(|size| Self { size })
            .ok_or("expected the size in bytes")
    }
}

#[cfg(test)]
mod tests;
