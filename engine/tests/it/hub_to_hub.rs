//! Two hubs with a country on each, and a line between them that the test can cut.

#[path = "hub_to_hub/line.rs"]
mod line;
#[path = "hub_to_hub/rights.rs"]
mod rights;
#[path = "hub_to_hub/sides.rs"]
mod sides;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use phytohub::push::PartnerCalls;
use phytohub_client::{
    AddressPolicy, Delivery, Identity, Inbox, InboxCredit, QuicClient, QuicConfig,
    ReceivedEnvelope, ServerTrust,
};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, EnvelopeHeader, HubDeliveryNumber, Timestamp,
    TrackingInfo,
};
use phytohub_exchange::admin::{
    CertificateInput, ConnectionChanges, EnvelopeView, EventView, LinkRequest, LinkSides,
    PushInput, Setting, TrustInput,
};
use phytohub_exchange::push::{BreakerState, Dispatcher, PushConfig, PushStatus};
use phytohub_exchange::{AdminReply, AdminRequest, Housekeeping, Operator};
use phytohub_testkit::{Line, Relay, TestCertificate, TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::quic::AckOutcome;
use tokio::time::timeout;

/// A hub with what it shows to others, and the line that leads to it.
struct Side {
    hub: TestHub,
    /// Its code at the other hub.
    code: &'static str,
    identity: TestCertificate,
    relay: Relay,
    /// Where its clients call, without the line.
    at: SocketAddr,
}

impl Side {
    async fn start(code: &'static str, connections: Vec<&'static str>) -> Self {
        let options = TestHubOptions { connections, ..TestHubOptions::default() };
        let hub = TestHub::start_with(options).await;
        let identity = hub.ca().client(code);
        let at = hub.open_quic();
        let relay = Relay::start(at, Line::default(), 7);
        let side = Self { hub, code, identity, relay, at };
        side.bring();
        side
    }

    /// Starts what brings, as the binary does.
    fn bring(&self) {
        let file = |name: &str| self.hub.directory().join(name);
        let (certificate, key) = (file("push.pem"), file("push.key"));
        std::fs::write(&certificate, self.identity.pem()).expect("the directory is ours");
        std::fs::write(&key, self.identity.key_pem()).expect("the directory is ours");
        let partners = PartnerCalls::load(&certificate, &key).expect("the files are good");
        let (tasks, alarm) = (Arc::new(self.hub.tasks().clone()), self.hub.shared_clock());
        let (hub, config) = (self.hub.hub().clone(), PushConfig::default());
        let partners = Arc::new(partners);
        let dispatcher = Dispatcher::new(hub.clone(), partners, tasks, alarm.clone(), config);
        let mut stop = self.hub.shutdown();
        self.hub.tasks().spawn("dispatcher", async move { dispatcher.run(stop.requested()).await });
        let housekeeping = Housekeeping::new(hub, alarm);
        let mut stop = self.hub.shutdown();
        self.hub.tasks().spawn("housekeeping", async move {
            housekeeping.run(stop.requested()).await;
        });
    }

    /// Stops the hub and starts another over the same store, behind the same line.
    async fn restart(self) -> Self {
        let Self { hub, code, identity, relay, .. } = self;
        let hub = hub.restart().await;
        let at = hub.open_quic();
        relay.set_target(at);
        let side = Self { hub, code, identity, relay, at };
        side.bring();
        side
    }

    /// Registers the other hub, with the connections of either side.
    async fn knows(&self, other: &Self, ours: &[&str], theirs: &[&str]) {
        for code in theirs {
            self.foreign(code).await;
        }
        let certificates = vec![CertificateInput {
            label: "the other hub".to_owned(),
            fingerprint: other.identity.fingerprint().to_string(),
            scope: "all".to_owned(),
            not_before_ms: 0,
            not_after_ms: Timestamp::parse_utc("2049-12-31").expect("a day").as_millis(),
        }];
        let (code, name) = (other.code.to_owned(), "the other hub".to_owned());
        let (mode, sides) = ("test".to_owned(), sides(ours, theirs));
        let add = LinkRequest::Add { code, name, mode, sides, certificates, fail_waiting: false };
        self.hub.admin(AdminRequest::Link(add)).await;
    }

    /// A connection that this hub knows, and whose system is elsewhere.
    async fn foreign(&self, code: &str) {
        let add = AdminRequest::ConnectionAdd {
            code: code.to_owned(),
            name: format!("NPPO of {code}"),
            mode: "test".to_owned(),
            serves: Vec::new(),
            accepts: Vec::new(),
            certificates: Vec::new(),
        };
        self.hub.admin(add).await;
    }

    /// Says where the other hub is.
    async fn calls(&self, other: &Self) {
        let authority = base64::engine::general_purpose::STANDARD.encode(other.hub.ca().der());
        let push = PushInput {
            url: format!("quic://localhost:{}", other.relay.address().port()),
            trust: TrustInput::Authorities(vec![authority]),
            allow_private: true,
        };
        let changes = ConnectionChanges { push: Setting::Set(push), ..Default::default() };
        self.change(other.code, changes).await;
    }

    async fn change(&self, code: &str, changes: ConnectionChanges) {
        let (code, changes) = (code.to_owned(), Box::new(changes));
        self.hub.admin(AdminRequest::ConnectionChange { code, changes }).await;
    }

    /// A system that calls this hub, by the line or past it.
    fn client_with(&self, certificate: &TestCertificate, at: SocketAddr) -> QuicClient {
        let address = format!("quic://localhost:{}", at.port()).parse().expect("an address");
        let trust = ServerTrust::Authorities(vec![self.hub.ca().der().clone()]);
        let identity = Identity::from_der(certificate.chain(), certificate.key());
        let mut config = QuicConfig::new(address, trust, identity);
        config.addresses = AddressPolicy::any();
        QuicClient::new(config).expect("a client")
    }

    /// The system of a country of this hub. It finds the hub again where the line leads.
    fn client(&self, code: &str) -> QuicClient {
        self.client_with(self.hub.certificate(code), self.at)
    }

    async fn show(&self, number: HubDeliveryNumber) -> EnvelopeView {
        let request = AdminRequest::EnvelopeShow { number: number.to_string() };
        match self.ask(request).await {
            AdminReply::Envelope(view) => view,
            other => panic!("{other:?}"),
        }
    }

    async fn history(&self, number: HubDeliveryNumber) -> Vec<EventView> {
        let request = AdminRequest::EnvelopeHistory { number: number.to_string() };
        match self.ask(request).await {
            AdminReply::History(events) => events,
            other => panic!("{other:?}"),
        }
    }

    async fn ask(&self, request: AdminRequest) -> AdminReply {
        let answer = self.hub.hub().admin(&Operator { uid: 0 }, request);
        Box::pin(answer).await.expect("the hub answers")
    }

    /// Waits until the lane to the other hub says so.
    async fn lane(&self, code: &str, until: impl Fn(&PushStatus) -> bool) -> PushStatus {
        let code = code.parse().expect("a code");
        let mut status = self.hub.hub().push_status(&code).expect("the lane runs");
        soon(status.wait_for(until)).await.expect("the lane lives").clone()
    }

    /// Waits until an envelope has ended; lets time pass whenever the lane waits for it.
    async fn ended(&self, other: &Self, number: HubDeliveryNumber) -> EnvelopeView {
        let look = async {
            loop {
                let view = self.show(number).await;
                if view.tracking_info != TrackingInfo::PendingDelivery.as_str() {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        };
        soon(passing(self, other, look)).await
    }

    /// Lets time pass if the lane waits for nothing else.
    fn nudge(&self, code: &str) {
        let status = self.hub.hub().push_status(&code.parse().expect("a code"));
        let Some(status) = status.map(|status| status.borrow().clone()) else { return };
        let waits = status.next.is_some() || matches!(status.breaker, BreakerState::Open { .. });
        if status.open_calls == 0 && waits {
            self.hub.clock().advance(Duration::from_secs(1));
        }
    }
}

/// Does something, and lets time pass meanwhile whenever a lane waits for nothing else.
async fn passing<T>(one: &Side, other: &Side, work: impl Future<Output = T>) -> T {
    let nudging = async {
        loop {
            one.nudge(other.code);
            other.nudge(one.code);
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        done = work => done,
        () = nudging => unreachable!("it has no end"),
    }
}

/// The hubs: NO and SE on one, NZ and AU on the other, NO and NZ use the line.
async fn hubs() -> (Side, Side) {
    let (north, south) = (north().await, south().await);
    north.knows(&south, &["NO"], &["NZ"]).await;
    south.knows(&north, &["NZ"], &["NO"]).await;
    north.calls(&south).await;
    south.calls(&north).await;
    (north, south)
}

async fn north() -> Side {
    Side::start("HUB-NORTH", vec!["NO", "SE"]).await
}

async fn south() -> Side {
    Side::start("HUB-SOUTH", vec!["NZ", "AU"]).await
}

fn sides(ours: &[&str], theirs: &[&str]) -> LinkSides {
    let texts = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    LinkSides { ours: texts(ours), theirs: texts(theirs) }
}

fn header(from: &str, to: &str, number: &str) -> EnvelopeHeader {
    EnvelopeHeader {
        from: from.to_owned(),
        to: to.to_owned(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.to_owned(),
        ..EnvelopeHeader::default()
    }
}

fn number(header: &EnvelopeHeader) -> HubDeliveryNumber {
    let number = header.hub_delivery_number.as_deref().expect("a number");
    number.parse().expect("a number of a hub's")
}

async fn deliver(client: &QuicClient, to: &str, number: &str, document: &str) -> EnvelopeHeader {
    let told = client.deliver(Delivery::new(header("", to, number), document)).await;
    told.expect("it is taken")
}

async fn acknowledge(
    client: &QuicClient,
    envelope: &ReceivedEnvelope,
    kind: AcknowledgementKind,
    message: &str,
) {
    let acknowledgement = Acknowledgement { kind, message: message.to_owned() };
    let outcomes = client.acknowledge(vec![(envelope.number, acknowledgement)]).await;
    let outcomes = outcomes.expect("it is answered");
    assert_eq!(outcomes, [AckOutcome::Stands(kind.tracking_info())]);
}

fn inbox(client: &QuicClient) -> Inbox {
    client.inbox(InboxCredit::default())
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it comes soon")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_goes_over_the_line_and_its_acknowledgement_comes_back() {
    let (north, south) = hubs().await;
    let (norway, zealand) = (north.client("NO"), south.client("NZ"));
    let document = certificate_xml(64 << 10);
    let told = deliver(&norway, "NZ", "A-1", &document).await;
    assert_eq!(told.tracking_info, Some(TrackingInfo::PendingDelivery), "{told:?}");
    let sent = number(&told);

    let envelope = soon(inbox(&zealand).next()).await.expect("it comes");
    assert_eq!((&*envelope.header.from, &*envelope.header.to), ("NO", "NZ"));
    assert_eq!(envelope.header.nppo_certificate_number, "A-1");
    assert!(envelope.document() == document.as_bytes());
    // Custody is not delivery.
    north.lane(south.code, |status| status.succeeded == 1).await;
    assert_eq!(north.show(sent).await.tracking_info, "PendingDelivery");

    acknowledge(&zealand, &envelope, AcknowledgementKind::WithWarnings, "late").await;
    let view = north.ended(&south, sent).await;
    assert_eq!((&*view.tracking_info, &*view.message), ("DeliveredWithWarnings", "late"));
    let tracked = norway.track(vec![sent]).await.expect("it is told").remove(0);
    assert_eq!(tracked.tracking_info, Some(TrackingInfo::DeliveredWithWarnings));
    assert_eq!(tracked.error_message.as_deref(), Some("late"));

    // Each hub knows the other's number.
    let there = south.show(envelope.number).await;
    assert_eq!(there.origin, Some((north.code.to_owned(), sent.to_string())));
    let receipt = format!("{} {}", south.code, envelope.number);
    let history = north.history(sent).await;
    assert!(history.iter().any(|event| event.detail == receipt), "{history:?}");
    let history = south.history(envelope.number).await;
    let origin = format!("handed over as {sent}");
    assert_eq!((&*history[0].actor, &*history[0].on_behalf), (north.code, "NO"));
    assert_eq!(history[0].detail, origin);
    north.hub.stop().await;
    south.hub.stop().await;
}

/// Far above what a healthy machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
