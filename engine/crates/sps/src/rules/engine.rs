//! One pass over the table of elements, each held to the rules of its type.

use std::sync::LazyLock;

use super::check::{Breach, run};
use super::codes::{CodeListName, LookUpCodes, Standing};
use super::mapping::OTHER_TYPES;
use super::schema::REQUIRED;
use super::{Rule, Scope, rules};
use crate::document::{Element, SpsDocument};
use crate::finding::Level;
use crate::name::Name;
use crate::namespace::DocumentKind;
use crate::read::Sink;
use crate::schema::Kind;

/// What a type of element is held to.
struct Held {
    rules: Vec<&'static Rule>,
    required: u32,
}

static HELD: LazyLock<Vec<Held>> = LazyLock::new(|| {
    let held = |kind: &Kind| {
        let rules = rules().filter(|rule| rule.at == Some(*kind)).collect();
        Held { rules, required: kind.required() }
    };
    Kind::ALL.iter().map(held).collect()
});

/// Holds a document to all rules. Every rule sees an element at most once, so the time is that of
/// the elements, whatever is wrong with them.
pub(crate) fn evaluate(document: &SpsDocument<'_>, codes: &dyn LookUpCodes, sink: &mut Sink) {
    let Some(root) = document.root() else { return };
    let facts = Facts::of(document, root, codes);
    let mut incomplete = Vec::new();
    for (index, node) in (0_u32..).zip(&document.nodes) {
        let Some(held) = HELD.get(node.kind as usize) else { continue };
        if held.rules.is_empty() && held.required & !node.seen == 0 {
            continue;
        }
        let Some(element) = document.element(index) else { continue };
        for rule in &held.rules {
            if facts.are_in(rule.scope) {
                hold(rule, element, &facts, codes, sink);
            }
        }
        if held.required & !node.seen != 0 {
            incomplete.push((element, held.required & !node.seen));
        }
    }
    for (element, missing) in incomplete {
        require(element, missing, sink);
    }
}

fn hold(
    rule: &'static Rule,
    element: Element<'_>,
    facts: &Facts,
    codes: &dyn LookUpCodes,
    sink: &mut Sink,
) {
    run(rule.check, element, codes, &mut |breach: Breach<'_, '_>| {
        let mut level = breach.level.map_or(rule.level, |level| level.min(rule.level));
        if facts.withdrawal && rule.is_capped() {
            level = level.min(Level::Warning);
        }
        let place = breach.element;
        sink.report_as(rule, level, place.offset(), breach.value, || {
            breach.rest.iter().fold(place.path(), |path, name| join(path, name.as_str()))
        });
    });
}

fn join(mut path: String, step: &str) -> String {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(step);
    path
}

/// Tells what the schema misses, unless a rule of the profile told so with better words.
fn require(element: Element<'_>, missing: u32, sink: &mut Sink) {
    let rows = (0..).zip(element.node.kind.children());
    for (_, child) in rows.filter(|(row, _)| missing & (1 << row) != 0) {
        let path = join(element.path(), child.local);
        if !sink.findings.iter().any(|finding| is_at_or_below(&finding.path, &path)) {
            sink.report(&REQUIRED, element.offset(), child.local, || path);
        }
    }
}

fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What decides which rules apply.
struct Facts {
    kind: Option<DocumentKind>,
    document_type: Type,
    withdrawal: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Type {
    Export,
    ReExport,
    Other,
    Unusual,
    Unknown,
}

impl Facts {
    fn of(document: &SpsDocument<'_>, root: Element<'_>, codes: &dyn LookUpCodes) -> Self {
        let is_known =
            |code: &str| codes.look_up(CodeListName::DocumentTypes, code) != Standing::Unknown;
        let head = root.child(Name::SPSExchangedDocument);
        let code = |name| head.and_then(|head| head.child(name)).map(Element::text);
        let document_type = match code(Name::TypeCode).as_deref() {
            Some("851") => Type::Export,
            Some("657") => Type::ReExport,
            None | Some("") => Type::Unknown,
            Some(code) if OTHER_TYPES.contains(&code) => Type::Other,
            Some(code) if is_known(code) => Type::Unusual,
            Some(_) => Type::Unknown,
        };
        let withdrawal = code(Name::StatusCode).as_deref() == Some("40");
        Self { kind: document.kind(), document_type, withdrawal }
    }

    fn are_in(&self, scope: Scope) -> bool {
        if scope == Scope::Document {
            return true;
        }
        self.kind == Some(DocumentKind::Certificate)
            && match scope {
                Scope::Certificate | Scope::Document => true,
                Scope::Profile => matches!(self.document_type, Type::Export | Type::ReExport),
                Scope::Export => self.document_type == Type::Export,
                Scope::ReExport => self.document_type == Type::ReExport,
                Scope::OutsideProfile => self.document_type == Type::Other,
                Scope::UnusualType => self.document_type == Type::Unusual,
            }
    }
}
