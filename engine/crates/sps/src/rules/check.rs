//! One check at one element.

use std::borrow::Cow;

use super::codes::{CodeListName, LookUpCodes, Standing};
use super::{Check, Form, Path, note};
use crate::date;
use crate::document::Element;
use crate::finding::Level;
use crate::name::Name;
use crate::schema::Kind;

/// What broke: the element, the path below it that leads nowhere, what was found, and the level if
/// it is not the rule's own.
pub(super) struct Breach<'e, 'v> {
    pub(super) element: Element<'e>,
    pub(super) rest: Path,
    pub(super) value: &'v str,
    pub(super) level: Option<Level>,
}

/// Where breaches go.
type Report<'r> = dyn FnMut(Breach<'_, '_>) + 'r;

/// Holds `element` to `check` and reports every breach.
pub(super) fn run(
    check: Check,
    element: Element<'_>,
    codes: &dyn LookUpCodes,
    report: &mut Report<'_>,
) {
    match check {
        Check::Reading | Check::Envelope | Check::Required | Check::Signature => {}
        Check::Always => tell(element, "", report),
        Check::Exists(paths) => {
            if !paths.iter().any(|path| any(element, path, &|_| true)) {
                missing(element, paths, report);
            }
        }
        Check::Filled(paths) => {
            if !paths.iter().any(|path| any(element, path, &|found| found.is_filled())) {
                missing(element, paths, report);
            }
        }
        Check::FilledOrNote(paths, subject) => {
            let filled = paths.iter().any(|path| any(element, path, &|found| found.is_filled()));
            if !filled && !note::is_there(element, subject) {
                missing(element, paths, report);
            }
        }
        Check::Note(subject) => {
            if !note::is_there(element, subject) {
                tell(element, subject, report);
            }
        }
        Check::NoteNeeds(first, second) => {
            if note::is_there(element, first) && !note::is_there(element, second) {
                tell(element, second, report);
            }
        }
        Check::NoteSubject
        | Check::NotePlace
        | Check::NoteForm
        | Check::NoteLength
        | Check::NoteContent => note::run(check, element, report),
        Check::HasAttribute(_)
        | Check::FilledAttribute(_)
        | Check::ListedAttribute(..)
        | Check::AttachmentType
        | Check::AttachmentBytes(_)
        | Check::AttachmentBase64
        | Check::DocumentBytes(_) => of_element(check, element, codes, report),
        Check::TaggedListed(tags, list) => tagged(tags, list, element, codes, report),
        Check::ClassCode(..) | Check::TreatmentText => composed(check, element, report),
        Check::Listed(path, _)
        | Check::ListedNumber(path, _)
        | Check::InProfile(path, _)
        | Check::OneOf(path, _)
        | Check::FirstOf(path, _)
        | Check::NoneOf(path, _)
        | Check::Form(path, _)
        | Check::Longest(path, _) => {
            each(element, path, &mut |found| of_text(check, found, codes, report));
        }
    }
}

/// The checks of one text; an empty one is for another rule to miss.
fn of_text(check: Check, element: Element<'_>, codes: &dyn LookUpCodes, report: &mut Report<'_>) {
    let text = value(element);
    if text.is_empty() {
        return;
    }
    let right = match check {
        Check::Listed(_, list) => return listed(list, element, &text, codes, report),
        Check::ListedNumber(_, list) if has_form(&text, Form::Integer) => {
            return listed(list, element, &text, codes, report);
        }
        Check::InProfile(_, list) => codes.look_up(list, &text) != Standing::Listed,
        Check::OneOf(_, known) => known.contains(&&*text),
        Check::FirstOf(_, known) => known.contains(&&*text) || !is_first(element),
        Check::NoneOf(_, refused) => !refused.contains(&&*text),
        Check::Form(_, form) => has_form(&text, form),
        Check::Longest(_, chars) => text.chars().count() <= chars,
        _ => true,
    };
    if !right {
        tell(element, &text, report);
    }
}

