//! One instance of a plugin with its workers, from its creation to its end.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use phytohub_plugin_loader::{HttpAsset, HttpRoute, Kind};
use tokio::sync::{Notify, oneshot};

use crate::failure::HookError;
use crate::hook::Hook;
use crate::hooks::{Called, Hooks};
use crate::offered::keep_provided;
use crate::services::Services;
use crate::settings::{GRACE, PluginSettings};
use crate::source::{Code, CodeFacts, LoadError, PackageFacts};
use crate::state::{Course, State};
use crate::worker::{Job, Pool, PoolSize, TimeLimit};
use crate::world::World;
use phytohub_plugin_loader::instance::{CallContext, Offers};

/// An instance and what it was given, for whoever calls it. The last reference ends the instance;
/// it is dropped on a worker.
pub(crate) struct Inside {
    pub(crate) hooks: Arc<dyn Hooks>,
    pub(crate) services: Arc<Services>,
    /// It panicked: what it holds may be half done.
    pub(crate) poisoned: AtomicBool,
    /// Bytes that it had allocated after its last call, if it counts them.
    pub(crate) allocated: Mutex<Option<u64>>,
}

/// Where workers find the instance, as long as there is one.
pub(crate) type InsideCell = Mutex<Option<Arc<Inside>>>;

/// One instance of a plugin with its workers.
pub(crate) struct Generation {
    pub(crate) settings: Arc<PluginSettings>,
    pub(crate) package: PackageFacts,
    pub(crate) code: Arc<dyn Code>,
    pub(crate) facts: CodeFacts,
    pub(crate) course: Course,
    pub(crate) pool: Pool,
    pub(crate) services: Arc<Services>,
    /// What it offers of what its manifest provides.
    pub(crate) offers: Offers,
    /// What its library offers beyond that.
    pub(crate) unused: Vec<&'static str>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) routes: Arc<[HttpRoute]>,
    pub(crate) assets: Arc<[HttpAsset]>,
    /// How often a validator without a worker took too long.
    pub(crate) inline_slow: AtomicU32,
    inline_running: AtomicUsize,
    inline_done: Notify,
    ending: AtomicBool,
    inside: Arc<InsideCell>,
    world: Arc<World>,
}

impl Generation {
    /// Makes an instance and asks it what it offers; it is not started yet.
    pub(crate) async fn create(
        world: &Arc<World>,
        settings: Arc<PluginSettings>,
        package: PackageFacts,
        code: Arc<dyn Code>,
        services: Arc<Services>,
    ) -> Result<Self, LoadError> {
        let facts = code.facts();
        let serial = facts.serial;
        let size = PoolSize {
            workers: if serial { 1 } else { settings.workers.max(1) },
            queue: settings.queue,
            // Another thread would be a second hook at once.
            stuck_max: if serial { 0 } else { settings.limits.stuck_max },
        };
        let inside: Arc<InsideCell> = Arc::default();
        let id: Arc<str> = settings.id.as_str().into();
        let (crumbs, clock) = (Arc::clone(&world.breadcrumbs), Arc::clone(world.clock()));
        let pool = Pool::start(id, size, crumbs, clock, Arc::clone(&inside))
            .map_err(|source| LoadError::System { what: "threads", source })?;
        let course = Course::new();
        course.must_enter(State::Loaded);
        let created = create(world, &pool, &settings, &code, &services).await?;
        let offers = *created.offers();
        let (routes, assets) = (created.http_routes().into(), created.http_assets().into());
        services.freeze();
        let poisoned = AtomicBool::new(false);
        let own = Arc::new(Inside {
            hooks: created,
            services: Arc::clone(&services),
            poisoned,
            allocated: Mutex::default(),
        });
        *inside.lock().unwrap_or_else(PoisonError::into_inner) = Some(own);
        course.must_enter(State::Created);
        let mut this = Self {
            settings,
            package,
            code,
            facts,
            course,
            pool,
            services,
            offers,
            unused: Vec::new(),
            kinds: Vec::new(),
            routes,
            assets,
            inline_slow: AtomicU32::new(0),
            inline_running: AtomicUsize::new(0),
            inline_done: Notify::new(),
            ending: AtomicBool::new(false),
            inside,
            world: Arc::clone(world),
        };
        if let Err(error) = this.learn().await {
            this.retire().await;
            return Err(error);
        }
        Ok(this)
    }

