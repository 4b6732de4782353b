//! A host of plugins for a hub elsewhere: their pages, their own data, and a line to that hub. A
//! process of its own, whose end the hub does not notice, and that goes on when the hub ends.

mod reload;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use phytohub_client::QuicAddress;
use phytohub_exchange::Hub;
use phytohub_plugin_host::PluginHost;
use phytohub_server::{Shutdown, ShutdownTrigger, SystemClock, Tasks};
use phytohub_store::StoreFailure;

use super::doors::OperatorDoors;
use super::{OpenStoreError, RunError, StartError, keep_house, open_with};
use crate::config::{HubConfig, LoadedConfig};
use crate::plugins::{self, Steering};
use crate::remote::{Lines, RemoteError, RemoteHub};

pub use reload::Reloaded;

/// A host of plugins whose doors are open.
#[derive(Debug)]
pub struct HostedPlugins {
    /// Keeps what the plugins have of their own; no envelope passes through it.
    own: Hub,
    remote: RemoteHub,
    clock: SystemClock,
    /// Where the command line says that the hub is.
    address: Option<QuicAddress>,
    /// What is followed now.
    followed: Mutex<HubConfig>,
    plugins: PluginHost,
    plugin_tasks: Tasks,
    tasks: Tasks,
    trigger: ShutdownTrigger,
    doors: Vec<String>,
    drain: Duration,
}

impl HostedPlugins {
    /// Opens the store, binds, brings the plugins into service and connects to the hub. Whether the
    /// hub is there does not matter now.
    ///
    /// # Errors
    /// When something is not as it must be; nothing is left behind.
    pub async fn start(
        loaded: &LoadedConfig,
        address: Option<QuicAddress>,
    ) -> Result<Self, StartError> {
        let hub = match &address {
            Some(address) => address.clone(),
            None => said(loaded)?,
        };
        let lines = Lines::read(loaded, &hub)?;
        let clock = SystemClock::new();
        let (own, _) = open_with(loaded, clock)?;
        match Self::start_with(loaded, (lines, address), own.clone(), clock).await {
            Ok(started) => {
                let (version, hub) = (env!("CARGO_PKG_VERSION"), hub.to_string());
                tracing::info!(version, hub, "the host of plugins is ready");
                Ok(started)
            }
            Err(error) => {
                // Nothing was asked of the store that must not be lost.
                let _ = own.close();
                Err(error)
            }
        }
    }

    async fn start_with(
        loaded: &LoadedConfig,
        (lines, address): (Lines, Option<QuicAddress>),
        own: Hub,
        clock: SystemClock,
    ) -> Result<Self, StartError> {
        let doors = OperatorDoors::bind(loaded).await?;
        own.seed_code_lists().await.map_err(OpenStoreError::CodeLists)?;
        let remote = RemoteHub::new(lines, loaded, own.clone(), clock).await?;
        let (trigger, shutdown) = ShutdownTrigger::new();
        let (tasks, plugin_tasks) = (Tasks::new(), Tasks::new());
        let drain = Duration::from_secs(loaded.config().drain_seconds);
        // What plugins ask at their start should find the hub reached.
        remote.run(clock, &tasks, &shutdown);
        let post = Arc::new(remote.clone());
        let started = plugins::start(loaded, &own, Some(post), clock, &plugin_tasks).await;
        let plugins = match started {
            Ok(plugins) => plugins,
            Err(error) => {
                trigger.fire();
                // They hold nothing that must not be lost.
                let _ = tasks.join(drain).await;
                return Err(error.into());
            }
        };
        let steering = Steering::new(plugins.clone(), loaded).with(remote.clone());
        own.set_plugin_control(Arc::new(steering));
        own.set_plugin_files(Arc::new(plugins.clone()));
        let mut this = Self {
            own,
            remote,
            clock,
            address,
            followed: Mutex::new(loaded.config().clone()),
            plugins,
            plugin_tasks,
            tasks,
            trigger,
            doors: Vec::new(),
            drain,
        };
        this.serve(loaded, doors, clock, &shutdown);
        Ok(this)
    }

    fn serve(
        &mut self,
        loaded: &LoadedConfig,
        doors: OperatorDoors,
        clock: SystemClock,
        shutdown: &Shutdown,
    ) {
        self.doors = doors.lines().into();
        let with = (&self.own, &self.plugins);
        self.doors.extend(doors.serve(with, loaded, &self.tasks, shutdown));
        keep_house(&self.own, clock, &self.tasks, shutdown);
    }

    /// One line for each door, as `serve` prints them.
    #[must_use]
    pub fn doors(&self) -> &[String] {
        &self.doors
    }

    /// Resolves when the store can no longer be trusted.
    pub async fn failed(&self) -> StoreFailure {
        self.own.failed().await
    }

    /// No new requests; those in flight are answered, then the plugins end, then the store.
    ///
    /// # Errors
    /// When the last commit failed.
    pub async fn stop(self) -> Result<(), RunError> {
        self.trigger.fire();
        if let Err(left) = self.tasks.join(self.drain).await {
            tracing::warn!(%left, "requests were cut off at the end of drain_seconds");
        }
        self.plugins.stop().await;
        if let Err(left) = self.plugin_tasks.join(self.drain).await {
            tracing::warn!(%left, "work for plugins was cut off at the end of drain_seconds");
        }
        let own = self.own;
        let closed = tokio::task::spawn_blocking(move || own.close()).await;
        closed.map_err(|_| RunError::Panicked)?.map_err(RunError::Store)
    }
}

/// Where the configuration says that the hub is.
fn said(loaded: &LoadedConfig) -> Result<QuicAddress, RemoteError> {
    let address = loaded.config().remote_hub.as_ref().map(|hub| hub.address.as_str());
    let address = address.filter(|address| !address.is_empty()).ok_or(RemoteError::NoAddress)?;
    Ok(address.parse()?)
}
