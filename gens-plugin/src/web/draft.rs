//! The form of a certificate: a table of fields, named as they stand in the draft, so that a form
//! becomes a draft by the names of its fields alone.

use serde_json::{Map, Value};

use super::form::Form;
use super::list::Coded;
use super::text::Locale;
use super::view::{Choice, Field, FindingView, List, Section};
use crate::domain::{Draft, Line, limit};

mod field;
mod label;

pub(super) use label::label;

use field::{CONSIGNMENT, Entry, LINE, PARTIES, Shape};

/// Entries of a list that a form may have: what the domain allows, so that it can say what is wrong.
const ENTRIES_MAX: usize = limit::LINES_MAX + 1;

/// What the button asked for besides saving.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// Nothing.
    Save,
    /// To go on to the next page.
    Finish,
    /// Another entry of a list: `lines`, `lines.0.treatments`.
    Add(String),
}

/// The draft of a form, and what its button asked for.
pub(super) fn parsed(form: &Form, locale: &Locale) -> (Draft, Asked) {
    let mut all = Value::Object(Map::new());
    for (name, typed) in form.fields() {
        if let Some(entry) = Entry::named(name) {
            put(&mut all, name, entry.parsed(typed.trim(), locale));
        }
    }
    let wanted = form.get("do");
    if let Some(list) = wanted.strip_prefix("remove:") {
        remove(&mut all, list);
    }
    // A value that is not of the shape was not written by the form; the draft is then empty.
    let mut draft: Draft = serde_json::from_value(all).unwrap_or_default();
    word_declarations(&mut draft);
    let asked = match wanted.split_once(':') {
        Some(("add", list)) => Asked::Add(list.to_owned()),
        _ if wanted == "finish" => Asked::Finish,
        _ => Asked::Save,
    };
    (draft.tidied(), asked)
}

/// Gives declarations that were only chosen the wording of the list, to be completed by hand.
fn word_declarations(draft: &mut Draft) {
    let language = if draft.language.is_empty() { "en" } else { &draft.language };
    let of_lines = draft.lines.iter_mut().flat_map(|line| &mut line.declarations);
    for one in draft.declarations.iter_mut().chain(of_lines) {
        if one.text.trim().is_empty() && !one.code.is_empty() {
            one.text = Coded::wording(&one.code, language);
        }
    }
}

/// Puts a value where its name says; lists grow as far as they may.
fn put(all: &mut Value, name: &str, value: Value) {
    let mut at = all;
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        let is_list = parts.peek().is_some_and(|next| next.parse::<usize>().is_ok());
        let Some(below) = below(at, part, is_list) else { return };
        at = below;
    }
    *at = value;
}

/// What lies below a value by that name, made where it is not there.
fn below<'v>(at: &'v mut Value, part: &str, is_list: bool) -> Option<&'v mut Value> {
    let fresh = || if is_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    let place = part.parse::<usize>();
    match at {
        Value::Array(list) => {
            let place = place.ok().filter(|place| *place < ENTRIES_MAX)?;
            while list.len() <= place {
                list.push(fresh());
            }
            list.get_mut(place)
        }
        Value::Object(map) if place.is_err() => Some(map.entry(part).or_insert_with(fresh)),
        _ => None,
    }
}

fn remove(all: &mut Value, name: &str) {
    let Some((list, place)) = name.rsplit_once('.') else { return };
    let Ok(place) = place.parse::<usize>() else { return };
    let list = all.pointer_mut(&format!("/{}", list.replace('.', "/")));
    if let Some(list) = list.and_then(Value::as_array_mut).filter(|list| place < list.len()) {
        list.remove(place);
    }
}

/// The form of a draft, with one more empty entry where one was asked for.
pub(super) fn sections(draft: &Draft, add: &str, locale: &'static Locale) -> Vec<Section> {
    let mut all = serde_json::to_value(draft).unwrap_or_default();
    grow(&mut all, "transports", 1);
    grow(&mut all, "lines", 1);
    if Entry::is_list(add) {
        let there = entries(&all, add);
        grow(&mut all, add, there + 1);
    }
    // Every line says where it comes from and how it is packed.
    for place in 0..entries(&all, "lines") {
        grow(&mut all, &format!("lines.{place}.origins"), 1);
        grow(&mut all, &format!("lines.{place}.packages"), 1);
    }
    let view = FormView { all: &all, locale };
    let mut sections =
        vec![view.section("parties", PARTIES, ""), view.section("consignment", CONSIGNMENT, "")];
    sections.extend(["transit", "transports", "containers"].map(|list| view.list(list, "")));
    sections.push(view.lines());
    sections.push(view.list("declarations", ""));
    sections.push(view.section("official", field::OFFICIAL, ""));
    sections
}

fn entries(all: &Value, list: &str) -> usize {
    let list = all.pointer(&format!("/{}", list.replace('.', "/")));
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

fn grow(all: &mut Value, list: &str, least: usize) {
    let is_lines = list == "lines";
    let list = all.pointer_mut(&format!("/{}", list.replace('.', "/")));
    if let Some(list) = list.and_then(Value::as_array_mut) {
        let empty = if is_lines { serde_json::to_value(Line::default()) } else { Ok(Value::Null) };
        let empty = empty.unwrap_or_default();
        while list.len() < least.min(ENTRIES_MAX) {
            list.push(empty.clone());
        }
    }
}

struct FormView<'d> {
    all: &'d Value,
    locale: &'static Locale,
}

