//! What no file of the repository may say, and who may import what in the pages.

use std::path::{Path, PathBuf};
use std::process::Command;

use cubist_tests::programs::repository;

/// The text files of the repository, tracked or about to be, with their paths from the top.
fn sources() -> Vec<(PathBuf, String)> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = String::from_utf8(output.stdout).unwrap();
    let files: Vec<_> = names
        .split_terminator('\0')
        .filter_map(|name| {
            // Pictures are no text, and a file may have been removed and not committed yet.
            let text = std::fs::read_to_string(repository().join(name)).ok()?;
            Some((PathBuf::from(name), text))
        })
        .collect();
    assert!(files.len() > 50, "git lists only {} files", files.len());
    files
}

/// Fails with the place of every line in which one of `needles` stands.
fn forbid(needles: &[String], applies: impl Fn(&Path) -> bool) {
    let mut found = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| applies(path)) {
        for (number, line) in text.lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| line.contains(needle.as_str())) {
                found.push(format!("{}:{}: {needle}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// In parts, so that this file may stand among those that are searched.
fn joined(parts: &[(&str, &str)]) -> Vec<String> {
    parts
        .iter()
        .map(|(head, tail)| format!("{head}{tail}"))
        .collect()
}

#[test]
fn no_file_names_the_host_of_a_registry() {
    // A registry is chosen by the machine; a name here would break whoever uses a mirror.
    let needles = joined(&[
        ("registry.npm", "js.org"),
        ("npm", "mirror.com"),
        ("index.", "crates.io"),
        ("static.", "crates.io"),
        ("deb.", "debian.org"),
        ("archive.", "ubuntu.com"),
        ("files.python", "hosted.org"),
        ("py", "pi.org"),
    ]);
    forbid(&needles, |_| true);
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    let needles = joined(&[
        ("/ro", "ot/"),
        ("/wo", "rk/main"),
        ("/wo", "rk/shared"),
        ("../sha", "red/"),
        ("C:\\Us", "ers\\"),
    ]);
    forbid(&needles, |_| true);
}

#[test]
fn the_lock_file_of_npm_holds_no_addresses() {
    let text = std::fs::read_to_string(repository().join("package-lock.json")).unwrap();
    assert!(
        text.contains("\"integrity\""),
        "the lock file pins contents"
    );
    assert!(
        !text.contains("\"resolved\""),
        "omit-lockfile-registry-resolved is set in .npmrc"
    );
}

#[test]
fn the_pages_speak_to_the_shell_only_in_their_ipc_folder() {
    let needles = joined(&[("@tauri-", "apps/"), ("__TAU", "RI")]);
    forbid(&needles, |path| {
        path.starts_with("ui/src") && !path.starts_with("ui/src/ipc")
    });
}

#[test]
fn no_source_is_left_to_be_finished() {
    let needles = joined(&[
        ("TO", "DO"),
        ("FIX", "ME"),
        ("todo", "!("),
        ("unimple", "mented!("),
    ]);
    let code = ["rs", "ts", "mjs", "svelte", "css", "sh", "html"];
    forbid(&needles, |path| {
        path.extension()
            .is_some_and(|ending| code.iter().any(|known| ending == *known))
    });
}
