//! What plugins do as connections: exactly once, within their grants, and without seeing others.

use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader, TrackingInfo};
use phytohub_exchange::plugin::{PluginConnection, PluginError, PluginEventKind, PluginHook};
use phytohub_store::{Queue, Store, StoreConfig};

use super::fixture::{Fixture, number};
use super::plugin_stub::{
    DOCUMENT, NOTICE, Stub, accept_notices, actor, away, draft, finding, keep, until_held,
};

const EVERYTHING: u32 = u32::MAX;

fn plain() -> Acknowledgement {
    Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() }
}

#[tokio::test]
async fn a_key_submits_once_across_a_restart() {
    let mut fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let plugin = actor(&fixture, &["NO"]).await;
    let submit = async |fixture: &Fixture, key: &[u8], to: &str| {
        fixture.hub.plugin_submit(&plugin, key, draft("NO", to, "A-1")).await
    };
    let first = submit(&fixture, b"k", "LK").await.expect("accepted");
    assert!(!first.repeated);
    assert_eq!(first.envelope.state, TrackingInfo::PendingDelivery);
    fixture = fixture.reopen();
    let again = submit(&fixture, b"k", "LK").await.expect("the first one");
    assert_eq!((again.repeated, again.envelope.number), (true, first.envelope.number));
    let other = submit(&fixture, b"k", "AR").await;
    assert!(matches!(other, Err(PluginError::Conflict(_))), "{other:?}");
    assert_eq!(fixture.store.queue_len(fixture.caller("LK").connection.id, Queue::Inbox), 1);
    // The same under another key is another envelope: the plugin says what is the same.
    let second = submit(&fixture, b"l", "LK").await.expect("accepted");
    assert_ne!(second.envelope.number, first.envelope.number);
    let reply = EnvelopeHeader {
        hub_delivery_number: Some(first.envelope.number.to_string()),
        ..EnvelopeHeader::default()
    };
    assert_eq!(fixture.content("LK", &reply).await, DOCUMENT);
}

#[tokio::test]
async fn a_draft_is_checked_as_what_comes_over_the_network() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let plugin = actor(&fixture, &["NO", "ZZ"]).await;
    let submit =
        async |key: &str, draft| fixture.hub.plugin_submit(&plugin, key.as_bytes(), draft).await;
    for (key, to, status, words) in [
        ("a", "XX", 70, "To: 'XX' is no connection"),
        ("b", "NL", 70, "To: NL is a live connection"),
        ("c", "LK", 1, "CertificateType: LK does not accept"),
    ] {
        let mut wrong = draft("NO", to, "A-1");
        wrong.certificate_status = status;
        let failed = submit(key, wrong).await.expect("told with a number").envelope;
        assert_eq!(failed.state, TrackingInfo::FailedDelivery);
        assert!(failed.message.starts_with(words), "{}", failed.message);
    }
    assert_eq!(submit("d", draft("LK", "NO", "A-1")).await, Err(PluginError::Denied));
    assert_eq!(submit("d", draft("ZZ", "NO", "A-1")).await, Err(PluginError::NotFound));
    let mut binary = draft("NO", "LK", "A-1");
    binary.content = vec![0xff].into();
    assert!(matches!(submit("d", binary).await, Err(PluginError::Invalid(_))));
    let mut control = draft("NO", "LK", "A-1");
    control.content = "<a>\u{0}</a>".into();
    assert!(matches!(submit("d", control).await, Err(PluginError::Invalid(_))));
    assert!(matches!(submit("", draft("NO", "LK", "A-1")).await, Err(PluginError::Invalid(_))));

    Stub::install(
        &fixture,
        vec![(
            PluginHook::validator("nc", true, true),
            Ok(vec![finding(phytohub_exchange::plugin::FindingLevel::Severe)]),
        )],
    );
    let refused = submit("e", draft("NO", "LK", "A-1")).await.expect("told").envelope;
    assert_eq!(refused.message, "Content: NC-1 at Notice/Reason: is no reason");
    let mut response = draft("NO", "LK", "A-2");
    (response.response, response.certificate_type) = (true, 851);
    response.content = "<SPSAcknowledgement/>".into();
    let response = submit("f", response).await.expect("accepted").envelope;
    assert!(response.response && response.state == TrackingInfo::PendingDelivery, "{response:?}");
}

