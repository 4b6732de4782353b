//! Sins that a process survives, as the loader tells of them.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Completion};
use phytohub_plugin_testkit::{BatchState, TestPlugin, fixtures};
use serde_json::{Value, json};

use crate::workshop::{faulty_library, hub, sinner};

const HOOKS: [&str; 10] = [
    "validate", "describe", "render", "route", "events", "request", "wake", "snapshot", "health",
    "kinds",
];

fn call(plugin: &TestPlugin, hook: &str) -> Result<(), CallFailure> {
    let content = fixtures::phyto();
    let document = fixtures::document(&content);
    let directory = tempfile::tempdir().expect("a temporary directory");
    match hook {
        "validate" => plugin.validate(&document).map(drop),
        "describe" => plugin.describe(&document).map(drop),
        "render" => plugin.render(&document, "en").map(drop),
        "route" => plugin.route(&document).map(drop),
        "events" => plugin.deliver(&[fixtures::event(HUB_EVENT_ACCEPTED, 1)]).map(drop),
        "request" => plugin.get("page", "page").map(drop),
        "wake" => plugin.instance().wake(&CallContext::default(), 1),
        "snapshot" => plugin.instance().snapshot(&CallContext::default(), directory.path()),
        "health" => plugin.health(),
        "kinds" => plugin.kinds().map(drop),
        "quiesce" => plugin.quiesce(),
        other => panic!("no hook {other}"),
    }
}

fn created(config: Value) -> Result<TestPlugin, CallFailure> {
    hub(config).build().create(faulty_library())
}

#[test]
fn without_a_sin_every_hook_answers() {
    let plugin = sinner(json!({}));
    for hook in HOOKS.into_iter().chain(["quiesce"]) {
        assert_eq!(call(&plugin, hook), Ok(()), "{hook}");
    }
}

#[test]
fn a_panic_in_any_hook_is_told_and_poisons_the_instance() {
    for sin in ["panic", "panic-payload"] {
        for hook in HOOKS {
            let plugin = sinner(json!({ "sin": sin, "in": hook, "times": 1 }));
            let failure = call(&plugin, hook).expect_err(hook);
            assert_eq!(failure.status, HUB_PANICKED, "{sin} in {hook}: {failure}");
            assert!(failure.diagnostics.contains("panicked"), "{failure}");
            // It behaves from now on, but nobody can know what state it is in.
            let after = call(&plugin, "validate").expect_err("poisoned");
            assert_eq!(after.status, HUB_PANICKED, "{sin} in {hook}");
        }
    }
}

#[test]
fn a_panic_in_create_or_start_leaves_no_instance() {
    for sin in ["panic", "panic-payload"] {
        let failure = created(json!({ "sin": sin, "in": "create" })).expect_err("no instance");
        assert_eq!(failure.status, HUB_PANICKED);
        let plugin = created(json!({ "sin": sin, "in": "start" })).expect("it can be made");
        assert_eq!(plugin.start().expect_err("no start").status, HUB_PANICKED);
        let plugin = created(json!({ "sin": sin, "in": "quiesce" })).expect("it can be made");
        assert_eq!(plugin.quiesce().expect_err("no end").status, HUB_PANICKED);
        drop(created(json!({ "sin": sin, "in": "drop" })).expect("it can be made"));
    }
}

#[test]
fn an_error_has_its_reason() {
    for hook in HOOKS.into_iter().filter(|hook| *hook != "kinds").chain(["quiesce"]) {
        let plugin = sinner(json!({ "sin": "error", "in": hook }));
        let failure = call(&plugin, hook).expect_err(hook);
        assert_eq!(failure.status, HUB_INTERNAL, "{hook}");
        assert!(failure.diagnostics.contains("told to answer an error"), "{failure}");
    }
}

#[test]
fn findings_without_end_are_cut() {
    let plugin = sinner(json!({ "sin": "endless-findings", "count": 1_000_000 }));
    let report = plugin.validate(&fixtures::document(b"<a/>")).expect("it was judged");
    assert_eq!(report.findings.len(), 200);
}

#[test]
fn bad_findings_are_never_believed() {
    let plugin = sinner(json!({ "sin": "bad-findings" }));
    let failure = plugin.validate(&fixtures::document(b"<a/>")).expect_err("not usable");
    assert_eq!(failure.status, HUB_INVALID, "{failure}");
}

