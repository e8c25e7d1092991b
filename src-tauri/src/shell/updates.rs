//! New versions of the program, from the address that the person's organisation has set.
//!
//! Without an address and a key of the organisation's own nobody is ever asked. With them the
//! address is asked at the start and once a day, the way of everything else (`cubist_client::network`).
//! What it answers is only believed about a program that was signed with that key for that very
//! version, and nothing is loaded or installed before the person wants it.
//!
//! Of the packages on Linux only an `AppImage` belongs to the person who runs it. The others are the
//! system's, which brings their next versions.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cubist_client::network::Ways;
use jiff::Timestamp;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_updater::{Error, Update, UpdaterExt as _};
use tokio::sync::{Notify, watch};
use url::Url;

use crate::{
    ipc::{
        error::IpcError,
        types::{
            event::AppEvent,
            update::{Release, UpdateOrigin, UpdateProblem, UpdateState, UpdateStep},
        },
    },
    state::App,
};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(24 * 60 * 60);

/// A description of a version is a few hundred bytes.
const LOOK_LIMIT: Duration = Duration::from_secs(30);

/// A server that sends nothing for so long has gone.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// A package is kept in memory until its signature was looked at; none is near this size.
const MOST_BYTES: u64 = 1 << 30;

/// Characters of the notes that are shown.
const MOST_NOTES: usize = 4000;

/// Where an organisation keeps its versions, and how they are known to be its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `{{target}}`, `{{arch}}`, `{{bundle_type}}` and `{{current_version}}` in it are filled in.
    pub address: Url,
    /// The public key, as `tauri signer generate` writes it.
    pub key: String,
    /// An authority of the organisation's own, in PEM: its servers may all be known by that alone.
    pub authority: Option<String>,
}

/// How it stands with new versions.
pub struct Updates {
    state: watch::Sender<UpdateState>,
    found: Mutex<Option<Found>>,
    /// The source that counts.
    source: Mutex<Option<Source>>,
    /// Whether the person's copy can be replaced; otherwise it is the system's.
    is_own: bool,
    /// Bytes of the largest package that is loaded.
    most_bytes: u64,
    /// The organisation is another one.
    changed: Notify,
}

#[derive(Clone)]
struct Found {
    update: Update,
    /// The package, once it is here and its signature was right.
    package: Option<std::sync::Arc<[u8]>>,
}

impl Updates {
    /// Of the program that runs; `is_own` says whether it belongs to the person who runs it.
    pub fn new(is_own: bool) -> Self {
        Self {
            state: watch::Sender::default(),
            found: Mutex::default(),
            source: Mutex::default(),
            is_own,
            most_bytes: MOST_BYTES,
            changed: Notify::new(),
        }
    }

