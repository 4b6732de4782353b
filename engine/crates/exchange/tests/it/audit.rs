//! The account: closed daily, told outside, verified, dropped at the end of its retention.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use phytohub_domain::{Clock as _, Timestamp};
use phytohub_exchange::admin::AccountRequest;
use phytohub_exchange::audit::{AuditKeeper, AuditReport, AuditSettings, SignedHead};
use phytohub_exchange::receipt::Receipt;
use phytohub_exchange::signing::SigningKey;
use phytohub_exchange::{AdminReply, AdminRequest, Alarm, Boxed};
use phytohub_testkit::FakeClock;
use tokio::sync::watch;

use super::fixture::{Fixture, OPERATOR, number};

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate().expect("randomness")).expect("a key")
}

fn settings(sink: Option<PathBuf>) -> AuditSettings {
    AuditSettings {
        hub: "hub.example".into(),
        receipt_key: Some(key()),
        audit_key: Some(key()),
        former_keys: Vec::new(),
        sink,
        keep: Duration::from_secs(3 * DAY),
    }
}

const DAY: u64 = 86_400;

/// Rings when the test has moved its clock and says so.
#[derive(Debug)]
struct HandAlarm {
    clock: Arc<FakeClock>,
    moved: watch::Sender<()>,
}

impl HandAlarm {
    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.moved.send_replace(());
    }
}

impl Alarm for HandAlarm {
    fn at(&self, monotonic: Duration) -> Boxed<()> {
        let (clock, mut moved) = (Arc::clone(&self.clock), self.moved.subscribe());
        Box::pin(
            async move { while clock.monotonic() < monotonic && moved.changed().await.is_ok() {} },
        )
    }
}

async fn verified(fixture: &Fixture, anchor: Option<&Path>) -> AuditReport {
    let anchor = anchor.map(|path| path.to_str().expect("UTF-8").to_owned());
    match fixture
        .admin(AdminRequest::Account(AccountRequest::AuditVerify { since: None, anchor }))
        .await
    {
        AdminReply::Audit(report) => report,
        other => panic!("no report: {other:?}"),
    }
}

async fn heads(fixture: &Fixture) -> Vec<SignedHead> {
    match fixture.admin(AdminRequest::Account(AccountRequest::AuditList)).await {
        AdminReply::Heads(heads) => heads,
        other => panic!("no heads: {other:?}"),
    }
}

