//! The folder of the files: what is in it, under which name.
//!
//! Each content is there once, however many messages show it, under a name made from its hash and
//! the account's key. What is derived from it (smaller pictures) lies beside it. Downloads that are
//! not finished are in `parts`. The folder may vanish at any time, as caches do: it is made again,
//! and what was in it is fetched again.
//!
//! All of it blocks: call it on a thread that may.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use crate::attachments::sealed::{ContentHash, FilesKey, Reader, Writer};

/// Where downloads that are not finished are.
const PARTS: &str = "parts";

/// A smaller form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Derived {
    /// For the conversation.
    Thumbnail,
    /// For the whole window, of a picture that is too large as it is.
    View,
}

impl Derived {
    const ALL: [Self; 2] = [Self::Thumbnail, Self::View];

    fn ending(self) -> &'static str {
        match self {
            Self::Thumbnail => ".t",
            Self::View => ".v",
        }
    }
}

/// The files of one account.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    key: FilesKey,
}

/// A download on the disk that can go on.
pub(crate) struct Part {
    writer: Writer,
    hash: Sha256,
    path: PathBuf,
}

impl Cache {
    /// The cache in a folder, which need not be there.
    pub(crate) fn new(dir: PathBuf, key: FilesKey) -> Self {
        Self { dir, key }
    }

    /// A whole file.
    pub(crate) fn open(&self, content: ContentHash) -> io::Result<Reader> {
        Reader::open(File::open(self.path(content))?, &self.key)
    }

    /// What was derived from a file.
    pub(crate) fn open_derived(
        &self,
        content: ContentHash,
        derived: Derived,
    ) -> io::Result<Reader> {
        Reader::open(File::open(self.derived_path(content, derived))?, &self.key)
    }

    /// Keeps what was derived from a file.
    pub(crate) fn put_derived(
        &self,
        content: ContentHash,
        derived: Derived,
        bytes: &[u8],
    ) -> io::Result<()> {
        let path = self.derived_path(content, derived);
        let mut fresh = self.fresh(&path)?;
        fresh.write(bytes)?;
        fresh.finish(&path)
    }

