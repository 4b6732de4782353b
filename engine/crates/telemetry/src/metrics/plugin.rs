//! How plugins do, and what they count themselves. A plugin is a label: there are a few of them.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{LATENCY_BOUNDARIES, Metrics};
use own::OwnSeries;

mod own;

pub use own::{PLUGIN_SERIES_MAX, PluginMetric, PluginSeries, PluginSeriesKind, SeriesError};

/// Metrics of plugins.
#[derive(Debug)]
pub(super) struct PluginMetrics {
    calls: Family<CallLabels, Counter>,
    call_seconds: Family<HookLabels, Histogram, fn() -> Histogram>,
    event_lag: Family<PluginLabel, Gauge>,
    state: Family<PluginLabel, Gauge>,
    own: OwnSeries,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CallLabels {
    plugin: String,
    hook: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct HookLabels {
    plugin: String,
    hook: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct PluginLabel {
    plugin: String,
}

impl Default for PluginMetrics {
    fn default() -> Self {
        Self {
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(|| Histogram::new(CALL_BOUNDARIES)),
            event_lag: Family::default(),
            state: Family::default(),
            own: OwnSeries::default(),
        }
    }
}

impl PluginMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("plugin_calls", "Calls of plugins by status", self.calls.clone());
        registry.register(
            "plugin_call_seconds",
            "Seconds that calls of plugins took",
            self.call_seconds.clone(),
        );
        registry.register(
            "plugin_event_lag",
            "Events on disk that a plugin has not taken yet",
            self.event_lag.clone(),
        );
        registry.register(
            "plugin_state",
            "A plugin's state: 0 stopped, 1 started, 2 quarantined, 3 failed",
            self.state.clone(),
        );
        registry.register_collector(Box::new(self.own.clone()));
    }
}

impl Metrics {
    /// Counts a call of a plugin: which hook, how it ended, and how long it took.
    pub fn count_plugin_call(
        &self,
        plugin: &str,
        hook: &'static str,
        status: &'static str,
        took: Duration,
    ) {
        let plugin = plugin.to_owned();
        let labels = HookLabels { plugin: plugin.clone(), hook };
        self.plugin.call_seconds.get_or_create(&labels).observe(took.as_secs_f64());
        self.plugin.calls.get_or_create(&CallLabels { plugin, hook, status }).inc();
    }

    /// Sets how many events a plugin has not taken yet.
    pub fn set_plugin_lag(&self, plugin: &str, events: u64) {
        let label = PluginLabel { plugin: plugin.to_owned() };
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        self.plugin.event_lag.get_or_create(&label).set(events);
    }

    /// Sets a plugin's state: 0 stopped, 1 started, 2 quarantined, 3 failed.
    pub fn set_plugin_state(&self, plugin: &str, state: i64) {
        let label = PluginLabel { plugin: plugin.to_owned() };
        self.plugin.state.get_or_create(&label).set(state);
    }

    /// A series of a plugin's own; the one that is there, if it was made before.
    ///
    /// # Errors
    /// See [`SeriesError`].
    pub fn plugin_series(
        &self,
        plugin: &str,
        series: &PluginSeries,
    ) -> Result<PluginMetric, SeriesError> {
        self.plugin.own.series(plugin, series)
    }

    /// A plugin is gone: what it counted itself is shown no more.
    pub fn forget_plugin(&self, plugin: &str) {
        self.plugin.own.forget(plugin);
        let label = PluginLabel { plugin: plugin.to_owned() };
        self.plugin.event_lag.remove(&label);
        self.plugin.state.remove(&label);
    }
}

/// Seconds: from a call in the caller's thread to the longest deadline.
const CALL_BOUNDARIES: [f64; 14] = {
    let mut bounds = [0.000_01; 14];
    bounds[1] = 0.0001;
    let mut at = 0;
    while at < LATENCY_BOUNDARIES.len() {
        bounds[at + 2] = LATENCY_BOUNDARIES[at];
        at += 1;
    }
    bounds
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_states_of_plugins_are_shown() {
        let metrics = Metrics::new();
        metrics.count_plugin_call("gens", "validate", "ok", Duration::from_millis(2));
        metrics.set_plugin_lag("gens", 7);
        metrics.set_plugin_state("gens", 2);
        let text = metrics.render();
        for line in [
            "hub_plugin_calls_total{plugin=\"gens\",hook=\"validate\",status=\"ok\"} 1",
            "hub_plugin_call_seconds_count{plugin=\"gens\",hook=\"validate\"} 1",
            "hub_plugin_event_lag{plugin=\"gens\"} 7",
            "hub_plugin_state{plugin=\"gens\"} 2",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }
}
