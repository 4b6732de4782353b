//! What others wrote is text on every page, and pages bring nothing along that a policy forbids.

use phytohub_gens::web::POLICY;

use crate::browser::{Browser, field, text};
use crate::sample;
use crate::world::World;

const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";

#[test]
fn what_people_type_is_escaped_on_every_page() {
    let world = World::new();
    let mut trader = Browser::of(&world, "GH", "trader");
    let made = trader.post("certificates/new", &[]);
    let edit = made.value("location").expect("it leads to the form").replace("/gens/", "");
    let page = text(&trader.get(&edit));
    let names: Vec<String> = page
        .split(" name=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| name.contains('.') || ["destination", "marks"].contains(name))
        .map(ToOwned::to_owned)
        .collect();
    assert!(names.len() > 15, "{names:?}");
    let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (&**name, EVIL)).collect();
    let inner = [
        "transit.0",
        "containers.0.number",
        "containers.0.seals",
        "declarations.0.text",
        "lines.0.origins.0.country",
        "lines.0.origins.0.region",
        "lines.0.packages.0.kind",
        "lines.0.packages.0.quantity",
        "lines.0.treatments.0.chemical",
        "lines.0.treatments.0.information",
        "lines.0.declarations.0.text",
        "import_permit",
        "official_information",
    ];
    fields.extend(inner.map(|name| (name, EVIL)));
    let revision = field(&page, "revision").expect("the form carries it");
    fields.push(("revision", &revision));
    let id = edit.trim_end_matches("/edit").to_owned();
    let saved = trader.post(&format!("{id}/save"), &fields);
    assert_eq!(saved.status(), 303, "{}", text(&saved));
    let mut officer = Browser::of(&world, "GH", "officer");
    let pages = [
        text(&trader.get(&edit)),
        text(&trader.get(&id)),
        text(&trader.get(&format!("{id}/paper"))),
        text(&trader.get("")),
        text(&officer.get("certificates?q=%3Cscript%3E%22")),
        text(&officer.get(&format!("{id}/paper"))),
    ];
    for page in pages {
        for mark in ["<script>alert", "<img src=x"] {
            assert!(!page.contains(mark), "{page}");
        }
    }
    // The control: it is there, as text.
    assert!(text(&trader.get(&edit)).contains("&#60;script&#62;alert(1)"));
}

#[test]
fn received_certificates_are_text_and_nothing_else() {
    let world = World::new();
    let mut hostile = sample::smallest("GH");
    hostile.lines[0].produce = EVIL.to_owned();
    hostile.exporter.name = EVIL.to_owned();
    let facts = phytohub_gens::domain::IssueFacts {
        number: EVIL.to_owned(),
        status: 70,
        issued: "2026-03-04T10:11:12Z".to_owned(),
        country: "NL".to_owned(),
        ..Default::default()
    };
    let xml = phytohub_gens::domain::certificate(&hostile, &facts, &[]).to_xml();
    world.hub.deliver("NL", "GH", EVIL, 70, xml.as_bytes());
    world.exchange();
    let mut browser = Browser::of(&world, "GH", "importer");
    let list = text(&browser.get("imports"));
    let path = list.split("href=\"/gens/imports/").nth(1).expect("it is listed");
    let id = path.split('"').next().expect("an address ends").to_owned();
    let shown = text(&browser.get(&format!("imports/{id}")));
    let paper = text(&browser.get(&format!("imports/{id}/paper")));
    for page in [list, shown.clone(), paper.clone()] {
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        assert!(page.contains("&#60;script&#62;"), "{page}");
    }
    let xml = browser.get(&format!("imports/{id}/xml"));
    let saved = xml.value("content-disposition").expect("it is to be saved");
    assert!(saved.starts_with("attachment; filename=\""), "{saved}");
    assert!(!saved.contains('<') && saved.matches('"').count() == 2, "{saved}");
}

#[test]
fn every_page_carries_its_policy_and_nothing_inline() {
    let world = World::new();
    let (id, _) = world.issued(sample::full("NL"));
    let mut browser = Browser::of(&world, "GH", "issuer");
    for path in ["", "account", "certificates"] {
        check_page(&browser.get(path));
    }
    check_page(&browser.get(&format!("certificates/{id}")));
    check_page(&browser.get(&format!("certificates/{id}/paper")));
    check_page(&Browser::new(&world).get("log-in"));
    check_page(&Browser::of(&world, "GH", "trader").get("statistics"));
}

fn check_page(answer: &phytohub_gens::web::Answer) {
    assert_eq!(answer.status(), 200, "{}", text(answer));
    assert_eq!(answer.value("content-security-policy"), Some(POLICY));
    assert_eq!(answer.value("x-content-type-options"), Some("nosniff"));
    let page = text(answer);
    for inline in [" style=", "<style", " onclick=", " onload=", "javascript:"] {
        assert!(!page.contains(inline), "{inline}: {page}");
    }
    assert_eq!(page.matches("<script").count(), page.matches("<script src=").count());
    assert!(page.len() < 100 * 1024, "{} bytes", page.len());
}