    /// Keeps a file; the same content again is no second file.
    pub(crate) fn put(&self, mut from: impl Read) -> io::Result<(ContentHash, u64)> {
        let name = self.key.name(&rand::random::<[u8; 16]>());
        let mut part = self.begin_at(self.parts().join(name))?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    let bytes = buffer.get(..read).unwrap_or_default();
                    if let Err(error) = part.write(bytes) {
                        part.discard();
                        return Err(error);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    part.discard();
                    return Err(error);
                }
            }
        }
        self.finish(part)
    }

    /// Goes on with the download of this name, or begins it.
    pub(crate) fn part(&self, of: &str) -> io::Result<Part> {
        let path = self.part_path(of);
        let mut hash = Sha256::new();
        let known = OpenOptions::new().read(true).write(true).open(&path);
        if let Ok(file) = known
            && let Ok(writer) = Writer::go_on(file, &self.key, |bytes| hash.update(bytes))
        {
            return Ok(Part { writer, hash, path });
        }
        self.begin_at(path)
    }

    /// Begins the download of this name, whatever there is of it.
    pub(crate) fn part_anew(&self, of: &str) -> io::Result<Part> {
        self.begin_at(self.part_path(of))
    }

    /// A finished download becomes a file of the cache.
    pub(crate) fn finish(&self, part: Part) -> io::Result<(ContentHash, u64)> {
        let content = ContentHash(part.hash.finalize().into());
        let size = part.writer.written();
        let target = self.path(content);
        let finished = part.writer.finish().and_then(|_file| {
            if let Some(folder) = target.parent() {
                make_folder(folder)?;
            }
            // The same content under another name is replaced by itself.
            fs::rename(&part.path, &target)
        });
        if let Err(error) = finished {
            remove(&part.path)?;
            return Err(error);
        }
        Ok((content, size))
    }

    /// Forgets what is there of a download.
    pub(crate) fn drop_part(&self, of: &str) -> io::Result<()> {
        remove(&self.part_path(of))
    }

    /// Bytes on the disk of what is there of a download, and when some of them came last; `None` if
    /// there is nothing of it.
    pub(crate) fn part_size(&self, of: &str) -> io::Result<Option<(u64, SystemTime)>> {
        match fs::metadata(self.part_path(of)) {
            Ok(found) => Ok(Some((found.len(), found.modified()?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a file and what was derived from it.
    pub(crate) fn remove(&self, content: ContentHash) -> io::Result<()> {
        for derived in Derived::ALL {
            remove(&self.derived_path(content, derived))?;
        }
        remove(&self.path(content))
    }

    /// Removes what a crash left behind: files that no row names, and parts that nobody goes on
    /// with.
    pub(crate) fn sweep(
        &self,
        contents: impl Fn(&str) -> bool,
        parts: impl Fn(&str) -> bool,
    ) -> io::Result<u32> {
        let mut removed = 0;
        for folder in entries(&self.dir)? {
            let is_parts = folder.file_name().is_some_and(|name| name == PARTS);
            for file in entries(&folder)? {
                let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
                    continue;
                };
                let name = name.split('.').next().unwrap_or_default();
                let is_kept = if is_parts {
                    parts(name)
                } else {
                    contents(name)
                };
                if !is_kept {
                    remove(&file)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// The name of a file on the disk.
    pub(crate) fn name(&self, content: ContentHash) -> String {
        self.key.name(&content.0)
    }

    /// The name of a download on the disk.
    pub(crate) fn part_name(&self, of: &str) -> String {
        self.key.name(of.as_bytes())
    }

    fn parts(&self) -> PathBuf {
        self.dir.join(PARTS)
    }

    pub(crate) fn part_path(&self, of: &str) -> PathBuf {
        self.parts().join(self.part_name(of))
    }

    fn path(&self, content: ContentHash) -> PathBuf {
        let name = self.name(content);
        let folder: String = name.chars().take(2).collect();
        self.dir.join(folder).join(name)
    }

    fn derived_path(&self, content: ContentHash, derived: Derived) -> PathBuf {
        let mut path = self.path(content).into_os_string();
        path.push(derived.ending());
        path.into()
    }

    fn begin_at(&self, path: PathBuf) -> io::Result<Part> {
        Ok(Part {
            writer: self.writer(&path)?,
            hash: Sha256::new(),
            path,
        })
    }

    fn writer(&self, path: &Path) -> io::Result<Writer> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // Two files of the same content must not be encrypted with the same key and nonces.
        Writer::begin(file, &self.key, rand::random())
    }

    /// A file that takes the place of `path` in one step.
    fn fresh(&self, path: &Path) -> io::Result<Fresh> {
        let mut aside = path.as_os_str().to_owned();
        aside.push(".new");
        let aside = PathBuf::from(aside);
        Ok(Fresh {
            writer: self.writer(&aside)?,
            aside,
        })
    }
}

struct Fresh {
    writer: Writer,
    aside: PathBuf,
}

impl Fresh {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write(bytes)
    }

    fn finish(self, path: &Path) -> io::Result<()> {
        self.writer.finish()?;
        fs::rename(&self.aside, path)
    }
}

impl Part {
    /// Bytes that are there.
    pub(crate) fn length(&self) -> u64 {
        self.writer.written()
    }

    /// Takes further bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.writer.write(bytes)
    }

    fn discard(self) {
        drop(self.writer);
        // What stays is swept at the next start.
        remove(&self.path).ok();
    }
}

/// A folder that only this person can look into.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Removes a file; one that is not there is removed already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use tempfile::TempDir;

    use super::{Cache, Derived};
    use crate::attachments::sealed::{CHUNK, ContentHash, FilesKey, Reader};
    use crate::store::RawKey;

    fn cache(dir: &TempDir) -> Cache {
        let key = FilesKey::of_cache(&RawKey::new([4; 32]));
        Cache::new(dir.path().join("files"), key)
    }

    fn content(reader: std::io::Result<Reader>) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Keeps a file as a download does.
    fn put(cache: &Cache, bytes: &[u8]) -> (ContentHash, u64) {
        let mut part = cache.part_anew("put").unwrap();
        part.write(bytes).unwrap();
        cache.finish(part).unwrap()
    }

    #[test]
    fn a_content_is_there_once_under_its_hash() {
        let dir = TempDir::new().unwrap();
        let cache = cache(&dir);
        let (hash, size) = put(&cache, b"pixels");
        assert_eq!((hash, size), (ContentHash::of(b"pixels"), 6));
        assert_eq!(put(&cache, b"pixels").0, hash);
        assert_eq!(content(cache.open(hash)), b"pixels");
        cache
            .put_derived(hash, Derived::Thumbnail, b"small")
            .unwrap();
        assert_eq!(
            content(cache.open_derived(hash, Derived::Thumbnail)),
            b"small"
        );
        cache.remove(hash).unwrap();
        cache.remove(hash).unwrap();
        assert!(cache.open(hash).is_err());
        assert!(cache.open_derived(hash, Derived::Thumbnail).is_err());
    }

    #[test]
    fn a_download_goes_on_where_it_stopped() {
        let dir = TempDir::new().unwrap();
        let cache = cache(&dir);
        let bytes = vec![5; 2 * CHUNK + 10];
        let mut part = cache.part("uid").unwrap();
        part.write(&bytes[..CHUNK + 100]).unwrap();
        drop(part);
        let mut part = cache.part("uid").unwrap();
        assert_eq!(part.length(), CHUNK as u64);
        part.write(&bytes[CHUNK..]).unwrap();
        let (hash, size) = cache.finish(part).unwrap();
        assert_eq!((hash, size), (ContentHash::of(&bytes), bytes.len() as u64));
        assert_eq!(content(cache.open(hash)), bytes);
        // Nothing is left of it elsewhere.
        assert_eq!(cache.part("uid").unwrap().length(), 0);
    }

    #[test]
    fn the_folder_may_vanish() {
        let dir = TempDir::new().unwrap();
        let cache = cache(&dir);
        let (hash, _) = put(&cache, b"one");
        let mut part = cache.part("uid").unwrap();
        part.write(b"half").unwrap();
        std::fs::remove_dir_all(dir.path().join("files")).unwrap();
        assert!(cache.open(hash).is_err());
        assert!(cache.finish(part).is_err(), "what was written is gone");
        cache.remove(hash).unwrap();
        let (hash, _) = put(&cache, b"two");
        assert_eq!(content(cache.open(hash)), b"two");
    }

    #[test]
    fn what_nobody_names_is_swept() {
        let dir = TempDir::new().unwrap();
        let cache = cache(&dir);
        let (kept, _) = put(&cache, b"kept");
        let (lost, _) = put(&cache, b"lost");
        cache.put_derived(kept, Derived::Thumbnail, b"t").unwrap();
        cache.put_derived(lost, Derived::View, b"v").unwrap();
        for name in ["waits", "forgotten"] {
            cache
                .part(name)
                .unwrap()
                .write(&vec![1; CHUNK + 1])
                .unwrap();
        }
        let name = cache.name(kept);
        let part = cache.part_name("waits");
        let removed = cache
            .sweep(|file| file == name, |file| file == part)
            .unwrap();
        assert_eq!(removed, 3);
        assert_eq!(content(cache.open_derived(kept, Derived::Thumbnail)), b"t");
        assert_eq!(content(cache.open(kept)), b"kept");
        assert!(cache.open(lost).is_err());
        assert_eq!(cache.part("waits").unwrap().length(), CHUNK as u64);
        assert_eq!(cache.part("forgotten").unwrap().length(), 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_of_its_own() {
        let dir = TempDir::new().unwrap();
        let cache = cache(&dir);
        // The one place of the system that is always full.
        std::fs::create_dir_all(dir.path().join("files/parts")).unwrap();
        std::os::unix::fs::symlink("/dev/full", cache.part_path("uid")).unwrap();
        let error = cache
            .part("uid")
            .and_then(|mut part| part.write(&vec![0; 10 * CHUNK]));
        assert_eq!(error.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    }
}
