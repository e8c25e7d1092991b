//! The engine without any server. Whole stories run against the real backend elsewhere.

use tempfile::TempDir;
use url::Url;

use super::*;
use crate::keys::KeyChoice;
use crate::model::{
    AppId, ChatAddress, DialogKind, Network, NewDialog, Origin, Proxy, ProxyServer, UserId,
};
use crate::store::Error as StoreError;

pub(super) fn config(dir: &TempDir) -> EngineConfig {
    let mut config = EngineConfig::new(dir.path());
    config.keychain = KeychainPolicy::Disabled;
    config
}

async fn with_keys(dir: &TempDir) -> Engine {
    with_keys_of(config(dir)).await
}

pub(super) async fn with_keys_of(config: EngineConfig) -> Engine {
    let engine = Engine::open(config).await.unwrap();
    if engine.key_state() != KeyState::Ready {
        engine.create_keys(KeyChoice::KeyFile).await.unwrap();
    }
    engine
}

/// Nobody listens on the port of discarded data.
fn nowhere() -> Endpoints {
    Endpoints {
        api_url: Url::parse("http://127.0.0.1:9").unwrap(),
        chat: vec![ChatAddress::Tls {
            host: "127.0.0.1".to_owned(),
            port: 9,
        }],
        domain: "localhost".to_owned(),
        muc_domain: None,
        app_id: AppId::new(21).unwrap(),
        auth_key: Secret::new("key"),
        ca_cert_pem: None,
        origin: Origin::Custom,
    }
}

fn login() -> Identity {
    Identity::Login {
        login: "ann".to_owned(),
        password: Secret::new("pw11111111"),
    }
}

/// An account as a sign-in leaves it, without the server that a sign-in needs.
pub(super) async fn add_account(engine: &Engine) -> AccountId {
    let entry = Entry {
        id: engine.fresh_id(),
        user: UserId::new(7).unwrap(),
        app: AppId::new(21).unwrap(),
        host: "127.0.0.1:9".to_owned(),
        origin: Origin::Custom,
        name: "Ann".to_owned(),
        login: Some("ann".to_owned()),
        email: None,
        avatar: None,
        signed_out: false,
    };
    let account = engine.open_account(&entry).await.unwrap();
    let credentials = Credentials {
        identity: login().into(),
        session: None,
    };
    let client = runtime::client(&engine.inner.shared, &nowhere()).unwrap();
    account
        .start(&nowhere(), &credentials, client)
        .await
        .unwrap();
    let id = entry.id.clone();
    engine.registry().put(entry).unwrap();
    id
}

#[tokio::test]
async fn a_folder_belongs_to_one_engine_at_a_time() {
    let dir = TempDir::new().unwrap();
    let first = with_keys(&dir).await;
    assert!(matches!(
        Engine::open(config(&dir)).await,
        Err(Error::Storage(StoreError::InUse))
    ));
    first.shutdown().await;
    Engine::open(config(&dir)).await.unwrap();
}

#[tokio::test]
async fn a_locked_engine_holds_no_password_of_the_proxy() {
    let dir = TempDir::new().unwrap();
    let engine = Engine::open(config(&dir)).await.unwrap();
    let passphrase = Secret::new("correct horse");
    let choice = KeyChoice::Passphrase(passphrase.clone());
    engine.create_keys(choice).await.unwrap();
    let server = ProxyServer {
        host: "proxy.example.org".to_owned(),
        port: 3128,
        name: Some("ann".to_owned()),
        password: Some(Secret::new("open sesame")),
    };
    let network = Network {
        proxy: Proxy::Http(server.clone()),
        authority: None,
    };
    engine.set_network(network.clone()).await.unwrap();

    engine.lock(|| ()).await.unwrap();
    let without = ProxyServer {
        password: None,
        ..server
    };
    assert_eq!(engine.ways().network().proxy, Proxy::Http(without));
    engine.unlock(passphrase).await.unwrap();
    assert_eq!(*engine.ways().network(), network);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_locked_engine_has_no_accounts_until_it_is_opened_again() {
    let dir = TempDir::new().unwrap();
    let engine = Engine::open(config(&dir)).await.unwrap();
    let passphrase = Secret::new("correct horse");
    let choice = KeyChoice::Passphrase(passphrase.clone());
    engine.create_keys(choice).await.unwrap();
    let id = add_account(&engine).await;
    let held = engine.account(&id).unwrap();

    engine.lock(|| ()).await.unwrap();
    assert!(engine.account(&id).is_none());
    assert!(matches!(engine.key_state(), KeyState::Locked { .. }));
    // A handle that somebody still has reads nothing any more.
    let dialog = crate::store::testing::dialog_id(1);
    assert!(held.dialog(dialog).await.is_err());
    assert!(matches!(
        engine.sign_in(nowhere(), login()).await,
        Err(Error::KeysLocked)
    ));

    engine.unlock(passphrase).await.unwrap();
    assert!(engine.account(&id).is_some());
    engine.shutdown().await;
}

#[tokio::test]
async fn whoever_shows_messages_hears_of_the_lock_before_the_caches_are_closed() {
    let dir = TempDir::new().unwrap();
    let engine = Engine::open(config(&dir)).await.unwrap();
    let choice = KeyChoice::Passphrase(Secret::new("correct horse"));
    engine.create_keys(choice).await.unwrap();
    let id = add_account(&engine).await;

    // Somebody is being signed out of a server that does not answer.
    let slow = engine.inner.changing.lock().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let locking = tokio::spawn({
        let engine = engine.clone();
        async move { engine.lock(move || tell.send(()).unwrap()).await }
    });
    told.await.unwrap();
    assert!(matches!(engine.key_state(), KeyState::Locked { .. }));
    assert!(engine.account(&id).is_some());
    drop(slow);
    locking.await.unwrap().unwrap();
    assert!(engine.account(&id).is_none());
    engine.shutdown().await;
}

#[tokio::test]
async fn an_engine_whose_keys_open_by_themselves_goes_on_instead_of_locking() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    assert!(matches!(engine.lock(|| ()).await, Err(Error::Keys(_))));
    assert!(engine.account(&id).is_some());
    engine.shutdown().await;
}

