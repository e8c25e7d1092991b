//! Links in messages.

use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt as _;
use url::Url;

use crate::{
    ipc::{
        error::IpcError,
        types::{ids::AccountId, link::Link, message::LinkPreview, organisation::Feature},
    },
    state::App,
};

/// What the page behind a link that is being written shows of itself; `null` when it shows nothing,
/// may not be asked, or does not answer within some seconds.
#[tauri::command]
#[specta::specta]
pub async fn link_preview(
    app: State<'_, App>,
    account_id: AccountId,
    url: String,
) -> Result<Option<LinkPreview>, IpcError> {
    let account = app.account(account_id).await?;
    let url = web_address(&url)?;
    if !app.settings.get().link_previews || app.organisations.allow(Feature::LinkPreviews).is_err()
    {
        return Ok(None);
    }
    Ok(account.link_preview(url).await?.map(Into::into))
}

/// Opens a web page, or a program to write mail or to telephone, as the person's system has it.
#[tauri::command]
#[specta::specta]
pub async fn open_link(app: AppHandle, url: String) -> Result<(), IpcError> {
    let url = outside_address(&url)?;
    app.opener()
        .open_url(url.as_str(), None::<&str>)
        .map_err(|error| IpcError::Internal {
            message: error.to_string(),
        })
}

/// The link from outside that was followed last, once; `null` when there is none.
#[tauri::command]
#[specta::specta]
pub async fn take_link(app: State<'_, App>) -> Result<Option<Link>, IpcError> {
    Ok(app.link.take())
}

/// Only web pages, and whom to write to or to call: a message is written by a stranger, and `file:`
/// or a program's own scheme would let them start things here.
fn outside_address(text: &str) -> Result<Url, IpcError> {
    let url = Url::parse(text).map_err(|_| refused())?;
    // What else a mail address can carry (texts, attachments) would be written in this person's
    // name, and the part behind the scheme goes to another program as it is.
    let is_plain = |extra: &[u8]| {
        let rest = url.path();
        url.query().is_none()
            && url.fragment().is_none()
            && !rest.starts_with('-')
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
    };
    match url.scheme() {
        "http" | "https" => web_address(text),
        "mailto" if is_plain(b"@.+-_=") && url.path().contains('@') => Ok(url),
        "tel" if is_plain(b"+-.()") => Ok(url),
        _ => Err(refused()),
    }
}

/// The address of a web page.
fn web_address(text: &str) -> Result<Url, IpcError> {
    let url = Url::parse(text).map_err(|_| refused())?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(refused()),
    }
}

fn refused() -> IpcError {
    IpcError::InvalidInput {
        field: "url".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{outside_address, web_address};

    #[test]
    fn web_pages_mail_and_telephone_open() {
        for good in [
            "https://example.org/a?b#c",
            "http://localhost:8080",
            "mailto:ann@example.org",
            "mailto:ann+list@example.org",
            "tel:+49-30-123",
        ] {
            assert!(outside_address(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn nothing_else_does() {
        for bad in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "mailto:a@b.c?attach=/etc/passwd",
            "mailto:a@b.c?body=I%20owe%20you",
            "mailto:-a@b.c",
            "mailto:a@b.c%00 --new",
            "mailto:",
            "tel:$(id)",
            "tel:*21*123#",
            "cubist:user/1",
            "example.org",
            "",
        ] {
            assert!(outside_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_web_pages_have_previews() {
        assert!(web_address("https://example.org/a").is_ok());
        for bad in ["mailto:a@b.c", "tel:1", "file:///etc/passwd", "data:,x"] {
            assert!(web_address(bad).is_err(), "{bad}");
        }
    }
}
