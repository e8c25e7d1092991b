//! People.

use rusqlite::{Row, params};

use crate::model::{User, UserId};
use crate::store::columns::{optional_text, user};
use crate::store::{Error, ReadDb, WriteTx};

/// The people among `ids` who are known, in the order of `ids`.
pub fn load(db: &ReadDb<'_>, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(db.one(
            "SELECT id, name, login, avatar FROM users WHERE id = ?1",
            [id.as_i64()],
            read,
        )?);
    }
    Ok(found)
}

/// Those among `ids` who are not known yet.
pub fn unknown(db: &ReadDb<'_>, ids: &[UserId]) -> Result<Vec<UserId>, Error> {
    let mut missing = Vec::new();
    for &id in ids {
        let known = db.one("SELECT 1 FROM users WHERE id = ?1", [id.as_i64()], |_| {
            Ok(())
        })?;
        if known.is_none() {
            missing.push(id);
        }
    }
    Ok(missing)
}

/// Stores people as the server describes them; only those who look different count as changed.
pub fn save(tx: &mut WriteTx<'_>, people: &[User]) -> Result<(), Error> {
    for person in people {
        let changed = tx.run(
            "INSERT INTO users (id, name, login, avatar) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, login = excluded.login,
               avatar = excluded.avatar
             WHERE name <> excluded.name OR login <> excluded.login OR avatar <> excluded.avatar",
            params![
                person.id.as_i64(),
                person.name,
                person.login.as_deref().unwrap_or_default(),
                person.avatar.as_deref().unwrap_or_default(),
            ],
        )?;
        if changed == 0 {
            continue;
        }
        tx.touch_user(person.id);
        // A private dialog is called like its other person.
        let dialogs = tx.all(
            "SELECT id FROM dialogs WHERE opponent = ?1 AND opponent <> 0",
            [person.id.as_i64()],
            |row| Ok(row.get::<_, crate::store::columns::Oid>(0)?.dialog()),
        )?;
        for dialog in dialogs {
            tx.touch_dialog(dialog);
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<User, Error> {
    Ok(User {
        id: user(row.get(0)?)?,
        name: row.get(1)?,
        login: optional_text(row.get(2)?),
        avatar: optional_text(row.get(3)?),
    })
}
