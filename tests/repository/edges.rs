//! Which part may use which: the absences matter more than the arrows.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cubist_tests::programs::repository;
use serde_json::Value;

/// What a crate of the workspace depends on in shipped code, directly.
struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    fn load() -> Self {
        let output = Command::new(env!("CARGO"))
            .args([
                "metadata",
                "--format-version",
                "1",
                "--no-deps",
                "--locked",
                "--offline",
            ])
            .current_dir(repository())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        Self(
            packages
                .iter()
                .map(|package| (text(&package["name"]), shipped(package)))
                .collect(),
        )
    }

    fn of(&self, package: &str) -> &BTreeSet<String> {
        &self.0[package]
    }

    /// Fails when `package` has a dependency that starts with one of `unwanted`.
    fn forbid(&self, package: &str, unwanted: &[&str]) {
        for dependency in self.of(package) {
            let fits =
                |name: &&&str| dependency == *name || dependency.starts_with(&format!("{name}-"));
            assert!(
                !unwanted.iter().any(|name| fits(&name)),
                "{package} must not depend on {dependency}"
            );
        }
    }
}

fn shipped(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().unwrap();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_workspace_holds_these_packages_and_no_others() {
    let graph = Graph::load();
    let names: Vec<_> = graph.0.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "cubist",
            "cubist-client",
            "cubist-protocol",
            "cubist-server",
            "cubist-tests"
        ]
    );
}

#[test]
fn client_and_server_agree_through_the_protocol_alone() {
    let graph = Graph::load();
    graph.forbid("cubist-client", &["cubist-server", "cubist-tests", "axum"]);
    graph.forbid("cubist-server", &["cubist-client", "cubist-tests"]);
    for package in ["cubist-client", "cubist-server"] {
        assert!(
            graph.of(package).contains("cubist-protocol"),
            "{package} speaks the protocol"
        );
    }
}

#[test]
fn the_protocol_knows_no_sockets_no_database_and_no_clock() {
    let graph = Graph::load();
    graph.forbid(
        "cubist-protocol",
        &[
            "cubist",
            "tokio",
            "futures",
            "mio",
            "rusqlite",
            "libsqlite3",
            "reqwest",
            "hyper",
            "axum",
            "rustls",
            "rand",
            "getrandom",
        ],
    );
}

#[test]
fn only_the_app_knows_tauri() {
    let graph = Graph::load();
    for package in graph.0.keys().filter(|package| *package != "cubist") {
        graph.forbid(package, &["tauri", "wry", "tao", "specta", "notify-rust"]);
    }
}

#[test]
fn the_app_reaches_the_backend_as_a_process_and_the_wire_through_the_engine() {
    let graph = Graph::load();
    let unwanted = [
        "cubist-server",
        "cubist-protocol",
        "cubist-tests",
        "rusqlite",
        "reqwest",
        "quick-xml",
    ];
    graph.forbid("cubist", &unwanted);
}
