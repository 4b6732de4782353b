//! The running hub: store, exchange and doors put together, reloaded and drained.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::Clock;
use phytohub_exchange::audit::AuditKeeper;
use phytohub_exchange::plugin::GateKeeper;
use phytohub_exchange::push::Dispatcher;
use phytohub_exchange::{Housekeeping, Hub};
use phytohub_plugin_host::PluginHost;
use phytohub_server::{
    DELIVERY_SERVICE_PATH, Shutdown, ShutdownTrigger, SystemClock, Tasks, Tls, TlsFiles,
};
use phytohub_store::{OpenReport, Store, StoreConfig, StoreFailure};
use phytohub_telemetry::{Actor, Event, EventKind, Metrics};
mod doors;
mod error;
mod hosting;

pub use error::{OpenStoreError, ReloadError, RunError, StartError};
pub use hosting::{HostedPlugins, Reloaded};

use crate::config::{LoadedConfig, TrustMode};
use crate::keys;
use crate::plugins::{self, Steering};
use crate::push::PartnerCalls;
use doors::Doors;

/// A hub whose doors are open.
#[derive(Debug)]
pub struct RunningHub {
    hub: Hub,
    tls: Arc<Tls>,
    partners: PartnerCalls,
    clock: SystemClock,
    plugins: PluginHost,
    plugin_tasks: Tasks,
    tasks: Tasks,
    trigger: ShutdownTrigger,
    doors: Vec<String>,
    https: SocketAddr,
    drain: Duration,
}

