//! The life of a key vault on a real disk, and in a real keychain where one is installed.

use std::path::Path;
use std::sync::Arc;

use super::{KEY_FILE, KEYS_FILE, KeyVault};
use crate::clock::{SystemClock, SystemRandom};
use crate::keys::{Error, KeyChoice, KeyState, KeychainPolicy, SlotKind};
use crate::model::{AccountId, Secret};

async fn open_with(folder: &Path, policy: KeychainPolicy) -> Result<KeyVault, Error> {
    KeyVault::open(
        folder,
        policy,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await
}

async fn open(folder: &Path) -> KeyVault {
    open_with(folder, KeychainPolicy::Disabled).await.unwrap()
}

fn account(byte: u8) -> AccountId {
    AccountId::from_random([byte; 8])
}

#[tokio::test]
async fn without_a_keychain_the_person_chooses() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    let expected = KeyState::NeedsChoice {
        keychain_available: false,
    };
    assert_eq!(vault.state(), expected);
    assert!(matches!(
        vault.database_key(&account(1)),
        Err(Error::Locked)
    ));
    assert!(matches!(
        vault.create(KeyChoice::Keychain).await,
        Err(Error::KeychainUnavailable)
    ));
    assert_eq!(vault.state(), expected);
}

#[tokio::test]
async fn a_key_file_opens_the_same_databases_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    assert_eq!(vault.state(), KeyState::Ready);
    let key = vault.database_key(&account(1)).unwrap();
    assert_ne!(key, vault.database_key(&account(2)).unwrap());

    let again = open(folder.path()).await;
    assert_eq!(again.state(), KeyState::Ready);
    assert_eq!(again.database_key(&account(1)).unwrap(), key);
    assert!(matches!(
        again.create(KeyChoice::KeyFile).await,
        Err(Error::AlreadyCreated)
    ));
}

#[tokio::test]
async fn a_lost_key_file_leaves_the_vault_locked_and_says_what_would_open_it() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path())
        .await
        .create(KeyChoice::KeyFile)
        .await
        .unwrap();
    std::fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
    let expected = KeyState::Locked {
        slots: vec![SlotKind::KeyFile],
    };
    assert_eq!(open(folder.path()).await.state(), expected);
    for wrong in [&[0_u8; 32][..], &[0; 31], &[0; 33]] {
        std::fs::write(folder.path().join(KEY_FILE), wrong).unwrap();
        assert_eq!(open(folder.path()).await.state(), expected);
    }
}

#[tokio::test]
async fn a_passphrase_opens_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    assert!(matches!(
        vault.create(KeyChoice::Passphrase(Secret::default())).await,
        Err(Error::EmptyPassphrase)
    ));
    vault
        .create(KeyChoice::Passphrase(Secret::new("correct horse")))
        .await
        .unwrap();
    let key = vault.database_key(&account(1)).unwrap();

    let again = open(folder.path()).await;
    let expected = KeyState::Locked {
        slots: vec![SlotKind::Passphrase],
    };
    assert_eq!(again.state(), expected);
    assert!(matches!(
        again.unlock(&Secret::new("wrong horse")).await,
        Err(Error::WrongPassphrase)
    ));
    assert_eq!(again.state(), expected);
    again.unlock(&Secret::new("correct horse")).await.unwrap();
    assert_eq!(again.database_key(&account(1)).unwrap(), key);
}

#[tokio::test]
async fn a_second_slot_opens_the_same_databases() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault
        .create(KeyChoice::Passphrase(Secret::new("correct horse")))
        .await
        .unwrap();
    let key = vault.database_key(&account(1)).unwrap();
    vault.add(KeyChoice::KeyFile).await.unwrap();
    let stored = std::fs::read(folder.path().join(KEY_FILE)).unwrap();
    vault.add(KeyChoice::KeyFile).await.unwrap();
    assert_eq!(std::fs::read(folder.path().join(KEY_FILE)).unwrap(), stored);

    let again = open(folder.path()).await;
    assert_eq!(again.state(), KeyState::Ready);
    assert_eq!(again.database_key(&account(1)).unwrap(), key);
}

