//! The hub's store, driven as a hub drives it, without SOAP and TLS: so many tasks, each accepting,
//! reading and acknowledging.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hdrhistogram::Histogram;
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, Clock, Connection, ConnectionCode, ConnectionId,
    ConnectionMode, ContentForm, ContentHash, Timestamp,
};
use phytohub_load_tests::Failure;
use phytohub_load_tests::clock::Stopwatch;
use phytohub_load_tests::compare::Turned;
use phytohub_store::{Change, NewContent, NewEnvelope, Replay, Store, StoreConfig};
use phytohub_telemetry::{Actor, Metrics};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::{Driven, histogram, micros, turned};

/// A store with two connections.
pub(super) struct StoreCycle {
    store: Store,
    runtime: Runtime,
    body: Bytes,
    in_flight: usize,
}

impl StoreCycle {
    pub(super) fn open(dir: &Path, body: Vec<u8>, in_flight: usize) -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let config = StoreConfig::new(dir);
        let (store, _) = Store::open(config, Arc::new(RealClock), Arc::new(Metrics::new()))?;
        for (id, code) in [(SENDER, "NO"), (RECIPIENT, "LK")] {
            let (code, at) = (code.parse()?, Timestamp::default());
            let mode = ConnectionMode::Test;
            let connection = Connection::new(id, code, String::new(), mode, at);
            runtime.block_on(store.put_connection(connection, Vec::new()))?;
        }
        Ok(Self { store, runtime, body: body.into(), in_flight })
    }
}

impl Driven for StoreCycle {
    fn turn(&mut self, time: Duration) -> Result<Turned, Failure> {
        let watch = Stopwatch::start();
        let mut all = histogram()?;
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..self.in_flight {
                tasks.spawn(work(self.store.clone(), self.body.clone(), time));
            }
            while let Some(worked) = tasks.join_next().await {
                all.add(worked??)?;
            }
            Ok::<_, Failure>(())
        })?;
        Ok(turned(&all, watch.elapsed()))
    }
}

async fn work(store: Store, body: Bytes, time: Duration) -> Result<Histogram<u64>, Failure> {
    let (mut times, begun) = (histogram()?, Stopwatch::start());
    while begun.elapsed() < time {
        let watch = Stopwatch::start();
        cycle(&store, body.clone()).await?;
        times.saturating_record(micros(watch.elapsed()));
    }
    Ok(times)
}

async fn cycle(store: &Store, body: Bytes) -> Result<(), Failure> {
    let bytes = body.len();
    let accepted = store.accept(envelope(body)?).await?;
    let (envelope, _) = store.envelope(accepted.number)?.ok_or("it is not there")?;
    let content = store.content_chunk(&envelope, 0)?;
    if content.len() != bytes {
        return Err(format!("{bytes} bytes were accepted, {} are there", content.len()).into());
    }
    let acknowledgement =
        Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
    let change = Change::Acknowledge(acknowledgement);
    store.change(envelope, change, Actor::hub()).await?;
    Ok(())
}

fn envelope(raw: Bytes) -> Result<NewEnvelope, Failure> {
    let content = NewContent { raw, form: ContentForm::Plain, hash: ContentHash([7; 32]) };
    let from: ConnectionCode = "NO".parse()?;
    let to = ("LK".to_owned(), Some(RECIPIENT));
    let actor = Actor::hub();
    let mut new = NewEnvelope::new((from, SENDER), to, ConnectionMode::Test, actor, content);
    "EPHYTO.NO.2026.0001234".clone_into(&mut new.nppo_certificate_number);
    // As the hub has it: no two are the same here, so that each is stored.
    new.replay = Some(Replay { hash: rand::random(), window: Duration::from_secs(600) });
    Ok(new)
}

const SENDER: ConnectionId = ConnectionId(1);
const RECIPIENT: ConnectionId = ConnectionId(2);

#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "a store is measured with the real clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::default().plus(since.unwrap_or_default())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.now().as_millis())
    }
}
