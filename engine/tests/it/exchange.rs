//! One envelope's way, and what outlasts a restart.

use phytohub_wire::soap::client::{self as soap, ClientReply};

use crate::support::{CONTENT, Trial, deliver, fault, state};

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_delivered_pulled_and_acknowledged() {
    let trial = Trial::new();
    let hub = trial.serve();
    let (mut sender, mut receiver) = (hub.client("LK").await, hub.client("NO").await);
    let number = deliver(&mut sender, "LK", "NO").await;
    assert_eq!(state(&mut sender, &number).await, "PendingDelivery");

    let listed = receiver.call(soap::get_import_envelope_headers(Some(""))).await;
    let Ok(ClientReply::Headers(headers)) = listed else { panic!("no headers: {listed:?}") };
    let listed: Vec<_> = headers.iter().map(|header| header.hub_delivery_number.clone()).collect();
    assert_eq!(listed, [Some(number.clone())]);

    let pulled = receiver.call(soap::pull_import_envelope()).await;
    let Ok(ClientReply::Envelopes(envelopes)) = pulled else { panic!("none: {pulled:?}") };
    assert_eq!(envelopes.len(), 1);
    assert_eq!(envelopes[0].content, CONTENT);

    let acknowledged = receiver.call(soap::acknowledge_envelope_receipt(&number)).await;
    assert!(matches!(acknowledged, Ok(ClientReply::Acknowledged(_))), "{acknowledged:?}");
    assert_eq!(state(&mut sender, &number).await, "Delivered");

    let stopped = hub.stop();
    assert_eq!((stopped.code, stopped.output.as_str()), (Some(0), ""), "{}", stopped.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_outlasts_a_restart() {
    let trial = Trial::new();
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    let first = deliver(&mut sender, "LK", "NO").await;
    let second = deliver(&mut sender, "LK", "NO").await;
    let mut receiver = hub.client("NO").await;
    let reply = receiver.call(soap::acknowledge_envelope_receipt(&first)).await;
    assert!(matches!(reply, Ok(ClientReply::Acknowledged(_))), "{reply:?}");
    assert_eq!(hub.stop().code, Some(0));

    let hub = trial.serve();
    let (mut sender, mut receiver) = (hub.client("LK").await, hub.client("NO").await);
    assert_eq!(state(&mut sender, &first).await, "Delivered");
    assert_eq!(state(&mut sender, &second).await, "PendingDelivery");
    let pulled = receiver.call(soap::pull_single_import_envelope(&second)).await;
    let Ok(ClientReply::Envelope(envelope)) = pulled else { panic!("none: {pulled:?}") };
    assert_eq!(envelope.content, CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_of_an_envelope() {
    let trial = Trial::new();
    let hub = trial.serve();
    let (mut sender, mut stranger) = (hub.client("LK").await, hub.client("AR").await);
    let number = deliver(&mut sender, "LK", "NO").await;
    assert_eq!(state(&mut stranger, &number).await, "EnvelopeNotExists");
    let unknown = fault(&mut stranger, soap::pull_single_import_envelope("unknown")).await;
    let foreign = fault(&mut stranger, soap::pull_single_import_envelope(&number)).await;
    assert_eq!(unknown, foreign);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breached_disk_reserve_turns_deliveries_away_and_nothing_else() {
    let trial = Trial::new();
    let hub = trial.serve();
    let number = deliver(&mut hub.client("LK").await, "LK", "NO").await;
    assert!(hub.page("/readyz").starts_with("HTTP/1.1 200"));
    assert_eq!(hub.stop().code, Some(0));

    trial.configure("store", "disk_reserve_bytes = 1125899906842624");
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    let body = soap::deliver_envelope(&crate::support::header("LK", "NO"), CONTENT);
    let message = fault(&mut sender, body).await;
    assert!(message.contains("disk"), "{message}");
    let ready = hub.page("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("disk"), "{ready}");

    let mut receiver = hub.client("NO").await;
    let pulled = receiver.call(soap::pull_single_import_envelope(&number)).await;
    assert!(matches!(pulled, Ok(ClientReply::Envelope(_))), "{pulled:?}");
    let acknowledged = receiver.call(soap::acknowledge_envelope_receipt(&number)).await;
    assert!(matches!(acknowledged, Ok(ClientReply::Acknowledged(_))), "{acknowledged:?}");
}
