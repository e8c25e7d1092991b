//! Tiles of detailed maps, from the source that the person chose in the settings.
//!
//! Whoever serves tiles learns where one looks, so nothing here runs without such a source. The page
//! itself reaches no network: the shell asks here and hands it the bytes.

mod archive;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use url::{Host, Url};

use self::archive::{Archive, Place};
use crate::network::{Asking, Ways};
use crate::rest::foreign::is_public;

/// Time for the whole exchange; the map draws what is there meanwhile.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(20);
/// A tile has some ten kilobytes; more than this is no tile.
const LARGEST: usize = 1024 * 1024;
/// Deepest level of any map.
const DEEPEST: u8 = 22;
/// Servers of tiles move their files now and then.
const REDIRECTS: usize = 3;

/// Which tile: the level, the column from the west and the row from the north.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileAt {
    z: u8,
    x: u32,
    y: u32,
}

impl TileAt {
    /// `None` for a tile that no map has.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        let side = 1_u32.checked_shl(u32::from(z))?;
        (z <= DEEPEST && x < side && y < side).then_some(Self { z, x, y })
    }
}

/// A picture of a part of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type, by its own first bytes.
    pub content_type: &'static str,
}

/// What can be said of a source before a map is drawn from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceLook {
    /// It gives pictures, as far as it says.
    Pictures,
    /// It is an archive of something else: mostly of vector tiles, which are not drawn here.
    NoPictures,
    /// It is an archive that cannot be read, or not be reached.
    Unreadable,
}

/// Why there is no tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The address of the source is none, or not a safe one.
    #[error("the address of the map source cannot be used")]
    Address,
    /// The source does not answer with a picture.
    #[error("the map source did not answer with a picture")]
    Answer,
    /// The file with the map cannot be read, or is none.
    #[error("the file with the map cannot be used")]
    Archive(#[source] pmtiles::PmtError),
    /// The source cannot be reached.
    #[error("the map source cannot be reached")]
    Unreachable(#[source] reqwest::Error),
}

/// Asks for tiles. A cheap clone.
#[derive(Clone, Default)]
pub struct Tiles {
    /// Made when a map is looked at for the first time.
    http: Arc<Asking>,
    /// The archive that was looked at last.
    archive: Arc<Mutex<Option<Opened>>>,
}

/// An archive with the directories of it that are known, and the ways it was opened on.
#[derive(Clone)]
struct Opened {
    ways: Ways,
    archive: Arc<Archive>,
}

impl fmt::Debug for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiles").finish_non_exhaustive()
    }
}

impl Tiles {
    /// Fetches a tile; `source` is an address with `{z}`, `{x}` and `{y}` in it, or that of a
    /// `PMTiles` file, which may also be the path of one on this computer.
    pub async fn fetch(&self, ways: &Ways, source: &str, at: TileAt) -> Result<Tile, TileError> {
        let http = self.http.client(ways, client)?;
        if let Some(place) = Place::parse(source) {
            let archive = self.archive(place, ways, &http).await?;
            let bytes = archive.tile(at).await?.ok_or(TileError::Answer)?;
            return picture(bytes.into());
        }
        let url = address(source, at).ok_or(TileError::Address)?;
        let answer = http
            .get(url)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|error| TileError::Unreachable(error.without_url()))?;
        picture(limited(answer).await?)
    }

    /// Looks at a source as the person chooses it. Of an archive the beginning is read; nobody is
    /// asked for single tiles.
    pub async fn look(&self, ways: &Ways, source: &str) -> SourceLook {
        let Some(place) = Place::parse(source) else {
            return SourceLook::Pictures;
        };
        let opened = match self.http.client(ways, client) {
            Ok(http) => self.archive(place, ways, &http).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok(archive) if archive.has_pictures() => SourceLook::Pictures,
            Ok(_) => SourceLook::NoPictures,
            Err(error) => {
                tracing::debug!(%error, "the archive of a map cannot be used");
                SourceLook::Unreadable
            }
        }
    }

    async fn archive(
        &self,
        place: Place,
        ways: &Ways,
        http: &reqwest::Client,
    ) -> Result<Arc<Archive>, TileError> {
        let known = || self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let here = known()
            .clone()
            .filter(|opened| opened.ways.is(ways) && opened.archive.is_at(&place));
        if let Some(opened) = here {
            return Ok(opened.archive);
        }
        // Two that open it at the same time read its beginning twice.
        let archive = Arc::new(Archive::open(place, http).await?);
        *known() = Some(Opened {
            ways: ways.clone(),
            archive: Arc::clone(&archive),
        });
        Ok(archive)
    }
}

fn picture(bytes: Vec<u8>) -> Result<Tile, TileError> {
    let content_type = picture_type(&bytes).ok_or(TileError::Answer)?;
    Ok(Tile {
        bytes,
        content_type,
    })
}

