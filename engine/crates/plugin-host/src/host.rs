//! All plugins of a hub.

mod backup;
mod error;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use phytohub_exchange::plugin::{DocumentPlugins, KindQuery, PluginQuestion};
use phytohub_exchange::{Alarm, Hub, StartTask};
use phytohub_plugin_loader::Kind;
use phytohub_plugin_loader::package::Trust;
use phytohub_telemetry::EventKind;

use crate::breadcrumb::Breadcrumbs;
use crate::documents::{Documents, overlap};
use crate::failure::HookError;
use crate::hook::Hook;
use crate::http::PluginPages;
use crate::package::Packages;
use crate::plugin::{Plugin, Quarantine};
use crate::post_office::PostOffice;
use crate::settings::{HOUR, LOOK_EVERY, PluginSettings};
use crate::source::{LoadError, Source};
use crate::state::State;
use crate::status::PluginStatus;
use crate::world::{World, all};

pub use error::{ControlError, StartHostError};

/// Which plugins a hub has, and where they come from.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the operator's settings")]
pub struct HostSettings {
    /// Where packages lie, as `ID/VERSION/`.
    pub packages: PathBuf,
    /// Whose packages are believed.
    pub trust: Trust,
    /// Where plugins keep files of their own, as `ID/`.
    pub data: PathBuf,
    /// File that tells the next start which plugin a crash happened in. Beside the store, whose
    /// lock keeps a second hub from it.
    pub breadcrumbs: PathBuf,
    /// How long nothing may move in a browser's request.
    pub page_idle: Duration,
    /// The plugins, in the order in which they are asked.
    pub plugins: Vec<PluginSettings>,
}

/// All plugins of a hub. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PluginHost {
    pub(crate) documents: Arc<Documents>,
}

impl PluginHost {
    /// Brings all plugins that are enabled into service and gives them to the hub. One that fails
    /// does not keep the hub from starting: it is `Failed`, and what it would have to judge is
    /// held. To be called within the runtime that serves the hub.
    ///
    /// # Errors
    /// If the settings contradict themselves, or the file for crashes cannot be used.
    pub async fn start(
        settings: HostSettings,
        hub: Hub,
        alarm: Arc<dyn Alarm>,
        tasks: Arc<dyn StartTask>,
    ) -> Result<Self, StartHostError> {
        let post = Arc::new(hub.clone());
        Self::start_elsewhere(settings, post, hub, alarm, tasks).await
    }

    /// As [`PluginHost::start`], for plugins whose envelopes go elsewhere: the hub of this process
    /// keeps what they have of their own, and nothing passes through it.
    ///
    /// # Errors
    /// As of [`PluginHost::start`].
    pub async fn start_elsewhere(
        settings: HostSettings,
        post: Arc<dyn PostOffice>,
        hub: Hub,
        alarm: Arc<dyn Alarm>,
        tasks: Arc<dyn StartTask>,
    ) -> Result<Self, StartHostError> {
        let (packages, trust) = (settings.packages.clone(), settings.trust.clone());
        let source = Arc::new(Packages { directory: packages, trust });
        Self::start_from(source, settings, post, (hub, alarm, tasks)).await
    }

    pub(crate) async fn start_from(
        source: Arc<dyn Source>,
        settings: HostSettings,
        post: Arc<dyn PostOffice>,
        (hub, alarm, tasks): (Hub, Arc<dyn Alarm>, Arc<dyn StartTask>),
    ) -> Result<Self, StartHostError> {
        let HostSettings { data, breadcrumbs, page_idle, plugins, .. } = settings;
        let crumbs = Breadcrumbs::open(&breadcrumbs, hub.clock().now(), HOUR)
            .map_err(|source| StartHostError::Breadcrumbs { path: breadcrumbs, source })?;
        let world = Arc::new(World::new(
            (hub, post),
            alarm,
            tasks,
            crumbs,
            data,
            PluginPages::new(page_idle),
        ));
        let mut known: Vec<Arc<Plugin>> = Vec::new();
        for settings in plugins {
            if known.iter().any(|plugin| *plugin.id == *settings.id) {
                return Err(StartHostError::Twice { id: settings.id });
            }
            let (world, source) = (Arc::clone(&world), Arc::clone(&source));
            known.push(Arc::new(Plugin::new(world, source, Arc::new(settings))));
        }
        let this = Self { documents: Arc::new(Documents { world, plugins: known }) };
        // From here on nothing that they own passes by them.
        this.world().hub.set_plugins(Some(Arc::clone(&this.documents) as _));
        for plugin in this.plugins() {
            if !plugin.settings.load().enabled {
                continue;
            }
            let settings = plugin.settings.load_full();
            let refused = match this.load(plugin, settings).await {
                Err(error @ LoadError::TwoOwners { .. }) => StartHostError::TwoOwners(error),
                Err(error @ LoadError::NoDocuments { .. }) => StartHostError::NoDocuments(error),
                _ => continue,
            };
            this.stop().await;
            return Err(refused);
        }
        for plugin in this.plugins() {
            this.world().spawn("plugin events", Arc::clone(plugin).pump());
        }
        this.world().spawn("plugin watch", this.clone().watch());
        Ok(this)
    }

