//! What each contender can do, and what it is started with.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use crate::Failure;
use crate::compare::{ceiling, hub, nats, postgres};
use crate::hub::Site;

/// Something on its way.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A running contender; it ends when dropped.
pub(super) trait Contender: Send + Sync {
    /// How it is set up and driven.
    fn settings(&self) -> Vec<(String, String)>;
    /// Its first process; what that one started belongs to it.
    fn process(&self) -> u32;
    /// One worker's access.
    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>>;
}

/// One worker's access: publishes, is delivered a message, acknowledges it, and so on.
pub(super) trait Session: Send {
    /// Returns when the message is durable.
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()>;
    /// Bytes of a message that came; the one just published, or another.
    fn deliver(&mut self) -> Doing<'_, usize>;
    /// Returns when it is durable that the message that came is done.
    fn acknowledge(&mut self) -> Doing<'_, ()>;
}

/// What a contender is started with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<'a> {
    pub(super) dir: &'a Path,
    /// Whose keys are used, by the hub and by all others.
    pub(super) site: &'a Site,
    /// The program that serves the ceiling.
    pub(super) own: &'a Path,
    pub(super) content_bytes: usize,
    pub(super) in_flight: usize,
    pub(super) sync_delay: Duration,
}

/// Starts a contender.
pub(super) async fn start(name: &str, start: &Start<'_>) -> Result<Box<dyn Contender>, Failure> {
    Ok(match name {
        "hub" => Box::new(hub::HubUnderTest::start(start)?),
        "ceiling" => Box::new(ceiling::Ceiling::start(start)?),
        "nats" => Box::new(nats::Nats::start(start).await?),
        "postgres" => Box::new(postgres::Postgres::start(start).await?),
        other => return Err(format!("no contender {other}").into()),
    })
}

/// Settings as they are told.
pub(super) fn told(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