fn is_first(element: Element<'_>) -> bool {
    let first = element.parent().and_then(|parent| parent.child(element.name()));
    first.is_some_and(|first| first.index == element.index)
}

fn listed(
    list: CodeListName,
    element: Element<'_>,
    code: &str,
    codes: &dyn LookUpCodes,
    report: &mut Report<'_>,
) {
    let level = match codes.look_up(list, code) {
        Standing::Profile | Standing::Listed => return,
        Standing::Unknown => None,
        Standing::Inactive | Standing::Unlisted => Some(Level::Info),
    };
    report(Breach { element, rest: &[], value: code, level });
}

fn of_element(
    check: Check,
    element: Element<'_>,
    codes: &dyn LookUpCodes,
    report: &mut Report<'_>,
) {
    let size = || element.attachment_bytes();
    match check {
        Check::HasAttribute(name) if element.attribute(name).is_none() => {
            tell(element, name, report);
        }
        Check::FilledAttribute(name) if element.attribute(name).is_some_and(|v| is_empty(&v)) => {
            tell(element, name, report);
        }
        Check::ListedAttribute(name, list) => match element.attribute(name) {
            Some(code) if !is_empty(&code) => listed(list, element, code.trim(), codes, report),
            _ => {}
        },
        Check::AttachmentType if !is_common_type(element) => {
            let mime = element.attribute("mimeCode").filter(|mime| !is_empty(mime));
            let name = mime.or_else(|| element.attribute("filename"));
            tell(element, &name.unwrap_or_default(), report);
        }
        // Most are told to be small enough by the length of their text alone.
        Check::AttachmentBytes(max) if element.is_longer(max) && size() > max => {
            tell(element, &size().to_string(), report)
        }
        Check::AttachmentBase64 if !element.is_base64() => tell(element, "", report),
        Check::DocumentBytes(max) if element.text.len() > max => {
            tell(element, &element.text.len().to_string(), report);
        }
        _ => {}
    }
}

fn is_empty(value: &str) -> bool {
    value.trim_ascii().is_empty()
}

/// By the media type if there is one, else by the file's name.
fn is_common_type(element: Element<'_>) -> bool {
    if let Some(mime) = element.attribute("mimeCode").filter(|mime| !is_empty(mime)) {
        let known = ["application/pdf", "image/png", "image/jpeg", "image/jpg", "image/gif"];
        return known.iter().any(|known| mime.trim_ascii().eq_ignore_ascii_case(known));
    }
    let name = element.attribute("filename").unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension.trim_ascii());
    ["pdf", "png", "jpg", "jpeg", "gif"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn tagged(
    tags: &[&str],
    list: CodeListName,
    characteristic: Element<'_>,
    codes: &dyn LookUpCodes,
    report: &mut Report<'_>,
) {
    let mut descriptions = characteristic.children_named(Name::Description);
    if !descriptions.next().is_some_and(|tag| tags.contains(&&*tag.text())) {
        return;
    }
    if let Some(said) = descriptions.next().filter(|said| said.is_filled()) {
        listed(list, said, &said.text(), codes, report);
    }
}

fn composed(check: Check, element: Element<'_>, report: &mut Report<'_>) {
    match check {
        Check::ClassCode(system, form) => {
            let mut systems = element.children_named(Name::SystemName);
            let code = element.child(Name::ClassCode);
            if let Some(code) = code.filter(|_| systems.any(|name| name.text() == system)) {
                let text = code.text();
                if !text.is_empty() && !has_form(&text, form) {
                    tell(code, &text, report);
                }
            }
        }
        Check::TreatmentText => {
            let mut all = element.children_named(Name::ApplicableSPSProcessCharacteristic);
            let mut any = false;
            let full = all.any(|one| {
                any = true;
                one.child(Name::Description).is_some_and(|tag| tag.text() == "TTFT")
            });
            if any && !full {
                tell(element, "", report);
            }
        }
        _ => {}
    }
}

fn tell(element: Element<'_>, value: &str, report: &mut Report<'_>) {
    report(Breach { element, rest: &[], value, level: None });
}

/// Reports the first of the paths, from where it leads nowhere.
fn missing(element: Element<'_>, paths: &'static [Path], report: &mut Report<'_>) {
    let Some(path) = paths.first() else { return };
    let (mut element, mut rest) = (element, *path);
    while let Some((name, after)) = rest.split_first() {
        let Some(next) = element.child(*name) else { break };
        (element, rest) = (next, after);
    }
    report(Breach { element, rest, value: "", level: None });
}

/// Whether any element at the end of the path is as wished.
fn any(element: Element<'_>, path: &[Name], wished: &dyn Fn(Element<'_>) -> bool) -> bool {
    // Paths have at most four steps, all of them in the table of rules.
    match path.split_first() {
        None => wished(element),
        Some((name, rest)) => element.children_named(*name).any(|next| any(next, rest, wished)),
    }
}

