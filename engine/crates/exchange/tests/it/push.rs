//! Lanes over partners without sockets: a backlog, a pause, senders that are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use phytohub_domain::{ConnectionCode, ConnectionId, EnvelopeHeader, PushEndpoint};
use phytohub_exchange::admin::{AccountRequest, ConnectionChanges, PushInput, Setting, TrustInput};
use phytohub_exchange::push::{
    BreakerState, Dispatcher, Message, Partner, PartnerError, Partners, PushConfig, PushStatus,
};
use phytohub_exchange::{AdminRequest, Boxed, Housekeeping, Hub, StartTask, backup};
use phytohub_store::Queue;
use tokio::sync::mpsc;

use super::fixture::{self, Fixture};

/// Partners that answer by their address: `gone` is away, others take everything.
#[derive(Clone, Debug)]
struct Stubs(mpsc::Sender<(String, Vec<u8>)>);

#[derive(Debug)]
struct Stub {
    host: String,
    calls: mpsc::Sender<(String, Vec<u8>)>,
}

impl Partners for Stubs {
    fn partner(
        &self,
        endpoint: &PushEndpoint,
        _concurrency: usize,
    ) -> Result<Arc<dyn Partner>, PartnerError> {
        let host = endpoint.url.trim_start_matches("https://").to_owned();
        Ok(Arc::new(Stub { host, calls: self.0.clone() }))
    }
}

impl Stub {
    async fn answer(
        (host, calls): (String, mpsc::Sender<(String, Vec<u8>)>),
        mut message: Message,
    ) -> Result<(), PartnerError> {
        let mut whole = Vec::new();
        let length = message.len();
        while let Some(piece) = message.next().await {
            whole.extend_from_slice(&piece.expect("it can be read"));
        }
        assert_eq!(whole.len() as u64, length, "the length is told before");
        let gone = host == "gone";
        // A test that has seen enough listens no more.
        let _ = calls.send((host, whole)).await;
        if gone { Err(PartnerError::Unreachable { reason: "gone".into() }) } else { Ok(()) }
    }
}

impl Partner for Stub {
    fn deliver_envelope(
        &self,
        message: Message,
    ) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>> {
        let stub = (self.host.clone(), self.calls.clone());
        Box::pin(async move { Self::answer(stub, message).await.map(|()| None) })
    }

    fn set_tracking_info_update(&self, message: Message) -> Boxed<Result<(), PartnerError>> {
        let stub = (self.host.clone(), self.calls.clone());
        Box::pin(Self::answer(stub, message))
    }
}

/// Starts tasks that end with the test.
#[derive(Debug, Default)]
struct Set(Mutex<tokio::task::JoinSet<()>>);

impl StartTask for Set {
    fn start(&self, _name: &'static str, future: Boxed<()>) {
        self.0.lock().expect("nothing panics").spawn(future);
    }
}

struct Pushing {
    fixture: Fixture,
    calls: mpsc::Receiver<(String, Vec<u8>)>,
    _tasks: Arc<Set>,
}

impl Pushing {
    async fn new(config: PushConfig, endpoints: &[(&str, &str)]) -> Self {
        let fixture = Fixture::new().await;
        for (code, host) in endpoints {
            give_endpoint(&fixture, code, host).await;
        }
        let hub = fixture.hub.clone();
        Self::start(fixture, hub, config)
    }

    /// Lanes over a hub that was just opened, by the fixture's clock.
    fn start(fixture: Fixture, hub: Hub, config: PushConfig) -> Self {
        let (sender, calls) = mpsc::channel(16);
        let tasks = Arc::new(Set::default());
        let alarm = fixture.clock.clone();
        let partners = Arc::new(Stubs(sender));
        let dispatcher =
            Dispatcher::new(hub.clone(), partners, tasks.clone(), alarm.clone(), config);
        tasks.start("dispatcher", Box::pin(dispatcher.run(std::future::pending())));
        let housekeeping = Housekeeping::new(hub, alarm);
        tasks.start("housekeeping", Box::pin(housekeeping.run(std::future::pending())));
        Self { fixture, calls, _tasks: tasks }
    }

