//! Lists, searched by what people search by.

use phytohub_gens::domain::{Decision, Receipt, State};
use phytohub_gens::service::{CertificateSearch, CsvList, ImportSearch};
use phytohub_sps::sample::Shape;

use crate::browser::{Browser, text, unescaped};
use crate::sample;
use crate::world::World;

const DAY_MS: i64 = 86_400_000;

#[test]
fn certificates_are_found_by_each_filter_and_by_all_together() {
    let world = World::new();
    let (apples, first) = world.issued(sample::smallest("NL"));
    world.watch.pass_ms(3 * DAY_MS);
    let (pears, second) = world.issued(sample::full("US"));
    let draft = world.draft(sample::smallest("US"));
    let auditor = world.session("GH", "auditor");
    let found = |search: CertificateSearch| {
        let page = world.gens.certificates(auditor, &search, None).expect("it is searched");
        page.rows.into_iter().map(|card| card.id).collect::<Vec<_>>()
    };
    let by = |set: fn(&mut CertificateSearch)| {
        let mut search = CertificateSearch::default();
        set(&mut search);
        found(search)
    };
    assert_eq!(by(|_| ()), [draft, pears, apples]);
    assert_eq!(by(|s| s.destination = "NL".to_owned()), [apples]);
    assert_eq!(by(|s| s.destination = "US".to_owned()), [draft, pears]);
    assert_eq!(by(|s| s.state = Some(State::Draft)), [draft]);
    assert_eq!(by(|s| s.commodity = "pyrus".to_owned()), [pears]);
    assert_eq!(by(|s| s.commodity = "GH".to_owned()), [], "a country is no commodity");
    assert_eq!(by(|s| s.party = "apples".to_owned()), [], "produce is no party");
    assert_eq!(by(|s| s.words = "apples".to_owned()), [draft, pears, apples]);
    assert_eq!(found(CertificateSearch { number: first.clone(), ..Default::default() }), [apples]);
    assert_eq!(found(CertificateSearch { number: second, ..Default::default() }), [pears]);
    let organization = Some(world.organization("GH", "rival"));
    assert_eq!(found(CertificateSearch { organization, ..Default::default() }), []);
    let organization = Some(world.organization("GH", "trader"));
    let of_trader = CertificateSearch { organization, ..Default::default() };
    assert_eq!(found(of_trader.clone()), [draft, pears, apples]);
    // Issued: the first on a day, the second three days later, the draft never.
    let now = world.gens.now_ms();
    let dated = |from_ms, until_ms| {
        found(CertificateSearch { from_ms, until_ms, ..CertificateSearch::default() })
    };
    assert_eq!(dated(Some(now - 4 * DAY_MS), None), [pears, apples]);
    assert_eq!(dated(Some(now - DAY_MS), None), [pears]);
    assert_eq!(dated(None, Some(now - DAY_MS)), [apples]);
    assert_eq!(dated(Some(now + DAY_MS), None), []);
    let together = CertificateSearch {
        destination: "NL".to_owned(),
        commodity: "apples".to_owned(),
        number: first,
        from_ms: Some(now - 4 * DAY_MS),
        ..of_trader
    };
    assert_eq!(found(together.clone()), [apples]);
    assert_eq!(found(CertificateSearch { destination: "US".to_owned(), ..together }), []);
}

