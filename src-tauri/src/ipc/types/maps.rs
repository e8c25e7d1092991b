//! What is said of a source of maps.

use cubist_client::tiles::SourceLook;
use serde::Serialize;
use specta::Type;

/// What a source of maps holds, as far as it can be said before a map is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MapLook {
    /// Pictures.
    Pictures,
    /// Something else, mostly vector tiles, which are not drawn.
    NoPictures,
    /// It cannot be read or reached.
    Unreadable,
}

impl From<SourceLook> for MapLook {
    fn from(look: SourceLook) -> Self {
        match look {
            SourceLook::Pictures => Self::Pictures,
            SourceLook::NoPictures => Self::NoPictures,
            SourceLook::Unreadable => Self::Unreadable,
        }
    }
}
