use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::super::loudness::LOUDEST;
use super::super::testing::{Puppet, decode, frequency, rms, tone};
use super::super::{Capture, Ear, Microphone, MicrophoneError, NoMicrophone};
use super::{EndReason, Error, Limits, News, Recorded, Recording, duration_of};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

struct Scene {
    folder: tempfile::TempDir,
    microphone: Arc<Puppet>,
    recording: Recording,
    ear: Ear,
    news: UnboundedReceiver<News>,
}

impl Scene {
    async fn begin(rate: u32, channels: u16, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (microphone, ears) = Puppet::new(rate, channels);
        let (tell, news) = unbounded_channel();
        let path = folder.path().join("voice.ogg");
        let tell = move |each| {
            tell.send(each).ok();
        };
        let recording = Recording::start(Arc::clone(&microphone) as _, path, 1, limits, tell)
            .await
            .unwrap();
        let ear = ears.recv().unwrap();
        Self {
            folder,
            microphone,
            recording,
            ear,
            news,
        }
    }

    /// Says something, in pieces as a sound card hands them over.
    fn say(&self, sound: &[f32]) {
        for piece in sound.chunks(512) {
            self.ear.hear(piece.to_vec());
        }
    }

    async fn ended(&mut self) -> EndReason {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.news.recv()).await;
            match next.unwrap().unwrap() {
                News::Ended(reason) => return reason,
                News::Level { .. } => {}
            }
        }
    }
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn sound_of(recorded: &Recorded) -> Vec<f32> {
    let decoded = decode(&std::fs::read(&recorded.path).unwrap());
    let samples = decoded.sound.len() as u64;
    assert_eq!(recorded.duration, duration_of(samples));
    decoded.sound
}

fn stereo(sound: &[f32]) -> Vec<f32> {
    sound.iter().flat_map(|&sample| [sample; 2]).collect()
}

#[tokio::test]
async fn what_a_microphone_hears_is_in_the_file() {
    let mut scene = Scene::begin(44_100, 2, Limits::default()).await;
    assert!(scene.microphone.is_open());
    let mut sound = tone(440.0, 44_100, 0.4, 88_200);
    sound.extend(vec![0.0; 44_100]);
    scene.say(&stereo(&sound));
    let recorded = scene.recording.stop().await.unwrap();
    assert!(!scene.microphone.is_open());
    assert_eq!(recorded.duration, Duration::from_secs(3));
    assert_eq!(recorded.waveform.len(), 60);
    assert!(recorded.waveform[1..39].iter().all(|&bar| bar == LOUDEST));
    assert!(recorded.waveform[41..].iter().all(|&bar| bar == 0));
    let heard = sound_of(&recorded);
    let (tone, silence) = heard.split_at(96_000);
    assert!((frequency(&tone[9_600..86_400], 48_000) - 440.0).abs() < 2.0);
    let loud = rms(&tone[9_600..86_400]);
    assert!((loud - 0.283).abs() < 0.02, "{loud}");
    assert!(rms(&silence[4_800..]) < 0.01);
    let mut levels = Vec::new();
    while let Some(News::Level { level, elapsed }) = scene.news.recv().await {
        levels.push((level, elapsed));
    }
    // Twenty a second; what the filter holds back comes too late to be told.
    assert!((58..=60).contains(&levels.len()), "{}", levels.len());
    assert_eq!(levels[20], (LOUDEST, Duration::from_millis(1_050)));
    assert_eq!(levels[50], (0, Duration::from_millis(2_550)));
}

#[tokio::test]
async fn a_recording_as_long_as_may_be_ends_and_is_kept() {
    let limits = Limits {
        longest: Duration::from_secs(2),
        ..Limits::default()
    };
    let mut scene = Scene::begin(48_000, 1, limits).await;
    scene.say(&tone(440.0, 48_000, 0.4, 120_000));
    assert_eq!(scene.ended().await, EndReason::Limit);
    assert!(!scene.microphone.is_open());
    let recorded = scene.recording.stop().await.unwrap();
    assert_eq!(recorded.duration, limits.longest);
    assert_eq!(sound_of(&recorded).len(), 96_000);
}

#[tokio::test]
async fn what_was_said_before_the_microphone_was_lost_is_kept() {
    let mut scene = Scene::begin(48_000, 1, Limits::default()).await;
    scene.say(&tone(440.0, 48_000, 0.4, 60_000));
    scene.ear.lose();
    assert_eq!(scene.ended().await, EndReason::MicrophoneLost);
    let recorded = scene.recording.stop().await.unwrap();
    assert_eq!(sound_of(&recorded).len(), 60_000);
}

/// Lets nobody close it, as the driver of a sound server that is gone.
#[derive(Debug)]
struct Stuck(Arc<Puppet>, Arc<std::sync::Barrier>);

struct Hook(Arc<std::sync::Barrier>);

impl Drop for Hook {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Microphone for Stuck {
    fn check(&self) -> Result<(), MicrophoneError> {
        self.0.check()
    }

