//! Plugins as the configuration has them, made into what the host takes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{ConnectionCode, ErrorKind};
use phytohub_exchange::admin::{ControlError, ControlPlugins, LineView, PluginRequest, PluginView};
use phytohub_exchange::backup::{BackUpPlugins, PluginBackup, copy_files_of};
use phytohub_exchange::plugin::{OnFailure, PluginError};
use phytohub_exchange::{Boxed, Hub};
use phytohub_plugin_api::HUB_ENVELOPES_ID;
use phytohub_plugin_host::{
    Deadlines, HostSettings, PluginHost, PluginSettings, PostOffice, StartHostError,
};
use phytohub_server::{SystemClock, Tasks};
use phytohub_telemetry::Actor;
use thiserror::Error;

use crate::config::{
    LoadedConfig, OnObserveFailure, OnRouteFailure, OnValidateFailure, PluginConfig,
};
use crate::remote::RemoteHub;

/// Starts the host of the plugins, which brings those that are enabled into service. Their envelopes
/// go to this hub, or elsewhere.
///
/// # Errors
/// When the configuration cannot be followed. A plugin that does not load is no such error.
pub async fn start(
    loaded: &LoadedConfig,
    hub: &Hub,
    elsewhere: Option<Arc<dyn PostOffice>>,
    clock: SystemClock,
    tasks: &Tasks,
) -> Result<PluginHost, PluginsError> {
    let config = loaded.config();
    if config.plugins.dev && !config.plugin.is_empty() {
        tracing::warn!("[plugins] dev is on: packages that this user can write are loaded");
    }
    let settings = config.plugin.iter().map(|(id, plugin)| settings(loaded, id, plugin));
    let settings = HostSettings {
        packages: loaded.resolve(&config.plugins.dir),
        trust: config.plugins.trust(),
        data: loaded.resolve(&config.plugins.data),
        breadcrumbs: loaded.resolve(&config.store.path).join(BREADCRUMBS),
        page_idle: Duration::from_secs(config.web.idle_seconds),
        plugins: settings.collect::<Result<_, _>>()?,
    };
    let (alarm, tasks) = (Arc::new(clock), Arc::new(tasks.clone()));
    let post = elsewhere.unwrap_or_else(|| Arc::new(hub.clone()));
    Ok(PluginHost::start_elsewhere(settings, post, hub.clone(), alarm, tasks).await?)
}

/// What the operator wants of the plugins of a running hub.
#[derive(Debug)]
pub struct Steering {
    host: PluginHost,
    file: PathBuf,
    remote: Option<RemoteHub>,
}

impl Steering {
    /// Steers these plugins, of this configuration.
    #[must_use]
    pub fn new(host: PluginHost, loaded: &LoadedConfig) -> Self {
        Self { host, file: loaded.file().to_owned(), remote: None }
    }

    /// The same for plugins that work with a hub elsewhere.
    #[must_use]
    pub fn with(mut self, remote: RemoteHub) -> Self {
        self.remote = Some(remote);
        self
    }
}

impl ControlPlugins for Steering {
    fn control(
        &self,
        actor: Actor,
        request: PluginRequest,
    ) -> Boxed<Result<Vec<PluginView>, ControlError>> {
        let (host, file) = (self.host.clone(), self.file.clone());
        Box::pin(async move {
            if let PluginRequest::Reload { id } = &request {
                host.apply(said_now(&file, id)?).await?;
            }
            host.control(actor, request).await
        })
    }

    fn lines(&self) -> Boxed<Result<Vec<LineView>, ControlError>> {
        let remote = self.remote.clone();
        Box::pin(async move {
            let Some(remote) = remote else { return Ok(Vec::new()) };
            let wrong = |error: PluginError| ControlError {
                kind: ErrorKind::Unavailable,
                message: crate::failure::told(&error),
            };
            remote.lines().await.map_err(wrong)
        })
    }
}

/// What the file says of a plugin by now.
fn said_now(file: &Path, id: &str) -> Result<PluginSettings, ControlError> {
    let wrong = |kind, message| ControlError { kind, message };
    let loaded = LoadedConfig::read(file)
        .map_err(|error| wrong(ErrorKind::Invalid, crate::failure::told(&error)))?;
    let said = loaded.config().plugin.get(id).ok_or_else(|| {
        wrong(ErrorKind::NotFound, format!("{} has no [plugin.{id}]", file.display()))
    })?;
    settings(&loaded, id, said)
        .map_err(|error| wrong(ErrorKind::Invalid, crate::failure::told(&error)))
}

