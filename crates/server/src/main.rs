//! The backend as a program: reads the command line, starts the server, prints one line, waits for the end.

mod cli;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use cubist_server::folder::FolderError;
use cubist_server::server::{Server, ServerError};

/// Another backend runs on the data folder.
const EXIT_IN_USE: u8 = 3;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}"), 1),
    };
    match arguments.command {
        Some(command) => runtime.block_on(order(command)),
        None => runtime.block_on(run(arguments)),
    }
}

/// One of the operator's commands.
async fn order(command: cli::Command) -> ExitCode {
    match command.run().await {
        Ok(text) => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("cannot print: {error}"), 1),
        },
        Err(error) => fail(&error.to_string(), 1),
    }
}

async fn run(arguments: cli::Arguments) -> ExitCode {
    // Registered before anything starts, so that a signal during the start is not lost.
    let stop = match StopSignal::new() {
        Ok(stop) => stop,
        Err(error) => return fail(&format!("cannot listen for signals: {error}"), 1),
    };
    let config = match arguments.into_config() {
        Ok(config) => config,
        Err(error) => return fail(&error.to_string(), 2),
    };
    let server = match Server::start(config).await {
        Ok(server) => server,
        Err(error) => {
            let code = if matches!(error, ServerError::Folder(FolderError::InUse(_))) {
                EXIT_IN_USE
            } else {
                1
            };
            return fail(&error.to_string(), code);
        }
    };
    if let Err(error) = print_ready(&server) {
        // Whoever started it may have closed its end already and go by running.json.
        tracing::debug!(%error, "nobody reads the ready line");
    }
    tokio::select! {
        () = stop.wait() => tracing::info!("stopping: asked to"),
        () = server.unleased() => tracing::info!("stopping: no app uses it any more"),
    }
    server.stop().await;
    ExitCode::SUCCESS
}

fn print_ready(server: &Server) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer(&mut stdout, server.ready())?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

fn log_to_stderr() {
    // RUST_LOG chooses what is logged; by default what an operator should know.
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("cubist_server=info,warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

fn fail(text: &str, code: u8) -> ExitCode {
    // A closed stderr leaves nobody to tell.
    drop(writeln!(std::io::stderr(), "cubist-server: {text}"));
    ExitCode::from(code)
}

/// SIGTERM and Ctrl+C.
#[cfg(unix)]
struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ctrl+C.
#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    #[allow(clippy::unnecessary_wraps, reason = "another system may refuse")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn wait(self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl+C");
            std::future::pending::<()>().await;
        }
    }
}
