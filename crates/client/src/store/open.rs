//! Opening one connection to the encrypted file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use zeroize::Zeroizing;

use crate::store::{Error, RawKey};

/// How long a connection waits for another one's lock. There is one writer, so only a checkpoint
/// can hold it, for milliseconds; seconds mean a second process, which is refused earlier.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Distinct statements of this store, with room to grow: none is ever compiled twice.
const STATEMENT_CACHE: usize = 256;

/// The write-ahead log is cut back to this size after a checkpoint (bytes).
const WAL_SIZE_LIMIT: i64 = 16 * 1024 * 1024;

/// Pages the writer keeps decrypted (KiB). Every page that is read again is decrypted and
/// authenticated again, which is most of the cost of a write in a full cache; the indexes of
/// 100,000 messages and their words fit into this.
const WRITER_CACHE: i64 = 16 * 1024;

/// Pages each reader keeps decrypted (KiB): the chat list and a few screens.
const READER_CACHE: i64 = 4 * 1024;

/// Opens the connection that writes, making the file when there is none.
pub(super) fn writer(path: &Path, key: &RawKey) -> Result<Connection, Error> {
    let conn = Connection::open(path)?;
    unlock(&conn, key)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // An acknowledged stanza is forgotten by the server, so what is committed must survive a power
    // cut; group commit pays for the flush.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "journal_size_limit", WAL_SIZE_LIMIT)?;
    // A negative size counts KiB instead of pages.
    conn.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    Ok(conn)
}

/// Opens a connection that cannot write.
pub(super) fn reader(path: &Path, key: &RawKey) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    unlock(&conn, key)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE)?;
    Ok(conn)
}

fn unlock(conn: &Connection, key: &RawKey) -> Result<(), Error> {
    // SQLCipher would write to the standard error of the program; failures come as errors.
    conn.pragma_update(None, "cipher_log_level", "NONE")?;
    // SQLCipher takes a raw key as a blob literal and then derives nothing from it.
    let mut literal = Zeroizing::new(String::with_capacity(67));
    literal.push_str("x'");
    for byte in key.iter() {
        for digit in [byte >> 4, byte & 0x0f] {
            literal.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
        }
    }
    literal.push('\'');
    conn.pragma_update(None, "key", literal.as_str())?;
    match conn.query_row("SELECT count(*) FROM sqlite_master", [], |row| {
        row.get::<_, i64>(0)
    }) {
        Ok(_) => {}
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(Error::WrongKey);
        }
        Err(error) => return Err(error.into()),
    }
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // Sorters must not spill readable text beside the encrypted file.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(())
}
