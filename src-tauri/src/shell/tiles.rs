//! The scheme that tiles of detailed maps come over: `cubist-tile://localhost/Z/X/Y`
//! (`http://cubist-tile.localhost/…` on Windows).
//!
//! The page says which tile; where it comes from is in the settings alone, and without a source
//! there nothing is asked.

use cubist_client::tiles::TileAt;
use tauri::{
    Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Method, Request},
};

use crate::{
    shell::scheme::{self, Found, Taken},
    state::App,
};

/// Name of the scheme; the content policy and `ui/src/ipc/tauri.ts` know it, too.
pub const SCHEME: &str = "cubist-tile";

/// Maps change slowly, and the window does not outlive a day.
const KEEP: &str = "private, max-age=86400";

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
    scheme::answer(&context, responder, Taken::Fetched, wanted(&request), find);
}

async fn find(app: App, at: TileAt) -> Option<Found> {
    let source = app.settings.get().map_tiles?;
    let ways = app.engine().await.ok()?.ways();
    match app.tiles.fetch(&ways, &source, at).await {
        Ok(tile) => Some(Found {
            bytes: tile.bytes,
            content_type: tile.content_type.into(),
            keep: KEEP,
        }),
        Err(error) => {
            tracing::debug!(%error, "no tile");
            None
        }
    }
}

/// Reads a request; `None` for whatever is not exactly a tile's address.
fn wanted(request: &Request<Vec<u8>>) -> Option<TileAt> {
    if request.method() != Method::GET || request.uri().query().is_some() {
        return None;
    }
    let mut parts = request.uri().path().strip_prefix('/')?.split('/');
    let at = TileAt::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    )?;
    parts.next().is_none().then_some(at)
}

#[cfg(test)]
mod tests {
    use cubist_client::tiles::TileAt;
    use tauri::http::Request;

    use super::wanted;

    fn get(path: &str) -> Option<TileAt> {
        let uri = format!("cubist-tile://localhost{path}");
        wanted(&Request::get(uri).body(Vec::new()).unwrap())
    }

    #[test]
    fn a_tile_is_named_by_level_column_and_row() {
        assert_eq!(get("/3/5/2"), TileAt::new(3, 5, 2));
        for path in [
            "/",
            "/3",
            "/3/5",
            "/3/5/2/1",
            "/3/8/0",
            "/3/5/2?k=1",
            "/a/b/c",
            "/3/-1/0",
        ] {
            assert_eq!(get(path), None, "{path}");
        }
        let post = Request::post("cubist-tile://localhost/3/5/2");
        assert_eq!(wanted(&post.body(Vec::new()).unwrap()), None);
    }
}
