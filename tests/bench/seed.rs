//! A profile with years of chats in it, as the app finds it when it starts.

use std::path::Path;
use std::sync::Arc;

use cubist_client::clock::{Clock, SystemClock, SystemRandom};
use cubist_client::keys::{KeyChoice, KeyState, KeyVault, KeychainPolicy};
use cubist_client::model::{AppId, ChatAddress, Endpoints, Origin, Position, SignUp, UserId};
use cubist_client::store::{self, RawKey, Store};
use cubist_client::{Engine, EngineConfig};
use cubist_tests::Backend;
use tempfile::TempDir;
use url::Url;

use crate::corpus::{Corpus, Kind};
use crate::figures::progress;

/// Messages of one transaction: few flushes, and little memory.
const BATCH: usize = 4_000;

/// Makes `data_dir/profiles/default` with one account whose cache has this much in it.
///
/// The account is a real one of a backend that is gone afterwards: the app starts offline.
pub(crate) async fn profile(data_dir: &Path, chats: u32, messages: usize) {
    let folder = data_dir.join("profiles").join("default");
    std::fs::create_dir_all(&folder).unwrap();
    progress("signing up");
    let (account, me) = sign_up(&folder).await;
    let vault = KeyVault::open(
        &folder,
        KeychainPolicy::Disabled,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await
    .unwrap();
    let key = vault.database_key(&account).unwrap();
    let path = folder
        .join("accounts")
        .join(account.as_str())
        .join("cache.db");
    assert!(
        path.is_file(),
        "the engine keeps its cache in {}",
        path.display()
    );
    let store = Store::open(
        path,
        RawKey::new(*key.expose()),
        account,
        me,
        Arc::new(drop),
    )
    .await
    .unwrap();
    progress(&format!("writing {messages} messages in {chats} chats"));
    let corpus = Corpus::new(me, chats);
    fill(&store, &corpus, messages).await;
    store.close().await;
    // The liveliest chat, for those who want to scroll.
    let dialog = corpus.chats.first().map(|chat| chat.record.id.to_string());
    println!("{}", serde_json::json!({ "dialog": dialog }));
}

async fn sign_up(folder: &Path) -> (cubist_client::model::AccountId, UserId) {
    let data = TempDir::new().unwrap();
    let backend = Backend::start(cubist_tests::backend::config(data.path())).await;
    let ready = &backend.ready;
    let endpoints = Endpoints {
        api_url: Url::parse(ready.api_url.as_str()).unwrap(),
        chat: vec![ChatAddress::Tls {
            host: ready.domain.clone(),
            port: ready.xmpps_address().port(),
        }],
        domain: ready.domain.clone(),
        muc_domain: None,
        app_id: AppId::new(ready.app_id).unwrap(),
        auth_key: ready.auth_key.as_str().into(),
        ca_cert_pem: Some(std::fs::read_to_string(&ready.ca_cert).unwrap()),
        // Of the local kind, the app would start a backend that does not know the account.
        origin: Origin::Custom,
    };
    let mut config = EngineConfig::new(folder);
    config.keychain = KeychainPolicy::Disabled;
    let engine = Engine::open(config).await.unwrap();
    if matches!(engine.key_state(), KeyState::NeedsChoice { .. }) {
        engine.create_keys(KeyChoice::KeyFile).await.unwrap();
    }
    let person = SignUp {
        full_name: "Robin Bench".to_owned(),
        login: "robin-bench".to_owned(),
        email: None,
        password: "a password of no use".into(),
    };
    let account = engine.sign_up(endpoints, person).await.unwrap();
    let me = engine.accounts()[0].user;
    engine.shutdown().await;
    backend.stop().await;
    (account, me)
}

async fn fill(store: &Store, corpus: &Corpus, messages: usize) {
    crate::cache::save_chats(store, corpus).await;
    let now = SystemClock.now();
    let mut source = corpus.messages(Kind::History, messages, now);
    loop {
        let batch: Vec<_> = source.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        store
            .write(move |tx| store::messages::insert_batch(tx, &batch).map(drop))
            .await
            .unwrap();
    }
    let chats: Vec<_> = corpus.chats.iter().map(|chat| chat.record.id).collect();
    store
        .write(move |tx| {
            for chat in chats {
                // Whole from its beginning to its newest message: nothing is to be fetched.
                let newest = store::messages::newest_in_history(tx, chat)?;
                let end = newest.unwrap_or(Position::start_of(0));
                store::ranges::add(tx, chat, Position::BEGIN, end)?;
            }
            store::sync_state::set_followed_until(tx, now)
        })
        .await
        .unwrap();
}