#[tokio::test]
async fn no_file_holds_the_master_key_and_nothing_printed_holds_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    let master = vault.lock().master.clone().unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(32).any(|window| window == master.as_slice()));
    }
    let key = vault.database_key(&account(1)).unwrap();
    assert_eq!(format!("{key:?}"), "DatabaseKey(…)");
    assert_eq!(format!("{vault:?}"), "KeyVault { state: Ready, .. }");
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_file_that_others_could_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    open(folder.path())
        .await
        .create(KeyChoice::KeyFile)
        .await
        .unwrap();
    let path = folder.path().join(KEY_FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(open(folder.path()).await.state(), KeyState::Ready);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_newer_format_and_a_damaged_file_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(KEYS_FILE);
    let result = |text: &'static str| {
        std::fs::write(&path, text).unwrap();
        open_with(folder.path(), KeychainPolicy::Disabled)
    };
    assert!(matches!(
        result(r#"{"version":2,"locks":[]}"#).await,
        Err(Error::UnknownVersion(2))
    ));
    for text in ["", "{}", "[1]", r#"{"version":1}"#, r#"{"version":"1"}"#] {
        assert!(matches!(result(text).await, Err(Error::Damaged)), "{text}");
    }
}

#[tokio::test]
async fn damaged_or_lost_slots_are_read_from_their_second_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(KEYS_FILE);
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    let key = vault.database_key(&account(1)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let long = vec![b' '; 100_000];
    for damaged in [&b""[..], b"{\"version\":1", &[0; 300], &long] {
        std::fs::write(&path, damaged).unwrap();
        let again = open(folder.path()).await;
        assert_eq!(again.state(), KeyState::Ready);
        assert_eq!(again.database_key(&account(1)).unwrap(), key);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
    // Gone altogether: no new keys are made in the place of those that open everything.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        open(folder.path()).await.database_key(&account(1)).unwrap(),
        key
    );
    // Of a newer program's file nothing older is made.
    std::fs::write(&path, r#"{"version":2}"#).unwrap();
    assert!(matches!(
        open_with(folder.path(), KeychainPolicy::Disabled).await,
        Err(Error::UnknownVersion(2))
    ));
}

#[tokio::test]
async fn a_way_in_that_was_taken_away_is_in_no_copy() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    let passphrase = Secret::new("four words are enough".to_owned());
    vault
        .add(KeyChoice::Passphrase(passphrase.clone()))
        .await
        .unwrap();
    vault.ask_for_person().await.unwrap();
    std::fs::write(folder.path().join(KEYS_FILE), "damaged").unwrap();
    let again = open(folder.path()).await;
    assert_eq!(
        again.state(),
        KeyState::Locked {
            slots: vec![SlotKind::Passphrase]
        }
    );
    again.unlock(&passphrase).await.unwrap();
}

async fn with_passphrase(folder: &Path) -> KeyVault {
    let vault = open(folder).await;
    let choice = KeyChoice::Passphrase(Secret::new("correct horse"));
    vault.create(choice).await.unwrap();
    vault
}

#[tokio::test]
async fn locked_keys_are_gone_until_a_person_opens_them() {
    let folder = tempfile::tempdir().unwrap();
    let vault = with_passphrase(folder.path()).await;
    let key = vault.database_key(&account(1)).unwrap();
    assert!(vault.can_lock());
    vault.lock_up().await.unwrap();
    assert!(vault.lock().master.is_none());
    assert!(matches!(
        vault.database_key(&account(1)),
        Err(Error::Locked)
    ));
    vault.retry().await.unwrap();
    assert_eq!(
        vault.state(),
        KeyState::Locked {
            slots: vec![SlotKind::Passphrase]
        }
    );
    vault.unlock(&Secret::new("correct horse")).await.unwrap();
    assert_eq!(vault.database_key(&account(1)).unwrap(), key);
}

#[tokio::test]
async fn a_lock_that_opens_by_itself_is_refused_until_only_a_person_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    assert!(matches!(vault.lock_up().await, Err(Error::OpensByItself)));
    assert!(matches!(
        vault.ask_for_person().await,
        Err(Error::NoPassphrase)
    ));
    assert_eq!(vault.state(), KeyState::Ready);
    vault
        .add(KeyChoice::Passphrase(Secret::new("correct horse")))
        .await
        .unwrap();
    assert!(!vault.can_lock());
    vault.ask_for_person().await.unwrap();
    assert!(!folder.path().join(KEY_FILE).exists());
    vault.lock_up().await.unwrap();
    let expected = KeyState::Locked {
        slots: vec![SlotKind::Passphrase],
    };
    assert_eq!(vault.state(), expected);
    assert_eq!(open(folder.path()).await.state(), expected);
}

