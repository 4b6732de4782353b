//! What there is to say about a document.

use std::borrow::Cow;

use phytohub_sps::{Area, Element, Level, Name};

use crate::rule::Rule;

/// One thing found in a document.
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

impl From<phytohub_sps::Finding> for Finding {
    fn from(found: phytohub_sps::Finding) -> Self {
        let phytohub_sps::Finding { rule, area, level, path, text, offset, .. } = found;
        Self { rule: rule.as_str(), area, level, path, text, offset }
    }
}

/// Where findings are collected, up to a limit.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    findings: Vec<Finding>,
    grave: usize,
}

impl Sink {
    /// A rule is broken at an element, or at what is missing below it.
    pub(crate) fn report(
        &mut self,
        rule: &Rule,
        level: Level,
        element: Element<'_>,
        rest: &[Name],
        value: &str,
    ) {
        if !self.has_room(level) {
            return;
        }
        let mut path = element.path();
        for step in rest {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(step.as_str());
        }
        let mut text = rule.text.replace("{}", &excerpt(value));
        if !path.is_empty() {
            text.push_str(" at ");
            text.push_str(&path);
        }
        text.push_str(": ");
        text.push_str(rule.help);
        let (rule, area, offset) = (rule.id, rule.area(), element.offset());
        self.push(Finding { rule, area, level, path, text, offset });
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        self.grave += usize::from(finding.level == Level::Severe);
        self.findings.push(finding);
    }

    /// Whether one more is kept. A grave finding takes the place of a lesser one: whoever is
    /// refused by it must see it.
    fn has_room(&mut self, level: Level) -> bool {
        if self.findings.len() < FINDINGS_MAX {
            return true;
        }
        if level != Level::Severe || self.grave >= self.findings.len() {
            return false;
        }
        let lesser = self.findings.iter().rposition(|finding| finding.level != Level::Severe);
        lesser.map(|at| self.findings.remove(at)).is_some()
    }

    /// Whether something was found at a path or below.
    pub(crate) fn has_at(&self, path: &str) -> bool {
        self.findings.iter().any(|finding| {
            finding
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.offset);
        self.findings
    }
}

/// What was found, short enough for a message and on one line.
fn excerpt(value: &str) -> Cow<'_, str> {
    let is_short = value.chars().nth(EXCERPT_CHARS).is_none();
    if is_short && !value.chars().any(char::is_control) {
        return Cow::Borrowed(value);
    }
    let legible = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = value.chars().take(EXCERPT_CHARS).map(legible).collect();
    if !is_short {
        short.push('…');
    }
    Cow::Owned(short)
}

/// About half a line.
const EXCERPT_CHARS: usize = 80;

/// Findings that are kept; the hub takes 200 of them.
const FINDINGS_MAX: usize = 256;
