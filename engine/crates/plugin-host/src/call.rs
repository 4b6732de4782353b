//! Asking a plugin: whether it may be asked now, on which thread, and what its answer says of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use phytohub_plugin_api as api;
use phytohub_plugin_loader::Status;
use phytohub_plugin_loader::instance::CallContext;
use tokio::sync::oneshot;

use crate::breaker::Admission;
use crate::failure::{HookError, is_broken, status_name};
use crate::generation::{Generation, Inside, context, wait};
use crate::hook::Hook;
use crate::hooks::Called;
use crate::http::{NoWorker, PageJob, PageSite, PageWorkers};
use crate::plugin::Plugin;
use crate::settings::{INLINE_SLOW_MAX, INLINE_TIME};
use crate::worker::{Job, Refused, TimeLimit};

/// A call that is under way. Dropping it tells the plugin that nobody waits any more.
#[must_use]
pub(crate) struct InFlight<T> {
    plugin: Arc<Plugin>,
    receiver: oneshot::Receiver<Called<T>>,
    cancelled: CancelOnDrop,
    until: Duration,
}

impl<T> InFlight<T> {
    /// Its answer, at its deadline at the latest.
    pub(crate) async fn answer(self) -> Result<T, HookError> {
        wait(&self.plugin.world, self.receiver, self.until, &self.cancelled.0).await
    }
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Plugin {
    /// Asks whichever instance is in service, on a worker.
    pub(crate) async fn call<T: Send + 'static>(
        self: &Arc<Self>,
        hook: Hook,
        time: Duration,
        work: impl FnOnce(&Inside, &CallContext) -> Called<T> + Send + 'static,
    ) -> Result<T, HookError> {
        self.begin(hook, time, work)?.answer().await
    }

    /// The same without waiting. An instance that is being replaced hands the call to its
    /// successor.
    pub(crate) fn begin<T: Send + 'static>(
        self: &Arc<Self>,
        hook: Hook,
        time: Duration,
        work: impl FnOnce(&Inside, &CallContext) -> Called<T> + Send + 'static,
    ) -> Result<InFlight<T>, HookError> {
        let (mut at, account) = self.admit_current(hook, time)?;
        let (mut job, in_flight) = self.job(account, work);
        for _ in 0..HANDS_OVER_MAX {
            match at.pool.submit(job) {
                Ok(()) => return Ok(in_flight),
                Err((Refused::Full, _)) => return Err(HookError::Busy),
                Err((Refused::Closed, refused)) => job = refused,
            }
            at = self.current().ok_or_else(|| self.not_in_service())?;
        }
        Err(self.not_in_service())
    }

    /// Asks one instance and no other.
    pub(crate) fn begin_on<T: Send + 'static>(
        self: &Arc<Self>,
        generation: &Arc<Generation>,
        hook: Hook,
        time: Duration,
        work: impl FnOnce(&Inside, &CallContext) -> Called<T> + Send + 'static,
    ) -> Result<InFlight<T>, HookError> {
        let (job, in_flight) = self.job(self.admit(generation, hook, time)?, work);
        match generation.pool.submit(job) {
            Ok(()) => Ok(in_flight),
            Err((Refused::Full, _)) => Err(HookError::Busy),
            Err((Refused::Closed, _)) => Err(self.not_in_service()),
        }
    }

    fn job<T: Send + 'static>(
        self: &Arc<Self>,
        account: Account,
        work: impl FnOnce(&Inside, &CallContext) -> Called<T> + Send + 'static,
    ) -> (Job, InFlight<T>) {
        let (hook, time) = (account.hook, account.time);
        let (sender, receiver) = oneshot::channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        let call = context(time, &cancelled);
        let until = self.world.now() + time;
        let work = Box::new(move |inside: Option<Arc<Inside>>| {
            // An instance that is gone drops the sender, and with it the account.
            if let Some(inside) = inside {
                let _ = sender.send(account.around(&inside, |inside| work(inside, &call)));
            }
        });
        let limit = TimeLimit::FromBegin(time);
        let job = Job { hook, limit, cancelled: Arc::clone(&cancelled), work };
        let cancelled = CancelOnDrop(cancelled);
        (job, InFlight { plugin: Arc::clone(self), receiver, cancelled, until })
    }

    /// Hands a browser's request to one instance. It may run as long as somebody waits for it.
    fn begin_page(
        self: &Arc<Self>,
        generation: &Arc<Generation>,
        page: PageJob,
    ) -> Result<(), NoWorker> {
        let (hook, time) = (Hook::Request, generation.settings.deadlines.request);
        let account = self.admit(generation, hook, time).map_err(|_| NoWorker::Down)?;
        let cancelled = page.cancelled();
        let call = CallContext { cancelled: Arc::clone(&cancelled), ..CallContext::default() };
        let work = Box::new(move |inside: Option<Arc<Inside>>| {
            if let Some(inside) = inside {
                // The browser was told by the job.
                let _ = account.around(&inside, |inside| {
                    page.run(|request, ticket| inside.hooks.request(&call, request, ticket))
                });
            }
        });
        let job = Job { hook, limit: TimeLimit::FromCancel(time), cancelled, work };
        generation.pool.submit(job).map_err(|(refused, _)| match refused {
            Refused::Full => NoWorker::Busy,
            Refused::Closed => NoWorker::Down,
        })
    }

    /// The pages of an instance, if it has any.
    pub(crate) fn pages(self: &Arc<Self>, generation: &Arc<Generation>) -> Option<PageSite> {
        generation.offers.http.then(|| PageSite {
            plugin: self.id.to_string(),
            prefix: generation.settings.http_prefix.clone(),
            routes: Arc::clone(&generation.routes),
            assets: Arc::clone(&generation.assets),
            tickets: Arc::clone(&generation.services.http),
            workers: Arc::new(Workers {
                plugin: Arc::downgrade(self),
                generation: Arc::downgrade(generation),
            }),
        })
    }

    /// Asks on this thread, which may block, without a worker. Nothing if the plugin's instance is
    /// not to be asked so.
    pub(crate) fn call_here<T>(
        self: &Arc<Self>,
        hook: Hook,
        time: Duration,
        work: impl FnOnce(&Inside, &CallContext) -> Called<T>,
    ) -> Option<Result<T, HookError>> {
        let generation = self.current()?;
        let allowed = generation.settings.inline
            && !generation.facts.serial
            && generation.inline_slow.load(Ordering::Relaxed) < INLINE_SLOW_MAX;
        let inline = if allowed { generation.inline()? } else { return None };
        let account = match self.admit(&generation, hook, time) {
            Ok(account) => account,
            Err(error) => return Some(Err(error)),
        };
        let call = context(time, &Arc::default());
        let began = self.world.now();
        let called = account.around(&inline.inside, |inside| work(inside, &call));
        if self.world.now().saturating_sub(began) > INLINE_TIME {
            let slow = generation.inline_slow.fetch_add(1, Ordering::Relaxed) + 1;
            if slow == INLINE_SLOW_MAX {
                let plugin = &*self.id;
                tracing::warn!(
                    plugin,
                    "its validators are not short: workers run them from now on"
                );
            }
        }
        Some(called.map_err(HookError::from))
    }

    /// The instance in service, and leave to ask it.
    fn admit_current(
        self: &Arc<Self>,
        hook: Hook,
        time: Duration,
    ) -> Result<(Arc<Generation>, Account), HookError> {
        let mut current = self.current().ok_or_else(|| self.not_in_service())?;
        loop {
            let error = match self.admit(&current, hook, time) {
                Ok(account) => return Ok((current, account)),
                Err(error) => error,
            };
            // It was put into service or taken out of it between two looks.
            match self.current() {
                Some(successor) if !Arc::ptr_eq(&successor, &current) => current = successor,
                _ => return Err(error),
            }
        }
    }

    fn admit(
        self: &Arc<Self>,
        generation: &Generation,
        hook: Hook,
        time: Duration,
    ) -> Result<Account, HookError> {
        let admission = self.admission(generation)?;
        Ok(Account { plugin: Arc::clone(self), hook, time, admission, settled: false })
    }
}

