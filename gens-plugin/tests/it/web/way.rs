//! A certificate's form, and its way through the pages.

use phytohub_gens::domain::{Right, Role};

use crate::browser::{Browser, field, text};
use crate::sample;
use crate::world::{PASSWORD, World};

#[test]
fn form_of_a_certificate_is_small_and_complete_in_both_languages() {
    let world = World::new();
    let id = world.draft(sample::full("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    for (tag, direction, word) in [("en", "ltr", "Save"), ("ar", "rtl", "حفظ")] {
        let answer = browser.get(&format!("certificates/{id}/edit?lang={tag}"));
        let page = text(&answer);
        assert!(page.contains(&format!("lang=\"{tag}\" dir=\"{direction}\"")), "{page}");
        assert!(page.contains(word), "{page}");
        assert!(page.len() < 100 * 1024, "{} bytes", page.len());
        // The language is kept.
        assert!(text(&browser.get("")).contains(&format!("dir=\"{direction}\"")));
    }
}

#[test]
fn saving_by_itself_answers_what_there_is_to_correct() {
    let world = World::new();
    let id = world.draft(sample::smallest("NL"));
    let mut browser = Browser::of(&world, "GH", "trader");
    let path = format!("certificates/{id}/autosave");
    let answer = browser.post(&path, &[("revision", "2"), ("destination", "Kenya (KE)")]);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(answer.value("x-revision"), Some("3"));
    assert!(text(&answer).contains("class=\"bad\""), "{}", text(&answer));
    // Somebody else was faster: nothing is overwritten.
    let answer = browser.post(&path, &[("revision", "2"), ("destination", "FR")]);
    assert_eq!(answer.status(), 409);
    assert!(text(&browser.get(&format!("certificates/{id}/edit"))).contains("Kenya (KE)"));
}

#[test]
fn certificate_goes_its_way_through_the_pages() {
    let world = World::new();
    let mut trader = Browser::of(&world, "GH", "trader");
    let id = world.draft(sample::full("NL"));
    let path = format!("certificates/{id}");
    let step = |browser: &mut Browser, step: &str, fields: &[(&str, &str)]| {
        let path = format!("{path}/steps/{step}");
        let page = text(&browser.get(&path));
        let revision = field(&page, "revision").unwrap_or_default();
        let mut all = vec![("revision", &*revision)];
        all.extend(fields);
        browser.post(&path, &all).status()
    };
    assert_eq!(step(&mut trader, "submit", &[]), 303);
    let mut officer = Browser::of(&world, "GH", "officer");
    assert!(text(&officer.get("")).contains(&path));
    assert_eq!(step(&mut officer, "return", &[]), 422);
    assert_eq!(step(&mut officer, "return", &[("reason", "Consignee?")]), 303);
    assert!(text(&trader.get(&format!("{path}/edit"))).contains("Consignee?"));
    assert_eq!(step(&mut trader, "submit", &[]), 303);
    assert_eq!(step(&mut Browser::of(&world, "GH", "inspector"), "inspect", &[]), 303);
    assert_eq!(step(&mut officer, "approve", &[]), 303);
    let mut issuer = Browser::of(&world, "GH", "issuer");
    assert_eq!(step(&mut issuer, "issue", &[("password", "wrong")]), 422);
    assert_eq!(step(&mut issuer, "issue", &[("password", PASSWORD)]), 303);
    world.exchange();
    assert!(text(&issuer.get(&path)).contains("Delivered"));
    let mut importer = Browser::of(&world, "NL", "importer");
    let home = text(&importer.get(""));
    let import = home.split("href=\"/gens/imports/").nth(1).expect("it waits");
    let import = format!("imports/{}", import.split('"').next().unwrap_or_default());
    assert!(text(&importer.get(&import)).contains("Apples"));
    let decide = format!("{import}/decide");
    assert_eq!(importer.post(&decide, &[("decision", "rejected")]).status(), 422);
    assert_eq!(importer.post(&decide, &[("decision", "accepted")]).status(), 303);
    assert!(text(&importer.get(&import)).contains("Accepted"));
    let fields = [("reason", "Error"), ("password", PASSWORD)];
    assert_eq!(step(&mut issuer, "withdraw", &fields), 303);
    assert!(text(&issuer.get(&format!("{path}/paper"))).contains("WITHDRAWN"));
    // An applicant approves nothing, whatever is sent.
    assert!([303, 403].contains(&step(&mut trader, "approve", &[])));
    assert!(!Role::Applicant.rights().has(Right::Approve));
}