#[tokio::test]
async fn what_is_anothers_is_answered_as_what_is_not_there() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let foreign = fixture.deliver("NO", "LK", "A-1").await;
    let foreign = foreign.hub_delivery_number.expect("a number");
    let refused = fixture.deliver("AR", "NL", "A-1").await;
    let never = foreign.replace(char::is_numeric, "7");
    let (hub, plugin) = (&fixture.hub, actor(&fixture, &["AR"]).await);
    for number in [&foreign, &never, "no number"] {
        assert_eq!(hub.plugin_status(&plugin, "AR", number).await, Err(PluginError::NotFound));
        let read = hub.plugin_read(&plugin, "AR", number, true).await;
        assert_eq!(read, Err(PluginError::NotFound));
        let told = hub.plugin_acknowledge(&plugin, "AR", number, plain()).await;
        assert_eq!(told, Err(PluginError::NotFound));
        let noted = hub.plugin_audit(&plugin, "mary", "look", "", number).await;
        assert_eq!(noted, Err(PluginError::NotFound));
        assert_eq!(hub.plugin_status(&plugin, "NO", number).await, Err(PluginError::Denied));
        assert_eq!(hub.plugin_status(&plugin, "", number).await, Err(PluginError::Denied));
    }
    assert_eq!(hub.plugin_inbox(&plugin, "AR", 0, 9).await.expect("read"), []);
    assert_eq!(hub.plugin_inbox(&plugin, "LK", 0, 9).await, Err(PluginError::Denied));
    let events = hub.plugin_events(&plugin, 0, 99, EVERYTHING).await.expect("read");
    let seen: Vec<_> = events.events.iter().map(|event| event.number.to_string()).collect();
    assert_eq!(seen, [refused.hub_delivery_number.expect("a number")], "its own alone");
    assert!(!events.more);

    let mut all = actor(&fixture, &[]).await;
    all.observe_all = true;
    assert_eq!(hub.plugin_status(&all, "", &foreign).await.expect("seen").from, "NO");
    assert_eq!(hub.plugin_events(&all, 0, 99, EVERYTHING).await.expect("read").events.len(), 2);
}

#[tokio::test]
async fn an_inbox_is_read_and_acknowledged_as_over_the_network() {
    let fixture = Fixture::new().await;
    let (hub, plugin) = (&fixture.hub, actor(&fixture, &["LK"]).await);
    let replies = [
        fixture.deliver("NO", "LK", "A-1").await,
        fixture.deliver("NO", "LK", "A-2").await,
        fixture.deliver("NO", "LK", "A-3").await,
    ];
    let page = hub.plugin_inbox(&plugin, "LK", 0, 2).await.expect("read");
    let numbers = |page: &[phytohub_exchange::plugin::PluginEnvelope]| {
        page.iter().map(|one| one.nppo_certificate_number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&page), ["A-1", "A-2"]);
    let rest = hub.plugin_inbox(&plugin, "LK", page[1].position, 9).await.expect("read");
    assert_eq!(numbers(&rest), ["A-3"]);
    let first = replies[0].hub_delivery_number.as_deref().expect("a number");
    let (told, document) = hub.plugin_read(&plugin, "LK", first, true).await.expect("read");
    assert_eq!(document.as_deref(), Some("<a>&amp; å</a>".as_bytes()));
    assert!(told.sender_certificate.is_some() && told.test && !told.copy);
    let kind = AcknowledgementKind::NotReadable;
    let failed = Acknowledgement { kind, message: "no XML".into() };
    hub.plugin_acknowledge(&plugin, "LK", first, failed).await.expect("committed");
    let tracked = fixture.track("NO", &number(&replies[0])).await;
    assert_eq!(tracked.tracking_info, Some(TrackingInfo::DeliveredNotReadable));
    assert_eq!(tracked.error_message.as_deref(), Some("no XML"));
    assert_eq!(hub.plugin_inbox(&plugin, "LK", 0, 9).await.expect("read").len(), 2);

    let events = hub.plugin_events(&plugin, 0, 99, EVERYTHING).await.expect("read").events;
    let mine: Vec<_> = events.iter().filter(|event| event.number.to_string() == first).collect();
    let kinds: Vec<_> = mine.iter().map(|event| event.kind).collect();
    use PluginEventKind::{Accepted, Acknowledged, Released};
    assert_eq!(kinds, [Accepted, Released, Acknowledged]);
    assert_eq!(
        (mine[2].state, mine[2].message.as_str()),
        (TrackingInfo::DeliveredNotReadable, "no XML")
    );
    hub.plugin_read(&plugin, "LK", first, true).await.expect("read again");
    let released = hub.plugin_events(&plugin, 0, 99, Released.bit()).await.expect("read").events;
    assert_eq!(released.len(), 1, "the first release alone");
}

