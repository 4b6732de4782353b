//! Log lines on stderr, for people or for machines.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::cli::{LogArgs, LogFormat};

/// Sends log lines to stderr from now on. A second call changes nothing.
pub fn start(log: LogArgs) {
    // Libraries speak up only when something is wrong: their debug lines are for their authors.
    let libraries = log.level.min(LevelFilter::WARN);
    let filter = Targets::new().with_default(libraries).with_target("phytohub", log.level);
    let layer = fmt::layer().with_writer(io::stderr);
    let layer = match log.format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Human => {
            let colours = io::IsTerminal::is_terminal(&io::stderr());
            layer.with_ansi(colours).with_target(false).boxed()
        }
    };
    // It fails only where a subscriber is installed already.
    let _ = Registry::default().with(layer.with_filter(filter)).try_init();
}