    async fn call(&mut self) -> (String, String) {
        let call = tokio::time::timeout(Duration::from_secs(30), self.calls.recv()).await;
        let (host, body) = call.expect("a call comes").expect("the lanes run");
        (host, String::from_utf8(body).expect("the hub writes UTF-8"))
    }

    /// Waits until a lane says so.
    async fn lane(&self, code: &str, says: impl FnMut(&PushStatus) -> bool) -> PushStatus {
        let code: ConnectionCode = code.parse().expect("a code");
        let mut status = loop {
            match self.fixture.hub.push_status(&code) {
                Some(status) => break status,
                None => tokio::task::yield_now().await,
            }
        };
        let said = tokio::time::timeout(Duration::from_secs(30), status.wait_for(says)).await;
        said.expect("the lane says so").expect("the lane runs").clone()
    }

    /// What waits for LK, the second connection.
    fn waiting(&self) -> u64 {
        self.fixture.store.queue_len(ConnectionId(2), Queue::Inbox)
    }
}

/// As the operator would, but with an address that no client could call.
async fn give_endpoint(fixture: &Fixture, code: &str, host: &str) {
    let push = PushInput {
        url: format!("https://{host}"),
        trust: TrustInput::Public,
        allow_private: false,
    };
    let changes = Box::new(ConnectionChanges {
        push: Setting::Set(push),
        tracking_updates: Some(true),
        ..ConnectionChanges::default()
    });
    fixture.admin(AdminRequest::ConnectionChange { code: code.into(), changes }).await;
}

fn open(status: &PushStatus) -> bool {
    matches!(status.breaker, BreakerState::Open { .. }) && status.open_calls == 0
}

/// One dead partner with thousands waiting: one probe in an interval, whatever waits; a restart
/// costs no more, and another partner gets its mail at once.
#[tokio::test]
async fn a_dead_partner_costs_one_probe_in_an_interval_however_much_waits() {
    let endpoints = [("LK", "gone"), ("AR", "fine")];
    let mut world = Pushing::new(PushConfig::default(), &endpoints).await;
    for index in 0..WAITING {
        world.fixture.deliver("NO", "LK", &format!("N{index}")).await;
    }
    let failed = world.lane("LK", open).await.failed;
    // Five in a row open it; as many as are called at once may be under way by then.
    assert!((5..=8).contains(&failed), "{failed} calls before it was held to be away");
    while world.calls.try_recv().is_ok() {}

    let probe = |seconds| Duration::from_secs(seconds);
    for (count, wait) in [(1, 30), (2, 60), (3, 120)] {
        world.fixture.clock.advance(probe(wait));
        assert_eq!(world.call().await.0, "gone");
        world.lane("LK", |status| status.failed == failed + count && open(status)).await;
        world.fixture.deliver("NO", "AR", &format!("other {count}")).await;
        assert_eq!(world.call().await.0, "fine");
        world.lane("AR", |status| status.succeeded == count && status.open_calls == 0).await;
    }
    assert_eq!(world.waiting(), WAITING, "all of it can be pulled all the while");
}

/// What came before the endpoint, and before the hub, is brought too, in order.
#[tokio::test]
async fn what_waited_before_there_was_an_endpoint_is_brought_in_order() {
    let mut config = PushConfig::default();
    (config.concurrency, config.rate_per_second) = (1, 1000);
    let fixture = Fixture::new().await;
    for index in 0..50 {
        fixture.deliver("NO", "LK", &format!("N{index:02}")).await;
    }
    let hub = fixture.hub.clone();
    let mut world = Pushing::start(fixture, hub, config);
    give_endpoint(&world.fixture, "LK", "fine").await;
    for index in 0..50 {
        let (_, body) = world.call().await;
        assert!(body.contains(&format!(">N{index:02}<")), "{index}: {body}");
    }
}

