//! The line cut and restored under load, and either hub restarted in mid-stream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use phytohub_client::QuicClient;
use phytohub_domain::{AcknowledgementKind, HubDeliveryNumber, TrackingInfo};
use phytohub_testkit::certificate_xml;

use super::{Side, acknowledge, deliver, hubs, inbox, number, passing, soon};

/// Sends so many, and tells their numbers by their certificate's number.
async fn send(
    client: &QuicClient,
    to: &str,
    certificates: std::ops::Range<usize>,
) -> BTreeMap<String, HubDeliveryNumber> {
    let document = certificate_xml(6 << 10);
    let mut sent = BTreeMap::new();
    for at in certificates {
        let certificate = format!("{to}-{at}");
        let told = deliver(client, to, &certificate, &document).await;
        assert_eq!(told.tracking_info, Some(TrackingInfo::PendingDelivery), "{told:?}");
        sent.insert(certificate, number(&told));
    }
    sent
}

/// What a system received over many connections: each certificate under one number, and nothing
/// again after its answered acknowledgement.
#[derive(Default)]
struct Ledger {
    came: BTreeMap<String, HubDeliveryNumber>,
    acknowledged: BTreeSet<HubDeliveryNumber>,
}

/// Receives and acknowledges until so many certificates are there.
async fn receive(client: &QuicClient, ledger: &Mutex<Ledger>, many: usize) {
    let mut inbox = inbox(client);
    loop {
        {
            let ledger = ledger.lock().expect("nobody panicked");
            if ledger.acknowledged.len() >= many {
                break;
            }
        }
        let envelope = soon(inbox.next()).await.expect("more come");
        let certificate = envelope.header.nppo_certificate_number.clone();
        {
            let mut ledger = ledger.lock().expect("nobody panicked");
            assert!(!ledger.acknowledged.contains(&envelope.number), "{certificate} came again");
            let known = ledger.came.insert(certificate.clone(), envelope.number);
            assert!(known.is_none_or(|known| known == envelope.number), "{certificate} came twice");
        }
        acknowledge(client, &envelope, AcknowledgementKind::Received, "").await;
        ledger.lock().expect("nobody panicked").acknowledged.insert(envelope.number);
    }
}

/// Every envelope that was sent from one side ends as delivered, and came once.
async fn all_ended(
    from: &Side,
    to: &Side,
    sent: &BTreeMap<String, HubDeliveryNumber>,
    ledger: &Mutex<Ledger>,
) {
    for number in sent.values() {
        let view = from.ended(to, *number).await;
        assert_eq!(view.tracking_info, "Delivered", "{view:?}");
    }
    let ledger = ledger.lock().expect("nobody panicked");
    assert!(ledger.came.keys().eq(sent.keys()), "what was sent came, and nothing else");
    let different: BTreeSet<_> = ledger.came.values().collect();
    assert_eq!(different.len(), sent.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_and_restored_under_load_loses_and_repeats_nothing() {
    const MANY: usize = 60;
    let (north, south) = hubs().await;
    let (norway, zealand) = (north.client("NO"), south.client("NZ"));
    let (there, back) = (Mutex::default(), Mutex::default());
    let cutting = async {
        for _ in 0..3 {
            for relay in [&south.relay, &north.relay] {
                // Each time in the middle of what is under way.
                let before = relay.counts().to_target.received;
                soon(relay.received(before + 20)).await;
                relay.cut();
                let before = relay.counts().to_target.received;
                soon(relay.received(before + 2)).await;
                relay.restore();
            }
        }
    };
    let (sent, replied, (), (), ()) = tokio::join!(
        send(&norway, "NZ", 0..MANY),
        send(&zealand, "NO", 0..MANY),
        passing(&north, &south, receive(&zealand, &there, MANY)),
        receive(&norway, &back, MANY),
        cutting,
    );
    all_ended(&north, &south, &sent, &there).await;
    all_ended(&south, &north, &replied, &back).await;
    let cut = [&north, &south].map(|side| side.relay.counts().to_target.cut);
    assert!(cut.iter().all(|cut| *cut > 0), "{cut:?}");
    north.hub.stop().await;
    south.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_hub_restarts_in_mid_stream_and_nothing_is_lost_or_repeated() {
    const MANY: usize = 12;
    let (mut north, mut south) = hubs().await;
    let (mut sent, there) = (BTreeMap::new(), Mutex::default());
    for round in 0..4 {
        let norway = north.client("NO");
        sent.extend(send(&norway, "NZ", round * MANY..(round + 1) * MANY).await);
        let zealand = south.client("NZ");
        // Some are handed over, some are not; one may be under way.
        passing(&north, &south, receive(&zealand, &there, round * MANY + 3)).await;
        if round % 2 == 0 {
            south = south.restart().await;
        } else {
            north = north.restart().await;
        }
    }
    let (zealand, many) = (south.client("NZ"), sent.len());
    passing(&north, &south, receive(&zealand, &there, many)).await;
    all_ended(&north, &south, &sent, &there).await;
    north.hub.stop().await;
    south.hub.stop().await;
}
