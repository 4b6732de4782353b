//! Documents that plugins judge and route: a gate lets nothing pass unjudged.

use std::time::Duration;

use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader, Right, TrackingInfo};
use phytohub_exchange::plugin::{FindingLevel, OnFailure, PluginHook, Purpose, RouteDecision};
use phytohub_exchange::{CallError, Caller};
use phytohub_wire::soap::ValidationLevel;

use super::fixture::{Fixture, header, number, read_envelope};
use super::plugin_stub::{
    DOCUMENT, NOTICE, Stub, accept_notices, away, finding, gate, keep, until_held,
};

/// Whether the operation that delivers is one that validates.
const BOTH: [bool; 2] = [false, true];

fn notice(certificate: &str) -> EnvelopeHeader {
    EnvelopeHeader { certificate_type: NOTICE, ..header("NO", "LK", certificate) }
}

async fn deliver(
    fixture: &Fixture,
    validates: bool,
    header: &EnvelopeHeader,
    document: &str,
) -> Result<EnvelopeHeader, CallError> {
    let (caller, envelope) = (fixture.caller("NO"), read_envelope(header, document));
    if validates {
        fixture.hub.validate_and_deliver_envelope(&caller, envelope).await
    } else {
        fixture.hub.deliver_envelope(&caller, envelope).await
    }
}

async fn inbox(fixture: &Fixture, code: &str) -> Vec<String> {
    let caller = fixture.caller(code);
    let headers = fixture.hub.get_import_envelope_headers(&caller, None).await.expect("answered");
    headers.into_iter().map(|header| header.nppo_certificate_number).collect()
}

/// Neither by its number nor otherwise.
async fn assert_unseen(fixture: &Fixture, recipient: &str, reply: &EnvelopeHeader) {
    let (caller, hub): (Caller, _) = (fixture.caller(recipient), &fixture.hub);
    assert!(inbox(fixture, recipient).await.is_empty());
    let pulled = hub.pull_import_envelope(&caller, |_| true).await.expect("answered");
    assert!(pulled.is_empty());
    let single = hub.pull_single_import_envelope(&caller, &number(reply)).await;
    assert!(matches!(single, Err(CallError::NoSuchEnvelope)), "{single:?}");
    let kind = AcknowledgementKind::Received;
    let word = Acknowledgement { kind, message: String::new() };
    let told = hub.acknowledge(&caller, &number(reply), word).await;
    assert!(matches!(told, Err(CallError::NoSuchEnvelope)), "{told:?}");
    let state = fixture.state(recipient, &number(reply)).await;
    assert_eq!(state, TrackingInfo::EnvelopeNotExists);
}

fn owner() -> PluginHook {
    PluginHook::validator("nc", true, true)
}

#[tokio::test]
async fn a_gate_passes_nothing_while_its_plugin_fails_and_everything_when_it_is_back() {
    for validates in BOTH {
        let fixture = Fixture::new().await;
        accept_notices(&fixture).await;
        let mut careless = owner();
        careless.on_failure = OnFailure::Continue;
        let stub = Stub::install(&fixture, vec![(careless, away())]);
        let reply = deliver(&fixture, validates, &notice("A-1"), DOCUMENT).await.expect("answered");
        assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery));
        assert_unseen(&fixture, "LK", &reply).await;
        assert_eq!(fixture.state("NO", &number(&reply)).await, TrackingInfo::PendingDelivery);

        let _tasks = keep(&fixture);
        stub.answer(&Ok(vec![finding(FindingLevel::Warning)]));
        fixture.hub.plugins_ready();
        until_held(&fixture, 0).await;
        assert_eq!(inbox(&fixture, "LK").await, ["A-1"]);
        let purposes: Vec<_> = stub.asked().iter().map(|question| question.purpose).collect();
        assert_eq!(purposes.first(), Some(&Purpose::Delivery));
        assert_eq!(purposes.last(), Some(&Purpose::Retry));
    }
}

