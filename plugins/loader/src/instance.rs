//! One instance of a plugin, from its creation to its end.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use phytohub_plugin_api::*;

use crate::ffi;
use crate::ffi::host::HostSide;
use crate::ffi::plugin::Plugin;
use crate::library::Library;
use crate::limits;
use crate::services::{HostServices, Refusal, Sink, Status};
use crate::view::{
    DocumentView, EventView, FindingView, HttpAsset, HttpRequestView, HttpRoute, Kind,
    RouteDecision,
};

mod context;
mod offers;
mod serial;

pub use context::{CallContext, CallFailure, Completion, monotonic_ns, name_of};
pub use offers::Offers;

use serial::Serial;

/// An instance of a plugin. Its hooks block, run foreign code and may never return: they are called
/// on threads that can be lost, and never on one that serves sockets. Those that take functions call
/// them before they return, on the calling thread.
///
/// Hooks may be called from any thread, several at once; of a plugin that says `HUB_ENTRY_SERIAL`
/// they wait for each other, as long as their deadlines allow. They are refused once the instance
/// was quiesced.
///
/// When it is dropped it is destroyed, exactly once, unless it was [abandoned](Self::abandon).
pub struct Instance {
    library: Library,
    /// There until it is destroyed.
    plugin: Option<Plugin>,
    host: &'static HostSide,
    offers: Offers,
    routes: Vec<HttpRoute>,
    assets: Vec<HttpAsset>,
    stage: AtomicU8,
    /// Whether the plugin heard of its end.
    quiesced: AtomicBool,
    serial: Option<Serial>,
}

/// The hub as `create` gets it, for checks that call a plugin without the loader. Lives for ever.
pub fn host_of(services: Arc<dyn HostServices>) -> &'static HubHost {
    HostSide::open(services).1
}

/// `create` answered OK.
const CREATED: u8 = 0;
/// `start` was called.
const STARTED: u8 = 1;
/// `quiesce` was called.
const QUIESCED: u8 = 2;
/// Nothing is called any more, `destroy` neither.
const ABANDONED: u8 = 3;

impl Instance {
    /// Makes an instance. `config_json` is an object.
    ///
    /// # Errors
    ///
    /// What `create` answers; `HUB_INVALID` if what it made cannot be used, in which case it was
    /// destroyed if that could be done. Nothing remains of it.
    pub fn create(
        library: &Library,
        services: Arc<dyn HostServices>,
        config_json: &[u8],
        call: &CallContext,
    ) -> Result<Self, CallFailure> {
        let entry = library.entry();
        let (side, host) = HostSide::open(services);
        let made = Plugin::create(entry, host, config_json, call)
            .and_then(|plugin| match plugin.pages() {
                Ok(pages) => Ok((plugin, pages)),
                Err(refusal) => {
                    plugin.destroy();
                    Err(CallFailure::of(refusal))
                }
            })
            .inspect_err(|_| side.close());
        let (plugin, (routes, assets)) = made?;
        Ok(Self {
            library: library.clone(),
            offers: Offers::of(&plugin),
            plugin: Some(plugin),
            host: side,
            routes,
            assets,
            stage: AtomicU8::new(CREATED),
            quiesced: AtomicBool::new(false),
            serial: (entry.flags & HUB_ENTRY_SERIAL != 0).then(Serial::default),
        })
    }

    /// The library that it is an instance of.
    #[must_use]
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// What it offers.
    #[must_use]
    pub const fn offers(&self) -> &Offers {
        &self.offers
    }

    /// The routes of its pages.
    #[must_use]
    pub fn http_routes(&self) -> &[HttpRoute] {
        &self.routes
    }

    /// The files of its pages.
    #[must_use]
    pub fn http_assets(&self) -> &[HttpAsset] {
        &self.assets
    }

    /// `kinds`: all of them.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_INVALID` if one kind cannot be used or there are too many.
    pub fn kinds(&self, call: &CallContext) -> Result<Vec<Kind>, CallFailure> {
        self.hook(call, |plugin| plugin.kinds(call))
    }

