//! What plugins count themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use thiserror::Error;

/// What a series of a plugin's own measures.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three kinds of the contract")]
pub enum PluginSeriesKind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often values fall between these boundaries.
    Histogram(Vec<f64>),
}

/// A series of a plugin's own.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a description, built field by field")]
pub struct PluginSeries {
    /// What it measures.
    pub kind: PluginSeriesKind,
    /// Name after `hub_plugin_`: `a-z`, `0-9`, `_`, beginning with a letter.
    pub name: String,
    /// What it counts, for people.
    pub help: String,
    /// Its labels, beside `plugin`.
    pub labels: Vec<(String, String)>,
}

/// Why a series was not made.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers answer each with a status of its own")]
pub enum SeriesError {
    /// The plugin has as many as it may.
    #[error("a plugin may have {PLUGIN_SERIES_MAX} series")]
    TooMany,
    /// A name or a label is not one, is too long, or the hub's own.
    #[error("a series or label name has 1 to 64 of a-z, 0-9 and _, beginning with a letter")]
    Name,
    /// Boundaries are missing, too many, or do not ascend.
    #[error("a histogram has 1 to 64 ascending boundaries")]
    Boundaries,
    /// Another series of this name is of another kind.
    #[error("a series of this name is there and of another kind")]
    Kind,
}

/// A series to be counted with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PluginMetric(Measure);

#[derive(Clone, Debug)]
enum Measure {
    Counter(Counter<f64, AtomicU64>),
    Gauge(Gauge<f64, AtomicU64>),
    Histogram(Histogram),
}

impl PluginMetric {
    /// Counts, sets or observes. Whether it could: a counter takes nothing negative, and nothing
    /// takes what is no number.
    #[must_use]
    pub fn record(&self, value: f64) -> bool {
        let fits = match &self.0 {
            Measure::Counter(_) => value.is_finite() && value >= 0.0,
            _ => value.is_finite(),
        };
        if fits {
            match &self.0 {
                Measure::Counter(counter) => drop(counter.inc_by(value)),
                Measure::Gauge(gauge) => drop(gauge.set(value)),
                Measure::Histogram(histogram) => histogram.observe(value),
            }
        }
        fits
    }
}

impl Measure {
    fn new(kind: &PluginSeriesKind) -> Self {
        match kind {
            PluginSeriesKind::Counter => Self::Counter(Counter::default()),
            PluginSeriesKind::Gauge => Self::Gauge(Gauge::default()),
            PluginSeriesKind::Histogram(bounds) => {
                Self::Histogram(Histogram::new(bounds.iter().copied()))
            }
        }
    }

    fn encode(&self, encoder: prometheus_client::encoding::MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Counter(counter) => counter.encode(encoder),
            Self::Gauge(gauge) => gauge.encode(encoder),
            Self::Histogram(histogram) => histogram.encode(encoder),
        }
    }
}

/// Names of labels with their values, `plugin` first.
type Labels = Vec<(String, String)>;

/// The series of all plugins of one name.
#[derive(Debug)]
struct Named {
    kind: PluginSeriesKind,
    help: String,
    series: BTreeMap<Labels, PluginMetric>,
}

/// What plugins count themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnSeries(Arc<RwLock<BTreeMap<String, Named>>>);

impl Collector for OwnSeries {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let named = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (name, Named { kind, help, series }) in named.iter() {
            let kind = match kind {
                PluginSeriesKind::Counter => MetricType::Counter,
                PluginSeriesKind::Gauge => MetricType::Gauge,
                PluginSeriesKind::Histogram(_) => MetricType::Histogram,
            };
            let name = format!("plugin_{name}");
            let mut encoder = encoder.encode_descriptor(&name, help, None, kind)?;
            for (labels, metric) in series {
                metric.0.encode(encoder.encode_family(labels)?)?;
            }
        }
        Ok(())
    }
}

impl OwnSeries {
    /// A series of a plugin; the one that is there, if it was made before.
    pub(super) fn series(
        &self,
        plugin: &str,
        series: &PluginSeries,
    ) -> Result<PluginMetric, SeriesError> {
        check(series)?;
        let mut labels = vec![("plugin".to_owned(), plugin.to_owned())];
        labels.extend(series.labels.iter().cloned());
        labels.iter_mut().skip(1).for_each(|(_, value)| truncate(value));
        let mut named = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = named.get(&series.name);
        if known.is_some_and(|known| known.kind != series.kind) {
            return Err(SeriesError::Kind);
        }
        if let Some(metric) = known.and_then(|known| known.series.get(&labels)) {
            return Ok(metric.clone());
        }
        let mine = |labels: &&Labels| labels.first().is_some_and(|(_, value)| value == plugin);
        let have: usize =
            named.values().map(|known| known.series.keys().filter(mine).count()).sum();
        if have >= PLUGIN_SERIES_MAX {
            return Err(SeriesError::TooMany);
        }
        let entry = named.entry(series.name.clone()).or_insert_with(|| {
            let mut help = series.help.clone();
            truncate(&mut help);
            Named { kind: series.kind.clone(), help, series: BTreeMap::new() }
        });
        let metric = PluginMetric(Measure::new(&series.kind));
        entry.series.insert(labels, metric.clone());
        Ok(metric)
    }

