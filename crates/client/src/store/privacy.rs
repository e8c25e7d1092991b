//! Privacy lists as the server keeps them, so that who is blocked is known without a line.

use rusqlite::params;

use crate::model::{Block, PrivacyAction, PrivacyItem, PrivacyList};
use crate::store::columns::user;
use crate::store::{Error, ReadDb, WriteTx};

const ALLOW: i64 = 1;
const DENY: i64 = 2;

/// Every list, by name.
pub fn lists(db: &ReadDb<'_>) -> Result<Vec<PrivacyList>, Error> {
    let mut lists = db.all(
        "SELECT name, is_default FROM privacy_lists ORDER BY name",
        [],
        |row| {
            Ok(PrivacyList {
                name: row.get(0)?,
                is_default: row.get(1)?,
                items: Vec::new(),
            })
        },
    )?;
    for list in &mut lists {
        list.items = db.all(
            "SELECT user, action, mutual FROM privacy_items WHERE list = ?1 ORDER BY place",
            [&list.name],
            |row| {
                Ok(PrivacyItem {
                    user: user(row.get(0)?)?,
                    action: match row.get::<_, i64>(1)? {
                        ALLOW => PrivacyAction::Allow,
                        DENY => PrivacyAction::Deny,
                        _ => {
                            return Err(Error::Corrupt {
                                what: "privacy action",
                            });
                        }
                    },
                    mutual: row.get(2)?,
                })
            },
        )?;
    }
    Ok(lists)
}

/// Everyone whom the default list keeps out, ascending.
pub fn blocked(db: &ReadDb<'_>) -> Result<Vec<Block>, Error> {
    let lists = lists(db)?;
    let mut blocked: Vec<Block> = lists
        .iter()
        .filter(|list| list.is_default)
        .flat_map(PrivacyList::blocks)
        .collect();
    blocked.sort_unstable_by_key(|block| block.user);
    Ok(blocked)
}

/// Takes over what the server has; a difference is told.
pub fn replace(tx: &mut WriteTx<'_>, present: &[PrivacyList]) -> Result<(), Error> {
    let mut present = present.to_vec();
    present.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    if lists(tx)? == present {
        return Ok(());
    }
    // The items go with their lists.
    tx.run("DELETE FROM privacy_lists", [])?;
    for list in &present {
        tx.run(
            "INSERT INTO privacy_lists (name, is_default) VALUES (?1, ?2)",
            params![list.name, list.is_default],
        )?;
        for (place, item) in (0_i64..).zip(&list.items) {
            let action = match item.action {
                PrivacyAction::Allow => ALLOW,
                PrivacyAction::Deny => DENY,
            };
            tx.run(
                "INSERT INTO privacy_items (list, place, user, action, mutual)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![list.name, place, item.user.as_i64(), action, item.mutual],
            )?;
        }
    }
    tx.touch_privacy();
    Ok(())
}

/// The list that was in force before a change that did not end; it must be in force again.
pub fn unfinished(db: &ReadDb<'_>) -> Result<Option<String>, Error> {
    db.one(
        "SELECT name FROM privacy_restore WHERE one = 1",
        [],
        |row| Ok(row.get(0)?),
    )
}

/// Notes which list must be in force in the end, while it is not; `None` when all is done.
pub fn set_unfinished(tx: &mut WriteTx<'_>, list: Option<&str>) -> Result<(), Error> {
    match list {
        Some(name) => tx.run(
            "INSERT INTO privacy_restore (one, name) VALUES (1, ?1)
             ON CONFLICT (one) DO UPDATE SET name = excluded.name",
            [name],
        )?,
        None => tx.run("DELETE FROM privacy_restore WHERE one = 1", [])?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{blocked, lists, replace, set_unfinished, unfinished};
    use crate::events::ClientEvent;
    use crate::model::{Block, PrivacyAction, PrivacyItem, PrivacyList};
    use crate::store::testing::{TestDb, user_id};

    fn item(user: u64, action: PrivacyAction, mutual: bool) -> PrivacyItem {
        PrivacyItem {
            user: user_id(user),
            action,
            mutual,
        }
    }

    fn two_lists() -> Vec<PrivacyList> {
        use PrivacyAction::{Allow, Deny};
        let list = |name: &str, is_default, items| PrivacyList {
            name: name.to_owned(),
            is_default,
            items,
        };
        vec![
            list("away", false, vec![item(2, Deny, false)]),
            list(
                "cubist",
                true,
                vec![
                    item(9, Deny, false),
                    item(3, Allow, false),
                    item(4, Deny, true),
                ],
            ),
        ]
    }

    #[test]
    fn only_the_default_list_blocks() {
        let db = TestDb::new();
        let ((), events) = db.write_events(|tx| replace(tx, &two_lists()));
        let block = |user, mutual| Block {
            user: user_id(user),
            mutual,
        };
        let expected = [block(4, true), block(9, false)];
        assert!(
            matches!(&events[..], [ClientEvent::PrivacyChanged { blocked, .. }] if *blocked == expected)
        );
        assert_eq!(db.read(blocked), expected);
    }

    #[test]
    fn lists_come_back_in_their_order_and_a_repetition_tells_nothing() {
        let db = TestDb::new();
        db.write(|tx| replace(tx, &two_lists()));
        assert_eq!(db.read(lists), two_lists());
        let ((), events) = db.write_events(|tx| replace(tx, &two_lists()));
        assert_eq!(events, []);
        db.write(|tx| replace(tx, &[]));
        assert_eq!(db.read(lists), []);
    }

    #[test]
    fn an_unfinished_change_is_remembered_until_it_is_done() {
        let db = TestDb::new();
        assert_eq!(db.read(unfinished), None);
        for name in ["one", "other"] {
            db.write(|tx| set_unfinished(tx, Some(name)));
        }
        assert_eq!(db.read(unfinished).as_deref(), Some("other"));
        db.write(|tx| set_unfinished(tx, None));
        assert_eq!(db.read(unfinished), None);
    }
}
