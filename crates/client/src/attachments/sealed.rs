//! Files that only this account can read.
//!
//! What people send one another is as private as what they write, so the cache of files is
//! encrypted as the cache of messages is. A file is cut into chunks, each sealed by itself
//! (ChaCha20-Poly1305), so that a film can be played from its middle and a download goes on where
//! it stopped. Chunks cannot be exchanged, left out or cut off at the end without that being
//! noticed: the nonce of a chunk holds its place and whether it is the last one, and every file has
//! a key of its own.
//!
//! ```text
//! "CBF1" · 16 bytes of salt · chunk · chunk · … · last chunk
//! chunk: up to 65,536 bytes, encrypted · 16 bytes of tag
//! ```
//!
//! All of it blocks: call it on a thread that may.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, Tag};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::store::RawKey;

const MAGIC: &[u8; 4] = b"CBF1";
const SALT: usize = 16;
const HEADER: usize = MAGIC.len() + SALT;

/// Bytes of a chunk in the clear: as much as a download brings at once, and little to decrypt for
/// the one byte that is wanted.
pub(crate) const CHUNK: usize = 64 * 1024;

const TAG: usize = 16;

/// SHA-256 of what is in a file: its name in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// What the files of one account are encrypted with; it comes from the key of its cache.
#[derive(Clone)]
pub(crate) struct FilesKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for FilesKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FilesKey")
    }
}

impl FilesKey {
    /// The key that belongs to a cache.
    pub(crate) fn of_cache(cache: &RawKey) -> Self {
        Self(derive(cache.as_slice(), b"", b"cubist files 1"))
    }

    /// A name on the disk that says nothing to those who lack the key: not even whether this
    /// account has a file that they have, too.
    pub(crate) fn name(&self, of: &[u8]) -> String {
        let bytes = derive(self.0.as_slice(), of, b"cubist file name 1");
        bytes.iter().fold(String::new(), |mut name, byte| {
            // Writing into a text cannot fail.
            write!(name, "{byte:02x}").ok();
            name
        })
    }

    fn cipher(&self, salt: &[u8]) -> ChaCha20Poly1305 {
        let key = derive(self.0.as_slice(), salt, b"cubist file 1");
        ChaCha20Poly1305::new(key.as_slice().into())
    }
}

fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info, key.as_mut_slice())
        // Only a length beyond 255 hashes can fail (RFC 5869 §2.3); this one is one hash.
        .unwrap_or_default();
    key
}

fn nonce(place: u64, is_last: bool) -> Nonce {
    let mut nonce = [0; 12];
    for (byte, source) in nonce.iter_mut().skip(4).zip(place.to_be_bytes()) {
        *byte = source;
    }
    if let Some(first) = nonce.first_mut() {
        *first = u8::from(is_last);
    }
    nonce.into()
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the sealed file is damaged")
}

/// A file being written.
pub(crate) struct Writer {
    file: File,
    cipher: ChaCha20Poly1305,
    /// Chunks that are in the file.
    chunks: u64,
    /// What is not yet a chunk. A full one stays here until more comes: it may be the last.
    rest: Vec<u8>,
}

impl Writer {
    /// Begins a file; whatever is in it goes.
    pub(crate) fn begin(mut file: File, key: &FilesKey, salt: [u8; SALT]) -> io::Result<Self> {
        if file.metadata()?.len() > 0 {
            file.set_len(0)?;
        }
        file.rewind()?;
        file.write_all(MAGIC)?;
        file.write_all(&salt)?;
        Ok(Self {
            file,
            cipher: key.cipher(&salt),
            chunks: 0,
            rest: Vec::with_capacity(CHUNK + TAG),
        })
    }

    /// Goes on with a file that was not finished, behind the last whole chunk of it. What is there
    /// is shown to `seen`, in its order.
    pub(crate) fn go_on(
        mut file: File,
        key: &FilesKey,
        mut seen: impl FnMut(&[u8]),
    ) -> io::Result<Self> {
        file.rewind()?;
        let salt = read_header(&mut file)?;
        let cipher = key.cipher(&salt);
        let mut chunks = 0;
        let mut sealed = vec![0; CHUNK + TAG];
        loop {
            match file.read_exact(&mut sealed) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
            // A crash can leave room that was never written; what is whole before it counts.
            let Ok(clear) = open_chunk(&cipher, chunks, false, &mut sealed) else {
                break;
            };
            seen(clear);
            chunks += 1;
        }
        let end = sealed_offset(chunks);
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        Ok(Self {
            file,
            cipher,
            chunks,
            rest: Vec::with_capacity(CHUNK + TAG),
        })
    }

    /// Bytes taken so far.
    pub(crate) fn written(&self) -> u64 {
        self.chunks * CHUNK as u64 + self.rest.len() as u64
    }

