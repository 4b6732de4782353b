//! Memory stays within its budget, and whoever finds no room hears so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;
use phytohub_domain::Limits;
use phytohub_testkit::{TestHub, TestHubOptions, certificate_xml};
use phytohub_wire::soap::client;

use crate::message::{deliver, header};
use crate::raw::{Raw, post};

async fn hub_with(change: impl FnOnce(&mut Limits)) -> TestHub {
    let mut limits = Limits::default();
    change(&mut limits);
    TestHub::start_with(TestHubOptions { limits, ..TestHubOptions::default() }).await
}

#[tokio::test]
async fn slow_uploads_never_take_more_than_the_budget() {
    const BUDGET: usize = 8 << 20;
    const UPLOAD: usize = 2 << 20;
    let hub = hub_with(|limits| limits.bytes_in_flight = BUDGET).await;
    let (metrics, done) = (Arc::clone(hub.hub().metrics()), Arc::new(AtomicBool::new(false)));
    let watch = {
        let (metrics, done) = (Arc::clone(&metrics), Arc::clone(&done));
        std::thread::Builder::new().spawn(move || {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(metrics.bytes_in_flight.get());
                std::thread::yield_now();
            }
            most
        })
    };
    let body = client::deliver_envelope(&header("NO", "LK"), &certificate_xml(UPLOAD));
    let mut uploads = Vec::new();
    for _ in 0..8 {
        let mut raw = Raw::of(&hub, "NO").await;
        raw.send(post("1.1", &format!("Content-Length: {}\r\n", body.len()))).await;
        uploads.push(raw);
    }
    // Each a part at a time, so that all are half done together and the budget is used up.
    let mut refused = 0;
    for part in body.chunks(body.len() / 16 + 1) {
        for raw in &mut uploads {
            raw.send(part).await;
        }
    }
    for raw in &mut uploads {
        let reply = raw.reply().await;
        match reply.status() {
            "200" => {}
            "503" => {
                refused += 1;
                assert_eq!(reply.header("retry-after"), Some("5"));
                assert!(reply.body.contains("Fault"), "{}", reply.body);
            }
            other => panic!("{other} {}", reply.body),
        }
    }
    done.store(true, Ordering::Relaxed);
    let most = watch.expect("a thread").join().expect("it only reads");
    assert!(refused >= 4, "8 uploads of 2 MiB do not fit into 8 MiB refused={refused}");
    assert!(refused < 8, "some do");
    assert!(most <= i64::try_from(BUDGET).expect("small"), "most={most}");
    drop(uploads);
    hub.stop().await;
    assert_eq!(metrics.bytes_in_flight.get(), 0, "everything was given back");
}

#[tokio::test]
async fn small_requests_pass_while_large_deliveries_fill_the_places() {
    let hub = hub_with(|limits| limits.requests_in_flight = 16).await;
    let number = deliver(&mut hub.client("NO").await, "LK", "content").await;
    let mut uploads = Vec::new();
    for _ in 0..14 {
        let mut raw = Raw::of(&hub, "NO").await;
        raw.send(post("1.1", "Content-Length: 1000000\r\nExpect: 100-continue\r\n")).await;
        assert_eq!(raw.reply().await.status(), "100", "it has a place");
        uploads.push(raw);
    }
    let mut raw = Raw::of(&hub, "NO").await;
    raw.send(post("1.1", "Content-Length: 1000000\r\n")).await;
    let reply = raw.reply().await;
    assert_eq!((reply.status(), reply.header("retry-after")), ("503", Some("5")));
    let mut sender = hub.client("NO").await;
    let small = sender.post(client::deliver_envelope(&header("NO", "LK"), "content")).await;
    assert_eq!(small.status, StatusCode::OK, "a small certificate still finds room");
    let mut recipient = hub.client("LK").await;
    recipient.call(client::pull_single_import_envelope(&number)).await;
    recipient.call(client::acknowledge_envelope_receipt(&number)).await;
    drop(uploads);
}

#[tokio::test]
async fn too_many_sockets_are_closed() {
    let hub = hub_with(|limits| limits.sockets = 2).await;
    let first = hub.client("NO").await;
    let second = hub.client("LK").await;
    assert!(hub.tls("AR").open(hub.address()).await.is_err());
    drop((first, second));
}
