//! A hub with the plugin `faulty`, on real clocks, over a store in a directory.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use phytohub_domain::{Limits, TrackingInfo};
use phytohub_exchange::plugin::{PluginActor, PluginDraft, Submitted};
use phytohub_exchange::{AdminRequest, Hub, Operator};
use phytohub_plugin_host::{Deadlines, HostSettings, PluginHost, PluginSettings, PluginStatus};
use phytohub_plugin_loader::package::{
    LIBRARY_FILE, LoadBy, ManifestDraft, Trust, TrustedKey, keygen, sign, write_manifest,
};
use phytohub_plugin_testkit::build;
use phytohub_server::{SystemClock, Tasks};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use serde_json::Value;
use tokio::time::timeout;

/// A hub and its plugins.
pub(crate) struct Fixture {
    pub(crate) hub: Hub,
    pub(crate) host: PluginHost,
    tasks: Tasks,
    directory: PathBuf,
}

pub(crate) const FAULTY: &str = "faulty";
/// The connections, all for tests of the hub.
const CONNECTIONS: [&str; 2] = ["NO", "LK"];

impl Fixture {
    /// A hub in a fresh directory whose plugin is configured so.
    pub(crate) async fn new(directory: &Path, config: Value) -> Self {
        Self::with(directory, settings(config)).await
    }

    /// The same with other settings.
    pub(crate) async fn with(directory: &Path, settings: PluginSettings) -> Self {
        let clock = Arc::new(SystemClock::new());
        let metrics = Arc::new(Metrics::new());
        let mut config = StoreConfig::new(directory.join("store"));
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        (config.block_cache_bytes, config.write_buffer_bytes) = (8 << 20, 64 << 20);
        let opened = Store::open(config, clock.clone(), Arc::clone(&metrics));
        let (store, _) = opened.expect("a store opens");
        let hub = Hub::open(store, Limits::default(), clock.clone(), metrics).expect("a hub");
        let tasks = Tasks::new();
        let host_settings = HostSettings {
            packages: directory.join("packages"),
            trust: install(&directory.join("packages"), &settings.version),
            data: directory.join("data"),
            breadcrumbs: directory.join("breadcrumbs"),
            page_idle: Duration::from_secs(5),
            plugins: vec![settings],
        };
        for code in CONNECTIONS {
            add_connection(&hub, code).await;
        }
        let started = PluginHost::start(host_settings, hub.clone(), clock, Arc::new(tasks.clone()));
        let host = started.await.expect("the settings are right");
        Self { hub, host, tasks, directory: directory.to_owned() }
    }

    /// Delivers as a plugin named `writer` that may act as NO; the same key, the same envelope.
    pub(crate) async fn deliver(&self, key: &str) -> Submitted {
        deliver(&self.hub, key).await
    }

    pub(crate) fn status(&self) -> PluginStatus {
        self.host.status().into_iter().next().expect("one plugin")
    }

    /// Waits until the plugin is as the test wants it.
    pub(crate) async fn until(&self, what: &str, so: impl Fn(&PluginStatus) -> bool) {
        let reached = timeout(PATIENCE, async {
            while !so(&self.status()) {
                tokio::task::yield_now().await;
            }
        });
        assert!(reached.await.is_ok(), "never: {what}; {:#?}", self.status());
    }

    /// Ends the plugins and the hub, as a drain does.
    pub(crate) async fn stop(self) -> PathBuf {
        let stopped = timeout(PATIENCE, self.host.stop());
        assert!(stopped.await.is_ok(), "the plugins do not end");
        self.tasks.join(PATIENCE).await.expect("every task ends");
        self.hub.close().expect("the last commit is on disk");
        self.directory
    }
}

/// Delivers an envelope of type 851.
pub(crate) async fn deliver(hub: &Hub, key: &str) -> Submitted {
    let actor = PluginActor {
        id: hub.plugin_id("writer").await.expect("a number"),
        name: "writer".into(),
        act_as: vec!["NO".parse().expect("a code")].into(),
        observe_all: true,
    };
    let draft = PluginDraft {
        act_as: "NO".into(),
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: key.into(),
        content: "<a>a document</a>".into(),
        ..PluginDraft::default()
    };
    hub.plugin_submit(&actor, key.as_bytes(), draft).await.expect("it is answered")
}

/// Whether an envelope is on its way.
pub(crate) fn is_pending(submitted: &Submitted) -> bool {
    submitted.envelope.state == TrackingInfo::PendingDelivery
}

