use std::collections::BTreeSet;

use super::*;

fn arabic() -> &'static Locale {
    Locale::of("ar").expect("there is Arabic")
}

#[test]
fn every_rule_has_a_text_in_every_language_and_says_what_was_found() {
    let mut lacking = Vec::new();
    for locale in Locale::all() {
        for rule in rules() {
            let key = format!("rule-{}", rule.id);
            let Some(text) = locale.own_filled(&key, "value", "VALUE") else {
                lacking.push(format!("{}: {key}", locale.tag()));
                continue;
            };
            let says = text.contains("VALUE");
            assert!(!says || rule.text.contains("{}"), "{}: {key} names what is not", locale.tag());
        }
        let known: BTreeSet<String> = rules().map(|rule| format!("rule-{}", rule.id)).collect();
        let unknown: Vec<&str> =
            locale.keys().filter(|key| key.starts_with("rule-") && !known.contains(*key)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", locale.tag());
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[test]
fn every_tag_of_a_note_has_a_name_in_every_language() {
    for locale in Locale::all().iter().filter(|locale| locale.tag() != "en") {
        for list in [CodeListName::NoteSubjects, CodeListName::TreatmentTags] {
            for row in code_list(list).rows().iter() {
                let key = format!("note-{}", row.code());
                assert!(locale.own(&key).is_some(), "{}: {key}", locale.tag());
            }
        }
    }
}

/// What a rule's text becomes, and what of it is taken out again.
#[test]
fn what_was_found_is_taken_out_of_the_english_text() {
    let check = |rule: &str, text: &str, value: &str, path: &str| {
        let parts = Parts::of(rule, text);
        assert_eq!((parts.value, parts.path), (value, path), "{text}");
    };
    check(
        "PC-MAP-014",
        "the packaging 'XQ' is not in the list at SPSConsignment/A[1]/TypeCode: write a code of \
         UN/ECE Recommendation 21",
        "XQ",
        "SPSConsignment/A[1]/TypeCode",
    );
    check(
        "PC-MAND-010",
        "the exporter's name is missing at SPSConsignment/B: write it",
        "",
        "SPSConsignment/B",
    );
    check("PC-XML-001", "not well-formed XML: stopped at SPS end", "stopped at SPS end", "");
    check("PC-XML-002", "there is nothing in the document: send the certificate's XML", "", "");
    check("PC-NEW-001", "something at SPSConsignment: do", "", "");
}

#[test]
fn all_rules_can_be_taken_apart() {
    for rule in rules() {
        let what = rule.text.replace("{}", "it's at: here");
        let help = if rule.help.is_empty() { String::new() } else { format!(": {}", rule.help) };
        let text = format!("{what} at SPSConsignment/ImportSPSCountry/ID{help}");
        let parts = Parts::of(rule.id.as_str(), &text);
        let expected = if rule.text.contains("{}") { "it's at: here" } else { "" };
        assert_eq!(parts.value, expected, "{text}");
        assert_eq!(parts.path, "SPSConsignment/ImportSPSCountry/ID", "{text}");
    }
}

#[test]
fn finding_is_told_in_the_language_of_the_reader_with_the_name_of_its_field() {
    let line = "SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem[2]";
    let kept = [format!(
        "WARNING PC-MAP-014 Mapping: the packaging 'XQ' is not in the list at \
         {line}/PhysicalSPSPackage[1]/TypeCode: write a code of UN/ECE Recommendation 21"
    )];
    let one = |locale| of_received(&kept, locale).pop().expect("there is one");
    let english = one(Locale::english());
    assert_eq!(english.place, "Line 2, Packages 1");
    assert_eq!(english.text, "There is no kind of package “XQ”. Choose one from the list.");
    let arabic = one(arabic());
    assert_eq!(arabic.level, "تحذير");
    assert!(
        arabic.place.contains("السطر 2") && arabic.place.contains("الطرود 1"),
        "{}",
        arabic.place
    );
    assert!(arabic.text.contains("«\u{2068}XQ\u{2069}»"), "{}", arabic.text);
}

#[test]
fn what_was_found_cannot_turn_the_text_around() {
    let kept =
        ["WARNING PC-MAP-016 Mapping: the country '\u{202e}\u{2069}AB' is not in ISO 3166-1: \
                 write its two letters"
            .to_owned()];
    let told = of_received(&kept, arabic()).pop().expect("there is one");
    assert!(told.text.contains("\u{2068}AB\u{2069}") && !told.text.contains('\u{202e}'));
}

#[test]
fn tags_and_sides_are_told_as_people_know_them() {
    let check = |rule: &str, value: &str, expected: &str| {
        assert_eq!(shown(rule, value, Locale::english()), expected);
    };
    check("PC-MAP-006", "ADIPEDL", "Number of the import permit");
    check("PC-MAP-006", "ELSE", "ELSE");
    check("PC-MAP-013", "ADIPEDL", "ADIPEDL");
    check("PC-HDR-001", "'A-1', the header 'A-2'", "A-1 ≠ A-2");
    check("PC-HDR-004", "'KE', the connection serves NL, BE", "KE ≠ NL, BE");
}

#[test]
fn rule_of_a_later_hub_is_told_as_the_hub_tells_it() {
    let kept = ["SEVERE PC-NEW-001 Mapping: something new is wrong: mend it".to_owned()];
    let told = of_received(&kept, arabic()).pop().expect("there is one");
    assert_eq!((told.text.as_str(), told.tone), ("something new is wrong: mend it", "bad"));
}
