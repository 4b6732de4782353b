//! What an operator decides about bringing envelopes.

use std::time::Duration;

use super::Backoff;

/// Settings of the push, the same for every partner.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PushConfig {
    /// After a reply without fault, the same envelope is not brought again before this has
    /// passed without an acknowledgement.
    pub ack_wait: Duration,
    /// Waits between the tries of one envelope.
    pub retry: Backoff,
    /// Calls to one partner at once.
    pub concurrency: usize,
    /// Calls to one partner in a second.
    pub rate_per_second: u64,
    /// Failures in a row after which a partner is held to be away.
    pub breaker_failures: u32,
    /// Waits between the probes of a partner that is away.
    pub breaker: Backoff,
    /// A call ends after this, and a second more for each 64 KiB of content.
    pub call_time: Duration,
    /// When the hub stops, calls in flight may take this long to end.
    pub stop_grace: Duration,
    /// What the jitter of waits is drawn from, so that a simulation can be repeated; nothing
    /// draws it so that nobody can guess it.
    pub jitter_seed: Option<u64>,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self {
            ack_wait: Duration::from_secs(86_400),
            retry: Backoff { first: Duration::from_secs(30), most: Duration::from_secs(3600) },
            // Few: the systems that are called were built for a handful of certificates a minute.
            concurrency: 4,
            rate_per_second: 50,
            breaker_failures: 5,
            breaker: Backoff { first: Duration::from_secs(30), most: Duration::from_secs(600) },
            // What real clients give the hub.
            call_time: Duration::from_secs(60),
            stop_grace: Duration::from_secs(5),
            jitter_seed: None,
        }
    }
}

impl PushConfig {
    /// The same for another hub, which stands for many systems, and is as quick as this one.
    pub(super) fn for_hub(&self) -> Self {
        let sooner = |backoff: Backoff| {
            let (first, most) = (backoff.first.min(HUB_FIRST), backoff.most.min(HUB_MOST));
            Backoff { first, most }
        };
        Self {
            concurrency: self.concurrency.max(HUB_CONCURRENCY),
            rate_per_second: self.rate_per_second.max(HUB_RATE),
            retry: sooner(self.retry),
            breaker: sooner(self.breaker),
            ..self.clone()
        }
    }

    /// How long a call with so much content may take.
    pub(super) fn call_time(&self, content_bytes: u64) -> Duration {
        self.call_time + Duration::from_secs(content_bytes / SLOWEST_BYTES_PER_SECOND)
    }
}

/// Half of the streams that a hub takes on a connection.
const HUB_CONCURRENCY: usize = 32;
/// Above what one line was measured to carry.
const HUB_RATE: u64 = 10_000;
/// A hub that is started anew is back within seconds.
const HUB_FIRST: Duration = Duration::from_secs(1);
/// Mail of a whole side waits for it.
const HUB_MOST: Duration = Duration::from_secs(60);
/// A line of half a megabit: whoever is slower than that times out.
const SLOWEST_BYTES_PER_SECOND: u64 = 64 << 10;