/// Waits until so many segments are closed, and told in this file.
async fn closed(fixture: &Fixture, count: usize, sink: &Path) -> Vec<SignedHead> {
    loop {
        let heads = heads(fixture).await;
        let told = std::fs::read_to_string(sink).unwrap_or_default();
        if heads.len() >= count && told.lines().count() >= count {
            return heads;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn each_day_is_closed_and_told_outside_without_being_asked() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let sink = outside.path().join("heads.jsonl");
    fixture.hub.set_audit(settings(Some(sink.clone())));
    let clock = Arc::clone(&fixture.clock);
    let alarm = Arc::new(HandAlarm { clock, moved: watch::Sender::new(()) });
    let mut tasks = tokio::task::JoinSet::new();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let keeper = AuditKeeper::new(fixture.hub.clone(), Arc::clone(&alarm) as Arc<dyn Alarm>);
    tasks.spawn(keeper.run(async move { drop(stopped.await) }));

    fixture.deliver("NO", "LK", "A-1").await;
    alarm.advance(DAY);
    let first = closed(&fixture, 1, &sink).await;
    assert_eq!((first[0].index, first[0].first), (1, 1));
    fixture.deliver("NO", "LK", "A-2").await;
    alarm.advance(DAY);
    let both = closed(&fixture, 2, &sink).await;
    assert_eq!(both[1].first, both[0].last + 1);
    assert_eq!(both[1].previous_head_hash, both[0].head_hash);

    let report = verified(&fixture, None).await;
    assert!(report.holds, "{report:?}");
    let unanchored = report.unanchored.expect("the day that is not over");
    assert_eq!((report.anchors, unanchored.first), (Some(2), both[1].last + 1));
    drop(stop);
    tasks.join_all().await;
}

#[tokio::test]
async fn a_sink_that_fails_is_told_later_and_stops_nobody() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let sink = outside.path().join("not/yet/heads.jsonl");
    fixture.hub.set_audit(settings(Some(sink.clone())));
    let clock = Arc::clone(&fixture.clock);
    let alarm = Arc::new(HandAlarm { clock, moved: watch::Sender::new(()) });
    let mut tasks = tokio::task::JoinSet::new();
    let keeper = AuditKeeper::new(fixture.hub.clone(), Arc::clone(&alarm) as Arc<dyn Alarm>);
    tasks.spawn(keeper.run(std::future::pending()));
    alarm.advance(DAY);
    while heads(&fixture).await.is_empty() {
        tokio::task::yield_now().await;
    }
    fixture.deliver("NO", "LK", "A-1").await;
    std::fs::create_dir_all(sink.parent().expect("a directory")).expect("made");
    // Told at the next try: no later than an hour.
    while !sink.exists() {
        alarm.advance(600);
        tokio::task::yield_now().await;
    }
    closed(&fixture, 1, &sink).await;
    tasks.abort_all();
}

#[tokio::test]
async fn a_tail_that_was_cut_off_is_known_by_the_heads_outside() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let sink = outside.path().join("heads.jsonl");
    fixture.hub.set_audit(settings(Some(sink.clone())));
    let AdminReply::Head(head) =
        fixture.admin(AdminRequest::Account(AccountRequest::AuditClose)).await
    else {
        panic!("no head")
    };
    let line = serde_json::to_string(&head).expect("JSON") + "\n";
    std::fs::write(&sink, &line).expect("written");
    assert!(verified(&fixture, None).await.holds);

    // As if another head had been told before this store was put back to where it is now.
    let mut later = head.clone();
    later.index = 2;
    std::fs::write(&sink, line + &serde_json::to_string(&later).expect("JSON")).expect("written");
    let report = verified(&fixture, None).await;
    let kinds: Vec<_> = report.findings.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["forged", "truncated"], "{report:?}");
    assert!(!report.holds);

    std::fs::remove_file(&sink).expect("removed");
    let report = verified(&fixture, None).await;
    assert_eq!(report.findings[0].kind, "truncated", "a file that is gone confirms nothing");
}

#[tokio::test]
async fn heads_of_another_hub_are_not_ours() {
    let (fixture, other) = (Fixture::new().await, Fixture::new().await);
    let outside = tempfile::tempdir().expect("a directory");
    fixture.hub.set_audit(settings(None));
    other.hub.set_audit(settings(None));
    fixture.admin(AdminRequest::Account(AccountRequest::AuditClose)).await;
    let AdminReply::Head(foreign) =
        other.admin(AdminRequest::Account(AccountRequest::AuditClose)).await
    else {
        panic!("no head")
    };
    let file = outside.path().join("heads.jsonl");
    std::fs::write(&file, serde_json::to_string(&foreign).expect("JSON")).expect("written");
    let report = verified(&fixture, Some(&file)).await;
    assert_eq!(report.findings[0].kind, "unknown_key", "{report:?}");
}

