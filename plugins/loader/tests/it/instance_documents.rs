//! What a plugin says of documents is taken as far as it can be, and missed nowhere.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::CallFailure;
use phytohub_plugin_loader::*;

use super::instance_world::{BRIDGE, call, findings, instance_of};

/// Level, area, rule, field, message, offset.
type Found = (u32, u32, String, String, String, Option<u64>);

fn found(deed: &str) -> Result<Vec<Found>, CallFailure> {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let mut found = Vec::new();
    let document = DocumentView { content: deed.as_bytes(), ..DocumentView::default() };
    instance.validate(&call(), &document, &mut |finding| {
        let FindingView { level, area, rule, field, message, offset } = finding;
        found.push((level, area, rule.to_owned(), field.to_owned(), message.to_owned(), offset));
        true
    })?;
    Ok(found)
}

fn odd() -> Found {
    let (level, area) = (HUB_LEVEL_WARNING, HUB_AREA_MAPPING);
    (level, area, "T-1".to_owned(), "/a/b".to_owned(), "odd".to_owned(), None)
}

#[test]
fn documents_arrive_whole() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let document = DocumentView {
        purpose: HUB_FOR_DELIVERY,
        certificate_type: 851,
        certificate_status: 70,
        flags: HUB_DOCUMENT_TEST,
        raw_form: HUB_FORM_CDATA,
        at_ms: -5,
        from: "XX",
        to: "YY",
        sent_by: "ZZ",
        nppo_certificate_number: "n",
        hub_delivery_number: "N",
        content: b"document",
        raw: b"raw",
        content_ticket: 99,
    };
    let mut said = String::new();
    let judged = instance.validate(&call(), &document, &mut |finding| {
        said.push_str(finding.message);
        true
    });
    assert_eq!((judged, &*said), (Ok(()), "2 851 70 1 2 -5 XX YY ZZ n N raw 99"));
}

#[test]
fn findings_arrive_as_they_were_added() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    assert_eq!(findings(&instance, "quiet"), Ok(vec![]));
    assert_eq!(findings(&instance, "three"), Ok(["1", "2", "3"].map(str::to_owned).into()));
    // One of a later version of the contract has more at its end.
    assert_eq!(found("bigger"), Ok(vec![odd()]));
    assert_eq!(
        found("dangling-empty"),
        Ok(vec![(odd().0, odd().1, odd().2, odd().3, "".to_owned(), None)])
    );
}

#[test]
fn an_odd_finding_is_made_no_milder() {
    let (_, _, rule, field, message, offset) = odd();
    let severe = (HUB_LEVEL_SEVERE, HUB_AREA_SCHEMA, rule, field, message, offset);
    assert_eq!(found("unknown-level"), Ok(vec![severe]));
    let mended = found("not-utf8").expect("a finding");
    assert_eq!(mended[0].4, "a\u{fffd}b");
    let long = found("long").expect("a finding");
    let (_, _, rule, field, message, _) = &long[0];
    assert_eq!((rule.len(), field.len()), (32, 512));
    // The last character that began before the limit reached beyond it.
    assert_eq!((message.len(), message.ends_with('x')), (1023, true));
}

#[test]
fn a_finding_that_cannot_be_read_makes_the_judgement_fail() {
    for (deed, reason) in [
        ("null", "HubFinding: the pointer is null"),
        ("misaligned", "HubFinding: the pointer is not aligned"),
        ("short", "HubFinding: struct_size 8, expected 72 to 4096"),
        ("garbage-size", "HubFinding: struct_size 4294967295, expected 72 to 4096"),
        ("null-text", "message: the pointer is null"),
        ("huge", "message: 18446744073709551615 bytes, at most 16777216"),
        ("elsewhere-add", "a visitor was called on another thread than its call's"),
    ] {
        let why = found(deed).expect_err("no judgement");
        assert_eq!((why.status, &*why.diagnostics), (HUB_INVALID, reason), "{deed}");
    }
}

#[test]
fn findings_without_end_are_bounded() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let document = DocumentView { content: b"endless", ..DocumentView::default() };
    let mut count = 0;
    let judged = instance.validate(&call(), &document, &mut |_| {
        count += 1;
        count < 200
    });
    assert_eq!(judged, Ok(()));
    assert!((200..=100_000).contains(&count), "{count}");
}

