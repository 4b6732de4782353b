//! What several elements say together.

use std::collections::HashSet;

use phytohub_sps::{DateTime, Element, Name as N};

use super::{Report, tell};
use crate::note;
use crate::query::{each, text, value};
use crate::rule::{Check, Path, Sum};

pub(super) fn run(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    match check {
        Check::Distinct(path) => distinct(element, report, &|line, seen| {
            each(line, path, &mut |found| seen(found, &value(found)));
        }),
        Check::DistinctNote(subject) => distinct(element, report, &|line, seen| {
            for note in note::of(line, subject) {
                note::contents(note).for_each(|said| seen(note, &said));
            }
        }),
        Check::Sum(subject, sum) => total(element, subject, sum, report),
        Check::NotBefore(later, earlier) => {
            let date = |path: Path| element.descend(path).map(|found| (found, value(found)));
            if let (Some((found, late)), Some((_, early))) = (date(later), date(earlier))
                && is_before(&late, &early)
            {
                tell(found, &late, report);
            }
        }
        _ => {}
    }
}

/// Takes what a line has, and where it stands.
type Seen<'s> = dyn FnMut(Element<'_>, &str) + 's;

/// Reports what a line shares with a line before it. `visit` gives what each line has.
fn distinct(
    consignment: Element<'_>,
    report: &mut Report<'_>,
    visit: &dyn Fn(Element<'_>, &mut Seen<'_>),
) {
    let mut seen = HashSet::new();
    each(consignment, LINES, &mut |line| {
        visit(line, &mut |found, text| {
            if !text.is_empty() && !seen.insert(text.to_owned()) {
                tell(found, text, report);
            }
        });
    });
}

/// Compares what a note of the document says with what the lines sum up to.
fn total(root: Element<'_>, subject: &str, sum: Sum, report: &mut Report<'_>) {
    let Some(document) = root.child(N::SPSExchangedDocument) else { return };
    let Some(note) = note::of(document, subject).next() else { return };
    let Some(written) = note::contents(note).next() else { return };
    let Some(said) = thousandths(&written) else { return };
    let mut added = Some(0_u128);
    each(root, &[N::SPSConsignment], &mut |consignment| {
        each(consignment, LINES, &mut |line| {
            added = added.zip(of_sum(line, sum)).map(|(all, one)| all.saturating_add(one));
        });
    });
    if added.is_some_and(|added| added != said) {
        tell(note, &written, report);
    }
}

/// What a line adds, in thousandths; nothing if that is not known.
fn of_sum(line: Element<'_>, sum: Sum) -> Option<u128> {
    let weight = |name| {
        let measure = line.child(name)?;
        let unit = measure.attribute("unitCode")?;
        let factor = match &*unit {
            "KGM" => 1,
            "TNE" => 1000,
            _ => return None,
        };
        Some(thousandths(&measure.text())?.saturating_mul(factor))
    };
    match sum {
        Sum::NetKilograms => weight(N::NetWeightMeasure),
        Sum::GrossKilograms => weight(N::GrossWeightMeasure),
        Sum::Packages => {
            let mut packages = line.children_named(N::PhysicalSPSPackage);
            thousandths(&text(packages.next()?, &[N::ItemQuantity]))
        }
    }
}

/// A number without sign in thousandths; nothing for what is none or is finer or larger.
pub(super) fn thousandths(text: &str) -> Option<u128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 30 || part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<3}").parse().ok()
}

/// Whether a date is before another; a day without a time is before nothing of the same day.
fn is_before(late: &str, early: &str) -> bool {
    let (Some(late), Some(early)) = (DateTime::parse(late), DateTime::parse(early)) else {
        return false;
    };
    if late.time.is_none() || early.time.is_none() {
        return (late.year, late.month, late.day) < (early.year, early.month, early.day);
    }
    late.unix_ms() < early.unix_ms()
}

const LINES: Path = &[N::IncludedSPSConsignmentItem, N::IncludedSPSTradeLineItem];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_thousandths() {
        let check = |text: &str, expected| assert_eq!(thousandths(text), expected, "{text}");
        check("12.5", Some(12_500));
        check("12", Some(12_000));
        check("0.0010", Some(1));
        check("12.", Some(12_000));
        for none in ["", "-1", "1,5", ".5", "1.2345", "1e3", &"9".repeat(31)] {
            check(none, None);
        }
    }

    #[test]
    fn days_are_compared_where_a_time_is_missing() {
        assert!(is_before("2026-03-03", "2026-03-04T00:00:00Z"));
        assert!(!is_before("2026-03-04", "2026-03-04T23:00:00Z"));
        assert!(is_before("2026-03-04T10:00:00+02:00", "2026-03-04T09:00:00Z"));
        assert!(!is_before("soon", "2026-03-04"));
    }
}
