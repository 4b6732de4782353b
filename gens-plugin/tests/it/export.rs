//! From an application to a delivered certificate, and back.

use phytohub_gens::domain::{Draft, FlawKind, State, Step};
use phytohub_gens::service::{CertificateSearch, Level, ServiceError};
use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};

use crate::sample;
use crate::world::World;

#[test]
fn certificate_goes_from_application_to_delivery() {
    let world = World::new();
    let gens = &world.gens;
    let (trader, issuer) = (world.session("GH", "trader"), world.session("GH", "issuer"));
    let id = world.draft(sample::full("NL"));
    gens.submit(trader, id, 2).expect("it is submitted");
    let refused = gens.return_for_correction(world.session("GH", "officer"), id, "  ");
    assert!(matches!(refused, Err(ServiceError::ReasonMissing)));
    gens.return_for_correction(world.session("GH", "officer"), id, "Which port?")
        .expect("it is returned");
    let work = gens.work_list(trader, None).expect("it is listed");
    assert_eq!(work.rows.first().map(|card| &*card.message), Some("Which port?"));
    gens.submit(trader, id, 2).expect("it is submitted again");
    gens.inspect(world.session("GH", "inspector"), id, "Sampled").expect("it is inspected");
    gens.approve(world.session("GH", "officer"), id).expect("it is approved");
    let number = gens.issue(issuer, id, 2, &World::proof()).expect("it is issued");
    assert_eq!(number, "GH-2026-0000001");
    world.exchange();
    let view = gens.certificate(trader, id).expect("it is seen");
    assert_eq!(view.card.state, State::Delivered);
    let steps: Vec<Step> = view.steps.iter().map(|step| step.step).collect();
    let expected = [
        Step::Submit,
        Step::Return,
        Step::Submit,
        Step::Inspect,
        Step::Approve,
        Step::Issue,
        Step::Send,
        Step::Deliver,
    ];
    assert_eq!(steps, expected);
    let received = gens
        .imports(world.session("NL", "importer"), &Default::default(), None)
        .expect("it is listed");
    assert_eq!(received.rows.first().map(|card| &*card.number), Some(&*number));
    gens.withdraw(issuer, id, "Not shipped", &World::proof()).expect("it is withdrawn");
    world.exchange();
    let view = gens.certificate(trader, id).expect("it is seen");
    assert_eq!((view.card.state, &*view.delivery), (State::Withdrawn, "delivered"));
    let statuses: Vec<i32> =
        world.hub.envelopes().iter().map(|(one, _)| one.certificate_status).collect();
    assert_eq!(statuses, [70, 40]);
}

#[test]
fn issued_certificates_have_neither_severe_findings_nor_warnings() {
    let world = World::new();
    for draft in [sample::smallest("NL"), sample::full("NL"), sample::full("US")] {
        let (id, _) = world.issued(draft);
        let xml = world.gens.xml(world.session("GH", "issuer"), id).expect("there is one");
        let reading = SpsDocument::validate(xml.as_bytes(), &EmbeddedCodes, &Limits::default());
        let grave: Vec<String> = reading
            .findings
            .iter()
            .filter(|one| one.level >= Level::Warning)
            .map(ToString::to_string)
            .collect();
        assert!(reading.is_well_formed() && grave.is_empty(), "{grave:?}");
    }
}