#[test]
fn errors_come_with_what_the_plugin_says_of_them() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let why = findings(&instance, "status:-8").expect_err("an error");
    assert_eq!((why.status, &*why.diagnostics), (HUB_UNAVAILABLE, "because"));
    let why = findings(&instance, "loud").expect_err("an error");
    assert!(why.diagnostics.starts_with("It is all \u{fffd} wrong. It is"), "{why}");
    // 1,024 bytes, of which each wrong one became three.
    assert!((1024..1200).contains(&why.diagnostics.len()), "{}", why.diagnostics.len());
    // The next call begins anew.
    let why = findings(&instance, "status:-8").expect_err("an error");
    assert_eq!(why.diagnostics, "because");
    // Diagnostics and cancellation are for every thread.
    let why = findings(&instance, "elsewhere").expect_err("an error");
    assert_eq!((why.status, &*why.diagnostics), (HUB_DENIED, "from elsewhere"));
}

#[test]
fn what_is_kept_of_a_call_is_of_no_use_after_it() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    assert_eq!(findings(&instance, "keep"), Ok(vec![]));
    let late = format!("{HUB_NOT_FOUND} {HUB_NOT_FOUND} 1");
    assert_eq!(findings(&instance, "keep-using"), Ok(vec![late]));
}

#[test]
fn a_hub_that_panics_over_a_finding_fails_the_judgement() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let document = DocumentView { content: b"three", ..DocumentView::default() };
    let judged = instance.validate(&call(), &document, &mut |_| panic!("a bug of the hub"));
    let why = judged.expect_err("no judgement");
    assert_eq!((why.status, &*why.diagnostics), (HUB_INTERNAL, "the hub panicked"));
    assert_eq!(findings(&instance, "quiet"), Ok(vec![]));
}

#[test]
fn kinds_are_all_usable_or_none_is() {
    let kinds = |config| instance_of(&BRIDGE, config).0.kinds(&call());
    let kind = Kind {
        certificate_type: 851,
        name: "test".to_owned(),
        root_namespace: "urn:test".to_owned(),
        root_name: "Test".to_owned(),
        statuses: vec![(70, "Issued".to_owned()), (40, "Gone".to_owned())],
        flags: HUB_KIND_OWNER,
        content_bytes_max: 0,
    };
    assert_eq!(kinds("{}"), Ok(vec![kind]));
    for (config, reason) in [
        ("kind-without-name", "HubKind: name is empty"),
        ("kind-short", "HubKind: struct_size 12, expected 80 to 4096"),
        ("kinds-endless", "kinds: more than 64"),
    ] {
        let why = kinds(config).expect_err("no kinds");
        assert_eq!((why.status, &*why.diagnostics), (HUB_INVALID, reason));
    }
}

#[test]
fn terms_are_bounded() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let describe = |content: &str| {
        let document = DocumentView { content: content.as_bytes(), ..DocumentView::default() };
        let mut terms = Vec::new();
        let described = instance.describe(&call(), &document, &mut |name, value| {
            terms.push(format!("{name}={value}"));
            true
        });
        described.map(|()| terms)
    };
    assert_eq!(describe("one"), Ok(vec!["commodity=wheat".to_owned()]));
    assert_eq!(describe("endless").map(|terms| terms.len()), Ok(100));
    assert_eq!(describe("null").map_err(|why| why.status), Err(HUB_INVALID));
}

#[test]
fn pages_are_written_until_no_more_is_wanted() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let mut page = Vec::new();
    let document = DocumentView::default();
    let rendered = instance.render(&call(), &document, "fr", &mut |bytes| {
        page.extend_from_slice(bytes);
        true
    });
    assert_eq!((rendered, &page[..]), (Ok(()), &b"<html lang=fr"[..]));
    let rendered = instance.render(&call(), &document, "fr", &mut |_| false);
    assert_eq!(rendered.map_err(|why| why.status), Err(HUB_EXHAUSTED));
}

#[test]
fn the_last_decision_counts_and_copies_add_up() {
    let (instance, _hub) = instance_of(&BRIDGE, "{}");
    let route = |content: &str| {
        let document = DocumentView { content: content.as_bytes(), ..DocumentView::default() };
        let mut copy = |code: &str| if code == "GOOD" { HUB_OK } else { HUB_NOT_FOUND };
        instance.route(&call(), &document, &mut copy)
    };
    assert_eq!(route("nothing"), Ok(RouteDecision::default()));
    let expected = RouteDecision {
        decision: HUB_ROUTE_HOLD,
        until_ms: 77,
        code: "XX".to_owned(),
        reason: "last".to_owned(),
        copies: vec!["GOOD".to_owned()],
    };
    assert_eq!(route("two"), Ok(expected));
    let why = route("unknown").expect_err("no decision");
    assert_eq!(why.diagnostics, "HubRoute: decision 9, expected 0 to 3");
    let why = route("nobody").expect_err("no decision");
    assert_eq!(why.diagnostics, "HubRoute: a redirection to nobody");
}
