//! What a plugin asks of the hub arrives as it was asked, and what is malformed does not.

use std::sync::Arc;

use phytohub_plugin_api::*;

use super::instance_world::{BRIDGE, HAUNTED, call, findings, instance_of};

fn asks(deed: &str, answer: &str, asked: &[&str]) {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    let found = findings(&instance, &format!("host:{deed}")).expect("an answer");
    assert_eq!(found, [answer], "{deed}");
    assert_eq!(hub.asked(), asked, "{deed}");
}

#[test]
fn keys_and_values_cross_whole() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    assert_eq!(findings(&instance, "host:kv:get").expect("an answer"), ["0 [value] "]);
    let [asked] = &hub.asked()[..] else { panic!("one question") };
    // The deadline is the plugin's, and so is the trace.
    let deadline = asked.strip_prefix("get key ").and_then(|rest| rest.strip_suffix(" 1"));
    assert!(deadline.is_some_and(|ns| ns.parse::<u64>().is_ok_and(|ns| ns > 0)), "{asked}");

    asks("kv:without-call", "0 [value] ", &["get key 0 0"]);
    asks("kv:scan", "0 [pk=vpk=vpk=v] ", &["scan p pa 7 3"]);
    let written = "[KvOperationView { key: [97], action: Put([49]), expects: Nothing }, \
                   KvOperationView { key: [98], action: Delete, expects: Value([50]) }]";
    asks("kv:write", "0 [] ", &[&format!("write {written} Some(9)")]);
    asks("kv:write-newer", "0 [] ", &[&format!("write {written} None")]);
    asks("kv:write-none", "0 [] ", &["write [] None"]);
}

#[test]
fn a_visitor_that_wants_no_more_ends_the_visit() {
    asks("kv:scan-stopped", "0 [pk=v] ", &["scan p  7 0"]);
}

#[test]
fn malformed_questions_are_refused_with_what_is_wrong() {
    for (deed, reason) in [
        ("without-ctx", "ctx: the pointer is null"),
        ("without-sink", "sink: write is null"),
        ("long-key", "key: 1025 bytes, at most 1024"),
        ("null-key", "key: the pointer is null"),
        ("huge-key", "key: 18446744073709551615 bytes, at most 1024"),
        ("scan-null", "HubKvVisitor: the pointer is null"),
        ("scan-null-visit", "HubKvVisitor: visit is null"),
        ("write-null", "HubKvOperation: the pointer is null"),
        ("write-many", "HubKvOperation: 1001 of them, at most 1000"),
        ("write-unknown", "HubKvOperation: kind 8, expected 0 to 2"),
        ("write-short", "HubKvOperation: struct_size 24, expected 64 to 4096"),
    ] {
        asks(&format!("kv:{deed}"), &format!("{HUB_INVALID} [] {reason}"), &[]);
    }
    // Nor is there a place for a reason in a call that is not one.
    asks("kv:short-call", &format!("{HUB_INVALID} [] "), &[]);
}

#[test]
fn a_reason_is_cut_between_characters() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let found = findings(&instance, "host:kv:refused").expect("an answer");
    // The plugin's own room for it, after the status, is less than what it was given.
    assert!(found[0].starts_with(&format!("{HUB_DENIED} [] üüü")), "{found:?}");
}

#[test]
fn what_was_missed_on_the_way_leaves_room_for_the_reason() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let why = findings(&instance, "host:misses").expect_err("an error");
    assert_eq!(why.status, HUB_INVALID);
    assert_eq!(why.diagnostics, "no such key; I give up; sink: write is null");
}

#[test]
fn a_panic_of_the_hub_stays_in_the_hub() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let found = findings(&instance, "host:kv:panic").expect("an answer");
    assert_eq!(found, [format!("{HUB_INTERNAL} [] the hub panicked")]);
    assert_eq!(findings(&instance, "quiet"), Ok(vec![]));
}

#[test]
fn what_the_hub_does_not_know_is_not_there() {
    asks("unknown", "null", &[]);
}

#[test]
fn small_services_are_asked_as_the_plugin_asks() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    let found = findings(&instance, "host:small").expect("answers");
    assert_eq!(found[0], format!("{HUB_INVALID} {HUB_NOT_FOUND}"));
    assert_eq!(
        found[1..],
        ["0 17 -1 0 -2 0 0 0 0 0 0", "0 [partsecret] ", "0 [/data] ", "0 21 22"]
    );
    assert_eq!(
        sorted(hub.asked()),
        sorted(
            [
                "log 2 t m\u{fffd}m [(\"colour\", \"red\")]",
                "MetricView { kind: 3, name: \"n\", help: \"h\", labels: [(\"colour\", \"red\")], \
                 boundaries: [0.5, 1.5] }",
                "record 17 2.5",
                "complete 4 -4 why",
                "complete 4 -11 ",
                "after 10 11",
                "cancel 12",
                "retain 13",
                "slice 13 1 2 true",
                "release 13",
                "audit p a d n",
                "secret s",
            ]
            .map(str::to_owned)
            .into()
        )
    );
}

/// C may evaluate arguments in any order.
fn sorted(mut asked: Vec<String>) -> Vec<String> {
    asked.sort();
    asked
}

#[test]
fn large_services_are_asked_as_the_plugin_asks() {
    let (instance, hub) = instance_of(&BRIDGE, "{}");
    let found = findings(&instance, "host:large").expect("answers");
    assert_eq!(
        found,
        [
            "0 [text] ",
            "0 [onetwo] ",
            "0 [] ",
            "0 [N1] ",
            "-1 [] ",
            "0 [N1] ",
            "0 [N1<a/>] ",
            "0 [] ",
            "0 [N1] ",
            "0 [] ",
            "-1 [] ",
            "-2 [] ",
            "0 [XX:2:851YY:0:0] ",
            "0 [] ",
            "0 [body] ",
            "0 [] ",
            "0 [] ",
            "0 [] ",
            "there",
        ]
    );
    assert_eq!(
        hub.asked(),
        [
            "lookup l c fr",
            "codes l",
            "publish l 3 [CodeView { flags: 0, code: \"c\", text: \"t\", language: \"en\" }]",
            "submit k DraftView { flags: 1, certificate_type: 851, certificate_status: 70, \
             act_as: \"XX\", to: \"YY\", nppo_certificate_number: \"n\", content: [60, 97, 47, 62], \
             forwardings: [\"C1\", \"C2\"] }",
            "inbox XX 3 4",
            "read XX N true",
            "read XX N false",
            "find (\"XX\", \"\") n 5",
            "WithWarning XX N m",
            "status XX N",
            "ConnectionView { flags: 3, code: \"XX\", name: \"n\", country: \"XX\", \
             allowed: [(851, 70)] }",
            "http read 6",
            "http start 6 200 accept: */*",
            "http write 6 body",
            "http finish 6",
        ]
    );
}

#[test]
fn an_instance_that_ended_is_refused_for_ever() {
    // The plugin's `start` leaves its host behind for whoever comes next.
    let (ended, gone) = instance_of(&HAUNTED, "{}");
    ended.start(&call()).expect("started");
    ended.destroy();
    assert_eq!(Arc::strong_count(&gone), 1, "what the hub gave is let go");
    gone.asked();
    let (next, hub) = instance_of(&HAUNTED, "{}");
    assert_eq!(findings(&next, "host:left"), Ok(vec![format!("0 {HUB_UNAVAILABLE}")]));
    assert!(gone.asked().is_empty());
    assert!(hub.asked().is_empty());
}
