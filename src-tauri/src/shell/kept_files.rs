//! Files that leave the encrypted cache because a person says so: saved, opened elsewhere, shown in
//! their folder, copied.
//!
//! Names are made harmless on the way. What a system would run when it is opened can be saved, not
//! opened: a click on what a stranger sent must not start a program.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arboard::{Clipboard, ImageData};
use cubist_client::{
    Account,
    attachments::{OpenFile, names},
    clock::{Clock as _, SystemClock},
    model::{AccountId, MessageId},
};
use tauri::WebviewWindow;
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;
use tokio::sync::oneshot;

use crate::{ipc::error::IpcError, shell::media_server::hex};

/// Folder of copies for other programs, in the profile's folder. Emptied at each start and end, with the lock, and with an account.
const OPENED: &str = "opened";

/// How long a copy for another program is kept while this one runs: a program that stays in the tray for weeks would
/// keep all of them. Whatever the other program writes beside it makes it a new one.
const OPENED_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes from which it is told what a file is.
const HEAD: u64 = 4096;

/// Names tried in a folder before giving up: `a.txt`, `a (1).txt`, …
const NAMES: u32 = 1000;

/// Which attachment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Of which account.
    pub account: AccountId,
    /// On which message.
    pub message: MessageId,
    /// Its place there.
    pub index: u32,
}

/// What was given out in this run.
pub struct KeptFiles {
    /// Copies for other programs.
    opened: PathBuf,
    /// Where files were saved, so that they can be shown there.
    saved: Mutex<HashMap<Place, PathBuf>>,
    /// On X11 the clipboard is served by the program that filled it.
    clipboard: Arc<Mutex<Option<Clipboard>>>,
}

impl KeptFiles {
    /// Nothing was given out. Copies that lie there are left alone: a second start, which only
    /// raises the first one's window, comes by here, too.
    pub fn new(profile_dir: &Path) -> Self {
        Self {
            opened: profile_dir.join(OPENED),
            saved: Mutex::default(),
            clipboard: Arc::default(),
        }
    }

    /// Removes the copies for other programs: at the start, for a run that ended in the middle, at
    /// the end, with the lock, and when an account is erased.
    pub fn clear(&self) {
        match fs::remove_dir_all(&self.opened) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "copies of opened files were not removed");
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Saves a file where the person says in the system's dialog; false when they change their mind.
    pub async fn save(
        &self,
        window: &WebviewWindow,
        account: &Account,
        place: Place,
    ) -> Result<bool, IpcError> {
        let file = account.attachment_file(place.message, place.index).await?;
        let (answer, chosen) = oneshot::channel();
        window
            .dialog()
            .file()
            .set_parent(window)
            .set_file_name(name_of(&file))
            .save_file(move |target| {
                // The command's window may have gone meanwhile.
                answer.send(target).ok();
            });
        let target = chosen.await.ok().flatten();
        let Some(target) = target.and_then(|target| target.into_path().ok()) else {
            return Ok(false);
        };
        let written = target.clone();
        blocking(move || replace(&written, file)).await?;
        self.saved().insert(place, target);
        Ok(true)
    }

    /// Opens a copy of a file with the program that the system has for it.
    pub async fn open(
        &self,
        window: &WebviewWindow,
        account: &Account,
        place: &Place,
    ) -> Result<(), IpcError> {
        let mut file = account.attachment_file(place.message, place.index).await?;
        let opened_files = self.opened.clone();
        let copy = blocking(move || {
            let name = name_of(&file);
            let mut head = Vec::new();
            file.by_ref().take(HEAD).read_to_end(&mut head)?;
            file.rewind()?;
            if names::runs_when_opened(&name, &head) {
                return Ok(None);
            }
            forget_old(&opened_files, now());
            let folder = opened_files.join(random_name()?);
            private_folder(&folder)?;
            let path = folder.join(name);
            write(&path, file)?;
            Ok(Some(path))
        })
        .await?;
        let Some(path) = copy else {
            return Err(IpcError::UnsafeFile);
        };
        opened(
            window
                .opener()
                .open_path(path.to_string_lossy(), None::<&str>),
        )
    }