#[tokio::test]
async fn what_is_past_its_retention_is_dropped_and_the_rest_still_holds() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let sink = outside.path().join("heads.jsonl");
    fixture.hub.set_audit(settings(Some(sink.clone())));
    let clock = Arc::clone(&fixture.clock);
    let alarm = Arc::new(HandAlarm { clock, moved: watch::Sender::new(()) });
    let mut tasks = tokio::task::JoinSet::new();
    let keeper = AuditKeeper::new(fixture.hub.clone(), Arc::clone(&alarm) as Arc<dyn Alarm>);
    tasks.spawn(keeper.run(std::future::pending()));
    for day in 1..=3 {
        alarm.advance(DAY);
        closed(&fixture, day, &sink).await;
    }
    // The second day has an envelope that is still pending: it keeps its day and those after it.
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    for day in 4..=9 {
        alarm.advance(DAY);
        closed(&fixture, day, &sink).await;
    }
    let dropped = loop {
        let dropped = fixture.store.prunes().expect("readable").len();
        if dropped >= 3 {
            break dropped;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(dropped, 3, "the fourth day holds a pending envelope");
    let report = verified(&fixture, None).await;
    assert!(report.holds, "{report:?}");
    let heads = heads(&fixture).await;
    assert_eq!(report.pruned_through, heads[2].last);
    assert_eq!(report.checked.expect("events").first, heads[2].last + 1);
    let history = fixture.store.history(number(&reply).decode().parse().expect("a number"));
    assert_eq!(history.expect("readable").len(), 1);
    tasks.abort_all();
}

#[tokio::test]
async fn nothing_is_dropped_by_a_clock_that_is_suspected() {
    let (fixture, outside) = (Fixture::new().await, tempfile::tempdir().expect("a directory"));
    let sink = outside.path().join("heads.jsonl");
    fixture.hub.set_audit(settings(Some(sink.clone())));
    let clock = Arc::clone(&fixture.clock);
    let alarm = Arc::new(HandAlarm { clock, moved: watch::Sender::new(()) });
    let mut tasks = tokio::task::JoinSet::new();
    let keeper = AuditKeeper::new(fixture.hub.clone(), Arc::clone(&alarm) as Arc<dyn Alarm>);
    tasks.spawn(keeper.run(std::future::pending()));
    alarm.advance(DAY);
    closed(&fixture, 1, &sink).await;
    // A month at once, by the wall clock alone.
    fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(30 * DAY)));
    fixture.deliver("NO", "LK", "A-1").await;
    assert!(fixture.store.clock_status().suspicion.is_some());
    alarm.advance(DAY);
    closed(&fixture, 2, &sink).await;
    alarm.advance(DAY);
    closed(&fixture, 3, &sink).await;
    assert!(fixture.store.prunes().expect("readable").is_empty());
    tasks.abort_all();
}

#[tokio::test]
async fn receipts_are_for_sender_and_recipient_alone() {
    let fixture = Fixture::new().await;
    let settings = settings(None);
    let public = settings.receipt_key.as_ref().expect("a key").public();
    let audit = settings.audit_key.as_ref().expect("a key").public();
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let number = reply.hub_delivery_number.clone().expect("a number");
    let receipt = async |code| {
        let caller = fixture.caller(code);
        fixture.hub.receipt_for(&caller, &number).await.expect("readable")
    };
    assert!(receipt("NO").await.is_none(), "no key, no receipt");
    fixture.hub.set_audit(settings);
    let own = receipt("NO").await.expect("its own");
    assert_eq!(receipt("LK").await.as_ref(), Some(&own));
    assert!(receipt("AR").await.is_none());
    assert_eq!(own.verify(&public), Ok(()));
    assert!(own.verify(&audit).is_err(), "keys differ by purpose");
    assert_eq!((own.from.as_str(), own.outcome.as_str()), ("NO", "accepted"));
    assert_eq!(own.accepted, fixture.clock.now().to_string());

    let refused = fixture.deliver("NO", "XX", "A-2").await;
    let number = refused.hub_delivery_number.expect("a number");
    let AdminReply::Receipt(told) =
        fixture.admin(AdminRequest::Account(AccountRequest::ReceiptGet { number })).await
    else {
        panic!("no receipt")
    };
    assert_eq!((told.outcome.as_str(), told.verify(&public)), ("refused", Ok(())));
    assert_eq!(Receipt::read(told.to_json().as_bytes()), Ok(told));
    let unknown = AdminRequest::Account(AccountRequest::ReceiptGet { number: "0".repeat(26) });
    assert!(fixture.hub.admin(&OPERATOR, unknown).await.is_err());
    assert!(Timestamp::parse_utc(&own.accepted).is_ok());
}
