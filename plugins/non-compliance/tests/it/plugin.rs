//! The plugin as the hub has it: the library that is loaded, in a hub that is none.

use std::path::PathBuf;
use std::sync::OnceLock;

use phytohub_non_compliance::Message;
use phytohub_non_compliance::sample::{Case, Shape};
use phytohub_plugin_api::*;
use phytohub_plugin_loader::{DocumentView, EventView, HttpHeaderView, HttpRequestView};
use phytohub_plugin_testkit::{
    MockHost, MockHostBuilder, StoredEnvelope, TestPlugin, build, check,
};
use serde_json::json;

fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| build::cdylib("phytohub-non-compliance-module")).clone()
}

/// A hub with connections of NL, KE, DE and BE.
fn hub() -> MockHostBuilder {
    ["NL", "KE", "DE", "BE"].into_iter().fold(MockHost::builder(), MockHostBuilder::act_as)
}

fn started(host: MockHostBuilder) -> TestPlugin {
    let plugin = host.build().load(&library()).expect("the plugin loads");
    plugin.start().expect("it starts");
    plugin
}

/// A message about one notification, from NL to KE or back.
struct Sent {
    xml: String,
    number: String,
    message: Message,
    from: &'static str,
    to: &'static str,
}

fn sent(message: Message) -> Sent {
    of_shape(&shape(message))
}

fn shape(message: Message) -> Shape {
    let mut shape = Shape::new(Case::Pest, message, 1);
    shape.parties = Some(("NL".into(), "KE".into()));
    shape.number = Some("NL-NNC-1".into());
    shape
}

fn of_shape(shape: &Shape) -> Sent {
    let answers = matches!(shape.message, Message::Acknowledged | Message::InvestigationResult);
    let (from, to) = if answers { ("KE", "NL") } else { ("NL", "KE") };
    let xml = shape.notification().to_xml();
    Sent { xml, number: "NL-NNC-1".into(), message: shape.message, from, to }
}

impl Sent {
    fn document(&self) -> DocumentView<'_> {
        DocumentView {
            purpose: HUB_FOR_DELIVERY,
            certificate_type: 9013,
            certificate_status: self.message.status(),
            raw_form: HUB_FORM_CDATA,
            at_ms: NOW_MS,
            from: self.from,
            to: self.to,
            nppo_certificate_number: &self.number,
            content: self.xml.as_bytes(),
            raw: self.xml.as_bytes(),
            ..DocumentView::default()
        }
    }

    fn event(&self, sequence: u64) -> EventView<'_> {
        EventView {
            kind: HUB_EVENT_ACCEPTED,
            sequence,
            at_ms: NOW_MS,
            state: HUB_STATE_PENDING_DELIVERY,
            certificate_type: 9013,
            certificate_status: self.message.status(),
            hub_delivery_number: "0190-0000-0000-0009",
            from: self.from,
            to: self.to,
            nppo_certificate_number: &self.number,
            ..EventView::default()
        }
    }
}

fn rules(plugin: &TestPlugin, document: &DocumentView<'_>) -> Vec<String> {
    let report = plugin.validate(document).expect("it judges");
    report.findings.into_iter().map(|finding| finding.rule).collect()
}

/// A Wednesday in 2026, a little after the samples were written.
const NOW_MS: i64 = 1_795_600_800_000;
const DAY_MS: i64 = 86_400_000;

#[test]
fn a_notification_lives_as_its_parties_say() {
    use Message::*;
    let plugin = started(hub());
    let steps: [(Message, &[&str]); 10] = [
        (Updated, &["NC-STA-001"]),
        (Acknowledged, &["NC-STA-001"]),
        (Preliminary, &[]),
        (Closed, &["NC-STA-006"]),
        (Issued, &[]),
        (Issued, &["NC-STA-002"]),
        (Acknowledged, &[]),
        (InvestigationResult, &[]),
        (Closed, &[]),
        (Updated, &["NC-STA-005"]),
    ];
    for (sequence, (message, expected)) in (1..).zip(steps) {
        let sent = sent(message);
        let mut found = rules(&plugin, &sent.document());
        // A preliminary notification may have no action to tell of.
        found.retain(|rule| rule != "NC-MAN-017");
        assert_eq!(found, expected, "{message:?}");
        if expected.is_empty() {
            plugin.deliver(&[sent.event(sequence)]).expect("it takes events");
            assert_eq!(plugin.host().cursor(), sequence);
        }
    }
}