fn each(element: Element<'_>, path: &[Name], action: &mut dyn FnMut(Element<'_>)) {
    match path.split_first() {
        None => action(element),
        Some((name, rest)) => {
            element.children_named(*name).for_each(|next| each(next, rest, action));
        }
    }
}

/// The text of an element, of a date wherever in it the text stands.
pub(crate) fn value(element: Element<'_>) -> Cow<'_, str> {
    if element.node.kind == Kind::DateTime
        && let Some(inner) = element.children().next()
    {
        return inner.text();
    }
    element.text()
}

pub(super) fn has_form(text: &str, form: Form) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match form {
        Form::Integer => digits(text.strip_prefix(['-', '+']).unwrap_or(text)),
        Form::Decimal => {
            let text = text.strip_prefix(['-', '+']).unwrap_or(text);
            match text.split_once('.') {
                None => digits(text),
                Some((whole, part)) => {
                    (digits(whole) || whole.is_empty() && !part.is_empty())
                        && (digits(part) || part.is_empty())
                }
            }
        }
        Form::Date => date::parse(text).is_some(),
        Form::Moment => date::parse(text).is_some_and(|date| date.offset_minutes.is_some()),
        Form::Country => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        Form::Locode => phytohub_schemas::lookup::is_un_locode(text),
        Form::HsCode => {
            let mut count = 0;
            let legal = text.bytes().all(|byte| {
                count += usize::from(byte.is_ascii_digit());
                byte.is_ascii_digit() || matches!(byte, b'.' | b' ')
            });
            legal && (2..=10).contains(&count)
        }
        Form::Truth => ["true", "false", "1", "0"].iter().any(|t| text.eq_ignore_ascii_case(t)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let check = |form, good: &[&str], bad: &[&str]| {
            assert!(good.iter().all(|text| has_form(text, form)), "{form:?} {good:?}");
            assert!(!bad.iter().any(|text| has_form(text, form)), "{form:?} {bad:?}");
        };
        check(Form::Integer, &["0", "-12", "+3"], &["", "1.0", "a", "-"]);
        check(Form::Decimal, &["0", "-1.5", "100.0000", "1.", ".5"], &["", ".", "1,5", "1e3", "-"]);
        check(Form::Country, &["NO"], &["no", "NOR", "N", "N1"]);
        check(Form::Locode, &["NLRTM", "NO2AB"], &["NL", "nlrtm", "NL1AB", "NLRTMX", "ØÅ"]);
        check(Form::HsCode, &["07", "0701.10", "0701 10"], &["0", "12345678901", "ab", ""]);
        check(Form::Truth, &["True", "FALSE"], &["yes", ""]);
        check(Form::Moment, &["2026-03-04T10:11:12Z"], &["2026-03-04", "2026-03-04T10:11:12"]);
    }
}
