//! The attributes of a start tag: legal, not twice, in declared namespaces; kept where they may matter.

use quick_xml::name::{NamespaceResolver, QName, ResolveResult};

use super::build::Builder;
use super::{Flaw, rule};
use crate::document::{Attribute, Span};
use crate::xml::{self, RawAttribute};

/// Reads the inside of a tag that begins at `at` into `builder.fresh`, from behind the name.
pub(super) fn read<'t>(
    resolver: &NamespaceResolver,
    builder: &mut Builder<'t>,
    inner: &'t str,
    name: &str,
    at: usize,
) -> Result<(), Flaw> {
    let base = at + 1;
    builder.raw.clear();
    builder.fresh.clear();
    if name.len() == inner.len() {
        return Ok(());
    }
    let raw = &mut builder.raw;
    xml::read_attributes(inner, name.len(), |attribute| raw.push(attribute))
        .map_err(|slip| Flaw::syntax(base, slip))?;
    if builder.raw.len() > builder.limits.attributes_max {
        return Err(Flaw::limit(at, "more attributes in one tag than are read"));
    }
    if let Some(twice) = twice(&mut builder.raw) {
        let what = "an attribute that stands twice in a tag: leave one out";
        return Err(Flaw::malformed(base + twice, what));
    }
    let mut prefixed = 0;
    for index in 0..builder.raw.len() {
        let Some(attribute) = builder.raw.get(index).copied() else { break };
        if attribute.name == "xmlns" {
            continue;
        }
        if !attribute.name.contains(':') {
            builder.fresh.push(kept(&attribute, base));
            continue;
        }
        prefixed += usize::from(!attribute.name.starts_with("xmlns:"));
        if !is_bound(resolver, &attribute) {
            let place = base + attribute.name_at;
            builder.sink.report_once(&rule::NAMESPACE, place, attribute.name, String::new);
        }
    }
    if prefixed > 1 && same_expanded(resolver, &builder.raw) {
        let what = "two prefixes of one namespace on the same attribute";
        builder.sink.report_once(&rule::NAMESPACE, at, what, String::new);
    }
    Ok(())
}

/// Holds an element's name, which stands at `at`, to the grammar.
pub(super) fn check_name(builder: &mut Builder<'_>, name: &str, at: usize) -> Result<(), Flaw> {
    if !xml::is_name(name) {
        return Err(Flaw::malformed(at, "a tag without a name: write '<' in text as '&lt;'"));
    }
    if !is_qualified(name) {
        builder.sink.report_once(&rule::NAMESPACE, at, name, String::new);
    }
    Ok(())
}

fn kept(attribute: &RawAttribute<'_>, base: usize) -> Attribute {
    let span = |at: usize, text: &str| Span::new(base + at, base + at + text.len());
    Attribute {
        name: span(attribute.name_at, attribute.name),
        value: span(attribute.value_at, attribute.value),
        encoded: attribute.encoded,
    }
}

/// Whether a prefixed attribute, or the declaration of a prefix, means something.
fn is_bound(resolver: &NamespaceResolver, attribute: &RawAttribute<'_>) -> bool {
    if !is_qualified(attribute.name) {
        return false;
    }
    if attribute.name.starts_with("xmlns:") {
        return !attribute.value.is_empty();
    }
    let (resolved, _) = resolver.resolve_attribute(QName(attribute.name));
    matches!(resolved, ResolveResult::Bound(_))
}

/// `QName` of Namespaces in XML, given that it is a name.
fn is_qualified(name: &str) -> bool {
    match name.split_once(':') {
        None => true,
        Some((prefix, local)) => !prefix.is_empty() && xml::is_ncname(local),
    }
}

/// Where a name stands for the second time. Few attributes are compared each with each; many are
/// sorted, because a sender may write hundreds.
fn twice(all: &mut [RawAttribute<'_>]) -> Option<usize> {
    if all.len() > FEW {
        all.sort_unstable_by_key(|attribute| (attribute.name, attribute.name_at));
        let mut pairs = all.windows(2);
        return pairs.find_map(|pair| match pair {
            [first, second] if first.name == second.name => Some(second.name_at),
            _ => None,
        });
    }
    let mut rest = all.iter();
    while let Some(first) = rest.next() {
        if let Some(second) = rest.clone().find(|second| second.name == first.name) {
            return Some(second.name_at);
        }
    }
    None
}

/// Whether two prefixed attributes have one expanded name.
fn same_expanded(resolver: &NamespaceResolver, all: &[RawAttribute<'_>]) -> bool {
    let prefixed = all.iter().filter(|one| one.name.contains(':'));
    let mut expanded: Vec<_> = prefixed
        .filter_map(|one| match resolver.resolve_attribute(QName(one.name)) {
            (ResolveResult::Bound(uri), local) => Some((uri.into_inner(), local.into_inner())),
            _ => None,
        })
        .collect();
    expanded.sort_unstable();
    expanded.windows(2).any(|pair| matches!(pair, [first, second] if first == second))
}

const FEW: usize = 12;
