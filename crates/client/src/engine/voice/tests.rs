use std::io::Read as _;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::broadcast;

use super::*;
use crate::engine::EngineConfig;
use crate::engine::tests::{add_account, config, with_keys_of};
use crate::model::AttachmentKind;
use crate::model::DialogKind::Group;
use crate::store::dialogs;
use crate::store::testing::{dialog, dialog_id};
use crate::voice::testing::{Puppet, decode, frequency, tone};
use crate::voice::{Ear, EndReason, LOUDEST, NoMicrophone};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

struct Scene {
    dir: TempDir,
    engine: Engine,
    account: AccountId,
    microphone: Arc<Puppet>,
    ears: Receiver<Ear>,
}

fn with_microphone(dir: &TempDir, microphone: &Arc<Puppet>) -> EngineConfig {
    let mut config = config(dir);
    config.microphone = Arc::clone(microphone) as _;
    config
}

impl Scene {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let (microphone, ears) = Puppet::new(48_000, 1);
        let engine = with_keys_of(with_microphone(&dir, &microphone)).await;
        let account = add_account(&engine).await;
        let scene = Self {
            dir,
            engine,
            account,
            microphone,
            ears,
        };
        let save = |n| {
            move |tx: &mut crate::store::WriteTx<'_>| dialogs::save(tx, &dialog(n, Group, &[7, 8]))
        };
        for n in [1, 2] {
            scene.of().inner_store().write(save(n)).await.unwrap();
        }
        scene
    }

    fn of(&self) -> Account {
        self.engine.account(&self.account).unwrap()
    }

    async fn begin(&self, dialog: u32) -> Ear {
        let dialog = dialog_id(dialog);
        self.engine
            .start_voice(&self.account, dialog)
            .await
            .unwrap();
        self.ears.recv().unwrap()
    }

    /// The program ends, and begins again.
    async fn restart(&mut self) {
        let nobody = TempDir::new().unwrap();
        let elsewhere = Engine::open(config(&nobody)).await.unwrap();
        // The folder is free once the last handle is gone.
        std::mem::replace(&mut self.engine, elsewhere)
            .shutdown()
            .await;
        self.engine = Engine::open(with_microphone(&self.dir, &self.microphone))
            .await
            .unwrap();
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.of().recordings()).map_or(0, Iterator::count)
    }
}

fn second() -> Vec<f32> {
    tone(440.0, 48_000, 0.4, 48_000)
}

