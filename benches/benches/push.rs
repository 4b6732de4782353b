//! A partner that is away with 100,000 envelopes waiting, and its neighbour: how long an envelope
//! takes from the hub's door to the neighbour's, with and without it, in one run; what the backlog
//! costs in memory; and how soon after a restart both are served.
//!
//! Partners are stand-ins without sockets: what is measured is the hub's own part. The run fails
//! if the neighbour waits noticeably longer, if the lane holds more than a window of its queue, or
//! if a restart takes more than seconds.

#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, Fingerprint, Limits, PushEndpoint};
use phytohub_exchange::admin::{
    CertificateInput, ConnectionChanges, PushInput, Setting, TrustInput,
};
use phytohub_exchange::push::{
    Backoff, BreakerState, Dispatcher, Message, Partner, PartnerError, Partners, PushConfig,
};
use phytohub_exchange::{AdminRequest, Boxed, Caller, Housekeeping, Hub, Operator, Policy};
use phytohub_server::{ShutdownTrigger, SystemClock, Tasks};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;
use phytohub_wire::soap::{self, Envelope, Request, client};
use tokio::sync::mpsc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run());
}

#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
async fn run() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut world = World::open(directory.path());
    for (index, code) in ["NO", "LK", "AR"].into_iter().enumerate() {
        world.register(code, u8::try_from(index).expect("three")).await;
    }
    world.endpoint("AR", Some("fine")).await;
    let alone = world.best().await;

    let start = now();
    world.fill("LK", WAITING).await;
    println!("push/neighbour filled={WAITING} in {:.1} s", start.elapsed().as_secs_f64());
    let without_lane = (world.best().await, resident());
    world.endpoint("LK", Some("gone")).await;
    world.away("LK").await;
    let with_lane = (world.best().await, resident());
    let ratio = with_lane.0.as_secs_f64() / alone.as_secs_f64();
    println!(
        "push/neighbour alone={alone:.2?} backlog={:.2?} backlog_and_dead_partner={:.2?} \
         ratio={ratio:.2}",
        without_lane.0, with_lane.0
    );
    let grown = with_lane.1.saturating_sub(without_lane.1);
    println!("push/memory lane_of_dead_partner={} KiB", grown >> 10);

    world.close().await;
    let start = now();
    let mut world = World::open(directory.path());
    world.deliver("AR", "after").await;
    world.taken().await;
    let neighbour = start.elapsed();
    world.away("LK").await;
    println!(
        "push/restart neighbour_served={neighbour:.2?} dead_partner_found_away={:.2?}",
        start.elapsed()
    );
    world.close().await;

    assert!(ratio <= RATIO_MAX, "the neighbour waits {ratio:.2} times as long");
    assert!(grown <= MEMORY_MAX, "the dead partner's lane holds {grown} bytes");
    assert!(neighbour <= RESTART_MAX, "served {neighbour:?} after the start");
}

/// A hub, what brings, and what the neighbour got.
struct World {
    hub: Hub,
    tasks: Tasks,
    trigger: ShutdownTrigger,
    taken: mpsc::Receiver<Instant>,
}

impl World {
    fn open(path: &Path) -> Self {
        let (clock, metrics) = (Arc::new(SystemClock::new()), Arc::new(Metrics::new()));
        let mut config = StoreConfig::new(path);
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        let opened = Store::open(config, clock.clone(), metrics.clone());
        let (store, _) = opened.expect("a store opens");
        let hub = Hub::open(store, Limits::default(), clock.clone(), metrics).expect("a hub");
        // The same few numbers are sent again and again, each time anew.
        let mut policy = Policy::default();
        policy.replay_window = Duration::ZERO;
        hub.set_policy(policy);
        let (trigger, shutdown) = ShutdownTrigger::new();
        let (sender, taken) = mpsc::channel(1024);
        let tasks = Tasks::new();
        let mut config = PushConfig::default();
        config.rate_per_second = 1000;
        // Harsher than the default: ten probes a second.
        let tenth = Duration::from_millis(100);
        config.breaker = Backoff { first: tenth, most: tenth };
        let partners = Arc::new(StandIns(sender));
        let starts = Arc::new(tasks.clone());
        let dispatcher = Dispatcher::new(hub.clone(), partners, starts, clock.clone(), config);
        let mut stop = shutdown.clone();
        tasks.spawn("dispatcher", async move { dispatcher.run(stop.requested()).await });
        let (housekeeping, mut stop) = (Housekeeping::new(hub.clone(), clock), shutdown);
        tasks.spawn("housekeeping", async move { housekeeping.run(stop.requested()).await });
        Self { hub, tasks, trigger, taken }
    }

    async fn close(self) {
        self.trigger.fire();
        self.tasks.join(Duration::from_secs(60)).await.expect("every task ends");
        self.hub.close().expect("the last commit is on disk");
    }