#[test]
fn what_hinders_issue_is_told_by_field_and_nothing_is_issued() {
    let world = World::new();
    let issuer = world.session("GH", "issuer");
    type Spoil = fn(&mut Draft);
    let spoilt: [(&str, Spoil); 7] = [
        ("exporter.name", |draft| draft.exporter.name.clear()),
        ("consignee.address", |draft| draft.consignee.address.clear()),
        ("destination", |draft| draft.destination.clear()),
        ("transports", |draft| draft.transports.clear()),
        ("lines.0.produce", |draft| draft.lines[0].produce.clear()),
        ("lines.0.origins.0", |draft| draft.lines[0].origins.clear()),
        ("lines.0.net_weight", |draft| draft.lines[0].net_weight.unit.clear()),
    ];
    for (field, spoil) in spoilt {
        let mut draft = sample::smallest("NL");
        spoil(&mut draft);
        let id = world.approved(draft);
        let outcome = world.gens.issue(issuer, id, 2, &World::proof());
        let Err(ServiceError::Findings(found)) = outcome else { panic!("{field}: {outcome:?}") };
        assert!(found.iter().any(|one| one.field.starts_with(field)), "{field}: {found:?}");
        let view = world.gens.certificate(issuer, id).expect("it is seen");
        assert_eq!((view.card.state, view.card.number), (State::Approved, None));
    }
    // And none of the numbers was used up.
    let (_, number) = world.issued(sample::smallest("NL"));
    assert_eq!(number, "GH-2026-0000001");
    world.exchange();
    assert_eq!(world.hub.envelopes().len(), 1);
}

#[test]
fn country_without_exchange_gets_paper_alone() {
    let world = World::new();
    let issuer = world.session("GH", "issuer");
    assert_eq!(world.gens.destination(issuer, "NL").expect("it is told").as_deref(), Some("NL"));
    assert_eq!(world.gens.destination(issuer, "FJ").expect("it is told"), None);
    let (id, _) = world.issued(sample::smallest("FJ"));
    world.exchange();
    let view = world.gens.certificate(issuer, id).expect("it is seen");
    assert_eq!((view.card.state, view.card.paper_only), (State::Issued, true));
    assert!(world.hub.envelopes().is_empty());
}

#[test]
fn issue_asks_for_the_password_again() {
    let world = World::new();
    let id = world.approved(sample::smallest("NL"));
    let issuer = world.session("GH", "issuer");
    let wrong = world.gens.issue(issuer, id, 2, &Default::default());
    assert!(matches!(wrong, Err(ServiceError::Credentials)), "{wrong:?}");
    world.gens.issue(issuer, id, 2, &World::proof()).expect("it is issued");
}

#[test]
fn draft_saved_by_another_is_not_overwritten() {
    let world = World::new();
    let trader = world.session("GH", "trader");
    let id = world.draft(sample::smallest("NL"));
    let late = world.gens.save_draft(trader, id, 1, sample::full("NL"));
    assert!(matches!(late, Err(ServiceError::Changed)), "{late:?}");
    let revision = world.gens.save_draft(trader, id, 2, sample::full("NL")).expect("it is saved");
    let late = world.gens.submit(trader, id, 2);
    assert!(matches!(late, Err(ServiceError::Changed)), "{late:?}");
    world.gens.submit(trader, id, revision).expect("it is submitted");
    let submitted = world.gens.save_draft(trader, id, revision, sample::full("US"));
    assert!(matches!(submitted, Err(ServiceError::Step(_))), "{submitted:?}");
}

#[test]
fn application_is_recalled_until_somebody_has_opened_it() {
    let world = World::new();
    let trader = world.session("GH", "trader");
    let id = world.draft(sample::smallest("NL"));
    world.gens.submit(trader, id, 2).expect("it is submitted");
    world.gens.certificate(world.session("GH", "auditor"), id).expect("auditors only look");
    world.gens.recall(trader, id).expect("it is recalled");
    world.gens.submit(trader, id, 2).expect("it is submitted");
    world.gens.certificate(world.session("GH", "officer"), id).expect("it is opened");
    let late = world.gens.recall(trader, id);
    assert!(matches!(late, Err(ServiceError::Step(_))), "{late:?}");
}

