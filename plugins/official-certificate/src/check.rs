//! One check at one element.

use std::collections::HashSet;

use phytohub_schemas::code_list::Standing;
use phytohub_schemas::{code_list, lookup};
use phytohub_sps::{DateTime, Element, Level, Name as N};

use crate::attestation::Attestation;
use crate::model::{Model, Profile};
use crate::note;
use crate::query::{any, each, filled, is_hs, text, value};
use crate::rule::{Check, Form, Path, Sum, at};

/// What broke: the element, what is missing below it, what was found, and the level if it is not
/// the rule's own.
pub(crate) struct Breach<'e, 'v> {
    pub(crate) element: Element<'e>,
    pub(crate) rest: Path,
    pub(crate) value: &'v str,
    pub(crate) level: Option<Level>,
}

type Report<'r> = dyn FnMut(Breach<'_, '_>) + 'r;

/// What a document was found to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) profile: &'static Profile,
    pub(crate) model: &'static Model,
    pub(crate) withdrawn: bool,
    pub(crate) replaces: bool,
}

impl Facts {
    /// Whether an attestation may stand here. Where the goods are not known nothing is amiss.
    fn admits(&self, known: &Attestation) -> bool {
        let is_any = self.model.hs.is_empty()
            && self.profile.models.first().is_some_and(|first| first.id == self.model.id);
        is_any || known.is_for(self.model.id)
    }
}

/// Holds `element` to `check` and reports every breach.
pub(crate) fn run(check: Check, element: Element<'_>, facts: &Facts, report: &mut Report<'_>) {
    match check {
        Check::Told => {}
        Check::Exists(paths) => {
            if !paths.iter().any(|path| any(element, path, &|_| true)) {
                missing(element, paths, report);
            }
        }
        Check::Filled(paths) => {
            if !paths.iter().any(|path| filled(element, path)) {
                missing(element, paths, report);
            }
        }
        Check::Note(subjects) => {
            if !has_note(element, subjects) {
                tell(element, subjects.first().unwrap_or(&""), report);
            }
        }
        Check::FilledOrNote(paths, subjects) => {
            if !paths.iter().any(|path| filled(element, path)) && !has_note(element, subjects) {
                missing(element, paths, report);
            }
        }
        Check::Anywhere(paths, subjects) => {
            let noted = |element: Element<'_>| has_note(element, subjects);
            if !paths.iter().any(|path| filled(element, path))
                && !any(element, &[N::SPSExchangedDocument], &noted)
                && !any(element, at::LINE, &noted)
            {
                missing(element, paths, report);
            }
        }
        Check::OneOf(path, _)
        | Check::Form(path, _)
        | Check::Listed(path, _)
        | Check::HasUnit(path) => {
            each(element, path, &mut |found| of_text(check, found, report));
        }
        Check::NoteOneOf(subject, _) | Check::NoteForm(subject, _) => {
            for note in note::of(element, subject) {
                for text in note::contents(note) {
                    if !is_right(check, &text) {
                        tell(note, &text, report);
                    }
                }
            }
        }
        Check::Classified | Check::HsForm | Check::Establishment => of_line(check, element, report),
        Check::Attested | Check::ClauseSays | Check::ClauseFits => {
            of_clause(check, element, facts, report);
        }
        Check::Reference(types) => {
            let named = |one: Element<'_>| types.contains(&&*text(one, &[N::TypeCode]));
            if !element.children_named(N::ReferenceSPSReferencedDocument).any(named) {
                tell(element, types.first().unwrap_or(&""), report);
            }
        }
        Check::ReferenceTo(subject) => {
            let Some(number) = note::said(element, subject) else { return };
            let named = |one: Element<'_>| text(one, &[N::ID]) == number;
            if !element.children_named(N::ReferenceSPSReferencedDocument).any(named) {
                tell(element, &number, report);
            }
        }
        Check::NoFiles => {
            let path = &[N::ReferenceSPSReferencedDocument, N::AttachmentBinaryObject];
            each(element, path, &mut |file| {
                tell(file, &file.attribute("filename").unwrap_or_default(), report);
            });
        }
        Check::Distinct(path) => distinct(element, report, &mut |line, seen| {
            each(line, path, &mut |found| seen(found, &value(found)));
        }),
        Check::DistinctNote(subject) => distinct(element, report, &mut |line, seen| {
            for note in note::of(line, subject) {
                note::contents(note).for_each(|said| seen(note, &said));
            }
        }),
        Check::Sum(subject, sum) => total(element, subject, sum, report),
        Check::NotBefore(later, earlier) => {
            let date = |path: Path| element.descend(path).map(|found| (found, value(found)));
            let (Some((found, late)), Some((_, early))) = (date(later), date(earlier)) else {
                return;
            };
            if is_before(&late, &early) {
                tell(found, &late, report);
            }
        }
    }
}

fn has_note(element: Element<'_>, subjects: &[&str]) -> bool {
    subjects.iter().any(|subject| note::said(element, subject).is_some())
}

