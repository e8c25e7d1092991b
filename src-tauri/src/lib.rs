//! The shell around the engine: one window, its commands and events, and what the desktop wants.
//!
//! Nothing here decides about messages; that is `cubist-client`. Read on in `ipc` (the border to
//! the page) and `shell` (files, window, local backend).

pub mod ipc;
pub mod shell;
pub mod state;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use tauri::{Manager as _, RunEvent};
use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{
    shell::{
        arguments::Arguments, attachments, badge, menu, notifications, organisation::Organisations,
        pictures, profile::Profile, recent_log::RecentLog, renderer, tiles, tray, tray_host,
        updates, window, writing,
    },
    state::App,
};

/// Runs the app until its window is closed.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let log = start_log();
    let Some(profile) = Profile::locate(&arguments) else {
        eprintln!("cubist: no home folder is known; give one with --data-dir DIR");
        return ExitCode::FAILURE;
    };
    if let Err(error) = std::fs::create_dir_all(&profile.dir) {
        eprintln!(
            "cubist: the folder {} cannot be made: {error}",
            profile.dir.display()
        );
        return ExitCode::FAILURE;
    }
    if renderer::needs_restart(&profile.dir) {
        // Only reached when it failed; the fast renderer is still better than no window.
        tracing::warn!(error = %renderer::restart(), "the renderer cannot be changed");
    }
    match start(profile, &arguments, log) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cubist: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Logs to the terminal as much as `CUBIST_LOG` says, and keeps the last lines for diagnostics.
fn start_log() -> RecentLog {
    let recent = RecentLog::default();
    let wanted = EnvFilter::try_from_env("CUBIST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer()
                .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
                .with_writer(std::io::stderr)
                .with_filter(wanted),
        )
        .with(
            recent
                .clone()
                .with_filter(EnvFilter::new("warn,cubist_app=info,cubist_client=info")),
        )
        .init();
    recent
}