#[tokio::test]
async fn a_gate_holds_where_there_is_no_plugin_at_all_and_after_a_restart() {
    let mut fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let plugin = fixture.hub.plugin_id("nc").await.expect("a number");
    fixture.hub.plugin_gates(plugin, vec![gate()]).await.expect("committed");
    fixture = fixture.reopen();
    let first = deliver(&fixture, false, &notice("A-1"), DOCUMENT).await.expect("answered");
    assert_unseen(&fixture, "LK", &first).await;
    fixture = fixture.reopen();
    assert_unseen(&fixture, "LK", &first).await;
    // A second one of the same number waits its turn, though it is judged at once.
    Stub::install(&fixture, vec![(owner(), Ok(Vec::new()))]);
    let corrected = DOCUMENT.replace("å", "ä");
    let second = deliver(&fixture, true, &notice("A-1"), &corrected).await.expect("answered");
    assert_unseen(&fixture, "LK", &second).await;
    let other = deliver(&fixture, true, &notice("A-2"), DOCUMENT).await.expect("answered");
    assert_eq!(inbox(&fixture, "LK").await, ["A-2"], "{other:?}");
    let _tasks = keep(&fixture);
    until_held(&fixture, 0).await;
    let caller = fixture.caller("LK");
    let pulled = fixture.hub.pull_import_envelope(&caller, |_| true).await.expect("answered");
    let order: Vec<_> = pulled.iter().map(|one| one.number.to_string()).collect();
    let expected = [&first, &second, &other].map(|one| one.hub_delivery_number.clone());
    assert_eq!(order.into_iter().map(Some).collect::<Vec<_>>(), expected);
    // The operator takes the plugin away for good.
    fixture.hub.set_plugins(None);
    fixture.hub.plugin_gates(plugin, Vec::new()).await.expect("committed");
    deliver(&fixture, false, &notice("A-3"), DOCUMENT).await.expect("answered");
    assert_eq!(fixture.store.held_len(), 0);
}

#[tokio::test]
async fn what_a_gate_refuses_fails_at_once_or_when_it_is_judged() {
    for validates in BOTH {
        let fixture = Fixture::new().await;
        accept_notices(&fixture).await;
        let stub = Stub::install(&fixture, vec![(owner(), away())]);
        let held = deliver(&fixture, validates, &notice("A-1"), DOCUMENT).await.expect("answered");
        stub.answer(&Ok(vec![finding(FindingLevel::Severe)]));
        let reply = deliver(&fixture, validates, &notice("A-2"), DOCUMENT).await.expect("answered");
        assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery));
        let words = "Content: NC-1 at Notice/Reason: is no reason";
        assert_eq!(reply.error_message.as_deref(), Some(words));
        let _tasks = keep(&fixture);
        until_held(&fixture, 0).await;
        let told = fixture.track("NO", &number(&held)).await;
        assert_eq!(told.tracking_info, Some(TrackingInfo::FailedDelivery));
        assert_eq!(told.error_message.as_deref(), Some(words));
        for reply in [&held, &reply] {
            assert_unseen(&fixture, "LK", reply).await;
        }
    }
}

#[tokio::test]
async fn a_gate_is_not_passed_by_under_another_type_or_another_root() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    Stub::install(&fixture, vec![(owner(), away())]);
    let certificate = header("NO", "LK", "A-1");
    let disguises = [
        (certificate.clone(), DOCUMENT.to_owned()),
        (certificate.clone(), format!("<!DOCTYPE x [<!-- ' -->]><!-- <a> -->{DOCUMENT}")),
        (certificate.clone(), format!("\u{feff}{DOCUMENT}")),
        (notice("A-1"), "<a/>".to_owned()),
        (notice("A-1"), "no XML".to_owned()),
    ];
    for (place, (mut header, document)) in disguises.into_iter().enumerate() {
        header.nppo_certificate_number = format!("A-{place}");
        let reply = deliver(&fixture, false, &header, &document).await.expect("answered");
        assert_unseen(&fixture, "LK", &reply).await;
    }
    let mut other = certificate;
    other.nppo_certificate_number = "B-1".into();
    deliver(&fixture, false, &other, "<a/>").await.expect("answered");
    assert_eq!(inbox(&fixture, "LK").await, ["B-1"]);
}

#[tokio::test]
async fn an_owners_word_takes_the_place_of_the_hubs_and_observers_add_theirs() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let observer = PluginHook::validator("watcher", false, false);
    let owner = PluginHook::validator("nc", true, false);
    let found = Ok(vec![finding(FindingLevel::Info)]);
    let validators = vec![(owner.clone(), found.clone()), (observer.clone(), found.clone())];
    Stub::install(&fixture, validators);
    let validate = async || {
        let content = read_envelope(&notice("A-1"), DOCUMENT).content;
        let results = fixture.hub.validate_phyto_xml(&fixture.caller("NO"), &content).await;
        results.map(|results| results.into_iter().map(|one| one.level).collect::<Vec<_>>())
    };
    assert_eq!(validate().await.expect("answered"), [ValidationLevel::Info; 2]);
    let reply = deliver(&fixture, true, &notice("A-1"), DOCUMENT).await.expect("answered");
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");

    Stub::install(&fixture, vec![(owner.clone(), found.clone()), (observer.clone(), away())]);
    let results = validate().await.expect("answered");
    assert_eq!(results, [ValidationLevel::Info, ValidationLevel::Warning]);
    let reply = deliver(&fixture, true, &notice("A-2"), DOCUMENT).await.expect("answered");
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "{reply:?}");

    Stub::install(&fixture, vec![(owner, away())]);
    assert!(matches!(validate().await, Err(CallError::NotJudged)));
    let reply = deliver(&fixture, true, &notice("A-3"), DOCUMENT).await;
    assert!(matches!(reply, Err(CallError::NotJudged)), "{reply:?}");
    let reply = deliver(&fixture, false, &notice("A-3"), DOCUMENT).await.expect("answered");
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "no gate: not asked");

    // Without an owner the hub's own rules hold, and it is no phytosanitary certificate.
    Stub::install(&fixture, vec![(observer, Ok(Vec::new()))]);
    assert!(validate().await.expect("answered").contains(&ValidationLevel::Severe));
    let reply = deliver(&fixture, true, &notice("A-4"), DOCUMENT).await.expect("answered");
    assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery));
}

