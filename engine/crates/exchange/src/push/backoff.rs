//! How long to wait before the next try: exponential, capped, with jitter.

use std::time::Duration;

/// Waiting times that double from a first one up to a greatest one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a first and a greatest waiting time")]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// Never longer than this.
    pub most: Duration,
}

impl Backoff {
    /// The wait after so many failures in a row (at least one), with jitter: between half of the
    /// full time and all of it, as `random` says. So a thousand envelopes that failed together do
    /// not come back together.
    #[must_use]
    pub fn after(&self, failures: u32, random: u64) -> Duration {
        let doublings = failures.saturating_sub(1).min(DOUBLINGS_MAX);
        let full = self.first.saturating_mul(1 << doublings).min(self.most);
        let half = u64::try_from(full.as_millis() / 2).unwrap_or(u64::MAX);
        let jitter = if half == 0 { 0 } else { random % (half + 1) };
        full.saturating_sub(Duration::from_millis(jitter))
    }
}

/// A second doubled twenty times is twelve days, above every cap.
const DOUBLINGS_MAX: u32 = 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_lies_between_half_and_all_of_its_full_time(
            failures in 1_u32..100, random: u64, first in 1_u64..100_000, factor in 1_u64..1000,
        ) {
            let backoff = Backoff {
                first: Duration::from_millis(first), most: Duration::from_millis(first * factor),
            };
            let wait = backoff.after(failures, random);
            let full = Duration::from_millis(first)
                .saturating_mul(1 << failures.saturating_sub(1).min(20))
                .min(backoff.most);
            prop_assert!(wait <= full && wait * 2 + Duration::from_millis(1) >= full);
        }
    }
}
