//! What each contender can do, and what it is started with.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use crate::Failure;
use crate::compare::looped::Looped;
use crate::compare::postgres::{Batching, Postgres, Way};
use crate::compare::{ceiling, hub, nats, quic, rabbitmq};
use crate::hub::Site;

/// Something on its way.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A running contender; it ends when dropped.
pub(super) trait Contender: Send + Sync {
    /// How it is set up and driven.
    fn settings(&self) -> Vec<(String, String)>;
    /// Its first process; what that one started belongs to it.
    fn process(&self) -> u32;
    /// One worker's access; not asked of one that drives itself.
    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>>;
    /// Itself, if its process does the whole work and only has to be told when.
    fn looped(&self) -> Option<&Looped> {
        None
    }
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
    /// The program that serves the ceilings.
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
        "quic" => Box::new(quic::QuicHub::start(start).await?),
        "quic-ceiling" => Box::new(quic::QuicCeiling::start(start).await?),
        "nats" => Box::new(nats::Nats::start(start).await?),
        "rabbitmq" => Box::new(rabbitmq::RabbitMq::start(start).await?),
        "postgres" => postgres(start, Way::Tls, Batching::Single).await?,
        "postgres-batch" => postgres(start, Way::Tls, Batching::Waiting).await?,
        "postgres-plain" => postgres(start, Way::LocalSocket, Batching::Single).await?,
        "postgres-plain-batch" => postgres(start, Way::LocalSocket, Batching::Waiting).await?,
        "store" | "rocksdb" => Box::new(Looped::start(name, start)?),
        other => return Err(format!("no contender {other}").into()),
    })
}

async fn postgres(
    start: &Start<'_>,
    way: Way,
    batching: Batching,
) -> Result<Box<dyn Contender>, Failure> {
    Ok(Box::new(Postgres::start(start, way, batching).await?))
}

/// Settings as they are told.
pub(super) fn told(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
