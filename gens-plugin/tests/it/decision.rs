//! What importing countries decide, and who is told.

use phytohub_gens::domain::{Decision, DecisionFlaw, ImportId};
use phytohub_gens::service::{ImportSearch, ServiceError};
use phytohub_plugin_sdk::ErrorKind;
use phytohub_plugin_sdk::host::Connection;
use phytohub_sps::sample::Shape;

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::World;

fn arrives(world: &World, seed: u64) -> (ImportId, String) {
    let certificate = Shape { seed, full: true, ..Shape::default() }.certificate();
    let content = certificate.to_xml();
    world.hub.deliver("US", "NL", &certificate.number, 70, content.as_bytes());
    world.gens.exchange(false);
    let importer = world.session("NL", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    (page.rows[0].id, certificate.number)
}

fn withdraws(world: &World, number: &str) {
    let withdrawal = Shape { status: 40, full: true, ..Shape::default() }.certificate().to_xml();
    world.hub.deliver("US", "NL", number, 40, withdrawal.as_bytes());
    world.gens.exchange(false);
}

#[test]
fn every_decision_but_holding_is_sent_back_with_its_reason() {
    let world = World::new();
    let importer = world.session("NL", "importer");
    let cases = [
        (Decision::Accepted, "", Some("39")),
        (Decision::Held, "Laboratory", None),
        (Decision::Rejected, "A pest was found", Some("41")),
        (Decision::Partly, "Half of it is rotten", Some("39")),
    ];
    for (seed, (decision, reason, status)) in (1..).zip(cases) {
        let (id, number) = arrives(&world, seed);
        if decision.needs_reason() {
            let silent = world.gens.decide(importer, id, decision, " ");
            assert!(matches!(silent, Err(ServiceError::ReasonMissing)), "{decision:?}");
        }
        world.gens.decide(importer, id, decision, reason).expect("it is decided");
        world.gens.exchange(false);
        let sent = world.hub.envelopes();
        let answer = sent
            .iter()
            .find(|(one, _)| one.is_response && one.nppo_certificate_number == number)
            .map(|(_, content)| String::from_utf8_lossy(content).into_owned());
        let Some(status) = status else {
            assert_eq!(answer, None, "{decision:?}");
            continue;
        };
        let answer = answer.expect("it is told");
        assert!(answer.contains(&format!("<ram:StatusCode>{status}<")), "{answer}");
        assert!(answer.contains(reason), "{answer}");
        let view = world.gens.import(importer, id).expect("it is seen");
        assert_eq!(view.answer, Some(("sent".to_owned(), String::new())));
    }
}

#[test]
fn partner_that_takes_no_responses_gets_none_and_the_officer_sees_why() {
    let world = World::new();
    let mut silent = Connection::new("SI", "Silent");
    silent.country = "SI".to_owned();
    world.hub.connect(silent);
    let certificate = Shape { full: true, ..Shape::default() }.certificate();
    world.hub.deliver("SI", "NL", &certificate.number, 70, certificate.to_xml().as_bytes());
    world.gens.exchange(false);
    let importer = world.session("NL", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    let id = page.rows[0].id;
    world.gens.decide(importer, id, Decision::Rejected, "A pest").expect("it is decided");
    world.gens.exchange(false);
    assert!(world.hub.envelopes().iter().all(|(one, _)| !one.is_response));
    let view = world.gens.import(importer, id).expect("it is seen");
    assert_eq!((view.is_answered, view.answer), (false, None));
    // One that cannot be delivered is told with its cause.
    let (id, _) = arrives(&world, 7);
    world.gens.decide(importer, id, Decision::Accepted, "").expect("it is decided");
    world.hub.refuse(Some(ErrorKind::Invalid));
    world.gens.exchange(false);
    let view = world.gens.import(importer, id).expect("it is seen");
    assert_eq!(view.answer, Some(("failed".to_owned(), "the hub refuses".to_owned())));
    let page = text(&Browser::with_session(&world, "NL", "importer").get(&format!("imports/{id}")));
    assert!(page.contains("Delivery failed: the hub refuses"), "{page}");
}

#[test]
fn withdrawal_is_marked_at_once_and_told_to_who_decided() {
    let world = World::new();
    let importer = world.session("NL", "importer");
    let (accepted, number) = arrives(&world, 1);
    world.gens.decide(importer, accepted, Decision::Accepted, "").expect("it is accepted");
    let (rejected, other) = arrives(&world, 2);
    world.gens.decide(importer, rejected, Decision::Rejected, "A pest").expect("rejected");
    let (undecided, third) = arrives(&world, 3);
    for number in [&number, &other, &third] {
        withdraws(&world, number);
    }
    let told = || world.gens.withdrawal_notices(importer).expect("they are listed");
    assert_eq!(told().iter().map(|one| one.id).collect::<Vec<_>>(), [accepted]);
    assert!(told()[0].withdrawn);
    let auditor = world.gens.withdrawal_notices(world.session("NL", "auditor"));
    assert_eq!(auditor.expect("listed"), [], "who does not decide is told nothing");
    // What is withdrawn lets nothing in, and nobody waits for a decision about it.
    let late = world.gens.decide(importer, undecided, Decision::Accepted, "");
    assert!(matches!(late, Err(ServiceError::Decision(DecisionFlaw::Withdrawn))), "{late:?}");
    let waiting = world.gens.import_work_list(importer, None).expect("it is listed");
    assert_eq!(waiting.rows, []);
    let mut browser = Browser::with_session(&world, "NL", "importer");
    let home = text(&browser.get(""));
    assert!(home.contains("Withdrawn after you decided") && home.contains(&number), "{home}");
    let page = text(&browser.get(&format!("imports/{accepted}")));
    assert!(page.contains("Next step: find the consignment"), "{page}");
    let note = browser.post(&format!("imports/{accepted}/note"), &[]);
    assert_eq!(note.status(), 303);
    assert_eq!(told(), []);
    // It can be decided anew, but not be let in.
    let again = world.gens.decide(importer, accepted, Decision::Partly, "Half");
    assert!(matches!(again, Err(ServiceError::Decision(DecisionFlaw::Withdrawn))), "{again:?}");
    world.gens.decide(importer, accepted, Decision::Rejected, "Withdrawn").expect("rejected");
}

#[test]
fn rejection_by_the_recipient_lands_with_the_issuer_and_by_others_nowhere() {
    let world = World::new();
    let issuer = world.session("GH", "issuer");
    let (id, number) = world.issued(sample::smallest("NL"));
    world.exchange();
    let forged = Shape::default().acknowledgement(41).to_xml();
    world.hub.respond("US", "GH", &number, forged.as_bytes());
    world.exchange();
    assert!(world.gens.work_list(issuer, None).expect("it is listed").rows.is_empty());
    let importer = world.session("NL", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    world
        .gens
        .decide(importer, page.rows[0].id, Decision::Rejected, "A pest was found")
        .expect("it is rejected");
    world.exchange();
    let view = world.gens.certificate(issuer, id).expect("it is seen");
    let told: Vec<_> =
        view.answers.iter().map(|one| (&*one.sender, &*one.status, &*one.reason)).collect();
    assert_eq!(told, [("NL", "41", "A pest was found")]);
    let work = world.gens.work_list(issuer, None).expect("it is listed");
    assert_eq!(work.rows.first().map(|card| &*card.message), Some("A pest was found"));
    let mut browser = Browser::with_session(&world, "GH", "issuer");
    let page = text(&browser.get(&format!("certificates/{id}")));
    assert!(page.contains("Rejected by the importing country"), "{page}");
    world.gens.settle(issuer, id).expect("it is settled");
    assert!(world.gens.work_list(issuer, None).expect("it is listed").rows.is_empty());
}
