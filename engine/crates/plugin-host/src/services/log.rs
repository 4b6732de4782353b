//! `hub.log/1`: lines under the plugin's name, so many in a second.

use phytohub_plugin_api as api;
use phytohub_plugin_loader::LogRecordView;
use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::rate::Rate;

/// Writes a plugin's lines.
#[derive(Debug)]
pub(crate) struct LogDesk {
    plugin: String,
    rate: Rate,
}

impl LogDesk {
    pub(crate) fn new(plugin: &str, lines_per_second: u32) -> Self {
        Self { plugin: plugin.to_owned(), rate: Rate::new(lines_per_second) }
    }

    pub(crate) fn write(&self, record: &LogRecordView<'_>, now: std::time::Duration) {
        if !enabled(record.level) {
            return;
        }
        let Some(dropped) = self.rate.pass(now) else { return };
        if dropped > 0 {
            tracing::warn!(target: TARGET, plugin = self.plugin, dropped, "lines were dropped");
        }
        let fields: Vec<String> =
            record.fields.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let (plugin, part, fields) = (self.plugin.as_str(), record.target, fields.join(" "));
        let message = record.message;
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(target: TARGET, $level, plugin, part, fields, "{message:?}")
            };
        }
        match level(record.level) {
            Level::ERROR => line!(Level::ERROR),
            Level::WARN => line!(Level::WARN),
            Level::INFO => line!(Level::INFO),
            Level::DEBUG => line!(Level::DEBUG),
            Level::TRACE => line!(Level::TRACE),
        }
    }
}

/// Whether anybody reads this level.
pub(crate) fn enabled(number: u32) -> bool {
    level(number) <= LevelFilter::current()
}

fn level(number: u32) -> Level {
    match number {
        api::HUB_LOG_ERROR => Level::ERROR,
        api::HUB_LOG_WARN => Level::WARN,
        api::HUB_LOG_INFO => Level::INFO,
        api::HUB_LOG_DEBUG => Level::DEBUG,
        _ => Level::TRACE,
    }
}

const TARGET: &str = "phytohub::plugin";
