//! What every part of the plugin host has to do with: the hub, time, tasks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::Clock;
use phytohub_exchange::{Alarm, Boxed, Hub, StartTask};
use phytohub_telemetry::{Actor, ActorKind, Event, EventKind, Metrics};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use crate::breadcrumb::Breadcrumbs;
use crate::http::PluginPages;
use crate::post_office::PostOffice;

/// The surroundings of all plugins.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) hub: Hub,
    /// Where envelopes go to and come from.
    pub(crate) post: Arc<dyn PostOffice>,
    pub(crate) breadcrumbs: Arc<Breadcrumbs>,
    /// Where plugins keep files of their own, as `ID/`.
    pub(crate) data: PathBuf,
    /// What browsers see of plugins.
    pub(crate) pages: PluginPages,
    /// Told when something must be looked at before its time.
    pub(crate) look: Notify,
    /// True from the moment on when all plugins are to end.
    pub(crate) stop: watch::Sender<bool>,
    alarm: Arc<dyn Alarm>,
    tasks: Arc<dyn StartTask>,
    runtime: Handle,
}

impl World {
    /// Must be made within the runtime whose threads serve the hub.
    pub(crate) fn new(
        (hub, post): (Hub, Arc<dyn PostOffice>),
        alarm: Arc<dyn Alarm>,
        tasks: Arc<dyn StartTask>,
        breadcrumbs: Arc<Breadcrumbs>,
        data: PathBuf,
        pages: PluginPages,
    ) -> Self {
        let (look, stop) = (Notify::new(), watch::channel(false).0);
        let runtime = Handle::current();
        Self { hub, post, breadcrumbs, data, pages, look, stop, alarm, tasks, runtime }
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        self.hub.clock()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        self.hub.metrics()
    }

    /// Monotonic time of the hub's clock.
    pub(crate) fn now(&self) -> Duration {
        self.hub.clock().monotonic()
    }

    /// Resolves when the monotonic time of the hub's clock has come to this.
    pub(crate) fn at(&self, moment: Duration) -> Boxed<()> {
        self.alarm.at(moment)
    }

    /// Starts a task, from whichever thread.
    pub(crate) fn spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) {
        let _runtime = self.runtime.enter();
        self.tasks.start(name, Box::pin(future));
    }

    /// Waits for what the hub does, on a thread that may block: a plugin's own, or one that the
    /// runtime was told of.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Resolves when all plugins are to end.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as this.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    /// Records that something became of a plugin.
    pub(crate) fn record(&self, kind: EventKind, plugin: &str, detail: impl Into<String>) {
        let mut event = Event::new(kind, Actor::named(ActorKind::Plugin, plugin));
        event.detail = detail.into();
        self.hub.record(event);
    }
}

/// Waits for all, together.
pub(crate) async fn all<T>(futures: Vec<impl Future<Output = T> + Send>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(|one| Some(Box::pin(one))).collect();
    let mut results: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, result) in waiting.iter_mut().zip(&mut results) {
            if let Some(pinned) = future {
                match pinned.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => (*result, *future) = (Some(value), None),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