    fn open(&self, ear: Ear) -> Result<Capture, MicrophoneError> {
        let capture = self.0.open(ear)?;
        Ok(Capture {
            stream: Box::new((capture.stream, Hook(Arc::clone(&self.1)))),
            ..capture
        })
    }
}

#[tokio::test]
async fn a_driver_that_never_lets_go_costs_nothing_of_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let (puppet, ears) = Puppet::new(48_000, 1);
    let hook = Arc::new(std::sync::Barrier::new(2));
    let microphone = Arc::new(Stuck(puppet, Arc::clone(&hook)));
    let path = folder.path().join("voice.ogg");
    let recording = Recording::start(microphone, path, 1, Limits::default(), |_| {})
        .await
        .unwrap();
    let ear = ears.recv().unwrap();
    ear.hear(tone(440.0, 48_000, 0.4, 48_000));
    ear.lose();
    let recorded = tokio::time::timeout(PATIENCE, recording.stop()).await;
    assert_eq!(recorded.unwrap().unwrap().duration, Duration::from_secs(1));
    hook.wait();
}

#[tokio::test]
async fn a_microphone_that_says_nothing_at_all_is_lost() {
    let limits = Limits {
        quiet: Duration::from_millis(100),
        ..Limits::default()
    };
    let mut scene = Scene::begin(48_000, 1, limits).await;
    scene.say(&tone(440.0, 48_000, 0.4, 48_000));
    assert_eq!(scene.ended().await, EndReason::MicrophoneLost);
    let recorded = scene.recording.stop().await.unwrap();
    assert_eq!(recorded.duration, Duration::from_secs(1));
}

#[tokio::test]
async fn a_cancelled_recording_leaves_nothing() {
    let scene = Scene::begin(48_000, 1, Limits::default()).await;
    scene.say(&tone(440.0, 48_000, 0.4, 60_000));
    assert_eq!(files(scene.folder.path()), 1);
    scene.recording.cancel().await.unwrap();
    assert_eq!(files(scene.folder.path()), 0);
    assert!(!scene.microphone.is_open());

    let mut scene = Scene::begin(48_000, 1, Limits::default()).await;
    scene.say(&tone(440.0, 48_000, 0.4, 60_000));
    scene.ear.lose();
    scene.ended().await;
    scene.recording.cancel().await.unwrap();
    assert_eq!(files(scene.folder.path()), 0);
}

#[tokio::test]
async fn a_slip_of_the_finger_is_no_message() {
    let scene = Scene::begin(48_000, 1, Limits::default()).await;
    scene.say(&tone(440.0, 48_000, 0.4, 23_999));
    let stopped = scene.recording.stop().await;
    assert!(matches!(stopped, Err(Error::TooShort)), "{stopped:?}");
    assert_eq!(files(scene.folder.path()), 0);
}

#[tokio::test]
async fn a_recording_that_nobody_ends_is_whole_on_disk() {
    let Scene {
        folder,
        recording,
        ear,
        mut news,
        ..
    } = Scene::begin(48_000, 1, Limits::default()).await;
    ear.hear(tone(440.0, 48_000, 0.4, 60_000));
    drop(recording);
    // The channel closes when the thread is done.
    while news.recv().await.is_some() {}
    let decoded = decode(&std::fs::read(folder.path().join("voice.ogg")).unwrap());
    assert!(decoded.ended);
    assert_eq!(decoded.sound.len(), 60_000);
}

#[derive(Debug)]
struct Refusing(MicrophoneError);

impl Microphone for Refusing {
    fn check(&self) -> Result<(), MicrophoneError> {
        Err(self.0)
    }

    fn open(&self, _ear: Ear) -> Result<Capture, MicrophoneError> {
        Err(self.0)
    }
}

#[tokio::test]
async fn a_microphone_that_cannot_be_used_says_why_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("voice.ogg");
    let start = |microphone: Arc<dyn Microphone>| {
        Recording::start(microphone, path.clone(), 1, Limits::default(), drop)
    };
    for reason in [
        MicrophoneError::NotAllowed,
        MicrophoneError::Busy,
        MicrophoneError::Failed,
    ] {
        let refused = start(Arc::new(Refusing(reason))).await;
        assert!(
            matches!(refused, Err(Error::Microphone(said)) if said == reason),
            "{refused:?}"
        );
    }
    let missing = start(Arc::new(NoMicrophone)).await;
    assert!(matches!(
        missing,
        Err(Error::Microphone(MicrophoneError::Missing))
    ));
    // A format that no sound card has.
    let nonsense = start(Puppet::new(0, 1).0).await;
    assert!(matches!(
        nonsense,
        Err(Error::Microphone(MicrophoneError::Failed))
    ));
    assert_eq!(files(folder.path()), 0);
}

#[tokio::test]
async fn without_a_folder_nothing_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("voice.ogg");
    let (microphone, _ears) = Puppet::new(48_000, 1);
    let started = Recording::start(
        Arc::clone(&microphone) as _,
        path,
        1,
        Limits::default(),
        drop,
    )
    .await;
    assert!(matches!(started, Err(Error::Io(_))), "{started:?}");
    assert!(!microphone.is_open());
}

#[tokio::test]
async fn a_disk_that_stands_still_costs_sound_and_not_memory() {
    let scene = Scene::begin(48_000, 1, Limits::default()).await;
    // Eleven seconds at once, as if nobody had taken any of it meanwhile.
    scene.ear.hear(vec![0.1; 960_001]);
    scene.say(&tone(440.0, 48_000, 0.4, 48_000));
    let recorded = scene.recording.stop().await.unwrap();
    assert_eq!(recorded.duration, Duration::from_secs(1));
}
