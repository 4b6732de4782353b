use std::collections::BTreeSet;

use super::*;

fn arabic() -> &'static Locale {
    Locale::of("ar").expect("there is Arabic")
}

/// The lists of all that is shown by name, in forms and on certificates.
const SHOWN: &[(Coded, &[CodeListName])] = &[
    (Coded::Country, &[CodeListName::Countries]),
    (Coded::Package, &[CodeListName::PackageTypes]),
    (Coded::Weight, &[CodeListName::UnitMeasures, CodeListName::CountingUnits]),
    (Coded::Mode, &[CodeListName::TransportModes]),
    (Coded::Treatment, &[CodeListName::TreatmentTypes]),
    (Coded::Declaration, &[CodeListName::AdditionalDeclarations]),
    (Coded::Use, &[CodeListName::IntendedUses]),
    (Coded::Plant, &[CodeListName::ProductDescriptions]),
    (Coded::Condition, &[CodeListName::Conditions]),
];

#[test]
fn every_name_of_a_code_is_had_in_every_language() {
    let mut missing = Vec::new();
    for locale in Locale::all().iter().filter(|locale| locale.tag() != "en") {
        for (coded, lists) in SHOWN {
            for row in lists.iter().flat_map(|name| code_list(*name).rows().iter()) {
                let key = format!("{}-{}", coded.key(), row.code());
                // Some lists have languages of their own.
                let listed = row.lang().is_some_and(|lang| {
                    lang == locale.tag()
                        || code_list(coded.name()).row(row.code(), locale.tag()).is_some()
                });
                if locale.own(&key).is_none() && !listed {
                    missing.push(format!("{}: {key}", locale.tag()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "shown in English: {missing:#?}");
}

#[test]
fn names_in_files_are_of_codes_that_exist() {
    let known: BTreeSet<String> = SHOWN
        .iter()
        .flat_map(|(coded, lists)| lists.iter().map(move |list| (coded, *list)))
        .flat_map(|(coded, list)| {
            code_list(list).rows().iter().map(move |row| format!("{}-{}", coded.key(), row.code()))
        })
        .chain(["declaration-free".to_owned()])
        .collect();
    let kinds: Vec<String> = SHOWN.iter().map(|(coded, _)| format!("{}-", coded.key())).collect();
    for locale in Locale::all() {
        let named = locale.keys().filter(|key| kinds.iter().any(|kind| key.starts_with(kind)));
        let unknown: Vec<&str> = named.filter(|key| !known.contains(*key)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", locale.tag());
    }
}

#[test]
fn what_a_language_lacks_is_shown_in_english() {
    let french = Locale::of("xx").unwrap_or_else(Locale::english);
    assert_eq!(Coded::Country.label("KE", french), "Kenya");
    assert_eq!(Coded::Country.label("KE", arabic()), "كينيا");
    assert_eq!(Coded::Country.label("QQ", arabic()), "QQ");
}

#[test]
fn arabic_lists_are_in_the_order_of_their_file_and_english_ones_by_name() {
    let first = |locale| Coded::Country.choices(locale).first().map(|one| one.value.clone());
    assert_eq!(first(Locale::english()).as_deref(), Some("Afghanistan (AF)"));
    assert_eq!(first(arabic()).as_deref(), Some("آيسلندا (IS)"));
    let names: Vec<String> =
        Coded::Country.choices(Locale::english()).into_iter().map(|one| one.value).collect();
    let place = |name: &str| names.iter().position(|one| one.starts_with(name));
    assert!(place("Afghanistan") < place("Åland") && place("Åland") < place("Albania"));
}

#[test]
fn names_of_either_language_become_codes() {
    for typed in ["كينيا (KE)", "كينيا", "Kenya", "ke"] {
        assert_eq!(Coded::Country.parsed(typed, arabic()), "KE", "{typed}");
    }
}

#[test]
fn words_are_shown_in_the_language_of_the_reader_and_carried_in_english() {
    assert_eq!(Coded::Use.shown("Consumption", arabic()), "الاستهلاك");
    assert_eq!(Coded::Use.parsed("الاستهلاك", arabic()), "Consumption");
    assert_eq!(Coded::Use.parsed("Consumption", arabic()), "Consumption");
    assert_eq!(Coded::Use.parsed("my own words", arabic()), "my own words");
    assert_eq!(Coded::Use.shown("my own words", arabic()), "my own words");
}

#[test]
fn declaration_is_worded_in_the_language_of_the_certificate() {
    assert!(Coded::wording("tested", "ar").starts_with("اختُبرت"));
    assert!(Coded::wording("tested", "ar").contains("{pests}"));
    assert!(Coded::wording("tested", "en").starts_with("The consignment"));
    // The list itself has French, though the pages have not.
    assert_ne!(Coded::wording("tested", "fr"), Coded::wording("tested", "en"));
    assert_eq!(Coded::wording("tested", "xx"), Coded::wording("tested", "en"));
}

#[test]
fn units_have_symbols() {
    let check = |unit: &str, expected: &str| assert_eq!(symbol(unit), expected);
    check("KGM", "kg");
    check("CEL", "°C");
    check("A93", "g/m³");
    check("H87", "H87");
}

#[test]
fn packages_that_plants_do_not_travel_in_are_understood_and_not_suggested() {
    let choices = Coded::Package.choices(arabic());
    let is_offered =
        |code: &str| choices.iter().any(|one| one.value.ends_with(&format!("({code})")));
    assert!(is_offered("CT") && is_offered("PX") && !is_offered("WG") && !is_offered("YV"));
    assert_eq!(Coded::Package.parsed("WG", arabic()), "WG");
}
