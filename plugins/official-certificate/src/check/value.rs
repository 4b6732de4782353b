//! Whether what is said has the form, or is of the list, that it should.

use phytohub_schemas::code_list::Standing;
use phytohub_schemas::{code_list, lookup};
use phytohub_sps::{DateTime, Element, Level, Name as N};

use super::across::thousandths;
use super::{Breach, Report, tell};
use crate::note;
use crate::query::{each, is_hs, value};
use crate::rule::{Check, Form};

pub(super) fn run(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    match check {
        Check::OneOf(path, _)
        | Check::Form(path, _)
        | Check::Listed(path, _)
        | Check::HasUnit(path) => each(element, path, &mut |found| of_text(check, found, report)),
        Check::NoteOneOf(subject, _) | Check::NoteForm(subject, _) => {
            for note in note::of(element, subject) {
                for text in note::contents(note) {
                    if !is_right(check, &text) {
                        tell(note, &text, report);
                    }
                }
            }
        }
        Check::HsForm if is_hs(element) => {
            let Some(code) = element.child(N::ClassCode) else { return };
            let text = code.text();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b' ');
            if !text.is_empty() && (!plain || !(2..=10).contains(&digits)) {
                tell(code, &text, report);
            }
        }
        Check::NoFiles => {
            let path = &[N::ReferenceSPSReferencedDocument, N::AttachmentBinaryObject];
            each(element, path, &mut |file| {
                tell(file, &file.attribute("filename").unwrap_or_default(), report);
            });
        }
        _ => {}
    }
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