impl FormView<'_> {
    fn section(&self, id: &str, entries: &[Entry], within: &str) -> Section {
        Section {
            id: if within.is_empty() { id.to_owned() } else { within.replace('.', "-") },
            title: self.locale.text(&format!("section-{id}")),
            help: self.locale.own(&format!("section-{id}-help")).unwrap_or_default(),
            fields: self.fields(entries, within, false),
            more: self.fields(entries, within, true),
            ..Section::default()
        }
    }

    fn fields(&self, entries: &[Entry], within: &str, rare: bool) -> Vec<Field> {
        let wanted = entries.iter().filter(|entry| entry.is_rare == rare);
        wanted.map(|entry| self.field(entry, within)).collect()
    }

    fn field(&self, entry: &Entry, within: &str) -> Field {
        let name = match (within, entry.name) {
            ("", name) => name.to_owned(),
            (within, "") => within.to_owned(),
            (within, name) => format!("{within}.{name}"),
        };
        let value = self.all.pointer(&format!("/{}", name.replace('.', "/")));
        let key = entry.key();
        let mut field = Field::new(entry.kind(), &name, self.locale.text(&key))
            .value(entry.shown(value, self.locale))
            .help(self.locale.own(&format!("{key}-help")).unwrap_or_default())
            .width(entry.width);
        field.required = entry.required;
        if entry.shape == Shape::Language {
            let choice = |one: &Locale| Choice::new(one.tag(), self.locale.name_of(one.tag()));
            field.choices = Locale::of_papers().map(choice).collect();
            keep_other(&mut field);
        }
        if let Shape::Coded(coded) = entry.shape {
            field.list = coded.suggestions();
            if field.list.is_empty() {
                field.choices = coded.choices(self.locale);
                keep_other(&mut field);
            }
        }
        field
    }

    /// A list of entries, each a part of the section.
    fn list(&self, list: &str, within: &str) -> Section {
        let path = if within.is_empty() { list.to_owned() } else { format!("{within}.{list}") };
        let parts = (0..entries(self.all, &path)).map(|place| {
            let within = format!("{path}.{place}");
            let mut part = self.section(list, field::of_list(list), &within);
            part.title = self.locale.count(&format!("part-{list}"), place + 1);
            part.help.clear();
            part.actions = vec![(format!("remove:{within}"), self.locale.text("part-remove"))];
            part
        });
        let mut section = self.section(list, &[], &path);
        section.parts = parts.collect();
        section.actions =
            vec![(format!("add:{path}"), self.locale.text(&format!("part-add-{list}")))];
        section
    }

    /// Lines have lists of their own: these become parts of the line.
    fn lines(&self) -> Section {
        let mut section = self.section("lines", &[], "lines");
        for place in 0..entries(self.all, "lines") {
            let within = format!("lines.{place}");
            let mut line = self.section("lines", LINE, &within);
            line.title = self.locale.count("part-lines", place + 1);
            line.help.clear();
            for list in ["origins", "packages", "treatments", "declarations"] {
                let mut listed = self.list(list, &within);
                line.actions.append(&mut listed.actions);
                line.parts.append(&mut listed.parts);
            }
            let remove = self.locale.text("part-remove-line");
            line.actions.push((format!("remove:{within}"), remove));
            section.parts.push(line);
        }
        section.actions = vec![("add:lines".to_owned(), self.locale.text("part-add-lines"))];
        section
    }
}

/// What a field is called, with the parts that it lies in: `Line 2, Packages 1`; empty for none.
pub(super) fn place(field: &str, locale: &Locale) -> String {
    let mut said = Vec::new();
    let mut parts = field.split('.').peekable();
    while let Some(part) = parts.next() {
        let at = parts.peek().and_then(|next| next.parse::<usize>().ok());
        let Some(at) = at else { break };
        said.push(locale.count(&format!("part-{part}"), at + 1));
        parts.next();
    }
    match Entry::named(field) {
        Some(entry) if !entry.name.is_empty() => said.push(locale.text(&entry.key())),
        _ if Entry::is_list(field) => {
            let list = field.rsplit('.').next().unwrap_or_default();
            said.push(locale.text(&format!("section-{list}")));
        }
        _ => {}
    }
    locale.list(said)
}

/// Counts what was found by sections; where it is told beside the fields, it is said there.
pub(super) fn mark(sections: &mut [Section], findings: &[FindingView], is_beside: bool) {
    for finding in findings.iter().filter(|finding| !finding.field.is_empty()) {
        let id = &finding.field;
        let Some(section) = sections.iter_mut().find(|section| section.has(id)) else { continue };
        section.found += 1;
        if let Some(field) =
            section.field_mut(id).filter(|field| is_beside && field.error.is_empty())
        {
            finding.text.clone_into(&mut field.error);
        }
    }
}

/// A value that is not among those offered is kept all the same.
fn keep_other(field: &mut Field) {
    if !field.choices.iter().any(|choice| choice.value == field.value) {
        field.choices.push(Choice::new(field.value.clone(), field.value.clone()));
    }
}

/// What the form's fields suggest.
pub(super) fn lists(locale: &Locale) -> Vec<List> {
    [Coded::Country, Coded::Package, Coded::Use, Coded::Plant, Coded::Condition]
        .into_iter()
        .map(|coded| List { id: coded.suggestions(), choices: coded.choices(locale) })
        .collect()
}

#[cfg(test)]
mod tests;