#[tokio::test]
async fn without_keys_nobody_signs_in() {
    let dir = TempDir::new().unwrap();
    let engine = Engine::open(config(&dir)).await.unwrap();
    assert!(matches!(engine.key_state(), KeyState::NeedsChoice { .. }));
    assert!(matches!(
        engine.sign_in(nowhere(), login()).await,
        Err(Error::KeysLocked)
    ));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_said_to() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    assert!(matches!(
        engine.sign_in(nowhere(), login()).await,
        Err(Error::Unreachable { .. } | Error::Offline)
    ));
    assert_eq!(engine.accounts(), []);
}

#[tokio::test]
async fn accounts_and_what_waits_in_them_are_there_after_a_restart_without_network() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    let account = engine.account(&id).unwrap();
    let dialog = crate::store::testing::dialog_id(1);
    account
        .inner_store()
        .write(move |tx| {
            use crate::model::DialogKind::Group;
            let record = crate::store::testing::dialog(1, Group, &[7, 8]);
            crate::store::dialogs::save(tx, &record)
        })
        .await
        .unwrap();
    let sent = account.send_text(dialog, "kept".to_owned()).await.unwrap();
    assert_eq!(engine.accounts()[0].waiting, 1);
    engine.shutdown().await;

    let engine = Engine::open(config(&dir)).await.unwrap();
    let accounts = engine.accounts();
    assert_eq!(
        (accounts[0].id.clone(), accounts[0].waiting),
        (id.clone(), 1)
    );
    assert!(!matches!(
        accounts[0].connection,
        ConnectionState::SignedOut { .. }
    ));
    let account = engine.account(&id).unwrap();
    let row = account.dialog(dialog).await.unwrap().unwrap();
    assert_eq!(row.last.unwrap().id, sent);
    assert_eq!(
        account.discard_unsent(sent).await.unwrap().unwrap().text,
        "kept"
    );
    assert_eq!(engine.accounts()[0].waiting, 0);
}

#[tokio::test]
async fn a_cache_that_is_damaged_keeps_no_other_account_from_opening_and_can_be_erased() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let broken = add_account(&engine).await;
    let whole = add_account(&engine).await;
    engine.shutdown().await;
    let folder = dir.path().join("accounts").join(broken.as_str());
    let garbage = vec![0x5a; 64 * 1024];
    std::fs::write(folder.join("cache.db"), garbage).unwrap();

    let engine = Engine::open(config(&dir)).await.unwrap();
    assert!(engine.account(&whole).is_some());
    assert!(engine.account(&broken).is_none());
    let connection = |engine: &Engine, id: &AccountId| {
        let all = engine.accounts();
        all.into_iter()
            .find(|each| each.id == *id)
            .unwrap()
            .connection
    };
    let unreadable = ConnectionState::Offline {
        reason: OfflineReason::Unreadable,
    };
    assert_eq!(connection(&engine, &broken), unreadable);

    // What cannot be read can still be signed out, and says so after the next start, too.
    engine.sign_out(&broken, false).await.unwrap();
    engine.shutdown().await;
    let engine = Engine::open(config(&dir)).await.unwrap();
    assert_eq!(connection(&engine, &broken), unreadable);

    engine.sign_out(&broken, true).await.unwrap();
    assert!(!folder.exists());
    assert_eq!(engine.accounts().len(), 1);
}

