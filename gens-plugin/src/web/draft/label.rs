//! What fields are called away from their form.

use serde_json::Value;

use super::field::{Entry, Shape};
use crate::web::list::Coded;
use crate::web::text::Locale;

/// What a field of a draft is called, with the entries of lists that it lies in, and how its values
/// are shown.
pub(in crate::web) fn label(
    name: &str,
    locale: &'static Locale,
) -> (String, impl Fn(&str) -> String) {
    let mut parts = Vec::new();
    let mut list = "";
    for part in name.split('.') {
        match part.parse::<usize>() {
            Ok(place) if !list.is_empty() => {
                parts.push(locale.count(&format!("part-{list}"), place.saturating_add(1)));
            }
            _ => list = part,
        }
    }
    let entry = Entry::named(name);
    match entry {
        Some(entry) => parts.push(own(name, entry, locale)),
        None => parts.push(name.rsplit('.').next().unwrap_or_default().to_owned()),
    }
    let shown = move |value: &str| shown(entry, value, locale);
    (parts.join(" · "), shown)
}

/// A unit is called by what it measures.
fn own(name: &str, entry: &Entry, locale: &Locale) -> String {
    let text = locale.text(&entry.key());
    let measured = name.strip_suffix(".unit").map(|stem| format!("{stem}.value"));
    match measured.as_deref().and_then(Entry::named) {
        Some(value) => format!("{}: {text}", locale.text(&value.key())),
        None => text,
    }
}

fn shown(entry: Option<&Entry>, value: &str, locale: &Locale) -> String {
    let Some(entry) = entry.filter(|_| !value.is_empty()) else { return value.to_owned() };
    match entry.shape {
        Shape::Coded(coded @ (Coded::Country | Coded::Package)) => coded.shown(value, locale),
        Shape::Coded(coded) => coded.label(value, locale),
        Shape::Language => {
            let key = format!("written-in-{value}");
            locale.own(&key).unwrap_or_else(|| value.to_owned())
        }
        _ => entry.shown(Some(&Value::String(value.to_owned())), locale),
    }
}
