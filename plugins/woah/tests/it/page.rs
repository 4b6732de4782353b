//! What a page shows.

use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{Certificate, render};
use phytohub_sps::{Limits, SpsDocument};

use crate::family::{PROFILE, TYPE, sample};

#[test]
fn page_has_the_boxes_of_the_model() {
    let mut shape = Shape::new(TYPE, 1);
    shape.replaces = Some("NO-2026-1".into());
    let xml = sample("live-cattle", &shape).expect("a commodity").to_xml();
    let reading = SpsDocument::read(xml.as_bytes(), &Limits::default());
    let page =
        render::page(&PROFILE, None, Certificate::new(reading.document.root().expect("one")));
    for item in [
        "I.1", "I.2", "I.3", "I.4", "I.5", "I.6", "I.7", "I.9", "I.10", "I.11", "I.12", "I.13",
        "I.20", "I.23", "II.a", "II",
    ] {
        assert!(page.contains(&format!("<span class=\"item\">{item}</span>")), "{item}\n{page}");
    }
    for said in
        ["Bos taurus", "Holstein", "Replacement certificate for NO-2026-1", "Official veterinarian"]
    {
        assert!(page.contains(said), "{said}");
    }
}
