//! Each sin has its outcome, and the hub serves on.

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{ContentForm, Timestamp};
use phytohub_exchange::admin::PluginRequest;
use phytohub_exchange::plugin::{
    KindQuery, PluginAnswer, PluginQuestion, PluginVerdict, Purpose, RouteVerdict,
};
use phytohub_exchange::{AdminReply, AdminRequest, Operator};
use phytohub_plugin_api as api;
use phytohub_plugin_host::PluginHost;
use serde_json::{Value, json};

use super::fixture::{FAULTY, Fixture, is_pending, settings};

async fn validate(host: &PluginHost) -> PluginVerdict {
    let documents = host.documents();
    let found = documents.finds(&KindQuery { certificate_type: Some(851), ..KindQuery::default() });
    assert!(!found.validators.is_empty(), "the plugin knows the kind");
    documents.validate(found, question()).await
}

async fn route(host: &PluginHost) -> RouteVerdict {
    let documents = host.documents();
    let found = documents.finds(&KindQuery { certificate_type: Some(851), ..KindQuery::default() });
    documents.route(found, question()).await
}

fn question() -> Arc<PluginQuestion> {
    let content = Bytes::from_static(b"<a>a document</a>");
    Arc::new(PluginQuestion {
        purpose: Purpose::Delivery,
        certificate_type: 851,
        certificate_status: 70,
        from: "NO".into(),
        to: "LK".into(),
        sent_by: String::new(),
        nppo_certificate_number: "1".into(),
        hub_delivery_number: String::new(),
        at: Timestamp::default(),
        test: true,
        response: false,
        content: content.clone(),
        raw: content,
        raw_form: ContentForm::Plain,
    })
}

fn status_of(answer: &PluginAnswer) -> Option<i32> {
    answer.outcome.as_ref().err().map(|failure| failure.status)
}

async fn statuses(host: &PluginHost, times: usize) -> Vec<i32> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        let verdict = validate(host).await;
        let answer = verdict.answers.first().expect("one validator");
        statuses.push(status_of(answer).unwrap_or(api::HUB_OK));
    }
    statuses
}

