use std::fmt::Write as _;

use super::look::{all_said, assert_sound, pages, said, squeezed};
use super::*;

/// All values of a sheet.
fn values(sheet: &Sheet) -> Vec<String> {
    let mut all = vec![sheet.title.clone(), sheet.number.clone()];
    all.extend(sheet.small.clone());
    for part in &sheet.parts {
        all.push(part.title.clone());
        match &part.body {
            Body::Fields(fields) => {
                all.extend(fields.iter().flat_map(|one| [one.label.clone(), one.value.clone()]));
            }
            Body::Rows { columns, rows, .. } => {
                all.extend(columns.iter().map(|column| column.label.clone()));
                let cells = rows.iter().flatten();
                all.extend(
                    cells.flat_map(|cell| [&cell.text].into_iter().chain(&cell.more)).cloned(),
                );
            }
            Body::Texts { texts, .. } => all.extend(texts.clone()),
        }
    }
    all
}

#[test]
fn usual_sheet_has_everything_on_one_page() {
    let sheet = sheet(3);
    assert_sound(&sheet);
    assert_eq!(pages(&sheet).len(), 1);
    let said = all_said(&sheet);
    for value in values(&sheet) {
        assert!(said.contains(&squeezed(&value)), "{value}");
    }
    for text in ["ABCD-1234", "Page1of1", "Signature", "Stamp"] {
        assert!(said.contains(text), "{text}");
    }
}