fn client(ways: &Ways) -> Result<reqwest::Client, TileError> {
    let trust = ways.trust(None).map_err(|_| TileError::Address)?;
    let tls = trust.client_config().map_err(|_| TileError::Address)?;
    let mut tls = ClientConfig::clone(&tls);
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    ways.lead(reqwest::Client::builder())
        .tls_backend_preconfigured(tls)
        .timeout(EXCHANGE_LIMIT)
        .redirect(reqwest::redirect::Policy::custom(|attempt| {
            let from = attempt.previous();
            if from.len() > REDIRECTS {
                return attempt.error("too many redirects");
            }
            let may = from
                .first()
                .is_some_and(|first| may_follow(first, attempt.url()));
            if may {
                attempt.follow()
            } else {
                attempt.error("the map source leads to where it may not")
            }
        }))
        .user_agent(concat!("Cubist/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(TileError::Unreachable)
}

async fn limited(mut answer: reqwest::Response) -> Result<Vec<u8>, TileError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| TileError::Unreachable(error.without_url()))?
    {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(TileError::Answer);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The address of one tile: `https`, or this machine itself, where nobody listens in.
fn address(source: &str, TileAt { z, x, y }: TileAt) -> Option<Url> {
    let filled = source
        .replace("{z}", &z.to_string())
        .replace("{x}", &x.to_string())
        .replace("{y}", &y.to_string());
    Url::parse(filled.trim()).ok().filter(is_safe)
}

/// Whether nobody listens in.
fn is_safe(url: &Url) -> bool {
    let own = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    url.scheme() == "https" || (url.scheme() == "http" && own)
}

/// Whether a source that was asked at one address may lead to another: never to where somebody listens in,
/// and from elsewhere not to what only this machine and its neighbours can reach.
fn may_follow(asked: &Url, to: &Url) -> bool {
    if asked.scheme() == "https" && to.scheme() != "https" {
        return false;
    }
    let is_public = match to.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        None => false,
    };
    is_safe(to) && (is_public || asked.host() == to.host())
}

/// What browsers draw, by its first bytes: never what would be a document.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use url::Url;

    use super::archive::tests::trusting;
    use super::{TileAt, TileError, Tiles, address, may_follow, picture_type};
    use crate::attachments::downloads::tests::server::{Authority, FileServer, answer};
    use crate::network::Ways;

    #[test]
    fn a_tile_lies_within_its_level() {
        assert!(TileAt::new(0, 0, 0).is_some());
        assert!(TileAt::new(2, 3, 3).is_some());
        assert_eq!(TileAt::new(2, 4, 0), None);
        assert_eq!(TileAt::new(2, 0, 4), None);
        assert_eq!(TileAt::new(23, 0, 0), None);
        assert_eq!(TileAt::new(255, 0, 0), None);
    }

    #[test]
    fn a_source_is_asked_over_tls_or_on_this_machine() {
        let at = TileAt::new(3, 5, 2).unwrap();
        let filled = |source| address(source, at).map(String::from);
        assert_eq!(
            filled("https://tiles.example.org/{z}/{x}/{y}.png?k=1").as_deref(),
            Some("https://tiles.example.org/3/5/2.png?k=1")
        );
        assert_eq!(
            filled("http://127.0.0.1:8080/{z}-{y}-{x}").as_deref(),
            Some("http://127.0.0.1:8080/3-2-5")
        );
        for wrong in [
            "http://tiles.example.org/{z}/{x}/{y}",
            "file:///{z}/{x}/{y}",
            "tiles",
        ] {
            assert_eq!(filled(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_source_leads_nowhere_that_it_would_not_be_asked_at() {
        let may = |asked: &str, to: &str| {
            may_follow(&Url::parse(asked).unwrap(), &Url::parse(to).unwrap())
        };
        let public = "https://tiles.example.org/1/1/1";
        assert!(may(public, "https://tiles.example.org/a/1/1/1"));
        assert!(may(public, "https://cdn.example.net/1/1/1"));
        assert!(may("https://10.0.0.1/1", "https://10.0.0.1/2"));
        assert!(may("http://127.0.0.1:8080/1", "http://127.0.0.1:9090/1"));
        assert!(may("http://127.0.0.1:8080/1", public));
        for to in [
            "http://tiles.example.org/1/1/1",
            "http://127.0.0.1/1",
            "https://127.0.0.1/1",
            "https://localhost/1",
            "https://a.localhost/1",
            "https://10.0.0.1/1",
            "https://[::1]/1",
            "https://[fd00::1]/1",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
        ] {
            assert!(!may(public, to), "{to}");
        }
        assert!(!may("https://127.0.0.1/1", "http://127.0.0.1/1"));
        assert!(!may("http://127.0.0.1/1", "http://tiles.example.org/1"));
    }

    #[tokio::test]
    async fn a_source_that_leads_away_from_tls_gets_no_second_question() {
        let authority = Authority::new();
        let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        plain.set_nonblocking(true).unwrap();
        let to = format!("Location: http://{}/1\r\n", plain.local_addr().unwrap());
        let server = FileServer::new(&authority, move |_| answer(302, &to, b"")).await;
        let ways = trusting(&authority.pem());
        let at = TileAt::new(0, 0, 0).unwrap();
        let source = format!("{}{{z}}/{{x}}/{{y}}", server.base);
        let refused = Tiles::default().fetch(&ways, &source, at).await;
        assert!(
            matches!(refused, Err(TileError::Unreachable(_))),
            "{refused:?}"
        );
        assert_eq!(server.lines(), ["GET /0/0/0"]);
        assert_eq!(plain.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    #[test]
    fn only_pictures_are_tiles() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n\0"), Some("image/png"));
        assert_eq!(picture_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [
            b"<svg xmlns=".as_slice(),
            b"<html>",
            b"",
            b"RIFF\0\0\0\0WAVE",
        ] {
            assert_eq!(picture_type(other), None);
        }
    }

    #[tokio::test]
    async fn an_unsafe_source_is_not_asked() {
        let at = TileAt::new(0, 0, 0).unwrap();
        let refused = Tiles::default()
            .fetch(&Ways::direct(), "http://example.org/{z}/{x}/{y}", at)
            .await;
        assert!(matches!(refused, Err(TileError::Address)), "{refused:?}");
    }
}
