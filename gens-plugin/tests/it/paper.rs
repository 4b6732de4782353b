//! Certificates on paper: originals, copies, and what anybody may print.

use phytohub_gens::domain::{CertificateId, Decision};
use phytohub_gens::service::{ImportSearch, ServiceError};
use phytohub_gens::web::{Answer, routes};

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{PASSWORD, World};

/// What the file says of itself: the text of a page is compressed, its name is not.
fn assert_pdf(answer: &Answer) {
    assert_eq!(answer.status(), 200, "{}", text(answer));
    assert_eq!(answer.content_type(), Some("application/pdf"));
    assert!(answer.body().starts_with(b"%PDF-"));
    assert_eq!(answer.value("x-content-type-options"), Some("nosniff"));
    let disposition = answer.value("content-disposition").expect("it is a file");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
}

fn issued(world: &World) -> (CertificateId, String) {
    world.issued(sample::full("US"))
}

#[test]
fn original_is_printed_once_and_the_rest_are_copies() {
    let world = World::new();
    let (id, number) = issued(&world);
    let mut issuer = Browser::of(&world, "GH", "issuer");
    let (page, print) = (format!("certificates/{id}"), format!("certificates/{id}/print"));
    let shown = text(&issuer.get(&page));
    assert!(shown.contains("Print the original"), "{shown}");

    let copy = issuer.get(&format!("{page}/pdf"));
    assert_pdf(&copy);
    let original = issuer.post(&print, &[]);
    assert_pdf(&original);
    let disposition = original.value("content-disposition").expect("it is a file");
    assert!(disposition.contains(&format!("{number}.pdf")), "{disposition}");
    let again = issuer.post(&print, &[]);
    assert_pdf(&again);

    // The mark makes the difference; all else is the same.
    assert_ne!(original.body(), copy.body());
    assert_eq!(again.body(), copy.body());

    let shown = text(&issuer.get(&page));
    assert!(!shown.contains("Print the original") && shown.contains("Original printed"), "{shown}");
    let trail = world.gens.audit(world.session("GH", "auditor"), None).expect("it is read");
    assert_eq!(trail.rows.iter().filter(|line| line.action == "print").count(), 1);
}

#[test]
fn page_in_the_browser_says_what_the_paper_says() {
    let world = World::new();
    let (id, _) = issued(&world);
    let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
    let page = text(&Browser::of(&world, "GH", "trader").get(&format!("certificates/{id}/paper")));
    let code = view.paper_code.expect("it has one");
    for value in [
        "COPY",
        "Malus domestica",
        "In bulk",
        "LOT 2",
        "MARK 1/1",
        "SAMU1234567 (S1, S2)",
        "IP-1",
        "Rotterdam (NLRTM)",
        "2026-03-01",
        "Grown under cover.",
        "Phosphine",
        "2026-02-27",
        &code,
        "Person issuer",
        "12 pallets",
        "1.5 m³",
        "data:image/svg+xml",
        "Nothing &#34;more&#34; to say.",
        "Fruits",
        "HS code",
    ] {
        assert!(page.contains(value), "{value}: {page}");
    }
}

#[test]
fn only_issuing_officers_print_originals_and_only_of_what_is_valid() {
    let world = World::new();
    let draft = world.approved(sample::smallest("US"));
    let mut issuer = Browser::of(&world, "GH", "issuer");
    assert_eq!(issuer.post(&format!("certificates/{draft}/print"), &[]).status(), 409);
    assert_pdf(&issuer.get(&format!("certificates/{draft}/pdf")));

    let (id, _) = issued(&world);
    for name in ["trader", "officer", "inspector", "auditor", "admin"] {
        let mut browser = Browser::of(&world, "GH", name);
        assert_eq!(browser.post(&format!("certificates/{id}/print"), &[]).status(), 403, "{name}");
        assert_pdf(&browser.get(&format!("certificates/{id}/pdf")));
        let denied = world.gens.take_original(world.session("GH", name), id, 1);
        assert!(matches!(denied, Err(ServiceError::Denied(_))), "{name}: {denied:?}");
    }
    let elsewhere = world.gens.take_original(world.session("NL", "issuer"), id, 1);
    assert!(matches!(elsewhere, Err(ServiceError::NotFound)), "{elsewhere:?}");

    let officer = world.session("GH", "issuer");
    world.gens.withdraw(officer, id, "A pest", &World::proof()).expect("it is withdrawn");
    assert_eq!(issuer.post(&format!("certificates/{id}/print"), &[]).status(), 409);
    assert_pdf(&issuer.get(&format!("certificates/{id}/pdf")));
}

#[test]
fn first_print_survives_the_end_of_the_process() {
    let mut world = World::new();
    let (id, _) = issued(&world);
    assert!(world.gens.take_original(world.session("GH", "issuer"), id, 1).expect("it is taken"));
    world.reopen();
    assert!(!world.gens.take_original(world.session("GH", "issuer"), id, 1).expect("it is asked"));
    let view = world.gens.certificate(world.session("GH", "auditor"), id).expect("it is seen");
    assert_eq!(view.printed.expect("it is").user, "Person issuer");
}

