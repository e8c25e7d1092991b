//! Prepares Tauri's generated context, keeps its output out of the top folder, and gives every program
//! on Windows its manifest.

use std::path::Path;

/// Beside the desktop entry of Linux.
const MANIFEST: &str = "packaging/windows/cubist.manifest";

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .windows_attributes(tauri_build::WindowsAttributes::new_without_app_manifest())
        .app_manifest(
            tauri_build::AppManifest::new()
                .permissions_path_pattern("./src-tauri/permissions/*.toml"),
        );
    give_manifest();
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        return;
    }
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/permissions");
    move_generated_schemas();
}

/// Dialogs and menus of Windows want the sixth version of its controls, which a program asks for in its
/// manifest. Tauri would give one to the app alone, and the tests could not be started.
fn give_manifest() {
    println!("cargo::rerun-if-changed={MANIFEST}");
    let target = |name: &str| std::env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") != "windows" || target("ENV") != "msvc" {
        return;
    }
    match std::path::absolute(MANIFEST) {
        Ok(manifest) => {
            println!("cargo::rustc-link-arg=/MANIFEST:EMBED");
            println!(
                "cargo::rustc-link-arg=/MANIFESTINPUT:{}",
                manifest.display()
            );
        }
        Err(error) => println!("cargo::error=the manifest is not found: {error}"),
    }
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