#[test]
fn events_that_come_again_count_once() {
    let plugin = started(hub());
    let (issued, withdrawn) = (sent(Message::Issued), sent(Message::Withdrawn));
    plugin.deliver(&[issued.event(5)]).expect("it takes events");
    let before = plugin.host().kv();
    plugin.deliver(&[issued.event(5)]).expect("it takes the same again");
    let state = |all: &std::collections::BTreeMap<Vec<u8>, Vec<u8>>| {
        all.iter().find(|(key, _)| key.first() == Some(&b'n')).map(|(_, value)| value.clone())
    };
    assert_eq!(state(&plugin.host().kv()), state(&before));
    // Both in one batch, the first known already.
    plugin.deliver(&[issued.event(5), withdrawn.event(6)]).expect("it takes events");
    assert_eq!(rules(&plugin, &sent(Message::Updated).document()), ["NC-STA-004"]);
    // A store that does not answer lets the batch come again.
    plugin.host().fail("kv.write", HUB_UNAVAILABLE);
    let mut other = sent(Message::Issued);
    other.number = "NL-NNC-2".into();
    assert!(plugin.deliver(&[other.event(7)]).is_err());
    assert_eq!(plugin.host().cursor(), 6);
    plugin.host().heal();
    plugin.deliver(&[other.event(7)]).expect("it takes events");
    assert_eq!(plugin.host().cursor(), 7);
}

#[test]
fn others_neither_answer_nor_take_over() {
    let plugin = started(hub());
    plugin.deliver(&[sent(Message::Issued).event(1)]).expect("it takes events");
    // DE answers what was addressed to KE: to it there is no such notification.
    let mut stranger = shape(Message::Acknowledged);
    stranger.parties = Some(("NL".into(), "DE".into()));
    let mut answer = of_shape(&stranger);
    answer.from = "DE";
    assert_eq!(rules(&plugin, &answer.document()), ["NC-STA-001"]);
    // KE sends in its own name what only NL may.
    let mut turned = sent(Message::Updated);
    (turned.from, turned.to) = ("KE", "NL");
    let found = rules(&plugin, &turned.document());
    assert!(found.contains(&"NC-HDR-004".to_owned()), "{found:?}");
    // NL turns to another addressee under the same number.
    let mut other = shape(Message::Updated);
    other.parties = Some(("NL".into(), "DE".into()));
    let mut other = of_shape(&other);
    other.to = "DE";
    assert_eq!(rules(&plugin, &other.document()), ["NC-STA-003"]);
    // BE may use the same number for a notification of its own.
    let mut own = shape(Message::Issued);
    own.parties = Some(("BE".into(), "KE".into()));
    let mut own = of_shape(&own);
    own.from = "BE";
    assert_eq!(rules(&plugin, &own.document()), [""; 0]);
}

fn certificate(from: &str, kind: i32, status: i32) -> StoredEnvelope {
    StoredEnvelope {
        hub_delivery_number: "0190-0000-0000-0001".into(),
        from: from.into(),
        to: "NL".into(),
        certificate_type: kind,
        certificate_status: status,
        nppo_certificate_number: "KE-PC-7".into(),
        state: HUB_STATE_DELIVERED,
        ..StoredEnvelope::default()
    }
}

#[test]
fn the_certificate_is_held_against_the_hubs_record() {
    let mut issued = shape(Message::Issued);
    issued.certificate = Some(("851".into(), "KE-PC-7".into()));
    let sent = of_shape(&issued);
    let found = |envelopes: &[StoredEnvelope]| {
        let host = envelopes.iter().cloned().fold(hub(), MockHostBuilder::envelope);
        rules(&started(host), &sent.document())
    };
    assert_eq!(found(&[]), [""; 0], "paper certificates go through no hub");
    assert_eq!(found(&[certificate("KE", 851, 70)]), [""; 0]);
    assert_eq!(found(&[certificate("KE", 657, 70)]), ["NC-CRT-001"]);
    assert_eq!(found(&[certificate("KE", 851, 40)]), ["NC-CRT-002"]);
    assert_eq!(found(&[certificate("DE", 851, 70)]), ["NC-CRT-003"]);
    let to_others = StoredEnvelope { to: "BE".into(), ..certificate("KE", 657, 70) };
    assert_eq!(found(&[to_others]), [""; 0], "nothing is told of what went to others");
}

