//! Answers over the schemes of this program, by which a window gets pictures: the page reaches neither
//! the network nor the disk, and bytes do not cross as JSON.
//!
//! Each scheme reads its addresses and finds what they name; how that is said to a page is said here.

use std::borrow::Cow;

use cubist_client::{Account, model::AccountId};
use tauri::{
    Manager as _, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use crate::state::App;

/// What is found for a page. It was checked: of whatever else it calls itself nothing is known here.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// Its media type.
    pub(super) content_type: Cow<'static, str>,
    /// How long the page may keep it, in the words of `Cache-Control`.
    pub(super) keep: &'static str,
}

/// How a page takes what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// As a picture of its own.
    Shown,
    /// By a script, as something of another origin than its own.
    Fetched,
}

/// Answers one request, off the window's thread. `wanted` is what its address names, `None` for one
/// that is not exactly right.
pub(super) fn answer<R, W, F, Fut>(
    context: &UriSchemeContext<'_, R>,
    responder: UriSchemeResponder,
    taken: Taken,
    wanted: Option<W>,
    find: F,
) where
    R: Runtime,
    W: Send + 'static,
    F: FnOnce(App, W) -> Fut + Send + 'static,
    Fut: Future<Output = Option<Found>> + Send + 'static,
{
    let handle = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let app = handle.state::<App>().inner().clone();
        let found = match wanted {
            Some(wanted) => find(app, wanted).await,
            None => None,
        };
        responder.respond(response(taken, found));
    });
}

/// The account that an address names, if it is one of this profile and the engine is open.
pub(super) async fn account(app: &App, id: &AccountId) -> Option<Account> {
    match app.engine().await {
        Ok(engine) => engine.account(id),
        Err(error) => {
            tracing::debug!(%error, "no picture: the engine did not open");
            None
        }
    }
}

fn response(taken: Taken, found: Option<Found>) -> Response<Cow<'static, [u8]>> {
    let mut response = Response::new(Cow::Owned(Vec::new()));
    if let Some(found) = found {
        *response.body_mut() = Cow::Owned(found.bytes);
        set(
            response.headers_mut(),
            header::CONTENT_TYPE,
            &found.content_type,
        );
        set(response.headers_mut(), header::CACHE_CONTROL, found.keep);
    } else {
        *response.status_mut() = StatusCode::NOT_FOUND;
        // What is missing now may be there later, as when the network comes back.
        set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    }
    set(
        response.headers_mut(),
        header::X_CONTENT_TYPE_OPTIONS,
        "nosniff",
    );
    if taken == Taken::Fetched {
        set(
            response.headers_mut(),
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            "*",
        );
    }
    response
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    // Every one here is written in this program; without its type a page shows nothing.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use tauri::http::header;

    use super::{Found, Taken, response};

    fn found() -> Found {
        Found {
            bytes: vec![1, 2, 3],
            content_type: "image/png".into(),
            keep: "private, max-age=3600",
        }
    }

    #[test]
    fn what_is_found_says_what_it_is_and_how_long_it_stays_so() {
        let response = response(Taken::Shown, Some(found()));
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(
            response.headers()[header::CACHE_CONTROL],
            "private, max-age=3600"
        );
        assert_eq!(
            response.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
        assert_eq!(response.body().as_ref(), [1, 2, 3]);
    }

    #[test]
    fn what_is_missing_is_asked_for_again() {
        let response = response(Taken::Shown, None);
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            response.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
        assert!(response.body().is_empty());
    }

    #[test]
    fn only_what_a_script_fetches_is_for_other_origins() {
        let origin = header::ACCESS_CONTROL_ALLOW_ORIGIN;
        for (taken, said) in [(Taken::Shown, false), (Taken::Fetched, true)] {
            for found in [Some(found()), None] {
                assert_eq!(response(taken, found).headers().contains_key(&origin), said);
            }
        }
    }
}