#[test]
fn long_list_becomes_an_annex_whose_pages_are_numbered() {
    let sheet = sheet(80);
    assert_sound(&sheet);
    let pages: Vec<String> = pages(&sheet).iter().map(|runs| said(runs)).collect();
    let [first, annex @ ..] = &*pages else { panic!("there are pages") };
    assert!(first.contains("SeeAnnex1") && first.contains("80lines"), "{first}");
    assert!(!first.contains("Perseaamericana") && first.contains("Freefrom"), "{first}");
    assert!(annex.len() >= 3);
    for (page, number) in annex.iter().zip(2..) {
        for text in ["Annex1of1", "No.GH-2026-0000012", "Signature", "Stamp", "Botanicalname"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(page.contains(&format!("Page{number}of{}", pages.len())), "{page}");
    }
    let said = pages.concat();
    for value in values(&sheet) {
        assert!(said.contains(&squeezed(&value)), "{value}");
    }
}

#[test]
fn each_long_list_becomes_an_annex_of_its_own() {
    let mut sheet = sheet(70);
    let long = "Free from everything that is listed, and from more. ".repeat(40);
    sheet.parts[3] = texts("II. Additional declaration", &[&*long; 6]);
    assert_sound(&sheet);
    let pages: Vec<String> = pages(&sheet).iter().map(|runs| said(runs)).collect();
    assert!(pages[0].contains("SeeAnnex1") && pages[0].contains("SeeAnnex2"), "{}", pages[0]);
    assert!(pages.iter().any(|page| page.contains("Annex1of2") && page.contains("Persea")));
    assert!(pages.iter().any(|page| page.contains("Annex2of2") && page.contains("Freefrom")));
}

#[test]
fn mark_stands_across_every_page() {
    let mut sheet = sheet(80);
    assert!(!pages(&sheet).iter().flatten().any(|run| run.is_turned));
    sheet.mark = "COPY".to_owned();
    for runs in pages(&sheet) {
        assert!(runs.iter().any(|run| run.is_turned && run.text == "COPY"));
        assert!(runs.iter().any(|run| !run.is_turned && run.text == "COPY"));
    }
}

#[test]
fn botanical_names_are_slanted_and_nothing_else() {
    for run in pages(&sheet(2)).iter().flatten() {
        assert_eq!(run.is_italic, run.text.contains("Persea"), "{}", run.text);
    }
}

#[test]
fn no_glyph_is_missing_in_any_script() {
    let mut sheet = sheet(1);
    let samples = [
        "Zażółć gęślą jaźń, Þórður, Ŋgũgĩ, Tiếng Việt, Ġgantija, œuvre, Škofja Loka, ₦ € ₵ ½ ² ³ °C",
        "Съешь ещё этих мягких булок; Ґалаґан, Қазақстан, Њњ Ђђ Ѓѓ",
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
        "نشهد بأن النباتات مُعالَجة ٠١٢٣ گچپژ ٹڈڑ ۱۲۳ ﷼ ﻻ",
        "植物检疫证书，新鲜苹果，熏蒸处理：溴甲烷。これはカタカナ",
        "× – — ‘’ “” … • № † ‰ ≤ ≥ ≈ → µ",
    ];
    let value = samples.join("\n");
    sheet.parts[1] = part("", Body::Fields(vec![field("All", &value)]));
    let mut row = row(1);
    row[2].text = value.clone();
    sheet.parts[2] = goods(vec![row]);
    assert_sound(&sheet);
    let said = all_said(&sheet);
    assert!(!said.contains('\u{fffd}') && !said.contains("Notall"), "{said}");
    // Of a vocalized word the signs are runs of their own.
    let is_plain = |word: &&str| word.chars().all(|c| c.is_alphanumeric() && c != '\u{64f}');
    for word in value.split_whitespace().filter(is_plain) {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn every_character_of_the_chinese_font_is_written() {
    let mut all = String::new();
    for c in '\u{4e00}'..='\u{9fff}' {
        if font::Fonts::all().has(c) {
            let _ = write!(all, "{c}");
        }
    }
    assert_eq!(all.chars().count(), 6763);
    let mut sheet = sheet(1);
    sheet.parts[1] = texts("", &[&all]);
    assert_sound(&sheet);
    let said = all_said(&sheet);
    let chinese: String = said.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).collect();
    assert!(chinese == all, "{} characters", chinese.chars().count());
}

#[test]
fn arabic_sheet_reads_from_right_to_left_and_latin_in_it_from_left() {
    let mut sheet = Sheet { language: "ar".to_owned(), right_to_left: true, ..sheet(1) };
    sheet.title = "شهادة الصحة النباتية".to_owned();
    sheet.parts[1] = part(
        "أولاً",
        Body::Fields(vec![field("اسم المصدِّر", "Green Export Ltd."), field("ثانٍ", "شارع 12")]),
    );
    assert_sound(&sheet);
    let pages = pages(&sheet);
    let at = |text: &str| {
        let found = pages[0].iter().find(|run| run.text.contains(text));
        found.map(|run| (run.left_pt, run.right_pt)).expect("it is there")
    };
    // The first box is the right one, and its text stands at its right side, the full stop last.
    let (latin, street) = (at("Green Export Ltd."), at("شارع"));
    assert!(latin.0 > street.1 && latin.1 > 540.0, "{latin:?} {street:?}");
    let (line, quantity) = (at("Line"), at("Quantity"));
    assert!(line.0 > quantity.1, "{line:?} {quantity:?}");
}

#[test]
fn same_sheet_gives_the_same_bytes_and_an_archivable_file() {
    let one = world::pdf(&sheet(30)).expect("it is printed");
    typst::comemo::evict(0);
    let two = world::pdf(&sheet(30)).expect("it is printed");
    assert!(one == two, "the files differ");
    let text = String::from_utf8_lossy(&one);
    for mark in ["pdfaid:part>2", "pdfaid:conformance>A", "pdfuaid:part>1"] {
        assert!(text.contains(mark), "{mark}");
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    let check = |text: &str, is: bool| assert_eq!(Date::of(text).is_some(), is, "{text}");
    check("2026-03-04", true);
    check("2024-02-29T10:00:00Z", true);
    check("2026-02-29", false);
    check("2026-13-01", false);
    check("2026-00-10", false);
    check("", false);
    check("é026-01-01é", false);
}

#[test]
fn code_is_read_as_squares_with_a_margin() {
    let code = Symbol::of("https://hub.example.org/gens/v/token").expect("it fits");
    // The first of its corners is a square of seven.
    assert!(code.image().contains("d='M4 4h7v1h-7z"), "{}", code.image());
    assert!(!code.image().contains(['"', '<', '>', '&', '#']));
    assert_eq!(code.luma().len(), code.side() * code.side());
    assert!(Symbol::of(&"x".repeat(10_000)).is_none());
}
