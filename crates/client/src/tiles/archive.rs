//! Maps in one file, `PMTiles` version 3: on this computer, or on a server that gives parts of it.
//!
//! Of one on a server only the directories and the tiles that are looked at are asked for. What an
//! archive says of itself is not believed: no part is larger than a limit, and a tile is a picture
//! by its bytes or none.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use pmtiles::{
    AsyncBackend, AsyncPmTilesReader, BackendResponse, HashMapCache, PmtError, PmtResult,
    TileCoord, TileType,
};
use reqwest::StatusCode;
use reqwest::header::{ETAG, RANGE};
use url::Url;

use crate::tiles::{LARGEST, TileAt, TileError, is_safe};

/// Where an archive lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file of this computer.
    File(PathBuf),
    /// A file of a server.
    Server(Url),
}

impl Place {
    /// Reads what stands in the settings; `None` for what is no archive.
    pub(super) fn parse(source: &str) -> Option<Self> {
        let source = source.trim();
        let is_archive = |path: &str| {
            Path::new(path)
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("pmtiles"))
        };
        let path = Path::new(source);
        if path.is_absolute() {
            return is_archive(source).then(|| Self::File(path.to_path_buf()));
        }
        let url = Url::parse(source).ok()?;
        (is_archive(url.path()) && is_safe(&url)).then_some(Self::Server(url))
    }
}

/// An archive that was opened.
pub(super) struct Archive {
    place: Place,
    reader: AsyncPmTilesReader<Backend, HashMapCache>,
}

impl Archive {
    pub(super) async fn open(place: Place, http: &reqwest::Client) -> Result<Self, TileError> {
        let backend = match &place {
            Place::File(path) => Backend::File(Arc::from(path.as_path())),
            Place::Server(url) => Backend::Server(http.clone(), url.clone()),
        };
        let reader = AsyncPmTilesReader::try_from_cached_source(backend, HashMapCache::default())
            .await
            .map_err(TileError::Archive)?;
        Ok(Self { place, reader })
    }

    pub(super) fn is_at(&self, place: &Place) -> bool {
        self.place == *place
    }

    /// Whether it says that it holds pictures which are drawn here, or does not say what it holds.
    pub(super) fn has_pictures(&self) -> bool {
        match self.reader.get_header().tile_type {
            TileType::Png | TileType::Jpeg | TileType::Webp | TileType::Unknown => true,
            TileType::Mvt | TileType::Mlt | TileType::Avif => false,
        }
    }

    /// The bytes of a tile; `None` where the map ends.
    pub(super) async fn tile(&self, at: TileAt) -> Result<Option<Bytes>, TileError> {
        let at = TileCoord::new(at.z, at.x, at.y).map_err(TileError::Archive)?;
        // Pictures are compressed by themselves; what is compressed once more is no picture.
        self.reader.get_tile(at).await.map_err(TileError::Archive)
    }
}

enum Backend {
    File(Arc<Path>),
    Server(reqwest::Client, Url),
}

impl AsyncBackend for Backend {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        if length > LARGEST {
            return Err(other("a part of the map is too large"));
        }
        match self {
            Self::File(path) => {
                let path = Arc::clone(path);
                let read = move || part(&path, offset, length);
                let bytes = tokio::task::spawn_blocking(read).await;
                let bytes = bytes.map_err(|_| other("the file was not read"))??;
                Ok(BackendResponse::new(bytes))
            }
            Self::Server(http, url) => asked(http, url, offset, length).await,
        }
    }
}

fn part(path: &Path, offset: u64, length: usize) -> io::Result<Bytes> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

