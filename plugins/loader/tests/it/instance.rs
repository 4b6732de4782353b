//! The life of an instance, and its hooks but those about documents.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Completion, Instance};
use phytohub_plugin_loader::*;

use super::instance_world::{BRIDGE, SERIAL, Scribe, call, findings, instance_of};

fn failure(status: Status, diagnostics: &str) -> CallFailure {
    CallFailure { status, diagnostics: diagnostics.to_owned() }
}

fn refused(config: &str) -> (CallFailure, Vec<String>) {
    let hub = Arc::new(Scribe::default());
    let made = Instance::create(&BRIDGE, hub.clone(), config.as_bytes(), &call());
    let failure = made.expect_err("no instance");
    assert_eq!(Arc::strong_count(&hub), 1, "what the hub gave is let go");
    (failure, hub.asked())
}

#[test]
fn a_creation_that_fails_leaves_nothing() {
    let (why, asked) = refused("refuse");
    assert_eq!(why, failure(HUB_INVALID, "the key colour is not one of red, green"));
    // Nor is anything destroyed.
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(why.to_string(), "INVALID: the key colour is not one of red, green");

    let (why, asked) = refused("no-instance");
    assert_eq!(why, failure(HUB_INVALID, "HubPluginVtable: the pointer is null"));
    assert!(asked.is_empty(), "{asked:?}");

    let many = " ".repeat((1 << 20) + 1);
    let (why, _) = refused(&many);
    assert_eq!(why.diagnostics, "the configuration has 1048577 bytes, at most 1048576");
}

#[test]
fn what_cannot_be_used_is_destroyed_if_it_can_be() {
    for (config, reason, destroyed) in [
        ("short-vtable", "HubPluginVtable: struct_size 8, expected 40 to 4096", false),
        ("no-destroy", "destroy is null, which the contract does not call optional", false),
        ("short-documents", "HubDocuments: struct_size 8, expected 40 to 4096", true),
        ("null-validate", "validate is null, which the contract does not call optional", true),
        ("bad-http", "HubHttpAsset: the pointer is null", true),
    ] {
        let (why, asked) = refused(config);
        assert_eq!(why, failure(HUB_INVALID, reason));
        let expected: &[&str] = if destroyed { &["log 3 life destroy []"] } else { &[] };
        assert_eq!(asked, expected, "{config}");
    }
}

#[test]
fn life_goes_one_way_and_ends_once() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    assert_eq!(instance.start(&call()), Ok(()));
    assert_eq!(instance.start(&call()).map_err(|why| why.status), Err(HUB_CONFLICT));
    assert_eq!(instance.quiesce(&call()), Ok(()));
    assert_eq!(instance.quiesce(&call()).map_err(|why| why.status), Err(HUB_CONFLICT));
    assert_eq!(instance.start(&call()).map_err(|why| why.status), Err(HUB_CONFLICT));
    assert_eq!(findings(&instance, "quiet").map_err(|why| why.status), Err(HUB_UNAVAILABLE));
    instance.destroy();
    assert_eq!(
        hub.asked(),
        ["log 3 life start []", "log 3 life quiesce []", "log 3 life destroy []"]
    );
}

#[test]
fn one_that_is_dropped_is_quiesced_if_it_was_started() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    instance.start(&call()).expect("started");
    drop(instance);
    assert_eq!(
        hub.asked(),
        ["log 3 life start []", "log 3 life quiesce []", "log 3 life destroy []"]
    );
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    drop(instance);
    assert_eq!(hub.asked(), ["log 3 life destroy []"]);
}

#[test]
fn one_that_is_abandoned_is_left_alone() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    instance.abandon();
    assert_eq!(findings(&instance, "quiet").map_err(|why| why.status), Err(HUB_UNAVAILABLE));
    assert_eq!(Arc::strong_count(&hub), 1, "what the hub gave is let go");
    drop(instance);
    assert!(hub.asked().is_empty());
}

#[test]
fn optional_hooks_may_be_missing() {
    let (instance, hub) = instance_of(&BRIDGE, "no-hooks nothing");
    assert_eq!(*instance.offers(), instance::Offers::default());
    assert_eq!(instance.start(&call()), Ok(()));
    assert_eq!(instance.quiesce(&call()), Ok(()));
    assert_eq!(instance.allocated(), None);
    drop(instance);
    assert_eq!(hub.asked(), ["log 3 life destroy []"]);
    let (instance, _hub) = instance_of(&BRIDGE, "nothing");
    let unsupported = Err(failure(HUB_UNSUPPORTED, "the plugin does not offer this"));
    assert_eq!(instance.kinds(&call()).map(|_| ()), unsupported);
    assert_eq!(findings(&instance, "quiet").map(|_| ()), unsupported);
    assert_eq!(instance.events(&call(), &[], 1).map(|_| ()), unsupported);
    assert_eq!(instance.wake(&call(), 1), unsupported);
    assert_eq!(instance.health(&call()), unsupported);
}

#[test]
fn offers_are_told() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let offers = instance.offers();
    assert!(offers.documents && offers.describe && offers.render && offers.routing);
    assert!(offers.http && offers.wake && offers.snapshot && offers.health);
    assert_eq!(offers.lifecycle, Some(1 << HUB_EVENT_ACCEPTED));
    assert_eq!(instance.allocated(), Some(4096));
    assert_eq!(instance.http_routes()[0].pattern, "{*rest}");
    assert_eq!(instance.http_routes()[1].body_bytes_max, 9);
    let [asset] = instance.http_assets() else { panic!("one asset") };
    assert_eq!((&*asset.path, &*asset.etag, &asset.bytes[..]), ("a.css", "\"1\"", &b"b{}"[..]));
}