/// An endpoint that is taken away is called no more; given back, it is.
#[tokio::test]
async fn a_lane_ends_with_its_endpoint_and_begins_with_the_next() {
    let mut world = Pushing::new(PushConfig::default(), &[("LK", "fine")]).await;
    world.fixture.deliver("NO", "LK", "A").await;
    world.call().await;
    world.lane("LK", |status| status.succeeded == 1 && status.open_calls == 0).await;
    let changes =
        Box::new(ConnectionChanges { push: Setting::Clear, ..ConnectionChanges::default() });
    world.fixture.admin(AdminRequest::ConnectionChange { code: "LK".into(), changes }).await;
    world.fixture.deliver("NO", "LK", "B").await;
    give_endpoint(&world.fixture, "LK", "other").await;
    let (host, body) = world.call().await;
    assert_eq!(host, "other", "B was not brought to an address that is set no more");
    assert!(body.contains(">B<"), "A was handed over and is not brought again");
}

/// After a restore nobody is called before the operator says so.
#[tokio::test]
async fn a_restored_hub_calls_nobody_until_it_is_resumed() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    give_endpoint(&fixture, "LK", "fine").await;
    let number = fixture.deliver("NO", "LK", "A").await.hub_delivery_number.expect("a number");
    let (path, _) = super::backup::create(&fixture, outside.path()).await;
    let target = outside.path().join("restored");
    backup::restore(&path, (&target, &super::backup::beside(&target)), &*fixture.clock)
        .expect("restored");
    let hub = super::backup::reopened(&target, &fixture);
    let mut world = Pushing::start(fixture, hub.clone(), PushConfig::default());
    world.fixture.hub = hub.clone();
    // The lane runs, and is told of something new: it would call if it were let.
    world.lane("LK", |_| true).await;
    world.fixture.deliver("NO", "LK", "B").await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert!(world.calls.try_recv().is_err(), "called while paused");
    let resume = AdminRequest::Account(AccountRequest::DeliveryResume);
    hub.admin(&fixture::OPERATOR, resume).await.expect("resumed");
    let (_, body) = world.call().await;
    assert!(body.contains(&number) || body.contains(">B<"), "{body}");
}

/// Mail that nobody took in a week fails by its age, and its sender is told; what was handed over
/// does not age.
#[tokio::test]
async fn mail_that_was_never_taken_fails_by_age_and_its_sender_is_told() {
    let day = Duration::from_secs(86_400);
    let mut config = PushConfig::default();
    config.ack_wait = 30 * day;
    let endpoints = [("LK", "gone"), ("AR", "fine"), ("NO", "sender")];
    let mut world = Pushing::new(config, &endpoints).await;
    let lost = world.fixture.deliver("NO", "LK", "lost").await;
    assert_eq!(world.call().await.0, "gone");
    let taken = world.fixture.deliver("NO", "AR", "taken").await;
    assert_eq!(world.call().await.0, "fine");
    world.lane("AR", |status| status.succeeded == 1 && status.open_calls == 0).await;
    world.lane("LK", |status| status.failed == 1 && status.open_calls == 0).await;
    world.fixture.clock.advance(7 * day + Duration::from_secs(1));
    let told = loop {
        let (host, body) = world.call().await;
        if host == "sender" {
            break body;
        }
    };
    assert!(told.contains("<h:HUBTrackingInfo>FailedDelivery<"), "{told}");
    assert!(told.contains(lost.hub_delivery_number.as_deref().expect("a number")), "{told}");
    let state = world.fixture.state("NO", &fixture::number(&taken)).await;
    assert_eq!(state.as_str(), "PendingDelivery");
    assert_eq!(world.waiting(), 1, "it can still be pulled");
}

/// Enough to tell a probe in an interval from a try of each.
const WAITING: u64 = 1_000;
