//! What comes in: kept, acknowledged by what was found in it, decided.

use std::panic::{AssertUnwindSafe, catch_unwind};

use phytohub_gens::domain::{Decision, ImportId, Receipt};
use phytohub_gens::service::{ImportSearch, ServiceError};
use phytohub_plugin_sdk::State;
use phytohub_plugin_sdk::host::Acknowledgement;
use phytohub_sps::sample::Shape;

use crate::hub::Crash;
use crate::world::World;

/// A certificate of US for NL with its number.
fn foreign(seed: u64, spoil: bool) -> (String, String) {
    let mut certificate = Shape { seed, full: true, ..Shape::default() }.certificate();
    if spoil {
        certificate.officer.clear();
    }
    (certificate.number.clone(), certificate.to_xml())
}

fn received(world: &World) -> ImportId {
    let importer = world.session("NL", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    page.rows.first().expect("there is one").id
}

#[test]
fn what_is_received_is_acknowledged_by_what_was_found_in_it() {
    let cases = [
        (foreign(1, false), Receipt::Plain, Acknowledgement::Receipt),
        (foreign(2, true), Receipt::WithWarning, Acknowledgement::WithWarning),
        (("X-1".to_owned(), "<not><xml>".to_owned()), Receipt::Failed, Acknowledgement::Failed),
        (
            ("X-2".to_owned(), "<a xmlns='other'/>".to_owned()),
            Receipt::Failed,
            Acknowledgement::Failed,
        ),
    ];
    let world = World::new();
    for ((number, content), receipt, acknowledgement) in cases {
        let envelope = world.hub.deliver("US", "NL", &number, 70, content.as_bytes());
        world.gens.exchange(false);
        let told = world.hub.acknowledgements();
        assert_eq!(told.last(), Some(&(envelope, acknowledgement)), "{number}");
        let importer = world.session("NL", "importer");
        let view = world.gens.import(importer, received(&world)).expect("it is seen");
        assert_eq!((view.card.receipt, view.card.acknowledged), (receipt, true), "{number}");
        assert_eq!(view.content, content.as_bytes());
        assert_eq!(view.sender_certificate, "certificate of US");
    }
}

#[test]
fn header_that_contradicts_the_certificate_is_a_warning() {
    let world = World::new();
    let (_, content) = foreign(1, false);
    world.hub.deliver("US", "NL", "another number", 70, content.as_bytes());
    world.gens.exchange(false);
    let importer = world.session("NL", "importer");
    let view = world.gens.import(importer, received(&world)).expect("it is seen");
    assert_eq!(view.card.receipt, Receipt::WithWarning);
    assert!(view.findings.iter().any(|one| one.contains("PC-HDR-001")), "{:?}", view.findings);
}

#[test]
fn envelope_is_kept_once_and_acknowledged_wherever_the_process_ends() {
    for crash in [Crash::BeforeAcknowledge, Crash::AfterAcknowledge] {
        let mut world = World::new();
        let (number, content) = foreign(1, false);
        let envelope = world.hub.deliver("US", "NL", &number, 70, content.as_bytes());
        world.hub.crash_at(crash);
        let ended = catch_unwind(AssertUnwindSafe(|| world.gens.exchange(false)));
        assert!(ended.is_err());
        world.reopen();
        let importer = world.session("NL", "importer");
        let view = world.gens.import(importer, received(&world)).expect("kept before told");
        assert!(!view.card.acknowledged);
        world.gens.exchange(true);
        world.gens.exchange(false);
        let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
        assert_eq!(page.rows.len(), 1);
        assert!(page.rows[0].acknowledged);
        let sent = world.hub.envelopes();
        let known = sent.iter().find(|(one, _)| one.hub_delivery_number == envelope);
        assert_eq!(known.map(|(one, _)| one.state), Some(State::Delivered));
    }
}

#[test]
fn received_certificates_are_found_and_withdrawals_told() {
    let world = World::new();
    let importer = world.session("NL", "importer");
    let (number, content) = foreign(1, false);
    world.hub.deliver("US", "NL", &number, 70, content.as_bytes());
    let (other, content) = foreign(2, false);
    world.hub.deliver("GH", "NL", &other, 70, content.as_bytes());
    world.gens.exchange(false);
    let found = |words: &str| {
        let search = ImportSearch { words: words.to_owned(), ..ImportSearch::default() };
        let page = world.gens.imports(importer, &search, None).expect("it is searched");
        page.rows.into_iter().map(|card| card.number).collect::<Vec<_>>()
    };
    assert_eq!(found(&number), [&*number]);
    assert_eq!(found("exporter us"), [&*number]);
    assert_eq!(found("nobody"), [""; 0]);
    let withdrawal = Shape { status: 40, full: true, ..Shape::default() }.certificate().to_xml();
    world.hub.deliver("US", "NL", &number, 40, withdrawal.as_bytes());
    world.gens.exchange(false);
    let search = ImportSearch { words: number.clone(), ..ImportSearch::default() };
    let page = world.gens.imports(importer, &search, None).expect("it is searched");
    assert!(page.rows.len() == 2 && page.rows.iter().all(|card| card.withdrawn), "{page:?}");
}

#[test]
fn decision_is_taken_once_with_a_reason_and_sent_back() {
    let world = World::new();
    let importer = world.session("NL", "importer");
    let (number, content) = foreign(1, false);
    world.hub.deliver("US", "NL", &number, 70, content.as_bytes());
    world.gens.exchange(false);
    let id = received(&world);
    let waiting = world.gens.import_work_list(importer, None).expect("it is listed");
    assert_eq!(waiting.rows.len(), 1);
    let auditor = world.gens.decide(world.session("NL", "auditor"), id, Decision::Accepted, "");
    assert!(matches!(auditor, Err(ServiceError::Denied(_))), "{auditor:?}");
    let silent = world.gens.decide(importer, id, Decision::Rejected, " ");
    assert!(matches!(silent, Err(ServiceError::ReasonMissing)), "{silent:?}");
    world.gens.decide(importer, id, Decision::Held, "Wait for the laboratory").expect("held");
    world.gens.decide(importer, id, Decision::Rejected, "A pest was found").expect("rejected");
    let twice = world.gens.decide(importer, id, Decision::Accepted, "");
    assert!(matches!(twice, Err(ServiceError::Decision(_))), "{twice:?}");
    world.gens.exchange(false);
    let sent = world.hub.envelopes();
    let answers: Vec<_> = sent.iter().filter(|(one, _)| one.is_response).collect();
    assert_eq!(answers.len(), 1, "holding is not told, and the answer once");
    let (envelope, content) = answers[0];
    let content = String::from_utf8_lossy(content);
    assert_eq!((&*envelope.from, &*envelope.to), ("NL", "US"));
    assert!(content.contains("<ram:StatusCode>41<") && content.contains("A pest was found"));
    let view = world.gens.import(importer, id).expect("it is seen");
    assert_eq!(view.decisions.len(), 2);
    assert!(!view.decidable);
}