    /// Shows a file in its folder: where it was saved, or else in the folder of downloads, where a
    /// copy is put first.
    pub async fn show(
        &self,
        window: &WebviewWindow,
        account: &Account,
        place: Place,
    ) -> Result<(), IpcError> {
        let known = self.saved().get(&place).cloned();
        let path = if let Some(path) = known.filter(|path| path.is_file()) {
            path
        } else {
            let file = account.attachment_file(place.message, place.index).await?;
            let folder = directories::UserDirs::new()
                .and_then(|dirs| {
                    let downloads = dirs.download_dir().map(Path::to_path_buf);
                    downloads.or_else(|| Some(dirs.home_dir().to_path_buf()))
                })
                .ok_or(IpcError::NotFound)?;
            let path = blocking(move || save_in(&folder, &name_of(&file), file)).await?;
            self.saved().insert(place, path.clone());
            path
        };
        opened(window.opener().reveal_item_in_dir(path))
    }

    /// Puts a picture into the clipboard, as it is seen.
    pub async fn copy_image(&self, account: &Account, place: &Place) -> Result<(), IpcError> {
        let pixels = account
            .attachment_pixels(place.message, place.index)
            .await?;
        let image = ImageData {
            width: pixels.width as usize,
            height: pixels.height as usize,
            bytes: pixels.rgba.into(),
        };
        let clipboard = Arc::clone(&self.clipboard);
        // It encodes the picture for other programs.
        let put = tauri::async_runtime::spawn_blocking(move || {
            let mut clipboard = clipboard.lock().unwrap_or_else(PoisonError::into_inner);
            match clipboard.as_mut() {
                Some(clipboard) => clipboard.set_image(image),
                None => clipboard.insert(Clipboard::new()?).set_image(image),
            }
        });
        let internal = |message: String| IpcError::Internal { message };
        put.await
            .map_err(|error| internal(error.to_string()))?
            .map_err(|error: arboard::Error| internal(error.to_string()))
    }

    fn saved(&self) -> MutexGuard<'_, HashMap<Place, PathBuf>> {
        // Each entry is put in as a whole.
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A harmless name for a file. One that has none is named by what it is.
fn name_of(file: &OpenFile) -> String {
    names::name_of(&file.attachment, &file.content_type)
}

/// Writes a file beside its place and moves it there: a full disk destroys nothing.
fn replace(target: &Path, from: impl io::Read) -> io::Result<()> {
    // A name that nobody has: other programs keep what they have not finished as `a.mp4.part`, and a
    // long name has no room for more.
    let aside = target.with_file_name(format!(".cubist-{}", random_name()?));
    write(&aside, from)?;
    fs::rename(&aside, target).inspect_err(|_| forget(&aside))
}

fn forget(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, "what was written of a file could not be removed");
    }
}

/// Writes a file into a folder under a name that is free there. What fails leaves nothing.
fn save_in(folder: &Path, name: &str, from: impl io::Read) -> io::Result<PathBuf> {
    let path = free_path(folder, name)?;
    replace(&path, from).inspect_err(|_| forget(&path))?;
    Ok(path)
}

/// The present, as times of files are.
fn now() -> SystemTime {
    let millis = u64::try_from(SystemClock.now().0).unwrap_or_default();
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// Removes the copies for other programs that were made, or last written to, long ago. One that cannot be removed, as
/// long as it is open on Windows, is tried again with the next.
fn forget_old(opened: &Path, now: SystemTime) {
    let folders = match fs::read_dir(opened) {
        Ok(folders) => folders,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "copies of opened files cannot be looked at");
            }
            return;
        }
    };
    for folder in folders.flatten() {
        let is_old = || -> io::Result<bool> {
            let written = folder.metadata()?.modified()?;
            Ok(now
                .duration_since(written)
                .is_ok_and(|age| age > OPENED_KEPT))
        };
        let removed = is_old().and_then(|is_old| {
            if is_old {
                fs::remove_dir_all(folder.path())
            } else {
                Ok(())
            }
        });
        if let Err(error) = removed {
            tracing::warn!(%error, "an old copy of an opened file was not removed");
        }
    }
}