#[tokio::test]
async fn plugins_see_the_document_and_its_envelope_as_they_are() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let stub = Stub::install(&fixture, vec![(owner(), away())]);
    let reply = deliver(&fixture, false, &notice("A-1"), DOCUMENT).await.expect("answered");
    let _tasks = keep(&fixture);
    fixture.hub.plugins_ready();
    stub.answer(&Ok(Vec::new()));
    until_held(&fixture, 0).await;
    let asked = stub.asked();
    let (first, last) = (asked.first().expect("asked"), asked.last().expect("asked"));
    assert_eq!(first.hub_delivery_number, "");
    assert_eq!(Some(&last.hub_delivery_number), reply.hub_delivery_number.as_ref());
    for question in [first, last] {
        assert_eq!(question.content, DOCUMENT);
        assert_eq!((question.from.as_str(), question.to.as_str()), ("NO", "LK"));
        assert_eq!((question.certificate_type, question.certificate_status), (NOTICE, 70));
        assert!(question.test && question.sent_by.is_empty());
        assert_eq!(question.nppo_certificate_number, "A-1");
    }
}

#[tokio::test]
async fn routes_are_followed_before_acceptance() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let stub = Stub::install(&fixture, Vec::new());
    let deliver = async |number: &str| {
        deliver(&fixture, false, &notice(number), DOCUMENT).await.expect("answered")
    };
    stub.route(RouteDecision::Reject { reason: "closed today".into() }, &[]);
    let refused = deliver("A-1").await;
    let words = "To: refused by this hub's rules: closed today";
    assert_eq!(refused.error_message.as_deref(), Some(words));
    // A copy goes where it is taken; of others, of the unknown and of the live, nobody is told.
    stub.route(RouteDecision::Continue, &["AR", "AR", "LK", "NL", "XX", "no code"]);
    let copied = deliver("A-2").await;
    let codes: Vec<_> = copied.forwardings.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["AR"]);
    assert_eq!(
        (inbox(&fixture, "AR").await, inbox(&fixture, "LK").await.len()),
        (vec!["A-2".into()], 1)
    );
    stub.route(RouteDecision::Redirect { code: "AR".into(), reason: String::new() }, &["AR"]);
    let redirected = deliver("A-3").await;
    assert!(redirected.forwardings.is_empty(), "whoever has the original needs no copy");
    assert_eq!(inbox(&fixture, "AR").await.len(), 2);
    assert_eq!(redirected.tracking_info, Some(TrackingInfo::PendingDelivery));
}

#[tokio::test]
async fn what_a_route_holds_waits_for_its_time_and_is_decided_anew() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let stub = Stub::install(&fixture, Vec::new());
    let _tasks = keep(&fixture);
    let until = fixture.hub.clock().now().plus(Duration::from_secs(30));
    stub.route(RouteDecision::Hold { until, reason: "until noon".into() }, &["AR"]);
    let reply = deliver(&fixture, false, &notice("A-1"), DOCUMENT).await.expect("answered");
    assert!(reply.forwardings.is_empty());
    assert_unseen(&fixture, "LK", &reply).await;
    stub.route(RouteDecision::Continue, &["AR"]);
    fixture.clock.advance(Duration::from_secs(31));
    until_held(&fixture, 0).await;
    assert_eq!(
        (inbox(&fixture, "LK").await, inbox(&fixture, "AR").await.len()),
        (vec!["A-1".into()], 1)
    );
}

#[tokio::test]
async fn a_caller_without_rights_learns_nothing_of_plugins() {
    let fixture = Fixture::new().await;
    Stub::install(&fixture, vec![(owner(), away())]);
    let reader = vec![super::fixture::certificate(9, "read")];
    fixture.add("FR", "test", reader).await;
    let caller =
        fixture.hub.identify(Some(phytohub_domain::Fingerprint([9; 32])), super::fixture::ADDRESS);
    let envelope = read_envelope(&notice("A-1"), DOCUMENT);
    let reply = fixture.hub.deliver_envelope(&caller.expect("known"), envelope).await;
    assert!(matches!(reply, Err(CallError::NotAllowed { right: Right::Send })));
}
