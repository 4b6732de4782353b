//! Plugins in C11, compiled with all warnings as errors.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::HttpRequestView;
use phytohub_plugin_loader::instance::Completion;
use phytohub_plugin_testkit::{MockHost, TestPlugin, fixtures};
use serde_json::json;

use crate::workshop::{CPlugin, sinner};

fn loaded(name: &str, host: &MockHost) -> TestPlugin {
    let plugin = host.load(&CPlugin::of(name).library).expect("it can be loaded");
    plugin.start().expect("it starts");
    plugin
}

#[test]
fn events_reach_c_and_its_log_reaches_the_hub() {
    let host = MockHost::builder().build();
    let plugin = loaded("echo", &host);
    let wanted = 1 << HUB_EVENT_ACCEPTED | 1 << HUB_EVENT_ACKNOWLEDGED;
    assert_eq!(plugin.instance().offers().lifecycle, Some(wanted));
    for last in [3, 6] {
        let batch: Vec<_> = (last - 2..=last).map(|n| fixtures::event(1, n)).collect();
        assert_eq!(plugin.deliver(&batch), Ok(Completion::Done));
        assert_eq!(host.cursor(), last);
    }
    let logs = host.logs();
    let line = logs.last().expect("it logs each batch");
    assert_eq!((line.target.as_str(), line.message.as_str()), ("echo", "heard events"));
    assert_eq!(line.fields, [("heard".to_owned(), "6".to_owned())]);
}

#[test]
fn documents_are_judged_in_c() {
    let host = MockHost::builder().build();
    let plugin = loaded("validator", &host);
    let kinds = plugin.kinds().expect("it names its kind");
    assert_eq!(kinds[0].certificate_type, 851);
    assert_eq!(kinds[0].statuses.len(), 2);
    let phyto = fixtures::phyto();
    let report = plugin.validate(&fixtures::document(&phyto)).expect("it judges");
    assert_eq!(report.findings, []);
    let nameless = fixtures::nameless();
    let report = plugin.validate(&fixtures::document(&nameless)).expect("it judges");
    let rules: Vec<&str> = report.findings.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(rules, ["C-001"]);
    assert_eq!(host.value("XA").as_deref(), Some(&b"XA-2026-0001"[..]));
    let report = plugin.validate(&fixtures::document(b"<a/>")).expect("it judges");
    assert_eq!(report.findings[0].level, HUB_LEVEL_SEVERE);
    // The hub's refusal is the plugin's to pass on.
    host.fail("kv.write", HUB_EXHAUSTED);
    let failure = plugin.validate(&fixtures::document(&nameless)).expect_err("not remembered");
    assert_eq!(failure.status, HUB_UNAVAILABLE);
}

#[test]
fn pages_are_answered_in_c_at_once_and_later() {
    let host = MockHost::builder().build();
    let plugin = loaded("http", &host);
    assert_eq!(plugin.instance().http_assets()[0].path, "style.css");
    let answer = plugin.get("", "").expect("a page");
    assert_eq!(
        (answer.status, answer.body.as_slice(), answer.finished),
        (200, &b"hello\n"[..], true)
    );
    let request = HttpRequestView {
        route: 1,
        method: "POST",
        path: "/plugin/echo",
        body: b"what was sent",
        body_bytes: Some(13),
        ..HttpRequestView::default()
    };
    let answer = plugin.request(&request).expect("what was sent");
    assert_eq!(answer.body, b"what was sent");
    let ticket = host.open_request(b"");
    let later = HttpRequestView { route: 2, method: "GET", ..HttpRequestView::default() };
    let call = phytohub_plugin_loader::instance::CallContext::default();
    assert_eq!(plugin.instance().request(&call, &later, ticket), Ok(Completion::Pending));
    // Joins the thread that answers.
    plugin.quiesce().expect("it ends");
    assert_eq!(host.answer(ticket).expect("answered").body, b"later\n");
}

#[test]
fn what_is_not_granted_is_told_by_c() {
    let host = MockHost::builder().grant_nothing().build();
    let failure = host.load(&CPlugin::of("http").library).expect_err("it needs the hub's answers");
    assert!(failure.to_string().contains("hub.http.respond/1"), "{failure}");
}

#[test]
fn plugins_in_c_and_in_rust_live_in_one_process() {
    let host = MockHost::builder().build();
    let all = [loaded("echo", &host), loaded("validator", &host), loaded("old", &host)];
    let rust = sinner(json!({}));
    let phyto = fixtures::phyto();
    let document = fixtures::document(&phyto);
    for plugin in all.iter().chain([&rust]).filter(|p| p.instance().offers().documents) {
        assert!(plugin.validate(&document).is_ok());
    }
}
