//! The scheme that pictures of people and dialogs come over: `cubist-picture://localhost/ACCOUNT/UID`
//! (`http://cubist-picture.localhost/…` on Windows).
//!
//! The page may only `GET` what the engine has checked and encoded itself; everything else is not there.

use cubist_client::model::AccountId;
use percent_encoding::percent_decode_str;
use tauri::{
    Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Method, Request},
};
use url::Url;

use crate::{
    shell::scheme::{self, Found, Taken},
    state::App,
};

/// Name of the scheme; the content policy and `ui/src/ipc/tauri.ts` know it, too.
pub const SCHEME: &str = "cubist-picture";

/// Longest blob uid taken; those seen have 34 to 36 characters.
const UID_LIMIT: usize = 128;

/// Longest address of a picture elsewhere.
const ADDRESS_LIMIT: usize = 2048;

/// The picture behind a uid never changes; the one behind an address may.
const KEEP_UID: &str = "private, max-age=31536000, immutable";
const KEEP_ADDRESS: &str = "private, max-age=3600";

/// Which picture a page asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    account: AccountId,
    uid: String,
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
    let account = scheme::account(&app, &wanted.account).await?;
    match account.picture(&wanted.uid).await {
        Ok(picture) => Some(Found {
            bytes: picture.bytes.to_vec(),
            content_type: picture.content_type().into(),
            keep: keep(&wanted.uid),
        }),
        Err(error) => {
            tracing::debug!(%error, "no picture");
            None
        }
    }
}

/// Reads a request; `None` for whatever is not exactly a picture's address.
fn wanted(request: &Request<Vec<u8>>) -> Option<Wanted> {
    if request.method() != Method::GET || request.uri().query().is_some() {
        return None;
    }
    let (account, uid) = request.uri().path().strip_prefix('/')?.split_once('/')?;
    let uid = percent_decode_str(uid).decode_utf8().ok()?;
    (is_uid(&uid) || is_address(&uid)).then_some(())?;
    Some(Wanted {
        account: account.parse().ok()?,
        uid: uid.into_owned(),
    })
}

/// Blobs are named by opaque text of letters and digits.
fn is_uid(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=UID_LIMIT).contains(&text.len()) && text.bytes().all(plain)
}

/// Applications may keep the address of a picture in place of a uid. The engine decides where it
/// goes; here only the form counts.
fn is_address(text: &str) -> bool {
    text.len() <= ADDRESS_LIMIT
        && Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

fn keep(uid: &str) -> &'static str {
    if is_uid(uid) { KEEP_UID } else { KEEP_ADDRESS }
}

#[cfg(test)]
mod tests {
    use tauri::http::Request;

    use super::{Wanted, keep, wanted};

    const ACCOUNT: &str = "00010203fcfdfeff";

    fn get(path: &str) -> Option<Wanted> {
        let uri = format!("cubist-picture://localhost{path}");
        wanted(&Request::get(uri).body(Vec::new()).unwrap())
    }

    #[test]
    fn a_picture_is_named_by_account_and_uid_or_address() {
        for (path, uid) in [
            (
                "763ef825ad8748239ed07def2c14555100",
                "763ef825ad8748239ed07def2c14555100",
            ),
            (
                "https%3A%2F%2Fexample.org%2Fface.png%3Fs%3D1",
                "https://example.org/face.png?s=1",
            ),
        ] {
            let expected = Wanted {
                account: ACCOUNT.parse().unwrap(),
                uid: uid.to_owned(),
            };
            assert_eq!(get(&format!("/{ACCOUNT}/{path}")), Some(expected));
        }
    }

    #[test]
    fn nothing_else_has_an_address() {
        let long = "a".repeat(129);
        for path in [
            "/".to_owned(),
            format!("/{ACCOUNT}"),
            format!("/{ACCOUNT}/"),
            format!("/{ACCOUNT}/a/b"),
            format!("/{ACCOUNT}/a?token=1"),
            format!("/{ACCOUNT}/..%2Fcache.db"),
            format!("/{ACCOUNT}/%2Fetc%2Fpasswd"),
            format!("/{ACCOUNT}/%ff"),
            format!("/{ACCOUNT}/{long}"),
            format!("/{ACCOUNT}/http%3A%2F%2Fexample.org%2Fface.png"),
            format!("/{ACCOUNT}/file%3A%2F%2F%2Fetc%2Fpasswd"),
            format!("/{}/a", "../../etc/passwd"),
            "/00010203FCFDFEFF/a".to_owned(),
        ] {
            assert_eq!(get(&path), None, "{path}");
        }
    }

    #[test]
    fn what_a_uid_names_never_changes() {
        assert_eq!(keep("763ef825ad87"), "private, max-age=31536000, immutable");
        assert_eq!(
            keep("https://example.org/face.png"),
            "private, max-age=3600"
        );
    }

    #[test]
    fn a_picture_can_only_be_got() {
        let uri = format!("cubist-picture://localhost/{ACCOUNT}/a");
        for request in [
            Request::post(&uri),
            Request::put(&uri),
            Request::delete(&uri),
            Request::head(&uri),
        ] {
            assert_eq!(wanted(&request.body(Vec::new()).unwrap()), None);
        }
    }
}