#[test]
fn pages_by_date_hold_each_certificate_once() {
    let world = World::new();
    let mut issued: Vec<_> = (0..7).map(|_| world.issued(sample::smallest("NL")).0).collect();
    issued.reverse();
    let auditor = world.session("GH", "auditor");
    let search = CertificateSearch { from_ms: Some(0), rows: 2, ..Default::default() };
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        // All of the same moment: what was shown is told by its id.
        let page = world.gens.certificates(auditor, &search, after).expect("it is listed");
        found.extend(page.rows.into_iter().map(|card| card.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, issued);
    let foreign = world.gens.certificates(
        world.session("NL", "auditor"),
        &search,
        Some(phytohub_gens::service::Cursor::from_number(issued[3].number())),
    );
    assert!(foreign.expect("it is listed").rows.is_empty(), "others' dates are not to be found");
}

#[test]
fn received_certificates_are_found_by_each_filter() {
    let world = World::new();
    let importer = world.session("NL", "importer");
    let mut numbers = Vec::new();
    for (seed, from, spoil) in [(1, "US", false), (2, "GH", true)] {
        let mut certificate = Shape { seed, full: true, ..Shape::default() }.certificate();
        if spoil {
            certificate.officer.clear();
        }
        let content = certificate.to_xml();
        world.hub.deliver(from, "NL", &certificate.number, 70, content.as_bytes());
        world.gens.exchange(false);
        world.watch.pass_ms(2 * DAY_MS);
        numbers.push(certificate.number);
    }
    let (first, second) = (&*numbers[0], &*numbers[1]);
    let found = |search: ImportSearch| {
        let page = world.gens.imports(importer, &search, None).expect("it is searched");
        page.rows.into_iter().map(|card| card.number).collect::<Vec<_>>()
    };
    let none = ImportSearch::default;
    assert_eq!(found(none()), [second, first]);
    assert_eq!(found(ImportSearch { country: "US".to_owned(), ..none() }), [first]);
    assert_eq!(found(ImportSearch { number: second.to_owned(), ..none() }), [second]);
    assert_eq!(found(ImportSearch { receipt: Some(Receipt::Plain), ..none() }), [first]);
    assert_eq!(found(ImportSearch { receipt: Some(Receipt::WithWarning), ..none() }), [second]);
    assert_eq!(found(ImportSearch { receipt: Some(Receipt::Failed), ..none() }), [""; 0]);
    let now = world.gens.now_ms();
    assert_eq!(found(ImportSearch { from_ms: Some(now - 3 * DAY_MS), ..none() }), [second]);
    assert_eq!(found(ImportSearch { until_ms: Some(now - 3 * DAY_MS), ..none() }), [first]);
    let page = world.gens.imports(importer, &none(), None).expect("it is listed");
    let id = page.rows[1].id;
    world.gens.decide(importer, id, Decision::Held, "Laboratory").expect("it is held");
    assert_eq!(found(ImportSearch { decision: Some(Decision::Held), ..none() }), [first]);
    assert_eq!(found(ImportSearch { undecided: true, ..none() }), [second]);
}

#[test]
fn filters_survive_paging_and_go_into_the_file() {
    let world = World::new();
    for _ in 0..51 {
        world.draft(sample::smallest("NL"));
    }
    world.draft(sample::smallest("US"));
    let mut browser = Browser::with_session(&world, "GH", "auditor");
    let page = text(&browser.get("certificates?country=Netherlands&commodity=apples&state=draft"));
    let next = page.split("rel=\"next\" href=\"/gens/").nth(1).expect("there is a second page");
    let next = unescaped(next.split('"').next().expect("an address ends"));
    assert!(next.contains("country=Netherlands&commodity=apples&state=draft&after="), "{next}");
    let second = text(&browser.get(&next));
    assert_eq!(second.matches("scope=\"row\"").count(), 1, "{second}");
    assert!(second.contains("value=\"Netherlands\""), "the form shows what is asked for");
    let csv = page.split("href=\"/gens/certificates.csv").nth(1).expect("the file is offered");
    let csv = unescaped(csv.split('"').next().expect("an address ends"));
    let file = text(&browser.get(&format!("certificates.csv{csv}")));
    assert_eq!(file.lines().count(), 52, "{csv}");
    let all = text(&browser.get("certificates.csv"));
    assert_eq!(all.lines().count(), 53);
    let list = CsvList::Certificates(CertificateSearch {
        destination: "US".to_owned(),
        ..CertificateSearch::default()
    });
    let written = world.gens.csv(world.session("GH", "auditor"), &list, None).expect("written");
    assert_eq!(written.0.lines().count(), 2);
}
