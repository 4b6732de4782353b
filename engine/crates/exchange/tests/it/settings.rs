//! What the operator sets for a connection, what holds at the door for it, and what partners see.

use phytohub_domain::{ErrorKind, TrackingInfo};
use phytohub_exchange::admin::{
    ConnectionChanges, ConnectionView, PushInput, RuleInput, Setting, SigningInput, TrustInput,
};
use phytohub_exchange::{AdminReply, AdminRequest};
use phytohub_wire::soap::{ChannelRuleType, Direction};

use super::fixture::{Fixture, OPERATOR, certificate, header};

async fn change(fixture: &Fixture, code: &str, changes: ConnectionChanges) -> ConnectionView {
    let changes = Box::new(changes);
    match fixture.admin(AdminRequest::ConnectionChange { code: code.into(), changes }).await {
        AdminReply::Connection(view) => view,
        other => panic!("another answer: {other:?}"),
    }
}

async fn refused(fixture: &Fixture, changes: ConnectionChanges, words: &str) {
    let request = AdminRequest::ConnectionChange { code: "LK".into(), changes: Box::new(changes) };
    let error = fixture.hub.admin(&OPERATOR, request).await.expect_err(words);
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains(words), "{error}");
}

/// Details of the events that tell of changes.
fn told(fixture: &Fixture) -> Vec<String> {
    let events = fixture.store.events(1, 1000).expect("readable");
    let changes = events.into_iter().filter(|e| e.event.kind.as_str() == "ConnectionChanged");
    changes.map(|event| event.event.detail).collect()
}

#[tokio::test]
async fn switches_hold_from_the_next_envelope_on() {
    let fixture = Fixture::new().await;
    let message = async |from: &str, to: &str| {
        fixture.deliver(from, to, "A-1").await.error_message.unwrap_or_default()
    };
    let switch = |sends, receives| ConnectionChanges { sends, receives, ..Default::default() };
    let view = change(&fixture, "LK", switch(Some(false), None)).await;
    assert!(!view.settings.sends && view.settings.receives);
    assert!(message("LK", "NO").await.starts_with("From: LK may not send"));
    assert_eq!(message("NO", "LK").await, "");
    change(&fixture, "LK", switch(Some(true), Some(false))).await;
    assert_eq!(message("LK", "NO").await, "");
    assert!(message("NO", "LK").await.starts_with("To: LK receives nothing"));
    let nppos = fixture.hub.get_active_nppos(&fixture.caller("NO")).await.expect("answered");
    let lk = nppos.iter().find(|nppo| nppo.country == "LK").expect("listed");
    assert!(lk.send && !lk.receive);
    assert_eq!(told(&fixture), ["sends: yes -> no", "sends: no -> yes; receives: yes -> no",]);
}

#[tokio::test]
async fn a_refused_document_is_answered_with_what_is_accepted() {
    let fixture = Fixture::new().await;
    let accepts = Some(vec![(851, 70), (657, 70), (851, 70)]);
    let view = change(&fixture, "LK", ConnectionChanges { accepts, ..Default::default() }).await;
    assert_eq!(view.accepts, [(851, 70), (657, 70)]);
    let mut withdrawn = header("NO", "LK", "A-1");
    withdrawn.certificate_status = 40;
    let reply = fixture.deliver_header("NO", &withdrawn).await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::FailedDelivery));
    let message = reply.error_message.expect("a message");
    let expected = "CertificateType: LK does not accept type 851 with status 40; it accepts \
                    851/70, 657/70 (type/status, its AllowedDocument in GetActiveNppos)";
    assert_eq!(message, expected);
    // Nothing was said about others: the documents of the profile, and no others.
    for (kind, status, accepted) in
        [(851, 39, true), (657, 41, true), (851, 71, false), (852, 70, false)]
    {
        let mut other = header("NO", "AR", "A-1");
        (other.certificate_type, other.certificate_status) = (kind, status);
        let reply = fixture.deliver_header("NO", &other).await;
        let pending = reply.tracking_info == Some(TrackingInfo::PendingDelivery);
        assert_eq!(pending, accepted, "{kind}/{status}: {reply:?}");
    }
}

