//! What a page shows.

use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{Certificate, render};
use phytohub_sps::{Limits, SpsDocument};

use crate::family::{PROFILE, TYPE, sample};

#[test]
fn page_has_the_fields_of_the_model() {
    let mut shape = Shape::new(TYPE, 1);
    shape.replaces = Some("NO-2026-1".into());
    let xml = sample("meat", &shape).expect("a commodity").to_xml();
    let reading = SpsDocument::read(xml.as_bytes(), &Limits::default());
    let page =
        render::page(&PROFILE, None, Certificate::new(reading.document.root().expect("one")));
    for item in 1..=17 {
        assert!(page.contains(&format!("<span class=\"item\">{item}</span>")), "{item}\n{page}");
    }
    for said in ["Ovis aries", "Slaughterhouse: Sample Abattoir", "Official inspector", "LOT-"] {
        assert!(page.contains(said), "{said}");
    }
}
