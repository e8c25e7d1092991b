//! Where a profile keeps its files.

use std::path::{Path, PathBuf};

use crate::shell::arguments::Arguments;

/// The folders of one profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, `default` unless told otherwise.
    pub name: String,
    /// Accounts, keys and settings of this profile.
    pub dir: PathBuf,
    /// Data of the local backend, shared by every profile of this person.
    pub backend_dir: PathBuf,
}

impl Profile {
    /// Finds the folders; `None` where the system names no home for this person.
    pub fn locate(arguments: &Arguments) -> Option<Self> {
        let base = match &arguments.data_dir {
            Some(dir) => std::path::absolute(dir).ok()?,
            None => directories::ProjectDirs::from("org", "cubist", "Cubist")?
                .data_local_dir()
                .to_owned(),
        };
        Some(Self::below(&base, &arguments.profile))
    }

    fn below(base: &Path, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            dir: base.join("profiles").join(name),
            backend_dir: base.join("local-backend"),
        }
    }

    /// The identifier under which this profile is a single instance.
    pub fn identifier(&self, app: &str) -> String {
        if self.name == "default" {
            app.to_owned()
        } else {
            format!("{app}.{}", self.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Profile;

    #[test]
    fn profiles_share_the_local_backend_and_nothing_else() {
        let alice = Profile::below(Path::new("/data"), "alice");
        let bob = Profile::below(Path::new("/data"), "bob");
        assert_eq!(alice.backend_dir, bob.backend_dir);
        assert_ne!(alice.dir, bob.dir);
        assert_ne!(alice.identifier("org.x"), bob.identifier("org.x"));
    }
}
