//! How a plugin does, for the operator.

use serde::Serialize;

use crate::plugin::Plugin;

/// How a plugin does.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PluginStatus {
    /// Its id.
    pub id: String,
    /// Where it stands, in a word.
    pub state: &'static str,
    /// Why it is in quarantine, if it is.
    pub quarantine: Option<&'static str>,
    /// Whether the configuration, or the operator since, wants it in service.
    pub enabled: bool,
    /// The version in service, or the one that is to be.
    pub version: String,
    /// SHA-256 of its library, in hexadecimal digits; empty if it has no instance.
    pub hash: String,
    /// The key that signed it; empty if it has no instance.
    pub signer: String,
    /// Compiler and commit; empty if it has no instance.
    pub build: String,
    /// How its library was mapped; empty if it has no instance.
    pub loaded_by: &'static str,
    /// Extensions of the hub that it was granted.
    pub grants: Vec<String>,
    /// Names of the kinds of documents that it is asked about.
    pub kinds: Vec<String>,
    /// Whether its short validators run without a worker.
    pub inline: bool,
    /// Events of the stream that it has not looked at; nothing if it takes none.
    pub lag: Option<u64>,
    /// A batch of events that it does not take: first and last sequence.
    pub failing_batch: Option<(u64, u64)>,
    /// Where its pages lie; empty if it has none.
    pub pages: String,
    /// Calls since the hub started.
    pub calls: u64,
    /// Those that were not answered with OK.
    pub failures: u64,
    /// Calls that wait for a worker.
    pub waiting: usize,
    /// Threads that hang in it.
    pub stuck: usize,
    /// Bytes that it allocated, where it counts them.
    pub allocated: Option<u64>,
    /// Crashes of the hub within the last hour while in it.
    pub crashes: usize,
    /// What went wrong last.
    pub last_error: Option<String>,
}

impl PluginStatus {
    pub(crate) fn of(plugin: &Plugin) -> Self {
        let (settings, current) = (plugin.settings.load_full(), plugin.current());
        let generation = current.as_ref();
        let package = generation.map(|one| one.package.clone()).unwrap_or_default();
        let facts = generation.map(|one| one.facts.clone()).unwrap_or_default();
        let takes_events = generation.is_some_and(|one| one.offers.lifecycle.is_some());
        let last = *plugin.world.post.event_sequence().borrow();
        let failing = plugin.pump.failing();
        let (calls, failures) = plugin.calls();
        let named = plugin.kinds().into_iter().map(|kind| {
            if kind.name.is_empty() { kind.certificate_type.to_string() } else { kind.name }
        });
        Self {
            id: plugin.id.to_string(),
            state: plugin.state().as_str(),
            quarantine: plugin.quarantine_reason().map(|reason| reason.as_str()),
            enabled: settings.enabled,
            version: if package.version.is_empty() {
                settings.version.clone()
            } else {
                package.version
            },
            hash: package.hash,
            signer: package.signer,
            build: facts.build,
            loaded_by: facts.loaded_by,
            grants: settings.grants.clone(),
            kinds: named.collect(),
            inline: settings.inline && generation.is_some_and(|one| one.runs_inline()),
            lag: takes_events.then(|| plugin.pump.lag(last)),
            failing_batch: failing.map(|batch| (batch.first, batch.last)),
            pages: generation
                .filter(|one| one.offers.http)
                .map(|one| one.settings.http_prefix.clone())
                .unwrap_or_default(),
            calls,
            failures,
            waiting: generation.map_or(0, |one| one.pool.waiting()),
            stuck: generation.map_or(0, |one| one.pool.stuck()),
            allocated: generation.and_then(|one| one.allocated()),
            crashes: plugin.world.breadcrumbs.crashes(&plugin.id),
            last_error: plugin.last_error(),
        }
    }
}
