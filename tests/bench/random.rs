//! Random numbers that are the same in every run and on every machine.

/// `SplitMix64`: small, fast, and good enough to shape a sample; nothing here is secret.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence that belongs to `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // 32 bits are exact in a double, and more than any table here distinguishes.
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap();
        // The bias is one part in 2^64 / limit.
        usize::try_from(self.next() % limit).unwrap()
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

/// Picks numbers from 0 so that number `n` is as frequent as `1 / (n + 1)` (Zipf's law): so words
/// are used, and so people spread over their chats.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    /// Sum of the weights up to and including each number.
    sums: Vec<f64>,
}

impl Zipf {
    /// For the numbers below `count`.
    pub(crate) fn new(count: u32) -> Self {
        let mut sum = 0.0;
        let sums = (1..=count)
            .map(|rank| {
                sum += 1.0 / f64::from(rank);
                sum
            })
            .collect();
        Self { sums }
    }

    /// One of the numbers.
    pub(crate) fn pick(&self, random: &mut Random) -> usize {
        let total = self.sums.last().copied().unwrap_or_default();
        let point = random.fraction() * total;
        let last = self.sums.len().saturating_sub(1);
        self.sums.partition_point(|sum| *sum <= point).min(last)
    }
}
