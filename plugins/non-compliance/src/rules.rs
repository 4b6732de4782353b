//! What a notification is held to: a table, and what looks into the document for each row of it.

use std::borrow::Cow;
use std::fmt::Write as _;

use phytohub_sps::tree::{Element, Tree};
use phytohub_sps::{Area, Level};

use crate::view::Notification;

pub(crate) mod envelope;
mod leaf;
mod mandatory;
mod mapping;
pub(crate) mod table;

pub use envelope::Envelope;
pub use table::rules;

/// One row of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable name: never reused, never renamed.
    pub id: &'static str,
    /// Which part of the validation it belongs to.
    pub area: Area,
    /// How grave it is to break it.
    pub level: Level,
    /// What is wrong, `{}` standing for what was found.
    pub text: &'static str,
    /// What would be right.
    pub help: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// One thing found in a notification.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that was broken; those of the reader begin with PC-.
    pub rule: &'static str,
    /// Which part of the validation it belongs to.
    pub area: Area,
    /// How grave it is.
    pub level: Level,
    /// The element below the root; empty for the document as a whole.
    pub path: String,
    /// What is wrong, where, and what would be right.
    pub text: String,
    /// Byte in the document.
    pub offset: usize,
}

impl From<&phytohub_sps::Finding> for Finding {
    fn from(found: &phytohub_sps::Finding) -> Self {
        Self {
            rule: found.rule.as_str(),
            area: found.area,
            level: found.level,
            path: found.path.clone(),
            text: found.text.clone(),
            offset: found.offset,
        }
    }
}

impl Finding {
    /// What was found against a rule at a place.
    pub(crate) fn of(rule: &Rule, level: Level, path: String, value: &str, offset: usize) -> Self {
        let mut text = rule.text.replace("{}", &excerpt(value));
        if !path.is_empty() {
            text.push_str(" at ");
            text.push_str(&path);
        }
        text.push_str(": ");
        text.push_str(rule.help);
        Self { rule: rule.id, area: rule.area, level, path, text, offset }
    }
}

/// Where findings are collected, up to a limit.
#[derive(Debug)]
pub(crate) struct Sink {
    findings: Vec<Finding>,
}

impl Sink {
    pub(crate) const fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// A rule is broken at an element.
    pub(crate) fn at(&mut self, rule: &'static Rule, element: Element<'_>, value: &str) {
        self.at_as(rule, rule.level, element, value);
    }

    /// As [`Self::at`], no graver than that.
    pub(crate) fn at_as(
        &mut self,
        rule: &'static Rule,
        level: Level,
        element: Element<'_>,
        value: &str,
    ) {
        if self.is_open(level) {
            let found = Finding::of(rule, level, element.path(), value, element.offset());
            self.findings.push(found);
        }
    }

    /// Whether one more is kept. A grave finding takes the place of a lesser one: whoever refuses by
    /// it must see it.
    fn is_open(&mut self, level: Level) -> bool {
        if self.findings.len() < MAX {
            return true;
        }
        let lesser = self.findings.iter().rposition(|finding| finding.level != Level::Severe);
        match lesser {
            Some(at) if level == Level::Severe => {
                self.findings.remove(at);
                true
            }
            _ => false,
        }
    }

    /// The document is none of ours.
    pub(crate) fn foreign_root(&mut self, text: &str) {
        let name = text.find('<').and_then(|_| root_name(text)).unwrap_or_default();
        let rule = &table::FOREIGN_ROOT;
        self.findings.push(Finding::of(rule, rule.level, String::new(), name, 0));
    }

    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.offset);
        self.findings
    }
}

/// The name of the first element, for a message.
fn root_name(text: &str) -> Option<&str> {
    let tags = text.split('<').skip(1);
    let tag = { tags }.find(|tag| !tag.starts_with(['!', '?', '/']))?;
    tag.split([' ', '\t', '\n', '\r', '>', '/']).next()
}

/// Holds a notification to all rules that need nothing but itself.
pub(crate) fn evaluate(tree: &Tree<'_>, notification: &Notification<'_>, sink: &mut Sink) {
    for element in tree.elements() {
        leaf::check(element, sink);
    }
    mandatory::check(notification, sink);
    mapping::check(notification, sink);
}

/// All rules as a Markdown document: what `RULES.md` beside this crate's manifest must be.
#[must_use]
pub fn rules_as_markdown() -> String {
    let mut out = String::from(HEAD);
    for rule in rules() {
        let cell = |text: &str| text.replace('|', "\\|");
        let written = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            rule.id,
            rule.level,
            rule.area,
            cell(rule.text),
            cell(rule.help),
            cell(rule.source),
        );
        debug_assert!(written.is_ok(), "writing to a String does not fail");
    }
    out
}

/// What was found, short enough for a message and on one line.
fn excerpt(value: &str) -> Cow<'_, str> {
    if value.chars().count() <= EXCERPT_CHARS && !value.chars().any(char::is_control) {
        return Cow::Borrowed(value);
    }
    let legible = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = value.chars().take(EXCERPT_CHARS).map(legible).collect();
    if value.chars().count() > EXCERPT_CHARS {
        short.push('…');
    }
    Cow::Owned(short)
}

/// About half a line.
const EXCERPT_CHARS: usize = 80;

/// Findings that are kept; the hub takes 200 of them.
const MAX: usize = 512;

const HEAD: &str = "# Rules of notifications of non-compliance\n\n\
What a message about a notification is held to, in the order of the rules' ids. An id is never\n\
reused and never renamed: texts are translated by it. `{}` stands for what was found. SEVERE refuses\n\
the message. A preliminary notification may lack what is not known yet: there NC-MAN-009, 011, 012\n\
and 017 are WARNING.\n\n\
Before these come the rules of all XML that the hub reads, with the ids PC-XML, PC-SCH-002 to 005,\n\
PC-SCH-008 and PC-MAP-001 (see `schemas/RULES.md`); about an element of the notification's own\n\
namespace they are SEVERE.\n\n\
This file is written by the tests of package `phytohub-non-compliance` with `UPDATE_RULES=1`.\n\n\
| rule | level | area | what is wrong | what would be right | source |\n\
|---|---|---|---|---|---|\n";
