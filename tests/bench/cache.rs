//! A cache by itself: the store of one account, without account, key slots or network.

use std::path::Path;
use std::sync::Arc;

use cubist_client::model::{AccountId, UnixMillis, UserId};
use cubist_client::store::{self, RawKey, Store};

use crate::corpus::Corpus;

/// The caches measured here hold nothing worth a secret.
pub(crate) const KEY: [u8; 32] = [0x5c; 32];

/// Whose caches they are.
pub(crate) fn me() -> UserId {
    UserId::new(7).unwrap()
}

/// Opens a cache, making it when there is none. What it tells of changes is dropped, after it was
/// made: describing a change is part of storing it.
pub(crate) async fn open(path: &Path) -> Store {
    Store::open(
        path.to_owned(),
        RawKey::new(KEY),
        AccountId::from_random([1; 8]),
        me(),
        Arc::new(drop),
    )
    .await
    .unwrap()
}

/// Puts the people and the empty chats in.
pub(crate) async fn save_chats(store: &Store, corpus: &Corpus) {
    let people = corpus.people.clone();
    let chats = corpus.chats.clone();
    store
        .write(move |tx| {
            store::users::save(tx, &people, UnixMillis(0))?;
            for chat in &chats {
                store::dialogs::save(tx, &chat.record)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}
