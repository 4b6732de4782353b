use super::look::{all_said, assert_sound, pages, said, squeezed};
use super::*;

/// A sheet that says this wherever it can say something.
fn saying(value: &str) -> Sheet {
    let mut sheet = sheet(1);
    sheet.small.push(value.to_owned());
    for part in &mut sheet.parts {
        match &mut part.body {
            Body::Fields(fields) => {
                fields.iter_mut().for_each(|field| value.clone_into(&mut field.value));
            }
            Body::Rows { rows, .. } => {
                for cell in rows.iter_mut().flatten() {
                    value.clone_into(&mut cell.text);
                    cell.more = vec![value.to_owned()];
                }
            }
            Body::Texts { texts, .. } => *texts = vec![value.to_owned()],
        }
    }
    sheet
}

#[test]
fn markup_is_printed_as_it_is_written() {
    let values = [
        "#eval(\"1 + 1\")",
        "#read(\"/etc/passwd\")",
        "#import \"@preview/cetz:0.2.2\": *",
        "#pagebreak() #set page(width: 1cm)",
        "$x^2$ *bold* _slanted_ `raw` ```typ #1```",
        "[a] ] ) } { ( [",
        "\\u{48} \\# \\",
        "@label <label> https://example.org // not a comment /* nor this */",
        "= Heading\n- list\n+ list\n/ term: x",
        "-- --- ... ~ 'quoted' \"quoted\" -?",
        "{annex} {page} {pages} {annexes}",
        "{\"json\": \"\\\"\"}",
    ];
    for value in values {
        let sheet = saying(value);
        assert_sound(&sheet);
        let pages = pages(&sheet);
        let count = |text: &str| {
            pages.iter().map(|runs| said(runs).matches(&squeezed(text)).count()).sum::<usize>()
        };
        // Seven boxes, six cells twice, the declaration, the small print.
        assert!(value.lines().all(|line| count(line) >= 21), "{value}");
    }
}

#[test]
fn what_cannot_be_seen_is_seen() {
    let check = |value: &str, printed: &str| {
        let sheet = saying(value);
        assert_sound(&sheet);
        let said = all_said(&sheet);
        assert!(said.contains(printed), "{value:?}: {said}");
        assert_eq!(said.contains("Notallcanbeprinted."), printed.contains('\u{fffd}'), "{value:?}");
    };
    check("a\u{0}b\u{1b}c\u{7f}d\u{9b}e", "a�b�c�d�e");
    check("10\u{202e}000 kg\u{202c}", "10�000kg�");
    check("10\u{200f} 000\u{2067}1", "10�000�1");
    check("zero\u{200b}width\u{feff}and\u{ad}soft", "zero�width�and�soft");
    check("tag\u{e0041}s and \u{e000}private", "tag�sand�private");
    check("\u{1f34e} apples, ไทย", "�apples,���");
    check("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}x", "��x");
    check("tab\there", "tabhere");
}

#[test]
fn lines_of_all_kinds_end_lines() {
    for end in ["\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\n\n\n"] {
        let sheet = saying(&format!("first{end}second"));
        let pages = pages(&sheet);
        let base = |text: &str| {
            pages[0]
                .iter()
                .find(|run| run.text == text)
                .map(|run| run.base_pt)
                .expect("it is there")
        };
        let distance = base("second") - base("first");
        assert!((8.0..16.0).contains(&distance), "{end:?}: {distance}");
    }
}

#[test]
fn isolates_end_where_they_began() {
    assert_eq!(cleaned("a\u{2068}b\nc\u{2069}d"), "a\u{2068}b\u{2069}\nc\u{fffd}d");
    assert_eq!(cleaned(&cleaned("\u{2068}\u{2066}x")), "\u{2068}\u{2066}x\u{2069}\u{2069}");
}

#[test]
fn words_without_end_stay_in_their_columns() {
    for letter in ["W", "i", "汉", "ش", "-", "e\u{301}"] {
        let word = letter.repeat(2_000);
        let sheet = saying(&word);
        assert_sound(&sheet);
        let said = all_said(&sheet);
        assert!(said.matches(letter).count() >= 21 * 2_000, "{letter}");
    }
}

#[test]
fn word_of_a_hundred_kilobytes_is_printed_whole() {
    let mut sheet = sheet(1);
    let word: String = ('a'..='z').cycle().take(100_000).collect();
    let mut row = row(1);
    row[4].text.clone_from(&word);
    sheet.parts[2] = goods(vec![row]);
    assert_sound(&sheet);
    // The other columns stand beside it on the first of its pages only.
    let text: String = pages(&sheet)
        .iter()
        .flatten()
        .filter(|run| run.text.chars().all(|c| c.is_ascii_lowercase() || c == '\u{200b}'))
        .map(|run| squeezed(&run.text))
        .collect();
    assert!(text.contains(&word), "{}", text.len());
}

#[test]
fn nothing_but_the_sheet_can_be_read() {
    use typst::World as _;
    use typst::syntax::package::PackageSpec;
    use typst::syntax::{RootedPath, VirtualPath, VirtualRoot};
    let desk = world::Desk::of(&sheet(1)).expect("it is made");
    let path = |path: &str| VirtualPath::new(path).expect("it is one");
    let package: PackageSpec = "@preview/cetz:0.2.2".parse().expect("it is one");
    let others = [
        RootedPath::new(VirtualRoot::Project, path("etc/passwd")),
        RootedPath::new(VirtualRoot::Project, path("gens.sqlite")),
        RootedPath::new(VirtualRoot::Package(package), path("sheet.json")),
    ];
    for other in others {
        let id = other.intern();
        assert!(desk.file(id).is_err() && desk.source(id).is_err(), "{id:?}");
    }
    // The control.
    let own = RootedPath::new(VirtualRoot::Project, path("sheet.json")).intern();
    assert!(desk.file(own).is_ok());
    assert!(desk.today(None).is_none());
}
