//! Who is asked for new versions and when, and what is believed of the answer.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cubist_client::network::Ways;
use serde_json::{Value, json};
use tauri::{
    App,
    test::{MockRuntime, mock_builder, mock_context, noop_assets},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::{Source, Updates, is_app_image};
use crate::ipc::types::update::{Release, UpdateOrigin, UpdateProblem, UpdateStep};

/// What is called a new version of the program here.
const PACKAGE: &[u8] = b"\x7fELF the next version";

/// A key of the test's, and what it signed as `tauri signer sign` does.
const KEY: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IEVEMDU2NTIwOTZEREQyOTQKUldTVTB0MldJ",
    "R1VGN1RqN1pwWTRDb0tzVnNhMGczeE5uWHZZeWM0V09zS2d0RkgxemxKV0svSUEK",
);

/// A key that signed nothing.
const OTHER_KEY: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IEE5QkU0ODU2NEQ2REExQUUKUldTdW9XMU5W",
    "a2krcWYrVGRhY2kzYW9OSngvcy9QY1BBWmt4Z0Y1cDVOUUUwS2RpZXRVZTQ1ZjIK",
);

/// [`PACKAGE`], signed with [`KEY`] for version 9.9.9.
const SIGNATURE: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IHNpZ25hdHVyZSBmcm9tIHRhdXJpIHNlY3JldCBrZXkKUlVTVTB0MldJR1VGN1dS",
    "VkJhVXRERCt3MmdlUm9SeTRDdnVTOUx6WWg2UU10Nmd2VlBNZnBVQ3RjMnhPVFJDVC9tQXVzN1BrUHNVNGV4Z1cz",
    "VVUyMm1WNVZkaHRKY09xeXdBPQp0cnVzdGVkIGNvbW1lbnQ6IHRpbWVzdGFtcDoxNzkwMDAwMDAwCWZpbGU6Y3Vi",
    "aXN0LkFwcEltYWdlCXZlcnNpb246OS45LjkKYXRPTTErV0psaUhDMkF4eGVFeWVhY2pVMmVoNEdaU2piOWJXM3g0",
    "WVJCRzUzSnVJM1NzRkt4RlI2YkZEa1ZncFpPOTZsUWkyVElreWw2TEtNQWVVQ3c9PQo=",
);

/// The same for version 0.0.1.
const SIGNATURE_OF_ANOTHER: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IHNpZ25hdHVyZSBmcm9tIHRhdXJpIHNlY3JldCBrZXkKUlVTVTB0MldJR1VGN1dS",
    "VkJhVXRERCt3MmdlUm9SeTRDdnVTOUx6WWg2UU10Nmd2VlBNZnBVQ3RjMnhPVFJDVC9tQXVzN1BrUHNVNGV4Z1cz",
    "VVUyMm1WNVZkaHRKY09xeXdBPQp0cnVzdGVkIGNvbW1lbnQ6IHRpbWVzdGFtcDoxNzkwMDAwMDAwCWZpbGU6Y3Vi",
    "aXN0LkFwcEltYWdlCXZlcnNpb246MC4wLjEKaE1hbUhlSjdBb2Z6ZU44TmFidE41QVl1eUg1amZ0OENmajd0d25J",
    "NFNKMHhqelByeFh3dVBFclVTQmxFWVB5eGdNa3NZUC84MXdIaE1xczV3ZUVjQ2c9PQo=",
);

/// The same for no version in particular.
const SIGNATURE_OF_NONE: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IHNpZ25hdHVyZSBmcm9tIHRhdXJpIHNlY3JldCBrZXkKUlVTVTB0MldJR1VGN1dS",
    "VkJhVXRERCt3MmdlUm9SeTRDdnVTOUx6WWg2UU10Nmd2VlBNZnBVQ3RjMnhPVFJDVC9tQXVzN1BrUHNVNGV4Z1cz",
    "VVUyMm1WNVZkaHRKY09xeXdBPQp0cnVzdGVkIGNvbW1lbnQ6IHRpbWVzdGFtcDoxNzkwMDAwMDAwCWZpbGU6Y3Vi",
    "aXN0LkFwcEltYWdlCkQwQkJTL3ZhbVMvcUlLM0JjUkRoa1V5UzBuTThhc3ZtQkljc3kwRWczSWM0ZTFxYmdhRFJN",
    "ckNlbkpuL2xWRVJianIyZlcwVHlkaW5uQlk1YXhjbUF3PT0K",
);

