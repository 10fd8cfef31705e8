//! Chance that is the same in every run.

/// How likely something is, and the numbers that decide.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    of_one: f64,
    state: u64,
}

impl Chance {
    /// So likely, from 0 to 1, by the numbers of a seed.
    pub(super) fn new(of_one: f64, seed: u64) -> Self {
        Self {
            of_one,
            state: seed,
        }
    }

    /// How likely it is.
    pub(super) fn of_one(&self) -> f64 {
        self.of_one
    }

    /// Whether it happens this time.
    pub(super) fn draw(&mut self) -> bool {
        // The generator SplitMix64: a step, and a hash of where it leads.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let high = u32::try_from(mixed >> 32).unwrap_or(u32::MAX);
        f64::from(high) < self.of_one * (f64::from(u32::MAX) + 1.0)
    }
}
