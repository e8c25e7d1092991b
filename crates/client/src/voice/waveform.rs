//! The picture of a recording: a few bars, whatever its length.

use super::loudness::{Power, QUIET_ROOM, bar};

/// Bars of a waveform at most: as many as fit into a bubble.
pub const MOST_BARS: usize = 64;

/// Samples of the finest stretch: 50 ms at 48 kHz. Shorter ones would show single waves of a deep
/// voice.
const FINEST: u32 = 2400;

/// Gathers a waveform while the sound passes. Nobody knows yet how long it will be, so stretches
/// are joined in pairs whenever there are too many of them: memory stays the same.
#[derive(Debug)]
pub(super) struct Waveform {
    stretches: Vec<Power>,
    /// Samples of one stretch.
    length: u32,
    current: Power,
}

impl Waveform {
    pub(super) fn new() -> Self {
        Self {
            stretches: Vec::with_capacity(2 * MOST_BARS),
            length: FINEST,
            current: Power::default(),
        }
    }

    /// Adds sound at 48 kHz.
    pub(super) fn add(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = self.length.saturating_sub(self.current.samples());
            let (now, later) = samples.split_at(
                samples
                    .len()
                    .min(usize::try_from(room).unwrap_or(usize::MAX)),
            );
            self.current.add(now);
            samples = later;
            if self.current.samples() >= self.length {
                self.stretches.push(std::mem::take(&mut self.current));
                if self.stretches.len() >= 2 * MOST_BARS {
                    self.halve();
                }
            }
        }
    }

    fn halve(&mut self) {
        self.stretches = self
            .stretches
            .chunks(2)
            .map(|pair| {
                let mut joined = Power::default();
                for &stretch in pair {
                    joined.join(stretch);
                }
                joined
            })
            .collect();
        self.length = self.length.saturating_mul(2);
    }

    /// The bars, from 0 to [`LOUDEST`](super::LOUDEST). The loudest stretch fills the scale, so
    /// that a quiet voice has a shape, too.
    pub(super) fn bars(mut self) -> Vec<u8> {
        // A rest shorter than half a stretch says little and would look like a dip at the end.
        if self.current.samples() * 2 >= self.length || self.stretches.is_empty() {
            self.stretches.push(self.current);
        }
        let count = self.stretches.len();
        let bars = count.min(MOST_BARS);
        let mut joined = vec![Power::default(); bars];
        for (place, &stretch) in self.stretches.iter().enumerate() {
            if let Some(bar) = joined.get_mut(place * bars / count) {
                bar.join(stretch);
            }
        }
        let tallest = joined
            .iter()
            .map(|power| power.rms())
            .fold(2.0 * QUIET_ROOM, f32::max);
        joined
            .iter()
            .map(|power| bar(power.rms(), tallest))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::loudness::LOUDEST;
    use super::super::testing::tone;
    use super::{FINEST, MOST_BARS, Waveform};

    fn bars(sound: &[f32]) -> Vec<u8> {
        let mut waveform = Waveform::new();
        // Pieces of an odd length: a microphone knows nothing of stretches.
        for piece in sound.chunks(997) {
            waveform.add(piece);
        }
        waveform.bars()
    }

    #[test]
    fn a_short_sound_has_a_bar_for_each_stretch() {
        assert_eq!(
            bars(&tone(440.0, 48_000, 0.5, FINEST as usize * 7)),
            [LOUDEST; 7]
        );
        assert_eq!(bars(&tone(440.0, 48_000, 0.5, 100)), [LOUDEST]);
        assert_eq!(bars(&[]), [0]);
    }

    #[test]
    fn a_long_sound_never_has_more_bars_than_fit() {
        for seconds in [4, 31, 300] {
            let bars = bars(&tone(440.0, 48_000, 0.5, 48_000 * seconds));
            assert_eq!(bars.len(), MOST_BARS, "{seconds} s");
            assert!(bars.iter().all(|&bar| bar == LOUDEST), "{bars:?}");
        }
    }

    #[test]
    fn a_waveform_shows_where_it_was_loud_and_where_silent() {
        let mut sound = tone(300.0, 48_000, 0.4, 48_000 * 2);
        sound.extend(tone(300.0, 48_000, 0.1, 48_000 * 2));
        sound.extend(vec![0.0; 48_000 * 4]);
        let bars = bars(&sound);
        assert_eq!(bars.len(), MOST_BARS);
        assert!(bars[1..15].iter().all(|&bar| bar == LOUDEST), "{bars:?}");
        // A quarter of the pressure: 0.25 to the power of 0.6 is 0.44.
        assert!(bars[17..31].iter().all(|&bar| bar == 13), "{bars:?}");
        assert!(bars[33..].iter().all(|&bar| bar == 0), "{bars:?}");
    }

    #[test]
    fn the_hiss_of_a_quiet_room_is_no_speech() {
        assert_eq!(bars(&tone(3000.0, 48_000, 0.003, 48_000)), [0; 20]);
    }

    #[test]
    fn a_quiet_voice_has_a_shape() {
        let mut sound = tone(300.0, 48_000, 0.04, 48_000);
        sound.extend(vec![0.0; 48_000]);
        let bars = bars(&sound);
        assert_eq!((bars[5], bars[30]), (LOUDEST, 0));
    }
}