/// A server of versions that counts who asks.
struct Server {
    address: Url,
    asked: Arc<AtomicUsize>,
    _serving: AbortOnDropHandle<()>,
}

impl Server {
    /// `describe` gets the address of the package and says what is described; `None` for no answer.
    async fn start(describe: impl Fn(&str) -> Option<Value>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let description = describe(&format!("{base}/package")).map(|value| value.to_string());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::AcqRel);
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                let (status, body): (_, &[u8]) = if request.starts_with(b"GET /package ") {
                    ("200 OK", PACKAGE)
                } else {
                    match &description {
                        Some(text) => ("200 OK", text.as_bytes()),
                        None => ("503 Service Unavailable", b""),
                    }
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(body).await.unwrap();
                stream.shutdown().await.ok();
            }
        });
        Self {
            address: base.parse().unwrap(),
            asked,
            _serving: AbortOnDropHandle::new(serving),
        }
    }

    fn source(&self, key: &str) -> Source {
        Source {
            address: self.address.join("latest.json").unwrap(),
            key: key.to_owned(),
            authority: None,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }
}

/// A description of a version for every system.
fn described(version: &str, package: &str, signature: &str) -> Value {
    json!({ "version": version, "notes": " Chats open faster. ", "url": package, "signature": signature })
}

fn app() -> App<MockRuntime> {
    let mut context = mock_context(noop_assets());
    let shipped: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tauri.conf.json"
    )))
    .unwrap();
    let settings = shipped["plugins"]["updater"].clone();
    let plugins = &mut context.config_mut().plugins.0;
    plugins.insert("updater".to_owned(), settings);
    mock_builder()
        .plugin(tauri_plugin_updater::Builder::new().build())
        .build(context)
        .unwrap()
}

async fn look(updates: &Updates, source: Option<Source>) {
    let app = app();
    updates
        .look(app.handle(), source, &Ways::direct(), || ())
        .await;
}

#[tokio::test]
async fn nobody_is_asked_unless_the_organisation_has_set_an_address_for_a_copy_of_ones_own() {
    let server = Server::start(|package| Some(described("9.9.9", package, SIGNATURE))).await;
    let own = Updates::new(true);
    look(&own, None).await;
    assert_eq!(own.state().origin, UpdateOrigin::Nobody);
    own.load().await;
    own.install().await;

    let of_the_system = Updates::new(false);
    look(&of_the_system, Some(server.source(KEY))).await;
    assert_eq!(of_the_system.state().origin, UpdateOrigin::Packages);
    of_the_system.load().await;

    assert_eq!(server.asked(), 0);
    for updates in [own, of_the_system] {
        let state = updates.state();
        assert_eq!(
            (state.step, state.release, state.looked_at),
            (UpdateStep::Idle, None, None)
        );
    }
}

#[tokio::test]
async fn a_newer_version_is_found_and_loaded_only_when_it_is_wanted() {
    let server = Server::start(|package| Some(described("9.9.9", package, SIGNATURE))).await;
    let updates = Updates::new(true);
    look(&updates, Some(server.source(KEY))).await;
    let state = updates.state();
    assert_eq!(
        (state.origin, state.step, state.problem),
        (UpdateOrigin::Organisation, UpdateStep::Idle, None)
    );
    assert_eq!(
        state.release,
        Some(Release {
            version: "9.9.9".to_owned(),
            notes: Some("Chats open faster.".to_owned()),
        })
    );
    assert!(state.looked_at.is_some());
    assert_eq!(server.asked(), 1, "nothing is loaded unasked");

    updates.load().await;
    let state = updates.state();
    assert_eq!((state.step, state.problem), (UpdateStep::Loaded, None));
    assert_eq!(server.asked(), 2);
    assert!(!updates.is_installed());
}