fn start(profile: Profile, arguments: &Arguments, log: RecentLog) -> tauri::Result<ExitCode> {
    let hidden = arguments.minimised;
    let shared = std::env::current_dir().map(|folder| arguments.shared_from(&folder));
    let link = arguments.link();
    let mut context = tauri::generate_context!();
    let config = context.config_mut();
    // The identifier names the single instance and the folder of the window's place; with the
    // profile in it two profiles run side by side.
    config.identifier = profile.identifier(&config.identifier);

    let organisations = Organisations::look(&profile, arguments.config.as_deref());
    let commands = ipc::builder();
    let app = tauri::Builder::default()
        // Must come first: a second start ends here and raises the first.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            let arguments = Arguments::try_parse_from(arguments).ok();
            // The computer may start what somebody has started already: nobody asked for a window.
            if !arguments.as_ref().is_some_and(|given| given.minimised) {
                window::raise(app);
            }
            // Whoever hands files over starts the program once more.
            if let Some(arguments) = arguments {
                let files = arguments.shared_from(Path::new(&folder));
                app.state::<App>().share(files);
                if let Some(link) = arguments.link() {
                    app.state::<App>().follow_link(link);
                }
            }
        }))
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(autostart(&profile, arguments))
        .plugin(tauri_plugin_updater::Builder::new().build())
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, pictures::answer)
        .register_asynchronous_uri_scheme_protocol(tiles::SCHEME, tiles::answer)
        .register_asynchronous_uri_scheme_protocol(attachments::SCHEME, attachments::answer)
        .invoke_handler(commands.invoke_handler())
        .on_window_event(window::on_event)
        .on_menu_event(|handle, event| menu::chosen(handle, &event))
        .manage(App::new(profile.clone(), organisations, log))
        .setup(move |handle| {
            let app = handle.state::<App>().inner().clone();
            // Only the first start comes here: what lies there is of a run that is over.
            app.kept_files.clear();
            app.share(shared.unwrap_or_default());
            if let Some(link) = link {
                app.follow_link(link);
            }
            if hidden {
                // Where it waits depends on whether somebody would see its icon.
                let are_shown = tauri::async_runtime::block_on(tray_host::is_here());
                app.set_icons_shown(are_shown);
            }
            let opened = window::open(handle.handle(), &profile, hidden)?;
            tauri::async_runtime::spawn(writing::follow(opened, app.clone()));
            warm_up(app.clone());
            tauri::async_runtime::spawn(app.follow_focus());
            tauri::async_runtime::spawn(app.clone().follow_locks());
            tauri::async_runtime::spawn(app.clone().follow_costs());
            let followed = handle.handle();
            tauri::async_runtime::spawn(tray::follow(followed.clone(), app.clone(), hidden));
            let told = app.clone();
            tauri::async_runtime::spawn(tray_host::follow(move |are_shown| {
                told.set_icons_shown(are_shown);
            }));
            tauri::async_runtime::spawn(badge::follow(followed.clone(), app.clone()));
            tauri::async_runtime::spawn(menu::follow(followed.clone(), app.clone()));
            tauri::async_runtime::spawn(notifications::follow(followed.clone(), app.clone()));
            tauri::async_runtime::spawn(updates::follow(followed.clone()));
            // A window that nobody sees paints nothing, and is not blank.
            if !hidden {
                watch_first_frame(handle.handle().clone(), app);
            }
            Ok(())
        })
        .build(context)?;
    Ok(ExitCode::from(
        u8::try_from(app.run_return(|handle, event| {
            // macOS hands files and links over by an event, not on a command line.
            #[cfg(target_os = "macos")]
            if let RunEvent::Opened { urls } = &event {
                opened(handle, urls);
            }
            // A press on the Dock's icon is the way back to a window that was closed into the menu bar.
            #[cfg(target_os = "macos")]
            if let RunEvent::Reopen { .. } = &event {
                window::raise(handle);
            }
            if matches!(event, RunEvent::Exit) {
                let state = handle.state::<App>().inner().clone();
                tauri::async_runtime::block_on(state.shutdown());
            }
        }))
        .unwrap_or(1),
    ))
}

/// The system hands links and files over to the program that runs already.
#[cfg(target_os = "macos")]
fn opened(handle: &tauri::AppHandle, urls: &[url::Url]) {
    window::raise(handle);
    let app = handle.state::<App>();
    let files = urls.iter().filter_map(|url| url.to_file_path().ok());
    app.share(files.collect());
    let link = urls.iter().rev().find(|url| url.scheme() == "cubist");
    if let Some(link) = link {
        app.follow_link(shell::links::parse(link.as_str()));
    }
}

/// Starts the same profile with the computer, out of the way.
fn autostart(profile: &Profile, arguments: &Arguments) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    tauri_plugin_autostart::Builder::new()
        .app_name(if profile.name == "default" {
            "Cubist".to_owned()
        } else {
            format!("Cubist-{}", profile.name)
        })
        .args(arguments.at_login())
        .build()
}

/// Opens the caches while the web view starts, so that the page finds them ready.
fn warm_up(app: App) {
    let opening = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = opening.engine().await {
            tracing::error!(%error, "the engine did not open");
        }
    });
    tauri::async_runtime::spawn(async move {
        let Some(engine) = app.opened_engine().await else {
            return;
        };
        let watched = app.clone();
        tauri::async_runtime::spawn(async move { watched.history.follow(&engine).await });
        if let Err(error) = app.apply_file_policy().await {
            tracing::warn!(%error, "the files are not within their room");
        }
        app.renew_local_endpoints();
    });
}

/// A window that stays blank is started again with the safe renderer, once.
fn watch_first_frame(handle: tauri::AppHandle, app: App) {
    tauri::async_runtime::spawn(async move {
        if tokio::time::timeout(renderer::FIRST_FRAME_LIMIT, app.first_frame())
            .await
            .is_err()
            && renderer::remember_blank_window(&app.profile.dir)
        {
            handle.restart();
        }
    });
}