/// The files of plugins while no hub runs.
#[derive(Debug)]
pub struct LyingFiles {
    data: PathBuf,
    /// Their ids and versions.
    plugins: Vec<(String, String)>,
}

impl LyingFiles {
    /// Those of a configuration.
    #[must_use]
    pub fn new(loaded: &LoadedConfig) -> Self {
        let plugins = loaded.config().plugin.iter();
        let plugins = plugins.map(|(id, said)| (id.clone(), said.version.clone())).collect();
        Self { data: loaded.resolve(&loaded.config().plugins.data), plugins }
    }
}

impl BackUpPlugins for LyingFiles {
    fn back_up(&self, directory: PathBuf) -> Boxed<Vec<PluginBackup>> {
        let (data, plugins) = (self.data.clone(), self.plugins.clone());
        let copy = move |(id, version): (String, String)| {
            let files = copy_files_of(&data.join(&id), &directory.join(&id));
            PluginBackup { id, version, files }
        };
        // Nothing else is done in this process meanwhile: it may block.
        Box::pin(async { plugins.into_iter().map(copy).collect() })
    }
}

/// Whether somebody may look for envelopes by their certificates' numbers, a plugin or a caller over
/// QUIC: the store keeps an index for that.
#[must_use]
pub fn need_certificate_index(loaded: &LoadedConfig) -> bool {
    let mut plugins = loaded.config().plugin.values();
    loaded.config().store.certificate_index
        || plugins.any(|plugin| plugin.grants.iter().any(|grant| grant == HUB_ENVELOPES_ID))
}

/// What the configuration says of a plugin.
pub(crate) fn settings(
    loaded: &LoadedConfig,
    id: &str,
    said: &PluginConfig,
) -> Result<PluginSettings, PluginsError> {
    let codes = |key: &'static str, codes: &[String]| {
        let parse = |code: &String| {
            let wrong = |_| PluginsError::Code { id: id.to_owned(), key, code: code.clone() };
            code.parse::<ConnectionCode>().map_err(wrong)
        };
        codes.iter().map(parse).collect::<Result<Vec<_>, _>>()
    };
    let mut settings = PluginSettings::new(id, &said.version);
    settings.enabled = said.enabled;
    settings.grants.clone_from(&said.grants);
    settings.act_as = codes("act_as", &said.act_as)?;
    settings.registers = codes("registers", &said.registers)?;
    settings.observe_all = said.observe_all;
    settings.gate_types.clone_from(&said.gate_types);
    if !said.http_prefix.is_empty() {
        settings.http_prefix.clone_from(&said.http_prefix);
    }
    let count = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    settings.workers = count(said.workers);
    settings.queue = count(said.queue);
    settings.inline = said.inline;
    settings.kv_bytes_max = said.kv_bytes;
    settings.data_bytes_max = said.data_bytes;
    let secrets = said.secrets.iter().map(|(name, file)| (name.clone(), loaded.resolve(file)));
    settings.secrets = secrets.collect();
    settings.config_json = serde_json::to_vec(&said.config)
        .map_err(|source| PluginsError::Settings { id: id.to_owned(), source })?;
    settings.policy.gate = match said.on_validate_failure {
        OnValidateFailure::Hold => OnFailure::Hold,
        OnValidateFailure::Reject => OnFailure::Refuse,
    };
    settings.policy.observer = match said.on_observe_failure {
        OnObserveFailure::Deliver => OnFailure::Continue,
        OnObserveFailure::Hold => OnFailure::Hold,
    };
    settings.policy.route = match said.on_route_failure {
        OnRouteFailure::Hold => OnFailure::Hold,
        OnRouteFailure::Continue => OnFailure::Continue,
    };
    settings.deadlines = Deadlines::calls(Duration::from_millis(said.deadline_ms));
    Ok(settings)
}

/// Why the plugins cannot be run as configured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PluginsError {
    /// A connection's code is none.
    #[error("[plugin.{id}] {key} names something that is no connection's code: {code}")]
    Code {
        /// The plugin.
        id: String,
        /// The setting.
        key: &'static str,
        /// What stands there.
        code: String,
    },
    /// The host refused.
    #[error(transparent)]
    Host(#[from] StartHostError),
    /// The plugin's own settings cannot be handed over.
    #[error("[plugin.{id}.config] cannot be given to the plugin")]
    Settings {
        /// The plugin.
        id: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// Beside the store, whose lock keeps a second hub from it.
const BREADCRUMBS: &str = "plugin-crashes";
