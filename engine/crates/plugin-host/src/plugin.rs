//! One plugin of the configuration: the instance in service, and how it does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Kind, Status};
use phytohub_telemetry::EventKind;

use crate::breaker::{Admission, Breaker, Often};
use crate::control::Control;
use crate::failure::{HookError, shortened, status_name};
use crate::generation::Generation;
use crate::hook::Hook;
use crate::pump::PumpState;
use crate::settings::{ERROR_BYTES_MAX, HOUR, PluginSettings};
use crate::source::Source;
use crate::state::State;
use crate::world::World;

/// One plugin of the configuration.
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) id: Arc<str>,
    pub(crate) world: Arc<World>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) settings: ArcSwap<PluginSettings>,
    /// Its kinds, as its instance named them last.
    kinds: ArcSwap<Vec<Kind>>,
    pub(crate) pump: PumpState,
    /// Held while instances are made and ended.
    pub(crate) control: tokio::sync::Mutex<Control>,
    /// Calls since the hub started, and those of them that were not answered with OK.
    calls: (AtomicU64, AtomicU64),
    current: ArcSwapOption<Generation>,
    standing: Mutex<Standing>,
}

/// Why nothing is asked of a plugin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Quarantine {
    /// It failed too often; one call is tried now and then.
    Failures,
    /// Too many threads hang in it.
    Stuck,
    /// The hub ended too often while it was in it.
    Crashes,
    /// It panicked so often that it gets no fresh instances.
    Panics,
    /// It is too far behind with its events.
    Lag,
    /// The operator said so.
    Operator,
}

impl Quarantine {
    /// The reason in words.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Failures => "it failed too often",
            Self::Stuck => "too many threads hang in it: restart the hub",
            Self::Crashes => "the hub ended while it was in it",
            Self::Panics => "it panicked too often",
            Self::Lag => "it is too far behind with its events",
            Self::Operator => "the operator wants it so",
        }
    }
}

#[derive(Debug)]
struct Standing {
    breaker: Breaker,
    replacements: Often,
    quarantine: Option<Quarantine>,
    last_error: Option<String>,
    /// What is shown while there is no instance.
    without: State,
}

impl Plugin {
    pub(crate) fn new(
        world: Arc<World>,
        source: Arc<dyn Source>,
        settings: Arc<PluginSettings>,
    ) -> Self {
        let standing = Standing {
            breaker: Breaker::new(settings.breaker),
            replacements: Often::new(settings.limits.replacements_per_hour, HOUR),
            quarantine: None,
            last_error: None,
            without: State::Retired,
        };
        Self {
            id: settings.id.as_str().into(),
            world,
            source,
            settings: ArcSwap::new(settings),
            kinds: ArcSwap::default(),
            pump: PumpState::default(),
            control: tokio::sync::Mutex::default(),
            calls: (AtomicU64::new(0), AtomicU64::new(0)),
            current: ArcSwapOption::empty(),
            standing: Mutex::new(standing),
        }
    }

    /// The instance in service.
    pub(crate) fn current(&self) -> Option<Arc<Generation>> {
        self.current.load_full()
    }

    /// Puts another instance into service, or none; gives the one before.
    pub(crate) fn put(&self, generation: Option<Arc<Generation>>) -> Option<Arc<Generation>> {
        if let Some(generation) = &generation {
            self.kinds.store(Arc::new(generation.kinds.clone()));
        }
        let before = self.current.swap(generation);
        self.pump.changed.notify_one();
        self.show_state();
        before
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> State {
        let current = self.current();
        current.map_or_else(|| self.lock().without, |generation| generation.course.state())
    }

    /// The kinds about which it is to be asked: those that its instance named, and the types that
    /// the operator set. Of a plugin that was ended on purpose only gates remain.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let ended = self.current().is_none() && self.lock().without == State::Retired;
        let gate = api::HUB_KIND_OWNER | api::HUB_KIND_GATE;
        let named = self.kinds.load();
        let named = named.iter().filter(|kind| !ended || kind.flags & gate == gate).cloned();
        let settings = self.settings.load();
        let set = settings.gate_types.iter().map(|&certificate_type| Kind {
            certificate_type,
            flags: gate,
            ..Kind::default()
        });
        named.chain(set).collect()
    }

    pub(crate) fn counted(&self, well: bool) {
        self.calls.0.fetch_add(1, Ordering::Relaxed);
        self.calls.1.fetch_add(u64::from(!well), Ordering::Relaxed);
    }

    /// Calls since the hub started, and those that were not answered with OK.
    pub(crate) fn calls(&self) -> (u64, u64) {
        (self.calls.0.load(Ordering::Relaxed), self.calls.1.load(Ordering::Relaxed))
    }

    /// Why it is in quarantine, if it is.
    pub(crate) fn quarantine_reason(&self) -> Option<Quarantine> {
        self.lock().quarantine
    }

    /// What went wrong last.
    pub(crate) fn last_error(&self) -> Option<String> {
        self.lock().last_error.clone()
    }

