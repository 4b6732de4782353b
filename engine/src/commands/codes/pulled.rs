//! A list as another hub told it, made fit to be served.

use std::collections::BTreeMap;

use phytohub_schemas::code_list::{CodeList, Description, LANGUAGES, ReadCodeListError, Rows};
use phytohub_wire::soap::client::{ClientCodeList, ReplyError};
use serde_json::Value;

/// A list and what had to be done for it.
#[derive(Debug)]
pub(super) struct Pulled {
    pub(super) list: CodeList,
    /// Sentences for the operator.
    pub(super) remarks: Vec<String>,
}

impl Pulled {
    /// Repairs what can be repaired, leaves out what cannot, and fills missing languages with rows
    /// of the list in force. The description is `ours` but for the source.
    pub(super) fn new(
        told: &ClientCodeList,
        ours: Option<&CodeList>,
        source: &str,
        edition: &str,
    ) -> Result<Self, ReadCodeListError> {
        let mut remarks = Vec::new();
        let (rows, torn) = readable_rows(told);
        remark(&mut remarks, "left out, a field is missing or no value of the WSDL", &torn);
        let before = texts(&rows);
        let embedded = phytohub_schemas::code_list(told.operation.list()).description();
        let head = ours.map_or(embedded, CodeList::description);
        let description = Description {
            source: source.to_owned(),
            edition: edition.to_owned(),
            licence: "as the other hub publishes it".to_owned(),
            // Another hub's list need not be all that there is.
            complete: false,
            note: String::new(),
            ..head.clone()
        };
        let (list, left_out) = CodeList::salvage(description, rows)?;
        let left_out: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        remark(&mut remarks, "left out", &left_out);
        let now = texts(list.rows());
        let repaired = now.iter().filter(|(key, text)| before.get(key) != Some(text));
        let named = repaired.map(|((code, lang), _)| format!("{code} {lang}"));
        let repaired: Vec<String> = named.collect();
        remark(&mut remarks, "repaired, white space was out of order", &repaired);
        let (list, filled, lacking) = fill(list, ours)?;
        remark(&mut remarks, "kept from the list in force, the language was missing", &filled);
        // Clients take the first row in their language of these, and fail where there is none.
        let spoken = matches!(
            list.rows(),
            Rows::Condition(_)
                | Rows::IntendedUse(_)
                | Rows::ProductDescription(_)
                | Rows::Statement(_)
        );
        if spoken {
            let languages = LANGUAGES.join(", ");
            let hint = format!("lack one of the languages {languages}, clients may stumble");
            remark(&mut remarks, &hint, &lacking);
        }
        Ok(Self { list, remarks })
    }
}

/// Rows that have all fields that must be there, and what the others lack.
fn readable_rows(told: &ClientCodeList) -> (Rows, Vec<String>) {
    let mut good = ClientCodeList { operation: told.operation, rows: Vec::new() };
    let mut torn = Vec::new();
    for row in &told.rows {
        let alone = ClientCodeList { operation: told.operation, rows: vec![row.clone()] };
        match alone.to_rows() {
            Ok(_) => good.rows.extend(alone.rows),
            Err(error) => {
                let code = row.get("code").or_else(|| row.get("modeCode")).unwrap_or("?");
                torn.push(format!("{} ({})", code.trim(), lacks(&error)));
            }
        }
    }
    let rows = good.to_rows();
    (rows.expect("each of them could be read alone"), torn)
}

fn lacks(error: &ReplyError) -> &'static str {
    match error {
        ReplyError::Unexpected { what } => what,
        _ => "XML",
    }
}

/// What rows say, by code and language as a tidy list has them.
fn texts(rows: &Rows) -> BTreeMap<(String, String), [String; 3]> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let keyed = rows.iter().map(|row| {
        let lang = words(row.lang().unwrap_or_default()).to_lowercase();
        let [one, other] = row.details();
        ((words(row.code()), lang), [row.text(), one, other].map(str::to_owned))
    });
    keyed.collect()
}

