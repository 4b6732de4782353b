//! Bringing plugins into service, replacing and ending them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use phytohub_domain::with_causes;
use phytohub_exchange::plugin::{GateKind, PluginActor};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::Kind;
use phytohub_store::PluginWrite;
use phytohub_telemetry::EventKind;
use tokio::sync::oneshot;

use crate::generation::Generation;
use crate::hook::Hook;
use crate::offered::{check_manifest, hears_nothing};
use crate::plugin::{Plugin, Quarantine};
use crate::services::{Services, WakeFuture};
use crate::settings::PluginSettings;
use crate::source::{Code, LoadError, Package, PackageFacts};
use crate::state::State;
use crate::worker::{Job, Pool, PoolSize, TimeLimit};

/// What is known about a plugin's libraries, and kept while instances come and go.
#[derive(Default)]
pub(crate) struct Control {
    /// Every library that was mapped: none is ever unmapped.
    mapped: Vec<(PackageFacts, Arc<dyn Code>)>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("mapped", &self.mapped.len()).finish()
    }
}

/// Says whether kinds may be owned, before an instance that owns them goes into service.
pub(crate) type CheckKinds<'a> = &'a (dyn Fn(&Plugin, &[Kind]) -> Result<(), LoadError> + Sync);

impl Plugin {
    /// Brings it into service as its settings say, in place of what is there. What is there stays
    /// if it fails, except where two instances must not be at once.
    pub(crate) async fn load(
        self: &Arc<Self>,
        settings: Arc<PluginSettings>,
        check: CheckKinds<'_>,
    ) -> Result<(), LoadError> {
        let mut control = self.control.lock().await;
        let outcome = self.load_locked(&mut control, settings, check).await;
        if let Err(error) = &outcome {
            let said = with_causes(error);
            self.note(said.clone());
            self.world.record(EventKind::PluginFailed, &self.id, said);
            if self.current().is_none() {
                let crashed = matches!(error, LoadError::Crashed { .. });
                let state = if crashed { State::Quarantined } else { State::Failed };
                self.without_instance(state);
            }
        }
        outcome
    }

    async fn load_locked(
        self: &Arc<Self>,
        control: &mut Control,
        settings: Arc<PluginSettings>,
        check: CheckKinds<'_>,
    ) -> Result<(), LoadError> {
        let crashes = self.world.breadcrumbs.crashes(&self.id);
        if crashes >= settings.limits.crashes_per_hour as usize {
            let error = LoadError::Crashed { crashes };
            self.enter_quarantine(Quarantine::Crashes, &error.to_string());
            return Err(error);
        }
        let package = self.verify(&settings).await?;
        let facts = package.facts();
        check_manifest(&facts, &settings)?;
        let code = self.mapped(control, &settings, package, &facts).await?;
        let before = self.current();
        let exclusive = settings.grants.iter().any(|grant| grant == api::HUB_DATA_ID);
        let going = before.clone().filter(|_| exclusive);
        if let Some(going) = &going {
            // Two versions never have one directory: until the new one is there, it is unavailable.
            self.suspend();
            going.retire().await;
        }
        match self.instance(Arc::clone(&settings), facts, code, check).await {
            Ok(generation) => {
                self.settings.store(settings);
                self.warn_about(&generation);
                // What went wrong before is in the log; what goes wrong from here on is news.
                self.forget_error();
                self.replace(generation).await
            }
            Err(error) => {
                if let Some(gone) = going {
                    self.put_back(&gone, check).await;
                }
                Err(error)
            }
        }
    }

    /// Tells the operator what was probably not meant so.
    fn warn_about(&self, generation: &Generation) {
        let plugin = &*self.id;
        if !generation.unused.is_empty() {
            let unused = generation.unused.join(",");
            tracing::warn!(
                plugin,
                unused,
                "the library offers more than provides in plugin.toml says: that is not used"
            );
        }
        if hears_nothing(&generation.offers, &generation.settings) {
            tracing::warn!(
                plugin,
                "it wants events and may see those of no envelope: write observe_all = true or \
                 act_as = [\"CODE\"] in [plugin.{plugin}] of hub.toml"
            );
        }
    }

    /// A fresh instance of the library in service, for one that panicked.
    pub(crate) async fn refresh(self: &Arc<Self>, check: CheckKinds<'_>) {
        let _control = self.control.lock().await;
        let Some(poisoned) = self.current().filter(|current| current.is_poisoned()) else { return };
        if !self.may_be_replaced() {
            self.enter_quarantine(Quarantine::Panics, "as many instances were made as may be");
            return;
        }
        let (facts, code) = (poisoned.package.clone(), Arc::clone(&poisoned.code));
        let settings = Arc::clone(&poisoned.settings);
        let exclusive = settings.grants.iter().any(|grant| grant == api::HUB_DATA_ID);
        if exclusive {
            self.suspend();
            poisoned.retire().await;
        }
        let replaced = match self.instance(settings, facts, code, check).await {
            Ok(generation) => self.replace(generation).await,
            Err(error) => Err(error),
        };
        if let Err(error) = replaced {
            let said = with_causes(&error);
            self.enter_quarantine(Quarantine::Panics, &said);
            self.note(said);
            if self.current().is_none() {
                self.without_instance(State::Quarantined);
            }
        }
    }

