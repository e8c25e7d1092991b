//! `accounts.json`: which accounts there are, in the clear.
//!
//! The list must be shown before any key is at hand, so it stands beside the encrypted caches. It
//! holds no password, token or application key. It stands there twice, and a list of which neither
//! copy can be read is put aside: it must not keep the app from starting.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::keys::{read_both, write_both};
use crate::model::{AccountId, AppId, Origin, User, UserId};
use crate::store;

/// The file's name in the profile's folder.
const FILE: &str = "accounts.json";

/// What becomes of a list that cannot be read.
const ASIDE: &str = "accounts.json.damaged";

/// An account has about 300 bytes.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Which folder it has.
    pub(super) id: AccountId,
    /// Whose it is.
    pub(super) user: UserId,
    /// In which application.
    pub(super) app: AppId,
    /// Host and port of the REST API.
    pub(super) host: String,
    /// How it was added.
    pub(super) origin: Origin,
    /// Full name.
    pub(super) name: String,
    /// What they sign in with.
    pub(super) login: Option<String>,
    /// Their e-mail address.
    pub(super) email: Option<String>,
    /// Their picture.
    pub(super) avatar: Option<String>,
    /// The person signed out and kept the cache.
    #[serde(default)]
    pub(super) signed_out: bool,
}

impl Entry {
    /// Whether it is the same person at the same place. The backend on this computer gets another
    /// port at each start, so there the login tells.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same_place = match (self.origin, other.origin) {
            (Origin::Local, Origin::Local) => self.login == other.login,
            _ => self.host == other.host,
        };
        same_place && self.user == other.user && self.app == other.app
    }

    /// Host and application, as shown under the name.
    pub(super) fn server(&self) -> String {
        format!("{} · {}", self.host, self.app)
    }
}

/// The list on disk.
#[derive(Debug)]
pub(super) struct Registry {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Registry {
    /// Reads the list; an absent file is an empty one, and so is one that is damaged with its
    /// second copy.
    pub(super) fn open(data_dir: &Path) -> Result<Self, store::Error> {
        let path = data_dir.join(FILE);
        let entries = match read_both(&path, MOST_BYTES, parse, is_damage) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) if is_damage(&error) => {
                std::fs::rename(&path, data_dir.join(ASIDE))?;
                tracing::error!("the list of accounts cannot be read; it lies in {ASIDE}");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(Self { path, entries })
    }

    /// The accounts, oldest first.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One account.
    pub(super) fn get(&self, id: &AccountId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == *id)
    }

    /// Adds an account, or replaces the one with its id.
    pub(super) fn put(&mut self, entry: Entry) -> Result<(), store::Error> {
        match self.entries.iter_mut().find(|known| known.id == entry.id) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
        self.save()
    }

    /// Lets the entry of an account look like its person. Returns whether it looked different.
    pub(super) fn follow(&mut self, id: &AccountId, person: &User) -> Result<bool, store::Error> {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == *id) else {
            return Ok(false);
        };
        let before = entry.clone();
        entry.name.clone_from(&person.name);
        entry.login.clone_from(&person.login);
        entry.email.clone_from(&person.email);
        entry.avatar.clone_from(&person.avatar);
        if *entry == before {
            return Ok(false);
        }
        self.save().map(|()| true)
    }

    /// Takes an account off the list.
    pub(super) fn remove(&mut self, id: &AccountId) -> Result<(), store::Error> {
        self.entries.retain(|entry| entry.id != *id);
        self.save()
    }

    /// A crash leaves the old list or the new one.
    fn save(&self) -> Result<(), store::Error> {
        let text = serde_json::to_vec_pretty(&self.entries).map_err(|_| UNREADABLE)?;
        Ok(write_both(&self.path, &text)?)
    }
}

const UNREADABLE: store::Error = store::Error::Corrupt {
    what: "list of accounts",
};

fn parse(bytes: &[u8]) -> Result<Vec<Entry>, store::Error> {
    serde_json::from_slice(bytes).map_err(|_| UNREADABLE)
}

fn is_damage(error: &store::Error) -> bool {
    let is_too_long = |error: &std::io::Error| error.kind() == std::io::ErrorKind::FileTooLarge;
    matches!(error, store::Error::Corrupt { .. })
        || matches!(error, store::Error::Io(error) if is_too_long(error))
}

#[cfg(test)]
mod tests {
    use super::{ASIDE, Entry, FILE, Registry};
    use crate::keys::second;
    use crate::model::{AccountId, AppId, Origin, User, UserId};

    fn entry(byte: u8, origin: Origin, host: &str) -> Entry {
        Entry {
            id: AccountId::from_random([byte; 8]),
            user: UserId::new(7).unwrap(),
            app: AppId::new(21).unwrap(),
            host: host.to_owned(),
            origin,
            name: "Ann".to_owned(),
            login: Some("ann".to_owned()),
            email: None,
            avatar: None,
            signed_out: false,
        }
    }

    #[test]
    fn the_list_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        registry.put(entry(1, Origin::Cloud, "a")).unwrap();
        registry.put(entry(2, Origin::Cloud, "b")).unwrap();
        registry.remove(&AccountId::from_random([1; 8])).unwrap();
        let again = Registry::open(dir.path()).unwrap();
        assert_eq!(again.entries(), [entry(2, Origin::Cloud, "b")]);
    }

    #[test]
    fn a_damaged_list_is_read_from_its_copy_or_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let mut registry = Registry::open(dir.path()).unwrap();
        registry.put(entry(1, Origin::Cloud, "a")).unwrap();
        std::fs::write(&path, "[{").unwrap();
        let again = Registry::open(dir.path()).unwrap();
        assert_eq!(again.entries(), [entry(1, Origin::Cloud, "a")]);
        for each in [&path, &second(&path)] {
            std::fs::write(each, [0; 40]).unwrap();
        }
        let mut empty = Registry::open(dir.path()).unwrap();
        assert_eq!(empty.entries(), []);
        assert_eq!(std::fs::read(dir.path().join(ASIDE)).unwrap(), [0; 40]);
        empty.put(entry(2, Origin::Cloud, "b")).unwrap();
        let again = Registry::open(dir.path()).unwrap();
        assert_eq!(again.entries(), [entry(2, Origin::Cloud, "b")]);
    }

    #[test]
    fn an_entry_follows_its_person() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        let id = AccountId::from_random([1; 8]);
        let ann = User {
            avatar: Some("uid".to_owned()),
            ..User::named(UserId::new(7).unwrap(), "Ann B.")
        };
        assert!(!registry.follow(&id, &ann).unwrap(), "nobody here");
        registry.put(entry(1, Origin::Cloud, "a")).unwrap();
        assert!(registry.follow(&id, &ann).unwrap());
        assert!(!registry.follow(&id, &ann).unwrap(), "nothing new");
        let again = Registry::open(dir.path()).unwrap();
        let kept = again.get(&id).unwrap();
        assert_eq!((kept.name.as_str(), &kept.login), ("Ann B.", &None));
        assert_eq!(kept.avatar.as_deref(), Some("uid"));
    }

    #[test]
    fn the_local_backend_is_the_same_place_on_another_port() {
        let local = |host| entry(1, Origin::Local, host);
        assert!(local("127.0.0.1:1").is_same(&local("127.0.0.1:2")));
        let cloud = |host| entry(1, Origin::Cloud, host);
        assert!(!cloud("a").is_same(&cloud("b")));
        assert!(cloud("a").is_same(&cloud("a")));
    }
}
