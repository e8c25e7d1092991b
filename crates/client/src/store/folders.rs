//! Folders of the chat list.

use rusqlite::{Row, params};

use crate::model::{DialogId, DialogKind, Folder, FolderId, FolderRule};
use crate::store::columns::Oid;
use crate::store::{Error, ReadDb, WriteTx, organise};

/// All folders in their order.
pub fn all(db: &ReadDb<'_>) -> Result<Vec<Folder>, Error> {
    // A few rows; an index would only add to them.
    let mut folders = db.all("SELECT id, name, kinds, place FROM folders", [], read)?;
    folders.sort_by_key(|folder| (folder.place, folder.id));
    Ok(folders)
}

/// Makes a folder behind the others, or changes the one given. A folder by kinds holds nothing by
/// hand. Returns `None` when there is no such folder.
pub fn save(
    tx: &mut WriteTx<'_>,
    folder: Option<FolderId>,
    name: &str,
    rule: &FolderRule,
) -> Result<Option<FolderId>, Error> {
    let kinds = match rule {
        FolderRule::ByHand => String::new(),
        FolderRule::Kinds { kinds } => {
            let codes: Vec<i64> = kinds.iter().map(|kind| kind.code()).collect();
            serde_json::json!(codes).to_string()
        }
    };
    let saved = match folder {
        None => tx.one(
            "INSERT INTO folders (name, kinds, place)
             VALUES (?1, ?2, (SELECT coalesce(max(place) + 1, 0) FROM folders)) RETURNING id",
            params![name, kinds],
            |row| Ok(FolderId(row.get(0)?)),
        )?,
        Some(FolderId(id)) => tx.one(
            "UPDATE folders SET name = ?2, kinds = ?3 WHERE id = ?1 RETURNING id",
            params![id, name, kinds],
            |row| Ok(FolderId(row.get(0)?)),
        )?,
    };
    if let Some(folder) = saved {
        if !kinds.is_empty() {
            empty(tx, folder)?;
        }
        tx.touch_folders();
    }
    Ok(saved)
}

/// Takes a folder away; what was in it stays. Returns whether it was there.
pub fn delete(tx: &mut WriteTx<'_>, folder: FolderId) -> Result<bool, Error> {
    empty(tx, folder)?;
    let found = tx.run("DELETE FROM folders WHERE id = ?1", [folder.0])? > 0;
    if found {
        tx.touch_folders();
    }
    Ok(found)
}

/// Puts dialogs into a folder, or takes them out of it. Returns `false` when there is no such
/// folder, or none that is filled by hand.
pub fn file(
    tx: &mut WriteTx<'_>,
    folder: FolderId,
    dialogs: &[DialogId],
    on: bool,
) -> Result<bool, Error> {
    let by_hand = tx.one(
        "SELECT 1 FROM folders WHERE id = ?1 AND kinds = ''",
        [folder.0],
        |_| Ok(()),
    )?;
    if by_hand.is_none() {
        return Ok(false);
    }
    for dialog in organise::known(tx, dialogs)? {
        let changed = if on {
            organise::ensure(tx, dialog)?;
            tx.run(
                "INSERT INTO folder_dialogs (dialog, folder) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![Oid::from(dialog), folder.0],
            )?
        } else {
            tx.run(
                "DELETE FROM folder_dialogs WHERE dialog = ?1 AND folder = ?2",
                params![Oid::from(dialog), folder.0],
            )?
        };
        if changed > 0 {
            tx.touch_dialog(dialog);
        }
    }
    Ok(true)
}

fn empty(tx: &mut WriteTx<'_>, folder: FolderId) -> Result<(), Error> {
    let taken_out = tx.all(
        "DELETE FROM folder_dialogs WHERE folder = ?1 RETURNING dialog",
        [folder.0],
        |row| Ok(row.get::<_, Oid>(0)?.dialog()),
    )?;
    for dialog in organise::known(tx, &taken_out)? {
        tx.touch_dialog(dialog);
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Folder, Error> {
    let kinds: String = row.get(2)?;
    Ok(Folder {
        id: FolderId(row.get(0)?),
        name: row.get(1)?,
        rule: if kinds.is_empty() {
            FolderRule::ByHand
        } else {
            FolderRule::Kinds {
                kinds: read_kinds(&kinds)?,
            }
        },
        place: row.get(3)?,
    })
}

fn read_kinds(text: &str) -> Result<Vec<DialogKind>, Error> {
    let corrupt = || Error::Corrupt {
        what: "kind of dialog",
    };
    let codes: Vec<i64> = serde_json::from_str(text).map_err(|_| corrupt())?;
    codes
        .into_iter()
        .map(|code| DialogKind::from_code(code).ok_or_else(corrupt))
        .collect()
}

#[cfg(test)]
mod tests;
