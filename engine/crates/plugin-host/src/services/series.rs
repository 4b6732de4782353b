//! `hub.metrics/1`: series, made while the instance is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, MetricView};
use phytohub_telemetry::{Metrics, PluginMetric, PluginSeries, PluginSeriesKind, SeriesError};

use super::answer::refused;

/// The series of one instance.
#[derive(Debug)]
pub(crate) struct Series {
    most: usize,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    metrics: Vec<PluginMetric>,
    frozen: bool,
}

impl Series {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, made: Mutex::default() }
    }

    pub(crate) fn freeze(&self) {
        self.lock().frozen = true;
    }

    pub(crate) fn register(
        &self,
        metrics: &Metrics,
        plugin: &str,
        metric: &MetricView<'_>,
    ) -> Answer<u32> {
        let kind = match metric.kind {
            api::HUB_METRIC_COUNTER => PluginSeriesKind::Counter,
            api::HUB_METRIC_GAUGE => PluginSeriesKind::Gauge,
            api::HUB_METRIC_HISTOGRAM => PluginSeriesKind::Histogram(metric.boundaries.to_vec()),
            _ => return Err(refused(api::HUB_INVALID, "a kind of metric that nobody knows")),
        };
        let labels = metric.labels.iter();
        let series = PluginSeries {
            kind,
            name: metric.name.to_owned(),
            help: metric.help.to_owned(),
            labels: labels.map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let mut made = self.lock();
        if made.frozen {
            return Err(refused(api::HUB_INVALID, "series are made in create alone"));
        }
        if made.metrics.len() >= self.most {
            return Err(refused(api::HUB_EXHAUSTED, "the plugin has as many series as it may"));
        }
        let metric = metrics.plugin_series(plugin, &series).map_err(|error| {
            let status = match error {
                SeriesError::TooMany => api::HUB_EXHAUSTED,
                _ => api::HUB_INVALID,
            };
            refused(status, error.to_string())
        })?;
        made.metrics.push(metric);
        // The bound is far below.
        Ok(u32::try_from(made.metrics.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn record(&self, handle: u32, value: f64) -> Answer {
        let unknown = || refused(api::HUB_NOT_FOUND, "no such series");
        let index = (handle as usize).checked_sub(1).ok_or_else(unknown)?;
        let metric = self.lock().metrics.get(index).cloned().ok_or_else(unknown)?;
        let fits = metric.record(value);
        fits.then_some(()).ok_or_else(|| refused(api::HUB_INVALID, "the value does not fit"))
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
