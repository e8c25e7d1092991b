//! How the engine's types stand in columns: ids as 12 bytes, people as integers, absence as the
//! column's default.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::model::{DialogId, MessageId, ObjectId, UserId};
use crate::store::Error;

/// A dialog or message id as a blob of 12 bytes, which sorts like its hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Oid([u8; 12]);

impl Oid {
    /// As a dialog's.
    pub(super) fn dialog(self) -> DialogId {
        DialogId::new(ObjectId::from_bytes(self.0))
    }

    /// As a message's.
    pub(super) fn message(self) -> MessageId {
        MessageId::new(ObjectId::from_bytes(self.0))
    }
}

impl From<DialogId> for Oid {
    fn from(id: DialogId) -> Self {
        Self(id.object_id().bytes())
    }
}

impl From<MessageId> for Oid {
    fn from(id: MessageId) -> Self {
        Self(id.object_id().bytes())
    }
}

impl ToSql for Oid {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Oid {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        Ok(Self(bytes.try_into().map_err(|_| {
            FromSqlError::InvalidBlobSize {
                expected_size: 12,
                blob_size: bytes.len(),
            }
        })?))
    }
}

/// A message id whose column may be empty.
pub(super) fn optional_message(bytes: &[u8]) -> Option<MessageId> {
    let bytes: [u8; 12] = bytes.try_into().ok()?;
    Some(MessageId::new(ObjectId::from_bytes(bytes)))
}

/// A person whose column may be zero.
pub(super) fn optional_user(value: i64) -> Option<UserId> {
    UserId::try_from(value).ok()
}

/// A person who must be there.
pub(super) fn user(value: i64) -> Result<UserId, Error> {
    UserId::try_from(value).map_err(|_| Error::Corrupt { what: "user id" })
}

/// A text whose absence is stored as an empty one.
pub(super) fn optional_text(text: String) -> Option<String> {
    if text.is_empty() { None } else { Some(text) }
}
