//! `settings.json` of a profile: read once at the start, written whole and atomically.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::ipc::types::settings::Settings;

/// Version of the file. It counts up when a field changes its meaning; a field more or less needs no
/// other one. Files of before it was written have none, and are of this version.
const VERSION: u64 = 1;

/// Where the version stands in the file.
const VERSION_FIELD: &str = "version";

/// The settings of this profile, in memory and on disk.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    /// Small and read often; whoever follows a choice is told when it changes.
    current: watch::Sender<Settings>,
    /// Held while the disk is written: changes of several callers come one after the other, and
    /// readers do not wait for the disk.
    changing: Mutex<()>,
}

impl SettingsFile {
    /// Reads the file. One that is missing or broken gives the defaults, and a choice that makes no
    /// sense the default of that choice: settings are never worth a window that does not open. What
    /// was there is put aside before it can be written over.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join("settings.json");
        let current = match fs::read(&path) {
            Ok(bytes) => {
                let found = read(&bytes);
                if let Some(suffix) = found.aside {
                    put_aside(&path, &suffix);
                }
                found.settings
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
            Err(error) => {
                tracing::warn!(%error, "the settings file cannot be read; defaults are used");
                Settings::default()
            }
        };
        Self {
            path,
            current: watch::Sender::new(current),
            changing: Mutex::new(()),
        }
    }

    /// The settings now.
    pub fn get(&self) -> Settings {
        self.current.borrow().clone()
    }

    /// The settings from now on.
    pub fn watch(&self) -> watch::Receiver<Settings> {
        self.current.subscribe()
    }

    /// Changes the settings, on disk first.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = self.get();
        change(&mut wanted);
        if wanted == *self.current.borrow() {
            return Ok(());
        }
        self.write(&wanted)?;
        self.current.send_replace(wanted);
        Ok(())
    }

    fn write(&self, settings: &Settings) -> io::Result<()> {
        let mut content = serde_json::to_value(settings)?;
        if let Value::Object(fields) = &mut content {
            fields.insert(VERSION_FIELD.to_owned(), VERSION.into());
        }
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        // Renaming replaces the file in one step, and what is renamed is on the disk: a crash leaves
        // the old or the new one whole.
        let staged = self.path.with_extension("json.new");
        let mut file = fs::File::create(&staged)?;
        file.write_all(&serde_json::to_vec_pretty(&content)?)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&staged, &self.path)
    }
}

/// What a file says.
struct Found {
    settings: Settings,
    /// What a copy of the file is called behind its name, when writing would lose something of it.
    aside: Option<String>,
}

/// Lays what the file says over the defaults, choice by choice, so that an older file lacks nothing
/// and one that makes no sense costs no other.
fn read(bytes: &[u8]) -> Found {
    let mut settings = Settings::default();
    let mut kept: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(%error, "the settings file is broken; defaults are used");
            return Found {
                settings,
                aside: Some("broken".to_owned()),
            };
        }
    };
    let version = kept
        .remove(VERSION_FIELD)
        .map_or(VERSION, |version| version.as_u64().unwrap_or(VERSION));
    let mut is_broken = false;
    for (name, value) in kept {
        if let Some(next) = with(&settings, &name, value) {
            settings = next;
        } else {
            tracing::warn!(name, "a choice makes no sense; its default is used");
            is_broken = true;
        }
    }
    let aside = if version > VERSION {
        Some(format!("version-{version}"))
    } else {
        is_broken.then(|| "broken".to_owned())
    };
    Found { settings, aside }
}

/// The settings with one more choice; `None` when it makes no sense.
fn with(settings: &Settings, name: &str, value: Value) -> Option<Settings> {
    let mut whole = serde_json::to_value(settings).ok()?;
    lay(
        &mut whole,
        Value::Object(Map::from_iter([(name.to_owned(), value)])),
    );
    let settings: Settings = serde_json::from_value(whole).ok()?;
    settings.out_of_range().is_none().then_some(settings)
}

/// Keeps a copy of the file as it was found; a later one of the same kind takes its place.
fn put_aside(path: &Path, suffix: &str) {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".");
    aside.push(suffix);
    if let Err(error) = fs::copy(path, aside) {
        tracing::warn!(%error, "the settings file as it was found is not kept");
    }
}

/// Replaces what is there, but keeps the fields of an object that the other does not name.
fn lay(over: &mut Value, value: Value) {
    match (over, value) {
        (Value::Object(fields), Value::Object(named)) => {
            for (name, value) in named {
                lay(fields.entry(name).or_insert(Value::Null), value);
            }
        }
        (over, value) => *over = value,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::SettingsFile;
    use crate::ipc::types::{
        notifications::{Notifications, NotifyAbout},
        settings::{Settings, Theme},
    };

    #[test]
    fn saved_settings_are_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(dir.path());
        let wanted = Settings {
            theme: Theme::Dark,
            list_width: 400,
            ..Settings::default()
        };
        file.change(|settings| *settings = wanted.clone()).unwrap();
        assert_eq!(SettingsFile::open(dir.path()).get(), wanted);
    }

    #[test]
    fn a_broken_file_gives_the_defaults_and_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("settings.json"), "{ not json").unwrap();
        let file = SettingsFile::open(dir.path());
        assert_eq!(file.get(), Settings::default());
        file.change(|settings| settings.theme = Theme::Dark)
            .unwrap();
        let kept = fs::read_to_string(dir.path().join("settings.json.broken")).unwrap();
        assert_eq!(kept, "{ not json");
    }

    #[test]
    fn a_choice_that_makes_no_sense_costs_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let found = r#"{"theme":"neon","zoom":4000000000,"cacheBudgetBytes":0,"listWidth":400}"#;
        fs::write(dir.path().join("settings.json"), found).unwrap();
        let settings = SettingsFile::open(dir.path()).get();
        let wanted = Settings {
            list_width: 400,
            ..Settings::default()
        };
        assert_eq!(settings, wanted);
        let kept = fs::read_to_string(dir.path().join("settings.json.broken")).unwrap();
        assert_eq!(kept, found);
    }

    #[test]
    fn the_file_says_its_version_and_one_of_a_later_version_is_kept_before_it_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        let later = r#"{"version":7,"theme":"dark","later":[1]}"#;
        fs::write(&path, later).unwrap();
        let file = SettingsFile::open(dir.path());
        assert_eq!(file.get().theme, Theme::Dark);
        file.change(|settings| settings.theme = Theme::Light)
            .unwrap();
        let written: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(written["version"], 1);
        assert_eq!(written["theme"], "light");
        let kept = fs::read_to_string(dir.path().join("settings.json.version-7")).unwrap();
        assert_eq!(kept, later);
    }

    #[test]
    fn an_older_file_lacks_nothing_also_within_a_group_of_choices() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("settings.json"),
            r#"{"notifications":{"about":"nothing"}}"#,
        )
        .unwrap();
        let wanted = Notifications {
            about: NotifyAbout::Nothing,
            ..Notifications::default()
        };
        assert_eq!(SettingsFile::open(dir.path()).get().notifications, wanted);
    }

    #[test]
    fn a_field_from_a_later_version_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("settings.json"),
            r#"{"theme":"light","later":1}"#,
        )
        .unwrap();
        assert_eq!(SettingsFile::open(dir.path()).get().theme, Theme::Light);
    }
}