    /// `validate`: each finding goes to `add`, which answers whether it wants more; it may be called
    /// again nevertheless. Unknown levels are severe; texts are cut to the contract's lengths.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_INVALID` if a finding could not be read. The findings before
    /// that were added.
    pub fn validate(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(FindingView<'_>) -> bool,
    ) -> Result<(), CallFailure> {
        self.hook(call, |plugin| plugin.validate(call, document, add))
    }

    /// `describe`: each term, a name and a value, goes to `add`, which answers whether it wants
    /// more.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_UNSUPPORTED` if there is none; `HUB_INVALID` if a term could not
    /// be read.
    pub fn describe(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Result<(), CallFailure> {
        self.hook(call, |plugin| plugin.describe(call, document, add))
    }

    /// `render`: the page goes to `out`, piece by piece.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_UNSUPPORTED` if there is none.
    pub fn render(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        language: &str,
        out: Sink<'_>,
    ) -> Result<(), CallFailure> {
        self.hook(call, |plugin| plugin.render(call, document, language, out))
    }

    /// `route`: `copy` is asked about each connection that is to get a copy, and its answer goes to
    /// the plugin; those to which it answers `HUB_OK` are in the decision.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_INVALID` if the decision is none of the contract's.
    pub fn route(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        copy: &mut dyn FnMut(&str) -> Status,
    ) -> Result<RouteDecision, CallFailure> {
        self.hook(call, |plugin| plugin.route(call, document, copy))
    }

    /// `events`: a batch.
    ///
    /// # Errors
    ///
    /// What the hook answers, `HUB_AGAIN` among it: the batch is to come again.
    pub fn events(
        &self,
        call: &CallContext,
        batch: &[EventView<'_>],
        ticket: u64,
    ) -> Result<Completion, CallFailure> {
        self.hook(call, |plugin| plugin.events(call, batch, ticket))
    }

    /// `request`: a browser's.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn request(
        &self,
        call: &CallContext,
        request: &HttpRequestView<'_>,
        ticket: u64,
    ) -> Result<Completion, CallFailure> {
        self.hook(call, |plugin| plugin.request(call, request, ticket))
    }

    /// `wake`: a timer ran off.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn wake(&self, call: &CallContext, token: u64) -> Result<(), CallFailure> {
        self.hook(call, |plugin| plugin.wake(call, token))
    }

    /// `snapshot`: a copy of its files into an empty directory.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_INVALID` if the path is not UTF-8.
    pub fn snapshot(&self, call: &CallContext, directory: &Path) -> Result<(), CallFailure> {
        let directory = directory.to_str().ok_or_else(|| {
            let text = format!("the directory's path is not UTF-8: {}", directory.display());
            CallFailure::of(Refusal::new(HUB_INVALID, text))
        })?;
        self.hook(call, |plugin| plugin.snapshot(call, directory))
    }

    /// `check`: how it is.
    ///
    /// # Errors
    ///
    /// What the hook answers, with the sentence that it wrote.
    pub fn health(&self, call: &CallContext) -> Result<(), CallFailure> {
        let mut sentence = Vec::new();
        let out = &mut |bytes: &[u8]| {
            sentence.extend_from_slice(bytes);
            sentence.len() < limits::SENTENCE_BYTES
        };
        let outcome = self.hook(call, |plugin| plugin.check(call, out));
        outcome.map_err(|failure| {
            if sentence.is_empty() {
                return failure;
            }
            let diagnostics = ffi::cut(&sentence, limits::SENTENCE_BYTES).into_owned();
            CallFailure { diagnostics, ..failure }
        })
    }

    /// Bytes that it has allocated, where it counts them.
    #[must_use]
    pub fn allocated(&self) -> Option<u64> {
        self.plugin.as_ref()?.allocated()
    }

    /// `start`: it is in service. Once.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_CONFLICT` if it was called before.
    pub fn start(&self, call: &CallContext) -> Result<(), CallFailure> {
        let change =
            self.stage.compare_exchange(CREATED, STARTED, Ordering::AcqRel, Ordering::Acquire);
        if change.is_err() {
            return Err(out_of_turn("start"));
        }
        self.hook(call, |plugin| plugin.start(call))
    }

    /// `quiesce`: it ends its threads and completes its tickets. Once; other hooks are refused from
    /// here on. Those that run go on; of a plugin that says `HUB_ENTRY_SERIAL` they are waited for.
    ///
    /// # Errors
    ///
    /// What the hook answers; `HUB_CONFLICT` if it was called before.
    pub fn quiesce(&self, call: &CallContext) -> Result<(), CallFailure> {
        let stage = self.stage.fetch_max(QUIESCED, Ordering::AcqRel);
        if stage >= QUIESCED {
            return Err(out_of_turn("quiesce"));
        }
        let _alone = self.alone(call)?;
        self.quiesced.store(true, Ordering::Release);
        self.plugin.as_ref().map_or(Ok(()), |plugin| plugin.quiesce(call))
    }

    /// Ends it, as dropping it does. One that was started and not quiesced is quiesced first.
    pub fn destroy(self) {
        drop(self);
    }

    /// Gives it up, because a hook of it does not return: what the plugin asks of the hub is refused
    /// from now on, no hook is called any more, nor `destroy`, for code of it may still run. What
    /// it holds is lost.
    pub fn abandon(&self) {
        self.stage.store(ABANDONED, Ordering::Release);
        self.host.close();
    }

    fn hook<T>(
        &self,
        call: &CallContext,
        work: impl FnOnce(&Plugin) -> Result<T, CallFailure>,
    ) -> Result<T, CallFailure> {
        let _alone = self.alone(call)?;
        if self.stage.load(Ordering::Acquire) >= QUIESCED {
            return Err(ended());
        }
        self.plugin.as_ref().map_or_else(|| Err(ended()), work)
    }

    fn alone(&self, call: &CallContext) -> Result<Option<serial::Alone<'_>>, CallFailure> {
        self.serial.as_ref().map(|serial| serial.wait(call)).transpose()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Instance");
        out.field("library", &self.library).field("offers", &self.offers);
        out.finish_non_exhaustive()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let Some(plugin) = self.plugin.take() else { return };
        let stage = self.stage.load(Ordering::Acquire);
        if stage == ABANDONED {
            return;
        }
        // It may have been waited for in vain when it was to hear of its end.
        if stage != CREATED && !self.quiesced.load(Ordering::Acquire) {
            let call = CallContext::within(Duration::from_secs(limits::QUIESCE_SECONDS));
            // Nobody is left who could do anything about an error.
            let _quiesced = plugin.quiesce(&call);
        }
        plugin.destroy();
        self.host.close();
    }
}

fn ended() -> CallFailure {
    CallFailure::of(Refusal::new(HUB_UNAVAILABLE, "the instance has ended"))
}

fn out_of_turn(hook: &str) -> CallFailure {
    let text = format!("{hook} was called before, or the instance has ended");
    CallFailure::of(Refusal::new(HUB_CONFLICT, text))
}
