//! Bringing to a partner's own service: a hub and a partner over real sockets, time moved by the
//! test after something was seen.

#[path = "push/answer.rs"]
mod answer;
#[path = "push/binary.rs"]
mod binary;
#[path = "push/order.rs"]
mod order;
#[path = "push/restart.rs"]
mod restart;
#[path = "push/update.rs"]
mod update;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use phytohub::push::PartnerCalls;
use phytohub_domain::{EnvelopeHeader, TrackingInfo};
use phytohub_exchange::admin::{ConnectionChanges, EnvelopeView, PushInput, Setting, TrustInput};
use phytohub_exchange::push::{Backoff, Dispatcher, PushConfig, PushStatus};
use phytohub_exchange::{AdminReply, AdminRequest, Housekeeping, Operator};
use phytohub_testkit::{TestCertificate, TestHub, TestPartner};
use phytohub_wire::soap::client::{self, ClientReply};
use tokio::time::timeout;

/// A hub whose connection LK has a service of its own.
struct World {
    hub: TestHub,
    partner: TestPartner,
    identity: TestCertificate,
    config: PushConfig,
}

impl World {
    async fn new() -> Self {
        Self::with(PushConfig::default()).await
    }

    async fn with(config: PushConfig) -> Self {
        let hub = TestHub::start().await;
        // Tests send the same again, as another envelope.
        let mut policy = phytohub_exchange::Policy::default();
        policy.replay_window = Duration::ZERO;
        hub.hub().set_policy(policy);
        let partner = TestPartner::start(hub.ca()).await;
        let identity = hub.ca().client("the hub");
        let world = Self { hub, partner, identity, config };
        world.endpoint("LK", &world.partner).await;
        world.deliver_to_partners();
        world
    }

    /// Starts what brings, as the binary does.
    fn deliver_to_partners(&self) {
        let file = |name: &str| self.hub.directory().join(name);
        let (certificate, key) = (file("push.pem"), file("push.key"));
        write(&certificate, &self.identity.pem());
        write(&key, &self.identity.key_pem());
        let partners = PartnerCalls::load(&certificate, &key).expect("the files are good");
        let (tasks, alarm) = (Arc::new(self.hub.tasks().clone()), self.hub.shared_clock());
        let hub = self.hub.hub();
        let partners = Arc::new(partners);
        let config = self.config.clone();
        let dispatcher = Dispatcher::new(hub.clone(), partners, tasks, alarm.clone(), config);
        let mut stop = self.hub.shutdown();
        self.hub.tasks().spawn("dispatcher", async move { dispatcher.run(stop.requested()).await });
        let housekeeping = Housekeeping::new(hub.clone(), alarm);
        let mut stop = self.hub.shutdown();
        self.hub.tasks().spawn("housekeeping", async move {
            housekeeping.run(stop.requested()).await;
        });
    }

    /// Gives a connection this endpoint.
    async fn endpoint(&self, code: &str, partner: &TestPartner) {
        let authority = base64::engine::general_purpose::STANDARD.encode(self.hub.ca().der());
        let push = PushInput {
            url: partner.url(),
            trust: TrustInput::Authorities(vec![authority]),
            allow_private: true,
        };
        self.change(code, ConnectionChanges { push: Setting::Set(push), ..changes() }).await;
    }

    async fn change(&self, code: &str, changes: ConnectionChanges) {
        let (code, changes) = (code.to_owned(), Box::new(changes));
        self.hub.admin(AdminRequest::ConnectionChange { code, changes }).await;
    }

    /// Restarts the hub; the partner stays.
    async fn restart(self) -> Self {
        let Self { hub, partner, identity, config } = self;
        let world = Self { hub: hub.restart().await, partner, identity, config };
        world.deliver_to_partners();
        world
    }

    /// Delivers an envelope from NO to LK through the hub's door; its number.
    async fn deliver(&self, number: &str) -> String {
        self.deliver_content(number, "<a>&amp; \u{e5}</a>").await
    }

    async fn deliver_content(&self, number: &str, content: &str) -> String {
        let mut client = self.hub.client("NO").await;
        let header = header(number);
        match client.call(client::deliver_envelope_cdata(&header, content)).await {
            ClientReply::Header(header) => {
                assert_eq!(header.tracking_info, Some(TrackingInfo::PendingDelivery), "{header:?}");
                header.hub_delivery_number.expect("a number")
            }
            other => panic!("{other:?}"),
        }
    }

    /// LK acknowledges through the hub's door.
    async fn acknowledge(&self, number: &str) {
        let mut client = self.hub.client("LK").await;
        client.call(client::acknowledge_envelope_receipt(number)).await;
    }

    async fn show(&self, number: &str) -> EnvelopeView {
        let request = AdminRequest::EnvelopeShow { number: number.to_owned() };
        match self.hub.hub().admin(&Operator { uid: 0 }, request).await.expect("it is there") {
            AdminReply::Envelope(view) => view,
            other => panic!("{other:?}"),
        }
    }

    async fn info(&self, number: &str) -> String {
        self.show(number).await.tracking_info
    }

    /// Waits until the lane of a connection says so.
    async fn lane(&self, code: &str, says: impl FnMut(&PushStatus) -> bool) -> PushStatus {
        let code = code.parse().expect("a code");
        let waiting = async {
            loop {
                if let Some(mut status) = self.hub.hub().push_status(&code) {
                    return status.wait_for(says).await.expect("the lane runs").clone();
                }
                // It begins in a moment, in a task that waits for nothing but its turn.
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("the lane says so")
    }

    async fn failures(&self, count: u64) -> PushStatus {
        // The lane has gone back to waiting when it says that nothing is open.
        self.lane("LK", |status| status.failed >= count && status.open_calls == 0).await
    }

    async fn successes(&self, count: u64) -> PushStatus {
        self.lane("LK", |status| status.succeeded >= count && status.open_calls == 0).await
    }

    fn pass(&self, time: Duration) {
        self.hub.clock().advance(time);
    }
}

fn changes() -> ConnectionChanges {
    ConnectionChanges::default()
}

fn header(number: &str) -> EnvelopeHeader {
    EnvelopeHeader {
        from: "NO".into(),
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.into(),
        ..EnvelopeHeader::default()
    }
}

/// Retries as the default ones, without a breaker that opens in the way.
fn patient() -> PushConfig {
    let mut config = PushConfig::default();
    config.breaker_failures = 1000;
    config
}

/// One second between tries, and a breaker that opens at the second failure for ten.
fn hasty() -> PushConfig {
    let mut config = PushConfig::default();
    let second = Duration::from_secs(1);
    config.retry = Backoff { first: second, most: second };
    config.breaker = Backoff { first: 10 * second, most: 10 * second };
    config.breaker_failures = 2;
    config
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).expect("the directory is ours");
}

/// Far above what a healthy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);
