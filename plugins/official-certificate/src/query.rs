//! Ways through a document.

use std::borrow::Cow;

use phytohub_sps::{Element, Name};

/// Does something with every element at the end of a path. Paths are those of the tables, at most
/// six steps long.
pub(crate) fn each<'d>(element: Element<'d>, path: &[Name], action: &mut dyn FnMut(Element<'d>)) {
    match path.split_first() {
        None => action(element),
        Some((name, rest)) => {
            element.children_named(*name).for_each(|next| each(next, rest, action));
        }
    }
}

/// Whether any element at the end of the path is as wished.
pub(crate) fn any(
    element: Element<'_>,
    path: &[Name],
    wished: &dyn Fn(Element<'_>) -> bool,
) -> bool {
    match path.split_first() {
        None => wished(element),
        Some((name, rest)) => element.children_named(*name).any(|next| any(next, rest, wished)),
    }
}

/// Whether any element at the end of the path has text.
pub(crate) fn filled(element: Element<'_>, path: &[Name]) -> bool {
    any(element, path, &|found| found.is_filled())
}

/// The text of an element, of a date wherever in it the text stands.
pub(crate) fn value(element: Element<'_>) -> Cow<'_, str> {
    let text = element.text();
    if !text.is_empty() {
        return text;
    }
    let is_date =
        |child: &Element<'_>| matches!(child.name(), Name::DateTimeString | Name::DateTime);
    element.children().find(is_date).map_or(text, Element::text)
}

/// The first text at the end of a path; empty if there is none.
pub(crate) fn text<'d>(element: Element<'d>, path: &[Name]) -> Cow<'d, str> {
    element.descend(path).map_or(Cow::Borrowed(""), value)
}

/// All texts at the end of a path that say something.
pub(crate) fn texts<'d>(element: Element<'d>, path: &[Name]) -> Vec<Cow<'d, str>> {
    let mut all = Vec::new();
    each(element, path, &mut |found| {
        let text = value(found);
        if !text.is_empty() {
            all.push(text);
        }
    });
    all
}

/// Whether a name is of a system that is the Harmonized System or begins with its codes.
pub(crate) fn is_hs(class: Element<'_>) -> bool {
    let of = |name| class.children_named(name).any(|system| HS.contains(&&*system.text()));
    of(Name::SystemName) || of(Name::SystemID)
}

/// The Harmonized System, and nomenclatures whose codes begin with its own: the Combined
/// Nomenclature of the EU and of the UK, that of Mercosur, the tariff schedule of the US.
const HS: &[&str] = &["HS", "CN", "NCM", "HTS", "HSCODE", "HTSUS"];
