//! People: signing up, finding one, changing and deleting.

use std::sync::Arc;

use cubist_protocol::ids::UserId;
use rusqlite::{OptionalExtension, Row, params};

use crate::state::logins::Identity;
use crate::state::reader::ReadDb;
use crate::state::user_fields::{TextField, TextFields, check_password, check_texts};
use crate::state::writer::WriteTx;
use crate::state::{State, StateError, occupants, sessions};

/// A person as stored. Times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Unique without regard to case.
    pub login: Option<String>,
    /// Unique without regard to case.
    pub email: Option<String>,
    /// The name shown.
    pub full_name: Option<String>,
    /// As typed.
    pub phone: Option<String>,
    /// As typed.
    pub website: Option<String>,
    /// Anything the app keeps with the person.
    pub custom_data: Option<String>,
    /// The id in the app's own user base.
    pub external_id: Option<String>,
    /// Of the social network.
    pub facebook_id: Option<String>,
    /// Of the social network.
    pub twitter_id: Option<String>,
    /// Legacy avatar.
    pub blob_id: Option<i64>,
    /// A file's uid or a URL.
    pub avatar: Option<String>,
    /// Comma-separated.
    pub tags: Option<String>,
    /// Minutes from UTC.
    pub timezone: Option<i64>,
    /// Made by a guest session.
    pub is_guest: bool,
    /// Sign-up.
    pub created_at: i64,
    /// Last change of a field.
    pub updated_at: i64,
    /// Last request or stanza.
    pub last_request_at: Option<i64>,
}

impl User {
    /// What to call the person: full name, else login, else the id.
    pub fn display_name(&self) -> String {
        let named = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
        };
        named(&self.full_name)
            .or_else(|| named(&self.login))
            .unwrap_or_else(|| self.id.to_string())
    }
}

/// A person to sign up.
#[derive(Clone, Default)]
pub struct NewUser {
    /// Their texts; a login or an e-mail is required.
    pub texts: TextFields,
    /// Minutes from UTC.
    pub timezone: Option<i64>,
    /// Required by sign-up; only a guest may have none.
    pub password: Option<String>,
    /// Made by a guest session: needs neither login nor password.
    pub is_guest: bool,
}

/// Changes to a person.
#[derive(Clone, Default)]
pub struct UserChanges {
    /// Their texts.
    pub texts: TextFields,
    /// Minutes from UTC.
    pub timezone: Option<i64>,
    /// A new password, with the present one.
    pub password: Option<PasswordChange>,
}

/// A new password needs the old one.
#[derive(Clone)]
pub struct PasswordChange {
    /// The present one, as given.
    pub old: Option<String>,
    /// The wanted one.
    pub new: String,
    /// The token of the session that changes it. All other sessions of the person end.
    pub session: Option<String>,
}

/// The columns of [`User`], in the order [`User::from_row`] reads them.
pub(crate) const COLUMNS: &str = "id, login, email, full_name, phone, website, custom_data, external_id, facebook_id, \
     twitter_id, blob_id, avatar, tags, timezone, is_guest, created_at, updated_at, last_request_at";

impl User {
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: user_id(row, 0)?,
            login: row.get(1)?,
            email: row.get(2)?,
            full_name: row.get(3)?,
            phone: row.get(4)?,
            website: row.get(5)?,
            custom_data: row.get(6)?,
            external_id: row.get(7)?,
            facebook_id: row.get(8)?,
            twitter_id: row.get(9)?,
            blob_id: row.get(10)?,
            avatar: row.get(11)?,
            tags: row.get(12)?,
            timezone: row.get(13)?,
            is_guest: row.get(14)?,
            created_at: row.get(15)?,
            updated_at: row.get(16)?,
            last_request_at: row.get(17)?,
        })
    }
}

/// Reads a user id column.
pub(crate) fn user_id(row: &Row<'_>, column: usize) -> Result<UserId, rusqlite::Error> {
    let id: i64 = row.get(column)?;
    UserId::try_from(id).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, id))
}

