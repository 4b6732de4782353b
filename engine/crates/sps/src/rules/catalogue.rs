//! The table of rules for people.

use std::fmt::Write;

use super::{Check, Rule, Scope, rules};

/// All rules as a Markdown document: what `RULES.md` among the schemas must be.
#[must_use]
pub fn rules_as_markdown() -> String {
    let mut out = String::from(HEAD);
    for rule in rules() {
        row(&mut out, rule);
    }
    out
}

fn row(out: &mut String, rule: &Rule) {
    let help = if rule.help.is_empty() { "as the message says" } else { rule.help };
    let written = writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        rule.id,
        rule.level,
        rule.area,
        cell(scope(rule.scope)),
        cell(&place(rule)),
        cell(rule.text),
        cell(help),
        cell(rule.source),
    );
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Certificate => "certificates",
        Scope::Profile => "851, 657",
        Scope::Export => "851",
        Scope::ReExport => "657",
        Scope::OutsideProfile => "other certificates",
        Scope::UnusualType => "types of no certificate",
        Scope::Document => "all documents",
    }
}

/// The element that the rule looks at, and what below it.
fn place(rule: &Rule) -> String {
    let Some(kind) = rule.at else {
        return match rule.check {
            Check::Envelope => "header and content".to_owned(),
            Check::Signature => "signature".to_owned(),
            _ => "while reading".to_owned(),
        };
    };
    let steps = |path: &[crate::Name]| path.iter().map(|n| format!("/{}", n.as_str())).collect();
    let below: String = match rule.check {
        Check::Exists(paths) | Check::Filled(paths) => {
            let all: Vec<String> = paths.iter().map(|path| steps(path)).collect();
            all.join(" or ")
        }
        Check::FilledOrNote(paths, subject) => {
            let all: Vec<String> = paths.iter().map(|path| steps(path)).collect();
            format!("{} or note {subject}", all.join(" or "))
        }
        Check::Note(subject) => format!(" note {subject}"),
        Check::NoteNeeds(first, second) => format!(" note {second} where {first} is"),
        Check::Listed(path, _)
        | Check::ListedNumber(path, _)
        | Check::InProfile(path, _)
        | Check::OneOf(path, _)
        | Check::FirstOf(path, _)
        | Check::NoneOf(path, _)
        | Check::Form(path, _)
        | Check::Longest(path, _) => steps(path),
        Check::HasAttribute(name)
        | Check::FilledAttribute(name)
        | Check::ListedAttribute(name, _) => format!("@{name}"),
        Check::TaggedListed(tags, _) => format!("/Description[2] after {}", tags.join(" or ")),
        Check::ClassCode(system, _) => format!("/ClassCode where SystemName is {system}"),
        _ => String::new(),
    };
    format!("{kind:?}{below}")
}

const HEAD: &str = "# Rules\n\n\
What a document is held to, in the order of the rules' ids. An id is never reused and never\n\
renamed: texts are translated by it. `{}` stands for what was found. Elements are named by their\n\
type: `Party` is every element of the schema's type SPSPartyType. For a withdrawal (status 40) no\n\
rule of the areas MandatoryElements and Mapping is graver than WARNING, except header against\n\
content. A code that is missing from a list known to be partial is INFO.\n\n\
This file is written by the tests of package `phytohub-sps` with `UPDATE_RULES=1`.\n\n\
| rule | level | area | applies to | looks at | what is wrong | what would be right | source |\n\
|---|---|---|---|---|---|---|---|\n";