#[test]
fn lost_original_has_a_duplicate_that_says_so() {
    let world = World::new();
    let (id, number) = issued(&world);
    let (page, print) = (format!("certificates/{id}"), format!("certificates/{id}/print"));
    let lost = format!("{page}/lost");
    let mut issuer = Browser::of(&world, "GH", "issuer");
    let fields = [("reason", "Fell into the <harbour>"), ("password", PASSWORD)];
    // There is nothing to lose yet.
    assert_eq!(issuer.get(&lost).value("location"), Some(&*format!("/gens/{page}")));
    issuer.post(&lost, &fields);
    let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
    assert!(view.duplicates.is_empty());
    let original = issuer.post(&print, &[]);
    assert_pdf(&original);
    let copy = issuer.post(&print, &[]);

    let shown = text(&issuer.get(&page));
    assert!(shown.contains(&format!("/gens/{lost}\"")), "{shown}");
    let form = text(&issuer.get(&lost));
    assert!(form.contains(&number) && form.contains("name=\"reason\""), "{form}");
    assert_eq!(issuer.post(&lost, &[("password", PASSWORD)]).status(), 422, "without a reason");
    let wrong = [("reason", "Lost"), ("password", "wrong")];
    assert_eq!(issuer.post(&lost, &wrong).status(), 422);
    assert_eq!(issuer.post(&print, &[]).body(), copy.body(), "nothing was declared");
    assert_eq!(issuer.post(&lost, &fields).status(), 303);
    // Sent twice, it is one duplicate.
    assert_eq!(issuer.post(&lost, &fields).status(), 303);

    let shown = text(&issuer.get(&page));
    assert!(shown.contains("Print duplicate original no. 2"), "{shown}");
    assert!(shown.contains("Fell into the &#60;harbour&#62;"), "{shown}");
    let duplicate = issuer.post(&print, &[]);
    assert_pdf(&duplicate);
    for other in [&original, &copy] {
        assert_ne!(duplicate.body(), other.body());
    }
    assert_eq!(issuer.post(&print, &[]).body(), copy.body(), "each original is printed once");
    let shown = text(&issuer.get(&page));
    assert!(shown.contains("<dt>Duplicate original no. 2</dt>"), "{shown}");

    // It can be lost as well.
    let third =
        world.gens.declare_lost(world.session("GH", "issuer"), id, "Coffee", &World::proof());
    assert_eq!(third.expect("it is declared"), 3);
    let next = issuer.post(&print, &[]);
    assert_pdf(&next);
    assert_ne!(next.body(), duplicate.body());

    let trail = world.gens.audit(world.session("GH", "auditor"), None).expect("it is read");
    let lines = |action: &str| {
        let of = trail.rows.iter().filter(|line| line.action == action);
        of.map(|line| line.detail.clone()).collect::<Vec<_>>()
    };
    assert_eq!(lines("lose-original"), ["Coffee", "Fell into the <harbour>"]);
    assert_eq!(lines("print-duplicate"), [format!("{number} (3)"), format!("{number} (2)")]);
    // Whoever holds an earlier one is told by the public page.
    let token = view.token.expect("it has one");
    let public = text(&Browser::new(&world).get(&format!("v/{token}")));
    assert!(public.contains("Duplicate original no. 3"), "{public}");
}

#[test]
fn nobody_else_has_duplicates_and_withdrawn_certificates_have_none() {
    let world = World::new();
    let (id, _) = issued(&world);
    let issuer = world.session("GH", "issuer");
    world.gens.take_original(issuer, id, 1).expect("it is printed");
    let proof = World::proof();
    for name in ["trader", "officer", "inspector", "auditor", "admin"] {
        let denied = world.gens.declare_lost(world.session("GH", name), id, "Lost", &proof);
        assert!(matches!(denied, Err(ServiceError::Denied(_))), "{name}: {denied:?}");
    }
    // There is to be no second one yet.
    assert!(!world.gens.take_original(issuer, id, 2).expect("it is asked"));
    assert_eq!(world.gens.declare_lost(issuer, id, "Lost", &proof).expect("it is declared"), 2);
    let again = world.gens.declare_lost(issuer, id, "Lost", &proof);
    assert!(matches!(again, Err(ServiceError::Busy)), "{again:?}");
    world.gens.withdraw(issuer, id, "A pest", &proof).expect("it is withdrawn");
    let late = world.gens.take_original(issuer, id, 2);
    assert!(matches!(late, Err(ServiceError::Step(_))), "{late:?}");
}

#[test]
fn received_certificates_are_printed_as_copies() {
    let world = World::new();
    let (_, number) = world.issued(sample::full("NL"));
    world.exchange();
    let importer = world.session("NL", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    let id = page.rows[0].id;
    let mut browser = Browser::of(&world, "NL", "importer");
    let pdf = browser.get(&format!("imports/{id}/pdf"));
    assert_pdf(&pdf);
    assert!(pdf.value("content-disposition").expect("a file").contains(&number));
    assert!(text(&browser.get(&format!("imports/{id}/paper"))).contains("COPY"));
    assert!(text(&browser.get(&format!("imports/{id}"))).contains(&format!("imports/{id}/pdf")));
    assert_eq!(
        Browser::of(&world, "GH", "importer").get(&format!("imports/{id}/pdf")).status(),
        404
    );
    world.gens.decide(importer, id, Decision::Accepted, "").expect("it is decided");
    assert_pdf(&browser.get(&format!("imports/{id}/pdf")));
}

#[test]
fn every_paper_in_the_browser_has_its_pdf() {
    let papers = |ending: &str| {
        let all = routes().iter().map(|route| route.pattern);
        all.filter_map(|pattern| pattern.strip_suffix(ending)).collect::<Vec<_>>()
    };
    assert_eq!(papers("/paper"), papers("/pdf"));
}