#[tokio::test]
async fn profiles_tell_channels_rules_and_signatures() {
    let fixture = Fixture::new().await;
    for (code, mode) in [("ASW", "test"), ("TRADE", "live")] {
        let certificates = Vec::new();
        let (code, name, mode, accepts) = (code.into(), "Window".into(), mode.into(), Vec::new());
        fixture.admin(AdminRequest::ChannelAdd { code, name, mode, accepts, certificates }).await;
    }
    let rule = RuleInput {
        owner: "LK".into(),
        channel: "ASW".into(),
        rule_type: "forward".into(),
        direction: "OUT".into(),
        certificate_type: 851,
        certificate_status: 0,
        country: "NO".into(),
        consent_by: "Director".into(),
        consent_reference: "letter".into(),
        consent_at_ms: None,
    };
    fixture.admin(AdminRequest::RuleAdd { rule }).await;
    let signing = SigningInput { dn: "CN=Signer,C=LK".into(), der: "MAA=".into() };
    let signing = Setting::Set(signing);
    change(&fixture, "LK", ConnectionChanges { signing, ..Default::default() }).await;

    let (no, lk) = (fixture.caller("NO"), fixture.caller("LK"));
    let channels = fixture.hub.get_available_channels(&no).await.expect("answered");
    let told: Vec<_> = channels.iter().map(|c| (&*c.code, &*c.name, c.send, c.receive)).collect();
    assert_eq!(told, [("ASW", "Window", true, true)], "those of the caller's mode");
    let nppos = fixture.hub.get_active_nppos(&no).await.expect("answered");
    let codes: Vec<_> = nppos.iter().map(|nppo| nppo.country.as_str()).collect();
    assert_eq!(codes, ["AR", "LK", "NO"], "channels are no plant protection organizations");
    let seen = nppos.iter().find(|nppo| nppo.country == "LK").expect("listed");
    let signature = seen.signature.as_ref().expect("published");
    assert_eq!((signature.dn.as_str(), signature.certificate.as_str()), ("CN=Signer,C=LK", "MAA="));
    let [rule] = &seen.channel_rules[..] else { panic!("{:?}", seen.channel_rules) };
    assert_eq!((rule.id, rule.active), (1, true));
    assert_eq!((rule.rule_type, rule.direction), (ChannelRuleType::Forward, Direction::Out));
    assert_eq!((rule.certificate_type, rule.certificate_status), (851, 0));
    assert_eq!(rule.country_code, "NO");
    assert_eq!(fixture.hub.get_profile(&lk).await.expect("answered"), *seen);

    fixture.admin(AdminRequest::RuleSetActive { id: 1, active: false }).await;
    let nppos = fixture.hub.get_active_nppos(&no).await.expect("answered");
    assert!(nppos.iter().all(|nppo| nppo.channel_rules.is_empty()), "not followed any more");
    let own = fixture.hub.get_profile(&lk).await.expect("answered").channel_rules;
    assert!(own.len() == 1 && !own[0].active, "its owner still sees it");
}

