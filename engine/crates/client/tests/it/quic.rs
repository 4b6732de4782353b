//! The client and the hub's fast door, over real sockets.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{
    AddressPolicy, ClientConfig, Delivery, HubDoor, Identity, InboxCredit, QuicClient, QuicConfig,
    QuicError, ReceivedEnvelope, ServerTrust, SoapClient, StateChange,
};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, EnvelopeHeader, HubDeliveryNumber, TrackingInfo,
};
use phytohub_testkit::{TestCertificate, TestHub, certificate_xml};
use phytohub_wire::quic::{AckOutcome, KnownList, RefusalCode};
use phytohub_wire::soap::client::{self as soap, ClientReply};
use tokio::time::timeout;

pub(crate) fn config(hub: &TestHub, at: SocketAddr, certificate: &TestCertificate) -> QuicConfig {
    let address = format!("quic://localhost:{}", at.port()).parse().expect("an address");
    let trust = ServerTrust::Authorities(vec![hub.ca().der().clone()]);
    let identity = Identity::from_der(certificate.chain(), certificate.key());
    let mut config = QuicConfig::new(address, trust, identity);
    config.addresses = AddressPolicy::any();
    config
}

pub(crate) fn client(hub: &TestHub, at: SocketAddr, code: &str) -> QuicClient {
    QuicClient::new(config(hub, at, hub.certificate(code))).expect("a client")
}

pub(crate) fn header(to: &str, number: &str) -> EnvelopeHeader {
    EnvelopeHeader {
        to: to.to_owned(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.to_owned(),
        ..EnvelopeHeader::default()
    }
}

pub(crate) fn number(header: &EnvelopeHeader) -> HubDeliveryNumber {
    let number = header.hub_delivery_number.as_deref().expect("a number");
    number.parse().expect("a number of the hub's")
}

fn received() -> Acknowledgement {
    Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() }
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), future).await.expect("it comes soon")
}

pub(crate) async fn deliver(
    client: &QuicClient,
    to: &str,
    number: &str,
    document: &str,
) -> EnvelopeHeader {
    let told = client.deliver(Delivery::new(header(to, number), document)).await;
    told.expect("it is taken")
}

pub(crate) async fn acknowledge(client: &QuicClient, envelope: &ReceivedEnvelope) -> AckOutcome {
    let outcomes = client.acknowledge(vec![(envelope.number, received())]).await;
    *outcomes.expect("it is answered").first().expect("one")
}

#[tokio::test]
async fn an_envelope_goes_from_sender_to_subscriber_and_is_acknowledged() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let mut inbox = lanka.inbox(InboxCredit::default());
    let document = certificate_xml(4 << 10);
    let before = deliver(&norway, "LK", "A-1", &document).await;
    assert_eq!(before.tracking_info, Some(TrackingInfo::PendingDelivery));
    let first = soon(inbox.next()).await.expect("it waits");
    assert_eq!(first.number, number(&before));
    assert_eq!(first.header.from, "NO");
    assert!(first.document() == document.as_bytes());
    // One that comes while the subscriber waits.
    let (second, told) = tokio::join!(soon(inbox.next()), deliver(&norway, "LK", "A-2", "<b/>"));
    let second = second.expect("it comes");
    assert_eq!(second.number, number(&told));
    for envelope in [&first, &second] {
        let outcome = acknowledge(&lanka, envelope).await;
        assert_eq!(outcome, AckOutcome::Stands(TrackingInfo::Delivered));
    }
    let states = norway.track(vec![first.number, second.number]).await.expect("they are told");
    assert!(states.iter().all(|state| state.tracking_info == Some(TrackingInfo::Delivered)));
    hub.stop().await;
}

#[tokio::test]
async fn both_doors_lead_to_the_same_hub() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let document = certificate_xml(10 << 10);
    let told = deliver(&client(&hub, at, "NO"), "LK", "A-1", &document).await;
    let text = number(&told).to_string();
    let mut lanka = hub.client("LK").await;
    let pulled = lanka.call(soap::pull_single_import_envelope(&text)).await;
    let ClientReply::Envelope(envelope) = pulled else { panic!("{pulled:?}") };
    assert!(envelope.content == document);
    let outside = EnvelopeHeader { from: "LK".into(), ..header("NO", "B-1") };
    let reply = lanka.call(soap::deliver_envelope_cdata(&outside, &document)).await;
    let ClientReply::Header(answered) = reply else { panic!("{reply:?}") };
    let envelope = client(&hub, at, "NO").pull(number(&answered)).await.expect("it is there");
    assert!(envelope.document() == document.as_bytes());
    hub.stop().await;
}