    /// Of this very copy of the program.
    pub fn of_this_copy() -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        let mounted = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Self::new(!cfg!(target_os = "linux") || is_app_image(&program, mounted))
    }

    /// How it stands.
    pub fn state(&self) -> UpdateState {
        self.state.borrow().clone()
    }

    /// Whether the next start is one of another version.
    pub fn is_installed(&self) -> bool {
        self.state.borrow().step == UpdateStep::Installed
    }

    /// Another organisation's configuration counts from now on.
    pub fn organisation_changed(&self) {
        self.changed.notify_one();
    }

    /// Says who brings new versions, and returns the address to ask if that is an organisation's.
    fn settle(&self, source: Option<Source>) -> Option<Source> {
        let origin = match &source {
            _ if !self.is_own => UpdateOrigin::Packages,
            None => UpdateOrigin::Nobody,
            Some(_) => UpdateOrigin::Organisation,
        };
        let is_other_source = {
            let mut known = self.source.lock().unwrap_or_else(PoisonError::into_inner);
            let is_other = *known != source;
            known.clone_from(&source);
            is_other
        };
        let is_other = self.state.send_if_modified(|state| {
            let is_other = state.origin != origin || is_other_source;
            if is_other {
                *state = UpdateState {
                    origin,
                    ..UpdateState::default()
                };
            }
            is_other
        });
        if is_other {
            *self.found() = None;
        }
        source.filter(|_| origin == UpdateOrigin::Organisation)
    }

    /// Asks `source` for a version that is newer than this one, and nobody where there is none.
    pub async fn look<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        source: Option<Source>,
        ways: &Ways,
        before_exit: impl Fn() + Send + Sync + 'static,
    ) {
        let Some(source) = self.settle(source) else {
            return;
        };
        if !self.begin(UpdateStep::Idle, UpdateStep::Looking) {
            return;
        }
        let asked = ask(app, source, ways, before_exit).await;
        let problem = match asked {
            Ok(update) => {
                let release = update.as_ref().map(release);
                *self.found() = update.map(|update| Found {
                    update,
                    package: None,
                });
                self.state.send_modify(|state| {
                    state.release = release;
                    state.looked_at = Some(Timestamp::now().as_millisecond());
                });
                None
            }
            Err(error) => Some(problem_of(&error)),
        };
        self.end(UpdateStep::Idle, problem);
    }

    /// Loads what was found and checks its signature.
    pub async fn load(&self) {
        let Some(Found { update, .. }) = self.found().clone() else {
            return;
        };
        if !self.begin(UpdateStep::Idle, UpdateStep::Loading) {
            return;
        }
        let mut received = 0;
        let too_large = Notify::new();
        let loading = update.download(
            |bytes, all| {
                received += bytes as u64;
                if received.max(all.unwrap_or_default()) > self.most_bytes {
                    too_large.notify_one();
                }
                self.progress(received, all);
            },
            || (),
        );
        let loaded = tokio::select! {
            biased;
            () = too_large.notified() => None,
            loaded = loading => Some(loaded),
        };
        // All of it may have come at once.
        let Some(loaded) = loaded.filter(|_| received <= self.most_bytes) else {
            tracing::warn!("the package is larger than any version of the program");
            return self.end(UpdateStep::Idle, Some(UpdateProblem::Answer));
        };
        match loaded {
            Ok(package) => {
                // Another organisation may count by now: what was found of the one before is gone.
                let is_kept = match self.found().as_mut() {
                    Some(found) if found.update.signature == update.signature => {
                        found.package = Some(package.into());
                        true
                    }
                    _ => false,
                };
                let step = if is_kept {
                    UpdateStep::Loaded
                } else {
                    UpdateStep::Idle
                };
                self.end(step, None);
            }
            Err(error) => self.end(UpdateStep::Idle, Some(problem_of(&error))),
        }
    }

    /// Puts what was loaded in the place of this program. On Windows the program ends with it.
    pub async fn install(&self) {
        let found = self.found().clone();
        let Some((update, package)) = found.and_then(|found| Some((found.update, found.package?)))
        else {
            return;
        };
        if !self.begin(UpdateStep::Loaded, UpdateStep::Installing) {
            return;
        }
        let installed = tokio::task::spawn_blocking(move || update.install(&*package)).await;
        if let Some(found) = self.found().as_mut() {
            found.package = None;
        }
        match installed {
            Ok(Ok(())) => self.end(UpdateStep::Installed, None),
            Ok(Err(error)) => self.end(UpdateStep::Idle, Some(problem_of(&error))),
            Err(error) => {
                tracing::error!(%error, "the installation broke off");
                self.end(UpdateStep::Idle, Some(UpdateProblem::Install));
            }
        }
    }

    /// Goes from one step to the next; false while another one is on the way.
    fn begin(&self, from: UpdateStep, to: UpdateStep) -> bool {
        self.state.send_if_modified(|state| {
            let is_next = state.step == from;
            if is_next {
                state.step = to;
                state.problem = None;
            }
            is_next
        })
    }

    fn end(&self, step: UpdateStep, problem: Option<UpdateProblem>) {
        self.state.send_modify(|state| {
            state.step = step;
            state.percent = None;
            state.problem = problem;
        });
    }

    fn progress(&self, received: u64, all: Option<u64>) {
        let percent = all
            .filter(|all| *all > 0)
            .and_then(|all| u8::try_from(received.saturating_mul(100) / all).ok())
            .map(|percent| percent.min(100));
        // A package comes in thousands of parts.
        self.state.send_if_modified(|state| {
            let is_other = state.percent != percent;
            state.percent = percent;
            is_other
        });
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        // Replaced as a whole.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the program runs out of an `AppImage`. One that another `AppImage` started inherits the
/// names of that one's file.
fn is_app_image(program: &Path, variable: impl Fn(&str) -> Option<PathBuf>) -> bool {
    variable("APPIMAGE").is_some()
        && variable("APPDIR").is_some_and(|mounted| program.starts_with(mounted))
}

async fn ask<R: Runtime>(
    app: &AppHandle<R>,
    source: Source,
    ways: &Ways,
    before_exit: impl Fn() + Send + Sync + 'static,
) -> Result<Option<Update>, Error> {
    let ways = ways.clone();
    let tls = ways
        .trust(source.authority.as_deref())
        .and_then(|trust| trust.client_config())
        .map_err(|error| Error::Network(error.to_string()))?;
    app.updater_builder()
        .endpoints(vec![source.address])?
        .pubkey(source.key)
        .timeout(LOOK_LIMIT)
        .configure_client(move |client| {
            ways.lead(client)
                .tls_backend_preconfigured((*tls).clone())
                .read_timeout(SILENCE_LIMIT)
        })
        .on_before_exit(before_exit)
        .build()?
        .check()
        .await
}

fn release(update: &Update) -> Release {
    let notes = update.body.as_deref().map(str::trim).unwrap_or_default();
    Release {
        version: update.version.clone(),
        notes: (!notes.is_empty()).then(|| notes.chars().take(MOST_NOTES).collect()),
    }
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "all other errors of the library are those of an installation"
)]
fn problem_of(error: &Error) -> UpdateProblem {
    tracing::warn!(error = %described(error), "no new version");
    match error {
        Error::Reqwest(error) if error.is_decode() => UpdateProblem::Answer,
        Error::Reqwest(_) | Error::Network(_) | Error::ReleaseNotFound => {
            UpdateProblem::Unreachable
        }
        Error::Serialization(_) | Error::Semver(_) | Error::UrlParse(_) => UpdateProblem::Answer,
        Error::TargetNotFound(_) | Error::TargetsNotFound(_) | Error::UnsupportedArch => {
            UpdateProblem::NotForThisSystem
        }
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::MissingSignedVersion
        | Error::SignedVersionMismatch { .. } => UpdateProblem::Signature,
        _ => UpdateProblem::Install,
    }
}

