//! The scheme that pictures of messages come over:
//! `cubist-attachment://localhost/ACCOUNT/MESSAGE/INDEX?size=thumb` (or `full`), and
//! `…/ACCOUNT/staged/ID` for files that are about to be sent
//! (`http://cubist-attachment.localhost/…` on Windows).
//!
//! Only what the engine has decoded and checked is answered, as one of four types of pictures;
//! everything else is not there, however it calls itself.

use cubist_client::{
    attachments::PictureSize,
    model::{AccountId, MessageId, StagedId},
};
use tauri::{
    Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Method, Request},
};

use crate::{
    shell::scheme::{self, Found, Taken},
    state::App,
};

/// Name of the scheme; the content policy and `ui/src/ipc/tauri.ts` know it, too.
pub const SCHEME: &str = "cubist-attachment";

/// What a message shows may change: a file is freed, and another one comes under its name.
const KEEP: &str = "private, max-age=3600";

/// Types that a page may show.
const SHOWN: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// Which picture a page asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Sent {
        account: AccountId,
        message: MessageId,
        index: u32,
        size: PictureSize,
    },
    Staged {
        account: AccountId,
        id: StagedId,
    },
}

/// Answers one request, off the window's thread.
#[allow(
    clippy::needless_pass_by_value,
    reason = "Tauri's handlers take the context by value"
)]
pub fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    scheme::answer(&context, responder, Taken::Shown, wanted(&request), find);
}

async fn find(app: App, wanted: Wanted) -> Option<Found> {
    let (Wanted::Sent { account, .. } | Wanted::Staged { account, .. }) = &wanted;
    let account = scheme::account(&app, account).await?;
    let picture = match wanted {
        Wanted::Sent {
            message,
            index,
            size,
            ..
        } => {
            let picture = account.attachment_picture(message, index, size).await;
            picture.map(|picture| (picture.bytes, picture.content_type))
        }
        Wanted::Staged { id, .. } => {
            let picture = account.staged_picture(id).await;
            picture.map(|picture| {
                let content_type = picture.content_type().to_owned();
                (picture.bytes.to_vec(), content_type)
            })
        }
    };
    match picture {
        Ok((bytes, content_type)) if SHOWN.contains(&content_type.as_str()) => Some(Found {
            bytes,
            content_type: content_type.into(),
            keep: KEEP,
        }),
        Ok((_, content_type)) => {
            tracing::warn!(content_type, "this is no picture for a page");
            None
        }
        Err(error) => {
            tracing::debug!(%error, "no picture");
            None
        }
    }
}

/// Reads a request; `None` for whatever is not exactly a picture's address.
fn wanted(request: &Request<Vec<u8>>) -> Option<Wanted> {
    if request.method() != Method::GET {
        return None;
    }
    let mut parts = request.uri().path().strip_prefix('/')?.split('/');
    let (account, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let account = account.parse().ok()?;
    let number = plain_number(third)?;
    if second == "staged" {
        let id = StagedId(number);
        return (request.uri().query().is_none()).then_some(Wanted::Staged { account, id });
    }
    let size = match request.uri().query() {
        Some("size=thumb") => PictureSize::Thumbnail,
        Some("size=full") => PictureSize::Full,
        _ => return None,
    };
    Some(Wanted::Sent {
        account,
        message: second.parse().ok()?,
        index: number,
        size,
    })
}

/// A number as it is written everywhere: `+7` and `007` name nothing.
fn plain_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use cubist_client::{attachments::PictureSize, model::StagedId};
    use tauri::http::Request;

    use super::{Wanted, wanted};

    const ACCOUNT: &str = "00010203fcfdfeff";
    const MESSAGE: &str = "61f7de000000000000000001";

    fn get(path: &str) -> Option<Wanted> {
        let uri = format!("cubist-attachment://localhost{path}");
        wanted(&Request::get(uri).body(Vec::new()).unwrap())
    }

    #[test]
    fn a_picture_is_named_by_account_message_and_place() {
        for (query, size) in [
            ("size=thumb", PictureSize::Thumbnail),
            ("size=full", PictureSize::Full),
        ] {
            let expected = Wanted::Sent {
                account: ACCOUNT.parse().unwrap(),
                message: MESSAGE.parse().unwrap(),
                index: 12,
                size,
            };
            assert_eq!(
                get(&format!("/{ACCOUNT}/{MESSAGE}/12?{query}")),
                Some(expected)
            );
        }
        let expected = Wanted::Staged {
            account: ACCOUNT.parse().unwrap(),
            id: StagedId(7),
        };
        assert_eq!(get(&format!("/{ACCOUNT}/staged/7")), Some(expected));
    }

    #[test]
    fn nothing_else_has_an_address() {
        for path in [
            "/".to_owned(),
            format!("/{ACCOUNT}/{MESSAGE}"),
            format!("/{ACCOUNT}/{MESSAGE}/0"),
            format!("/{ACCOUNT}/{MESSAGE}/0?size=huge"),
            format!("/{ACCOUNT}/{MESSAGE}/0?size=thumb&x=1"),
            format!("/{ACCOUNT}/{MESSAGE}/-1?size=thumb"),
            format!("/{ACCOUNT}/{MESSAGE}/+1?size=thumb"),
            format!("/{ACCOUNT}/{MESSAGE}/01?size=thumb"),
            format!("/{ACCOUNT}/{MESSAGE}/99999999999?size=thumb"),
            format!("/{ACCOUNT}/{MESSAGE}/0/0?size=thumb"),
            format!("/{ACCOUNT}/..%2F..%2Fcache.db/0?size=thumb"),
            format!("/{ACCOUNT}/../cache.db?size=thumb"),
            format!("/..%2F{ACCOUNT}/{MESSAGE}/0?size=thumb"),
            format!("/{ACCOUNT}/staged/7?size=thumb"),
            format!("/{ACCOUNT}/staged/../7"),
            format!("/{ACCOUNT}/files/{MESSAGE}?size=full"),
        ] {
            assert_eq!(get(&path), None, "{path}");
        }
    }

    #[test]
    fn a_picture_can_only_be_got() {
        let uri = format!("cubist-attachment://localhost/{ACCOUNT}/{MESSAGE}/0?size=full");
        for request in [
            Request::post(&uri),
            Request::head(&uri),
            Request::delete(&uri),
        ] {
            assert_eq!(wanted(&request.body(Vec::new()).unwrap()), None);
        }
    }
}
