//! What must hold for any bytes.

use phytohub_non_compliance::sample::{Case, Shape};
use phytohub_non_compliance::{Message, Notification, render};
use phytohub_sps::Level;
use proptest::prelude::*;

fn answer(bytes: &[u8]) {
    let reading = Notification::read(bytes).validated();
    match reading.notification() {
        Some(notification) => {
            let page = render::page(&notification, "en");
            assert!(page.ends_with("</html>\n") && !page.contains("<script"));
            let _ = (notification.concerned_countries(), notification.response_due_ms());
            let _ = (notification.certificate(), notification.countries());
        }
        None => assert!(reading.is_severe(), "no notification and nothing grave"),
    }
    for finding in &reading.findings {
        assert!(finding.offset <= bytes.len().max(reading.tree.text().len()));
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    (0..Case::ALL.len(), 0..Message::ALL.len(), any::<u64>())
        .prop_map(|(case, message, seed)| Shape::new(Case::ALL[case], Message::ALL[message], seed))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        answer(&bytes);
    }

    #[test]
    fn samples_are_sound_and_repeatable(shape in shapes()) {
        let xml = shape.notification().to_xml();
        prop_assert_eq!(&xml, &shape.notification().to_xml());
        let reading = Notification::read(xml.as_bytes()).validated();
        let wrong = reading.findings.iter().filter(|finding| finding.level > Level::Info);
        let wrong: Vec<_> = wrong.collect();
        // A preliminary notification has no action yet and may say so.
        let spared = |rule| ["NC-MAN-017"].contains(&rule) && shape.message == Message::Preliminary;
        prop_assert!(wrong.iter().all(|finding| spared(finding.rule)), "{:?}", wrong);
        let notification = reading.notification().expect("a notification");
        prop_assert_eq!(notification.message(), Some(shape.message));
    }

    #[test]
    fn mutated_samples_get_an_answer(
        shape in shapes(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[<>&;/='\"!?a-z0-9: -]{0,12}"), 1..6),
    ) {
        let mut bytes = shape.notification().to_xml().into_bytes();
        for (at, length, text) in cuts {
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, text.into_bytes());
            if bytes.is_empty() {
                break;
            }
        }
        answer(&bytes);
    }

    #[test]
    fn elements_moved_about_get_an_answer(
        shape in shapes(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..8),
    ) {
        let xml = shape.notification().to_xml();
        let mut lines: Vec<&str> = xml.lines().collect();
        for (from, to) in moves {
            let line = lines.remove(from.index(lines.len()));
            lines.insert(to.index(lines.len() + 1), line);
        }
        answer(lines.join("\n").as_bytes());
    }
}
