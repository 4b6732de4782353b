//! What holds for every list, and how a list from elsewhere is made to hold it.

use std::collections::BTreeSet;

use super::file::ReadCodeListError;
use super::row::{is_safe_code, of_every_kind};
use super::{CodeList, Description, ROWS_MAX, Row, Rows, TEXT_BYTES_MAX, TreatmentType};

/// Holds a list against what is true of every list.
pub(super) fn check(list: &CodeList) -> Result<(), ReadCodeListError> {
    check_head(&list.description)?;
    let mut before = None;
    for row in list.order.iter().filter_map(|place| list.rows.get(*place)) {
        check_row(row)?;
        if before == Some((row.code(), row.lang())) {
            return Err(twice(row));
        }
        before = Some((row.code(), row.lang()));
    }
    match &list.rows {
        Rows::TreatmentType(rows) => {
            let orphan = rows.iter().find_map(|row| {
                let others = |parent: &str| {
                    list.places_of(parent).filter_map(|place| rows.get(place)).collect()
                };
                lost_parent(row, others)
            });
            orphan.map_or(Ok(()), Err)
        }
        _ => Ok(()),
    }
}

/// Tidies rows and takes out those that break the rules, with what each breaks.
pub(super) fn salvage(rows: &mut Rows) -> Vec<ReadCodeListError> {
    let mut lost = Vec::new();
    of_every_kind!(rows, rows => {
        if rows.len() > ROWS_MAX {
            lost.push(ReadCodeListError::TooManyRows { rows: rows.len() });
            rows.truncate(ROWS_MAX);
        }
        let mut seen = BTreeSet::new();
        rows.retain_mut(|row| {
            row.tidy();
            let checked = check_row(row).and_then(|()| {
                let key = (row.code().to_owned(), row.lang().map(str::to_owned));
                if seen.insert(key) { Ok(()) } else { Err(twice(row)) }
            });
            checked.map_err(|error| lost.push(error)).is_ok()
        });
    });
    if let Rows::TreatmentType(rows) = rows {
        // One that leaves may have been the parent of another: at most as many rounds as levels.
        loop {
            let known = rows.clone();
            let before = lost.len();
            rows.retain(|row| {
                let others = |parent: &str| known.iter().filter(|row| row.code == parent).collect();
                match lost_parent(row, others) {
                    Some(error) => lost.push(error),
                    None => return true,
                }
                false
            });
            if lost.len() == before {
                break;
            }
        }
    }
    lost
}

fn check_head(description: &Description) -> Result<(), ReadCodeListError> {
    let Description { name, title, source, edition, licence, .. } = description;
    if !is_safe_code(name) {
        return Err(ReadCodeListError::UnsafeCode { code: name.clone() });
    }
    let head = [("title", title), ("source", source), ("edition", edition), ("licence", licence)];
    match head.into_iter().find(|(_, value)| value.trim().is_empty()) {
        Some((field, _)) => Err(ReadCodeListError::EmptyHead { field }),
        None => Ok(()),
    }
}

/// What must hold for a row whatever the others are.
fn check_row(row: &dyn Row) -> Result<(), ReadCodeListError> {
    let code = || row.code().to_owned();
    if !is_safe_code(row.code()) {
        return Err(ReadCodeListError::UnsafeCode { code: code() });
    }
    if row.is_numbered() && row.code().parse::<i32>().is_err() {
        return Err(ReadCodeListError::NotANumber { code: code() });
    }
    let text = row.text().trim();
    if text.eq_ignore_ascii_case("null") || !text.chars().any(char::is_alphanumeric) {
        return Err(ReadCodeListError::NoText { code: code() });
    }
    let [one, other] = row.details();
    let by = row.last_modified_by().unwrap_or_default();
    if [row.text(), one, other, by].into_iter().any(|text| !fits_xml(text)) {
        return Err(ReadCodeListError::UnfitText { code: code() });
    }
    if let Some(time) = row.last_modified().filter(|time| !is_date_time(time)) {
        let last_modified = time.to_owned();
        return Err(ReadCodeListError::NotATime { code: code(), last_modified });
    }
    let is_language =
        |lang: &str| lang.len() == 2 && lang.bytes().all(|byte| byte.is_ascii_lowercase());
    match row.lang().filter(|lang| !is_language(lang)) {
        Some(lang) => Err(ReadCodeListError::NotALanguage { code: code(), lang: lang.to_owned() }),
        None => Ok(()),
    }
}

fn twice(row: &dyn Row) -> ReadCodeListError {
    let lang = row.lang().unwrap_or_default().to_owned();
    ReadCodeListError::Twice { code: row.code().to_owned(), lang }
}

/// The error of a type of treatment whose parent is not among the others of a higher level.
fn lost_parent<'a>(
    row: &TreatmentType,
    others: impl FnOnce(&str) -> Vec<&'a TreatmentType>,
) -> Option<ReadCodeListError> {
    let parent = row.parent_code.as_deref()?;
    let found = others(parent).into_iter().any(|other| other.level < row.level);
    let (code, parent) = (row.code.clone(), parent.to_owned());
    (!found).then_some(ReadCodeListError::NoParent { code, parent })
}

/// Whether a text may stand in a reply: the characters of XML 1.0, and not too many.
fn fits_xml(text: &str) -> bool {
    let is_allowed = |character: char| {
        !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}')
            && !matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    text.len() <= TEXT_BYTES_MAX && text.chars().all(is_allowed)
}

/// Whether a text has the form of an xs:dateTime with four digits for the year.
fn is_date_time(text: &str) -> bool {
    // Every digit as 9, so that one pattern fits all.
    let mut shape = String::with_capacity(text.len());
    shape.extend(text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }));
    let Some(rest) = shape.strip_prefix("9999-99-99T99:99:99") else { return false };
    let fraction = rest.strip_prefix('.').map(|digits| digits.trim_start_matches('9'));
    let zone = fraction.unwrap_or(rest);
    let has_digits = fraction.is_none_or(|after| after.len() + 1 < rest.len());
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u8>().ok());
    let within =
        |range, least, most| number(range).is_some_and(|number| (least..=most).contains(&number));
    let year = text.get(..4).and_then(|digits| digits.parse::<u16>().ok()).unwrap_or_default();
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last_day = match number(5..7) {
        Some(2) => 28 + u8::from(leap),
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    };
    let day = year > 0 && within(5..7, 1, 12) && within(8..10, 1, last_day);
    let time = within(11..13, 0, 23) && within(14..16, 0, 59) && within(17..19, 0, 59);
    // At most 14 hours from UTC.
    let offset = text.get(text.len().saturating_sub(5)..).unwrap_or_default();
    let near = match zone {
        "" | "Z" => true,
        "+99:99" | "-99:99" => offset <= "14:00" && offset.get(3..).is_some_and(|m| m < "60"),
        _ => false,
    };
    has_digits && near && day && time
}
