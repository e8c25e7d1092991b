//! From a microphone's rate and channels to what Opus takes: one channel at 48 kHz.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use super::opus_file::RATE;

/// Frames worked on at a time, at the microphone's rate: about 20 ms.
const CHUNK: usize = 1024;

/// Rates that can be worked with, Hz. Beyond them a device says nonsense.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;

/// The microphone's rate or its channels make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the microphone's format cannot be used")]
pub(super) struct UnusableFormat;

/// Makes one channel at 48 kHz of what it is given.
pub(super) struct Resampler {
    channels: usize,
    /// `None` where the microphone is at 48 kHz already.
    filter: Option<Filter>,
}

struct Filter {
    fft: Fft<f32>,
    /// One channel at the microphone's rate, waiting for a whole chunk.
    waiting: Vec<f32>,
    made: Vec<f32>,
    /// Frames at 48 kHz that are the filter's own delay and not yet dropped.
    delay: usize,
    rate: u64,
    taken: u64,
    given: u64,
}

impl Resampler {
    pub(super) fn new(rate: u32, channels: u16) -> Result<Self, UnusableFormat> {
        if channels == 0 || !RATES.contains(&rate) {
            return Err(UnusableFormat);
        }
        let filter = (rate != RATE).then(|| Filter::new(rate)).transpose()?;
        Ok(Self {
            channels: usize::from(channels),
            filter,
        })
    }

    /// Takes interleaved samples and adds what can be made of them to `out`.
    pub(super) fn take(
        &mut self,
        samples: &[f32],
        out: &mut Vec<f32>,
    ) -> Result<(), UnusableFormat> {
        #[allow(clippy::cast_precision_loss, reason = "a number of channels is small")]
        let share = 1.0 / self.channels as f32;
        let mono = samples.chunks_exact(self.channels).map(|frame| {
            let sum: f32 = frame.iter().sum();
            // A broken driver may say anything; the encoder wants numbers.
            let mean = sum * share;
            if mean.is_finite() {
                mean.clamp(-1.0, 1.0)
            } else {
                0.0
            }
        });
        match &mut self.filter {
            None => {
                out.extend(mono);
                Ok(())
            }
            Some(filter) => {
                filter.waiting.extend(mono);
                filter.work(out)
            }
        }
    }

    /// Adds what is still inside. The whole is then as long as what was taken.
    pub(super) fn finish(mut self, out: &mut Vec<f32>) -> Result<(), UnusableFormat> {
        match &mut self.filter {
            None => Ok(()),
            Some(filter) => filter.finish(out),
        }
    }
}

impl Filter {
    fn new(rate: u32) -> Result<Self, UnusableFormat> {
        let from = usize::try_from(rate).map_err(|_| UnusableFormat)?;
        let to = usize::try_from(RATE).map_err(|_| UnusableFormat)?;
        let fft = Fft::new(from, to, CHUNK, 1, FixedSync::Both).map_err(|_| UnusableFormat)?;
        Ok(Self {
            delay: fft.output_delay(),
            made: vec![0.0; fft.output_frames_max()],
            waiting: Vec::new(),
            rate: u64::from(rate),
            taken: 0,
            given: 0,
            fft,
        })
    }

    /// Works off whole chunks.
    fn work(&mut self, out: &mut Vec<f32>) -> Result<(), UnusableFormat> {
        let mut from = 0;
        while self.waiting.len() - from >= self.fft.input_frames_next() {
            from += self.chunk(from, None, out)?;
        }
        self.waiting.drain(..from);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), UnusableFormat> {
        let rest = self.waiting.len();
        self.chunk(0, Some(rest), out)?;
        let whole = (self.taken * u64::from(RATE)).div_ceil(self.rate);
        while self.given < whole {
            self.chunk(0, Some(0), out)?;
        }
        let excess = usize::try_from(self.given - whole).unwrap_or(usize::MAX);
        out.truncate(out.len().saturating_sub(excess));
        Ok(())
    }

    /// Works off one chunk from a place of `waiting`; `partial` frames of it when it is not whole.
    fn chunk(
        &mut self,
        from: usize,
        partial: Option<usize>,
        out: &mut Vec<f32>,
    ) -> Result<usize, UnusableFormat> {
        let input = SequentialSlice::new(&self.waiting, 1, self.waiting.len())
            .map_err(|_| UnusableFormat)?;
        let room = self.made.len();
        let mut output =
            SequentialSlice::new_mut(&mut self.made, 1, room).map_err(|_| UnusableFormat)?;
        let mut place = Indexing::new().input_offset(from);
        place.partial_len = partial;
        let (read, written) = self
            .fft
            .process_into_buffer(&input, &mut output, Some(&place))
            .map_err(|_| UnusableFormat)?;
        let made = self.made.get(..written).ok_or(UnusableFormat)?;
        let skipped = self.delay.min(made.len());
        self.delay -= skipped;
        let (_, heard) = made.split_at(skipped);
        out.extend_from_slice(heard);
        self.given += heard.len() as u64;
        let read = partial.unwrap_or(read);
        self.taken += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{frequency, rms, tone};
    use super::{Resampler, UnusableFormat};

    fn resample(rate: u32, channels: u16, sound: &[f32]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate, channels).unwrap();
        let mut out = Vec::new();
        for piece in sound.chunks(usize::from(channels) * 441) {
            resampler.take(piece, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        out
    }

    #[test]
    fn a_tone_stays_what_it_is_at_any_rate() {
        for rate in [
            8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000,
        ] {
            let sound = tone(440.0, rate, 0.5, rate as usize * 2);
            let out = resample(rate, 1, &sound);
            assert_eq!(out.len(), 96_000, "{rate} Hz");
            let middle = &out[4_800..91_200];
            let heard = frequency(middle, 48_000);
            assert!((heard - 440.0).abs() < 1.0, "{rate} Hz: {heard}");
            assert!(
                (rms(middle) - rms(&sound)).abs() < 0.01,
                "{rate} Hz: {}",
                rms(middle)
            );
            // Nothing of the filter's delay is left: the tone begins where it began.
            assert!(
                rms(&out[480..960]) > 0.3,
                "{rate} Hz: {}",
                rms(&out[480..960])
            );
        }
    }

    #[test]
    fn channels_become_one() {
        let left = tone(440.0, 48_000, 0.5, 480);
        let stereo: Vec<f32> = left.iter().flat_map(|&sample| [sample, 0.0]).collect();
        let out = resample(48_000, 2, &stereo);
        assert_eq!(out.len(), 480);
        assert!((rms(&out) - rms(&left) / 2.0).abs() < 1e-4);
    }

    #[test]
    fn nonsense_of_a_driver_is_no_sound() {
        let out = resample(48_000, 1, &[f32::NAN, f32::INFINITY, 7.0, -7.0]);
        assert_eq!(out, [0.0, 0.0, 1.0, -1.0]);
        for (rate, channels) in [(0, 1), (48_000, 0), (u32::MAX, 1), (3_999, 2)] {
            assert_eq!(Resampler::new(rate, channels).err(), Some(UnusableFormat));
        }
    }

    #[test]
    fn a_sound_shorter_than_a_chunk_comes_out_whole() {
        assert_eq!(
            resample(44_100, 1, &tone(440.0, 44_100, 0.5, 441)).len(),
            480
        );
        assert_eq!(resample(44_100, 1, &[]), Vec::<f32>::new());
    }
}
