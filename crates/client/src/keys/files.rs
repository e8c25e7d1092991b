//! Small private files that are either wholly old or wholly new.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

/// Replaces `path` by `bytes` so that a crash at any point leaves the old or the new content, and
/// that the new one is on disk when this returns. Only the owner can read the file.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path
        .parent()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    fs::create_dir_all(directory)?;
    let mut name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?
        .to_owned();
    name.push(".new");
    let temporary = directory.join(name);
    // A leftover of a crash may have any mode: made anew, so that the mode below counts.
    match fs::remove_file(&temporary) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    sync_directory(directory)
}

/// The content of `path`, `None` if there is no such file, an error if it is longer than `limit`.
pub(crate) fn read_limited(path: &Path, limit: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Zeroizing::new(Vec::new());
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= limit) {
        Ok(Some(bytes))
    } else {
        Err(io::Error::from(io::ErrorKind::FileTooLarge))
    }
}

/// Takes away what others may do with `path`, in case a copy or a restored backup widened it.
#[cfg(unix)]
pub(super) fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    let open_to_others = permissions.mode() & 0o077;
    if open_to_others == 0 {
        return Ok(());
    }
    tracing::warn!("the key file was open to others; it is not any more");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Elsewhere the profile folder's own access list keeps others out.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "another system may refuse")]
pub(super) fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the rename itself durable.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Windows has no handle of a directory to flush; its file system journals the rename.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "another system may refuse")]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{read_limited, write_private};

    #[test]
    fn a_private_file_is_replaced_as_a_whole_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/secret");
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(**read_limited(&path, 3).unwrap().unwrap(), *b"two");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_into_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big");
        write_private(&path, &[0; 100]).unwrap();
        assert!(read_limited(&path, 99).is_err());
        assert!(
            read_limited(&folder.path().join("none"), 99)
                .unwrap()
                .is_none()
        );
    }
}