    pub(crate) fn not_in_service(&self) -> HookError {
        HookError::NotInService { state: self.state().as_str() }
    }

    /// Whether this instance may be asked, and as what.
    pub(crate) fn admission(&self, generation: &Generation) -> Result<Admission, HookError> {
        let state = generation.course.state();
        let serves = matches!(state, State::Started | State::Quarantined);
        if state == State::Started && generation.is_poisoned() {
            return Err(HookError::Replaced);
        }
        if !serves || generation.is_poisoned() {
            return Err(HookError::NotInService { state: state.as_str() });
        }
        match self.lock().breaker.admit(self.world.now()) {
            Admission::Refused => Err(HookError::NotInService { state: state.as_str() }),
            admission => Ok(admission),
        }
    }

    /// A call that was admitted never got as far as the plugin.
    pub(crate) fn not_called(&self, admission: Admission) {
        self.lock().breaker.not_called(admission);
    }

    /// What became of a call.
    pub(crate) fn settle(
        &self,
        admission: Admission,
        hook: Hook,
        broken: Option<Status>,
        words: Option<&str>,
    ) {
        let Some(status) = broken else {
            if let Some(words) = words {
                self.note(format!("{hook}: {words}"));
            }
            if self.lock().breaker.succeeded(admission) {
                self.back_in_service();
            }
            return;
        };
        let said =
            format!("{hook} answered {}: {}", status_name(status), words.unwrap_or_default());
        tracing::warn!(plugin = &*self.id, %hook, status = status_name(status), "{said}");
        self.failed(admission, said);
        if status == api::HUB_PANICKED {
            self.world.look.notify_one();
        }
    }

    /// A call failed by its fault.
    fn failed(&self, admission: Admission, said: String) {
        self.note(said.clone());
        let opened = self.lock().breaker.failed(admission, self.world.now());
        if opened {
            self.enter_quarantine(Quarantine::Failures, &said);
        }
    }

    pub(crate) fn note(&self, error: String) {
        self.lock().last_error = Some(shortened(error, ERROR_BYTES_MAX));
    }

    /// It came into service: earlier failures are history.
    pub(crate) fn forget_error(&self) {
        self.lock().last_error = None;
    }

    /// It is asked no more. What is under way goes on.
    pub(crate) fn enter_quarantine(&self, reason: Quarantine, detail: &str) {
        {
            let mut standing = self.lock();
            if standing.quarantine.is_some_and(|known| known != Quarantine::Failures) {
                return;
            }
            if reason != Quarantine::Failures {
                standing.breaker.hold_open();
            }
            standing.quarantine = Some(reason);
        }
        if let Some(generation) = self.current() {
            generation.course.enter(State::Quarantined);
        }
        self.world.record(
            EventKind::PluginQuarantined,
            &self.id,
            format!("{}: {}", reason.as_str(), shortened(detail.to_owned(), ERROR_BYTES_MAX)),
        );
        self.show_state();
    }

    /// A probe went well.
    fn back_in_service(&self) {
        self.lock().quarantine = None;
        if let Some(generation) = self.current() {
            generation.course.enter(State::Started);
        }
        self.world.record(EventKind::PluginReleased, &self.id, "a call that was tried went well");
        self.show_state();
        self.world.hub.plugins_ready();
        self.pump.changed.notify_one();
    }

    /// Whether it was in quarantine: it no longer is, and all failures are forgotten.
    pub(crate) fn forgive(&self) -> bool {
        let was = {
            let mut standing = self.lock();
            standing.breaker.reset();
            standing.quarantine.take().is_some()
        };
        if let Some(generation) = self.current() {
            generation.course.enter(State::Started);
        }
        self.show_state();
        was
    }

    /// Looks for threads that hang.
    pub(crate) fn look(&self) {
        let Some(generation) = self.current() else { return };
        let look = generation.pool.look();
        for hook in &look.newly_stuck {
            let said = format!("{hook} does not return");
            tracing::error!(plugin = &*self.id, %hook, stuck = look.stuck, "a thread hangs in it");
            let probing = self.lock().breaker.is_open();
            self.failed(if probing { Admission::Probe } else { Admission::Call }, said);
        }
        if look.too_many && self.quarantine_reason() != Some(Quarantine::Stuck) {
            self.enter_quarantine(Quarantine::Stuck, &format!("{} threads", look.stuck));
        }
    }

    /// Whether it may have one more fresh instance this hour.
    pub(crate) fn may_be_replaced(&self) -> bool {
        self.lock().replacements.once_more(self.world.now())
    }

    /// What is shown while it has no instance.
    pub(crate) fn without_instance(&self, state: State) {
        self.lock().without = state;
        self.show_state();
    }

    fn show_state(&self) {
        let number = match self.state() {
            State::Started => 1,
            State::Quarantined => 2,
            State::Failed => 3,
            _ => 0,
        };
        self.world.metrics().set_plugin_state(&self.id, number);
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