/// Sees to it that what becomes of a call is counted, once.
struct Account {
    plugin: Arc<Plugin>,
    hook: Hook,
    time: Duration,
    admission: Admission,
    settled: bool,
}

impl Account {
    fn around<T>(
        mut self,
        inside: &Arc<Inside>,
        work: impl FnOnce(&Inside) -> Called<T>,
    ) -> Called<T> {
        let began = self.plugin.world.now();
        let called = work(inside);
        let took = self.plugin.world.now().saturating_sub(began);
        let status = called.as_ref().map_or_else(|failure| failure.status, |_| api::HUB_OK);
        self.settled = true;
        let (plugin, hook) = (&self.plugin, self.hook);
        let metrics = plugin.world.metrics();
        plugin.counted(status == api::HUB_OK);
        metrics.count_plugin_call(&plugin.id, hook.as_str(), status_name(status), took);
        let allocated = inside.hooks.allocated();
        *inside.allocated.lock().unwrap_or_else(PoisonError::into_inner) = allocated;
        if status == api::HUB_PANICKED {
            inside.poisoned.store(true, Ordering::Release);
        }
        let words = called.as_ref().err().map(|failure| failure.diagnostics.as_str());
        plugin.settle(self.admission, hook, broken(status, took, self.time), words);
        called
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if !self.settled {
            self.plugin.not_called(self.admission);
        }
    }
}

/// The status, if it says that the plugin is broken. A deadline that passed while the call waited
/// for a worker is not its fault.
fn broken(status: Status, took: Duration, time: Duration) -> Option<Status> {
    let late = status == api::HUB_DEADLINE && took < time / 2;
    (is_broken(status) && !late).then_some(status)
}

/// Whoever answers for an instance's pages, as long as it is there.
struct Workers {
    plugin: Weak<Plugin>,
    generation: Weak<Generation>,
}

impl PageWorkers for Workers {
    fn submit(&self, job: PageJob) -> Result<(), NoWorker> {
        let plugin = self.plugin.upgrade().ok_or(NoWorker::Down)?;
        let generation = self.generation.upgrade().ok_or(NoWorker::Down)?;
        plugin.begin_page(&generation, job)
    }
}

/// How often a call is handed to a successor: two upgrades in the time of one call are many.
const HANDS_OVER_MAX: usize = 3;