#[test]
fn unknown_statuses_are_taken_by_their_sign() {
    // `create` answers one that is positive.
    let (instance, _hub) = instance_of(&BRIDGE, "unheard");
    let wake = |token: i32| instance.wake(&call(), u64::from(token.cast_unsigned()));
    assert_eq!(wake(HUB_OK), Ok(()));
    assert_eq!(wake(12345), Ok(()));
    assert_eq!(wake(-12345), Err(failure(HUB_INTERNAL, "status -12345 is unknown; ")));
    assert_eq!(wake(HUB_AGAIN), Err(failure(HUB_AGAIN, "")));
    for known in HUB_PANICKED..=HUB_INVALID {
        assert_eq!(wake(known), Err(failure(known, "")));
    }
    let pending = wake(HUB_PENDING);
    assert_eq!(pending, Err(failure(HUB_INTERNAL, "answered PENDING, which this hook may not")));
}

#[test]
fn batches_of_events_arrive_whole_and_may_be_put_off() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let deliver = |message: &str, ticket| {
        let first = EventView { sequence: 8, message, ..EventView::default() };
        let second = EventView { sequence: 9, ..first };
        instance.events(&call(), &[first, second], ticket)
    };
    assert_eq!(deliver("0\0", 5), Ok(Completion::Done));
    assert_eq!(deliver("1\0", 5), Ok(Completion::Pending));
    assert_eq!(deliver("99\0", 5), Ok(Completion::Done));
    assert_eq!(deliver("2\0", 5), Err(failure(HUB_AGAIN, "")));
    assert_eq!(deliver("0\0", 4), Err(failure(HUB_INTERNAL, "not what was sent")));
}

#[test]
fn requests_arrive_whole() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let headers = &[HttpHeaderView { name: "accept", value: b"*/*" }][..];
    let request =
        HttpRequestView { route: 1, path: "/bridge/x", headers, ..HttpRequestView::default() };
    assert_eq!(instance.request(&call(), &request, 6), Ok(Completion::Pending));
}

#[test]
fn health_and_snapshots_say_why_not() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let why = instance.health(&call());
    assert_eq!(why, Err(failure(HUB_EXHAUSTED, "the database is full")));
    let why = instance.snapshot(&call(), Path::new("/backup/one"));
    assert_eq!(why, Err(failure(HUB_UNAVAILABLE, "/backup/one")));
}

#[test]
fn a_call_tells_when_nobody_waits() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let ask = |call: &CallContext| {
        let document = DocumentView { content: b"cancelled", ..DocumentView::default() };
        instance.validate(call, &document, &mut |_| true).map_err(|why| why.status)
    };
    assert_eq!(ask(&CallContext::new(0)), Ok(()));
    assert_eq!(ask(&call()), Ok(()));
    assert_eq!(ask(&CallContext::new(1)), Err(HUB_CANCELLED));
    let gone = call();
    gone.cancelled.store(true, Ordering::Relaxed);
    assert_eq!(ask(&gone), Err(HUB_CANCELLED));
}

#[test]
fn hooks_of_a_serial_plugin_wait_for_each_other() {
    let (instance, hub) = instance_of(&SERIAL, "{}");
    thread::scope(|scope| {
        let first = scope.spawn(|| findings(&instance, "host:kv:wait"));
        hub.until_reached();
        let soon = CallContext::within(Duration::from_millis(20));
        let late = instance.wake(&soon, 0).map_err(|why| why.status);
        assert_eq!(late, Err(HUB_DEADLINE));
        let second = scope.spawn(|| instance.wake(&call(), 0));
        hub.open();
        assert_eq!(first.join().expect("no panic"), Ok(vec!["0 [value] ".to_owned()]));
        assert_eq!(second.join().expect("no panic"), Ok(()));
    });
}

#[test]
fn hooks_of_other_plugins_run_at_once() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    thread::scope(|scope| {
        let first = scope.spawn(|| findings(&instance, "host:kv:wait"));
        hub.until_reached();
        assert_eq!(findings(&instance, "three"), Ok(["1", "2", "3"].map(str::to_owned).into()));
        hub.open();
        assert_eq!(first.join().expect("no panic"), Ok(vec!["0 [value] ".to_owned()]));
    });
}

#[test]
fn one_that_could_not_be_quiesced_hears_of_its_end_before_it() {
    let (instance, hub) = instance_of(&SERIAL, "{}");
    instance.start(&call()).expect("started");
    thread::scope(|scope| {
        let stuck = scope.spawn(|| findings(&instance, "host:kv:wait"));
        hub.until_reached();
        let soon = CallContext::within(Duration::from_millis(20));
        assert_eq!(instance.quiesce(&soon).map_err(|why| why.status), Err(HUB_DEADLINE));
        hub.open();
        stuck.join().expect("no panic").expect("an answer");
    });
    hub.asked();
    drop(instance);
    assert_eq!(hub.asked(), ["log 3 life quiesce []", "log 3 life destroy []"]);
}

#[test]
fn calls_of_many_threads_keep_apart() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    thread::scope(|scope| {
        for from in ["A", "B", "C", "D", "E", "F", "G", "H"] {
            let instance = &instance;
            scope.spawn(move || {
                let content = b"document";
                let document = DocumentView { from, content, ..DocumentView::default() };
                let expected = format!("0 0 0 0 0 0 {from}      0");
                for _ in 0..2000 {
                    let mut said = Vec::new();
                    let judged = instance.validate(&call(), &document, &mut |finding| {
                        said.push(finding.message.to_owned());
                        true
                    });
                    assert_eq!((judged, &said[..]), (Ok(()), &[expected.clone()][..]));
                }
            });
        }
    });
}
