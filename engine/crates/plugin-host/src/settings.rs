//! What an operator sets for a plugin, and every number of this crate with where it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use phytohub_domain::ConnectionCode;
use phytohub_exchange::plugin::OnFailure;
use phytohub_plugin_loader::package::GRANTED_TO_ALL;

use crate::breaker::BreakerLimits;

/// One plugin of the configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PluginSettings {
    /// Its id.
    pub id: String,
    /// The version that is loaded.
    pub version: String,
    /// Whether it is loaded at all.
    pub enabled: bool,
    /// Extensions of the hub that it may use (`hub.kv/1` …).
    pub grants: Vec<String>,
    /// Connections that it may act as.
    pub act_as: Vec<ConnectionCode>,
    /// Connections that it may register as its own.
    pub registers: Vec<ConnectionCode>,
    /// Whether it sees the envelopes of all connections.
    pub observe_all: bool,
    /// Certificate types whose documents wait while it cannot judge them, loaded or not.
    pub gate_types: Vec<i32>,
    /// Where its pages lie on the web listener, with a slash at both ends.
    pub http_prefix: String,
    /// Threads that run it; one if it is `SERIAL`.
    pub workers: usize,
    /// Calls that may wait for them; more are refused.
    pub queue: usize,
    /// Whether validators that it calls short may run without a worker.
    pub inline: bool,
    /// Bytes of keys and values that it may keep in the hub's store.
    pub kv_bytes_max: u64,
    /// Bytes of files that it may keep.
    pub data_bytes_max: u64,
    /// Files with secrets, by the names under which it asks for them.
    pub secrets: BTreeMap<String, PathBuf>,
    /// Its own settings: an object in JSON.
    pub config_json: Vec<u8>,
    /// What happens to documents that it cannot judge or route.
    pub policy: FailurePolicy,
    /// How long each call may take.
    pub deadlines: Deadlines,
    /// When it is asked no more.
    pub breaker: BreakerLimits,
    /// The other limits.
    pub limits: PluginLimits,
}

impl PluginSettings {
    /// A plugin of this version with nothing granted and every number as it is by default.
    #[must_use]
    pub fn new(id: impl Into<String>, version: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            http_prefix: format!("/{id}/"),
            id,
            version: version.into(),
            enabled: true,
            grants: Vec::new(),
            act_as: Vec::new(),
            registers: Vec::new(),
            observe_all: false,
            gate_types: Vec::new(),
            workers: WORKERS,
            queue: QUEUE,
            inline: false,
            kv_bytes_max: KV_BYTES_MAX,
            data_bytes_max: DATA_BYTES_MAX,
            secrets: BTreeMap::new(),
            config_json: b"{}".to_vec(),
            policy: FailurePolicy::default(),
            deadlines: Deadlines::default(),
            breaker: BreakerLimits::default(),
            limits: PluginLimits::default(),
        }
    }

    /// Whether an extension of the hub is granted. Some are granted to all.
    #[must_use]
    pub fn grants(&self, extension: &str) -> bool {
        GRANTED_TO_ALL.contains(&extension) || self.grants.iter().any(|grant| grant == extension)
    }
}

/// What happens to documents that a plugin cannot judge or route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "one choice for each part that a plugin plays")]
pub struct FailurePolicy {
    /// Documents of kinds that it owns and that are gates.
    pub gate: OnFailure,
    /// Documents of other kinds that it owns.
    pub owner: OnFailure,
    /// Documents that others own, or nobody.
    pub observer: OnFailure,
    /// Documents that it routes.
    pub route: OnFailure,
}

impl Default for FailurePolicy {
    fn default() -> Self {
        Self {
            gate: OnFailure::Hold,
            owner: OnFailure::Refuse,
            observer: OnFailure::Continue,
            route: OnFailure::Hold,
        }
    }
}

/// How long the hub waits for each call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "one number for each hook")]
pub struct Deadlines {
    /// `create` and `start`: migrations of its keys are made there.
    pub create: Duration,
    /// `validate`, `describe` and `render`.
    pub validate: Duration,
    /// `route`.
    pub route: Duration,
    /// `events`, until it returns.
    pub events: Duration,
    /// A batch of events that was answered with PENDING, until its ticket is completed.
    pub pending: Duration,
    /// `request`, until it returns.
    pub request: Duration,
    /// `wake`.
    pub wake: Duration,
    /// `health`.
    pub health: Duration,
    /// `snapshot`.
    pub snapshot: Duration,
    /// `quiesce`, and the end of the calls and tickets that are under way.
    pub quiesce: Duration,
}

