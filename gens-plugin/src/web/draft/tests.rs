use super::*;

fn form(fields: &[(&str, &str)]) -> Form {
    Form::of(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn values(section: Section) -> Vec<(String, String)> {
    let own = section.fields.into_iter().chain(section.more);
    let own = own.map(|field| (field.name, field.value));
    own.chain(section.parts.into_iter().flat_map(values)).collect()
}

#[test]
fn findings_are_counted_by_section_and_told_beside_their_fields() {
    let mut sections = sections(&Draft::default(), "", Locale::english());
    let finding = |field: &str| FindingView {
        tone: "bad",
        level: String::new(),
        place: String::new(),
        text: "Needed.".to_owned(),
        field: field.to_owned(),
    };
    let found = ["lines-0-produce", "lines-0-origins-0", "exporter-name", "", "nowhere"];
    mark(&mut sections, &found.map(finding), true);
    let counts: Vec<(&str, usize)> = sections
        .iter()
        .filter(|section| section.found > 0)
        .map(|section| (&*section.id, section.found))
        .collect();
    assert_eq!(counts, [("parties", 1), ("lines", 2)]);
    let produce = sections.iter_mut().find_map(|section| section.field_mut("lines-0-produce"));
    assert_eq!(produce.map(|field| &*field.error), Some("Needed."));
}

#[test]
fn form_of_a_draft_becomes_the_same_draft() {
    let locale = Locale::english();
    let draft = Draft {
        destination: "NL".into(),
        transit: vec!["DE".into(), "BE".into()],
        lines: vec![Line {
            produce: "Green <beans> & \"peas\"".into(),
            packages: vec![crate::domain::Package { kind: "CT".into(), quantity: "12".into() }],
            origins: vec![crate::domain::Origin { country: "KE".into(), region: "Nakuru".into() }],
            ..Default::default()
        }],
        ..Draft::default()
    };
    let fields = sections(&draft, "", locale).into_iter().flat_map(values);
    let (again, asked) = parsed(&Form::of(fields), locale);
    assert_eq!(asked, Asked::Save);
    let mut expected = draft;
    // What is chosen from a list and was empty becomes the first choice only in a browser.
    expected.transports.clear();
    assert_eq!(again, expected);
}

#[test]
fn foreign_names_and_absurd_places_are_left_out() {
    let names = [
        "lines.9999.produce",
        "lines.-1.produce",
        "lines.0.nothing",
        "lines.0.treatments.0.origins.0.country",
        "exporter",
        "destination.x",
        "csrf",
    ];
    for name in names {
        let (draft, _) = parsed(&form(&[(name, "x")]), Locale::english());
        assert_eq!(draft, Draft::default(), "{name}");
    }
    let (draft, _) = parsed(&form(&[("lines.2.produce", "x")]), Locale::english());
    assert_eq!(draft.lines.len(), 1);
}

#[test]
fn entries_are_removed_and_asked_for() {
    let fields = [("transit.0", "Germany"), ("transit.1", "fr"), ("do", "remove:transit.0")];
    let (draft, _) = parsed(&form(&fields), Locale::english());
    assert_eq!(draft.transit, ["FR"]);
    let (_, asked) = parsed(&form(&[("do", "add:lines.0.origins")]), Locale::english());
    assert_eq!(asked, Asked::Add("lines.0.origins".into()));
}

#[test]
fn countries_are_understood_by_name_and_code() {
    for typed in ["Kenya (KE)", "KE", "ke", "kenya"] {
        let (draft, _) = parsed(&form(&[("destination", typed)]), Locale::english());
        assert_eq!(draft.destination, "KE", "{typed}");
    }
}

#[test]
fn digits_of_arabic_keyboards_are_understood() {
    let fields = [("lines.0.net_weight.value", "١٢٬٥٠٠٫٥")];
    let (draft, _) = parsed(&form(&fields), Locale::english());
    assert_eq!(draft.lines.first().map(|line| &*line.net_weight.value), Some("12500.5"));
}

#[test]
fn fields_are_named_with_the_parts_that_they_lie_in() {
    let check = |field: &str, expected: &str| {
        assert_eq!(place(field, Locale::english()), expected, "{field}");
    };
    check("exporter.name", "Name of the exporter");
    check("lines.1.produce", "Line 2, Name of produce");
    check("lines.0.packages.2", "Line 1, Packages 3");
    check("lines.0.treatments.1.chemical", "Line 1, Treatment 2, Active ingredient");
    check("transit.1", "Country 2");
    check("transports", "Means of conveyance");
    check("exporter", "");
    check("", "");
    let arabic = Locale::of("ar").expect("there is Arabic");
    assert!(place("lines.1.produce", arabic).contains("السطر 2"));
}

#[test]
fn certificates_are_offered_in_languages_that_have_the_words_of_the_paper() {
    let all = sections(&Draft::default(), "", Locale::english());
    let offered = all.iter().flat_map(|section| &section.fields).find(|one| one.name == "language");
    let tags: Vec<&str> =
        offered.iter().flat_map(|field| &field.choices).map(|one| &*one.value).collect();
    // A draft that is older than the choice keeps what it has.
    assert_eq!(tags, ["ar", "en", ""]);
    let draft = Draft { language: "es".into(), ..Draft::default() };
    let kept = sections(&draft, "", Locale::english());
    let field = kept.iter().flat_map(|section| &section.fields).find(|one| one.name == "language");
    assert_eq!(field.map(|one| &*one.value), Some("es"));
}