#[tokio::test]
async fn events_come_in_order_page_by_page_and_none_twice() {
    let fixture = Fixture::new().await;
    let (hub, plugin) = (&fixture.hub, actor(&fixture, &["LK"]).await);
    for number in 0..20 {
        fixture.deliver("NO", "LK", &format!("A-{number}")).await;
        fixture.deliver("NO", "AR", &format!("B-{number}")).await;
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = hub.plugin_events(&plugin, after, 3, EVERYTHING).await.expect("read");
        assert!(page.reached >= after && page.events.len() <= 3);
        seen.extend(page.events.into_iter().map(|event| event.nppo_certificate_number));
        after = page.reached;
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (0..20).map(|number| format!("A-{number}")).collect::<Vec<_>>());
    assert_eq!(after, *hub.plugin_event_sequence().borrow());
}

#[tokio::test]
async fn a_held_envelope_is_told_as_accepted_when_it_is_let_go() {
    let fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let stub = Stub::install(&fixture, vec![(PluginHook::validator("nc", true, true), away())]);
    let (hub, sender) = (&fixture.hub, actor(&fixture, &["NO"]).await);
    let recipient = actor(&fixture, &["LK"]).await;
    let sent = hub.plugin_submit(&sender, b"k", draft("NO", "LK", "A-1")).await.expect("held");
    let number = sent.envelope.number.to_string();
    assert_eq!(sent.envelope.state, TrackingInfo::PendingDelivery);
    let kinds = async |plugin| {
        let events = hub.plugin_events(plugin, 0, 99, EVERYTHING).await.expect("read").events;
        events.into_iter().map(|event| event.kind).collect::<Vec<_>>()
    };
    for plugin in [&sender, &recipient] {
        assert!(kinds(plugin).await.is_empty());
    }
    assert_eq!(hub.plugin_inbox(&recipient, "LK", 0, 9).await.expect("read"), []);
    let unseen = hub.plugin_status(&recipient, "LK", &number).await;
    assert_eq!(unseen, Err(PluginError::NotFound));
    hub.plugin_status(&sender, "NO", &number).await.expect("its own");
    let _tasks = keep(&fixture);
    stub.answer(&Ok(Vec::new()));
    hub.plugins_ready();
    until_held(&fixture, 0).await;
    for plugin in [&sender, &recipient] {
        assert_eq!(kinds(plugin).await, [PluginEventKind::Accepted]);
    }
    assert_eq!(hub.plugin_inbox(&recipient, "LK", 0, 9).await.expect("read").len(), 1);
}

