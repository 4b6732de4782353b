//! What several checks need: an instance, a round of all its hooks, what the process holds.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallFailure, monotonic_ns};
use phytohub_plugin_loader::{DocumentView, HttpRequestView};

use super::{Stop, Verdict, fail};
use crate::fixtures;
use crate::mock::{LET_FAIL, MockHost, MockHostBuilder};
use crate::package::{PackError, Package};
use crate::plugin::TestPlugin;

/// The configuration that the person who checks gave.
static CONFIG: OnceLock<Vec<u8>> = OnceLock::new();

pub(super) fn set_config(config: Vec<u8>) {
    // Set once, by the process of a case, before the case begins.
    let _first = CONFIG.set(config);
}

/// It, or an empty object.
pub(super) fn config() -> &'static [u8] {
    CONFIG.get().map_or(b"{}", Vec::as_slice)
}

/// A hub with all that plugins usually need.
pub(super) fn hub() -> MockHostBuilder {
    MockHost::builder().config_bytes(config()).act_as("XA").act_as("XB")
}

pub(super) fn library(path: &Path) -> Result<phytohub_plugin_loader::package::Library, Stop> {
    Package::of(path).and_then(|package| package.load()).map_err(|error| chain(&error))
}

/// An instance, started.
pub(super) fn started(path: &Path) -> Result<TestPlugin, Stop> {
    started_by(&hub().build(), path)
}

pub(super) fn started_by(host: &MockHost, path: &Path) -> Result<TestPlugin, Stop> {
    let plugin = host.create(&library(path)?).map_err(|failure| stopped("create", &failure))?;
    plugin.start().map_err(|failure| stopped("start", &failure))?;
    Ok(plugin)
}

pub(super) fn stopped(hook: &str, failure: &CallFailure) -> Stop {
    Stop::Fail(format!("{hook} answered {failure}"))
}

fn chain(error: &PackError) -> Stop {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = text + ": " + &said;
        }
        source = cause.source();
    }
    Stop::Fail(text)
}

/// A failure that no hook may answer whatever happens: a panic, or a status that is none.
pub(super) fn tolerable(hook: &str, outcome: Result<(), CallFailure>) -> Verdict {
    match outcome {
        // What the hub answered may be passed on, whatever it was.
        Err(failure) if failure.diagnostics.contains(LET_FAIL) => Ok(()),
        Err(failure) if failure.status == HUB_PANICKED => {
            fail(format!("{hook} panicked: {}", failure.diagnostics))
        }
        Err(failure) if failure.diagnostics.contains("is unknown") => {
            fail(format!("{hook} answered a status that the contract does not have: {failure}"))
        }
        _ => Ok(()),
    }
}

/// Every hook that the plugin offers, once, with well-formed inputs; errors are allowed.
pub(super) fn round(plugin: &TestPlugin, document: &DocumentView<'_>) -> Verdict {
    let offers = *plugin.instance().offers();
    if offers.documents {
        tolerable("kinds", plugin.kinds().map(drop))?;
        tolerable("validate", plugin.validate(document).map(drop))?;
    }
    if offers.describe {
        tolerable("describe", plugin.describe(document).map(drop))?;
    }
    if offers.render {
        for language in ["en", "fr", "", "xx-nonsense"] {
            tolerable("render", plugin.render(document, language).map(drop))?;
        }
    }
    if offers.routing {
        tolerable("route", plugin.route(document).map(drop))?;
    }
    if offers.lifecycle.is_some() {
        let batch = [fixtures::event(HUB_EVENT_ACCEPTED, 1), fixtures::event(HUB_EVENT_FAILED, 2)];
        tolerable("events", plugin.deliver(&batch).map(drop))?;
    }
    if offers.http {
        every_route(plugin, "", b"")?;
    }
    if offers.wake {
        let tokens: Vec<u64> = plugin.host().timers().into_keys().chain([0, u64::MAX]).collect();
        for token in tokens {
            tolerable("wake", plugin.instance().wake(&call(), token))?;
        }
    }
    if offers.snapshot {
        let directory = tempfile::tempdir().map_err(|error| Stop::Fail(error.to_string()))?;
        tolerable("snapshot", plugin.instance().snapshot(&call(), directory.path()))?;
    }
    if offers.health {
        tolerable("health", plugin.health())?;
    }
    Ok(())
}

pub(super) fn call() -> phytohub_plugin_loader::instance::CallContext {
    phytohub_plugin_loader::instance::CallContext::within(Duration::from_secs(30))
}

/// A request to every route, with this query and body.
pub(super) fn every_route(plugin: &TestPlugin, query: &str, body: &[u8]) -> Verdict {
    for (index, route) in (0_u32..).zip(plugin.instance().http_routes()) {
        let path = format!("/plugin/{}", route.pattern.replace(['{', '}', '*'], ""));
        let request = HttpRequestView {
            route: index,
            method: if route.method.is_empty() { "GET" } else { &route.method },
            path: &path,
            query,
            prefix: "/plugin/",
            scheme: "https",
            host: "hub.example",
            client_address: "192.0.2.1",
            body,
            body_bytes: Some(body.len() as u64),
            ..HttpRequestView::default()
        };
        tolerable(&format!("request {}", route.pattern), plugin.request(&request).map(drop))?;
    }
    Ok(())
}

/// Threads of this process.
pub(super) fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// Descriptors of this process.
pub(super) fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Bytes of memory that this process holds.
pub(super) fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or_default();
    pages * 4096
}

/// Waits until something holds, for a second at most: ended threads vanish from `/proc` a little
/// after they were joined.
pub(super) fn eventually(holds: impl Fn() -> bool) -> bool {
    let until = monotonic_ns() + 1_000_000_000;
    while !holds() {
        if monotonic_ns() > until {
            return false;
        }
        std::thread::yield_now();
    }
    true
}
