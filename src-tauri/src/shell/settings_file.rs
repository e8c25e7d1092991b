//! `settings.json` of a profile: read once at the start, written whole and atomically.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::ipc::types::settings::Settings;

/// The settings of this profile, in memory and on disk.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    /// Small and read often; the lock is never held across an await.
    current: Mutex<Settings>,
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
            current: Mutex::new(current),
        }
    }

    /// The settings now.
    pub fn get(&self) -> Settings {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps `settings`, on disk first.
    pub fn save(&self, settings: Settings) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(&settings)?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == settings {
            return Ok(());
        }
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        // Renaming replaces the file in one step: a crash leaves the old or the new one.
        let staged = self.path.with_extension("json.new");
        fs::write(&staged, bytes)?;
        fs::rename(&staged, &self.path)?;
        *current = settings;
        Ok(())
    }
}

/// Lays what the file says over the defaults, so that an older file lacks nothing.
fn read(bytes: &[u8]) -> serde_json::Result<Settings> {
    let mut whole = serde_json::to_value(Settings::default())?;
    let kept: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes)?;
    if let Some(fields) = whole.as_object_mut() {
        fields.extend(kept);
    }
    serde_json::from_value(whole)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::SettingsFile;
    use crate::ipc::types::settings::{Settings, Theme};

    #[test]
    fn saved_settings_are_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(dir.path());
        let wanted = Settings {
            theme: Theme::Dark,
            list_width: 400,
            ..Settings::default()
        };
        file.save(wanted.clone()).unwrap();
        assert_eq!(SettingsFile::open(dir.path()).get(), wanted);
    }

    #[test]
    fn a_broken_file_gives_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("settings.json"), "{ not json").unwrap();
        assert_eq!(SettingsFile::open(dir.path()).get(), Settings::default());
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
