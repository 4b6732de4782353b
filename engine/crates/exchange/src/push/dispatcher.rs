//! Starts a lane for each connection with an endpoint, and again if one broke down.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{Connection, ConnectionId, ConnectionKind, Timestamp};
use tokio::sync::watch;

use super::runner::Runner;
use super::{Partners, PushConfig};
use crate::Hub;
use crate::alarm::{Alarm, StartTask, Waiter};

/// Brings what waits for partners with an endpoint.
#[derive(Debug)]
pub struct Dispatcher {
    hub: Hub,
    partners: Arc<dyn Partners>,
    start: Arc<dyn StartTask>,
    waiter: Waiter,
    config: PushConfig,
    stop: watch::Sender<bool>,
    /// Lanes that broke down, which is a bug, and when.
    broke_down: HashMap<ConnectionId, Timestamp>,
}

impl Dispatcher {
    /// A dispatcher over a hub; it does nothing before it runs.
    #[must_use]
    pub fn new(
        hub: Hub,
        partners: Arc<dyn Partners>,
        start: Arc<dyn StartTask>,
        alarm: Arc<dyn Alarm>,
        config: PushConfig,
    ) -> Self {
        let waiter = Waiter::new(Arc::clone(hub.clock()), alarm);
        let (stop, _) = watch::channel(false);
        Self { hub, partners, start, waiter, config, stop, broke_down: HashMap::new() }
    }

    /// Runs until it is time to stop. The lanes end then too, by themselves.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut paused = self.hub.inner.store.paused();
        loop {
            let later = self.start_lanes();
            tokio::select! {
                () = self.hub.inner.lanes.changed.notified() => {}
                // The store outlives this: an error cannot be, and would only mean no more news.
                Ok(()) = paused.changed() => self.hub.inner.lanes.terms_changed(),
                () = self.waiter.until(later) => {}
                () = &mut stop => break,
            }
        }
        self.stop.send_replace(true);
    }

    /// Starts the lanes that are missing. When to try again, if one must wait for that.
    fn start_lanes(&mut self) -> Option<Timestamp> {
        let now = self.waiter.now();
        let broken = self.hub.inner.lanes.take_broken();
        self.broke_down.extend(broken.into_iter().map(|id| (id, now)));
        let registry = self.hub.inner.registry.load_full();
        let mut later: Option<Timestamp> = None;
        for connection in registry.connections().into_iter().filter(|c| c.push.is_some()) {
            if let Some(time) = self.start_lane(connection) {
                later = later.into_iter().chain([time]).min();
            }
        }
        later
    }

    fn start_lane(&mut self, connection: &Connection) -> Option<Timestamp> {
        let (id, now) = (connection.id, self.waiter.now());
        // What broke down is not started over and over.
        let again = self.broke_down.get(&id).map(|at| at.plus(AGAIN)).filter(|again| *again > now);
        if again.is_some() {
            return again;
        }
        let signals = self.hub.inner.lanes.enter(id)?;
        let is_hub = connection.kind == ConnectionKind::Hub;
        let config = if is_hub { self.config.for_hub() } else { self.config.clone() };
        let runner = Runner::new(
            self.hub.clone(),
            connection,
            signals,
            Arc::clone(&self.partners),
            self.waiter.clone(),
            config,
        );
        let (place, stop) = (Place { hub: self.hub.clone(), id }, self.stop.subscribe());
        self.start.start(
            "push",
            Box::pin(async move {
                let _place = place;
                runner.run(stop).await;
            }),
        );
        None
    }
}

/// A lane's place among those that run, left however it ends.
struct Place {
    hub: Hub,
    id: ConnectionId,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.inner.lanes.leave(self.id, std::thread::panicking());
    }
}

/// Between a lane's breakdown and its next start.
const AGAIN: Duration = Duration::from_secs(60);