    /// Takes further bytes.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.rest.len() == CHUNK {
                self.seal(false)?;
            }
            let taken = bytes.len().min(CHUNK - self.rest.len());
            let (now, later) = bytes.split_at(taken);
            self.rest.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Writes the last chunk and waits for the disk.
    pub(crate) fn finish(mut self) -> io::Result<File> {
        self.seal(true)?;
        self.file.sync_all()?;
        Ok(self.file)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let tag = self
            .cipher
            .encrypt_in_place_detached(&nonce(self.chunks, is_last), b"", &mut self.rest)
            .map_err(|_| damaged())?;
        self.rest.extend_from_slice(&tag);
        self.file.write_all(&self.rest)?;
        self.rest.clear();
        self.chunks += 1;
        Ok(())
    }
}

/// A finished file, read from wherever one likes. Reading blocks.
pub struct Reader {
    file: File,
    cipher: ChaCha20Poly1305,
    /// Bytes in the clear.
    length: u64,
    chunks: u64,
    position: u64,
    /// The chunk that is decrypted, and its place.
    open: Option<(u64, Vec<u8>)>,
}

impl Reader {
    /// Opens a file. Whether it is whole is seen at once, what is in it when it is read.
    pub(crate) fn open(mut file: File, key: &FilesKey) -> io::Result<Self> {
        let salt = read_header(&mut file)?;
        let body = file
            .metadata()?
            .len()
            .checked_sub(HEADER as u64)
            .ok_or_else(damaged)?;
        let chunks = body.div_ceil((CHUNK + TAG) as u64);
        let length = body
            .checked_sub(chunks * TAG as u64)
            .filter(|_| chunks > 0)
            .ok_or_else(damaged)?;
        let mut reader = Self {
            file,
            cipher: key.cipher(&salt),
            length,
            chunks,
            position: 0,
            open: None,
        };
        // Only the last chunk opens as the last one: a file that was cut has none.
        reader.load(chunks - 1)?;
        Ok(reader)
    }

    /// Bytes in the clear.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    fn load(&mut self, place: u64) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|(open, _)| *open == place) {
            return Ok(());
        }
        let is_last = place + 1 == self.chunks;
        let clear = if is_last {
            self.length - place * CHUNK as u64
        } else {
            CHUNK as u64
        };
        let clear = usize::try_from(clear).map_err(|_| damaged())?;
        let mut sealed = match self.open.take() {
            Some((_, buffer)) => buffer,
            None => Vec::new(),
        };
        sealed.resize(clear + TAG, 0);
        self.file.seek(SeekFrom::Start(sealed_offset(place)))?;
        self.file.read_exact(&mut sealed)?;
        open_chunk(&self.cipher, place, is_last, &mut sealed)?;
        sealed.truncate(clear);
        self.open = Some((place, sealed));
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || into.is_empty() {
            return Ok(0);
        }
        let place = self.position / CHUNK as u64;
        self.load(place)?;
        let skip = usize::try_from(self.position % CHUNK as u64).map_err(|_| damaged())?;
        let chunk = self.open.as_ref().map(|(_, chunk)| chunk.as_slice());
        let mut rest = chunk
            .and_then(|chunk| chunk.get(skip..))
            .ok_or_else(damaged)?;
        let read = rest.read(into)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "before the beginning of the file",
            )
        })?;
        Ok(self.position)
    }
}

fn read_header(file: &mut File) -> io::Result<[u8; SALT]> {
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic)?;
    if magic != *MAGIC {
        return Err(damaged());
    }
    let mut salt = [0; SALT];
    file.read_exact(&mut salt)?;
    Ok(salt)
}

fn sealed_offset(chunk: u64) -> u64 {
    HEADER as u64 + chunk * (CHUNK + TAG) as u64
}