#[test]
fn statuses_that_do_not_exist_are_taken_by_their_sign() {
    let document = fixtures::document(b"<a/>");
    let plugin = sinner(json!({ "sin": "status", "status": 12345 }));
    assert!(plugin.validate(&document).is_ok());
    let plugin = sinner(json!({ "sin": "status", "status": -12345 }));
    assert_eq!(plugin.validate(&document).expect_err("an error").status, HUB_INTERNAL);
    let plugin = sinner(json!({ "sin": "status", "status": HUB_PENDING }));
    assert_eq!(plugin.validate(&document).expect_err("an error").status, HUB_INTERNAL);
}

#[test]
fn a_table_that_ends_before_its_functions_is_not_used() {
    let made = created(json!({ "sin": "bad-table" }));
    assert!(made.as_ref().map_or(true, |plugin| !plugin.instance().offers().documents));
}

#[test]
fn a_batch_is_completed_once() {
    let plugin = sinner(json!({ "sin": "double-completion", "in": "events" }));
    let batch = [fixtures::event(HUB_EVENT_ACCEPTED, 7)];
    assert_eq!(plugin.deliver(&batch), Ok(Completion::Pending));
    assert_eq!(plugin.host().cursor(), 7);
    assert_eq!(plugin.host().calls("tickets.complete"), 2);
}

#[test]
fn a_late_completion_counts_unless_the_hub_gave_up() {
    let plugin = sinner(json!({ "sin": "late-completion", "in": "events", "ms": 50 }));
    let batch = [fixtures::event(HUB_EVENT_ACCEPTED, 7)];
    assert_eq!(plugin.deliver(&batch), Ok(Completion::Pending));
    // Waits for the thread.
    plugin.quiesce().expect("it ends");
    assert_eq!(plugin.host().cursor(), 7);

    let plugin = sinner(json!({ "sin": "late-completion", "in": "events", "ms": 50 }));
    let ticket = plugin.host().open_batch(9);
    let call = CallContext::default();
    let answered = plugin.instance().events(&call, &batch, ticket);
    assert_eq!(answered, Ok(Completion::Pending));
    plugin.host().end_batch(ticket, false);
    plugin.quiesce().expect("it ends");
    assert_eq!(plugin.host().batch(ticket), Some(BatchState::Failed));
    assert_eq!(plugin.host().cursor(), 0);
}

#[test]
fn a_batch_that_is_never_completed_stays_outstanding() {
    let plugin = sinner(json!({ "sin": "never-completion", "in": "events" }));
    assert_eq!(plugin.deliver(&[fixtures::event(1, 7)]), Ok(Completion::Pending));
    assert_eq!(plugin.host().cursor(), 0);
}

#[test]
fn what_never_returns_is_given_up_and_others_go_on() {
    let sins = [
        json!({ "sin": "hang" }),
        json!({ "sin": "hang", "in": "describe" }),
        json!({ "sin": "slow", "ms": 3_600_000 }),
    ];
    for config in sins {
        let hook = config["in"].as_str().unwrap_or("validate").to_owned();
        let plugin = Arc::new(sinner(config.clone()));
        let (sender, returned) = mpsc::sync_channel(1);
        let lost = Arc::clone(&plugin);
        let thread = thread::Builder::new().name("lost".to_owned()).spawn(move || {
            let _ = call(&lost, &hook);
            let _ = sender.send(());
        });
        let returned = returned.recv_timeout(Duration::from_millis(200));
        assert_eq!(returned, Err(mpsc::RecvTimeoutError::Timeout), "{config}");
        plugin.instance().abandon();
        let refused = plugin.health().expect_err("nothing is called any more");
        assert_eq!(refused.status, HUB_UNAVAILABLE);
        let other = sinner(json!({}));
        assert_eq!(call(&other, "validate"), Ok(()));
        // Its thread is lost, and keeps the instance with it.
        drop(thread);
    }
}

#[test]
fn events_and_their_effects_are_one_step() {
    let plugin = sinner(json!({ "record": true }));
    let batch = [fixtures::event(1, 41), fixtures::event(1, 42)];
    assert_eq!(plugin.deliver(&batch), Ok(Completion::Done));
    assert_eq!(plugin.host().cursor(), 42);
    assert_eq!(plugin.host().kv().len(), 2);
    plugin.host().fail("kv.write", HUB_UNAVAILABLE);
    let later = [fixtures::event(1, 43)];
    assert_eq!(plugin.deliver(&later).expect_err("it comes again").status, HUB_UNAVAILABLE);
    assert_eq!((plugin.host().cursor(), plugin.host().kv().len()), (42, 2));
}
