//! A panic stops in the plugin, is told, and poisons the instance.

use std::sync::Arc;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallFailure, Instance};
use phytohub_plugin_loader::{DocumentView, EventView, HttpRequestView};

use crate::hub::{EVERYTHING, Hub, VIEW, call, create, everything, told};

const HOOKS: [&str; 11] = [
    "start", "kinds", "validate", "describe", "render", "route", "events", "request", "wake",
    "snapshot", "health",
];

fn run(instance: &Instance, hook: &str) -> Result<(), CallFailure> {
    let (call, document) = (call(), DocumentView { content: b"x", ..VIEW });
    match hook {
        "start" => instance.start(&call),
        "kinds" => instance.kinds(&call).map(drop),
        "validate" => instance.validate(&call, &document, &mut |_| true),
        "describe" => instance.describe(&call, &document, &mut |_, _| true),
        "render" => instance.render(&call, &document, "en", &mut |_| true),
        "route" => instance.route(&call, &document, &mut |_| HUB_OK).map(drop),
        "events" => instance.events(&call, &[EventView::default()], 1).map(drop),
        "request" => instance.request(&call, &HttpRequestView::default(), 1).map(drop),
        "wake" => instance.wake(&call, 1),
        "snapshot" => instance.snapshot(&call, &std::env::temp_dir()),
        "health" => instance.health(&call),
        "quiesce" => instance.quiesce(&call),
        other => panic!("no such hook: {other}"),
    }
}

fn panicking(hub: &Arc<Hub>, hook: &str, again: bool) -> Instance {
    everything(hub, &format!(r#"{{"panic_in":"{hook}","panic_again":{again}}}"#))
}

#[test]
fn a_panic_in_each_hook_is_caught_told_and_poisons() {
    for hook in HOOKS {
        let hub = Hub::new();
        let instance = panicking(&hub, hook, false);
        let failure = run(&instance, hook).expect_err(hook);
        assert_eq!(failure.status, HUB_PANICKED, "{hook}");
        let expected = format!(": told to panic in {hook}");
        assert!(failure.diagnostics.starts_with("panicked at "), "{}", failure.diagnostics);
        assert!(failure.diagnostics.contains("everything.rs:"), "{}", failure.diagnostics);
        assert!(failure.diagnostics.ends_with(&expected), "{}", failure.diagnostics);
        let lines = hub.lines();
        let expected = format!("log 1 panicked: told to panic in {hook} location=");
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{lines:?}");
        for other in HOOKS.into_iter().filter(|other| *other != "start") {
            let failure = run(&instance, other).expect_err(other);
            assert_eq!(failure.status, HUB_PANICKED, "{other} after {hook}");
            assert!(failure.diagnostics.contains(&format!("told to panic in {hook}")));
        }
        instance.destroy();
    }
}

#[test]
fn a_payload_that_panics_again_when_it_is_dropped_is_left_alone() {
    let hub = Hub::new();
    let instance = panicking(&hub, "validate", true);
    let failure = told(&instance, "x").expect_err("panicked");
    assert_eq!(failure.status, HUB_PANICKED);
    assert!(failure.diagnostics.contains("a payload that is no text"), "{}", failure.diagnostics);
    assert_eq!(told(&instance, "x").expect_err("poisoned").status, HUB_PANICKED);
}

#[test]
fn a_panic_in_create_leaves_nothing() {
    for again in [false, true] {
        let config = format!(r#"{{"panic_in":"create","panic_again":{again}}}"#);
        let Err(failure) = create(&EVERYTHING, &Hub::new(), &config) else {
            panic!("an instance was made");
        };
        assert_eq!(failure.status, HUB_PANICKED);
    }
    everything(&Hub::new(), "{}");
}

#[test]
fn a_panic_at_the_end_is_caught_and_told() {
    for again in [false, true] {
        let hub = Hub::new();
        let instance = panicking(&hub, "quiesce", again);
        assert_eq!(instance.quiesce(&call()).expect_err("panicked").status, HUB_PANICKED);
        drop(instance);
        let instance = panicking(&hub, "drop", again);
        hub.lines();
        drop(instance);
        let lines = hub.lines();
        assert!(lines.iter().any(|line| line.starts_with("log 1 panicked: ")), "{lines:?}");
    }
}

#[test]
fn a_panic_in_what_the_hub_calls_passes_through_no_code_of_the_hub() {
    let hub = Hub::new();
    hub.put("a", "1");
    hub.put("b", "2");
    let instance = everything(&hub, "{}");
    let failure = told(&instance, "scan and panic").expect_err("panicked");
    assert_eq!(failure.status, HUB_PANICKED);
    assert!(failure.diagnostics.contains("told to panic in a visitor"), "{}", failure.diagnostics);
}

#[test]
fn a_panic_in_a_thread_of_its_own_is_told_and_harms_nothing() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    assert_eq!(told(&instance, "thread").expect("told"), ["true"]);
    let lines = hub.lines();
    let expected = "log 1 panicked: told to panic in a thread location=";
    assert!(lines.iter().any(|line| line.starts_with(expected)), "{lines:?}");
    assert_eq!(told(&instance, "again").expect_err("still answers").status, HUB_AGAIN);
}
