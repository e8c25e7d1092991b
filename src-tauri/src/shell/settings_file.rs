//! `settings.json` of a profile: read once at the start, written whole and atomically.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::ipc::types::settings::Settings;

/// The settings of this profile, in memory and on disk.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    /// Small and read often; whoever follows a choice is told when it changes.
    current: watch::Sender<Settings>,
}

impl SettingsFile {
    /// Reads the file. One that is missing or broken gives the defaults: settings are never worth
    /// a window that does not open.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join("settings.json");
        let current = match fs::read(&path) {
            Ok(bytes) => read(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "the settings file is broken; defaults are used");
                Settings::default()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
            Err(error) => {
                tracing::warn!(%error, "the settings file cannot be read; defaults are used");
                Settings::default()
            }
        };
        Self {
            path,
            current: watch::Sender::new(current),
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

    /// Changes the settings, on disk first. Changes of several callers come one after the other.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        let mut outcome = Ok(());
        self.current.send_if_modified(|current| {
            let mut wanted = current.clone();
            change(&mut wanted);
            if wanted == *current {
                return false;
            }
            outcome = self.write(&wanted);
            if outcome.is_ok() {
                *current = wanted;
            }
            outcome.is_ok()
        });
        outcome
    }

    fn write(&self, settings: &Settings) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(settings)?;
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        // Renaming replaces the file in one step: a crash leaves the old or the new one.
        let staged = self.path.with_extension("json.new");
        fs::write(&staged, bytes)?;
        fs::rename(&staged, &self.path)
    }
}

/// Lays what the file says over the defaults, so that an older file lacks nothing.
fn read(bytes: &[u8]) -> serde_json::Result<Settings> {
    let mut whole = serde_json::to_value(Settings::default())?;
    let kept: Map<String, Value> = serde_json::from_slice(bytes)?;
    lay(&mut whole, Value::Object(kept));
    serde_json::from_value(whole)
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
    fn a_broken_file_gives_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("settings.json"), "{ not json").unwrap();
        assert_eq!(SettingsFile::open(dir.path()).get(), Settings::default());
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
