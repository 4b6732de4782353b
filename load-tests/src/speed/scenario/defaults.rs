//! What a scenario need not say.

use super::{Countries, Generator, Mix, Settle, SettleBy, Sizes, Step};

impl Default for Countries {
    fn default() -> Self {
        Self { count: 12, skew: 1.0 }
    }
}

impl Default for Sizes {
    /// Certificates with few attachments, most of them.
    fn default() -> Self {
        Self::Mix { sizes: vec![(4.0, 40.0), (16.0, 45.0), (64.0, 12.0), (256.0, 3.0)] }
    }
}

impl Default for Settle {
    fn default() -> Self {
        Self { by: SettleBy::Drain, seconds: 300.0, most: 10_000 }
    }
}

impl Default for Generator {
    fn default() -> Self {
        Self { threads: 1, sockets_per_country: 64, in_flight: 2000, timeout_seconds: 60.0 }
    }
}

pub(super) fn seed() -> u64 {
    1
}

pub(super) fn one() -> f64 {
    1.0
}

pub(super) fn yes() -> bool {
    true
}

/// A day, once a minute: what a real client does.
pub(super) fn track_most() -> u32 {
    1440
}

pub(super) fn one_country() -> usize {
    1
}

pub(super) fn deliveries() -> Mix {
    Mix::from([(Step::Deliver, 1.0)])
}

pub(super) fn cycles() -> Mix {
    Mix::from([(Step::Cycle, 1.0)])
}
