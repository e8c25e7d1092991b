//! Prepares Tauri's generated context and keeps its output out of the top folder.

use std::path::Path;

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(
            tauri_build::AppManifest::new()
                .permissions_path_pattern("./src-tauri/permissions/*.toml"),
        );
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        return;
    }
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/permissions");
    move_generated_schemas();
}

/// The schemas serve editors only; at the top of the tree they would look like sources.
fn move_generated_schemas() {
    let from = Path::new("gen");
    let to = Path::new("src-tauri/gen");
    if !from.is_dir() {
        return;
    }
    if to.exists() && std::fs::remove_dir_all(to).is_err() {
        return;
    }
    if let Err(error) = std::fs::rename(from, to) {
        println!("cargo::warning=the generated schemas stay in ./gen: {error}");
    }
}
