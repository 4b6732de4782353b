//! A bucket that holds a minute's worth and fills evenly (the generic cell rate algorithm).

use std::time::Duration;

/// What was taken, as the moment at which the bucket will be full again. One number: there is
/// nothing to refill, and the limit may change at any time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Duration,
}

impl Bucket {
    /// Takes so many out of a bucket that fills with `per_minute`, or says how long to wait until
    /// they could be. More than a minute's worth at once is taken from a full bucket, which then
    /// takes as much longer to fill. A limit of 0 is none.
    pub(super) fn take(
        &mut self,
        now: Duration,
        per_minute: u64,
        many: u64,
    ) -> Result<(), Duration> {
        if per_minute == 0 {
            return Ok(());
        }
        let cost = u128::from(many) * MINUTE.as_nanos() / u128::from(per_minute);
        let cost = Duration::from_nanos(u64::try_from(cost).unwrap_or(u64::MAX));
        let full_at = self.full_at.max(now);
        let wait = (full_at - now).saturating_add(cost.min(MINUTE)).saturating_sub(MINUTE);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.full_at = full_at.saturating_add(cost);
        Ok(())
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is asked and whenever: in no stretch of time is more taken than a full bucket
        /// and what flows in meanwhile, and who waits as told gets what it asked for, not sooner.
        #[test]
        fn no_more_is_taken_than_flows_in(
            per_minute in 1_u64..10_000,
            asked in prop::collection::vec((0_u64..90_000, 1_u64..200), 1..200),
        ) {
            let (mut bucket, mut now) = (Bucket::default(), Duration::ZERO);
            let mut taken: Vec<(Duration, u64)> = Vec::new();
            for (pause, many) in asked {
                now += Duration::from_millis(pause);
                let many = many.min(per_minute);
                if let Err(wait) = bucket.take(now, per_minute, many) {
                    let early = now + wait - Duration::from_nanos(1);
                    prop_assert_eq!(bucket.take(early, per_minute, many), Err(Duration::from_nanos(1)));
                    now += wait;
                    prop_assert_eq!(bucket.take(now, per_minute, many), Ok(()));
                }
                taken.push((now, many));
            }
            for (index, (start, _)) in taken.iter().enumerate() {
                let mut sum = 0;
                for (end, many) in &taken[index..] {
                    sum += many;
                    let flown_in = (*end - *start).as_nanos() * u128::from(per_minute);
                    let most = u128::from(per_minute) + flown_in / MINUTE.as_nanos() + 1;
                    prop_assert!(u128::from(sum) <= most, "{sum} in {:?}", *end - *start);
                }
            }
        }
    }

    #[test]
    fn what_is_larger_than_the_bucket_passes_when_it_is_full_and_is_paid_for() {
        let (mut bucket, now) = (Bucket::default(), Duration::from_secs(9));
        assert_eq!(bucket.take(now, 100, 300), Ok(()));
        assert_eq!(bucket.take(now, 100, 100), Err(3 * MINUTE));
        assert_eq!(bucket.take(now + 3 * MINUTE, 100, 300), Ok(()));
        assert_eq!(bucket.take(now, 0, u64::MAX), Ok(()), "no limit");
    }
}
