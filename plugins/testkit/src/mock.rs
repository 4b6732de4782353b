//! A hub that is none: it remembers what plugins ask of it, and answers as it was told to.

mod builder;
mod exchange;
mod pages;
mod services;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phytohub_plugin_loader::instance::{CallContext, Instance};
use phytohub_plugin_loader::{Answer, Refusal, Status};

pub use builder::MockHostBuilder;
pub use exchange::{Draft, StoredEnvelope};
pub use pages::HttpAnswer;
pub use services::CALLS;
pub use store::BatchState;

use crate::package::{PackError, Package};
use crate::plugin::TestPlugin;

/// The reason of a call that fails because it was told to.
pub(crate) const LET_FAIL: &str = "the test lets this call fail";

/// A hub to test a plugin against. Cheap to clone; clones are the same hub.
#[derive(Clone, Debug)]
pub struct MockHost(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Vec<u8>,
    /// Nothing: everything is granted.
    grants: Option<BTreeSet<String>>,
    secrets: BTreeMap<String, Vec<u8>>,
    data: tempfile::TempDir,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: BTreeMap<String, Status>,
    calls: BTreeMap<&'static str, u64>,
    logs: Vec<LogLine>,
    series: Vec<SeriesRecord>,
    audit: Vec<AuditLine>,
    timers: BTreeMap<u64, u64>,
    completed: BTreeMap<u64, (Status, String)>,
    kv: BTreeMap<Vec<u8>, Vec<u8>>,
    batches: BTreeMap<u64, BatchState>,
    cursor: u64,
    lists: BTreeMap<String, store::List>,
    lent: BTreeMap<u64, Vec<u8>>,
    kept: BTreeMap<u64, Vec<u8>>,
    exchange: exchange::Exchange,
    pages: BTreeMap<u64, pages::Page>,
    tickets: u64,
}

/// A line that a plugin logged.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LogLine {
    /// `HUB_LOG_` number.
    pub level: u32,
    /// Part of the plugin.
    pub target: String,
    /// What it said.
    pub message: String,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

/// A series that a plugin made, with what it recorded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SeriesRecord {
    /// `HUB_METRIC_` number.
    pub kind: u32,
    /// Name after `hub_plugin_`.
    pub name: String,
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// All values, in their order.
    pub values: Vec<f64>,
}

/// A line that a plugin appended to the audit trail.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuditLine {
    /// Who.
    pub principal: String,
    /// Did what.
    pub action: String,
    /// How.
    pub detail: String,
    /// With which envelope; may be empty.
    pub hub_delivery_number: String,
}

impl MockHost {
    /// A hub to be configured.
    pub fn builder() -> MockHostBuilder {
        MockHostBuilder::default()
    }

    /// Loads a plugin (a library, or a directory with a package) with the production loader and
    /// makes an instance of it, which is not started yet.
    ///
    /// # Errors
    ///
    /// If the loader refuses it, or `create` answers an error.
    pub fn load(&self, path: &Path) -> Result<TestPlugin, PackError> {
        let library = Package::of(path)?.load()?;
        self.create(&library).map_err(PackError::Create)
    }

    /// Makes an instance of a library that is loaded.
    ///
    /// # Errors
    ///
    /// What `create` answers.
    pub fn create(
        &self,
        library: &phytohub_plugin_loader::package::Library,
    ) -> Result<TestPlugin, phytohub_plugin_loader::instance::CallFailure> {
        let services = Arc::new(self.clone());
        let instance =
            Instance::create(library, services, &self.0.config, &CallContext::default())?;
        Ok(TestPlugin::new(self.clone(), instance))
    }

    /// Lets every call of this name (one of [`CALLS`]) fail with a status.
    pub fn fail(&self, call: &str, status: Status) {
        self.state().faults.insert(call.to_owned(), status);
    }

    /// Lets no call fail any more.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// How often the plugin made this call (one of [`CALLS`]).
    #[must_use]
    pub fn calls(&self, call: &str) -> u64 {
        self.state().calls.get(call).copied().unwrap_or_default()
    }

    /// What it logged.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.state().logs.clone()
    }

    /// What it counted, set and observed.
    #[must_use]
    pub fn series(&self) -> Vec<SeriesRecord> {
        self.state().series.clone()
    }

    /// What it appended to the audit trail.
    #[must_use]
    pub fn audit(&self) -> Vec<AuditLine> {
        self.state().audit.clone()
    }

    /// The timers that run: tokens with delays in milliseconds. Nothing wakes the plugin but
    /// [`TestPlugin::fire`].
    #[must_use]
    pub fn timers(&self) -> BTreeMap<u64, u64> {
        self.state().timers.clone()
    }

    /// How a ticket was completed, if it was.
    #[must_use]
    pub fn completed(&self, ticket: u64) -> Option<(Status, String)> {
        self.state().completed.get(&ticket).cloned()
    }

    /// The documents that it keeps beyond their calls.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.state().kept.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and lets it fail if it is to.
    fn enter(&self, call: &'static str) -> Answer<MutexGuard<'_, State>> {
        let mut state = self.state();
        *state.calls.entry(call).or_default() += 1;
        match state.faults.get(call) {
            Some(status) => Err(Refusal::new(*status, LET_FAIL)),
            None => Ok(state),
        }
    }

    pub(crate) fn next_ticket(&self) -> u64 {
        let mut state = self.state();
        state.tickets += 1;
        state.tickets
    }

    /// Lends a document's content for a call; its ticket.
    pub(crate) fn lend(&self, content: &[u8]) -> u64 {
        let ticket = self.next_ticket();
        self.state().lent.insert(ticket, content.to_vec());
        ticket
    }

    pub(crate) fn take_back(&self, ticket: u64) {
        self.state().lent.remove(&ticket);
    }

    pub(crate) fn timer_fired(&self, token: u64) -> bool {
        self.state().timers.remove(&token).is_some()
    }
}