#[tokio::test]
async fn a_key_delivers_once_and_is_bound_to_what_was_delivered() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    let keyed = |number: &str, document: &str| Delivery {
        key: Some(Bytes::from_static(b"my key")),
        ..Delivery::new(header("LK", number), document)
    };
    let first = norway.deliver(keyed("A-1", "<a/>")).await.expect("it is taken");
    // Long after an identical envelope would be known by itself.
    hub.clock().advance(Duration::from_secs(3600));
    let again = norway.deliver(keyed("A-1", "<a/>")).await.expect("it is known");
    assert_eq!(number(&first), number(&again));
    for other in [keyed("A-2", "<a/>"), keyed("A-1", "<b/>")] {
        let refused = norway.deliver(other).await.expect_err("the key was used");
        let conflict = matches!(refused, QuicError::Refused { code: RefusalCode::Conflict, .. });
        assert!(conflict, "{refused:?}");
    }
    // Another caller's key is another key.
    let other = client(&hub, at, "AR").deliver(keyed("A-1", "<a/>")).await.expect("it is taken");
    assert_ne!(number(&first), number(&other));
    let waiting = client(&hub, at, "LK").pull_waiting().await.expect("they wait");
    assert_eq!(waiting.len(), 2);
    hub.stop().await;
}

#[tokio::test]
async fn a_header_that_is_not_taken_is_an_answer() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    let told = deliver(&norway, "XX", "A-1", "<a/>").await;
    assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery));
    let message = told.error_message.expect("a message");
    assert!(message.starts_with("To"), "{message}");
    let mut wrong = Delivery::new(header("LK", "A-1"), "");
    wrong.content.raw = Bytes::from_static(b"<a/>");
    let refused = norway.deliver(wrong).await.expect_err("no character data");
    let invalid = matches!(refused, QuicError::Refused { code: RefusalCode::Invalid, .. });
    assert!(invalid, "{refused:?}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_contents_go_both_ways() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let document = certificate_xml(20 << 20);
    let told = deliver(&client(&hub, at, "NO"), "LK", "A-1", &document).await;
    let lanka = client(&hub, at, "LK");
    let pulled = lanka.pull(number(&told)).await.expect("it is there");
    assert!(pulled.document() == document.as_bytes());
    let mut inbox = lanka.inbox(InboxCredit { envelopes: 1, bytes: 1 });
    let brought = soon(inbox.next()).await.expect("one may go beyond the credit");
    assert!(brought.content == pulled.content);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_deliveries_at_once_all_come_once_and_in_order() {
    const MANY: usize = 500;
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let sending = async {
        let sends = (0..MANY)
            .map(async |at| number(&deliver(&norway, "LK", &format!("A-{at}"), "<a/>").await));
        futures_all(sends).await
    };
    let receiving = async {
        let mut inbox = lanka.inbox(InboxCredit { envelopes: 16, bytes: 1 << 20 });
        let mut seen = Vec::new();
        while seen.len() < MANY {
            let envelope = soon(inbox.next()).await.expect("more come");
            acknowledge(&lanka, &envelope).await;
            seen.push(envelope.number);
        }
        seen
    };
    let (sent, seen) = tokio::join!(sending, receiving);
    assert!(seen.is_sorted(), "the oldest first");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>(), sent.iter().collect::<BTreeSet<_>>());
    hub.stop().await;
}

/// All of them at once.
async fn futures_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut all = true;
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => all = false,
                }
            }
        }
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn credit_holds_the_hub_back() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    for at in 0..5 {
        deliver(&norway, "LK", &format!("A-{at}"), "<a/>").await;
    }
    let (first, second) = (client(&hub, at, "LK"), client(&hub, at, "LK"));
    // The first takes two and gives no more credit; the rest is for the second.
    let mut narrow = first.inbox(InboxCredit { envelopes: 4, bytes: 1 << 20 });
    let mut wide = second.inbox(InboxCredit::default());
    let one = soon(narrow.next()).await.expect("it waits");
    let other = soon(wide.next()).await.expect("another");
    assert_ne!(one.number, other.number, "two subscriptions share the work");
    // What the one has in its hands comes to the other when the one is gone.
    let mut seen = BTreeSet::from([other.number]);
    drop(narrow);
    first.close().await;
    while seen.len() < 5 {
        assert!(seen.insert(soon(wide.next()).await.expect("the rest").number), "each once");
    }
    assert!(seen.contains(&one.number));
    hub.stop().await;
}

#[tokio::test]
async fn what_was_acknowledged_does_not_come_again_and_the_rest_does() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    for at in 0..4 {
        deliver(&norway, "LK", &format!("A-{at}"), "<a/>").await;
    }
    let lanka = client(&hub, at, "LK");
    let mut inbox = lanka.inbox(InboxCredit::default());
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(soon(inbox.next()).await.expect("it waits"));
    }
    acknowledge(&lanka, &seen[1]).await;
    acknowledge(&lanka, &seen[2]).await;
    drop(inbox);
    lanka.close().await;
    let mut inbox = lanka.inbox(InboxCredit::default());
    let again = [soon(inbox.next()).await, soon(inbox.next()).await];
    let again = again.map(|envelope| envelope.expect("it waits again").number);
    assert_eq!(again, [seen[0].number, seen[3].number]);
    hub.stop().await;
}

