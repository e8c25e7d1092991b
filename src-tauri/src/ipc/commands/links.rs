//! Links in messages.

use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt as _;
use url::Url;

use crate::ipc::error::IpcError;

/// Opens a web page in the person's browser.
#[tauri::command]
#[specta::specta]
pub async fn open_link(app: AppHandle, url: String) -> Result<(), IpcError> {
    let url = web_address(&url)?;
    app.opener()
        .open_url(url.as_str(), None::<&str>)
        .map_err(|error| IpcError::Internal {
            message: error.to_string(),
        })
}

/// Only web pages: a message is written by a stranger, and `file:` or a program's own scheme
/// would let them start things here.
fn web_address(text: &str) -> Result<Url, IpcError> {
    let refused = || IpcError::InvalidInput {
        field: "url".to_owned(),
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn only_web_pages_open() {
        for good in ["https://example.org/a?b#c", "http://localhost:8080"] {
            assert!(web_address(good).is_ok(), "{good}");
        }
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "mailto:a@b.c",
            "cubist:user/1",
            "example.org",
            "",
        ] {
            assert!(web_address(bad).is_err(), "{bad}");
        }
    }
}