/// Takes a name in a folder that nothing has: `a.txt`, `a (1).txt`, …
fn free_path(folder: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    for number in 0..NAMES {
        let name = match number {
            0 => name.to_owned(),
            _ => format!("{stem} ({number}){ending}"),
        };
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes a file that is not there yet. What fails leaves nothing.
fn write(path: &Path, mut from: impl io::Read) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let written = io::copy(&mut from, &mut file).and_then(|_| file.sync_all());
    written.inspect_err(|_| forget(path))
}

/// A folder that only this person can look into.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex(&bytes))
}

fn opened(outcome: Result<(), tauri_plugin_opener::Error>) -> Result<(), IpcError> {
    outcome.map_err(|error| IpcError::Internal {
        message: error.to_string(),
    })
}

/// Runs what waits for the disk on a thread that may.
async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, IpcError> {
    let done = tauri::async_runtime::spawn_blocking(job).await;
    done.map_err(|error| IpcError::Internal {
        message: error.to_string(),
    })?
    .map_err(|error| IpcError::Storage {
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::{KeptFiles, OPENED, OPENED_KEPT, forget_old, free_path, now, replace, save_in};
    use std::fs;

    struct Breaks;

    impl std::io::Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn copies_are_removed_by_the_run_that_is_meant_to_and_by_no_second_start() {
        let dir = tempfile::tempdir().unwrap();
        let old = dir.path().join(OPENED).join("0011");
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join("private.pdf"), b"x").unwrap();
        let kept = KeptFiles::new(dir.path());
        assert!(old.join("private.pdf").exists());
        kept.clear();
        assert!(!dir.path().join(OPENED).exists());
    }

    #[test]
    fn copies_of_yesterday_go_while_the_program_runs() {
        let dir = tempfile::tempdir().unwrap();
        let opened = dir.path().join(OPENED);
        forget_old(&opened, now());
        let copy = opened.join("0011").join("private.pdf");
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(&copy, b"x").unwrap();
        forget_old(&opened, now());
        assert!(copy.exists(), "somebody is reading it");
        forget_old(&opened, now() + 2 * OPENED_KEPT);
        assert_eq!(fs::read_dir(&opened).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_put_into_a_folder_leaves_no_empty_file_there() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            save_in(dir.path(), "film.mp4", Breaks).unwrap_err();
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        }
        let saved = save_in(dir.path(), "film.mp4", &b"whole"[..]).unwrap();
        assert_eq!(saved, dir.path().join("film.mp4"));
        assert_eq!(fs::read(saved).unwrap(), b"whole");
    }

    #[test]
    fn nothing_in_a_folder_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let name = |name: &str| {
            let path = free_path(dir.path(), name).unwrap();
            path.file_name().unwrap().to_string_lossy().into_owned()
        };
        assert_eq!(name("a.tar.gz"), "a.tar.gz");
        assert_eq!(name("a.tar.gz"), "a.tar (1).gz");
        assert_eq!(name("a.tar.gz"), "a.tar (2).gz");
        assert_eq!(name("none"), "none");
        assert_eq!(name("none"), "none (1)");
        assert_eq!(name(".hidden"), ".hidden");
        assert_eq!(name(".hidden"), ".hidden (1)");
    }

    #[test]
    fn a_file_is_saved_whole_or_not_at_all_and_nothing_beside_it_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("film.mp4");
        let unfinished = dir.path().join("film.mp4.part");
        fs::write(&target, b"old").unwrap();
        fs::write(&unfinished, b"of a browser").unwrap();
        replace(&target, &b"new"[..]).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        replace(&target, std::io::Read::chain(&b"half"[..], Breaks)).unwrap_err();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read(&unfinished).unwrap(), b"of a browser");
        // As long as names may be.
        let long = dir.path().join("a".repeat(255));
        replace(&long, &b"long"[..]).unwrap();
        assert_eq!(fs::read(&long).unwrap(), b"long");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
    }
}
