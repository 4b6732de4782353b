//! What the validator found, in words of those who fill in a form: its rules' texts are translated by
//! their ids, and the field is named as the form names it.

use phytohub_schemas::{CodeListName, code_list};
use phytohub_sps::{Rule, rules};

use super::draft::place;
use super::text::Locale;
use super::view::FindingView;
use crate::service::{Finding, Level, field_of};

/// Findings in a draft; each leads to its field.
pub(super) fn of_draft(all: Vec<Finding>, locale: &Locale) -> Vec<FindingView> {
    let view = |one: Finding| {
        let parts = Parts::of(one.rule, &one.text);
        told(one.level, one.rule, &one.field, &parts, locale)
    };
    all.into_iter().map(view).collect()
}

/// Findings as they are kept of what was received, `LEVEL RULE AREA: text`. They are named by the
/// fields of the form too, and lead nowhere.
pub(super) fn of_received(all: &[String], locale: &Locale) -> Vec<FindingView> {
    let view = |kept: &String| {
        let (head, text) = kept.split_once(": ").unwrap_or(("", kept));
        let mut words = head.split(' ');
        let level = match words.next() {
            Some("SEVERE") => Level::Severe,
            Some("INFO") => Level::Info,
            _ => Level::Warning,
        };
        let rule = words.next().unwrap_or_default();
        let parts = Parts::of(rule, text);
        let field = field_of(parts.path);
        FindingView { field: String::new(), ..told(level, rule, &field, &parts, locale) }
    };
    all.iter().map(view).collect()
}

fn told(level: Level, rule: &str, field: &str, parts: &Parts<'_>, locale: &Locale) -> FindingView {
    let (key, tone) = match level {
        Level::Severe => ("level-severe", "bad"),
        Level::Warning => ("level-warning", "wait"),
        Level::Info => ("level-info", ""),
    };
    FindingView {
        tone,
        level: locale.text(key),
        place: place(field, locale),
        text: text(rule, parts, locale),
        field: field.replace('.', "-"),
    }
}

fn text(rule: &str, parts: &Parts<'_>, locale: &Locale) -> String {
    let key = format!("rule-{rule}");
    let value = shown(rule, parts.value, locale);
    let own = |locale: &Locale| locale.own_filled(&key, "value", &value);
    // A rule of a later version of the hub says what it says in English.
    own(locale).or_else(|| own(Locale::english())).unwrap_or_else(|| parts.text.to_owned())
}

/// What was found as people know it: tags of notes by what they stand for, two sides without the
/// words between them.
fn shown(rule: &str, value: &str, locale: &Locale) -> String {
    if rule.starts_with("PC-HDR-") {
        let sides = value
            .split_once("', the header '")
            .or_else(|| value.split_once("', the connection serves "));
        let Some((one, other)) = sides else { return value.to_owned() };
        return format!("{} ≠ {}", one.trim_matches('\''), other.trim_matches('\''));
    }
    if !NOTES.contains(&rule) {
        return value.to_owned();
    }
    let listed = || {
        let lists = [CodeListName::NoteSubjects, CodeListName::TreatmentTags].map(code_list);
        let row = lists.into_iter().find_map(|list| list.row(value, locale.tag()));
        row.map(|row| row.text().to_owned())
    };
    locale.own(&format!("note-{value}")).or_else(listed).unwrap_or_else(|| value.to_owned())
}

/// The rules that find a tag.
const NOTES: [&str; 6] =
    ["PC-MAP-004", "PC-MAP-005", "PC-MAP-006", "PC-MAP-007", "PC-MAP-008", "PC-MAP-010"];

/// A rule's text taken apart: `what was found at path: help`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Parts<'t> {
    text: &'t str,
    value: &'t str,
    path: &'t str,
}

impl<'t> Parts<'t> {
    fn of(rule: &str, text: &'t str) -> Self {
        let whole = Self { text, value: "", path: "" };
        let Some(rule) = rules().find(|one| one.id.as_str() == rule) else { return whole };
        let said = match rule.help {
            "" => text,
            help => {
                text.strip_suffix(help).and_then(|rest| rest.strip_suffix(": ")).unwrap_or(text)
            }
        };
        // A path has no spaces; what was found may say "at" too.
        let with_path = said.rsplit_once(" at ").filter(|(_, path)| path.starts_with("SPS"));
        let found = with_path
            .filter(|(_, path)| !path.contains(' '))
            .and_then(|(what, path)| Some(Self { value: value(rule, what)?, path, text }));
        found.or_else(|| Some(Self { value: value(rule, said)?, ..whole })).unwrap_or(whole)
    }
}

/// What stands where the rule has `{}`; empty where it has none.
fn value<'t>(rule: &Rule, what: &'t str) -> Option<&'t str> {
    let Some((before, after)) = rule.text.split_once("{}") else {
        return (what == rule.text).then_some("");
    };
    what.strip_prefix(before)?.strip_suffix(after)
}

#[cfg(test)]
mod tests;
