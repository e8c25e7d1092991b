//! The store as a whole: file, key, thread, transactions.

use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use crate::events::ClientEvent;
use crate::model::{DialogKind, DialogQuery};
use crate::store::testing::{ME, account_id, dialog, dialog_id, incoming, message_id, user_id};
use crate::store::{Error, RawKey, Store, dialogs, messages, search};

type Published = Arc<Mutex<Vec<Vec<ClientEvent>>>>;

async fn open(dir: &TempDir, key: u8) -> (Result<Store, Error>, Published) {
    let published = Published::default();
    let heard = Arc::clone(&published);
    let store = Store::open(
        dir.path().join("deep/cache.db"),
        RawKey::new([key; 32]),
        account_id(),
        user_id(ME),
        Arc::new(move |events| heard.lock().unwrap().push(events)),
    )
    .await;
    (store, published)
}

async fn fill(store: &Store) {
    store
        .write(|tx| {
            dialogs::save(tx, &dialog(1, DialogKind::Private, &[ME, 2]))?;
            messages::insert(tx, &incoming(1, 10, "remarkable"))
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    store.close().await;
    let store = open(&dir, 1).await.0.unwrap();
    let found = store
        .read(|db| messages::load(db, message_id(1)))
        .await
        .unwrap();
    assert_eq!(found.unwrap().text, "remarkable");
}

#[tokio::test]
async fn the_last_handle_waits_for_the_thread_that_writes() {
    for _ in 0..20 {
        let dir = TempDir::new().unwrap();
        let (store, published) = open(&dir, 1).await;
        let store = store.unwrap();
        fill(&store).await;
        let another = store.clone();
        drop(store);
        fill(&another).await;
        drop(another);
        // The thread holds the other end for as long as it lives.
        assert_eq!(Arc::strong_count(&published), 1);
    }
}

#[tokio::test]
async fn nobody_hangs_who_loses_interest_while_a_store_opens() {
    for polls in 1..20 {
        let dir = TempDir::new().unwrap();
        let mut opening = Box::pin(open(&dir, 1));
        for _ in 0..polls {
            if futures::poll!(&mut opening).is_ready() {
                break;
            }
            std::thread::yield_now();
        }
        drop(opening);
    }
}

#[tokio::test]
async fn a_job_may_hold_the_last_handle() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    let (ended, end) = tokio::sync::oneshot::channel();
    let (hand_over, handed_over) = std::sync::mpsc::channel::<Store>();
    let writing = store.clone();
    let write = tokio::spawn(async move {
        let job = writing.write(move |_| {
            drop(handed_over.recv());
            ended.send(()).unwrap();
            Ok(())
        });
        // The handle goes before the job has ended: the one inside becomes the last.
        let mut job = Box::pin(job);
        drop(futures::poll!(&mut job));
    });
    write.await.unwrap();
    hand_over.send(store).unwrap();
    end.await.unwrap();
}

#[tokio::test]
async fn the_file_is_encrypted_and_opens_with_its_key_only() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    store.close().await;
    for file in std::fs::read_dir(dir.path().join("deep")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [b"remarkable".as_slice(), b"SQLite format 3"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret));
        }
    }
    assert!(matches!(open(&dir, 2).await.0, Err(Error::WrongKey)));
}

#[tokio::test]
async fn a_failing_write_leaves_nothing_and_harms_no_neighbour() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    let bad = store.write(|tx| {
        messages::insert(tx, &incoming(2, 11, "half"))?;
        Err::<(), _>(Error::Corrupt { what: "test" })
    });
    let good = store.write(|tx| messages::insert(tx, &incoming(3, 12, "whole")));
    let (bad, good) = tokio::join!(bad, good);
    assert!(matches!(bad, Err(Error::Corrupt { what: "test" })));
    good.unwrap();
    let present = store
        .read(|db| {
            Ok((
                messages::load(db, message_id(2))?.is_some(),
                messages::load(db, message_id(3))?.is_some(),
            ))
        })
        .await
        .unwrap();
    assert_eq!(present, (false, true));
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    let refused = store
        .read(|db| {
            Ok(db
                .one(
                    "DELETE FROM drafts WHERE dialog = x'00' RETURNING 1",
                    [],
                    |_| Ok(()),
                )
                .is_err())
        })
        .await;
    assert!(refused.unwrap());
}