#[tokio::test]
async fn a_recovery_code_opens_what_a_lost_key_file_locked_and_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    let key = vault.database_key(&account(1)).unwrap();
    assert!(matches!(
        vault.unlock_with_code(&Secret::new("0000")).await,
        Err(Error::NoCode)
    ));
    let first = vault.make_recovery_code().await.unwrap();
    let code = vault.make_recovery_code().await.unwrap();
    std::fs::remove_file(folder.path().join(KEY_FILE)).unwrap();

    let again = open(folder.path()).await;
    assert_eq!(
        again.state(),
        KeyState::Locked {
            slots: vec![SlotKind::KeyFile, SlotKind::RecoveryCode]
        }
    );
    for wrong in ["", "no code", first.words().as_str()] {
        assert!(matches!(
            again.unlock_with_code(&Secret::new(wrong)).await,
            Err(Error::WrongCode)
        ));
    }
    let typed = Secret::new(code.words().to_lowercase());
    again.unlock_with_code(&typed).await.unwrap();
    assert_eq!(again.database_key(&account(1)).unwrap(), key);
    again.mend().await;
    let third = open(folder.path()).await;
    assert_eq!(third.state(), KeyState::Ready);
    assert_eq!(third.database_key(&account(1)).unwrap(), key);
}

#[tokio::test]
async fn the_last_way_in_is_not_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let vault = with_passphrase(folder.path()).await;
    vault.make_recovery_code().await.unwrap();
    assert!(matches!(
        vault.remove(SlotKind::Passphrase).await,
        Err(Error::LastSlot)
    ));
    vault.remove(SlotKind::RecoveryCode).await.unwrap();
    assert_eq!(vault.slots(), [SlotKind::Passphrase]);
    vault.add(KeyChoice::KeyFile).await.unwrap();
    vault.remove(SlotKind::Passphrase).await.unwrap();
    assert_eq!(open(folder.path()).await.slots(), [SlotKind::KeyFile]);
}

#[tokio::test]
async fn whoever_changes_the_ways_in_knows_the_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path()).await;
    vault.create(KeyChoice::KeyFile).await.unwrap();
    vault.authorise(None).await.unwrap();
    vault
        .add(KeyChoice::Passphrase(Secret::new("correct horse")))
        .await
        .unwrap();
    for wrong in [None, Some(Secret::new("wrong horse"))] {
        assert!(matches!(
            vault.authorise(wrong.as_ref()).await,
            Err(Error::WrongPassphrase)
        ));
    }
    let right = Secret::new("correct horse");
    vault.authorise(Some(&right)).await.unwrap();
}

#[tokio::test]
async fn wrong_entries_slow_down_and_a_restart_does_not_help() {
    let folder = tempfile::tempdir().unwrap();
    let vault = with_passphrase(folder.path()).await;
    vault.make_recovery_code().await.unwrap();
    vault.lock_up().await.unwrap();
    for _ in 0..4 {
        assert!(matches!(
            vault.unlock(&Secret::new("wrong")).await,
            Err(Error::WrongPassphrase)
        ));
    }
    let again = open(folder.path()).await;
    for vault in [&vault, &again] {
        assert!(matches!(
            vault.unlock(&Secret::new("correct horse")).await,
            Err(Error::TooManyAttempts { wait }) if !wait.is_zero()
        ));
        let code = Secret::new("0000-0000-0000-0000-0000-0000-0000-0000");
        assert!(matches!(
            vault.unlock_with_code(&code).await,
            Err(Error::TooManyAttempts { .. })
        ));
    }
}

/// Set for the copy of this test binary that runs inside a session bus of its own.
const INSIDE: &str = "CUBIST_TEST_INSIDE_SESSION_BUS";

/// The environment of a process cannot be changed safely while threads run, so this test starts
/// itself again inside a fresh session bus with a keychain.
#[test]
fn the_system_keychain_keeps_the_key_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let script = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null \
                  && exec \"$0\" --exact keys::vault::tests::inside_a_session_bus --ignored";
    let output = std::process::Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, folder.path())
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env("XDG_RUNTIME_DIR", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "started by the_system_keychain_keeps_the_key_over_a_restart"]
async fn inside_a_session_bus() {
    let Some(folder) = std::env::var_os(INSIDE) else {
        return;
    };
    let folder = Path::new(&folder).join("profile");
    let open = || open_with(&folder, KeychainPolicy::System);
    let vault = open().await.unwrap();
    assert_eq!(vault.state(), KeyState::Ready);
    let key = vault.database_key(&account(1)).unwrap();
    let again = open().await.unwrap();
    assert_eq!(again.state(), KeyState::Ready);
    assert_eq!(again.database_key(&account(1)).unwrap(), key);
    assert!(!folder.join(KEY_FILE).exists());
}