    /// Ends the instance; nothing is in service then.
    pub(crate) async fn unload(&self) {
        let _control = self.control.lock().await;
        let before = self.put(None);
        self.world.pages.unmount(&self.id);
        self.without_instance(State::Retired);
        if let Some(before) = before {
            before.retire().await;
            self.world.record(EventKind::PluginStopped, &self.id, &*before.package.version);
        }
    }

    async fn verify(
        self: &Arc<Self>,
        settings: &Arc<PluginSettings>,
    ) -> Result<Box<dyn Package>, LoadError> {
        let (source, settings) = (Arc::clone(&self.source), Arc::clone(settings));
        // Files are read and hashed: not on the reactor.
        let verified = tokio::task::spawn_blocking(move || source.verify(&settings)).await;
        verified.unwrap_or_else(|_| Err(LoadError::Package("the hub is closing".into())))
    }

    /// The package's library in memory: as it is there already, or mapped on a thread whose
    /// breadcrumb tells should its constructors end the process.
    async fn mapped(
        &self,
        control: &mut Control,
        settings: &PluginSettings,
        package: Box<dyn Package>,
        facts: &PackageFacts,
    ) -> Result<Arc<dyn Code>, LoadError> {
        if let Some((_, code)) = control.mapped.iter().find(|(known, _)| known == facts) {
            return Ok(Arc::clone(code));
        }
        let mapped = control.mapped.len();
        if mapped > settings.limits.retired_max {
            return Err(LoadError::RestartNeeded { mapped });
        }
        let size = PoolSize { workers: 1, queue: 1, stuck_max: 0 };
        let (crumbs, clock) = (Arc::clone(&self.world.breadcrumbs), Arc::clone(self.world.clock()));
        let pool = Pool::start(Arc::clone(&self.id), size, crumbs, clock, Arc::default())
            .map_err(|source| LoadError::System { what: "thread", source })?;
        let (sender, receiver) = oneshot::channel();
        let time = settings.deadlines.create;
        let work = Box::new(move |_| drop(sender.send(package.map())));
        let limit = TimeLimit::FromBegin(time);
        let job = Job { hook: Hook::Map, limit, cancelled: Arc::default(), work };
        let refused = || LoadError::Package("its library could not be mapped in time".into());
        pool.submit(job).map_err(|_| refused())?;
        let code = tokio::select! {
            code = receiver => code.unwrap_or_else(|_| Err(refused())),
            () = self.world.at(self.world.now() + time) => Err(refused()),
        }?;
        control.mapped.push((facts.clone(), Arc::clone(&code)));
        let detail = format!("{} sha256:{} signed by {}", facts.version, facts.hash, facts.signer);
        self.world.record(EventKind::PluginLoaded, &self.id, detail);
        Ok(code)
    }

    /// An instance that is started and may go into service.
    async fn instance(
        self: &Arc<Self>,
        settings: Arc<PluginSettings>,
        facts: PackageFacts,
        code: Arc<dyn Code>,
        check: CheckKinds<'_>,
    ) -> Result<Arc<Generation>, LoadError> {
        let world = Arc::clone(&self.world);
        let actor = PluginActor {
            id: world.hub.plugin_id(&settings.id).await?,
            name: Arc::clone(&self.id),
            act_as: settings.act_as.as_slice().into(),
            observe_all: settings.observe_all,
        };
        let (plugin, limits) = (actor.id, settings.kv_bytes_max);
        let services = Services::new(Arc::clone(&world), Arc::clone(&settings), actor);
        let made = Generation::create(&world, settings, facts, code, services).await?;
        let generation = Arc::new(made);
        let ready = async {
            self.check_place(&generation)?;
            check(self, &generation.kinds)?;
            if generation.offers.lifecycle.is_some() {
                self.begin_events(plugin, limits).await?;
            }
            world.hub.plugin_gates(plugin, gates(&generation)).await?;
            self.wake_by_timers(&generation);
            generation.start().await
        };
        if let Err(error) = ready.await {
            generation.retire().await;
            return Err(error);
        }
        Ok(generation)
    }

    /// Where no documents pass, whoever waits to be asked about them would wait for ever.
    fn check_place(&self, generation: &Generation) -> Result<(), LoadError> {
        if self.world.post.passes_documents() {
            return Ok(());
        }
        let judges =
            (!generation.kinds.is_empty()).then_some((Hook::Validate, api::HUB_DOCUMENTS_ID));
        let routes = generation.offers.routing.then_some((Hook::Route, api::HUB_ROUTING_ID));
        match judges.or(routes) {
            None => Ok(()),
            Some((hook, extension)) => {
                Err(LoadError::NoDocuments { id: self.id.to_string(), hook, extension })
            }
        }
    }

