//! Values the backend chose for itself once and keeps.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::OptionalExtension;

use crate::state::passwords::random;
use crate::state::{State, StateError};

impl State {
    /// The application key made at the first start, for a configuration that names none.
    pub async fn own_auth_key(&self) -> Result<String, StateError> {
        let fresh = URL_SAFE_NO_PAD.encode(random::<12>()?);
        self.write(move |tx| {
            let kept: Option<String> = tx
                .query_row(
                    "SELECT value FROM settings WHERE name = 'auth_key'",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(kept) = kept {
                return Ok(kept);
            }
            tx.execute(
                "INSERT INTO settings (name, value) VALUES ('auth_key', ?1)",
                [&fresh],
            )?;
            Ok(fresh)
        })
        .await
    }

    /// Whether nobody has signed up and nothing was written yet.
    pub async fn is_empty(&self) -> Result<bool, StateError> {
        self.read(|db| {
            Ok(!db
                .prepare_cached("SELECT 1 FROM users LIMIT 1")?
                .exists([])?)
        })
        .await
    }

    /// A value kept under a name of the caller's.
    pub(crate) async fn setting(&self, name: &'static str) -> Result<Option<String>, StateError> {
        self.read(move |db| {
            Ok(db
                .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?)
        })
        .await
    }

    /// Keeps a value.
    pub(crate) async fn keep_setting(
        &self,
        name: &'static str,
        value: String,
    ) -> Result<(), StateError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
                [name, &value],
            )?;
            Ok(())
        })
        .await
    }
}