/// The form in which texts are compared without regard to case.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

impl State {
    /// Signs a person up.
    pub async fn create_user(&self, new: NewUser) -> Result<User, StateError> {
        let rules = &self.inner.config.accounts;
        let mut problems = check_texts(rules, &new.texts);
        let has = |field| matches!(new.texts.get(&field), Some(Some(_)));
        if !new.is_guest {
            if !has(TextField::Login) && !has(TextField::Email) {
                problems.push(("base", "a login or an email is required".to_owned()));
            }
            match &new.password {
                Some(password) => problems.extend(check_password(rules, password)),
                None => problems.push(("password", "is required".to_owned())),
            }
        }
        if !problems.is_empty() {
            return Err(StateError::Invalid { problems });
        }
        let hash = match &new.password {
            Some(password) => self.inner.passwords.hash(password).await?,
            None => String::new(),
        };
        let now = self.inner.clock.seconds();
        self.write(move |tx| {
            check_unique(tx, None, &new.texts)?;
            tx.prepare_cached(
                "INSERT INTO users (password, timezone, is_guest, created_at, updated_at, last_request_at)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?4)",
            )?
            .execute(params![hash, new.timezone, new.is_guest, now])?;
            let id = tx.last_insert_rowid();
            set_texts(tx, id, &new.texts)?;
            occupants::add_to_broadcasts(tx, id, now)?;
            load(tx, id)?.ok_or(StateError::NotFound)
        })
        .await
    }

    /// One person. [`StateError::NotFound`] if there is none of that id.
    pub async fn user(&self, id: UserId) -> Result<User, StateError> {
        let user = self
            .read(move |db| load(db, id.as_i64()))
            .await?
            .ok_or(StateError::NotFound)?;
        Ok(self.with_activity(user))
    }

    /// The person of a login or an e-mail, without regard to case.
    pub async fn user_by_identity(&self, identity: &Identity) -> Result<User, StateError> {
        let (column, key) = match identity {
            Identity::Login(login) => ("login_key", fold(login)),
            Identity::Email(email) => ("email_key", fold(email)),
        };
        let user = self
            .read(move |db| {
                Ok(db
                    .prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE {column} = ?1"))?
                    .query_row([key], User::from_row)
                    .optional()?)
            })
            .await?
            .ok_or(StateError::NotFound)?;
        Ok(self.with_activity(user))
    }

    /// Whether the user exists.
    pub async fn user_exists(&self, user: UserId) -> Result<bool, StateError> {
        self.read(move |db| Ok(exists(db, user)?)).await
    }