#[test]
fn what_is_not_worked_off_yet_is_waited_for() {
    let issued = StoredEnvelope {
        certificate_type: 9013,
        nppo_certificate_number: "NL-NNC-1".into(),
        to: "KE".into(),
        state: HUB_STATE_PENDING_DELIVERY,
        ..certificate("NL", 9013, 70)
    };
    let plugin = started(hub().envelope(issued));
    let updated = sent(Message::Updated);
    let soon = DocumentView { at_ms: 1000, ..updated.document() };
    let failure = plugin.validate(&soon).expect_err("it is asked again");
    assert_eq!(failure.status, HUB_AGAIN);
    // A message of the same moment or later is not waited for, nor is any for ever.
    let at_once = DocumentView { at_ms: 0, ..updated.document() };
    assert_eq!(rules(&plugin, &at_once), ["NC-STA-001"]);
    let again = DocumentView { purpose: HUB_FOR_RETRY, ..soon };
    assert_eq!(rules(&plugin, &again), ["NC-STA-001"]);
    // Long afterwards no event will come.
    assert_eq!(rules(&plugin, &updated.document()), ["NC-STA-001"]);
}

#[test]
fn copies_go_to_the_countries_on_the_way_and_to_nobody_else() {
    let plugin = started(hub());
    let mut notification = shape(Message::Issued).notification();
    let country = |id: &str| phytohub_sps::write::Country { id: id.into(), ..Default::default() };
    notification.sps.transit_countries = vec![country("BE"), country("FR")];
    let mut issued = sent(Message::Issued);
    issued.xml = notification.to_xml();
    let decision = plugin.route(&issued.document()).expect("it routes");
    assert_eq!(decision.copies, ["BE"], "FR is not connected, DE is not named");
    assert_eq!(decision.decision, HUB_ROUTE_CONTINUE);
    // Who had a copy hears of the end too, though the message does not name it.
    let copy = EventView { flags: HUB_EVENT_IS_COPY, to: "BE", ..issued.event(2) };
    plugin.deliver(&[issued.event(1), copy]).expect("it takes events");
    let withdrawn = sent(Message::Withdrawn);
    assert_eq!(plugin.route(&withdrawn.document()).expect("it routes").copies, ["BE"]);
}

#[test]
fn addressees_are_reminded_and_records_kept_for_a_year() {
    let config = json!({"reminders_max": 2, "keep_days": 365});
    let long_ago = 1_700_000_000_000;
    let plugin = started(hub().config(config));
    let issued = sent(Message::Issued);
    let event = EventView { at_ms: long_ago, ..issued.event(1) };
    plugin.deliver(&[event]).expect("it takes events");
    let reminders = || plugin.host().audit().iter().filter(|line| line.action == "remind").count();
    let records = || plugin.host().kv().keys().filter(|key| key.first() == Some(&b'n')).count();
    assert_eq!((reminders(), records()), (0, 1));
    assert!(plugin.host().timers().contains_key(&1));
    assert!(plugin.fire(1).expect("it wakes"));
    // The deadline passed, and so did the year for which records are kept.
    assert_eq!((reminders(), records()), (1, 0));
    assert!(plugin.host().kv().is_empty(), "{:?}", plugin.host().kv());

    let lately = json!({"reminders_max": 2});
    let plugin = started(hub().config(lately));
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_millis();
    let recent = i64::try_from(now).expect("before the year 292 million") - 10 * DAY_MS;
    let event = EventView { at_ms: recent, ..issued.event(1) };
    plugin.deliver(&[event]).expect("it takes events");
    assert!(plugin.fire(1).expect("it wakes") && plugin.host().audit().len() == 1);
    assert!(plugin.fire(1).expect("it wakes"), "the timer is set again");
    assert_eq!(plugin.host().audit().len(), 1, "the next reminder is days away");
    assert!(plugin.host().audit()[0].detail.contains("NL-NNC-1"));
    let acknowledged = sent(Message::Acknowledged);
    plugin.deliver(&[acknowledged.event(2)]).expect("it takes events");
    let due = plugin.host().kv().keys().filter(|key| key.get(9) == Some(&b'r')).count();
    assert_eq!(due, 0, "nobody is reminded of what was acknowledged");
}