    /// Compares what it offers with its manifest, and asks for its kinds.
    async fn learn(&mut self) -> Result<(), LoadError> {
        self.unused = keep_provided(&mut self.offers, &self.package.provides)?;
        if !self.offers.http {
            (self.routes, self.assets) = (Arc::default(), Arc::default());
        }
        if self.offers.documents {
            let time = self.settings.deadlines.create;
            self.kinds = self
                .run(Hook::Kinds, time, |hooks, call| hooks.kinds(call))
                .await
                .map_err(|error| failed(Hook::Kinds, &error))?;
        }
        Ok(())
    }

    /// Brings it into service.
    pub(crate) async fn start(&self) -> Result<(), LoadError> {
        let time = self.settings.deadlines.create;
        self.run(Hook::Start, time, |hooks, call| hooks.start(call))
            .await
            .map_err(|error| failed(Hook::Start, &error))?;
        self.course.must_enter(State::Started);
        Ok(())
    }

    /// Asks something that belongs to its life: no matter how it stands.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        hook: Hook,
        time: Duration,
        work: impl FnOnce(&dyn Hooks, &CallContext) -> Called<T> + Send + 'static,
    ) -> Result<T, HookError> {
        let until = self.world.now() + time;
        let (sender, receiver) = oneshot::channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        let call = context(time, &cancelled);
        let work = Box::new(move |inside: Option<Arc<Inside>>| {
            if let Some(inside) = inside {
                let _ = sender.send(work(&*inside.hooks, &call));
            }
        });
        let limit = TimeLimit::FromBegin(time);
        let job = Job { hook, limit, cancelled: Arc::clone(&cancelled), work };
        let gone = |_| HookError::NotInService { state: State::Retired.as_str() };
        self.pool.submit_own(job).map_err(gone)?;
        wait(&self.world, receiver, until, &cancelled).await
    }

    /// The instance, to be called on this thread, which may block: no worker is asked.
    pub(crate) fn inline(&self) -> Option<InlineCall<'_>> {
        // Counted before the instance is looked for: whoever ends it sees one or the other.
        let counted = InlineCount::new(self);
        if self.ending.load(Ordering::SeqCst) {
            return None;
        }
        let inside = self.inside()?;
        Some(InlineCall { inside, _counted: counted })
    }

    /// The instance, as long as there is one.
    fn inside(&self) -> Option<Arc<Inside>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes that it had allocated after its last call, if it counts them.
    pub(crate) fn allocated(&self) -> Option<u64> {
        self.look_inside(|inside| *inside.allocated.lock().unwrap_or_else(PoisonError::into_inner))?
    }

    /// Looks without taking a reference, which might become the last one on a thread that must not
    /// end the instance.
    fn look_inside<T>(&self, look: impl FnOnce(&Inside) -> T) -> Option<T> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).as_deref().map(look)
    }

    /// Whether it panicked.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.look_inside(|inside| inside.poisoned.load(Ordering::Acquire)).unwrap_or(false)
    }

    /// Ends it: what is under way may end, its threads are told, it is destroyed on a worker. What
    /// hangs in it is left behind, with the instance.
    pub(crate) async fn retire(&self) {
        if !self.course.enter(State::Quiescing) {
            return;
        }
        self.ending.store(true, Ordering::SeqCst);
        self.pool.refuse_calls();
        let time = self.settings.deadlines.quiesce;
        let plugin = self.settings.id.as_str();
        self.idle(self.world.now() + time / 2).await;
        // What browsers wait for has had its time; streams never end by themselves.
        let open = self.services.http.quiesce(GRACE).await;
        if open > 0 {
            tracing::info!(plugin, open, "answers were ended with their instance");
        }
        self.pool.cancel_all();
        self.idle(self.world.now() + GRACE).await;
        if let Err(error) = self.run(Hook::Quiesce, time, |hooks, call| hooks.quiesce(call)).await {
            tracing::warn!(plugin, %error, "a plugin did not come to rest by itself");
        }
        self.tickets(self.world.now() + time).await;
        self.pool.look();
        let last = self.inside.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.services.end();
        let destroy = Job {
            hook: Hook::Destroy,
            limit: TimeLimit::FromBegin(time),
            cancelled: Arc::default(),
            // The last reference, unless a thread hangs in it: then that one drops it.
            work: Box::new(move |_| drop(last)),
        };
        if self.pool.submit_own(destroy).is_err() {
            tracing::error!(plugin, "no worker could destroy an instance: it is left behind");
        }
        self.pool.close();
        let most = self.world.at(self.world.now() + time);
        tokio::select! {
            () = self.pool.ended() => {}
            () = most => drop(self.pool.look()),
        }
        self.course.must_enter(State::Retired);
    }

    /// Waits until nothing runs in it, or for this time.
    async fn idle(&self, until: Duration) {
        let rest = async {
            self.pool.idle().await;
            loop {
                let mut done = std::pin::pin!(self.inline_done.notified());
                done.as_mut().enable();
                if self.inline_running.load(Ordering::SeqCst) == 0 {
                    break;
                }
                done.await;
            }
        };
        tokio::select! {
            () = rest => {}
            () = self.world.at(until) => {}
        }
    }

    /// Waits until no batch of events is open in it, or for this time.
    async fn tickets(&self, until: Duration) {
        tokio::select! {
            () = self.services.events.idle() => {}
            () = self.world.at(until) => {}
        }
    }
}