#[test]
fn attachments_are_what_they_are_by_their_bytes() {
    let world = World::new();
    let trader = world.session("GH", "trader");
    let id = world.draft(sample::smallest("NL"));
    let attach = |name: &str, bytes: &[u8]| world.gens.attach(trader, id, name, bytes.to_vec());
    let kind = |outcome: Result<_, ServiceError>| match outcome {
        Err(ServiceError::Shape(flaw)) => flaw.kind,
        other => panic!("{:?}", other.map(|_| ())),
    };
    assert_eq!(kind(attach("a.pdf", b"<script>alert(1)</script>")), FlawKind::Type);
    assert_eq!(kind(attach("a.pdf", &[b'%'; (3 << 20) + 1])), FlawKind::TooLarge);
    let file = attach("../../etc/passwd.html", b"%PDF-1.4\n").expect("it is one");
    let kept = world.gens.attachment(trader, id, file).expect("it is there");
    assert_eq!(kept.name, "passwd.pdf");
    world.gens.submit(trader, id, 2).expect("it is submitted");
    world.gens.inspect(world.session("GH", "inspector"), id, "").expect("it is inspected");
    world.gens.approve(world.session("GH", "officer"), id).expect("it is approved");
    let issuer = world.session("GH", "issuer");
    world.gens.issue(issuer, id, 2, &World::proof()).expect("it is issued");
    let xml = world.gens.xml(issuer, id).expect("there is one");
    assert!(xml.contains("filename=\"passwd.pdf\""), "{xml}");
}

#[test]
fn failed_delivery_lands_in_the_issuers_work_list_and_is_sent_again() {
    use phytohub_plugin_sdk::ErrorKind;
    let world = World::new();
    let issuer = world.session("GH", "issuer");
    let (id, _) = world.issued(sample::smallest("US"));
    world.hub.refuse(Some(ErrorKind::Invalid));
    world.exchange();
    world.hub.refuse(None);
    let work = world.gens.work_list(issuer, None).expect("it is listed");
    let card = work.rows.first().expect("there is something to do");
    assert_eq!((card.id, card.state, &*card.message), (id, State::Failed, "the hub refuses"));
    world.gens.resend(issuer, id, "The hub was mended", &World::proof()).expect("it is sent again");
    world.exchange();
    let view = world.gens.certificate(issuer, id).expect("it is seen");
    assert_eq!(view.card.state, State::Sent);
    assert_eq!(world.hub.envelopes().len(), 1);
    assert!(world.gens.work_list(issuer, None).expect("it is listed").rows.is_empty());
}

#[test]
fn everything_switched_off_an_officer_enters_and_an_authorized_one_issues() {
    let world = World::new();
    let admin = world.session("GH", "admin");
    let mut settings = world.gens.settings(admin).expect("there are some");
    settings.policy.application = false;
    settings.policy.inspection = false;
    settings.policy.approval = false;
    world.gens.save_settings(admin, &settings).expect("they are saved");
    let officer = world.session("GH", "officer");
    let id = world.gens.create_draft(officer, None).expect("it is begun");
    world.gens.save_draft(officer, id, 1, sample::smallest("NL")).expect("it is saved");
    let denied = world.gens.issue(officer, id, 2, &World::proof());
    assert!(matches!(denied, Err(ServiceError::Denied(_))), "{denied:?}");
    let issuer = world.session("GH", "issuer");
    world.gens.issue(issuer, id, 2, &World::proof()).expect("it is issued");
}

#[test]
fn certificates_are_found_by_number_party_commodity_and_country() {
    let world = World::new();
    let (id, number) = world.issued(sample::full("NL"));
    world.draft(sample::smallest("US"));
    let officer = world.session("GH", "officer");
    let found = |words: &str| {
        let search = CertificateSearch { words: words.to_owned(), ..Default::default() };
        let page = world.gens.certificates(officer, &search, None).expect("it is searched");
        page.rows.iter().map(|card| card.id).collect::<Vec<_>>()
    };
    for words in [&*number, "pyrus", "PEAR", "nl", "trading pear nl", "pyr* comm*"] {
        assert_eq!(found(words), [id], "{words}");
    }
    assert_eq!(found("apples").len(), 2);
    for words in ["nothing", "\"", "a\" OR \"b", "pear NOT nl", "scope:t2", "*", "' OR 1=1 --"] {
        assert!(!found(words).contains(&id) || words == "\"" || words == "*", "{words}");
    }
}
