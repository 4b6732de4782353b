//! What happens in the hub, told once: [`Event`] gives the log line, the metric and the audit row
//! together, so that they cannot disagree.
//!
//! This crate never writes to a socket or a file: [`Metrics`] renders text for whoever serves it,
//! log lines go to whichever `tracing` subscriber the binary installed.
//!
//! Start from [`Event`].

#![forbid(unsafe_code)]

mod escape;
mod event;
mod metrics;

pub use escape::Escaped;
pub use event::{Actor, ActorKind, Event, EventKind};
pub use metrics::{
    FairUseLimit, Metrics, OperationLabels, OperationOnly, Outcome, PLUGIN_SERIES_MAX,
    PluginMetric, PluginSeries, PluginSeriesKind, PushOutcome, SeriesError, TransportLabels,
};
