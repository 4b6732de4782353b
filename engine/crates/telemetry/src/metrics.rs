//! Metrics in the Prometheus text format. Labels are bounded; an envelope is never one.

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::Event;

mod fair_use;
mod plugin;
mod push;

pub use fair_use::FairUseLimit;
pub use plugin::{PLUGIN_SERIES_MAX, PluginMetric, PluginSeries, PluginSeriesKind, SeriesError};
pub use push::PushOutcome;

/// All metrics of a hub, with the registry that renders them.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    events: Family<EventLabels, Counter>,
    accepted_bytes: Counter,
    /// Open sockets by transport.
    pub sockets: Family<TransportLabels, Gauge>,
    /// Requests by operation and outcome.
    pub requests: Family<OperationLabels, Counter>,
    /// Seconds from a request's first byte to its reply's last, by operation.
    pub request_seconds: Family<OperationOnly, Histogram, fn() -> Histogram>,
    /// Bytes of requests and replies in memory.
    pub bytes_in_flight: Gauge,
    /// Seconds of one commit, from its first waiter's turn to the end of its sync.
    pub commit_seconds: Histogram,
    /// Commands in one commit.
    pub commit_batch_size: Histogram,
    /// Envelopes waiting for their recipients.
    pub pending_envelopes: Gauge,
    /// Accepted envelopes that wait for a plugin to judge them.
    pub held_envelopes: Gauge,
    /// Whether the disk reserve is breached (1) and deliveries are refused.
    pub disk_reserve_breached: Gauge,
    fair_use: fair_use::FairUseMetrics,
    plugin: plugin::PluginMetrics,
    push: push::PushMetrics,
}

/// Label of events.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct EventLabels {
    kind: &'static str,
}

/// Label of sockets.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a label set is closed")]
pub struct TransportLabels {
    /// `https`, `quic` or `admin`.
    pub transport: &'static str,
}

/// Labels of requests.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a label set is closed")]
pub struct OperationLabels {
    /// Operation of the WSDL, or `unknown`.
    pub operation: &'static str,
    /// How it ended.
    pub outcome: Outcome,
}

/// Label of request times.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a label set is closed")]
pub struct OperationOnly {
    /// Operation of the WSDL, or `unknown`.
    pub operation: &'static str,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, EncodeLabelValue, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// Answered as the operation promises.
    Answered,
    /// Answered with a fault that is the caller's to mend.
    Refused,
    /// Turned away for want of room or time.
    Shed,
    /// Trouble of our own.
    Failed,
}

impl Metrics {
    /// Metrics at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("hub"),
            events: Family::default(),
            accepted_bytes: Counter::default(),
            sockets: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(latency_histogram),
            bytes_in_flight: Gauge::default(),
            commit_seconds: latency_histogram(),
            commit_batch_size: Histogram::new(SIZE_BOUNDARIES),
            pending_envelopes: Gauge::default(),
            held_envelopes: Gauge::default(),
            disk_reserve_breached: Gauge::default(),
            fair_use: fair_use::FairUseMetrics::default(),
            plugin: plugin::PluginMetrics::default(),
            push: push::PushMetrics::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("events", "Events by kind", self.events.clone());
        registry.register(
            "accepted_bytes",
            "Bytes of content accepted, as received",
            self.accepted_bytes.clone(),
        );
        registry.register("sockets", "Open sockets", self.sockets.clone());
        registry.register("requests", "Requests by operation and outcome", self.requests.clone());
        registry.register(
            "request_seconds",
            "Seconds from first byte to last",
            self.request_seconds.clone(),
        );
        registry.register(
            "bytes_in_flight",
            "Bytes of requests and replies in memory",
            self.bytes_in_flight.clone(),
        );
        registry.register("commit_seconds", "Seconds of one commit", self.commit_seconds.clone());
        registry.register(
            "commit_batch_size",
            "Commands in one commit",
            self.commit_batch_size.clone(),
        );
        registry.register(
            "pending_envelopes",
            "Envelopes waiting for their recipients",
            self.pending_envelopes.clone(),
        );
        registry.register(
            "held_envelopes",
            "Envelopes that wait for a plugin to judge them",
            self.held_envelopes.clone(),
        );
        registry.register(
            "disk_reserve_breached",
            "1 while deliveries are refused to keep the disk reserve",
            self.disk_reserve_breached.clone(),
        );
        self.fair_use.register(registry);
        self.plugin.register(registry);
        self.push.register(registry);
    }

    /// Counts an event; called by [`Event::emit`] alone.
    pub(crate) fn count_event(&self, event: &Event) {
        self.events.get_or_create(&EventLabels { kind: event.kind.as_str() }).inc();
        if event.kind == crate::EventKind::EnvelopeAccepted {
            self.accepted_bytes.inc_by(event.content_bytes);
        }
    }

    /// Counts a request that ended.
    pub fn count_request(&self, operation: &'static str, outcome: Outcome, time: Duration) {
        self.requests.get_or_create(&OperationLabels { operation, outcome }).inc();
        self.request_seconds
            .get_or_create(&OperationOnly { operation })
            .observe(time.as_secs_f64());
    }

    /// All metrics in the OpenMetrics text format, which Prometheus reads.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn latency_histogram() -> Histogram {
    Histogram::new(LATENCY_BOUNDARIES)
}

/// Seconds: from a memory-speed answer to the idle limit.
const LATENCY_BOUNDARIES: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Commands: from a lonely caller to everybody at once.
const SIZE_BOUNDARIES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0, 1024.0];
