//! How two code lists differ, row by row.

use std::collections::BTreeMap;

use phytohub_schemas::code_list::CodeList;
use phytohub_telemetry::Escaped;
use serde::Serialize;
use serde_json::{Map, Value};

/// Rows that only one list has, and rows that say something else.
#[derive(Debug, Serialize)]
pub(super) struct Difference {
    pub(super) added: Vec<Map<String, Value>>,
    pub(super) removed: Vec<Map<String, Value>>,
    pub(super) changed: Vec<Changed>,
}

/// A row that both have, with the fields that differ: what the first says, then the second.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    lang: String,
    fields: BTreeMap<String, [Value; 2]>,
}

type Key = (String, String);

impl Difference {
    /// What makes the second of the first.
    pub(super) fn between(first: &CodeList, second: &CodeList) -> Self {
        Self::of(rows(first), rows(second))
    }

    /// What a list is, compared with none.
    pub(super) fn from_nothing(list: &CodeList) -> Self {
        Self::of(BTreeMap::new(), rows(list))
    }

    fn of(
        mut first: BTreeMap<Key, Map<String, Value>>,
        second: BTreeMap<Key, Map<String, Value>>,
    ) -> Self {
        let mut this = Self { added: Vec::new(), removed: Vec::new(), changed: Vec::new() };
        for ((code, lang), row) in second {
            let key = (code, lang);
            match first.remove(&key) {
                None => this.added.push(row),
                Some(before) if before == row => {}
                Some(before) => {
                    let fields = changed_fields(&before, &row);
                    this.changed.push(Changed { code: key.0, lang: key.1, fields });
                }
            }
        }
        this.removed.extend(first.into_values());
        this
    }

    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// How many rows of each kind.
    pub(super) fn summary(&self) -> String {
        let (added, removed) = (self.added.len(), self.removed.len());
        match self.is_empty() {
            true => "no difference".to_owned(),
            false => format!("{added} added, {removed} removed, {} changed", self.changed.len()),
        }
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("JSON values and strings are JSON")
    }

    pub(super) fn to_text(&self) -> String {
        let mut lines: Vec<String> = self.lines().collect();
        lines.push(self.summary());
        lines.join("\n")
    }

    /// A line for each row: '+', '-' or '~', code, language, what it says.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let removed = self.removed.iter().map(|row| format!("- {}", told(row)));
        let added = self.added.iter().map(|row| format!("+ {}", told(row)));
        let changed = self.changed.iter().map(|changed| {
            let fields = changed.fields.iter();
            let fields = fields.map(|(name, [before, now])| format!("{name}: {before} -> {now}"));
            let fields = fields.collect::<Vec<_>>().join("; ");
            let line = format!("~ {} {} {fields}", changed.code, changed.lang);
            Escaped(&line.replace("  ", " ")).to_string()
        });
        removed.chain(added).chain(changed)
    }
}

/// Rows as their file has them, so that every field counts.
fn rows(list: &CodeList) -> BTreeMap<Key, Map<String, Value>> {
    let file: Value = serde_json::from_str(&list.to_json()).unwrap_or_default();
    let rows = file.get("rows").and_then(Value::as_array).into_iter().flatten();
    let keyed = rows.filter_map(Value::as_object).map(|row| {
        let text =
            |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        ((text("code"), text("lang")), row.clone())
    });
    keyed.collect()
}

fn changed_fields(
    before: &Map<String, Value>,
    now: &Map<String, Value>,
) -> BTreeMap<String, [Value; 2]> {
    let names = before.keys().chain(now.keys());
    let field = |row: &Map<String, Value>, name| row.get(name).cloned().unwrap_or_default();
    let both = names.map(|name| (name.clone(), [field(before, name), field(now, name)]));
    both.filter(|(_, [before, now])| before != now).collect()
}

/// Code, language and the texts of a row.
fn told(row: &Map<String, Value>) -> String {
    let head = ["code", "lang"].into_iter().filter_map(|name| row.get(name)?.as_str());
    let texts = ["text", "name", "description", "usedTransportMean"];
    let text = texts.into_iter().find_map(|name| row.get(name)?.as_str());
    let line = head.chain(text).collect::<Vec<_>>().join(" ");
    Escaped(&line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &str) -> CodeList {
        let head = r#""name": "conditions", "title": "C", "kind": "condition", "source": "s",
            "edition": "1", "licence": "l", "complete": false"#;
        CodeList::read(&format!("{{{head}, \"rows\": [{rows}]}}")).expect("a list")
    }

    fn row(code: &str, lang: &str, name: &str, more: &str) -> String {
        format!("{{\"code\": \"{code}\", \"lang\": \"{lang}\", \"name\": \"{name}\"{more}}}")
    }

    #[test]
    fn rows_are_compared_by_code_and_language() {
        let first =
            [row("A", "en", "one", ""), row("B", "en", "two", ""), row("B", "es", "dos", "")];
        let second = [
            row("B", "en", "two!", ", \"active\": false"),
            row("C", "en", "three", ""),
            row("B", "es", "dos", ""),
        ];
        let (first, second) = (list(&first.join(",")), list(&second.join(",")));
        let difference = Difference::between(&first, &second);
        let lines: Vec<String> = difference.lines().collect();
        assert_eq!(
            lines,
            [
                "- A en one",
                "+ C en three",
                "~ B en active: null -> false; name: \"two\" -> \"two!\"",
            ]
        );
        assert_eq!(difference.summary(), "1 added, 1 removed, 1 changed");
        assert!(Difference::between(&first, &first).is_empty());
        assert_eq!(Difference::from_nothing(&second).added.len(), 3);
    }
}
