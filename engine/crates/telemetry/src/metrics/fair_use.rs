//! Who asks for more than its share. A connection is a label: there are some hundred of them.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::Metrics;

/// Metrics of fair use.
#[derive(Debug, Default)]
pub(super) struct FairUseMetrics {
    exceeded: Family<Labels, Counter>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    connection: String,
    limit: FairUseLimit,
}

/// Which limit a connection went over.
#[derive(Clone, Copy, Debug, EncodeLabelValue, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FairUseLimit {
    /// Bytes of requests in a minute.
    Bytes,
    /// Envelopes that wait for one recipient.
    Pending,
    /// Requests in a minute.
    Requests,
}

impl FairUseMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "fair_use_exceeded",
            "Requests turned away because their connection went over a limit",
            self.exceeded.clone(),
        );
    }
}

impl Metrics {
    /// Counts a request that was turned away because its connection went over a limit.
    pub fn count_fair_use(&self, connection: &str, limit: FairUseLimit) {
        let labels = Labels { connection: connection.to_owned(), limit };
        self.fair_use.exceeded.get_or_create(&labels).inc();
    }
}
