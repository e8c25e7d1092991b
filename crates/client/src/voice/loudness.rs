//! How loud sound is to somebody who hears it, on the scale that bars are drawn with.

/// The tallest bar; the smallest is 0.
pub const LOUDEST: u8 = 31;

/// Loudness grows with the sound pressure to this power (Stevens' law).
const STEVENS: f32 = 0.6;

/// Root mean square of a voice close to the microphone, -12 dB below full scale: the live level's
/// tallest bar.
pub(super) const NEAR_VOICE: f32 = 0.25;

/// Root mean square of a quiet room, -50 dB: what is not louder is drawn as silence, however
/// quiet the rest of the recording is.
pub(super) const QUIET_ROOM: f32 = 0.003;

/// Mean power of a stretch of sound, gathered sample by sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Power {
    sum: f64,
    samples: u32,
}

impl Power {
    /// Adds sound.
    pub(super) fn add(&mut self, samples: &[f32]) {
        self.sum += samples
            .iter()
            .map(|&sample| f64::from(sample) * f64::from(sample))
            .sum::<f64>();
        self.samples = self
            .samples
            .saturating_add(u32::try_from(samples.len()).unwrap_or(u32::MAX));
    }

    /// Adds another stretch.
    pub(super) fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.samples = self.samples.saturating_add(other.samples);
    }

    /// How many samples were added.
    pub(super) fn samples(self) -> u32 {
        self.samples
    }

    /// Root mean square, 0 to 1.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a root mean square needs no more digits than a sample"
    )]
    pub(super) fn rms(self) -> f32 {
        if self.samples == 0 {
            return 0.0;
        }
        (self.sum / f64::from(self.samples)).sqrt() as f32
    }
}

/// The bar of a root mean square where `tallest` fills the scale.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the scale before"
)]
pub(super) fn bar(rms: f32, tallest: f32) -> u8 {
    if rms <= QUIET_ROOM || !rms.is_finite() || tallest <= 0.0 {
        return 0;
    }
    let loudness = (rms / tallest).clamp(0.0, 1.0).powf(STEVENS);
    (loudness * f32::from(LOUDEST)).round() as u8
}

#[cfg(test)]
mod tests {
    use super::{LOUDEST, NEAR_VOICE, Power, bar};

    #[test]
    fn silence_is_flat_and_a_near_voice_fills_the_scale() {
        assert_eq!(bar(0.0, NEAR_VOICE), 0);
        assert_eq!(bar(0.002, NEAR_VOICE), 0);
        assert_eq!(bar(NEAR_VOICE, NEAR_VOICE), LOUDEST);
        assert_eq!(bar(1.0, NEAR_VOICE), LOUDEST);
        assert_eq!(bar(f32::NAN, NEAR_VOICE), 0);
        assert_eq!(bar(0.5, 0.0), 0);
    }

    #[test]
    fn half_the_pressure_is_two_thirds_of_the_loudness() {
        // 0.5 to the power of 0.6 is 0.66.
        assert_eq!(bar(NEAR_VOICE / 2.0, NEAR_VOICE), 20);
    }

    #[test]
    fn power_is_the_mean_of_all_that_was_added() {
        let mut power = Power::default();
        assert!(power.rms().abs() < f32::EPSILON);
        power.add(&[0.5, -0.5]);
        let mut louder = Power::default();
        louder.add(&[1.0, -1.0]);
        power.join(louder);
        assert_eq!(power.samples(), 4);
        // The root of the mean of 0.25, 0.25, 1 and 1.
        assert!((power.rms() - 0.790_569).abs() < 1e-5, "{}", power.rms());
    }
}
