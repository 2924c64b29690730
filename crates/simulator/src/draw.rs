//! Chance that repeats: SplitMix64, seeded by what the draw is about.

use sha2::{Digest, Sha256};

pub(crate) struct Draw(u64);

impl Draw {
    /// The sequence that belongs to this seed and subject, on every machine the same.
    pub(crate) fn about(seed: u64, subject: &str) -> Draw {
        let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(subject).finalize();
        Draw(digest.iter().take(8).fold(0, |state, byte| state << 8 | u64::from(*byte)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// From 0 up to, but not 1.
    pub(crate) fn share(&mut self) -> f64 {
        const STEPS: u64 = 1 << 32;
        (self.next() % STEPS) as f64 / (STEPS as f64)
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }
}