async fn asked(
    http: &reqwest::Client,
    url: &Url,
    offset: u64,
    length: usize,
) -> PmtResult<BackendResponse> {
    let end = offset.saturating_add(length as u64).saturating_sub(1);
    let unreachable = |error: reqwest::Error| other(&error.without_url().to_string());
    let mut answer = http
        .get(url.clone())
        .header(RANGE, format!("bytes={offset}-{end}"))
        .send()
        .await
        .map_err(unreachable)?;
    // Without parts it would be the whole map.
    if answer.status() != StatusCode::PARTIAL_CONTENT {
        return Err(other("the server gives no parts of the map"));
    }
    let version = answer.headers().get(ETAG);
    let version = version.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let mut bytes = Vec::with_capacity(length);
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > length {
            return Err(other("the server gives another part than asked"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(match version {
        Some(version) => BackendResponse::new_with_version(bytes.into(), version),
        None => BackendResponse::new(bytes.into()),
    })
}

fn other(reason: &str) -> PmtError {
    PmtError::from(io::Error::other(reason.to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use super::Place;
    use crate::attachments::downloads::tests::server::{Authority, FileServer, answer};
    use crate::model::{self, Network, Proxy};
    use crate::network::Ways;
    use crate::sync::pictures::encoding::tests::some_png;
    use crate::tiles::{SourceLook, TileAt, TileError, Tiles};

    /// Ways that believe a server of a test.
    pub(in crate::tiles) fn trusting(authority: &str) -> Ways {
        Ways::new(Network {
            proxy: Proxy::Direct,
            authority: Some(model::Authority {
                name: "test".to_owned(),
                pem: authority.to_owned(),
            }),
        })
        .unwrap()
    }

    /// Types of tiles, by the same specification.
    const VECTORS: u8 = 1;
    const PNG: u8 = 2;
    const AVIF: u8 = 5;

    /// A map of one level with these tiles, as the specification of `PMTiles` 3 has it.
    fn write(path: &Path, tiles: &[(u64, Vec<u8>)]) {
        write_as(path, PNG, tiles);
    }

    /// The same with tiles of another type.
    fn write_as(path: &Path, tile_type: u8, tiles: &[(u64, Vec<u8>)]) {
        // https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md: a directory is a column
        // each of tile ids (as differences), run lengths, lengths and offsets (plus one).
        let mut directory = vec![u8::try_from(tiles.len()).unwrap()];
        let mut before = 0;
        for (id, _) in tiles {
            varint(&mut directory, id - before);
            before = *id;
        }
        directory.extend(tiles.iter().map(|_| 1));
        for (_, bytes) in tiles {
            varint(&mut directory, bytes.len() as u64);
        }
        let mut offset = 0;
        for (_, bytes) in tiles {
            varint(&mut directory, offset + 1);
            offset += bytes.len() as u64;
        }
        let root = 127;
        let metadata = root + directory.len() as u64;
        let data = metadata + 2;
        let mut file = b"PMTiles\x03".to_vec();
        let numbers = [
            root,
            directory.len() as u64,
            metadata,
            2,
            data,
            0,
            data,
            offset,
            tiles.len() as u64,
            tiles.len() as u64,
            tiles.len() as u64,
        ];
        for number in numbers {
            file.extend(number.to_le_bytes());
        }
        // In order, nothing compressed, levels 0 to 1; the whole world.
        file.extend([1, 1, 1, tile_type, 0, 1]);
        for corner in [-1_800_000_000_i32, -850_000_000, 1_800_000_000, 850_000_000] {
            file.extend(corner.to_le_bytes());
        }
        file.push(0);
        file.extend([0; 8]);
        assert_eq!(file.len(), 127);
        file.extend(directory);
        file.extend(b"{}");
        for (_, bytes) in tiles {
            file.extend(bytes);
        }
        std::fs::File::create(path)
            .unwrap()
            .write_all(&file)
            .unwrap();
    }

    fn varint(into: &mut Vec<u8>, mut number: u64) {
        loop {
            let low = u8::try_from(number & 0x7f).unwrap();
            number >>= 7;
            if number == 0 {
                into.push(low);
                return;
            }
            into.push(low | 0x80);
        }
    }

    fn at(z: u8, x: u32, y: u32) -> TileAt {
        TileAt::new(z, x, y).unwrap()
    }

    #[test]
    fn an_archive_is_a_file_or_safe_on_its_way() {
        let file = Place::File("/maps/alps.pmtiles".into());
        assert_eq!(Place::parse(" /maps/alps.pmtiles "), Some(file));
        assert!(matches!(
            Place::parse("https://maps.example.org/alps.PMTiles?v=1"),
            Some(Place::Server(_))
        ));
        for none in [
            "http://maps.example.org/alps.pmtiles",
            "alps.pmtiles",
            "/etc/passwd",
            "file:///maps/alps.pmtiles",
            "https://tiles.example.org/{z}/{x}/{y}.png",
        ] {
            assert_eq!(Place::parse(none), None, "{none}");
        }
    }

    #[tokio::test]
    async fn a_tile_comes_out_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiny.pmtiles");
        let (world, part) = (some_png(16, 16), some_png(20, 20));
        // Tile 0 is the whole world, tile 1 its north-west.
        write(&path, &[(0, world.clone()), (1, part.clone())]);
        let (tiles, ways) = (Tiles::default(), Ways::direct());
        let source = path.to_str().unwrap();
        let tile = tiles.fetch(&ways, source, at(0, 0, 0)).await.unwrap();
        assert_eq!((tile.bytes, tile.content_type), (world, "image/png"));
        assert_eq!(
            tiles.fetch(&ways, source, at(1, 0, 0)).await.unwrap().bytes,
            part
        );
        let nothing = tiles.fetch(&ways, source, at(1, 1, 1)).await;
        assert!(
            matches!(nothing, Err(TileError::Answer)),
            "the map ends there"
        );
    }

    #[tokio::test]
    async fn what_is_no_picture_is_no_tile_and_what_is_no_map_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script.pmtiles");
        write(&path, &[(0, b"<svg onload=\"alert(1)\">".to_vec())]);
        let (tiles, ways) = (Tiles::default(), Ways::direct());
        let source = path.to_str().unwrap();
        let refused = tiles.fetch(&ways, source, at(0, 0, 0)).await;
        assert!(matches!(refused, Err(TileError::Answer)));
        for junk in [b"".as_slice(), b"PMTiles\x03", &[0xff; 4096]] {
            let path = folder.path().join("junk.pmtiles");
            std::fs::write(&path, junk).unwrap();
            let (tiles, ways) = (Tiles::default(), Ways::direct());
            let refused = tiles
                .fetch(&ways, path.to_str().unwrap(), at(0, 0, 0))
                .await;
            assert!(matches!(refused, Err(TileError::Archive(_))));
        }
        let missing = folder.path().join("missing.pmtiles");
        let refused = tiles.fetch(&ways, missing.to_str().unwrap(), at(0, 0, 0));
        assert!(matches!(refused.await, Err(TileError::Archive(_))));
    }

    #[tokio::test]
    async fn a_source_says_what_it_holds_before_a_map_is_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.pmtiles");
        let source = path.to_str().unwrap();
        let ways = Ways::direct();
        for (tile_type, look) in [
            (PNG, SourceLook::Pictures),
            (VECTORS, SourceLook::NoPictures),
            (AVIF, SourceLook::NoPictures),
        ] {
            write_as(&path, tile_type, &[(0, some_png(16, 16))]);
            assert_eq!(Tiles::default().look(&ways, source).await, look);
        }
        std::fs::write(&path, b"PMTiles\x02").unwrap();
        let look = Tiles::default().look(&ways, source).await;
        assert_eq!(look, SourceLook::Unreadable);
        std::fs::remove_file(&path).unwrap();
        let look = Tiles::default().look(&ways, source).await;
        assert_eq!(look, SourceLook::Unreadable);
        // Nobody is asked whether there are tiles.
        let single = "https://tiles.example.org/{z}/{x}/{y}.png";
        let look = Tiles::default().look(&ways, single).await;
        assert_eq!(look, SourceLook::Pictures);
    }

    #[tokio::test]
    async fn of_a_map_on_a_server_only_parts_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiny.pmtiles");
        let world = some_png(16, 16);
        write(&path, &[(0, world.clone())]);
        let map = std::fs::read(&path).unwrap();
        let length = map.len();
        let authority = Authority::new();
        let server = FileServer::new(&authority, move |asked| {
            let range = asked.header("range").unwrap();
            let (from, to) = range
                .strip_prefix("bytes=")
                .unwrap()
                .split_once('-')
                .unwrap();
            let from: usize = from.parse().unwrap();
            let to = to.parse::<usize>().unwrap().min(map.len() - 1);
            answer(206, "ETag: \"1\"\r\n", &map[from..=to])
        })
        .await;
        let source = format!("{}tiny.pmtiles", server.base);
        let (tiles, ways) = (Tiles::default(), trusting(&authority.pem()));
        for _ in 0..2 {
            let tile = tiles.fetch(&ways, &source, at(0, 0, 0)).await.unwrap();
            assert_eq!(tile.bytes, world);
        }
        let ranges: Vec<_> = server
            .asked()
            .iter()
            .map(|asked| asked.header("range").unwrap().to_owned())
            .collect();
        // The beginning once, then the tile each time.
        let tile = format!("bytes={}-{}", length - world.len(), length - 1);
        assert_eq!(ranges, ["bytes=0-16383", tile.as_str(), tile.as_str()]);
    }

    #[tokio::test]
    async fn a_server_that_gives_the_whole_map_is_not_listened_to() {
        let authority = Authority::new();
        let server = FileServer::new(&authority, |_| answer(200, "", &vec![0; 100_000])).await;
        let source = format!("{}tiny.pmtiles", server.base);
        let (tiles, ways) = (Tiles::default(), trusting(&authority.pem()));
        let refused = tiles.fetch(&ways, &source, at(0, 0, 0)).await;
        assert!(matches!(refused, Err(TileError::Archive(_))));
    }
}
