//! The data folder: one backend at a time, and a note for the apps that want to find it.

use std::fs::{File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::lease::Leases;
use crate::server::Ready;
use crate::state::{make_private_folder, restrict};

/// Locked while a backend runs; its content does not matter, and it is never removed (a removed file could be locked
/// by one backend while another one locks its successor).
const LOCK: &str = "lock";
/// The note.
const RUNNING: &str = "running.json";

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another backend runs on it.
    #[error(
        "another cubist-server is already running on {0}: use it (its addresses are in running.json there), stop it, \
         or give this one another folder with --data"
    )]
    InUse(PathBuf),
    /// It cannot be made, read or written.
    #[error("cannot use the data folder {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The port for leases cannot be opened.
    #[error("cannot listen for leases on loopback: {0}")]
    Lease(#[source] io::Error),
}

/// The folder, held.
pub(crate) struct DataFolder {
    path: PathBuf,
    /// Unlocked when dropped, and by the system if the process dies.
    _lock: File,
}

/// What `running.json` says.
#[derive(Serialize)]
struct Running<'a> {
    pid: u32,
    #[serde(flatten)]
    ready: &'a Ready,
    /// Where leases are given.
    lease: String,
    /// What a lease has to say first.
    token: &'a str,
}

impl DataFolder {
    /// Makes the folder if missing and takes it.
    pub(crate) fn lock(path: &Path) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io {
            path: path.to_owned(),
            source,
        };
        make_private_folder(path).map_err(io)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }

    /// Tells apps on this machine how to reach the backend. Only their owner can read it.
    pub(crate) fn announce(&mut self, ready: &Ready, leases: &Leases) -> Result<(), FolderError> {
        let running = Running {
            pid: std::process::id(),
            ready,
            lease: leases.address().to_string(),
            token: leases.token(),
        };
        let path = self.path.join(RUNNING);
        let beside = self.path.join("running.new");
        let write = || {
            let text = serde_json::to_vec_pretty(&running)?;
            std::fs::write(&beside, b"")?;
            restrict(&beside)?;
            std::fs::write(&beside, text)?;
            std::fs::rename(&beside, &path)
        };
        write().map_err(|source| FolderError::Io {
            path: path.clone(),
            source,
        })
    }

    /// Takes the note away, so that nobody tries a backend that is stopping.
    pub(crate) fn retract(&self) {
        if let Err(error) = std::fs::remove_file(self.path.join(RUNNING)) {
            tracing::debug!(%error, "running.json was gone already");
        }
    }
}

/// How to reach the backend that runs on a folder.
pub(crate) struct RunningBackend {
    /// Where leases are given and orders taken.
    pub(crate) lease: SocketAddr,
    /// What to say first.
    pub(crate) token: String,
}

/// Reads the note of a running backend; `None` if there is none that makes sense.
pub(crate) fn find_running(data: &Path) -> Option<RunningBackend> {
    let text = std::fs::read(data.join(RUNNING)).ok()?;
    let note: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(RunningBackend {
        lease: note.get("lease")?.as_str()?.parse().ok()?,
        token: note.get("token")?.as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_free_again_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/data");
        let first = DataFolder::lock(&path).unwrap();
        assert!(matches!(
            DataFolder::lock(&path),
            Err(FolderError::InUse(_))
        ));
        drop(first);
        DataFolder::lock(&path).unwrap();
    }
}