/// The list with what we know better: marks of ours on rows that say the same, for which the wire has
/// no field, and our rows for the languages that the other hub's codes lack. Second the rows that
/// were taken, third those that lack all the same.
fn fill(
    list: CodeList,
    ours: Option<&CodeList>,
) -> Result<(CodeList, Vec<String>, Vec<String>), ReadCodeListError> {
    let mut known = BTreeMap::new();
    let ours = ours.map(|ours| serde_json::from_str::<Value>(&ours.to_json())).transpose()?;
    for row in ours.as_ref().and_then(|file| file.get("rows")?.as_array()).into_iter().flatten() {
        known.insert(key(row), row);
    }
    let mut file: Value = serde_json::from_str(&list.to_json())?;
    let (mut filled, mut lacking) = (Vec::new(), Vec::new());
    if let Some(rows) = file.get_mut("rows").and_then(Value::as_array_mut) {
        for row in &mut *rows {
            if let Some(known) = known.get(&key(row))
                && *row == unmarked(known)
            {
                *row = (*known).clone();
            }
        }
        for (code, lang) in list.missing_languages() {
            match known.get(&(code.to_owned(), lang.to_owned())) {
                Some(row) => {
                    rows.push((*row).clone());
                    filled.push(format!("{code} {lang}"));
                }
                None => lacking.push(format!("{code} {lang}")),
            }
        }
    }
    Ok((CodeList::read(&file.to_string())?, filled, lacking))
}

fn key(row: &Value) -> (String, String) {
    let text = |name| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("code"), text("lang"))
}

fn unmarked(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        fields.remove("unofficial");
    }
    row
}

/// One sentence with the first few of many.
fn remark(remarks: &mut Vec<String>, what: &str, which: &[String]) {
    if which.is_empty() {
        return;
    }
    let more = which.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let named: Vec<&str> = which.iter().take(NAMED_MAX).map(String::as_str).collect();
    remarks.push(format!("{} {what}: {}{more}", which.len(), named.join(", ")));
}

/// So many are named; the rest is counted.
const NAMED_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use phytohub_wire::soap::CodeListOperation;
    use phytohub_wire::soap::client::ClientRow;

    use super::*;

    fn row(fields: &[(&str, &str)]) -> ClientRow {
        let owned = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        ClientRow { fields: owned.collect() }
    }

    fn condition(code: &str, lang: &str, name: &str) -> ClientRow {
        row(&[("active", "true"), ("code", code), ("lang", lang), ("name", name)])
    }

    #[test]
    fn dirty_lists_are_salvaged_and_what_was_done_is_told() {
        let ours = phytohub_schemas::code_list(phytohub_schemas::CodeListName::Conditions);
        let known = ours.rows().get(0).expect("a condition").code().to_owned();
        let rows = vec![
            condition(&known, "EN", "very\n\t fresh"),
            condition("X1", "en", "NULL"),
            condition("X2", "", "no language"),
            condition("X3", "en", "only English"),
            row(&[("code", "X4"), ("name", "no activity"), ("lang", "en")]),
            row(&[("active", "true"), ("name", "no code"), ("lang", "en")]),
        ];
        let told = ClientCodeList { operation: CodeListOperation::Conditions, rows };
        let pulled = Pulled::new(&told, Some(ours), "https://hub.example/", "2026-11-22");
        let Pulled { list, remarks } = pulled.expect("a list");
        assert_eq!(list.row(&known, "en").expect("kept").text(), "very fresh");
        assert!(list.row(&known, "es").is_some() && list.row(&known, "fr").is_some());
        assert!(list.contains("X3"));
        for gone in ["X1", "X2", "X4"] {
            assert!(!list.contains(gone), "{gone}");
        }
        let told = remarks.join("\n");
        for part in ["X4 (active)", "? (code)", "code=X1", "code=X2", "X3 es, X3 fr", "2 kept"] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
        assert!(
            told.contains(&format!("1 repaired, white space was out of order: {known} en")),
            "{told}"
        );
    }
}
