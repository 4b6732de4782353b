//! What must hold of any bytes, whichever family of certificates they are taken for.

use phytohub_official_certificate::sample::Shape;
use phytohub_official_certificate::{Certificate, judge, render};
use phytohub_sps::{Limits, SpsDocument};
use proptest::prelude::*;

use crate::edit::judged;
use crate::family::{COMMODITIES, GOODS, PROFILE, STYLE, TYPE, sample};

fn answer(bytes: &[u8]) {
    let judgement = judge(&PROFILE, None, bytes, None, &|| false);
    let reading = SpsDocument::read(bytes, &Limits::default());
    assert!(reading.is_well_formed() || judgement.is_severe(), "neither read nor refused");
    for finding in &judgement.findings {
        assert!(finding.offset <= bytes.len().max(reading.document.text().len()));
    }
    if let Some(root) = reading.document.root() {
        let certificate = Certificate::new(root);
        let page = render::page(&PROFILE, None, certificate);
        assert!(page.ends_with("</html>\n") && !page.contains("<script"));
        let mut terms = 0;
        certificate.terms(&mut |_, _| {
            terms += 1;
            true
        });
        assert!(terms <= 100);
    }
}

fn samples() -> impl Strategy<Value = String> {
    (0..COMMODITIES.len(), any::<u64>(), 1_usize..4, any::<bool>(), any::<bool>()).prop_map(
        |(at, seed, lines, replaces, withdrawn)| {
            let mut shape = Shape::new(TYPE, seed);
            shape.lines = lines;
            shape.replaces = replaces.then(|| "NO-2026-1".to_owned());
            shape.status = if withdrawn { 40 } else { 70 };
            COMMODITIES[at].draft(&STYLE, &shape).to_xml()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        answer(&bytes);
    }

    #[test]
    fn samples_are_without_findings(xml in samples()) {
        let judgement = judged(&PROFILE, &xml);
        prop_assert!(judgement.findings.is_empty(), "{:?}\n{}", judgement.findings, xml);
    }

    #[test]
    fn mutated_and_truncated_samples_get_an_answer(
        xml in samples(),
        end in any::<prop::sample::Index>(),
        truncated in any::<bool>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[<>&;/='\"!?a-z0-9: -]{0,12}"), 0..6),
    ) {
        let mut bytes = xml.into_bytes();
        for (at, length, text) in cuts {
            let start = at.index(bytes.len());
            let stop = (start + length).min(bytes.len());
            bytes.splice(start..stop, text.into_bytes());
        }
        if truncated {
            let end = end.index(bytes.len());
            bytes.truncate(end);
        }
        answer(&bytes);
    }

    #[test]
    fn texts_cannot_become_markup(text in ".{0,40}") {
        let evil = format!("<script>{text}</script>\"'><img src=x>\u{202E}&amp;");
        let mut draft = sample(GOODS, &Shape::new(TYPE, 1)).expect("a commodity");
        draft.number = evil.clone();
        draft.consignor.name = evil.clone();
        draft.notes.push((evil.clone(), evil.clone()));
        draft.clauses.push((evil.clone(), evil.clone()));
        for line in &mut draft.lines {
            line.description = evil.clone();
            line.batch = Some(evil.clone());
            line.notes.push((evil.clone(), evil.clone()));
            for process in &mut line.processes {
                process.activity = evil.clone();
                process.operator.name = evil.clone();
            }
        }
        let xml = draft.to_xml();
        let reading = SpsDocument::read(xml.as_bytes(), &Limits::default());
        let root = reading.document.root().expect("a root");
        let page = render::page(&PROFILE, None, Certificate::new(root));
        prop_assert!(!page.contains("<script") && !page.contains("<img"));
        prop_assert!(!page.contains(TURNED));
        prop_assert!(page.contains("&lt;script&gt;"));
    }
}

#[test]
fn samples_are_repeatable_and_differ_by_seed() {
    for commodity in COMMODITIES {
        let xml = |seed| sample(commodity.name, &Shape::new(TYPE, seed)).expect("one").to_xml();
        assert_eq!(xml(5), xml(5));
        assert_ne!(xml(5), xml(6));
    }
    assert!(sample("unicorn", &Shape::new(TYPE, 1)).is_none());
}

/// Turns the direction of what follows.
const TURNED: char = '\u{202E}';
