//! Pictures that the window gives. Those it shows come over a scheme of their own (`shell::pictures`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cubist_client::model;
use serde::Deserialize;
use specta::Type;

use crate::ipc::error::IpcError;

/// Largest encoded picture taken, in bytes. A crop of 640 × 640 pixels stays below it in any format.
const LIMIT: usize = 2 * 1024 * 1024;

/// An encoded picture (PNG, JPEG, GIF or WebP) as Base64, 2 MB at most before encoding.
#[derive(Clone, Deserialize, Type)]
#[serde(transparent)]
pub struct Picture(String);

/// What becomes of a picture.
#[derive(Clone, Deserialize, Type)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub enum PictureChange {
    /// This one takes its place.
    Set(Picture),
    /// It goes away.
    Remove,
}

impl TryFrom<Picture> for Vec<u8> {
    type Error = IpcError;

    /// Whether the bytes are a picture is for the engine to say.
    fn try_from(picture: Picture) -> Result<Self, IpcError> {
        if picture.0.len() > LIMIT.div_ceil(3) * 4 {
            return Err(IpcError::UnsupportedPicture);
        }
        STANDARD
            .decode(picture.0)
            .map_err(|_| IpcError::UnsupportedPicture)
    }
}

impl TryFrom<PictureChange> for model::PictureChange {
    type Error = IpcError;

    fn try_from(change: PictureChange) -> Result<Self, IpcError> {
        Ok(match change {
            PictureChange::Set(picture) => Self::Set(picture.try_into()?),
            PictureChange::Remove => Self::Remove,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{IpcError, LIMIT, Picture};

    fn bytes(text: &str) -> Result<Vec<u8>, IpcError> {
        Picture(text.to_owned()).try_into()
    }

    #[test]
    fn base64_becomes_bytes_up_to_the_limit() {
        assert_eq!(bytes("iVBORw==").unwrap(), b"\x89PNG");
        let largest = "A".repeat(LIMIT.div_ceil(3) * 4);
        assert!(bytes(&largest).is_ok());
        for bad in ["no base64!", &format!("{largest}AAAA")] {
            assert!(matches!(bytes(bad), Err(IpcError::UnsupportedPicture)));
        }
    }
}
