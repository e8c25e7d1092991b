use super::*;
use crate::events::ClientEvent;
use crate::model::DialogKind::{Group, Private, Public};
use crate::store::dialogs;
use crate::store::testing::{TestDb, dialog_id};

fn folders_of(db: &TestDb, n: u32) -> Vec<FolderId> {
    db.read(|db| dialogs::load(db, dialog_id(n)))
        .unwrap()
        .folders
}

fn make(db: &TestDb, name: &str, rule: &FolderRule) -> FolderId {
    db.write(|tx| save(tx, None, name, rule)).unwrap()
}

#[test]
fn folders_keep_their_order_and_every_change_is_told_whole() {
    let db = TestDb::with_dialog();
    let friends = make(&db, "Friends", &FolderRule::ByHand);
    let kinds = FolderRule::Kinds {
        kinds: vec![Group, Public],
    };
    let (rooms, events) = db.write_events(|tx| save(tx, None, "Rooms", &kinds));
    let [ClientEvent::FoldersChanged { folders, .. }] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(*folders, db.read(all));
    let seen: Vec<_> = folders
        .iter()
        .map(|folder| (folder.id, folder.name.as_str(), &folder.rule, folder.place))
        .collect();
    assert_eq!(
        seen,
        [
            (friends, "Friends", &FolderRule::ByHand, 0),
            (rooms.unwrap(), "Rooms", &kinds, 1)
        ]
    );
    db.write(|tx| save(tx, Some(friends), "Family", &FolderRule::ByHand));
    assert_eq!(db.read(all)[0].name, "Family");
    let unknown = FolderId(99);
    assert_eq!(
        db.write(|tx| save(tx, Some(unknown), "x", &FolderRule::ByHand)),
        None
    );
    assert!(!db.write(|tx| delete(tx, unknown)));
}

#[test]
fn a_dialog_is_in_the_folders_it_was_put_into() {
    let db = TestDb::with_dialog();
    let (friends, work) = (
        make(&db, "Friends", &FolderRule::ByHand),
        make(&db, "Work", &FolderRule::ByHand),
    );
    let both = [dialog_id(1), dialog_id(2), dialog_id(77)];
    assert!(db.write(|tx| file(tx, work, &both, true)));
    assert!(db.write(|tx| file(tx, friends, &both[..1], true)));
    assert!(
        db.write(|tx| file(tx, friends, &both[..1], true)),
        "once is enough"
    );
    assert_eq!(folders_of(&db, 1), [friends, work]);
    assert_eq!(folders_of(&db, 2), [work]);
    db.write(|tx| file(tx, work, &both[..1], false));
    assert_eq!(folders_of(&db, 1), [friends]);

    let (_, events) = db.write_events(|tx| delete(tx, work));
    assert!(
        events.iter().any(|event| matches!(
            event,
            ClientEvent::DialogsChanged { dialogs, removed, .. }
                if dialogs.len() == 1 && dialogs[0].folders.is_empty() && removed.is_empty()
        )),
        "{events:?}"
    );
    assert_eq!(folders_of(&db, 2), []);
    assert!(!db.write(|tx| file(tx, work, &both, true)), "it is gone");
}

#[test]
fn a_folder_by_kinds_holds_nothing_by_hand() {
    let db = TestDb::with_dialog();
    let folder = make(&db, "Mixed", &FolderRule::ByHand);
    db.write(|tx| file(tx, folder, &[dialog_id(1)], true));
    let kinds = FolderRule::Kinds {
        kinds: vec![Private],
    };
    db.write(|tx| save(tx, Some(folder), "Mixed", &kinds));
    assert_eq!(folders_of(&db, 1), []);
    assert!(!db.write(|tx| file(tx, folder, &[dialog_id(1)], true)));
}
