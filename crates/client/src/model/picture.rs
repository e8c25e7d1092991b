//! Pictures of people and dialogs.

use std::fmt;
use std::sync::Arc;

/// How the bytes of a [`Picture`] are encoded. The engine makes no other kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// Without transparency.
    Jpeg,
    /// With transparency.
    Png,
}

impl PictureKind {
    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Its number in the cache; never renumbered.
    pub const fn code(self) -> i64 {
        match self {
            Self::Jpeg => 1,
            Self::Png => 2,
        }
    }

    /// The kind with this number in the cache.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Jpeg),
            2 => Some(Self::Png),
            _ => None,
        }
    }
}

/// A picture the engine has checked and encoded itself: at most 512 pixels wide and high.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The encoded picture.
    pub bytes: Arc<[u8]>,
    /// How it is encoded.
    pub kind: PictureKind,
}

impl Picture {
    /// The media type of `bytes`.
    pub const fn content_type(&self) -> &'static str {
        self.kind.content_type()
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("kind", &self.kind)
            .field("len", &self.bytes.len())
            .finish()
    }
}