    async fn register(&self, code: &str, byte: u8) {
        let certificate = CertificateInput {
            label: "bench".into(),
            fingerprint: Fingerprint([byte; 32]).to_string(),
            scope: "all".into(),
            not_before_ms: 0,
            not_after_ms: 4_102_444_800_000,
        };
        self.admin(AdminRequest::ConnectionAdd {
            code: code.into(),
            name: code.into(),
            mode: "test".into(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates: vec![certificate],
        })
        .await;
    }

    async fn endpoint(&self, code: &str, host: Option<&str>) {
        let push = host.map_or(Setting::Clear, |host| {
            let url = format!("https://{host}");
            Setting::Set(PushInput { url, trust: TrustInput::Public, allow_private: false })
        });
        let changes = Box::new(ConnectionChanges { push, ..ConnectionChanges::default() });
        self.admin(AdminRequest::ConnectionChange { code: code.into(), changes }).await;
    }

    async fn admin(&self, request: AdminRequest) {
        self.hub.admin(&Operator { uid: 0 }, request).await.expect("the hub does it");
    }

    /// Waits until a partner is held to be away.
    async fn away(&self, code: &str) {
        let code = code.parse().expect("a code");
        loop {
            if let Some(mut status) = self.hub.push_status(&code) {
                let open = |status: &phytohub_exchange::push::PushStatus| {
                    matches!(status.breaker, BreakerState::Open { .. })
                };
                status.wait_for(open).await.expect("the lane runs");
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    fn sender(&self) -> Caller {
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        self.hub.identify(Some(Fingerprint([0; 32])), address).expect("registered")
    }

    async fn deliver(&self, to: &str, number: &str) {
        deliver(&self.hub, &self.sender(), to, number).await;
    }

    async fn fill(&self, to: &'static str, count: usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for sender in 0..SENDERS {
            let (hub, caller) = (self.hub.clone(), self.sender());
            tasks.spawn(async move {
                for index in 0..count / SENDERS {
                    deliver(&hub, &caller, to, &format!("{sender}/{index}")).await;
                }
            });
        }
        tasks.join_all().await;
    }

    async fn taken(&mut self) -> Instant {
        self.taken.recv().await.expect("the lanes run")
    }

    /// The best of several medians: from the hub's door to the neighbour's.
    async fn best(&mut self) -> Duration {
        let mut best = Duration::MAX;
        for round in 0..ROUNDS {
            let mut times = Vec::new();
            for index in 0..EACH {
                let start = now();
                self.deliver("AR", &format!("{round}/{index}")).await;
                times.push(self.taken().await.duration_since(start));
            }
            times.sort();
            best = best.min(times[times.len() / 2]);
        }
        best
    }
}

async fn deliver(hub: &Hub, caller: &Caller, to: &str, number: &str) {
    let answer = hub.deliver_envelope(caller, envelope(to, number)).await.expect("answered");
    let accepted = Some(phytohub_domain::TrackingInfo::PendingDelivery);
    assert_eq!(answer.tracking_info, accepted, "{:?}", answer.error_message);
}

fn envelope(to: &str, number: &str) -> Envelope {
    let header = EnvelopeHeader {
        from: "NO".into(),
        to: to.into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.into(),
        ..EnvelopeHeader::default()
    };
    let body = Bytes::from(client::deliver_envelope(&header, "<a/>"));
    match soap::read_request(body, None, &Limits::default()).expect("a request") {
        Request::DeliverEnvelope(envelope) => envelope,
        other => unreachable!("another request: {other:?}"),
    }
}

/// Partners by their address: `gone` is away, others take everything and say when.
#[derive(Clone, Debug)]
struct StandIns(mpsc::Sender<Instant>);

#[derive(Debug)]
struct StandIn {
    gone: bool,
    taken: mpsc::Sender<Instant>,
}

impl Partners for StandIns {
    fn partner(
        &self,
        endpoint: &PushEndpoint,
        _concurrency: usize,
    ) -> Result<Arc<dyn Partner>, PartnerError> {
        let gone = endpoint.url.ends_with("gone");
        Ok(Arc::new(StandIn { gone, taken: self.0.clone() }))
    }
}

impl Partner for StandIn {
    fn deliver_envelope(
        &self,
        mut message: Message,
    ) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>> {
        let (gone, taken) = (self.gone, self.taken.clone());
        Box::pin(async move {
            if gone {
                return Err(PartnerError::Unreachable { reason: "connection refused".into() });
            }
            while let Some(piece) = message.next().await {
                piece.expect("it can be read");
            }
            let _ = taken.send(now()).await;
            Ok(None)
        })
    }

    fn set_tracking_info_update(&self, _: Message) -> Boxed<Result<(), PartnerError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or_default() << 10
}

const WAITING: usize = 100_000;
const SENDERS: usize = 250;
const ROUNDS: usize = 7;
const EACH: usize = 101;
/// Machines are noisy; a neighbour that had to wait for the dead one would wait many times as long.
const RATIO_MAX: f64 = 1.5;
/// The window of a lane is two megabytes; reading its pages leaves some more with the allocator and
/// the store's cache.
const MEMORY_MAX: u64 = 64 << 20;
const RESTART_MAX: Duration = Duration::from_secs(10);