    /// Changes a person. A new password needs the present one, and ends what was opened with it: every other session,
    /// and so every token that opens the chat.
    pub async fn update_user(&self, id: UserId, changes: UserChanges) -> Result<User, StateError> {
        let rules = &self.inner.config.accounts;
        let mut problems = check_texts(rules, &changes.texts);
        if let Some(change) = &changes.password {
            problems.extend(check_password(rules, &change.new));
            if change.old.is_none() {
                problems.push((
                    "old_password",
                    "is required to change the password".to_owned(),
                ));
            }
        }
        if !problems.is_empty() {
            return Err(StateError::Invalid { problems });
        }
        let hash = match &changes.password {
            Some(PasswordChange {
                old: Some(old),
                new,
                session,
            }) => {
                let stored = self
                    .stored_password(id)
                    .await?
                    .ok_or(StateError::NotFound)?;
                if !self.inner.passwords.verify(id, &stored, old).await? {
                    return Err(StateError::invalid("old_password", "is wrong"));
                }
                let hash = self.inner.passwords.hash(new).await?;
                Some((stored, hash, session.as_deref().map(sessions::hash)))
            }
            Some(PasswordChange { old: None, .. }) | None => None,
        };
        let now = self.inner.clock.seconds();
        let inner = Arc::clone(&self.inner);
        let user = self
            .write(move |tx| {
                check_unique(tx, Some(id), &changes.texts)?;
                let found = tx
                    .prepare_cached("UPDATE users SET updated_at = ?2 WHERE id = ?1")?
                    .execute([id.as_i64(), now])?;
                if found == 0 {
                    return Err(StateError::NotFound);
                }
                set_texts(tx, id.as_i64(), &changes.texts)?;
                if let Some(timezone) = changes.timezone {
                    tx.prepare_cached("UPDATE users SET timezone = ?2 WHERE id = ?1")?
                        .execute(params![id.as_i64(), timezone])?;
                }
                if let Some((checked, hash, session)) = hash {
                    // Two changes at once: the second was checked against a password that is no more.
                    let replaced = tx
                        .prepare_cached(
                            "UPDATE users SET password = ?3 WHERE id = ?1 AND password = ?2",
                        )?
                        .execute(params![id.as_i64(), checked, hash])?;
                    if replaced == 0 {
                        return Err(StateError::invalid("old_password", "is wrong"));
                    }
                    sessions::end_others(tx, id, session, inner)?;
                }
                let user = load(tx, id.as_i64())?.ok_or(StateError::NotFound)?;
                if user.login.is_none() && user.email.is_none() && !user.is_guest {
                    return Err(StateError::invalid(
                        "base",
                        "a login or an email is required",
                    ));
                }
                Ok(user)
            })
            .await?;
        Ok(self.with_activity(user))
    }

    /// Puts in the activity that is not on disk yet.
    pub(crate) fn with_activity(&self, mut user: User) -> User {
        user.last_request_at = self
            .inner
            .activity
            .pending(user.id)
            .or(user.last_request_at);
        user
    }
}

/// Whether the user exists, in the caller's transaction.
pub(crate) fn exists(db: &rusqlite::Connection, user: UserId) -> Result<bool, rusqlite::Error> {
    db.prepare_cached("SELECT 1 FROM users WHERE id = ?1")?
        .exists([user.as_i64()])
}

fn load(db: &rusqlite::Connection, id: i64) -> Result<Option<User>, StateError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?;
    Ok(query.query_row([id], User::from_row).optional()?)
}

/// Loads several people in the order of their ids; unknown ids are left out.
pub(crate) fn load_many(db: &ReadDb<'_>, ids: &[UserId]) -> Result<Vec<User>, StateError> {
    let list =
        serde_json::Value::from(ids.iter().map(|id| id.as_i64()).collect::<Vec<_>>()).to_string();
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM users WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    ))?;
    let rows = query.query_map([list], User::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn set_texts(tx: &WriteTx<'_>, id: i64, texts: &TextFields) -> Result<(), StateError> {
    for field in TextField::ALL {
        let Some(value) = texts.get(&field) else {
            continue;
        };
        let column = field.column();
        tx.prepare_cached(&format!("UPDATE users SET {column} = ?2 WHERE id = ?1"))?
            .execute(params![id, value])?;
        if let Some(key) = field.key_column() {
            tx.prepare_cached(&format!("UPDATE users SET {key} = ?2 WHERE id = ?1"))?
                .execute(params![id, value.as_deref().map(|text| field.key(text))])?;
        }
    }
    Ok(())
}

fn check_unique(
    tx: &WriteTx<'_>,
    own: Option<UserId>,
    texts: &TextFields,
) -> Result<(), StateError> {
    let own = own.map_or(0, UserId::as_i64);
    let mut problems = Vec::new();
    for (field, sql) in [
        (
            TextField::Login,
            "SELECT 1 FROM users WHERE login_key = ?1 AND id <> ?2",
        ),
        (
            TextField::Email,
            "SELECT 1 FROM users WHERE email_key = ?1 AND id <> ?2",
        ),
    ] {
        if let Some(Some(value)) = texts.get(&field)
            && tx.prepare_cached(sql)?.exists(params![fold(value), own])?
        {
            problems.push((field.name(), "has already been taken".to_owned()));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StateError::Invalid { problems })
    }
}
