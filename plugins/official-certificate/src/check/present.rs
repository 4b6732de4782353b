//! Whether something is there.

use phytohub_sps::{Element, Name as N};

use super::{Facts, Report, missing, tell};
use crate::note;
use crate::query::{any, filled, is_hs, text};
use crate::rule::{Check, Path, at};

pub(super) fn run(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    let led = |paths: &[Path]| paths.iter().any(|path| filled(element, path));
    match check {
        Check::Exists(paths) if !paths.iter().any(|path| any(element, path, &|_| true)) => {
            missing(element, paths, report);
        }
        Check::Filled(paths) if !led(paths) => missing(element, paths, report),
        Check::Note(subjects) if !has_note(element, subjects) => {
            tell(element, subjects.first().unwrap_or(&""), report);
        }
        Check::FilledOrNote(paths, subjects) if !led(paths) && !has_note(element, subjects) => {
            missing(element, paths, report);
        }
        Check::Anywhere(paths, subjects) => {
            let noted = |element: Element<'_>| has_note(element, subjects);
            let noted = any(element, at::DOCUMENT, &noted) || any(element, at::LINE, &noted);
            if !led(paths) && !noted {
                missing(element, paths, report);
            }
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
        Check::Classified => {
            let coded = |class: Element<'_>| is_hs(class) && filled(class, &[N::ClassCode]);
            if !element.children_named(N::ApplicableSPSClassification).any(coded) {
                missing(element, &[&[N::ApplicableSPSClassification, N::ClassCode]], report);
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

pub(super) fn of_clause(
    check: Check,
    element: Element<'_>,
    facts: &Facts,
    report: &mut Report<'_>,
) {
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
            if !any(element, at::SIGNATORY, &any_clause)
                && !any(element, LINE_ATTESTING, &any_clause)
            {
                missing(element, &[at::CLAUSE], report);
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

fn has_note(element: Element<'_>, subjects: &[&str]) -> bool {
    subjects.iter().any(|subject| note::said(element, subject).is_some())
}

const LINE_ATTESTING: Path = &[
    N::SPSConsignment,
    N::IncludedSPSConsignmentItem,
    N::IncludedSPSTradeLineItem,
    N::AssertedSPSAuthentication,
];
