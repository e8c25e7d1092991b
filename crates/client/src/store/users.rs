//! People.

use rusqlite::{Row, params};

use crate::model::{DialogId, DialogKind, UnixMillis, User, UserId};
use crate::store::columns::{Oid, optional_text, user};
use crate::store::{Error, ReadDb, WriteTx};

/// The people among `ids` who are known, in the order of `ids`.
pub fn load(db: &ReadDb<'_>, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for &id in ids {
        found.extend(one(db, id)?);
    }
    Ok(found)
}

/// One person, if they are known.
pub fn one(db: &ReadDb<'_>, id: UserId) -> Result<Option<User>, Error> {
    db.one(
        "SELECT id, name, login, avatar, email, phone, website FROM users WHERE id = ?1",
        [id.as_i64()],
        read,
    )
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

/// Those among `ids` who are not known, or of whom the server was last asked before `moment`.
pub fn stale(db: &ReadDb<'_>, ids: &[UserId], moment: UnixMillis) -> Result<Vec<UserId>, Error> {
    let mut stale = Vec::new();
    for &id in ids {
        let fresh = db.one(
            "SELECT 1 FROM users WHERE id = ?1 AND fetched_at >= ?2",
            params![id.as_i64(), moment.0],
            |_| Ok(()),
        )?;
        if fresh.is_none() {
            stale.push(id);
        }
    }
    Ok(stale)
}

/// Stores people as the server described them at `fetched_at`; only those who look different count
/// as changed.
pub fn save(tx: &mut WriteTx<'_>, people: &[User], fetched_at: UnixMillis) -> Result<(), Error> {
    for person in people {
        if one(tx, person.id)?.as_ref() == Some(person) {
            tx.run(
                "UPDATE users SET fetched_at = ?2 WHERE id = ?1",
                params![person.id.as_i64(), fetched_at.0],
            )?;
            continue;
        }
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        tx.run(
            "INSERT INTO users (id, name, login, avatar, email, phone, website, fetched_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, login = excluded.login,
               avatar = excluded.avatar, email = excluded.email, phone = excluded.phone,
               website = excluded.website, fetched_at = excluded.fetched_at",
            params![
                person.id.as_i64(),
                person.name,
                text(&person.login),
                text(&person.avatar),
                text(&person.email),
                text(&person.phone),
                text(&person.website),
                fetched_at.0,
            ],
        )?;
        tx.touch_user(person.id);
        // A private dialog is called like its other person.
        let dialogs = tx.all(
            "SELECT id FROM dialogs WHERE opponent = ?1 AND opponent <> 0",
            [person.id.as_i64()],
            |row| Ok(row.get::<_, Oid>(0)?.dialog()),
        )?;
        for dialog in dialogs {
            tx.touch_dialog(dialog);
        }
    }
    Ok(())
}

/// Groups that both this account's person and someone else are in, most recently used first.
pub fn shared_groups(db: &ReadDb<'_>, other: UserId) -> Result<Vec<DialogId>, Error> {
    let mut groups = db.all(
        "SELECT d.last_activity, d.id FROM occupants o
         JOIN dialogs d ON d.id = o.dialog
         JOIN occupants mine ON mine.dialog = o.dialog AND mine.user = ?2
         WHERE o.user = ?1 AND d.kind = ?3",
        params![other.as_i64(), db.me().as_i64(), DialogKind::Group.code()],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Oid>(1)?.dialog())),
    )?;
    // One person's groups are few; an index for their order would cost every message a write.
    groups.sort_unstable_by(|one, other| other.cmp(one));
    Ok(groups.into_iter().map(|(_, id)| id).collect())
}

fn read(row: &Row<'_>) -> Result<User, Error> {
    Ok(User {
        id: user(row.get(0)?)?,
        name: row.get(1)?,
        login: optional_text(row.get(2)?),
        avatar: optional_text(row.get(3)?),
        email: optional_text(row.get(4)?),
        phone: optional_text(row.get(5)?),
        website: optional_text(row.get(6)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{one, save, shared_groups, stale};
    use crate::events::ClientEvent;
    use crate::model::{DialogKind, UnixMillis, User};
    use crate::store::dialogs;
    use crate::store::testing::{ME, TestDb, dialog, dialog_id, user_id};

    fn bob() -> User {
        User {
            login: Some("bob".to_owned()),
            email: Some("bob@example.org".to_owned()),
            phone: Some("+49 30 1".to_owned()),
            website: Some("https://bob.example".to_owned()),
            avatar: Some("uid".to_owned()),
            ..User::named(user_id(2), "Bob")
        }
    }

    #[test]
    fn a_profile_is_kept_whole_and_only_a_difference_is_told() {
        let db = TestDb::new();
        let ((), events) = db.write_events(|tx| save(tx, &[bob()], UnixMillis(1)));
        assert!(
            matches!(&events[..], [ClientEvent::UsersChanged { users, .. }] if *users == [bob()])
        );
        let ((), events) = db.write_events(|tx| save(tx, &[bob()], UnixMillis(2)));
        assert_eq!(events, []);
        assert_eq!(db.read(|db| one(db, user_id(2))), Some(bob()));
    }

    #[test]
    fn someone_is_stale_who_was_asked_for_before_the_moment_or_never() {
        let db = TestDb::new();
        db.write(|tx| save(tx, &[bob()], UnixMillis(1_000)));
        let ids = [user_id(2), user_id(3)];
        let asked = |moment| db.read(|db| stale(db, &ids, UnixMillis(moment)));
        assert_eq!(asked(1_000), [user_id(3)]);
        assert_eq!(asked(1_001), ids);
        // Looking the same is an answer, too.
        db.write(|tx| save(tx, &[bob()], UnixMillis(2_000)));
        assert_eq!(asked(2_000), [user_id(3)]);
    }

    #[test]
    fn shared_groups_are_those_of_both_and_no_private_dialogs() {
        let db = TestDb::with_dialog();
        db.write(|tx| dialogs::save(tx, &dialog(3, DialogKind::Group, &[ME, 2])));
        let shared = |other| db.read(|db| shared_groups(db, user_id(other)));
        let mut with_bob = shared(2);
        with_bob.sort_unstable();
        assert_eq!(with_bob, [dialog_id(2), dialog_id(3)]);
        assert_eq!(shared(3), [dialog_id(2)]);
        assert_eq!(shared(4), []);
    }
}
