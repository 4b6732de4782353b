//! The fast door over a bad line: nothing is lost, and nothing comes twice.

use std::collections::BTreeSet;
use std::time::Duration;

use phytohub_client::InboxCredit;
use phytohub_domain::TrackingInfo;
use phytohub_testkit::{Line, Relay, TestHub, certificate_xml};
use phytohub_wire::quic::AckOutcome;

use crate::quic::{acknowledge, client, deliver, number, soon};

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_loses_doubles_and_disorders_costs_time_alone() {
    const MANY: usize = 60;
    let hub = TestHub::start().await;
    let line = Line {
        drop: 0.05,
        duplicate: 0.05,
        hold: 0.05,
        held: Duration::from_millis(5),
        delay: Duration::from_millis(1),
        jitter: Duration::from_millis(2),
    };
    let relay = Relay::start(hub.open_quic(), line, 7);
    let (norway, lanka) =
        (client(&hub, relay.address(), "NO"), client(&hub, relay.address(), "LK"));
    let document = certificate_xml(8 << 10);
    let sending = async {
        let mut sent = BTreeSet::new();
        for at in 0..MANY {
            let told = deliver(&norway, "LK", &format!("A-{at}"), &document).await;
            assert!(sent.insert(number(&told)), "a number for each");
        }
        sent
    };
    let receiving = async {
        let (mut inbox, mut seen) = (lanka.inbox(InboxCredit::default()), BTreeSet::new());
        while seen.len() < MANY {
            let envelope = soon(inbox.next()).await.expect("more come");
            assert!(envelope.document() == document.as_bytes());
            assert!(seen.insert(envelope.number), "each once");
            let outcome = acknowledge(&lanka, &envelope).await;
            assert_eq!(outcome, AckOutcome::Stands(TrackingInfo::Delivered));
        }
        seen
    };
    let (sent, seen) = tokio::join!(sending, receiving);
    assert_eq!(sent, seen);
    let counts = relay.counts();
    assert!(counts.to_target.dropped > 0 && counts.to_client.dropped > 0, "{counts:?}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_address_changes_is_followed() {
    let hub = TestHub::start().await;
    let relay = Relay::start(hub.open_quic(), Line::default(), 7);
    let (norway, lanka) =
        (client(&hub, relay.address(), "NO"), client(&hub, relay.address(), "LK"));
    let mut inbox = lanka.inbox(InboxCredit::default());
    for at in 0..5 {
        let told = deliver(&norway, "LK", &format!("A-{at}"), "<a/>").await;
        let envelope = soon(inbox.next()).await.expect("it comes");
        assert_eq!(envelope.number, number(&told), "by the same subscription");
        // Not acknowledged: another subscription would begin with the first again.
        relay.rebind();
    }
    assert_eq!(relay.counts().rebinds, 5);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_restarts_behind_the_line_loses_and_repeats_nothing() {
    let mut hub = TestHub::start().await;
    let relay = Relay::start(hub.open_quic(), Line::default(), 7);
    let (norway, lanka) =
        (client(&hub, relay.address(), "NO"), client(&hub, relay.address(), "LK"));
    let mut inbox = lanka.inbox(InboxCredit::default());
    let mut last = None;
    for at in 0..4 {
        let told = deliver(&norway, "LK", &format!("A-{at}"), "<a/>").await;
        let envelope = soon(inbox.next()).await.expect("it comes");
        assert_eq!(envelope.number, number(&told));
        assert!(last < Some(envelope.number), "what was acknowledged does not come again");
        last = Some(envelope.number);
        acknowledge(&lanka, &envelope).await;
        hub = hub.restart().await;
        relay.set_target(hub.open_quic());
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_for_a_while_goes_on() {
    let hub = TestHub::start().await;
    let relay = Relay::start(hub.open_quic(), Line::default(), 7);
    let norway = client(&hub, relay.address(), "NO");
    let first = number(&deliver(&norway, "LK", "A-1", "<a/>").await);
    relay.cut();
    let before = relay.counts().to_target.received;
    let mending = async {
        // The request was sent into nothing.
        relay.received(before + 1).await;
        relay.restore();
    };
    let (second, ()) = tokio::join!(deliver(&norway, "LK", "A-2", "<a/>"), mending);
    let states = norway.track(vec![first, number(&second)]).await.expect("they are told");
    let pending = Some(TrackingInfo::PendingDelivery);
    assert!(states.iter().all(|state| state.tracking_info == pending));
    hub.stop().await;
}
