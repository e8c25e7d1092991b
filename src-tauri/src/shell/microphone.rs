//! The computer's microphone, through the system's own sound interface.

use cpal::{
    ErrorKind, FromSample, Sample as _, SampleFormat, SizedSample, StreamConfig,
    traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _},
};
use cubist_client::voice::{Capture, Ear, Microphone, MicrophoneError};

/// The microphone that the person chose in their system's settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemMicrophone;

impl Microphone for SystemMicrophone {
    fn check(&self) -> Result<(), MicrophoneError> {
        let config = device()?.default_input_config().map_err(reason)?;
        tracing::debug!(?config, "there is a microphone");
        Ok(())
    }

    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "formats that no sound card hands out, and those of later versions"
    )]
    fn open(&self, ear: Ear) -> Result<Capture, MicrophoneError> {
        let device = device()?;
        let config = device.default_input_config().map_err(reason)?;
        let format = config.sample_format();
        let config: StreamConfig = config.into();
        let (rate, channels) = (config.sample_rate, config.channels);
        let stream = match format {
            SampleFormat::I8 => listen::<i8>(&device, config, ear),
            SampleFormat::I16 => listen::<i16>(&device, config, ear),
            SampleFormat::I24 => listen::<cpal::I24>(&device, config, ear),
            SampleFormat::I32 => listen::<i32>(&device, config, ear),
            SampleFormat::U8 => listen::<u8>(&device, config, ear),
            SampleFormat::U16 => listen::<u16>(&device, config, ear),
            SampleFormat::U32 => listen::<u32>(&device, config, ear),
            SampleFormat::F32 => listen::<f32>(&device, config, ear),
            SampleFormat::F64 => listen::<f64>(&device, config, ear),
            unknown => {
                tracing::warn!(%unknown, "the microphone's format is not known");
                Err(MicrophoneError::Failed)
            }
        }?;
        stream.play().map_err(reason)?;
        Ok(Capture {
            rate,
            channels,
            stream: Box::new(stream),
        })
    }
}

fn device() -> Result<cpal::Device, MicrophoneError> {
    cpal::default_host()
        .default_input_device()
        .ok_or(MicrophoneError::Missing)
}

fn listen<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    ear: Ear,
) -> Result<cpal::Stream, MicrophoneError>
where
    f32: FromSample<T>,
{
    let failing = ear.clone();
    device
        .build_input_stream(
            config,
            move |samples: &[T], _| {
                ear.hear(
                    samples
                        .iter()
                        .map(|&sample| f32::from_sample(sample))
                        .collect(),
                );
            },
            move |error| {
                if is_passing(error.kind()) {
                    tracing::debug!(%error, "a hiccup of the microphone");
                } else {
                    tracing::warn!(%error, "the microphone is gone");
                    failing.lose();
                }
            },
            None,
        )
        .map_err(reason)
}

/// Whether sound goes on to flow.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged
    )
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is handed to `map_err`, which gives it away"
)]
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the person can do nothing about the others, whatever they are called"
)]
fn reason(error: cpal::Error) -> MicrophoneError {
    tracing::debug!(%error, kind = ?error.kind(), "no microphone");
    match error.kind() {
        // The last: what the system calls its default is there, but has only loudspeakers.
        ErrorKind::DeviceNotAvailable
        | ErrorKind::HostUnavailable
        | ErrorKind::UnsupportedOperation => MicrophoneError::Missing,
        ErrorKind::PermissionDenied => MicrophoneError::NotAllowed,
        ErrorKind::DeviceBusy => MicrophoneError::Busy,
        _ => MicrophoneError::Failed,
    }
}

#[cfg(test)]
mod tests {
    use cpal::ErrorKind;
    use cubist_client::voice::MicrophoneError;

    use super::{is_passing, reason};

    #[test]
    fn a_reason_says_what_the_person_can_do() {
        for (kind, said) in [
            (ErrorKind::DeviceNotAvailable, MicrophoneError::Missing),
            (ErrorKind::HostUnavailable, MicrophoneError::Missing),
            (ErrorKind::UnsupportedOperation, MicrophoneError::Missing),
            (ErrorKind::PermissionDenied, MicrophoneError::NotAllowed),
            (ErrorKind::DeviceBusy, MicrophoneError::Busy),
            (ErrorKind::BackendError, MicrophoneError::Failed),
        ] {
            assert_eq!(reason(kind.into()), said);
        }
    }

    #[test]
    fn a_hiccup_does_not_end_a_recording() {
        assert!(is_passing(ErrorKind::Xrun));
        assert!(is_passing(ErrorKind::DeviceChanged));
        assert!(!is_passing(ErrorKind::DeviceNotAvailable));
        assert!(!is_passing(ErrorKind::StreamInvalidated));
        assert!(!is_passing(ErrorKind::BackendError));
    }
}
