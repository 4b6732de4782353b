//! Requests and answers.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::HttpRequestView;
use phytohub_plugin_loader::instance::Completion;

use crate::hub::{Hub, call, everything};

fn get<'a>(path: &'a str, query: &'a str) -> HttpRequestView<'a> {
    HttpRequestView {
        method: "GET",
        path,
        query,
        prefix: "/e/",
        body_bytes: Some(0),
        ..Default::default()
    }
}

#[test]
fn routes_and_files_are_told_once() {
    let instance = everything(&Hub::new(), "{}");
    let patterns: Vec<_> = instance.http_routes().iter().map(|route| &*route.pattern).collect();
    assert_eq!(patterns, ["things/{name}", "things"]);
    let [asset] = instance.http_assets() else { panic!("one file") };
    assert_eq!((asset.path.as_str(), &*asset.bytes), ("style.css", b"p {}".as_slice()));
    assert!(asset.etag.starts_with('"') && asset.etag.ends_with('"'), "{}", asset.etag);
}

#[test]
fn an_answer_keeps_repeated_headers() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let outcome = instance.request(&call(), &get("/e/things/a%20b", "p=1&q=x%26y"), 3);
    assert_eq!(outcome, Ok(Completion::Done));
    let expected = [
        "start 3 200 content-type: text/html; charset=utf-8; set-cookie: a=1; set-cookie: b=2",
        "write 3 <p>a b Some(\"x&y\")",
        "finish 3",
    ];
    assert_eq!(hub.lines(), expected);
}

#[test]
fn a_body_is_read_in_pieces() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    hub.body(&["a=1&", "b=2"]);
    let request =
        HttpRequestView { route: 1, method: "POST", body_bytes: None, ..get("/e/things", "") };
    assert_eq!(instance.request(&call(), &request, 3), Ok(Completion::Done));
    let lines = hub.lines();
    assert_eq!(lines.get(1).map(String::as_str), Some("write 3 [[\"a\",\"1\"],[\"b\",\"2\"]]"));
}

#[test]
fn a_dropped_responder_answers_500() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    assert_eq!(instance.request(&call(), &get("/e/things/drop", ""), 3), Ok(Completion::Done));
    let lines = hub.lines();
    assert!(lines.first().is_some_and(|line| line.starts_with("start 3 500 ")), "{lines:?}");
    assert_eq!(lines.last().map(String::as_str), Some("finish 3"));
}

#[test]
fn a_moved_responder_answers_later_or_500_when_it_is_dropped() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    for (token, status) in [(1, "start 3 200 "), (2, "start 3 500 ")] {
        hub.lines();
        let outcome = instance.request(&call(), &get("/e/things/later", ""), 3);
        assert_eq!(outcome, Ok(Completion::Pending));
        assert!(hub.lines().is_empty());
        instance.wake(&call(), token).expect("woken");
        let lines = hub.lines();
        assert!(lines.first().is_some_and(|line| line.starts_with(status)), "{lines:?}");
    }
}

#[test]
fn a_failed_hook_leaves_the_answer_to_the_hub() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let failure = instance.request(&call(), &get("/e/things/fail", ""), 3).expect_err("failed");
    assert_eq!(failure.status, HUB_UNAVAILABLE);
    assert!(hub.lines().is_empty(), "the hub answers what its operator chose");
}

#[test]
fn an_unfinished_answer_is_an_error() {
    let instance = everything(&Hub::new(), "{}");
    let failure = instance.request(&call(), &get("/e/things/half", ""), 3).expect_err("broken off");
    assert_eq!(failure.status, HUB_INTERNAL);
}