/// The library's words; an address may hold a key of the organisation's server.
fn described(error: &Error) -> String {
    if let Error::Reqwest(error) = error {
        let words = if error.is_timeout() {
            "no answer in time"
        } else if error.is_decode() {
            "the answer is no description of a version"
        } else {
            "the server cannot be reached"
        };
        words.to_owned()
    } else {
        error.to_string()
    }
}

/// Looks once, as the organisation's configuration says now.
pub async fn look(handle: &AppHandle, app: &App) -> Result<(), IpcError> {
    let ways = app.engine().await?.ways();
    let (exiting, ending) = (handle.clone(), app.clone());
    // On Windows the installer takes over while the program still runs: what it holds is closed first.
    let before_exit = move || {
        tauri::async_runtime::block_on(ending.shutdown());
        exiting.cleanup_before_exit();
    };
    let source = app.organisations.updates();
    app.updates.look(handle, source, &ways, before_exit).await;
    Ok(())
}

/// Looks at the start, once a day and when the organisation changes, and tells the page of all that
/// happens, until the app ends.
pub async fn follow(handle: AppHandle) {
    let app = handle.state::<App>().inner().clone();
    let telling = async {
        let mut states = app.updates.state.subscribe();
        while states.changed().await.is_ok() {
            let state = states.borrow_and_update().clone();
            app.tell(AppEvent::UpdateChanged { state });
        }
    };
    let looking = async {
        loop {
            if let Err(error) = look(&handle, &app).await {
                tracing::warn!(%error, "new versions were not looked for");
            }
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = app.updates.changed.notified() => {}
            }
        }
    };
    tokio::select! {
        () = telling => {}
        () = looking => {}
        () = app.ended() => {}
    }
}

#[cfg(test)]
mod tests;
