//! A file of the largest size that the service takes, out and in: how fast, and with how much
//! memory.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use cubist_client::model::{Draft, FileState, NewAttachment, Status};
use cubist_tests::World;
use tempfile::TempDir;

use crate::figures::{progress, report};

/// Sends a file from one engine to another through the backend, which is a process of its own. Both
/// engines are in this process, one after the other at work.
pub(crate) async fn measure(work: &Path, quick: bool) {
    let (runs, megabytes) = if quick { (1, 10) } else { (3, 100) };
    let folder = TempDir::new_in(work).unwrap();
    let path = folder.path().join("large.bin");
    let [mut staged, mut out, mut into] = [(); 3].map(|()| Memory::default());
    // The backend beside the engine, while it takes the file and while it gives it.
    let [mut taken, mut given] = [(); 2].map(|()| Memory::default());
    for run in 1..=runs {
        progress(&format!("a file of {megabytes} MB, run {run} of {runs}"));
        write_large(&path, megabytes, run);
        let world = World::apart().await;
        let (alice, bob) = world.pair().await;
        let dialog = alice.chat_with(&bob).await;
        let backend = world.backend_process().to_string();

        let began = Start::now(ENGINE);
        let staging = alice.account().stage(dialog, vec![path.clone()]).await;
        let file = staging.unwrap().staged.remove(0);
        staged.end(&began, megabytes);

        let (began, beside) = (Start::now(ENGINE), Start::now(&backend));
        let draft = Draft {
            attachments: vec![NewAttachment::Staged {
                id: file.id,
                as_file: true,
            }],
            ..Draft::default()
        };
        let id = alice.account().send(dialog, draft).await.unwrap();
        alice
            .until("the upload", async || {
                let message = alice.message(dialog, id).await?;
                (message.status >= Status::Sent).then_some(())
            })
            .await;
        out.end(&began, megabytes);
        taken.end(&beside, megabytes);

        bob.until("the message", async || bob.message(dialog, id).await)
            .await;
        let (began, beside) = (Start::now(ENGINE), Start::now(&backend));
        bob.account().download(id, 0).await.unwrap();
        bob.until("the download", async || {
            let message = bob.message(dialog, id).await?;
            (message.attachments[0].file == Some(FileState::Here)).then_some(())
        })
        .await;
        into.end(&began, megabytes);
        given.end(&beside, megabytes);
    }
    for (name, memory) in [("staged", staged), ("upload", out), ("download", into)] {
        report(&format!("files.{name}.memory"), "MB", &memory.grown);
        report(&format!("files.{name}.speed"), "MB/s", &memory.speed);
    }
    for (name, memory) in [("taken", taken), ("given", given)] {
        report(&format!("files.{name}.memory"), "MB", &memory.grown);
    }
}

#[derive(Default)]
struct Memory {
    /// Megabytes that the process grew by at its highest, by run.
    grown: Vec<f64>,
    /// Megabytes per second, by run.
    speed: Vec<f64>,
}

impl Memory {
    fn end(&mut self, start: &Start, megabytes: u32) {
        let seconds = start.at.elapsed().as_secs_f64();
        let highest = kilobytes(&start.process, "VmHWM:");
        self.grown.push((highest - start.resident) / 1024.0);
        self.speed.push(f64::from(megabytes) / seconds);
    }
}

/// This process, in which both engines are.
const ENGINE: &str = "self";

struct Start {
    /// Its name below `/proc`.
    process: String,
    at: Instant,
    /// Kilobytes.
    resident: f64,
}

impl Start {
    /// Forgets the highest use of memory of a process so far (proc(5): `clear_refs`).
    fn now(process: &str) -> Self {
        std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
        Self {
            process: process.to_owned(),
            at: Instant::now(),
            resident: kilobytes(process, "VmRSS:"),
        }
    }
}

/// A line of a process's state, in kilobytes.
fn kilobytes(process: &str, line: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = text.lines().find_map(|each| each.strip_prefix(line));
    let number = found.unwrap().trim().trim_end_matches("kB").trim();
    f64::from(number.parse::<u32>().unwrap())
}

/// Bytes that no two runs share and nothing compresses.
fn write_large(path: &Path, megabytes: u32, seed: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut state = seed;
    for _ in 0..megabytes * 1024 * 1024 / 8 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        file.write_all(&(state ^ (state >> 29)).to_le_bytes())
            .unwrap();
    }
    file.flush().unwrap();
}
