//! What differs between two texts of a certificate, field by field.

use serde_json::Value;

use super::Draft;

/// A field that is not the same in both.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The field, such as `lines.2.produce`, counted from 0. Of an entry that is in one text alone,
    /// its place there.
    pub field: String,
    /// What it said; empty where it was not.
    pub before: String,
    /// What it says.
    pub after: String,
}

/// What differs, in the order of the form.
#[must_use]
pub fn differences(before: &Draft, after: &Draft) -> Vec<Difference> {
    let value = |draft: &Draft| serde_json::to_value(draft).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &value(before), &value(after), &mut found);
    found
}

/// Compares two values of our own model, which is nested four deep.
fn compare(field: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    if let (Value::Array(old), Value::Array(new)) = (before, after)
        && !is_text(field)
    {
        return compare_lists(field, old, new, found);
    }
    if matches!((before, after), (Value::Object(_), _) | (_, Value::Object(_))) {
        let names = |value: &Value| value.as_object().map(|all| all.keys().cloned().collect());
        let all: Vec<String> = names(after).or_else(|| names(before)).unwrap_or_default();
        for name in all {
            let inner = |value: &Value| value.get(&name).cloned().unwrap_or_default();
            compare(&below(field, &name), &inner(before), &inner(after), found);
        }
        return;
    }
    // A list that only one of the two has: entry by entry against nothing.
    if let (Value::Array(list), false) =
        (if after.is_null() { before } else { after }, is_text(field))
    {
        let (old, new) = if after.is_null() { (&**list, &[][..]) } else { (&[][..], &**list) };
        return compare_lists(field, old, new, found);
    }
    let (before, after) = (text(before), text(after));
    if before != after {
        found.push(Difference { field: field.to_owned(), before, after });
    }
}

/// Entries at the beginning and at the end that are the same in both are left out, so that one that
/// was put in or taken out between does not make all others differ.
fn compare_lists(field: &str, old: &[Value], new: &[Value], found: &mut Vec<Difference>) {
    let same = |pair: &(&Value, &Value)| pair.0 == pair.1;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) =
        (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let old = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    for place in 0..old.len().max(new.len()) {
        let entry = |list: &[Value]| list.get(place).cloned().unwrap_or_default();
        compare(&below(field, &(head + place).to_string()), &entry(old), &entry(new), found);
    }
}

/// Whether a list is one text in lines.
fn is_text(field: &str) -> bool {
    field.ends_with("address") || field.ends_with("seals")
}

fn below(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => {
            lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Line, Treatment};

    fn line(produce: &str) -> Line {
        Line { produce: produce.to_owned(), ..Line::default() }
    }

    fn told(before: &Draft, after: &Draft) -> Vec<(String, String, String)> {
        let one = |one: Difference| (one.field, one.before, one.after);
        differences(before, after).into_iter().map(one).collect()
    }

    fn is(field: &str, before: &str, after: &str) -> (String, String, String) {
        (field.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn changed_fields_are_told_and_no_others() {
        let mut before = Draft { lines: vec![line("Apples"), line("Pears")], ..Draft::default() };
        before.exporter.address = vec!["1 Street".to_owned()];
        let mut after = before.clone();
        assert_eq!(told(&before, &after), []);
        after.destination = "NL".to_owned();
        after.exporter.address.push("Town".to_owned());
        after.lines[1].net_weight.value = "5".to_owned();
        let expected = [
            is("destination", "", "NL"),
            is("exporter.address", "1 Street", "1 Street\nTown"),
            is("lines.1.net_weight.value", "", "5"),
        ];
        let mut found = told(&before, &after);
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn entry_put_in_between_is_the_only_difference() {
        let before = Draft { lines: vec![line("Apples"), line("Pears")], ..Draft::default() };
        let mut after = before.clone();
        after.lines.insert(1, line("Plums"));
        assert_eq!(told(&before, &after), [is("lines.1.produce", "", "Plums")]);
        assert_eq!(told(&after, &before), [is("lines.1.produce", "Plums", "")]);
    }

    #[test]
    fn what_lies_within_an_entry_that_is_gone_is_told() {
        let mut before = Draft { transit: vec!["FR".to_owned()], ..Draft::default() };
        before.lines = vec![line("Apples")];
        let treatment = Treatment { chemical: "Phosphine".to_owned(), ..Treatment::default() };
        before.lines[0].treatments.push(treatment);
        let mut found = told(&before, &Draft::default());
        found.sort();
        let expected = [
            is("lines.0.produce", "Apples", ""),
            is("lines.0.treatments.0.chemical", "Phosphine", ""),
            is("transit.0", "FR", ""),
        ];
        assert_eq!(found, expected);
    }
}