impl RunningHub {
    /// Checks everything, then opens the store, then binds, then serves.
    ///
    /// # Errors
    /// When something is not as it must be; nothing is left behind.
    pub async fn start(loaded: &LoadedConfig) -> Result<Self, StartError> {
        check(loaded)?;
        let tls = Arc::new(Tls::load(&tls_files(loaded))?);
        let (certificate, key) = push_files(loaded);
        let partners = PartnerCalls::load(&certificate, &key)?;
        let clock = SystemClock::new();
        let (hub, report) = open_with(loaded, clock)?;
        let doors = match Doors::bind(loaded).await {
            Ok(doors) => doors,
            Err(error) => {
                // Nothing was asked of the store yet, so nothing can be lost by closing it.
                let _ = hub.close();
                return Err(error);
            }
        };
        hub.seed_code_lists().await.map_err(OpenStoreError::CodeLists)?;
        let plugin_tasks = Tasks::new();
        let plugins = match plugins::start(loaded, &hub, None, clock, &plugin_tasks).await {
            Ok(plugins) => plugins,
            Err(error) => {
                let _ = hub.close();
                return Err(error.into());
            }
        };
        hub.set_plugin_control(Arc::new(Steering::new(plugins.clone(), loaded)));
        hub.set_plugin_files(Arc::new(plugins.clone()));
        let (trigger, shutdown) = ShutdownTrigger::new();
        let mut running = Self {
            hub,
            tls,
            partners,
            clock,
            plugins,
            plugin_tasks,
            tasks: Tasks::new(),
            trigger,
            doors: Vec::new(),
            https: doors.https.address(),
            drain: Duration::from_secs(loaded.config().drain_seconds),
        };
        running.serve(loaded, doors, &shutdown);
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            pending = report.pending,
            orphans_removed = report.orphans_removed,
            store_created = report.created,
            "the hub is ready"
        );
        Ok(running)
    }

    fn serve(&mut self, loaded: &LoadedConfig, doors: Doors, shutdown: &Shutdown) {
        let https = self.https;
        self.doors = vec![format!("listening https://{https}{DELIVERY_SERVICE_PATH}")];
        self.doors.extend(doors.operator.lines());
        let public_url = match loaded.config().https.public_url.as_str() {
            "" => format!("https://{https}{DELIVERY_SERVICE_PATH}"),
            said => said.to_owned(),
        };
        if let Some(door) = doors.quic {
            self.doors.push(format!("listening quic://{}", door.address()));
            let (hub, tls, tasks) = (self.hub.clone(), Arc::clone(&self.tls), self.tasks.clone());
            let (budgets, stop) = (doors.https.budgets(), shutdown.clone());
            self.tasks.spawn("quic", async move {
                if let Err(error) = door.serve(hub, tls, &budgets, tasks, stop).await {
                    tracing::error!(%error, "the QUIC door cannot be served");
                }
            });
        }
        let (hub, tls, tasks) = (self.hub.clone(), Arc::clone(&self.tls), self.tasks.clone());
        let stop = shutdown.clone();
        self.tasks.spawn("https", async move {
            doors.https.serve(hub, tls, &public_url, tasks, stop).await;
        });
        let with = (&self.hub, &self.plugins);
        self.doors.extend(doors.operator.serve(with, loaded, &self.tasks, shutdown));
        self.deliver(loaded, shutdown);
    }

    /// Brings what waits for partners with an endpoint, and works off what falls due.
    fn deliver(&self, loaded: &LoadedConfig, shutdown: &Shutdown) {
        let alarm = Arc::new(self.clock);
        let dispatcher = Dispatcher::new(
            self.hub.clone(),
            Arc::new(self.partners.clone()),
            Arc::new(self.tasks.clone()),
            alarm.clone(),
            loaded.config().delivery.to_push(),
        );
        let mut stop = shutdown.clone();
        self.tasks.spawn("dispatcher", async move { dispatcher.run(stop.requested()).await });
        let gate = GateKeeper::new(self.hub.clone(), alarm);
        let mut stop = shutdown.clone();
        self.tasks.spawn("gate", async move { gate.run(stop.requested()).await });
        keep_house(&self.hub, self.clock, &self.tasks, shutdown);
    }

    /// One line for each door, as `serve` prints them.
    #[must_use]
    pub fn doors(&self) -> &[String] {
        &self.doors
    }

    /// Where national systems connect.
    #[must_use]
    pub const fn https(&self) -> SocketAddr {
        self.https
    }

    /// Where this process starts its tasks.
    #[must_use]
    pub const fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Reads certificates, trust and limits anew. Sockets live on; their next request is judged
    /// by what was read.
    ///
    /// # Errors
    /// When a file is bad: everything stays as it was.
    pub fn reload(&self, loaded: &LoadedConfig) -> Result<(), ReloadError> {
        let fresh = LoadedConfig::read(loaded.file())?;
        let (certificate, key) = push_files(&fresh);
        self.tls.reload(&tls_files(&fresh))?;
        self.partners.reload(&certificate, &key)?;
        self.hub.set_limits(fresh.limits());
        self.hub.set_decisions(fresh.decisions());
        self.hub.set_policy(fresh.policy());
        self.hub.record(Event::new(EventKind::ConfigurationReloaded, Actor::hub()));
        Ok(())
    }

    /// Resolves when the store can no longer be trusted.
    pub async fn failed(&self) -> StoreFailure {
        self.hub.failed().await
    }

    /// Runs until `stop` resolves, then drains.
    ///
    /// # Errors
    /// When the store fails first, or at the end.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), RunError> {
        tokio::select! {
            failure = self.hub.failed() => Err(RunError::Store(failure)),
            () = stop => self.stop().await,
        }
    }

    /// No new requests; those in flight are answered, then the store is closed.
    ///
    /// # Errors
    /// When the last commit failed.
    pub async fn stop(self) -> Result<(), RunError> {
        self.trigger.fire();
        if let Err(left) = self.tasks.join(self.drain).await {
            tracing::warn!(%left, "requests were cut off at the end of drain_seconds");
        }
        // After the doors, whose requests they answer; before the store, in which they write.
        self.plugins.stop().await;
        if let Err(left) = self.plugin_tasks.join(self.drain).await {
            tracing::warn!(%left, "work for plugins was cut off at the end of drain_seconds");
        }
        let hub = self.hub;
        let closed = tokio::task::spawn_blocking(move || hub.close()).await;
        closed.map_err(|_| RunError::Panicked)?.map_err(RunError::Store)
    }
}

