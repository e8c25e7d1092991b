//! Whose cache this is and how to sign in again: the part of an account that must not lie about
//! in the clear.

use rusqlite::params;

use crate::store::{Error, ReadDb, WriteTx};

/// The account's own row. Endpoints and credentials are JSON of the engine's own making.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Where the account lives.
    pub endpoints: String,
    /// What signs it in; empty after signing out without erasing.
    pub credentials: String,
}

impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountRow(…)")
    }
}

/// Writes the row, replacing an earlier one.
pub fn save(tx: &mut WriteTx<'_>, row: &AccountRow) -> Result<(), Error> {
    let me = tx.me().as_i64();
    tx.run(
        "INSERT INTO account (one, user, endpoints, credentials) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (one) DO UPDATE SET user = excluded.user, endpoints = excluded.endpoints,
           credentials = excluded.credentials",
        params![me, row.endpoints, row.credentials],
    )?;
    Ok(())
}

/// Reads the row; `None` in a new cache.
pub fn load(db: &ReadDb<'_>) -> Result<Option<AccountRow>, Error> {
    db.one(
        "SELECT endpoints, credentials FROM account WHERE one = 1",
        [],
        |row| {
            Ok(AccountRow {
                endpoints: row.get(0)?,
                credentials: row.get(1)?,
            })
        },
    )
}
