//! The scheme that tiles of detailed maps come over: `cubist-tile://localhost/Z/X/Y`
//! (`http://cubist-tile.localhost/…` on Windows).
//!
//! The page says which tile; where it comes from is in the settings alone, and without a source
//! there nothing is asked.

use std::borrow::Cow;

use cubist_client::tiles::{Tile, TileAt};
use tauri::{
    AppHandle, Manager as _, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Method, Request, Response, StatusCode, header},
};

use crate::state::App;

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
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let response = match wanted(&request) {
            Some(at) => respond(&app, at).await,
            None => nothing(),
        };
        responder.respond(response);
    });
}

async fn respond<R: Runtime>(app: &AppHandle<R>, at: TileAt) -> Response<Cow<'static, [u8]>> {
    let app = app.state::<App>().inner().clone();
    let Some(source) = app.settings.get().map_tiles else {
        return nothing();
    };
    let Ok(engine) = app.engine().await else {
        return nothing();
    };
    let ways = engine.ways();
    match app.tiles.fetch(&ways, &source, at).await {
        Ok(tile) => something(tile),
        Err(error) => {
            tracing::debug!(%error, "no tile");
            nothing()
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

fn something(tile: Tile) -> Response<Cow<'static, [u8]>> {
    build(
        Response::builder()
            .header(header::CONTENT_TYPE, tile.content_type)
            .header(header::CACHE_CONTROL, KEEP),
        tile.bytes,
    )
}

fn nothing() -> Response<Cow<'static, [u8]>> {
    build(
        Response::builder()
            .status(StatusCode::NOT_FOUND)
            .header(header::CACHE_CONTROL, "no-store"),
        Vec::new(),
    )
}

fn build(builder: tauri::http::response::Builder, body: Vec<u8>) -> Response<Cow<'static, [u8]>> {
    builder
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        // The page fetches tiles, as another origin than its own.
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(Cow::Owned(body))
        // Only headers that do not parse could fail; every one here is a constant.
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use cubist_client::tiles::{Tile, TileAt};
    use tauri::http::{Request, header};

    use super::{nothing, something, wanted};

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

    #[test]
    fn a_tile_says_what_it_is() {
        let response = something(Tile {
            bytes: vec![1],
            content_type: "image/png",
        });
        assert_eq!(response.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(
            response.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
        assert_eq!(nothing().status(), 404);
    }
}