#[tokio::test]
async fn batches_have_an_outcome_for_each() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let sent = number(&deliver(&norway, "LK", "A-1", "<a/>").await);
    let unknown = HubDeliveryNumber::from_bytes([7; 16]);
    let warned = Acknowledgement {
        kind: AcknowledgementKind::WithWarnings,
        message: "the date is odd".into(),
    };
    let batch = vec![(unknown, received()), (sent, warned), (sent, received())];
    let outcomes = lanka.acknowledge(batch).await.expect("it is answered");
    let stands = AckOutcome::Stands(TrackingInfo::DeliveredWithWarnings);
    assert_eq!(outcomes, [AckOutcome::Refused(RefusalCode::NotFound), stands, stands]);
    let told = norway.track(vec![unknown, sent]).await.expect("it is told");
    let states: Vec<_> = told.iter().map(|header| header.tracking_info).collect();
    assert_eq!(
        states,
        [Some(TrackingInfo::EnvelopeNotExists), Some(TrackingInfo::DeliveredWithWarnings)]
    );
    assert_eq!(told[1].error_message.as_deref(), Some("the date is odd"));
    hub.stop().await;
}

#[tokio::test]
async fn states_are_told_as_they_change() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let mut watch = norway.watch();
    assert_eq!(soon(watch.next()).await.expect("it begins"), StateChange::Missed);
    let sent = number(&deliver(&norway, "LK", "A-1", "<a/>").await);
    let envelope = lanka.pull(sent).await.expect("it waits");
    acknowledge(&lanka, &envelope).await;
    let told = soon(watch.next()).await.expect("it is told");
    let StateChange::Changed(header) = told else { panic!("{told:?}") };
    assert_eq!((number(&header), header.tracking_info), (sent, Some(TrackingInfo::Delivered)));
    hub.stop().await;
}

#[tokio::test]
async fn profile_code_lists_and_findings_are_told() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    let profile = norway.profile().await.expect("it is told");
    assert_eq!((profile.code.as_str(), profile.sends, profile.receives), ("NO", true, true));
    assert!(!profile.allowed.is_empty());
    let lists = norway.code_lists(Vec::new()).await.expect("they are sent");
    assert!(lists.iter().all(|(_, text)| text.starts_with(b"{")) && lists.len() > 5);
    let known = lists
        .iter()
        .map(|(list, _)| KnownList { name: list.name.clone(), revision: list.revision });
    let newer = norway.code_lists(known.skip(1).collect()).await.expect("they are sent");
    assert_eq!(newer.len(), 1, "what is known is not sent again");
    let findings = norway.validate("<a/>").await.expect("they are told");
    assert!(!findings.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn both_doors_do_the_same_behind_one_trait() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let soap = |code: &str| {
        let endpoint = format!("https://localhost:{}/hub/DeliveryService", hub.address().port());
        let trust = ServerTrust::Authorities(vec![hub.ca().der().clone()]);
        let mut config = ClientConfig::new(endpoint.parse().expect("an endpoint"), trust);
        let certificate = hub.certificate(code);
        config.identity = Some(Identity::from_der(certificate.chain(), certificate.key()));
        config.addresses = AddressPolicy::any();
        SoapClient::new(config).expect("a client")
    };
    let document = certificate_xml(3 << 10);
    let pairs: [(Box<dyn HubDoor>, Box<dyn HubDoor>); 2] = [
        (Box::new(client(&hub, at, "NO")), Box::new(client(&hub, at, "LK"))),
        (Box::new(soap("NO")), Box::new(soap("LK"))),
    ];
    for (at, (sender, recipient)) in pairs.iter().enumerate() {
        let outside = EnvelopeHeader { from: "NO".into(), ..header("LK", &format!("A-{at}")) };
        let told = sender.deliver(Delivery::new(outside, &document)).await.expect("it is taken");
        let number = told.hub_delivery_number.expect("a number");
        let waiting = recipient.pull_waiting().await.expect("it waits");
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting, [recipient.pull(&number).await.expect("it is there")]);
        assert!(waiting[0].content == document);
        recipient.acknowledge(&number, received()).await.expect("it is answered");
        let told = sender.track(&number).await.expect("it is told");
        assert_eq!(told.tracking_info, Some(TrackingInfo::Delivered));
        assert!(recipient.acknowledge("7".repeat(26).as_str(), received()).await.is_err());
        assert!(!sender.validate("<a/>").await.expect("findings").is_empty());
    }
    hub.stop().await;
}