/// Opens the store and the exchange over it, without any door; says in what state it was.
///
/// # Errors
/// When the store cannot be opened or its registry contradicts itself.
pub fn open(loaded: &LoadedConfig) -> Result<(Hub, OpenReport), OpenStoreError> {
    open_with(loaded, SystemClock::new())
}

fn open_with(
    loaded: &LoadedConfig,
    clock: SystemClock,
) -> Result<(Hub, OpenReport), OpenStoreError> {
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let metrics = Arc::new(Metrics::new());
    let section = &loaded.config().store;
    let mut config = StoreConfig::new(loaded.resolve(&section.path));
    let bytes = |value| usize::try_from(value).unwrap_or(usize::MAX);
    config.sync = section.sync;
    config.disk_reserve_percent = u8::try_from(section.disk_reserve_percent).unwrap_or(u8::MAX);
    config.disk_reserve_bytes = section.disk_reserve_bytes;
    config.block_cache_bytes = bytes(section.block_cache_bytes);
    config.write_buffer_bytes = bytes(section.write_buffer_bytes);
    config.retention = loaded.config().retention.to_retention();
    config.certificate_index = plugins::need_certificate_index(loaded);
    let audit = keys::settings(loaded, config.retention.headers)?;
    let (store, report) = Store::open(config, Arc::clone(&clock), Arc::clone(&metrics))?;
    if !section.sync {
        tracing::warn!("[store] sync is off: a power failure loses what was answered");
    }
    if let Some((file, offset)) = &report.torn_tail {
        tracing::warn!(file = %file.display(), offset, "cut off an unanswered end of the log");
    }
    let hub = Hub::open(store, loaded.limits(), clock, metrics)?;
    hub.set_decisions(loaded.decisions());
    hub.set_policy(loaded.policy());
    hub.set_audit(audit);
    Ok((hub, report))
}

/// Keeps the audit trail going out, and works off what falls due.
fn keep_house(hub: &Hub, clock: SystemClock, tasks: &Tasks, shutdown: &Shutdown) {
    let alarm = Arc::new(clock);
    let keeper = AuditKeeper::new(hub.clone(), alarm.clone());
    let mut stop = shutdown.clone();
    tasks.spawn("audit", async move { keeper.run(stop.requested()).await });
    let housekeeping = Housekeeping::new(hub.clone(), alarm);
    let mut stop = shutdown.clone();
    tasks.spawn("housekeeping", async move { housekeeping.run(stop.requested()).await });
}

/// What types and ranges cannot say.
fn check(loaded: &LoadedConfig) -> Result<(), StartError> {
    let config = loaded.config();
    let address = config.https.listen;
    for address in [Some(address), loaded.quic()].into_iter().flatten() {
        if config.trial && !address.ip().is_loopback() {
            return Err(StartError::Trial { file: loaded.file().to_owned(), address });
        }
    }
    if address.ip().is_unspecified() && config.https.public_url.is_empty() {
        return Err(StartError::PublicUrl { file: loaded.file().to_owned(), address });
    }
    Ok(())
}

/// Certificate and key that partners are shown.
fn push_files(loaded: &LoadedConfig) -> (PathBuf, PathBuf) {
    let delivery = &loaded.config().delivery;
    (loaded.resolve(&delivery.certificate), loaded.resolve(&delivery.key))
}

/// The files of certificates, keys and trust.
pub(crate) fn tls_files(loaded: &LoadedConfig) -> TlsFiles {
    let config = loaded.config();
    let resolve = |files: &[PathBuf]| files.iter().map(|file| loaded.resolve(file)).collect();
    TlsFiles {
        certificate: loaded.resolve(&config.https.certificate),
        key: loaded.resolve(&config.https.key),
        trust: match config.trust.mode {
            TrustMode::Registered => phytohub_server::TrustMode::Registered,
            TrustMode::Ca => phytohub_server::TrustMode::Ca {
                authorities: resolve(&config.trust.ca),
                revocation_lists: resolve(&config.trust.crl),
            },
        },
    }
}
