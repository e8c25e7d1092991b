//! The bytes of files: where they lie, how they arrive, how they are read.
//!
//! A file arrives under a name of its own beside its place and is moved there when it is whole, so nobody ever reads
//! half of one. Names come from this backend alone; no path is made of what a client wrote.

use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, Take};

use crate::state::{make_private_folder, restrict};

/// The folder in the data folder.
const FOLDER: &str = "blobs";
/// Where files arrive; what is in it at the start was never finished.
const INCOMING: &str = "incoming";

/// The folder of files.
#[derive(Clone, Debug)]
pub(crate) struct BlobFiles {
    root: PathBuf,
}

impl BlobFiles {
    /// Makes the folder if missing and throws away what a crash left half arrived.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        let root = data.join(FOLDER);
        let incoming = root.join(INCOMING);
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        make_private_folder(&incoming)?;
        Ok(Self { root })
    }

    /// The place of a file. Uids are of this backend's making: anything but hexadecimal digits is a fault of ours.
    fn place(&self, uid: &str) -> io::Result<PathBuf> {
        let folder = uid.get(..2).filter(|_| is_uid(uid));
        match folder {
            Some(folder) => Ok(self.root.join(folder).join(uid)),
            None => Err(io::Error::other("a file's uid is not one")),
        }
    }

    /// Begins to take a file in. `arrival` tells uploads of the same file apart.
    pub(crate) async fn receive(&self, uid: &str, arrival: u64) -> io::Result<Arriving> {
        let place = self.place(uid)?;
        let path = self.root.join(INCOMING).join(format!("{uid}.{arrival}"));
        let file = File::create(&path).await?;
        restrict(&path)?;
        Ok(Arriving {
            file,
            path: Unfinished(path),
            place,
            bytes: 0,
        })
    }

    /// Opens `length` bytes of a file from `start` on.
    pub(crate) async fn read(&self, uid: &str, start: u64, length: u64) -> io::Result<Take<File>> {
        let mut file = File::open(self.place(uid)?).await?;
        if start > 0 {
            file.seek(SeekFrom::Start(start)).await?;
        }
        Ok(file.take(length))
    }

    /// Removes a file; one that never arrived is gone already.
    pub(crate) async fn remove(&self, uid: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.place(uid)?).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// A uid: what the backend makes of 18 random bytes.
fn is_uid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file on its way in. Dropped before it is whole it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Arriving {
    file: File,
    path: Unfinished,
    place: PathBuf,
    bytes: u64,
}

impl Arriving {
    /// Adds bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// How many bytes arrived so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Nothing more will come; `sync` waits until it is on disk.
    pub(crate) async fn seal(mut self, sync: bool) -> io::Result<Arrived> {
        self.file.flush().await?;
        if sync {
            self.file.sync_all().await?;
        }
        Ok(Arrived {
            path: self.path,
            place: self.place,
            bytes: self.bytes,
        })
    }
}

/// A file that is whole and not at its place yet. Dropped before it is, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Arrived {
    path: Unfinished,
    place: PathBuf,
    bytes: u64,
}

impl Arrived {
    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Moves the file to its place, over one that arrived there before. Within one file system this takes no time
    /// worth waiting for.
    pub(crate) fn settle(self) -> io::Result<()> {
        if let Some(folder) = self.place.parent() {
            make_private_folder(folder)?;
        }
        std::fs::rename(&self.path.0, &self.place)
    }
}

/// Removes the file when dropped, unless it was moved away.
#[derive(Debug)]
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an unfinished upload stays until the next start");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "0123456789abcdef0123456789abcdef0123";

    fn files_below(path: &Path) -> usize {
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                if entry.file_type().unwrap().is_dir() {
                    files_below(&entry.path())
                } else {
                    1
                }
            })
            .sum()
    }

    async fn content(files: &BlobFiles, start: u64, length: u64) -> String {
        let mut text = String::new();
        let mut file = files.read(UID, start, length).await.unwrap();
        file.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_file_is_there_when_it_is_whole_and_can_be_read_in_parts() {
        let dir = tempfile::tempdir().unwrap();
        let files = BlobFiles::open(dir.path()).unwrap();
        let mut arriving = files.receive(UID, 1).await.unwrap();
        arriving.write(b"hello ").await.unwrap();
        files.read(UID, 0, 1).await.unwrap_err();
        arriving.write(b"there").await.unwrap();
        let arrived = arriving.seal(true).await.unwrap();
        files.read(UID, 0, 1).await.unwrap_err();
        assert_eq!(arrived.bytes(), 11);
        arrived.settle().unwrap();
        assert_eq!(content(&files, 0, 11).await, "hello there");
        assert_eq!(content(&files, 6, 3).await, "the");
        files.remove(UID).await.unwrap();
        files.remove(UID).await.unwrap();
        assert_eq!(files_below(dir.path()), 0);
    }

    #[tokio::test]
    async fn an_upload_that_breaks_off_leaves_nothing_and_nor_does_a_crash() {
        let dir = tempfile::tempdir().unwrap();
        let files = BlobFiles::open(dir.path()).unwrap();
        let mut arriving = files.receive(UID, 1).await.unwrap();
        arriving.write(b"half").await.unwrap();
        drop(arriving);
        assert_eq!(files_below(dir.path()), 0);
        std::mem::forget(files.receive(UID, 2).await.unwrap());
        assert_eq!(files_below(dir.path()), 1);
        BlobFiles::open(dir.path()).unwrap();
        assert_eq!(files_below(dir.path()), 0);
    }

    #[tokio::test]
    async fn no_path_is_made_of_anything_but_a_uid() {
        let dir = tempfile::tempdir().unwrap();
        let files = BlobFiles::open(dir.path()).unwrap();
        for name in ["", "a", "../../../../../../../../etc/passwd0123", "ü"] {
            files.receive(name, 1).await.unwrap_err();
            files.read(name, 0, 1).await.unwrap_err();
        }
    }
}
