//! How the web view draws, decided before it exists.
//!
//! WebKitGTK hands frames over in DMA buffers. Without a graphics card that costs memory and
//! time (measured: 30 ms a frame instead of 16, 100 MB more), and on some drivers the window
//! stays blank. With one, doing without costs just as much. So: ask the machine, respect the
//! person's variable, and remember it when no first frame came.

use std::{fs, path::Path, time::Duration};

/// WebKitGTK's switch away from DMA buffers.
const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Its file in the profile's folder says that the fast way left the window blank here.
const MARKER: &str = "renderer-safe";

/// How long the page may take to its first frame before the fast way counts as failed here.
/// Cold starts on slow disks stay under 5 s.
pub const FIRST_FRAME_LIMIT: Duration = Duration::from_secs(25);

/// Whether the process has to start again with the safe renderer.
pub fn needs_restart(dir: &Path) -> bool {
    cfg!(target_os = "linux")
        && std::env::var_os(VARIABLE).is_none()
        && (!has_graphics_card() || dir.join(MARKER).exists())
}

/// Replaces this process by the same one with the safe renderer. The variable cannot be set
/// from inside, where other threads may read it; a new process image starts with it.
#[cfg(unix)]
pub fn restart() -> std::io::Error {
    use std::os::unix::process::CommandExt as _;

    match std::env::current_exe() {
        Ok(path) => std::process::Command::new(path)
            .args(std::env::args_os().skip(1))
            .env(VARIABLE, "1")
            .exec(),
        Err(error) => error,
    }
}

/// Not needed where the web view is not WebKitGTK.
#[cfg(not(unix))]
pub fn restart() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::Unsupported)
}

/// Remembers that the fast renderer painted nothing; returns whether a restart would help.
pub fn remember_blank_window(dir: &Path) -> bool {
    if !cfg!(target_os = "linux") || std::env::var_os(VARIABLE).is_some() {
        return false;
    }
    match fs::write(dir.join(MARKER), "no first frame with DMA buffers\n") {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the renderer choice cannot be kept");
            false
        }
    }
}

fn has_graphics_card() -> bool {
    fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with("renderD"))
        })
    })
}
