//! Files of certificate authorities that a person gives.

use std::path::Path;

use cubist_client::model::Authority;
use tauri::WebviewWindow;

use crate::{ipc::error::IpcError, shell::file_dialog};

/// Largest certificate file read; a bundle of a public system has 200 kB.
const LIMIT: u64 = 1024 * 1024;

/// Lets the person choose one; `None` when they change their mind. Whether it is one, the engine
/// says.
pub async fn choose(window: &WebviewWindow) -> Result<Option<Authority>, IpcError> {
    match file_dialog::choose_file(window).await {
        Some(path) => read(&path).await.map(Some),
        None => Ok(None),
    }
}

/// Reads a file in PEM.
pub async fn read(path: &Path) -> Result<Authority, IpcError> {
    let name = path.file_name().unwrap_or_default();
    Ok(Authority {
        name: name.to_string_lossy().into_owned(),
        pem: text(path).await?,
    })
}

/// The text of a file in PEM.
pub async fn text(path: &Path) -> Result<String, IpcError> {
    let unreadable = |_| IpcError::InvalidInput {
        field: "authority".to_owned(),
    };
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > LIMIT {
        return Err(IpcError::InvalidInput {
            field: "authority".to_owned(),
        });
    }
    tokio::fs::read_to_string(path).await.map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[tokio::test]
    async fn a_file_is_known_by_its_name_and_none_is_read_that_is_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("our root.pem");
        std::fs::write(&path, "text").unwrap();
        let authority = read(&path).await.unwrap();
        assert_eq!(
            (&*authority.name, &*authority.pem),
            ("our root.pem", "text")
        );
        std::fs::write(&path, vec![b'a'; 1024 * 1024 + 1]).unwrap();
        assert!(read(&path).await.is_err());
        assert!(read(&folder.path().join("none.pem")).await.is_err());
    }
}
