//! What must be there after the store was closed and opened.

use phytohub_domain::{Acknowledgement, AcknowledgementKind, TrackingInfo, Transition};
use phytohub_store::{Change, Disposition, Queue};
use phytohub_telemetry::EventKind;

use super::fixture::{
    LK, NO, accept, change, content, envelope, open, received, waiting, with_connections,
};

#[tokio::test]
async fn accepted_envelopes_are_there_after_opening_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let large = vec![b'x'; (5 << 20) + 17];
    let small = accept(&store, "A-1", b"small").await;
    let empty = accept(&store, "A-2", b"").await;
    let big = accept(&store, "A-3", &large).await;
    drop(store);

    let (store, report) = open(directory.path());
    assert!(!report.created);
    assert_eq!((report.pending, report.orphans_removed), (3, 0));
    assert_eq!(waiting(&store), [small.number, empty.number, big.number]);
    assert_eq!(content(&store, small.number), b"small");
    assert_eq!(content(&store, empty.number), b"");
    assert_eq!(content(&store, big.number), large);
    let codes: Vec<_> = store.connections().iter().map(|c| c.code.to_string()).collect();
    assert_eq!(codes, ["NO", "LK"]);
    assert!(accept(&store, "A-4", b"later").await.number > big.number, "numbers go on");
}

#[tokio::test]
async fn the_first_acknowledgement_stands_for_ever() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let number = accept(&store, "A-1", b"content").await.number;
    let warned = Change::Acknowledge(Acknowledgement {
        kind: AcknowledgementKind::WithWarnings,
        message: "ulesbar merknad: Blåbær".into(),
    });
    let first = change(&store, number, warned).await.expect("committed");
    assert_eq!(first.transition, Transition::Changed);
    drop(store);

    let (store, report) = open(directory.path());
    assert_eq!(report.pending, 0);
    assert!(waiting(&store).is_empty());
    assert_eq!(store.queue_len(NO, Queue::Outbox), 0);
    let second = change(&store, number, received()).await.expect("committed");
    assert_eq!(second.transition, Transition::AlreadyAcknowledged);
    assert_eq!(second.state, first.state);
    assert_eq!(second.state.info, TrackingInfo::DeliveredWithWarnings);
    assert_eq!(content(&store, number), b"content", "its owner may pull it again");
}

#[tokio::test]
async fn a_failure_about_content_that_never_went_out_ends_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let number = accept(&store, "A-1", b"content").await.number;
    let unreadable = Change::Acknowledge(Acknowledgement {
        kind: AcknowledgementKind::NotReadable,
        message: "could not read".into(),
    });
    let noted = change(&store, number, unreadable.clone()).await.expect("committed");
    assert_eq!(noted.transition, Transition::Noted);
    assert_eq!(waiting(&store), [number]);
    change(&store, number, Change::Release).await.expect("committed");
    let ended = change(&store, number, unreadable).await.expect("committed");
    assert_eq!(ended.state.info, TrackingInfo::DeliveredNotReadable);
    let kinds: Vec<_> =
        store.history(number).expect("readable").iter().map(|event| event.event.kind).collect();
    assert_eq!(
        kinds,
        [
            EventKind::EnvelopeAccepted,
            EventKind::AcknowledgementNoted,
            EventKind::ContentReleased,
            EventKind::EnvelopeAcknowledged,
        ]
    );
}

#[tokio::test]
async fn refused_envelopes_can_be_looked_up_and_wait_for_nobody() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let mut refused = envelope("A-1", b"content");
    refused.disposition = Disposition::Reject("To: 'XX' is no connection".into());
    let number = store.accept(refused).await.expect("remembered").number;
    let (stored, state) = store.envelope(number).expect("readable").expect("there");
    assert_eq!(state.info, TrackingInfo::FailedDelivery);
    assert_eq!(state.message, "To: 'XX' is no connection");
    assert_eq!((stored.to_id, stored.content_bytes), (None, 0));
    assert!(waiting(&store).is_empty());
}

#[tokio::test]
async fn parked_and_failed_envelopes_stay_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let parked = accept(&store, "A-1", b"1").await.number;
    let failed = accept(&store, "A-2", b"2").await.number;
    change(&store, parked, Change::Park("asked by LK".into())).await.expect("committed");
    change(&store, failed, Change::Fail("lost patience".into())).await.expect("committed");
    drop(store);

    let (store, _) = open(directory.path());
    assert_eq!(waiting(&store), [failed], "given up, but still there to be taken");
    assert_eq!(store.queue_len(LK, Queue::Inbox), 2);
    assert_eq!(store.queue_len(NO, Queue::Outbox), 1, "what was given up is not under delivery");
    let taken = change(&store, failed, received()).await.expect("committed");
    assert_eq!(taken.state.info, TrackingInfo::Delivered);
    change(&store, parked, Change::Unpark("solved".into())).await.expect("committed");
    assert_eq!(waiting(&store), [parked]);
}

#[tokio::test]
async fn many_at_once_are_all_there_and_the_chain_of_events_holds() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = with_connections(directory.path()).await;
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let store = store.clone();
            let body = vec![b'a' + (task % 26) as u8; if task == 7 { 3 << 20 } else { 4 << 10 }];
            async move {
                let mut numbers = Vec::new();
                for round in 0..10 {
                    let accepted = accept(&store, &format!("{task}-{round}"), &body).await;
                    if round % 2 == 0 {
                        change(&store, accepted.number, received()).await.expect("committed");
                    } else {
                        numbers.push(accepted.number);
                    }
                }
                numbers
            }
        })
        .collect();
    let mut set = tokio::task::JoinSet::new();
    tasks.into_iter().for_each(|task| drop(set.spawn(task)));
    let mut expected: Vec<_> = set.join_all().await.into_iter().flatten().collect();
    drop(store);

    let (store, report) = open(directory.path());
    assert_eq!(report.pending, 320);
    let mut there = waiting(&store);
    expected.sort();
    there.sort();
    assert_eq!(there, expected);
    assert_eq!(store.broken_chain().expect("readable"), None);
    assert_eq!(store.events(1, 10_000).expect("readable").len(), 640 + 320);
}
