//! The attributes of a start tag: legal, not twice, in declared namespaces; kept where they may matter.

use std::borrow::Cow;

use super::common::Common;
use super::scope::{DeclareError, Scope};
use super::{Flaw, Tag, rule};
use crate::document::{Attribute, Span, decode_attribute};
use crate::xml::{self, RawAttribute};

/// Reads the attributes of a tag into `common.fresh` and its declarations into `scope`.
#[inline]
pub(super) fn read<'t>(
    scope: &mut Scope<'t>,
    common: &mut Common<'t>,
    tag: &Tag<'t>,
) -> Result<(), Flaw> {
    common.fresh.clear();
    if tag.name == tag.inner.len() { Ok(()) } else { read_all(scope, common, tag) }
}

fn read_all<'t>(scope: &mut Scope<'t>, common: &mut Common<'t>, tag: &Tag<'t>) -> Result<(), Flaw> {
    let base = tag.at + 1;
    common.raw.clear();
    let (raw, fresh) = (&mut common.raw, &mut common.fresh);
    let mut qualified = false;
    xml::read_attributes(tag.inner, tag.name, |attribute| {
        if attribute.name != "xmlns" && !attribute.name.contains(':') {
            fresh.push(kept(&attribute, base));
        } else {
            qualified = true;
        }
        raw.push(attribute);
    })
    .map_err(|slip| Flaw::syntax(base, slip))?;
    if common.raw.len() > common.limits.attributes_max {
        return Err(Flaw::limit(tag.at, "more attributes in one tag than are read"));
    }
    if common.raw.len() > 1
        && let Some(twice) = twice(&mut common.raw)
    {
        let what = "an attribute that stands twice in a tag: leave one out";
        return Err(Flaw::malformed(base + twice, what));
    }
    if qualified { read_qualified(scope, common, tag) } else { Ok(()) }
}

/// The declarations and the attributes with prefixes, which need them.
fn read_qualified<'t>(
    scope: &mut Scope<'t>,
    common: &mut Common<'t>,
    tag: &Tag<'t>,
) -> Result<(), Flaw> {
    for index in 0..common.raw.len() {
        let Some(attribute) = common.raw.get(index).copied() else { break };
        let Some(prefix) = declared(attribute.name) else { continue };
        let uri = match attribute.encoded {
            true => Cow::Owned(decode_attribute(attribute.value)),
            false => Cow::Borrowed(attribute.value),
        };
        let right = prefix.is_empty() || (xml::is_ncname(prefix) && !uri.is_empty());
        let most = common.limits.bindings_max;
        let declared = if right {
            scope.declare(tag.depth, prefix, uri, most)
        } else {
            Err(DeclareError::Reserved)
        };
        match declared {
            Ok(()) => {}
            Err(DeclareError::Reserved) => unbound(common, tag, &attribute),
            Err(DeclareError::TooMany) => {
                return Err(Flaw::limit(tag.at, "more namespace declarations than are read"));
            }
        }
    }
    let mut prefixed = 0;
    for index in 0..common.raw.len() {
        let Some(attribute) = common.raw.get(index).copied() else { break };
        let Some((prefix, _)) = attribute.name.split_once(':') else { continue };
        if prefix == "xmlns" {
            continue;
        }
        prefixed += 1;
        if !is_qualified(attribute.name) || scope.uri(prefix).is_none() {
            unbound(common, tag, &attribute);
        }
    }
    if prefixed > 1 && same_expanded(scope, &common.raw) {
        let what = "two prefixes of one namespace on the same attribute";
        common.sink.report_once(&rule::NAMESPACE, tag.at, what, String::new);
    }
    Ok(())
}

/// The prefix that an attribute declares, empty for the default.
fn declared(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        rest => rest.strip_prefix(':').map(|prefix| if prefix.is_empty() { ":" } else { prefix }),
    }
}

#[cold]
fn unbound(common: &mut Common<'_>, tag: &Tag<'_>, attribute: &RawAttribute<'_>) {
    let place = tag.at + 1 + attribute.name_at;
    common.sink.report_once(&rule::NAMESPACE, place, attribute.name, String::new);
}

/// Holds an element's name, which stands at `at`, to the grammar.
pub(super) fn check_name(common: &mut Common<'_>, name: &str, at: usize) -> Result<(), Flaw> {
    if !xml::is_name(name) {
        return Err(Flaw::malformed(at, "a tag without a name: write '<' in text as '&lt;'"));
    }
    if !is_qualified(name) {
        common.sink.report_once(&rule::NAMESPACE, at, name, String::new);
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
fn same_expanded(scope: &Scope<'_>, all: &[RawAttribute<'_>]) -> bool {
    let prefixed = all.iter().filter_map(|one| one.name.split_once(':'));
    let mut expanded: Vec<_> = prefixed
        .filter(|(prefix, _)| *prefix != "xmlns")
        .filter_map(|(prefix, local)| Some((scope.uri(prefix)?, local)))
        .collect();
    expanded.sort_unstable();
    expanded.windows(2).any(|pair| matches!(pair, [first, second] if first == second))
}

const FEW: usize = 12;
