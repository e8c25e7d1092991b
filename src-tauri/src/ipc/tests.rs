use std::collections::BTreeSet;

use super::builder;

/// Where the window's half of the border lives.
const BINDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/bindings.gen.ts");

fn generated() -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    builder()
        .export(specta_typescript::Typescript::default(), file.path())
        .unwrap();
    std::fs::read_to_string(file.path()).unwrap()
}

/// Run with `CUBIST_BLESS=1` to write the file anew.
#[test]
fn bindings_are_those_generated_from_the_types() {
    let wanted = generated();
    if std::env::var_os("CUBIST_BLESS").is_some() {
        std::fs::write(BINDINGS, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(BINDINGS).unwrap();
    assert!(
        found == wanted,
        "ui/src/ipc/bindings.gen.ts is not what the Rust types say: CUBIST_BLESS=1 cargo test -p cubist"
    );
}

#[test]
fn every_command_has_a_permission() {
    let text = generated();
    let handled: BTreeSet<&str> = text
        .split("__TAURI_INVOKE(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let permitted: BTreeSet<&str> = include_str!("../../permissions/messenger.toml")
        .split_once("commands.allow = [")
        .map(|(_, list)| list.split('"').skip(1).step_by(2).collect())
        .unwrap();
    assert_eq!(handled, permitted);
}