/// The plugin with all that it may ask for, short deadlines and nobody patient.
pub(crate) fn settings(config: Value) -> PluginSettings {
    let mut settings = PluginSettings::new(FAULTY, version());
    settings.grants = ["hub.kv/1", "hub.envelopes/1", "hub.registry/1"].map(str::to_owned).into();
    settings.observe_all = true;
    settings.config_json = config.to_string().into_bytes();
    settings.deadlines = Deadlines {
        create: Duration::from_secs(30),
        quiesce: Duration::from_secs(2),
        pending: Duration::from_millis(500),
        ..Deadlines::calls(Duration::from_millis(300))
    };
    settings
}

/// The plugin's own version.
fn version() -> String {
    draft().version.clone()
}

/// Where the library lies, built once, for the processes that a test starts too.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    let told = || std::env::var_os(LIBRARY_VARIABLE).map(PathBuf::from);
    LIBRARY.get_or_init(|| told().unwrap_or_else(|| build::cdylib("phytohub-plugin-faulty")))
}

fn draft() -> &'static ManifestDraft {
    static DRAFT: OnceLock<ManifestDraft> = OnceLock::new();
    DRAFT.get_or_init(|| {
        phytohub_plugin_testkit::package::draft_of_entry(library()).expect("it has an entry")
    })
}

/// Puts a package where the hub looks for it, signed with a key of its own.
fn install(packages: &Path, version: &str) -> Trust {
    let directory = packages.join(FAULTY).join(version);
    std::fs::create_dir_all(&directory).expect("a directory");
    std::fs::copy(library(), directory.join(LIBRARY_FILE)).expect("a copy");
    let key = keygen().expect("a key");
    write_manifest(draft(), &directory).expect("a manifest");
    sign(&directory, &key).expect("a signature");
    let keys = vec![TrustedKey::unlimited(key.public())];
    Trust { keys, revoked: Vec::new(), dev: true, load_by: LoadBy::Memfd }
}

async fn add_connection(hub: &Hub, code: &str) {
    let request = AdminRequest::ConnectionAdd {
        code: code.into(),
        name: format!("Plant health of {code}"),
        mode: "test".into(),
        serves: Vec::new(),
        accepts: Vec::new(),
        certificates: Vec::new(),
    };
    // It is there already after a restart.
    let _ = hub.admin(&Operator { uid: 0 }, request).await;
}

/// Tells a process that a test starts where the library lies.
pub(crate) const LIBRARY_VARIABLE: &str = "PLUGIN_HOST_TEST_LIBRARY";

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl Fixture {
    fn faulty(id: phytohub_store::PluginId) -> PluginActor {
        PluginActor {
            id,
            name: FAULTY.into(),
            act_as: vec!["LK".parse().expect("a code")].into(),
            observe_all: true,
        }
    }

    /// What waits for LK.
    pub(crate) async fn inbox_of_lk(&self) -> Vec<phytohub_exchange::plugin::PluginEnvelope> {
        let actor = Self::faulty(self.hub.plugin_id("reader").await.expect("a number"));
        self.hub.plugin_inbox(&actor, "LK", 0, 100).await.expect("it is answered")
    }

    /// Sequences of the events that the plugin wrote down.
    pub(crate) async fn recorded(&self) -> Vec<u64> {
        let id = self.hub.plugin_id(FAULTY).await.expect("a number");
        let rows = self.hub.plugin_kv_scan(id, b"event/", b"", 100_000).expect("it is read");
        let key = |key: Vec<u8>| String::from_utf8(key).expect("text");
        let number = |key: String| key.trim_start_matches("event/").parse().expect("a number");
        rows.into_iter().map(|(bytes, _)| number(key(bytes))).collect()
    }

    /// Sequences of all events of envelopes.
    pub(crate) async fn events(&self) -> Vec<u64> {
        let actor = Self::faulty(self.hub.plugin_id(FAULTY).await.expect("a number"));
        let (mut sequences, mut after) = (Vec::new(), 0);
        loop {
            let part = self.hub.plugin_events(&actor, after, 1000, u32::MAX).await;
            let part = part.expect("they are read");
            sequences.extend(part.events.iter().map(|event| event.sequence));
            if part.reached <= after {
                return sequences;
            }
            after = part.reached;
        }
    }
}

impl Fixture {
    /// How much waits for LK, by the whole inbox.
    pub(crate) async fn inbox_of_lk_count(&self) -> usize {
        let actor = Self::faulty(self.hub.plugin_id("reader").await.expect("a number"));
        let (mut count, mut after) = (0, 0);
        loop {
            let part = self.hub.plugin_inbox(&actor, "LK", after, 100).await.expect("answered");
            let Some(last) = part.last() else { return count };
            (count, after) = (count + part.len(), last.position);
        }
    }
}