#[test]
fn only_what_runs_out_of_an_app_image_is_one() {
    let inside = |name: &str| match name {
        "APPIMAGE" => Some(PathBuf::from("/home/ann/Cubist.AppImage")),
        "APPDIR" => Some(PathBuf::from("/tmp/.mount_Cubist1")),
        _ => None,
    };
    assert!(is_app_image(
        Path::new("/tmp/.mount_Cubist1/usr/bin/cubist"),
        inside
    ));
    assert!(!is_app_image(Path::new("/usr/bin/cubist"), inside));
    assert!(!is_app_image(Path::new("/usr/bin/cubist"), |_| None));
}

#[tokio::test]
async fn the_same_version_is_no_new_one() {
    let server = Server::start(|package| Some(described("0.1.0", package, SIGNATURE))).await;
    let updates = Updates::new(true);
    look(&updates, Some(server.source(KEY))).await;
    let state = updates.state();
    assert_eq!((state.release, state.problem), (None, None));
    assert!(state.looked_at.is_some());
}

#[tokio::test]
async fn what_was_not_signed_with_the_key_for_that_version_is_refused() {
    for (key, signature) in [
        (OTHER_KEY, SIGNATURE),
        (KEY, SIGNATURE_OF_ANOTHER),
        (KEY, SIGNATURE_OF_NONE),
        (KEY, ""),
    ] {
        let server = Server::start(|package| Some(described("9.9.9", package, signature))).await;
        let updates = Updates::new(true);
        look(&updates, Some(server.source(key))).await;
        updates.load().await;
        updates.install().await;
        let state = updates.state();
        assert_eq!(
            (state.step, state.problem),
            (UpdateStep::Idle, Some(UpdateProblem::Signature)),
            "{signature}"
        );
        assert!(!updates.is_installed());
    }
}

#[tokio::test]
async fn a_package_larger_than_any_version_is_not_taken_in() {
    let server = Server::start(|package| Some(described("9.9.9", package, SIGNATURE))).await;
    let mut updates = Updates::new(true);
    updates.most_bytes = PACKAGE.len() as u64 - 1;
    look(&updates, Some(server.source(KEY))).await;
    updates.load().await;
    let state = updates.state();
    assert_eq!(
        (state.step, state.problem),
        (UpdateStep::Idle, Some(UpdateProblem::Answer))
    );
}

#[tokio::test]
async fn an_address_that_says_nothing_useful_is_told_from_one_that_says_nothing() {
    let elsewhere = |package: &str| {
        let platforms = json!({ "plan9-mips": { "url": package, "signature": SIGNATURE } });
        Some(json!({ "version": "9.9.9", "platforms": platforms }))
    };
    for (server, problem) in [
        (Server::start(|_| None).await, UpdateProblem::Unreachable),
        (
            Server::start(|_| Some(json!({ "hello": "world" }))).await,
            UpdateProblem::Answer,
        ),
        (
            Server::start(elsewhere).await,
            UpdateProblem::NotForThisSystem,
        ),
    ] {
        let updates = Updates::new(true);
        look(&updates, Some(server.source(KEY))).await;
        let state = updates.state();
        assert_eq!(
            (state.step, state.problem, state.release),
            (UpdateStep::Idle, Some(problem), None)
        );
    }
}

#[tokio::test]
async fn what_was_found_is_forgotten_with_the_organisation() {
    let server = Server::start(|package| Some(described("9.9.9", package, SIGNATURE))).await;
    let updates = Updates::new(true);
    look(&updates, Some(server.source(KEY))).await;
    look(&updates, None).await;
    assert_eq!(updates.state().release, None);
    updates.load().await;
    assert_eq!(server.asked(), 1);
    assert_eq!(updates.state().step, UpdateStep::Idle);
}

#[tokio::test]
async fn another_organisation_inherits_nothing_of_the_one_before() {
    let first = Server::start(|package| Some(described("9.9.9", package, SIGNATURE))).await;
    let second = Server::start(|package| Some(described("9.9.8", package, SIGNATURE))).await;
    let updates = Updates::new(true);
    look(&updates, Some(first.source(KEY))).await;
    updates.load().await;
    assert_eq!(updates.state().step, UpdateStep::Loaded);
    look(&updates, Some(second.source(KEY))).await;
    assert_eq!(second.asked(), 1);
    let state = updates.state();
    let version = state.release.map(|release| release.version);
    assert_eq!(
        (state.step, version.as_deref()),
        (UpdateStep::Idle, Some("9.9.8"))
    );
}