/// The checks of one text; an empty one is for another rule to miss.
fn of_text(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    let text = value(element);
    if text.is_empty() {
        return;
    }
    if let Check::HasUnit(_) = check {
        if element.attribute("unitCode").is_none_or(|unit| unit.trim_ascii().is_empty()) {
            tell(element, &text, report);
        }
        return;
    }
    if let Check::Listed(_, list) = check {
        let level = match code_list(list).standing(&text) {
            Standing::Unknown => None,
            Standing::Unlisted => Some(Level::Info),
            _ => return,
        };
        report(Breach { element, rest: &[], value: &text, level });
        return;
    }
    if !is_right(check, &text) {
        tell(element, &text, report);
    }
}

fn is_right(check: Check, text: &str) -> bool {
    match check {
        Check::OneOf(_, known) | Check::NoteOneOf(_, known) => {
            known.iter().any(|known| known.eq_ignore_ascii_case(text))
        }
        Check::Form(_, form) | Check::NoteForm(_, form) => has_form(text, form),
        _ => true,
    }
}

fn has_form(text: &str, form: Form) -> bool {
    match form {
        Form::Decimal => thousandths(text).is_some(),
        Form::Date => DateTime::parse(text).is_some(),
        Form::Country => lookup::country(text).is_some(),
        Form::Locode => lookup::is_un_locode(text),
    }
}

fn of_line(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    match check {
        Check::Classified => {
            let coded = |class: Element<'_>| is_hs(class) && filled(class, &[N::ClassCode]);
            if !element.children_named(N::ApplicableSPSClassification).any(coded) {
                missing(element, &[&[N::ApplicableSPSClassification, N::ClassCode]], report);
            }
        }
        Check::HsForm if is_hs(element) => {
            let Some(code) = element.child(N::ClassCode) else { return };
            let text = code.text();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b' ');
            if !text.is_empty() && !(plain && (2..=10).contains(&digits)) {
                tell(code, &text, report);
            }
        }
        Check::Establishment => {
            let is_full = |process: Element<'_>| {
                filled(process, &[N::OperatorSPSParty, N::ID])
                    && filled(process, &[N::OperatorSPSParty, N::Name])
            };
            if !element.children_named(N::AppliedSPSProcess).any(is_full) {
                missing(element, &[&[N::AppliedSPSProcess, N::OperatorSPSParty, N::ID]], report);
            }
        }
        _ => {}
    }
}

fn of_clause(check: Check, element: Element<'_>, facts: &Facts, report: &mut Report<'_>) {
    let says = |clause: Element<'_>| filled(clause, &[N::Content]);
    let known = |clause: Element<'_>| {
        let id = text(clause, &[N::ID]);
        facts.profile.attestations.iter().find(|known| known.id == id)
    };
    match check {
        Check::Attested => {
            let any_clause = |authentication: Element<'_>| {
                let mut clauses = authentication.children_named(N::IncludedSPSClause);
                clauses.any(|clause| says(clause) || known(clause).is_some())
            };
            if !any(element, ATTESTING, &any_clause) && !any(element, LINE_ATTESTING, &any_clause) {
                let path: &[Path] = &[CLAUSES];
                missing(element, path, report);
            }
        }
        Check::ClauseSays if !says(element) && known(element).is_none() => {
            tell(element, &text(element, &[N::ID]), report);
        }
        Check::ClauseFits => {
            if let Some(known) = known(element).filter(|known| !facts.admits(known)) {
                tell(element, known.id, report);
            }
        }
        _ => {}
    }
}

/// Reports what a line shares with a line before it. `visit` gives what each line has.
fn distinct(
    consignment: Element<'_>,
    report: &mut Report<'_>,
    visit: &mut dyn FnMut(Element<'_>, &mut dyn FnMut(Element<'_>, &str)),
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
fn thousandths(text: &str) -> Option<u128> {
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

fn tell(element: Element<'_>, value: &str, report: &mut Report<'_>) {
    report(Breach { element, rest: &[], value, level: None });
}

/// Reports the first of the paths, from where it leads nowhere.
fn missing(element: Element<'_>, paths: &[Path], report: &mut Report<'_>) {
    let path = paths.first().copied().unwrap_or_default();
    let (mut element, mut rest) = (element, path);
    while let Some((name, after)) = rest.split_first() {
        let Some(next) = element.child(*name) else { break };
        (element, rest) = (next, after);
    }
    report(Breach { element, rest, value: "", level: None });
}

const LINES: Path = &[N::IncludedSPSConsignmentItem, N::IncludedSPSTradeLineItem];
const CLAUSES: Path =
    &[N::SPSExchangedDocument, N::SignatorySPSAuthentication, N::IncludedSPSClause];
const ATTESTING: Path = &[N::SPSExchangedDocument, N::SignatorySPSAuthentication];
const LINE_ATTESTING: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::AssertedSPSAuthentication,
];

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
