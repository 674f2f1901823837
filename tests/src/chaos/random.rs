//! Numbers that look random and are the same every time.

/// A source of them (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    /// Whether it happens, `n` times of a hundred.
    pub(super) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// One of several.
    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let most = u64::try_from(all.len()).unwrap();
        &all[usize::try_from(self.below(most)).unwrap()]
    }
}