#[test]
fn import_decisions_are_kept_with_their_certificates() {
    let plugin = started(hub());
    let response = EventView {
        kind: HUB_EVENT_ACCEPTED,
        sequence: 1,
        at_ms: NOW_MS,
        flags: HUB_EVENT_IS_RESPONSE,
        certificate_type: 851,
        certificate_status: 41,
        hub_delivery_number: "0190-0000-0000-0002",
        from: "NL",
        to: "KE",
        nppo_certificate_number: "KE-PC-7",
        ..EventView::default()
    };
    plugin.deliver(&[response]).expect("it takes events");
    let decision = plugin.host().value("cl\0KE\0KE-PC-7").expect("a decision");
    let decision: serde_json::Value = serde_json::from_slice(&decision).expect("JSON");
    assert_eq!((&decision["from"], &decision["status"]), (&json!("NL"), &json!(41)));
    // A response to a notification says that the addressee has it.
    plugin.deliver(&[sent(Message::Issued).event(2)]).expect("it takes events");
    let taken = EventView {
        sequence: 3,
        certificate_type: 9013,
        from: "KE",
        to: "NL",
        nppo_certificate_number: "NL-NNC-1",
        ..response
    };
    plugin.deliver(&[taken]).expect("it takes events");
    let record = plugin.host().value("nl\0NL\0NL-NNC-1").expect("a record");
    let record: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
    assert!(record["state"]["acknowledged_ms"].is_number(), "{record}");
}

#[test]
fn kind_is_owned_experimental_and_a_gate() {
    let plugin = started(hub().config(json!({"certificate_type": 9100})));
    let kinds = plugin.kinds().expect("kinds");
    assert_eq!(kinds.len(), 1);
    assert_eq!(kinds[0].certificate_type, 9100);
    assert_eq!(kinds[0].flags, HUB_KIND_OWNER | HUB_KIND_GATE | HUB_KIND_EXPERIMENTAL);
    assert_eq!(kinds[0].statuses.len(), Message::ALL.len());
    for wrong in [
        json!({"certificate_type": 851}),
        json!({"keep_days": 364}),
        json!({"weekend": ["caturday"]}),
        json!({"acknowledge_working_days": 0}),
        json!({"unknown": 1}),
    ] {
        let refused = hub().config(wrong.clone()).build().load(&library());
        assert!(refused.is_err(), "{wrong}");
    }
}

#[test]
fn pages_show_findings_and_keep_nothing() {
    let plugin = started(hub());
    let welcome = plugin.get("", "").expect("a page");
    let text = String::from_utf8(welcome.body).expect("UTF-8");
    assert_eq!(welcome.status, 200);
    assert!(text.contains("9013") && text.contains("<form"));
    let policy = welcome.headers.iter().find(|(name, _)| name == "content-security-policy");
    assert!(policy.is_some_and(|(_, value)| value.starts_with(b"default-src 'none'")));

    let xml = sent(Message::Issued).xml.replace("PEST-REGULATED", "<script>");
    let body = xml.as_bytes();
    let header = HttpHeaderView { name: "content-type", value: b"application/xml" };
    let route = plugin.instance().http_routes().iter().position(|route| route.method == "POST");
    let answer = plugin
        .request(&HttpRequestView {
            route: u32::try_from(route.expect("a form")).expect("few routes"),
            method: "POST",
            path: "/plugin/",
            prefix: "/plugin/",
            headers: &[header],
            body,
            body_bytes: Some(body.len() as u64),
            ..HttpRequestView::default()
        })
        .expect("an answer");
    let text = String::from_utf8(answer.body).expect("UTF-8");
    assert!(text.contains("NC-SCH-002") || text.contains("PC-XML-001"), "{text}");
    assert!(!text.contains("<script"));
    assert!(plugin.host().kv().is_empty());
}

#[test]
fn render_and_describe_tell_of_a_message() {
    let plugin = started(hub());
    let issued = sent(Message::Issued);
    let page = plugin.render(&issued.document(), "fr").expect("a page");
    assert!(page.contains("NL-NNC-1") && page.contains("Bactrocera dorsalis"));
    let terms = plugin.describe(&issued.document()).expect("terms");
    assert!(terms.contains(&("pest".into(), "Bactrocera dorsalis".into())), "{terms:?}");
}

#[test]
fn plugin_keeps_the_rules_of_the_contract() {
    let program = build::program("phytohub-plugin-testkit", "phytohub-plugin-check");
    let output = std::process::Command::new(program).arg(library()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(check::CASES.len() > 5, "nothing was checked");
}