#[tokio::test]
async fn a_cache_of_a_later_version_says_so() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    let account = engine.account(&id).unwrap();
    account
        .inner_store()
        .write(crate::store::testing::write_later_version)
        .await
        .unwrap();
    drop(account);
    engine.shutdown().await;

    let engine = Engine::open(config(&dir)).await.unwrap();
    assert_eq!(
        engine.accounts()[0].connection,
        ConnectionState::Offline {
            reason: OfflineReason::LaterVersion
        }
    );
}

#[tokio::test]
async fn a_passphrase_locks_the_caches_and_the_list_is_shown_anyway() {
    let dir = TempDir::new().unwrap();
    let engine = Engine::open(config(&dir)).await.unwrap();
    let choice = KeyChoice::Passphrase(Secret::new("correct horse"));
    engine.create_keys(choice).await.unwrap();
    let id = add_account(&engine).await;
    engine.shutdown().await;

    let engine = Engine::open(config(&dir)).await.unwrap();
    assert!(matches!(engine.key_state(), KeyState::Locked { .. }));
    assert_eq!(engine.accounts()[0].name, "Ann");
    assert!(engine.account(&id).is_none());
    assert!(matches!(
        engine.unlock(Secret::new("wrong")).await,
        Err(Error::WrongPassphrase)
    ));
    engine.unlock(Secret::new("correct horse")).await.unwrap();
    assert!(engine.account(&id).is_some());
}

#[tokio::test]
async fn signing_out_keeps_the_cache_and_forgets_the_password_or_erases_all() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    engine.sign_out(&id, false).await.unwrap();
    assert!(matches!(
        engine.accounts()[0].connection,
        ConnectionState::SignedOut {
            reason: SignedOutReason::Person
        }
    ));
    let account = engine.account(&id).unwrap();
    let row = account
        .inner_store()
        .read(crate::store::account::load)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.credentials, "");
    let dialog = crate::store::testing::dialog_id(1);
    assert!(matches!(
        account.send_text(dialog, "hi".to_owned()).await,
        Err(Error::Credentials)
    ));

    engine.sign_out(&id, true).await.unwrap();
    assert_eq!(engine.accounts(), []);
    assert!(engine.account(&id).is_none());
    assert!(!dir.path().join("accounts").join(id.as_str()).exists());
    assert!(matches!(
        engine.sign_out(&id, true).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn no_secret_lies_in_the_clear() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    add_account(&engine).await;
    engine.shutdown().await;
    let mut folders = vec![dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let secret = b"pw11111111";
            let found = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "the password stands in {}", path.display());
        }
    }
}

#[tokio::test]
async fn the_server_of_an_account_can_move() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    let account = engine.account(&id).unwrap();
    let mut moved = nowhere();
    moved.api_url = Url::parse("http://127.0.0.1:19").unwrap();
    account.set_endpoints(moved.clone()).await.unwrap();
    let row = account
        .inner_store()
        .read(crate::store::account::load)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Endpoints>(&row.endpoints).unwrap(),
        moved
    );
    assert!(row.credentials.contains("ann"), "still signed in");
}

#[tokio::test]
async fn arguments_without_sense_are_refused() {
    let dir = TempDir::new().unwrap();
    let engine = with_keys(&dir).await;
    let id = add_account(&engine).await;
    let account = engine.account(&id).unwrap();
    let dialog = crate::store::testing::dialog_id(1);
    let refused = |error: Error, wanted: &str| {
        assert!(
            matches!(error, Error::InvalidInput { field } if field == wanted),
            "{error:?}"
        );
    };
    refused(
        account
            .send_text(dialog, " \u{1}\n".to_owned())
            .await
            .unwrap_err(),
        "text",
    );
    refused(
        account.create_private(account.user()).await.unwrap_err(),
        "user",
    );
    let nameless = NewDialog {
        kind: DialogKind::Group,
        name: "  ".to_owned(),
        description: None,
        photo: None,
        users: Vec::new(),
        fields: Vec::new(),
        allow_preview: false,
    };
    refused(
        account.create_dialog(nameless.clone()).await.unwrap_err(),
        "name",
    );
    let private = NewDialog {
        kind: DialogKind::Private,
        name: "x".to_owned(),
        ..nameless
    };
    refused(account.create_dialog(private).await.unwrap_err(), "kind");
    refused(
        account.add_occupants(dialog, Vec::new()).await.unwrap_err(),
        "users",
    );
    assert!(matches!(
        account.send_text(dialog, "nowhere".to_owned()).await,
        Err(Error::NotFound)
    ));
}
