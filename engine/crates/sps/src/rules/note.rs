//! The subjects of notes: where each belongs, what its content looks like and how long it may be,
//! by the table of tags among the schemas.

use phytohub_schemas::code_list::{Content, Level};
use phytohub_schemas::lookup;

use super::check::{Breach, has_form};
use super::{Check, Form};
use crate::document::Element;
use crate::name::Name;

/// Whether a document or a line has a note of that subject that says something.
pub(super) fn is_there(element: Element<'_>, tag: &str) -> bool {
    let notes = element.children().filter(|child| is_note(*child));
    notes.filter(|note| is_of(*note, tag)).any(is_filled)
}

fn is_note(element: Element<'_>) -> bool {
    matches!(element.name(), Name::IncludedSPSNote | Name::AdditionalInformationSPSNote)
}

fn is_of(note: Element<'_>, tag: &str) -> bool {
    note.child(Name::Subject).is_some_and(|subject| subject.text() == tag)
}

fn is_filled(note: Element<'_>) -> bool {
    note.children_named(Name::Content).any(Element::is_filled)
        || note.children_named(Name::ContentCode).any(Element::is_filled)
}

/// The checks of a note.
pub(super) fn run(check: Check, note: Element<'_>, report: &mut (dyn FnMut(Breach<'_, '_>) + '_)) {
    let Some(field) = note.child(Name::Subject) else { return };
    let tag = field.text();
    if tag.is_empty() {
        return;
    }
    let known = lookup::note_subject(&tag);
    let place = match note.name() {
        Name::AdditionalInformationSPSNote => Level::Line,
        _ => Level::Document,
    };
    let mut contents = note.children_named(Name::Content);
    let wrong = match (check, known) {
        (Check::NoteContent, _) if !is_filled(note) => Some(note),
        (Check::NoteSubject, None) => Some(field),
        (Check::NotePlace, Some(tag)) if !tag.level.admits(place) => Some(field),
        (Check::NoteForm, Some(tag)) => form(tag.content).and_then(|form| {
            contents.find(|content| {
                let text = content.text();
                !text.is_empty() && !has_form(&text, form)
            })
        }),
        (Check::NoteLength, Some(tag)) => tag
            .max_length
            .and_then(|max| contents.find(|content| content.text().chars().count() > max as usize)),
        _ => None,
    };
    if let Some(element) = wrong {
        report(Breach { element, rest: &[], value: &tag, level: None });
    }
}

/// The form of a content, where one is asked for. Dates are not: the field writes several in one
/// note, in words.
const fn form(content: Content) -> Option<Form> {
    match content {
        Content::Boolean => Some(Form::Truth),
        Content::Country => Some(Form::Country),
        Content::Decimal => Some(Form::Decimal),
        Content::Statement => Some(Form::Integer),
        Content::Code | Content::Date | Content::Measure | Content::Text => None,
    }
}