impl std::fmt::Debug for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generation")
            .field("package", &self.package)
            .field("state", &self.course.state())
            .finish_non_exhaustive()
    }
}

/// A call of an instance on the thread of whoever wants it.
pub(crate) struct InlineCall<'a> {
    pub(crate) inside: Arc<Inside>,
    _counted: InlineCount<'a>,
}

struct InlineCount<'a>(&'a Generation);

impl<'a> InlineCount<'a> {
    fn new(generation: &'a Generation) -> Self {
        generation.inline_running.fetch_add(1, Ordering::SeqCst);
        Self(generation)
    }
}

impl Drop for InlineCount<'_> {
    fn drop(&mut self) {
        self.0.inline_running.fetch_sub(1, Ordering::SeqCst);
        self.0.inline_done.notify_waiters();
    }
}

async fn create(
    world: &World,
    pool: &Pool,
    settings: &Arc<PluginSettings>,
    code: &Arc<dyn Code>,
    services: &Arc<Services>,
) -> Result<Arc<dyn Hooks>, LoadError> {
    let time = settings.deadlines.create;
    let until = world.now() + time;
    let (sender, receiver) = oneshot::channel();
    let cancelled = Arc::new(AtomicBool::new(false));
    let call = context(time, &cancelled);
    let (code, services) = (Arc::clone(code), Arc::clone(services));
    let settings = Arc::clone(settings);
    let work = Box::new(move |_: Option<Arc<Inside>>| {
        // If nobody waits any more, the instance ends here, on a worker.
        let _ = sender.send(code.create(services, &settings.config_json, &call));
    });
    let limit = TimeLimit::FromBegin(time);
    let job = Job { hook: Hook::Create, limit, cancelled: Arc::clone(&cancelled), work };
    let taken = pool.submit_own(job).map_err(|_| HookError::Busy);
    let created = match taken {
        Ok(()) => wait(world, receiver, until, &cancelled).await,
        Err(error) => Err(error),
    };
    created.map_err(|error| failed(Hook::Create, &error))
}

/// Waits for an answer until the deadline and a little longer, so that one that keeps to it is
/// still heard.
pub(crate) async fn wait<T>(
    world: &World,
    receiver: oneshot::Receiver<Called<T>>,
    until: Duration,
    cancelled: &AtomicBool,
) -> Result<T, HookError> {
    let mut receiver = std::pin::pin!(receiver);
    let in_time = tokio::select! {
        biased;
        answer = receiver.as_mut() => Some(answer),
        () = world.at(until) => None,
    };
    let answer = match in_time {
        Some(answer) => answer,
        None => {
            cancelled.store(true, Ordering::Release);
            tokio::select! {
                biased;
                answer = receiver => answer,
                () = world.at(until + GRACE) => {
                    // Somebody looks whether its thread hangs.
                    world.look.notify_one();
                    return Err(HookError::Deadline);
                }
            }
        }
    };
    match answer {
        Ok(called) => called.map_err(HookError::from),
        // Dropped without being begun.
        Err(_) if cancelled.load(Ordering::Acquire) => Err(HookError::Deadline),
        Err(_) => Err(HookError::NotInService { state: State::Retired.as_str() }),
    }
}

/// What accompanies a call that may take so long from now on.
pub(crate) fn context(time: Duration, cancelled: &Arc<AtomicBool>) -> CallContext {
    let mut call = CallContext::within(time);
    call.cancelled = Arc::clone(cancelled);
    call
}

fn failed(hook: Hook, error: &HookError) -> LoadError {
    LoadError::Hook { hook, reason: error.to_string() }
}