    /// A plugin that is new to this store hears of what happens from now on, not of what happened
    /// in the years before.
    async fn begin_events(
        &self,
        plugin: phytohub_store::PluginId,
        bytes_max: u64,
    ) -> Result<(), LoadError> {
        let hub = &self.world.hub;
        let last = *self.world.post.event_sequence().borrow();
        if hub.plugin_meta(plugin).cursor == 0 && last > 0 {
            let write = PluginWrite { operations: Vec::new(), cursor: Some(last), bytes_max };
            hub.plugin_kv_write(plugin, write).await?;
        }
        self.pump.begin(hub.plugin_meta(plugin).cursor);
        Ok(())
    }

    fn wake_by_timers(self: &Arc<Self>, generation: &Arc<Generation>) {
        let (plugin, generation) = (Arc::downgrade(self), Arc::downgrade(generation));
        let wakes = generation.upgrade().is_some_and(|generation| generation.offers.wake);
        let services = generation.upgrade().map(|generation| Arc::clone(&generation.services));
        let wake = move |token: u64| -> WakeFuture {
            let (plugin, generation) = (plugin.clone(), generation.clone());
            Box::pin(async move {
                let (Some(plugin), Some(generation)) = (plugin.upgrade(), generation.upgrade())
                else {
                    return true;
                };
                !wakes || plugin.wake(&generation, token).await
            })
        };
        if let Some(services) = services {
            services.timers.wake_by(Box::new(wake));
        }
    }

    /// Whether that is done with.
    async fn wake(self: &Arc<Self>, generation: &Arc<Generation>, token: u64) -> bool {
        use crate::failure::HookError;
        let time = generation.settings.deadlines.wake;
        let begun = self.begin_on(generation, Hook::Wake, time, move |inside, call| {
            inside.hooks.wake(call, token)
        });
        let woken = match begun {
            Ok(in_flight) => in_flight.answer().await,
            Err(error) => Err(error),
        };
        match woken {
            Err(HookError::Busy | HookError::Replaced) => false,
            // An instance that is ending takes its timers with it.
            Err(HookError::NotInService { .. }) => generation.course.state() == State::Retired,
            _ => true,
        }
    }

    /// Puts a started instance into service and ends the one before.
    async fn replace(self: &Arc<Self>, generation: Arc<Generation>) -> Result<(), LoadError> {
        let version = generation.package.version.clone();
        let mounted = match self.pages(&generation) {
            Some(site) => self.world.pages.mount(site),
            None => {
                self.world.pages.unmount(&self.id);
                Ok(())
            }
        };
        if let Err(error) = mounted {
            generation.retire().await;
            return Err(error.into());
        }
        self.forgive();
        let before = self.put(Some(generation));
        self.world.record(EventKind::PluginStarted, &self.id, version);
        self.world.hub.plugins_ready();
        if let Some(before) = before {
            before.retire().await;
        }
        Ok(())
    }

    /// Nothing is in service until another instance is; browsers are told to come again.
    fn suspend(&self) {
        let before = self.put(None);
        if let Some(before) = before.filter(|before| before.offers.http) {
            // It lay there until now.
            let _ = self.world.pages.suspend(&self.id, &before.settings.http_prefix);
        }
    }

    /// The new instance failed when the old one was gone already: an instance of the old library.
    async fn put_back(self: &Arc<Self>, gone: &Arc<Generation>, check: CheckKinds<'_>) {
        let (facts, code) = (gone.package.clone(), Arc::clone(&gone.code));
        let put_back = match self.instance(Arc::clone(&gone.settings), facts, code, check).await {
            Ok(generation) => self.replace(generation).await,
            Err(error) => Err(error),
        };
        if let Err(error) = put_back {
            let (plugin, error) = (&*self.id, with_causes(&error));
            tracing::error!(plugin, error, "neither the new version nor the old one starts");
        }
    }
}

/// The kinds that never pass unvalidated: what it says, and what the operator says.
pub(crate) fn gates(generation: &Generation) -> Vec<GateKind> {
    let both = api::HUB_KIND_OWNER | api::HUB_KIND_GATE;
    let told = generation.kinds.iter().filter(|kind| kind.flags & both == both);
    let told = told.map(|kind| GateKind {
        certificate_type: kind.certificate_type,
        root_namespace: kind.root_namespace.clone(),
        root_name: kind.root_name.clone(),
    });
    let types = generation.settings.gate_types.iter();
    let set = types.map(|&certificate_type| GateKind { certificate_type, ..GateKind::default() });
    told.chain(set).collect()
}

impl Generation {
    /// Whether its validators are still run without workers.
    pub(crate) fn runs_inline(&self) -> bool {
        self.inline_slow.load(Ordering::Relaxed) < crate::settings::INLINE_SLOW_MAX
    }
}