async fn heard(account: &Account, staged: &Staged) -> Vec<u8> {
    let (shown, mut reader) = account.staged_file(staged.id).await.unwrap();
    assert_eq!(shown, *staged);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

async fn ended(events: &mut broadcast::Receiver<ClientEvent>) -> (DialogId, EndReason) {
    loop {
        let next = tokio::time::timeout(PATIENCE, events.recv()).await;
        if let ClientEvent::VoiceEnded { dialog, reason, .. } = next.unwrap().unwrap() {
            return (dialog, reason);
        }
    }
}

#[tokio::test]
async fn what_was_said_is_kept_with_the_draft_of_its_dialog() {
    let scene = Scene::new().await;
    let mut events = scene.engine.events();
    let ear = scene.begin(1).await;
    for _ in 0..3 {
        ear.hear(second());
    }
    let staged = scene.engine.stop_voice().await.unwrap();
    assert_eq!(staged.kind, AttachmentKind::Voice);
    assert_eq!(staged.content_type, "audio/ogg");
    assert_eq!(staged.duration, Some(3_000));
    assert_eq!(staged.dialog, dialog_id(1));
    assert_eq!(staged.waveform, [LOUDEST; 60]);
    assert!(!staged.can_be_image);
    let of = scene.of();
    assert_eq!(
        of.staged(dialog_id(1)).await.unwrap(),
        std::slice::from_ref(&staged)
    );
    assert_eq!(of.staged(dialog_id(2)).await.unwrap(), []);
    assert_eq!(scene.files(), 0);
    let bytes = heard(&of, &staged).await;
    assert_eq!(bytes.len() as u64, staged.size);
    let decoded = decode(&bytes);
    assert_eq!(decoded.sound.len(), 144_000);
    assert!((frequency(&decoded.sound[9_600..134_400], 48_000) - 440.0).abs() < 2.0);
    let mut levels = 0;
    while let Ok(event) = events.try_recv() {
        if let ClientEvent::VoiceLevel {
            account, dialog, ..
        } = event
        {
            assert_eq!((account, dialog), (scene.account.clone(), dialog_id(1)));
            levels += 1;
        }
    }
    assert_eq!(levels, 60);
}

#[tokio::test]
async fn a_recording_that_ended_by_itself_waits_to_be_taken() {
    let scene = Scene::new().await;
    let mut events = scene.engine.events();
    let ear = scene.begin(2).await;
    ear.hear(second());
    ear.lose();
    let expected = (dialog_id(2), EndReason::MicrophoneLost);
    assert_eq!(ended(&mut events).await, expected);
    let staged = scene.engine.stop_voice().await.unwrap();
    assert_eq!(staged.duration, Some(1_000));
}

#[tokio::test]
async fn only_one_is_recorded_at_a_time_and_none_is_lost() {
    let scene = Scene::new().await;
    scene.begin(1).await.hear(second());
    scene.begin(2).await.hear(second());
    assert_eq!(scene.of().staged(dialog_id(1)).await.unwrap().len(), 1);
    scene.engine.stop_voice().await.unwrap();
    assert_eq!(scene.of().staged(dialog_id(2)).await.unwrap().len(), 1);
    assert!(matches!(
        scene.engine.stop_voice().await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn what_is_thrown_away_or_too_short_leaves_nothing() {
    let scene = Scene::new().await;
    scene.begin(1).await.hear(second());
    scene.engine.cancel_voice().await.unwrap();
    scene.engine.cancel_voice().await.unwrap();
    scene.begin(1).await.hear(vec![0.1; 4_800]);
    assert!(matches!(
        scene.engine.stop_voice().await,
        Err(Error::TooShort)
    ));
    assert_eq!(scene.of().staged(dialog_id(1)).await.unwrap(), []);
    assert_eq!(scene.files(), 0);
    assert!(!scene.microphone.is_open());
    // One that was too short does not stand in the way of the next.
    scene.begin(1).await.hear(vec![0.1; 4_800]);
    scene.begin(2).await.hear(second());
    scene.engine.stop_voice().await.unwrap();
}

#[tokio::test]
async fn nobody_is_heard_for_a_dialog_that_is_not_there() {
    let scene = Scene::new().await;
    let started = scene.engine.start_voice(&scene.account, dialog_id(9)).await;
    assert!(matches!(started, Err(Error::NotFound)));
    assert!(!scene.microphone.is_open());
}

#[tokio::test]
async fn a_program_that_ends_keeps_what_is_being_said() {
    let mut scene = Scene::new().await;
    scene.begin(1).await.hear(second());
    scene.restart().await;
    let staged = scene.of().staged(dialog_id(1)).await.unwrap();
    assert_eq!(staged.len(), 1);
    assert_eq!(staged[0].duration, Some(1_000));
    assert_eq!(scene.files(), 0);
}

#[tokio::test]
async fn what_a_crash_left_is_found_with_the_draft() {
    let mut scene = Scene::new().await;
    scene.begin(1).await.hear([second(), second()].concat());
    scene.engine.stop_voice().await.unwrap();
    let of = scene.of();
    let staged = of.staged(dialog_id(1)).await.unwrap();
    let whole = heard(&of, &staged[0]).await;
    of.unstage(vec![staged[0].id]).await.unwrap();
    // As it was when the power went: without its last bytes.
    let folder = of.recordings();
    let left = folder.join(file_name(dialog_id(2), UnixMillis::from_seconds(5), 9));
    std::fs::write(&left, &whole[..whole.len() - 10]).unwrap();
    // What makes no sense.
    std::fs::write(folder.join("notes.txt"), b"hello").unwrap();
    // A dialog that is gone.
    let lost = folder.join(file_name(dialog_id(9), UnixMillis::from_seconds(5), 9));
    std::fs::write(&lost, &whole).unwrap();
    std::fs::write(
        folder.join(file_name(dialog_id(1), UnixMillis::from_seconds(5), 9)),
        b"OggS",
    )
    .unwrap();
    drop(of);
    scene.restart().await;
    let of = scene.of();
    assert_eq!(of.staged(dialog_id(1)).await.unwrap(), []);
    let staged = of.staged(dialog_id(2)).await.unwrap();
    assert_eq!(staged.len(), 1);
    assert_eq!(staged[0].kind, AttachmentKind::Voice);
    // Two whole pages, less what a decoder drops at the beginning.
    assert_eq!(staged[0].duration, Some(1_993));
    assert_eq!(scene.files(), 0);
}

#[tokio::test]
async fn an_engine_without_a_microphone_says_so() {
    let dir = TempDir::new().unwrap();
    let mut plain = config(&dir);
    plain.microphone = Arc::new(NoMicrophone);
    let engine = with_keys_of(plain).await;
    assert_eq!(
        engine.check_microphone().await,
        Err(MicrophoneError::Missing)
    );
    let scene = Scene::new().await;
    assert_eq!(scene.engine.check_microphone().await, Ok(()));
}