impl Deadlines {
    /// The same time for every call about documents, events and pages; the others as by default.
    #[must_use]
    pub fn calls(time: Duration) -> Self {
        Self { validate: time, route: time, events: time, request: time, ..Self::default() }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            // A migration of a year's keys; nobody waits for it but the start.
            create: seconds(60),
            // The largest document is judged in it, and a client that waits still does.
            validate: seconds(20),
            route: seconds(20),
            events: seconds(20),
            // A plugin that asks another system: longer than that one's own time limits.
            pending: seconds(300),
            request: seconds(20),
            wake: seconds(60),
            health: seconds(2),
            snapshot: seconds(600),
            // Shorter than the 90 s that systemd gives a service to stop.
            quiesce: seconds(30),
        }
    }
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            // One bad document, sent again and again, is five failures soon enough.
            failures: 5,
            window: Duration::from_secs(60),
            pause: Duration::from_secs(30),
            pause_most: Duration::from_secs(600),
        }
    }
}

/// The limits of one plugin that are seldom set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "numbers that an operator sets")]
pub struct PluginLimits {
    /// Threads that may hang in it before it is quarantined. Each keeps its stack.
    pub stuck_max: usize,
    /// Fresh instances in an hour, after panics; then it is quarantined.
    pub replacements_per_hour: u32,
    /// Crashes of the hub within an hour, while in it, after which it starts in quarantine.
    pub crashes_per_hour: u32,
    /// Instances whose code stays mapped; beyond, the hub must be restarted to upgrade.
    pub retired_max: usize,
    /// Events that it may be behind; beyond, it is quarantined and they wait.
    pub event_lag_max: u64,
    /// Events in one batch.
    pub event_batch: usize,
    /// Lines of its log in a second; more are counted.
    pub log_lines_per_second: u32,
    /// Operations on its keys in a second.
    pub kv_operations_per_second: u32,
    /// Rows of the audit trail in a second.
    pub audit_rows_per_second: u32,
    /// Series of metrics.
    pub series_max: usize,
    /// Timers that run.
    pub timers_max: usize,
    /// Bytes of documents that it keeps beyond a call.
    pub kept_bytes_max: u64,
    /// Entries of a code list that it publishes.
    pub codes_max: usize,
}

impl Default for PluginLimits {
    fn default() -> Self {
        Self {
            // Two of them and two that work: as many threads as a machine has cores.
            stuck_max: 2,
            // Seldom enough that making instances costs nothing, often enough for a bad day.
            replacements_per_hour: 5,
            // One crash may be another's fault, or an operator's SIGKILL; two are a pattern.
            crashes_per_hour: 2,
            // To be decided anew when a real plugin's resident size is known.
            retired_max: 4,
            // A day of a large hub; the rows are kept in any case, this bounds how far behind
            // one may be unseen.
            event_lag_max: 1_000_000,
            event_batch: 256,
            log_lines_per_second: 200,
            kv_operations_per_second: 20_000,
            audit_rows_per_second: 50,
            series_max: 500,
            timers_max: 1024,
            kept_bytes_max: 256 << 20,
            // As the largest list of the hub's own (units) ten times over.
            codes_max: 20_000,
        }
    }
}

/// One call may hang and the next is still served.
const WORKERS: usize = 2;
/// Some seconds of a busy hub's documents; a caller never waits behind more.
const QUEUE: usize = 64;
/// A year of a country's notifications, many times over.
const KV_BYTES_MAX: u64 = 1 << 30;
/// A small country's certificates with attachments.
const DATA_BYTES_MAX: u64 = 10 << 30;

/// Stack of a worker: that of a process's first thread, which foreign code is used to.
pub(crate) const STACK_BYTES: usize = 8 << 20;
/// After its deadline a call is cancelled and has this long to return by itself before its thread
/// counts as stuck.
pub(crate) const GRACE: Duration = Duration::from_millis(200);
/// How often what hangs, lags or may be tried again is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Longest a validator may run without a worker, and how often it may be longer before all of its
/// plugin's go to workers.
pub(crate) const INLINE_TIME: Duration = Duration::from_micros(500);
/// A machine that pauses once or twice is not the plugin's fault.
pub(crate) const INLINE_SLOW_MAX: u32 = 3;
/// The first pause before a batch of events is tried again; it doubles.
pub(crate) const EVENTS_PAUSE: Duration = Duration::from_millis(250);
/// The longest.
pub(crate) const EVENTS_PAUSE_MOST: Duration = Duration::from_secs(60);
/// A sentence or two of an error is kept for the operator.
pub(crate) const ERROR_BYTES_MAX: usize = 1024;
/// How long a crash counts against a plugin, and a replacement.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
