use super::*;

/// Letters of one kind that fill a sheet.
fn filled(parts: Vec<Part>) -> Sheet {
    let mut sheet = sheet(0);
    sheet.mark = "COPY".to_owned();
    sheet.parts.truncate(2);
    sheet.parts.extend(parts);
    sheet
}

/// Cells of all rows there may be, which share all text there may be.
fn table(text: &dyn Fn(usize) -> String) -> Sheet {
    let rows = (0..limit::ROWS_MAX).map(|row| {
        GOODS.iter().enumerate().map(|(column, _)| Cell::new(text(row * 6 + column))).collect()
    });
    filled(vec![goods(rows.collect())])
}

const ROOM: usize = limit::TEXT_BYTES_MAX - 4_000;
const CELLS: usize = limit::ROWS_MAX * 6;

/// The worst sheets that pass the limits, each for a reason of its own.
pub(super) fn sheets() -> Vec<(&'static str, Sheet)> {
    let words = |bytes: usize| "Persea americana ".repeat(bytes / 17);
    let one_text = |text: String| filled(vec![texts("All", &[&text])]);
    let mut narrow = row(1);
    narrow[1].text = words(ROOM);
    let lines = "x\n".repeat(limit::LINES_MAX - 100);
    let mixed = "aش汉я".repeat(ROOM / 10);
    vec![
        ("full table", table(&|_| words(ROOM / CELLS))),
        ("table of Arabic", table(&|_| "ش".repeat(ROOM / CELLS / 2))),
        ("narrow column", filled(vec![goods(vec![narrow])])),
        ("one text", one_text(words(ROOM))),
        ("one word", one_text("x".repeat(ROOM))),
        ("one word of marks", one_text("e\u{301}".repeat(ROOM / 3))),
        ("all scripts by turns", one_text(mixed)),
        ("short lines", one_text(lines)),
    ]
}

#[test]
fn largest_sheets_are_printed_in_time() {
    for (name, sheet) in sheets() {
        // They take a third of this alone; machines that build and test are busy with more.
        let made = Press::new().print_within(sheet, limit::WAIT_MAX * 5);
        assert!(made.is_ok(), "{name}: {:?}", made.err());
    }
}

#[test]
fn what_is_larger_is_refused_before_anything_is_set() {
    let check = |what: &'static str, sheet: Sheet| {
        let refused = world::document(&sheet).err();
        let fits =
            matches!(&refused, Some(PrintError::TooLarge { what: said, .. }) if *said == what);
        assert!(fits, "{what}: {refused:?}");
    };
    let mut narrow = row(1);
    narrow[0].text = "Persea americana ".repeat(ROOM / 17);
    check("pages", filled(vec![goods(vec![narrow])]));
    check("rows", sheet(limit::ROWS_MAX + 1));
    check("bytes of text", filled(vec![texts("", &[&"x".repeat(limit::TEXT_BYTES_MAX + 1)])]));
    check("lines of text", filled(vec![texts("", &[&"x\n".repeat(limit::LINES_MAX + 1)])]));
    check("parts", filled(vec![texts("", &[]); limit::PARTS_MAX + 1]));
    let number = "x".repeat(limit::NUMBER_CHARS_MAX + 1);
    check("characters of the number", Sheet { number, ..sheet(1) });
    let mut long = sheet(1);
    if let Some(public) = &mut long.public {
        public.url = "x".repeat(limit::URL_BYTES_MAX + 1);
    }
    check("bytes of the address", long);
    check("boxes", filled(vec![part("", Body::Fields(vec![field("", ""); 9]))]));
    check("cells of a row", filled(vec![goods(vec![vec![Cell::new("x"); 7]])]));
}