/// Decrypts a chunk where it is; returns its bytes in the clear.
fn open_chunk<'s>(
    cipher: &ChaCha20Poly1305,
    place: u64,
    is_last: bool,
    sealed: &'s mut [u8],
) -> io::Result<&'s [u8]> {
    let clear = sealed.len().checked_sub(TAG).ok_or_else(damaged)?;
    let (text, tag) = sealed.split_at_mut(clear);
    cipher
        .decrypt_in_place_detached(&nonce(place, is_last), b"", text, Tag::from_slice(tag))
        .map_err(|_| damaged())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::path::Path;

    use tempfile::TempDir;

    use super::{CHUNK, FilesKey, HEADER, Reader, TAG, Writer};
    use crate::store::RawKey;

    fn key(byte: u8) -> FilesKey {
        FilesKey::of_cache(&RawKey::new([byte; 32]))
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length)
            .map(|n| u8::try_from(n * 7 % 251).unwrap())
            .collect()
    }

    fn file(path: &Path) -> File {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .unwrap()
    }

    fn seal(path: &Path, content: &[u8]) {
        let mut writer = Writer::begin(file(path), &key(1), [9; 16]).unwrap();
        for portion in content.chunks(10_007) {
            writer.write(portion).unwrap();
        }
        assert_eq!(writer.written(), content.len() as u64);
        writer.finish().unwrap();
    }

    fn read(path: &Path) -> std::io::Result<Vec<u8>> {
        let mut content = Vec::new();
        Reader::open(File::open(path)?, &key(1))?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn what_was_sealed_is_read_again_whatever_its_length() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let content = bytes(length);
            seal(&path, &content);
            assert_eq!(read(&path).unwrap(), content, "{length}");
            let on_disk = std::fs::read(&path).unwrap();
            let chunks = length.div_ceil(CHUNK).max(1);
            assert_eq!(on_disk.len(), HEADER + length + chunks * TAG);
        }
    }

    #[test]
    fn nothing_of_the_content_is_on_the_disk() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        let content = b"a very private sentence ".repeat(8_000);
        seal(&path, &content);
        let on_disk = std::fs::read(&path).unwrap();
        assert!(!on_disk.windows(12).any(|part| part == b"very private"));
        let mut other = Reader::open(File::open(&path).unwrap(), &key(2));
        assert!(
            other
                .as_mut()
                .map_or(true, |reader| reader.read(&mut [0]).is_err())
        );
    }

    #[test]
    fn any_part_is_read_without_the_rest() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        let content = bytes(4 * CHUNK + 100);
        seal(&path, &content);
        let mut reader = Reader::open(File::open(&path).unwrap(), &key(1)).unwrap();
        assert_eq!(reader.length(), content.len() as u64);
        for (from, length) in [
            (0, 10),
            (CHUNK - 5, 10),
            (2 * CHUNK, CHUNK),
            (4 * CHUNK + 90, 10),
        ] {
            reader.seek(SeekFrom::Start(from as u64)).unwrap();
            let mut part = vec![0; length];
            reader.read_exact(&mut part).unwrap();
            assert_eq!(part, content[from..from + length]);
        }
        assert_eq!(
            reader.seek(SeekFrom::End(10)).unwrap(),
            content.len() as u64 + 10
        );
        assert_eq!(reader.read(&mut [0; 4]).unwrap(), 0);
        reader.seek(SeekFrom::Current(-1_000_000_000)).unwrap_err();
    }

    #[test]
    fn a_file_that_was_changed_or_cut_is_noticed() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        let content = bytes(3 * CHUNK);
        let sealed_chunk = CHUNK + TAG;
        let damages: [fn(&mut Vec<u8>); 6] = [
            |disk| disk[HEADER + 10] ^= 1,
            |disk| disk[8] ^= 1,
            |disk| disk.truncate(HEADER + 2 * (CHUNK + TAG)),
            |disk| disk.truncate(disk.len() - 1),
            |disk| disk.truncate(HEADER + 5),
            |disk| disk.truncate(3),
        ];
        for (number, damage) in damages.into_iter().enumerate() {
            seal(&path, &content);
            let mut disk = std::fs::read(&path).unwrap();
            damage(&mut disk);
            std::fs::write(&path, disk).unwrap();
            assert!(read(&path).is_err(), "damage {number}");
        }
        seal(&path, &content);
        let mut disk = std::fs::read(&path).unwrap();
        let second = disk[HEADER + sealed_chunk..HEADER + 2 * sealed_chunk].to_vec();
        disk[HEADER..HEADER + sealed_chunk].copy_from_slice(&second);
        std::fs::write(&path, disk).unwrap();
        assert!(read(&path).is_err(), "a chunk in the place of another");
    }

    #[test]
    fn writing_goes_on_behind_the_last_whole_chunk() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        let content = bytes(3 * CHUNK + 17);
        let mut writer = Writer::begin(file(&path), &key(1), [3; 16]).unwrap();
        writer.write(&content[..2 * CHUNK + 99]).unwrap();
        drop(writer);
        // The power went while a chunk was written.
        let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
        torn.write_all(&vec![0; CHUNK + TAG + 5]).unwrap();
        let mut seen = Vec::new();
        let mut writer =
            Writer::go_on(file(&path), &key(1), |part| seen.extend_from_slice(part)).unwrap();
        assert_eq!(writer.written(), 2 * CHUNK as u64);
        assert_eq!(seen, content[..2 * CHUNK]);
        writer.write(&content[2 * CHUNK..]).unwrap();
        writer.finish().unwrap();
        assert_eq!(read(&path).unwrap(), content);
    }

    #[test]
    fn what_is_no_sealed_file_is_not_gone_on_with() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("f");
        for start in [b"".as_slice(), b"CBF1", b"PNG and more than a header of it"] {
            std::fs::write(&path, start).unwrap();
            assert!(Writer::go_on(file(&path), &key(1), |_| {}).is_err());
            assert!(read(&path).is_err());
        }
    }

    #[test]
    fn names_depend_on_the_key() {
        let one = key(1).name(b"x");
        assert_eq!(one, key(1).name(b"x"));
        assert_eq!(one.len(), 64);
        assert_ne!(one, key(1).name(b"y"));
        assert_ne!(one, key(2).name(b"x"));
    }
}