async fn fixture(config: Value) -> (tempfile::TempDir, Fixture) {
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::new(directory.path(), config).await;
    (directory, fixture)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_behaves_is_asked_and_leaves() {
    let (_directory, fixture) = fixture(json!({})).await;
    assert_eq!(statuses(&fixture.host, 3).await, [api::HUB_OK; 3]);
    assert_eq!((fixture.status().state, fixture.status().stuck), ("started", 0));
    assert!(is_pending(&fixture.deliver("a").await));
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_answered_and_a_fresh_instance_serves_on() {
    let (_directory, fixture) = fixture(json!({ "sin": "panic", "in": "validate" })).await;
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_PANICKED]);
    // The fresh instance panics too; at last it gets no other.
    let given_up = || fixture.status().quarantine.is_some();
    while !given_up() {
        let status = statuses(&fixture.host, 1).await;
        assert_ne!(status, [api::HUB_OK]);
    }
    fixture.until("quarantined", |status| status.state == "quarantined").await;
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_UNAVAILABLE]);
    assert!(is_pending(&fixture.deliver("a").await), "the hub serves on");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_any_hook_leaves_the_hub_serving() {
    for hook in ["create", "start", "kinds", "quiesce", "drop", "route", "events", "wake"] {
        for sin in ["panic", "panic-payload"] {
            let (_directory, fixture) = fixture(json!({ "sin": sin, "in": hook })).await;
            if matches!(hook, "create" | "start" | "kinds") {
                assert_eq!(fixture.status().state, "failed", "{hook}");
                assert!(fixture.status().last_error.is_some_and(|words| words.contains(hook)));
            }
            if hook == "route" {
                let verdict = route(&fixture.host).await;
                assert!(verdict.routes.iter().all(|route| route.outcome.is_err()));
            }
            assert!(is_pending(&fixture.deliver("a").await), "{hook}: the hub serves on");
            fixture.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_is_left_behind_and_at_last_not_asked_any_more() {
    let (_directory, fixture) = fixture(json!({ "sin": "hang", "in": "validate" })).await;
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_DEADLINE]);
    fixture.until("one thread is stuck", |status| status.stuck == 1).await;
    assert_eq!(statuses(&fixture.host, 2).await, [api::HUB_DEADLINE; 2]);
    fixture.until("quarantined", |status| status.quarantine.is_some()).await;
    assert_eq!(fixture.status().stuck, 3, "two were replaced, the third was one too many");
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_UNAVAILABLE]);
    assert!(is_pending(&fixture.deliver("a").await), "the hub serves on");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_once_is_asked_again() {
    let config = json!({ "sin": "slow", "in": "validate", "ms": 1500, "times": 1 });
    let (_directory, fixture) = fixture(config).await;
    assert_eq!(statuses(&fixture.host, 2).await, [api::HUB_DEADLINE, api::HUB_OK]);
    fixture.until("it came back after all", |status| status.stuck == 0).await;
    assert_eq!(fixture.status().state, "started");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_open_the_breaker_and_a_probe_closes_it() {
    let mut settings = settings(json!({ "sin": "error", "in": "validate", "times": 5 }));
    settings.breaker.pause = std::time::Duration::from_millis(100);
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::with(directory.path(), settings).await;
    assert_eq!(statuses(&fixture.host, 6).await[..5], [api::HUB_INTERNAL; 5]);
    assert!(fixture.status().quarantine.is_some(), "five failures in a minute");
    while statuses(&fixture.host, 1).await != [api::HUB_OK] {
        tokio::task::yield_now().await;
    }
    assert_eq!((fixture.status().state, fixture.status().quarantine), ("started", None));
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_without_end_are_cut_short() {
    let (_directory, fixture) =
        fixture(json!({ "sin": "endless-findings", "in": "validate", "count": 5000 })).await;
    let verdict = validate(&fixture.host).await;
    let answer = verdict.answers.first().expect("one validator");
    assert_eq!(answer.outcome.as_ref().map(Vec::len), Ok(200));
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_understood_is_refused() {
    for (config, expected) in [
        (json!({ "sin": "bad-findings" }), api::HUB_INVALID),
        (json!({ "sin": "status", "status": -12345 }), api::HUB_INTERNAL),
        (json!({ "sin": "status", "status": 12345 }), api::HUB_OK),
    ] {
        let (_directory, fixture) = fixture(config.clone()).await;
        assert_eq!(statuses(&fixture.host, 1).await, [expected], "{config}");
        fixture.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_holds_what_its_plugin_cannot_judge() {
    let config = json!({ "sin": "panic", "in": "start", "owner": true, "gate": true });
    let mut settings = settings(config);
    settings.gate_types = vec![851];
    let directory = tempfile::tempdir().expect("a directory");
    let fixture = Fixture::with(directory.path(), settings).await;
    assert_eq!(fixture.status().state, "failed");
    let held = fixture.deliver("a").await;
    assert!(is_pending(&held), "accepted, and not passed on");
    let inbox = fixture.inbox_of_lk().await;
    assert!(inbox.is_empty(), "nothing passes unvalidated: {inbox:?}");
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_takes_out_and_puts_back() {
    let (_directory, fixture) = fixture(json!({})).await;
    fixture.host.quarantine(FAULTY).expect("it is there");
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_UNAVAILABLE]);
    fixture.host.release(FAULTY).await.expect("it serves again");
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_OK]);
    fixture.host.disable(FAULTY).await.expect("it is there");
    assert_eq!(fixture.status().state, "retired");
    fixture.host.enable(FAULTY).await.expect("it comes back");
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_OK]);
    assert!(fixture.host.upgrade(FAULTY, "9.9.9").await.is_err(), "there is none");
    assert_eq!(statuses(&fixture.host, 1).await, [api::HUB_OK], "the old one stays");
    assert!(fixture.host.enable("nobody").await.is_err());
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_wishes_come_through_the_hub() {
    let (_directory, fixture) = fixture(json!({})).await;
    fixture.hub.set_plugin_control(Arc::new(fixture.host.clone()));
    let ask = async |request| {
        let request = AdminRequest::Plugin(request);
        match fixture.hub.admin(&Operator { uid: 0 }, request).await {
            Ok(AdminReply::Plugins(views)) => Ok(views.into_iter().next().expect("one plugin")),
            Ok(other) => panic!("another answer: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    };
    let id = || FAULTY.to_owned();
    let view = ask(PluginRequest::List).await.expect("it is there");
    assert_eq!((view.state.as_str(), view.sha256.len()), ("started", 64));
    let view = ask(PluginRequest::Quarantine { id: id() }).await.expect("it is there");
    assert!(view.state.starts_with("quarantined"), "{}", view.state);
    let view = ask(PluginRequest::Release { id: id() }).await.expect("it is there");
    assert_eq!(view.state, "started");
    let skip = PluginRequest::SkipBatch { id: id(), reason: "no reason".into() };
    assert!(ask(skip).await.is_err_and(|words| words.contains("nothing to skip")));
    let nobody = PluginRequest::Disable { id: "nobody".into() };
    assert!(ask(nobody).await.is_err_and(|words| words.contains("nobody")));
    fixture.stop().await;
}