#[tokio::test]
async fn events_are_told_after_the_commit_and_once_for_a_burst() {
    let dir = TempDir::new().unwrap();
    let (store, published) = open(&dir, 1).await;
    let store = store.unwrap();
    fill(&store).await;
    published.lock().unwrap().clear();
    store
        .write(|tx| {
            for n in 2..100 {
                messages::insert(tx, &incoming(n, i64::from(n), "burst"))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    store.close().await;
    let published = published.lock().unwrap();
    assert_eq!(published.len(), 1);
    let (mut dialogs, mut messages) = (0, 0);
    for event in &published[0] {
        if let ClientEvent::DialogsChanged { dialogs: told, .. } = event {
            dialogs += told.len();
        }
        if let ClientEvent::MessagesChanged { messages: told, .. } = event {
            messages += told.len();
        }
    }
    assert_eq!((dialogs, messages), (1, 98));
}

#[tokio::test]
async fn writes_that_wait_share_a_commit_and_are_all_answered() {
    let dir = TempDir::new().unwrap();
    let (store, published) = open(&dir, 1).await;
    let store = store.unwrap();
    fill(&store).await;
    published.lock().unwrap().clear();
    let writes = (2..200).map(|n| {
        let store = store.clone();
        async move {
            store
                .write(move |tx| messages::insert(tx, &incoming(n, i64::from(n), "x")))
                .await
        }
    });
    for outcome in futures::future::join_all(writes).await {
        outcome.unwrap();
    }
    store.close().await;
    let commits = published.lock().unwrap().len();
    assert!(commits < 100, "{commits} commits for 198 writes");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    store.close().await;
    store.close().await;
    assert!(matches!(store.write(|_| Ok(())).await, Err(Error::Closed)));
    assert!(matches!(store.read(|_| Ok(())).await, Err(Error::Closed)));
}

#[tokio::test]
async fn pages_and_searches_of_a_full_store_scan_nothing() {
    // The plans are checked with every statement that a test runs.
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    store
        .write(|tx| {
            let batch: Vec<_> = (2..3_000)
                .map(|n| incoming(n, i64::from(n), "word after word"))
                .collect();
            messages::insert_batch(tx, &batch)?;
            Ok(())
        })
        .await
        .unwrap();
    let (dialogs, hits, unread) = store
        .read(|db| {
            let query = DialogQuery {
                after: None,
                limit: 10,
            };
            Ok((
                dialogs::page(db, query)?.items.len(),
                search::messages(db, "wor", 50)?.len(),
                messages::first_unread(db, dialog_id(1))?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((dialogs, hits), (1, 50));
    assert_eq!(unread.unwrap().id, message_id(2), "the oldest by date");
}

#[tokio::test]
async fn what_an_older_version_indexed_is_searchable_again_after_a_start() {
    let dir = TempDir::new().unwrap();
    let store = open(&dir, 1).await.0.unwrap();
    fill(&store).await;
    store
        .write(|tx| {
            let batch: Vec<_> = (2..=900)
                .map(|n| incoming(n, i64::from(n), "京都で word"))
                .collect();
            messages::insert_batch(tx, &batch)?;
            tx.run("DELETE FROM messages_fts", [])?;
            tx.run(
                "INSERT INTO search_backlog (one, below) SELECT 1, max(row) + 1 FROM messages",
                [],
            )?;
            Ok(())
        })
        .await
        .unwrap();
    store.close().await;
    let store = open(&dir, 1).await.0.unwrap();
    // Nobody waits for it: this write comes between.
    store
        .write(|tx| messages::insert(tx, &incoming(1_000, 2_000, "京都で later")))
        .await
        .unwrap();
    let done = async {
        while store
            .write(|tx| search::index::is_behind(tx))
            .await
            .unwrap()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), done)
        .await
        .expect("it is done in time");
    let query = crate::model::SearchQuery::words("都で");
    let page = store
        .read(move |db| search::page(db, &query, None, 10))
        .await
        .unwrap();
    assert_eq!((page.total, page.is_indexing), (900, false));
    assert_eq!(page.hits[0].message.id, message_id(1_000));
}
