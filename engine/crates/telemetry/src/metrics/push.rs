//! How bringing to partners goes. A connection is a label: there are some hundred of them.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Metrics;

/// Metrics of push and callbacks.
#[derive(Debug, Default)]
pub(super) struct PushMetrics {
    calls: Family<CallLabels, Counter>,
    waiting: Family<PartnerLabel, Gauge>,
    breaker: Family<PartnerLabel, Gauge>,
}

/// Labels of calls.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CallLabels {
    connection: String,
    /// `envelope` or `update`.
    what: &'static str,
    outcome: PushOutcome,
}

/// Label of a partner.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct PartnerLabel {
    connection: String,
}

/// How a call of a partner ended.
#[derive(Clone, Copy, Debug, EncodeLabelValue, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PushOutcome {
    /// Answered without a fault.
    Succeeded,
    /// The partner answered, and refuses what was brought.
    Refused,
    /// The partner is away, or does not speak the protocol.
    Unreachable,
    /// Trouble of our own.
    Failed,
    /// The partner refused it so often that it is not brought any more.
    GivenUp,
}

impl PushMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "push_calls",
            "Calls of partners' endpoints by outcome",
            self.calls.clone(),
        );
        registry.register(
            "push_waiting",
            "Envelopes that wait for a partner with an endpoint",
            self.waiting.clone(),
        );
        registry.register(
            "push_breaker",
            "A partner's breaker: 0 closed, 1 probing, 2 open",
            self.breaker.clone(),
        );
    }
}

impl Metrics {
    /// Counts a call of a partner's endpoint with an `envelope` or an `update`.
    pub fn count_push(&self, connection: &str, what: &'static str, outcome: PushOutcome) {
        let labels = CallLabels { connection: connection.to_owned(), what, outcome };
        self.push.calls.get_or_create(&labels).inc();
    }

    /// Sets how a partner's lane stands: what waits, and its breaker (0 closed, 1 probing, 2 open).
    pub fn set_push(&self, connection: &str, waiting: u64, breaker: i64) {
        let label = PartnerLabel { connection: connection.to_owned() };
        let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
        self.push.waiting.get_or_create(&label).set(waiting);
        self.push.breaker.get_or_create(&label).set(breaker);
    }

    /// A connection has no endpoint any more: only its counters stay.
    pub fn forget_push(&self, connection: &str) {
        let label = PartnerLabel { connection: connection.to_owned() };
        self.push.waiting.remove(&label);
        self.push.breaker.remove(&label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_shown_while_it_has_an_endpoint() {
        let metrics = Metrics::new();
        metrics.count_push("NO", "envelope", PushOutcome::Refused);
        metrics.set_push("NO", 3, 2);
        let text = metrics.render();
        let line =
            "hub_push_calls_total{connection=\"NO\",what=\"envelope\",outcome=\"Refused\"} 1";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("hub_push_waiting{connection=\"NO\"} 3"), "{text}");
        assert!(text.contains("hub_push_breaker{connection=\"NO\"} 2"), "{text}");
        metrics.forget_push("NO");
        assert!(!metrics.render().contains("hub_push_waiting{"));
    }
}