#[tokio::test]
async fn a_plugin_registers_what_it_was_granted_and_nobody_has() {
    let mut fixture = Fixture::new().await;
    accept_notices(&fixture).await;
    let plugin = actor(&fixture, &["NO", "QZ"]).await;
    let wanted = |code: &str| PluginConnection {
        code: code.into(),
        name: "A tenant".into(),
        allowed: vec![(NOTICE, 70)],
        sends: true,
        receives: true,
        test: true,
        enabled: true,
        ..PluginConnection::default()
    };
    let register = async |fixture: &Fixture, wanted| {
        fixture.hub.plugin_register_connection(&plugin, wanted).await
    };
    assert_eq!(register(&fixture, wanted("LK")).await, Err(PluginError::Denied));
    let taken = register(&fixture, wanted("NO")).await;
    assert!(matches!(taken, Err(PluginError::Conflict(_))), "{taken:?}");
    register(&fixture, wanted("QZ")).await.expect("committed");
    fixture = fixture.reopen();
    let mut changed = wanted("QZ");
    changed.name = "Another name".into();
    register(&fixture, changed).await.expect("its own");
    let sent = fixture.hub.plugin_submit(&plugin, b"k", draft("QZ", "LK", "A-1")).await;
    assert_eq!(sent.expect("accepted").envelope.state, TrackingInfo::PendingDelivery);
    let told = fixture.hub.plugin_connections(&plugin);
    let own = told.iter().find(|one| one.code == "QZ").expect("told of");
    assert_eq!((own.name.as_str(), own.mine), ("Another name", true));
    let id = fixture.hub.plugin_id("other").await.expect("a number");
    let other =
        phytohub_exchange::plugin::PluginActor { id, name: "other".into(), ..plugin.clone() };
    let taken = fixture.hub.plugin_register_connection(&other, wanted("QZ")).await;
    assert!(matches!(taken, Err(PluginError::Conflict(_))), "{taken:?}");
}

#[tokio::test]
async fn the_audit_trail_names_plugin_and_principal() {
    let fixture = Fixture::new().await;
    let (hub, plugin) = (&fixture.hub, actor(&fixture, &["NO"]).await);
    let reply = fixture.deliver("NO", "LK", "A-1").await;
    let number = reply.hub_delivery_number.expect("a number");
    hub.plugin_audit(&plugin, "mary", "approve", "all well", &number).await.expect("committed");
    let events = fixture.store.events(1, 99).expect("readable");
    let event = &events.last().expect("an event").event;
    assert_eq!((event.actor.name.as_str(), event.actor.on_behalf.as_str()), ("nc", "mary"));
    assert_eq!(event.detail, "approve: all well");
    assert_eq!(event.envelope.map(|number| number.to_string()), Some(number));
}

#[tokio::test]
async fn envelopes_are_found_by_certificate_where_that_is_granted() {
    let fixture = Fixture::new().await;
    let plugin = actor(&fixture, &["LK"]).await;
    let none = fixture.hub.plugin_find(&plugin, "NO", "", "A-1", 9).await;
    assert!(matches!(none, Err(PluginError::Unavailable(_))), "{none:?}");
    let first = fixture.deliver("NO", "LK", "A-1").await;
    fixture.deliver("NO", "AR", "A-1").await;
    let directory = tempfile::tempdir().expect("a directory");
    fixture.store.checkpoint(&directory.path().join("copy")).expect("copied");
    let mut config = StoreConfig::new(directory.path().join("copy"));
    config.certificate_index = true;
    let opened = Store::open(config, fixture.clock.clone(), std::sync::Arc::default());
    let (store, _) = opened.expect("a store opens");
    let hub = phytohub_exchange::Hub::open(
        store,
        phytohub_domain::Limits::default(),
        fixture.clock.clone(),
        std::sync::Arc::default(),
    );
    let hub = hub.expect("a hub");
    let find = async |from: &str, to: &str, certificate: &str| {
        let found = hub.plugin_find(&plugin, from, to, certificate, 9).await.expect("an index");
        found.into_iter().map(|one| Some(one.number.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(find("NO", "", "A-1").await, [first.hub_delivery_number], "its own alone");
    assert_eq!(find("NO", "LK", "A-1").await.len(), 1);
    for (from, to, certificate) in [("NO", "AR", "A-1"), ("NO", "", "A-9"), ("XX", "", "A-1")] {
        assert!(find(from, to, certificate).await.is_empty());
    }
}
