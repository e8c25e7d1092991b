//! Small private files that are either wholly old or wholly new, and those without which nothing
//! opens, which stand on the disk twice.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

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

/// Where the second copy of a file stands that [`write_both`] wrote.
pub(crate) fn second(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".bak");
    name.into()
}

/// Like [`write_private`], and then the same once more beside it, for [`read_both`]. The same
/// bytes, not those before them: a way in that was taken away must not live on in a copy.
pub(crate) fn write_both(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_private(path, bytes)?;
    keep_second(path, bytes);
    Ok(())
}

/// What `parse` makes of a file that [`write_both`] wrote, and `None` if there is none. Where the
/// file is gone, or `is_damage` says so of its error, its second copy serves and takes its place;
/// otherwise the second copy is made to follow the file.
pub(crate) fn read_both<T, E: From<io::Error>>(
    path: &Path,
    limit: u64,
    parse: impl Fn(&[u8]) -> Result<T, E>,
    is_damage: impl Fn(&E) -> bool,
) -> Result<Option<T>, E> {
    let read = |path: &Path| match read_limited(path, limit)? {
        Some(bytes) => parse(&bytes).map(|value| Some((value, bytes))),
        None => Ok(None),
    };
    let first = match read(path) {
        Ok(Some((value, bytes))) => {
            keep_second(path, &bytes);
            return Ok(Some(value));
        }
        Ok(None) => Ok(None),
        Err(error) if is_damage(&error) => Err(error),
        Err(error) => return Err(error),
    };
    let Ok(Some((value, bytes))) = read(&second(path)) else {
        return first;
    };
    let name = path.file_name();
    tracing::warn!(
        ?name,
        "a file is gone or damaged; its second copy takes its place"
    );
    if let Err(error) = write_private(path, &bytes) {
        tracing::warn!(?name, %error, "the second copy stays alone");
    }
    Ok(Some(value))
}

/// Lets the second copy of `path` be `bytes`. The first one counts, so that this may fail.
fn keep_second(path: &Path, bytes: &[u8]) {
    let copy = second(path);
    let limit = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if let Ok(Some(known)) = read_limited(&copy, limit)
        && known.as_slice() == bytes
    {
        return;
    }
    if let Err(error) = write_private(&copy, bytes) {
        tracing::warn!(name = ?path.file_name(), %error, "a file has no second copy");
        // An older one may open what this one does not open any more: a way in that was taken away.
        if let Err(error) = fs::remove_file(&copy)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(name = ?copy.file_name(), %error, "an older copy stays");
        }
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
    use std::io;
    use std::path::Path;

    use super::{read_both, read_limited, second, write_both, write_private};

    /// Any text but one that says of itself that it is broken.
    fn read(path: &Path) -> io::Result<Option<String>> {
        read_both(
            path,
            16,
            |bytes| match std::str::from_utf8(bytes) {
                Ok(text) if text != "broken" => Ok(text.to_owned()),
                _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
            },
            |error| error.kind() == io::ErrorKind::InvalidData,
        )
    }

    #[test]
    fn the_second_copy_takes_the_place_of_a_file_that_is_damaged_or_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        assert_eq!(read(&path).unwrap(), None);
        write_both(&path, b"one").unwrap();
        std::fs::write(&path, "broken").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("one"));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("one"));
        // What is wrong with the file is told where the copy does not help.
        std::fs::write(&path, "broken").unwrap();
        std::fs::write(second(&path), "broken").unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn the_second_copy_holds_nothing_that_the_file_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        write_both(&path, b"one").unwrap();
        write_both(&path, b"two").unwrap();
        assert_eq!(std::fs::read(second(&path)).unwrap(), b"two");
        // As after a crash between the two.
        write_private(&path, b"three").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("three"));
        assert_eq!(std::fs::read(second(&path)).unwrap(), b"three");
    }

    #[test]
    fn an_error_that_is_no_damage_is_told_and_the_copy_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        write_both(&path, b"one").unwrap();
        std::fs::write(&path, "longer than the limit").unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(std::fs::read(second(&path)).unwrap(), b"one");
    }

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
