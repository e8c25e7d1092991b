//! The system's clipboard, asked for files and pictures where the web view tells the page nothing
//! of them (`WebKitGTK` gives an empty list for a picture).

use arboard::Clipboard;
use cubist_client::{
    Account,
    model::{DialogId, Staging},
};
use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};

use crate::ipc::error::IpcError;

/// What was found.
enum Found {
    Files(Vec<std::path::PathBuf>),
    Picture(Vec<u8>),
    Nothing,
}

/// Takes what is in the clipboard for a chat; nothing when there are neither files nor a picture.
pub async fn stage(account: &Account, dialog: DialogId) -> Result<Staging, IpcError> {
    // Other programs answer for what is in it, and may take their time.
    let found = tauri::async_runtime::spawn_blocking(look)
        .await
        .map_err(|error| IpcError::Internal {
            message: error.to_string(),
        })?;
    Ok(match found {
        Found::Files(paths) => account.stage(dialog, paths).await?,
        Found::Picture(png) => account.stage_bytes(dialog, String::new(), png).await?,
        Found::Nothing => Staging::default(),
    })
}

fn look() -> Found {
    let mut clipboard = match Clipboard::new() {
        Ok(clipboard) => clipboard,
        Err(error) => {
            tracing::debug!(%error, "there is no clipboard");
            return Found::Nothing;
        }
    };
    if let Ok(paths) = clipboard.get().file_list()
        && !paths.is_empty()
    {
        return Found::Files(paths);
    }
    match clipboard.get_image() {
        Ok(pixels) => png(&pixels).map_or(Found::Nothing, Found::Picture),
        Err(error) => {
            tracing::debug!(%error, "no picture in the clipboard");
            Found::Nothing
        }
    }
}

fn png(pixels: &arboard::ImageData<'_>) -> Option<Vec<u8>> {
    let (width, height) = (
        pixels.width.try_into().ok()?,
        pixels.height.try_into().ok()?,
    );
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&pixels.bytes, width, height, ExtendedColorType::Rgba8)
        .ok()?;
    Some(png)
}