    /// Ends all plugins: none is asked any more, each is quiesced and destroyed.
    pub async fn stop(&self) {
        self.world().stop.send_replace(true);
        all(self.plugins().iter().map(|plugin| plugin.unload()).collect()).await;
    }

    /// What browsers see of plugins.
    #[must_use]
    pub fn pages(&self) -> PluginPages {
        self.world().pages.clone()
    }

    /// How each plugin does, in the order of the configuration.
    #[must_use]
    pub fn status(&self) -> Vec<PluginStatus> {
        self.plugins().iter().map(|plugin| PluginStatus::of(plugin)).collect()
    }

    /// Brings a plugin into service, with the settings that it had.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn enable(&self, id: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        let mut settings = PluginSettings::clone(&plugin.settings.load());
        settings.enabled = true;
        self.apply(settings).await
    }

    /// Takes a plugin out of service. What it owns as a gate is held.
    ///
    /// # Errors
    /// If there is no such plugin.
    pub async fn disable(&self, id: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        plugin.unload().await;
        let mut settings = PluginSettings::clone(&plugin.settings.load());
        settings.enabled = false;
        plugin.settings.store(Arc::new(settings));
        Ok(())
    }

    /// Puts a plugin into service with other settings: another version, other grants, another
    /// configuration. The instance in service goes on until the new one is started; if that fails
    /// it stays.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn apply(&self, settings: PluginSettings) -> Result<(), ControlError> {
        let plugin = self.plugin(&settings.id)?;
        if !settings.enabled {
            plugin.unload().await;
            plugin.settings.store(Arc::new(settings));
            return Ok(());
        }
        let id = settings.id.clone();
        let loaded = self.load(plugin, Arc::new(settings)).await;
        loaded.map_err(|source| ControlError::Load { id, source })
    }

    /// Puts another version of a plugin into service; the settings stay.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn upgrade(&self, id: &str, version: &str) -> Result<(), ControlError> {
        let mut settings = PluginSettings::clone(&self.plugin(id)?.settings.load());
        version.clone_into(&mut settings.version);
        settings.enabled = true;
        self.apply(settings).await
    }

    /// Asks nothing more of a plugin until it is released.
    ///
    /// # Errors
    /// If there is no such plugin.
    pub fn quarantine(&self, id: &str) -> Result<(), ControlError> {
        self.plugin(id)?.enter_quarantine(Quarantine::Operator, "");
        Ok(())
    }

    /// Asks a plugin again, whatever it did before. One that has no instance gets one.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn release(&self, id: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        if let Err(error) = self.world().breadcrumbs.forgive(id) {
            tracing::error!(plugin = id, %error, "the file of crashes cannot be written");
        }
        plugin.pump.lag_waived.store(true, std::sync::atomic::Ordering::Release);
        if plugin.forgive() {
            self.world().record(EventKind::PluginReleased, id, "the operator wants it so");
        }
        let fresh = plugin.current().is_some_and(|generation| !generation.is_poisoned());
        if fresh {
            plugin.forget_error();
            self.world().hub.plugins_ready();
            plugin.pump.changed.notify_one();
            return Ok(());
        }
        self.enable(id).await
    }

    /// Lets a plugin go on behind the batch of events that it does not take. Recorded.
    ///
    /// # Errors
    /// If there is no such batch, or the store does not take the new place.
    pub async fn skip_batch(&self, id: &str, reason: &str) -> Result<(), ControlError> {
        let plugin = self.plugin(id)?;
        let nothing = || ControlError::NothingToSkip { id: id.to_owned() };
        let told = plugin.pump.skip(reason).ok_or_else(nothing)?;
        match told.await {
            Ok(skipped) => skipped.map_err(ControlError::Hub),
            Err(_) if *self.world().stop.borrow() => Err(ControlError::Closing),
            // The plugin took it after all.
            Err(_) => Err(nothing()),
        }
    }

    /// Asks a plugin how it is; its own words if it is not well.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn health(&self, id: &str) -> Result<(), HookError> {
        let gone = HookError::NotInService { state: "not there" };
        let plugin = self.documents.plugin(id).ok_or(gone)?;
        let current = plugin.current().ok_or_else(|| plugin.not_in_service())?;
        if !current.offers.health {
            return Ok(());
        }
        let time = current.settings.deadlines.health;
        plugin.call(Hook::Health, time, |inside, call| inside.hooks.health(call)).await
    }

    /// A document as a page for people, by the plugin that owns its kind.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn render(
        &self,
        kind: &KindQuery<'_>,
        question: Arc<PluginQuestion>,
        language: &str,
    ) -> Result<Vec<u8>, HookError> {
        let found = self.documents.finds(kind);
        self.documents.render(&found, question, language.to_owned()).await
    }

    /// What a document is about, by the plugin that owns its kind: names and values.
    ///
    /// # Errors
    /// See [`HookError`].
    pub async fn describe(
        &self,
        kind: &KindQuery<'_>,
        question: Arc<PluginQuestion>,
    ) -> Result<Vec<(String, String)>, HookError> {
        let found = self.documents.finds(kind);
        self.documents.describe(&found, question).await
    }

    /// The plugins as those who judge and route documents.
    #[must_use]
    pub fn documents(&self) -> Arc<dyn DocumentPlugins> {
        Arc::clone(&self.documents) as _
    }

    pub(crate) fn world(&self) -> &Arc<World> {
        &self.documents.world
    }

    pub(crate) fn plugins(&self) -> &[Arc<Plugin>] {
        &self.documents.plugins
    }

    fn plugin(&self, id: &str) -> Result<&Arc<Plugin>, ControlError> {
        let unknown = || ControlError::NoSuchPlugin { id: id.to_owned() };
        self.documents.plugin(id).ok_or_else(unknown)
    }

    async fn load(
        &self,
        plugin: &Arc<Plugin>,
        settings: Arc<PluginSettings>,
    ) -> Result<(), LoadError> {
        plugin.load(settings, &|plugin, kinds| self.check(plugin, kinds)).await
    }

    /// Whether nobody else owns one of these kinds.
    fn check(&self, plugin: &Plugin, kinds: &[Kind]) -> Result<(), LoadError> {
        for other in self.plugins().iter().filter(|other| other.id != plugin.id) {
            let others = other.kinds();
            let taken = kinds.iter().find(|kind| others.iter().any(|one| overlap(kind, one)));
            if let Some(kind) = taken {
                return Err(LoadError::TwoOwners {
                    kind: format!("{} {}", kind.certificate_type, kind.name),
                    first: other.id.to_string(),
                    second: plugin.id.to_string(),
                });
            }
        }
        Ok(())
    }

    /// Looks after the plugins until they end: what hangs, what panicked, what is behind.
    async fn watch(self) {
        let mut lags: Vec<u64> = vec![0; self.plugins().len()];
        while !*self.world().stop.borrow() {
            tokio::select! {
                () = self.world().at(self.world().now() + LOOK_EVERY) => {}
                () = self.world().look.notified() => {}
                () = self.world().stopped() => return,
            }
            for (plugin, lag) in self.plugins().iter().zip(&mut lags) {
                plugin.look();
                self.look_at_lag(plugin, lag);
                let poisoned = plugin.current().is_some_and(|one| one.is_poisoned());
                if poisoned && plugin.quarantine_reason() != Some(Quarantine::Panics) {
                    let (host, plugin) = (self.clone(), Arc::clone(plugin));
                    self.world().spawn("plugin replacement", async move {
                        plugin.refresh(&|plugin, kinds| host.check(plugin, kinds)).await;
                    });
                }
            }
        }
    }

    fn look_at_lag(&self, plugin: &Plugin, before: &mut u64) {
        use std::sync::atomic::Ordering;
        let current = plugin.current().filter(|one| one.offers.lifecycle.is_some());
        let Some(generation) = current else { return };
        let last = *self.world().post.event_sequence().borrow();
        let lag = plugin.pump.lag(last);
        self.world().metrics().set_plugin_lag(&plugin.id, lag);
        let (most, waived) = (generation.settings.limits.event_lag_max, &plugin.pump.lag_waived);
        if lag <= most {
            waived.store(false, Ordering::Release);
        } else if lag >= *before
            && !waived.load(Ordering::Acquire)
            && generation.course.state() == State::Started
        {
            plugin.enter_quarantine(Quarantine::Lag, &format!("{lag} events"));
        }
        *before = lag;
    }
}

#[cfg(test)]
mod tests;