    /// The plugin is gone: what it counted is shown no more.
    pub(super) fn forget(&self, plugin: &str) {
        let mut named = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for known in named.values_mut() {
            known
                .series
                .retain(|labels, _| labels.first().is_none_or(|(_, value)| value != plugin));
        }
        named.retain(|_, known| !known.series.is_empty());
    }
}

fn check(series: &PluginSeries) -> Result<(), SeriesError> {
    let is_name = |name: &str| {
        name.len() <= NAME_BYTES_MAX
            && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let mut labels: Vec<_> = series.labels.iter().map(|(name, _)| name.as_str()).collect();
    let all = labels.iter().all(|name| is_name(name) && !["plugin", "le"].contains(name));
    let many = labels.len();
    labels.sort_unstable();
    labels.dedup();
    let reserved = RESERVED.contains(&series.name.as_str());
    if !is_name(&series.name) || reserved || !all || many > LABELS_MAX || labels.len() < many {
        return Err(SeriesError::Name);
    }
    if let PluginSeriesKind::Histogram(bounds) = &series.kind {
        let ascending = bounds.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let finite = bounds.iter().all(|bound| bound.is_finite());
        if bounds.is_empty() || bounds.len() > BOUNDARIES_MAX || !ascending || !finite {
            return Err(SeriesError::Boundaries);
        }
    }
    Ok(())
}

/// Cuts a text at the longest that is shown.
fn truncate(text: &mut String) {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Series of one plugin: the contract's bound.
pub const PLUGIN_SERIES_MAX: usize = 500;
/// Labels of a series, beside `plugin`.
const LABELS_MAX: usize = 8;
/// Boundaries of a histogram.
const BOUNDARIES_MAX: usize = 64;
/// Longest name of a series or label.
const NAME_BYTES_MAX: usize = 64;
/// Longest value of a label, and longest help.
const TEXT_BYTES_MAX: usize = 256;
/// Names that the hub uses itself, and those that a suffix would turn into them.
const RESERVED: [&str; 5] = ["calls", "calls_total", "call_seconds", "event_lag", "state"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metrics;

    fn series(name: &str, kind: PluginSeriesKind) -> PluginSeries {
        let labels = vec![("country".to_owned(), "NO".to_owned())];
        PluginSeries { kind, name: name.into(), help: "Notices".into(), labels }
    }

    #[test]
    fn what_a_plugin_counts_is_shown_under_its_name() {
        let metrics = Metrics::new();
        let notices = series("notices", PluginSeriesKind::Counter);
        let counter = metrics.plugin_series("nc", &notices).expect("a new series");
        assert!(counter.record(2.0) && !counter.record(-1.0) && !counter.record(f64::NAN));
        let again = metrics.plugin_series("nc", &notices).expect("the same series");
        assert!(again.record(1.0));
        let histogram = series("wait", PluginSeriesKind::Histogram(vec![1.0, 2.0]));
        let histogram = metrics.plugin_series("nc", &histogram).expect("a histogram");
        assert!(histogram.record(1.5));
        let text = metrics.render();
        let line = "hub_plugin_notices_total{plugin=\"nc\",country=\"NO\"} 3.0";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("hub_plugin_wait_bucket{le=\"2.0\",plugin=\"nc\""), "{text}");
        metrics.forget_plugin("nc");
        assert!(!metrics.render().contains("notices"));
    }

    #[test]
    fn series_are_bounded_and_well_named() {
        let metrics = Metrics::new();
        for name in ["", "9a", "A", "a-b", "state", "calls"] {
            let error = metrics.plugin_series("x", &series(name, PluginSeriesKind::Gauge));
            assert_eq!(error.err(), Some(SeriesError::Name), "{name}");
        }
        for bounds in [vec![], vec![2.0, 1.0], vec![f64::INFINITY]] {
            let error =
                metrics.plugin_series("x", &series("h", PluginSeriesKind::Histogram(bounds)));
            assert_eq!(error.err(), Some(SeriesError::Boundaries));
        }
        for number in 0..PLUGIN_SERIES_MAX {
            let one = series(&format!("s{number}"), PluginSeriesKind::Gauge);
            assert!(metrics.plugin_series("x", &one).is_ok());
        }
        let more = series("more", PluginSeriesKind::Gauge);
        assert_eq!(metrics.plugin_series("x", &more).err(), Some(SeriesError::TooMany));
        assert!(metrics.plugin_series("y", &more).is_ok(), "another plugin has its own bound");
        let other = series("more", PluginSeriesKind::Counter);
        assert_eq!(metrics.plugin_series("z", &other).err(), Some(SeriesError::Kind));
    }
}
