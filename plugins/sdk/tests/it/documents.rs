//! Documents and what is said of them, routes.

use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::DocumentView;
use phytohub_plugin_loader::instance::CallContext;

use crate::hub::{Hub, PACKAGES, VIEW, call, create, everything, told};

#[test]
fn kinds_arrive_with_all_that_they_say() {
    let instance = everything(&Hub::new(), "{}");
    let kinds = instance.kinds(&call()).expect("kinds");
    let [kind] = kinds.as_slice() else { panic!("one kind: {kinds:?}") };
    assert_eq!((kind.certificate_type, kind.name.as_str()), (999, "everything"));
    assert_eq!(
        (kind.root_namespace.as_str(), kind.root_name.as_str()),
        ("urn:everything", "Everything")
    );
    assert_eq!(kind.statuses, [(1, "one".to_owned()), (2, "two".to_owned())]);
    assert_eq!(kind.flags, HUB_KIND_OWNER | HUB_KIND_GATE | HUB_KIND_EXPERIMENTAL);
    assert_eq!(kind.content_bytes_max, 1 << 20);
}

#[test]
fn the_example_to_begin_with_refuses_what_it_should() {
    let hub = Hub::new();
    let instance = create(&PACKAGES, &hub, r#"{"element":"Count"}"#).expect("an instance");
    assert_eq!(hub.lines(), ["log 3 documents without it will be refused element=Count"]);
    assert!(told(&instance, "<Count/>").expect("judged").is_empty());
    let findings = told(&instance, "<Other/>").expect("judged");
    assert_eq!(findings, ["say how many packages there are in Count"]);
}

#[test]
fn findings_carry_their_place_and_are_cut_to_the_contract() {
    let instance = everything(&Hub::new(), "{}");
    let document = DocumentView { content: b"many", ..VIEW };
    let (mut severe, mut lesser) = (Vec::new(), 0);
    let outcome = instance.validate(&call(), &document, &mut |finding| {
        if finding.level == HUB_LEVEL_SEVERE {
            severe.push((finding.area, finding.message.to_owned(), finding.offset));
        } else {
            lesser += 1;
        }
        lesser < 200
    });
    assert_eq!(outcome, Ok(()));
    assert_eq!(lesser, 200, "what is not wanted any more is not told");
    assert_eq!(severe, [(HUB_AREA_SCHEMA, "é".repeat(512), None)]);
}

#[test]
fn errors_become_statuses_with_everything_that_caused_them() {
    let instance = everything(&Hub::new(), "{}");
    let failure = told(&instance, "again").expect_err("not judged");
    assert_eq!(failure.status, HUB_AGAIN);
    assert_eq!(failure.diagnostics, "the list is being loaded: no line");
}

#[test]
fn loops_end_at_the_deadline_and_when_nobody_waits() {
    let instance = everything(&Hub::new(), "{}");
    let document = DocumentView { content: b"wait", ..VIEW };
    let late = CallContext::within(Duration::from_millis(20));
    let failure = instance.validate(&late, &document, &mut |_| true).expect_err("too late");
    assert_eq!(failure.status, HUB_DEADLINE);
    let gone = call();
    gone.cancelled.store(true, std::sync::atomic::Ordering::Release);
    let failure = instance.validate(&gone, &document, &mut |_| true).expect_err("cancelled");
    assert_eq!(failure.status, HUB_CANCELLED);
}

#[test]
fn documents_arrive_with_their_envelope() {
    let instance = everything(&Hub::new(), "{}");
    let [text] = &*told(&instance, "envelope").expect("judged") else { panic!("one line") };
    for part in
        ["Delivery", "certificate_type: 999", "at_ms: 5", "\"XX\"", "\"YY\"", "\"N1\"", "Cdata"]
    {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
fn what_is_not_utf_8_is_corrupt() {
    let instance = everything(&Hub::new(), "{}");
    let document = DocumentView { content: b"\xff", ..VIEW };
    let failure = instance.validate(&call(), &document, &mut |_| true).expect_err("no text");
    assert_eq!(failure.status, HUB_CORRUPT);
}

#[test]
fn terms_and_pages_are_written() {
    let instance = everything(&Hub::new(), "{}");
    let document = DocumentView { content: b"x", ..VIEW };
    let mut terms = Vec::new();
    let mut add = |name: &str, value: &str| {
        terms.push(format!("{name}={value}"));
        true
    };
    instance.describe(&call(), &document, &mut add).expect("terms");
    assert_eq!(terms, ["text=x"]);
    let mut page = Vec::new();
    let mut out = |piece: &[u8]| {
        page.extend_from_slice(piece);
        true
    };
    instance.render(&call(), &document, "fr", &mut out).expect("a page");
    assert_eq!(page, b"<p lang=fr>x");
    let failure = instance.render(&call(), &document, "fr", &mut |_| false).expect_err("refused");
    assert_eq!(failure.status, HUB_EXHAUSTED);
}

#[test]
fn routes_are_decided_with_copies() {
    let instance = everything(&Hub::new(), "{}");
    let decide = |content: &'static str| {
        let document = DocumentView { content: content.as_bytes(), ..VIEW };
        let mut copy = |code: &str| if code == "CH" { HUB_OK } else { HUB_NOT_FOUND };
        instance.route(&call(), &document, &mut copy).expect("a decision")
    };
    let go = decide("go");
    assert_eq!((go.decision, go.copies), (HUB_ROUTE_CONTINUE, vec!["CH".to_owned()]));
    let hold = decide("hold");
    assert_eq!(
        (hold.decision, hold.until_ms, hold.reason.as_str()),
        (HUB_ROUTE_HOLD, 5, "as told")
    );
    assert_eq!(decide("reject").decision, HUB_ROUTE_REJECT);
    let redirect = decide("redirect");
    assert_eq!((redirect.decision, redirect.code.as_str()), (HUB_ROUTE_REDIRECT, "ZZ"));
}
