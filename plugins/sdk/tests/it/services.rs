//! What the hub offers, through the plugin and back.

use phytohub_plugin_api::*;

use crate::hub::{Hub, VIEW, call, everything, told};
use phytohub_plugin_loader::DocumentView;

#[test]
fn keys_and_values_go_both_ways() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    let lines = told(&instance, "kv").expect("told");
    assert_eq!(
        lines,
        [
            "None",
            "Some(3)",
            "[([97], [49]), ([97, 98], [50])]",
            "[([97, 98], [50])]",
            "Err((Conflict, \"a key holds something else\"))",
            "2",
        ]
    );
    assert_eq!((hub.value("a"), hub.value("ab")), (Some("1".into()), None));
}

#[test]
fn calls_to_the_hub_inherit_the_deadline_of_the_hook() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    let call = call();
    instance.health(&call).expect("well");
    assert_eq!(hub.deadlines(), [call.deadline_ns]);
}

#[test]
fn envelopes_go_both_ways() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let lines = told(&instance, "envelopes").expect("told");
    assert_eq!(
        lines,
        [
            "H1 false true",
            "PendingDelivery envelopes",
            "1",
            "1",
            "0",
            "DeliveredWithWarnings late",
            "Err((NotFound, \"not here\"))",
        ]
    );
    let submit = format!("submit {HUB_DRAFT_VALIDATE} [\"CH\"]");
    assert_eq!(hub.lines(), [submit.clone(), submit]);
}

#[test]
fn code_lists_and_connections_go_both_ways() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let lines = told(&instance, "lists").expect("told");
    let [found, missing, list, connections] = &*lines else { panic!("four lines: {lines:?}") };
    assert_eq!((found.as_str(), missing.as_str()), ("Some(\"a reason\")", "None"));
    assert!(list.contains("code: \"A\"") && list.contains("inactive: true"), "{list}");
    assert!(connections.contains("certificate_type: 851") && connections.contains("mine: true"));
    assert!(connections.contains("receives: false"), "{connections}");
    let flags = HUB_CONNECTION_SENDS | HUB_CONNECTION_RECEIVES | HUB_CONNECTION_ENABLED;
    assert_eq!(hub.lines(), [format!("register T1 {flags}")]);
}

#[test]
fn the_rest_goes_both_ways() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    assert_eq!(hub.lines(), ["metric seen [(\"kind\", \"any\")]"]);
    let lines = told(&instance, "upkeep").expect("told");
    let usage = "Usage { used_bytes: 1, allowed_bytes: 2 }";
    assert_eq!(lines, ["true", "false", "secret token", "/data/everything", usage]);
    let expected = [
        "audit somebody did something \"\"",
        "timer 2000 7",
        "cancel 7",
        "cancel 7",
        "record 17 2",
    ];
    assert_eq!(hub.lines(), expected);
}

#[test]
fn a_kept_document_is_released_when_it_is_dropped() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let document = DocumentView { content: b"keep", content_ticket: 9, ..VIEW };
    let mut parts = Vec::new();
    let mut add = |finding: phytohub_plugin_loader::FindingView<'_>| {
        parts.push(finding.message.to_owned());
        true
    };
    instance.validate(&call(), &document, &mut add).expect("judged");
    assert_eq!(parts, ["keep", "ee"]);
    assert_eq!(hub.lines(), ["retain 9"]);
    told(&instance, "release").expect("told");
    assert_eq!(hub.lines(), ["release 9"]);
}

#[test]
fn events_of_tracing_arrive_with_all_fields_and_spans() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    assert_eq!(told(&instance, "spans").expect("told"), ["true"]);
    let lines = hub.lines();
    let [first, second] = &*lines else { panic!("two lines, for nobody reads debug: {lines:?}") };
    assert!(first.starts_with("log 2 said so b=true error=bad: worse who=inner a=1 "), "{first}");
    assert!(first.contains("span=outer>inner span_id="), "{first}");
    assert_eq!(second.trim_end(), "log 3 from a thread");
}

#[test]
fn what_is_not_offered_is_said_with_the_grant_to_ask_for() {
    let hub = Hub::without(&[HUB_ENVELOPES_ID]);
    let instance = everything(&hub, "{}");
    let failure = told(&instance, "envelopes").expect_err("not granted");
    assert_eq!(failure.status, HUB_UNSUPPORTED);
    assert!(failure.diagnostics.contains("hub.envelopes/1"), "{}", failure.diagnostics);
}

#[test]
fn events_of_tracing_carry_the_trace_of_their_call() {
    let hub = Hub::new();
    let instance = everything(&hub, "{}");
    hub.lines();
    let document = DocumentView { content: b"spans", ..VIEW };
    let mut call = call();
    call.trace_id[15] = 0x2a;
    instance.validate(&call, &document, &mut |_| true).expect("judged");
    let lines = hub.lines();
    let expected = " trace_id=0000000000000000000000000000002a";
    assert!(lines.first().is_some_and(|line| line.ends_with(expected)), "{lines:?}");
}
