//! Where the programs under test lie.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of a program of this workspace.
///
/// `npm test` builds everything first and says where in `CUBIST_BIN_DIR`. A developer who runs one
/// test gets the program built here, so that it is never an old one.
pub fn program(name: &str) -> PathBuf {
    let folder = match std::env::var_os("CUBIST_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => build(),
    };
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is not built", path.display());
    path
}

/// Builds the programs and gives their folder.
fn build() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let status = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--workspace"])
                .args(["--bin", "cubist-server", "--bin", "cubist-headless"])
                .current_dir(repository())
                .status()
                .unwrap();
            assert!(status.success(), "the programs could not be built");
            // target/debug/deps/e2e-… lies one folder below the programs.
            let own = std::env::current_exe().unwrap();
            own.ancestors().nth(2).unwrap().to_owned()
        })
        .clone()
}

/// The top of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