#[tokio::test]
async fn an_endpoint_limits_and_a_hold_are_set_and_taken_away() {
    let fixture = Fixture::new().await;
    let service = |url: &str, trust| PushInput { url: url.into(), trust, allow_private: false };
    let key = TrustInput::Key("ab".repeat(32));
    let set = ConnectionChanges {
        push: Setting::Set(service("https://nppo.example.lk/in", key)),
        tracking_updates: Some(true),
        requests_per_minute: Setting::Set(60),
        legal_hold: Some(true),
        ..Default::default()
    };
    let view = change(&fixture, "LK", set).await.settings;
    let push = view.push.clone().expect("an endpoint");
    assert!(push.envelopes && push.tracking_updates && push.trust.starts_with("key abab"));
    assert_eq!((view.requests_per_minute, view.legal_hold), (Some(60), true));
    let moved = Setting::Set(service("https://other.example.lk/in", TrustInput::Public));
    let view =
        change(&fixture, "LK", ConnectionChanges { push: moved, ..Default::default() }).await;
    assert!(view.settings.push.expect("an endpoint").tracking_updates, "kept with a new address");
    let clear = ConnectionChanges {
        push: Setting::Clear,
        requests_per_minute: Setting::Clear,
        legal_hold: Some(false),
        ..Default::default()
    };
    let view = change(&fixture, "LK", clear).await.settings;
    assert_eq!((view.push, view.requests_per_minute, view.legal_hold), (None, None, false));
    let told = told(&fixture);
    assert!(told[0].contains("push: none -> https://nppo.example.lk/in trust=key ab"), "{told:?}");
    assert!(told[0].contains("requests per minute: the hub's -> 60"), "{told:?}");

    for url in ["http://a.lk/", "https://", "https://u@a.lk/", "https://a.lk/?q", "https://a .lk/"]
    {
        let push = Setting::Set(service(url, TrustInput::Public));
        refused(&fixture, ConnectionChanges { push, ..Default::default() }, "https://HOST").await;
    }
    refused(&fixture, ConnectionChanges::default(), "nothing of it would be changed").await;
    let accepts = Some(Vec::new());
    refused(&fixture, ConnectionChanges { accepts, ..Default::default() }, "Receive").await;
    let tracking_updates = Some(true);
    let updates = ConnectionChanges { tracking_updates, ..Default::default() };
    refused(&fixture, updates, "no service of its own").await;
    let requests_per_minute = Setting::Set(0);
    let none = ConnectionChanges { requests_per_minute, ..Default::default() };
    refused(&fixture, none, "shut it out").await;
}

#[tokio::test]
async fn maintenance_is_announced_and_mail_goes_on_waiting() {
    let fixture = Fixture::new().await;
    let now = phytohub_domain::Clock::now(&*fixture.clock).as_millis();
    let announce = |from_ms, until_ms, reason: &str| AdminRequest::MaintenanceAdd {
        code: "LK".into(),
        from_ms,
        until_ms,
        reason: reason.into(),
    };
    let view = fixture.admin(announce(now - 1, now + 3_600_000, "new database")).await;
    let AdminReply::Connection(view) = view else { panic!("no connection") };
    assert_eq!(view.settings.maintenance[0].reason, "new database");
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    assert_eq!(reply.tracking_info, Some(TrackingInfo::PendingDelivery), "store and forward");
    assert!(told(&fixture)[0].starts_with("maintenance from 2026-11-"), "{:?}", told(&fixture));
    for (from, until, reason) in [(now, now, "x"), (now - 2, now - 1, "x"), (now, now + 1, " ")] {
        let error = fixture.hub.admin(&OPERATOR, announce(from, until, reason)).await;
        assert_eq!(error.expect_err("refused").kind(), ErrorKind::Invalid);
    }
    let clear = AdminRequest::MaintenanceClear { code: "LK".into() };
    let AdminReply::Connection(view) = fixture.admin(clear).await else { panic!("no connection") };
    assert!(view.settings.maintenance.is_empty());
}

#[tokio::test]
async fn a_certificate_of_a_channel_is_one_like_any_other() {
    let fixture = Fixture::new().await;
    let (code, name, mode) = ("ASW".into(), "Window".into(), "test".into());
    let (accepts, certificates) = (Vec::new(), vec![certificate(50, "receive,acknowledge")]);
    let add = AdminRequest::ChannelAdd { code, name, mode, accepts, certificates };
    let AdminReply::Connection(view) = fixture.admin(add).await else { panic!("no connection") };
    assert_eq!((view.settings.kind.as_str(), view.serves.len()), ("channel", 0));
    let error = fixture.hub.admin(
        &OPERATOR,
        AdminRequest::CertificateAdd { code: "NO".into(), certificate: certificate(50, "all") },
    );
    assert_eq!(error.await.expect_err("taken").kind(), ErrorKind::Conflict);
}
