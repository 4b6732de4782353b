//! `[delivery]`: how envelopes and state changes are brought to partners that have an endpoint.

use std::path::PathBuf;
use std::time::Duration;

use phytohub_exchange::Policy;
use phytohub_exchange::push::{Backoff, PushConfig};
use serde::{Deserialize, Serialize};

/// `[delivery]`; the fields are those of [`PushConfig`], whose documentation holds for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeliveryConfig {
    /// PEM file: the certificate that partners are shown, then its chain.
    pub certificate: PathBuf,
    /// PEM file: its private key.
    pub key: PathBuf,
    /// See [`Policy::replay_window`].
    pub replay_window_seconds: u64,
    /// See [`PushConfig::ack_wait`].
    pub ack_wait_seconds: u64,
    /// See [`PushConfig::retry`].
    pub retry_first_seconds: u64,
    /// See [`PushConfig::retry`].
    pub retry_most_seconds: u64,
    /// See [`PushConfig::concurrency`].
    pub calls_at_once: u64,
    /// See [`PushConfig::rate_per_second`].
    pub calls_per_second: u64,
    /// See [`PushConfig::call_time`].
    pub call_seconds: u64,
    /// See [`PushConfig::breaker_failures`].
    pub away_after_failures: u64,
    /// See [`PushConfig::breaker`].
    pub probe_first_seconds: u64,
    /// See [`PushConfig::breaker`].
    pub probe_most_seconds: u64,
}

impl Default for DeliveryConfig {
    fn default() -> Self {
        let push = PushConfig::default();
        Self {
            certificate: PathBuf::from("pki/push.pem"),
            key: PathBuf::from("pki/push.key"),
            replay_window_seconds: Policy::default().replay_window.as_secs(),
            ack_wait_seconds: push.ack_wait.as_secs(),
            retry_first_seconds: push.retry.first.as_secs(),
            retry_most_seconds: push.retry.most.as_secs(),
            calls_at_once: push.concurrency as u64,
            calls_per_second: push.rate_per_second,
            call_seconds: push.call_time.as_secs(),
            away_after_failures: push.breaker_failures.into(),
            probe_first_seconds: push.breaker.first.as_secs(),
            probe_most_seconds: push.breaker.most.as_secs(),
        }
    }
}

impl DeliveryConfig {
    /// As the exchange takes it.
    #[must_use]
    pub fn to_push(&self) -> PushConfig {
        let seconds = |first, most| Backoff {
            first: Duration::from_secs(first),
            most: Duration::from_secs(most),
        };
        let mut push = PushConfig::default();
        push.ack_wait = Duration::from_secs(self.ack_wait_seconds);
        push.retry = seconds(self.retry_first_seconds, self.retry_most_seconds);
        // Ranges are checked, so nothing saturates.
        push.concurrency = usize::try_from(self.calls_at_once).unwrap_or(usize::MAX);
        push.rate_per_second = self.calls_per_second;
        push.call_time = Duration::from_secs(self.call_seconds);
        push.breaker_failures = u32::try_from(self.away_after_failures).unwrap_or(u32::MAX);
        push.breaker = seconds(self.probe_first_seconds, self.probe_most_seconds);
        push
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_exchanges() {
        assert_eq!(DeliveryConfig::default().to_push(), PushConfig::default());
    }
}
