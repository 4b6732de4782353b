use super::*;
use crate::code::Message;
use crate::sample::{Case, Shape};

fn rendered(shape: &Shape) -> String {
    let xml = shape.notification().to_xml();
    let reading = Notification::read(xml.as_bytes());
    page(&reading.notification().expect("a notification"), "en")
}

#[test]
fn the_ten_elements_of_ispm_13_are_shown() {
    let page = rendered(&Shape::new(Case::Pest, Message::Issued, 1));
    for item in 1..=10 {
        assert!(page.contains(&format!("<span class=\"item\">{item}</span>")), "{item}");
    }
    for said in [
        "-NNC-2026-00001",
        "17 November 2026, 09:30 UTC",
        "Plant Health Service of",
        "Bactrocera dorsalis, Oriental fruit fly, DACUDO",
        "Specified regulated pest detected",
        "Larva, Pupa",
        "420 kg",
        "Treated",
        "14 November 2026, 15:00 UTC",
        "diagnostic-report.pdf",
        "Officer 101",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("<script") && page.starts_with("<!DOCTYPE html>"));
}

#[test]
fn every_sample_has_a_page() {
    for case in Case::ALL {
        for message in Message::ALL {
            let page = rendered(&Shape::new(case, message, 3));
            assert!(page.ends_with("</html>\n") && page.contains("</article>"));
        }
    }
}

#[test]
fn texts_cannot_become_markup() {
    let mut sample = Shape::new(Case::Pest, Message::Issued, 1).notification();
    let evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\u{202E}&amp;";
    for finding in &mut sample.findings {
        finding.description = Some(evil.to_owned());
    }
    sample.sps.number = evil.to_owned();
    sample.notifying.party.name = evil.to_owned();
    let xml = sample.to_xml();
    let reading = Notification::read(xml.as_bytes());
    let page = page(&reading.notification().expect("a notification"), "en");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202E}'));
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn policy_names_the_style_sheet_by_its_hash() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE));
    assert!(POLICY.contains(&format!("'sha256-{hash}'")), "style-src 'sha256-{hash}'");
    let page = rendered(&Shape::new(Case::Pest, Message::Issued, 1));
    assert!(page.contains(&format!("<style>{STYLE}</style>")));
}

#[test]
fn other_languages_fall_back_to_english() {
    let xml = Shape::new(Case::Pest, Message::Issued, 1).notification().to_xml();
    let reading = Notification::read(xml.as_bytes());
    let notification = reading.notification().expect("a notification");
    assert_eq!(page(&notification, "en-GB"), page(&notification, "xx"));
}
