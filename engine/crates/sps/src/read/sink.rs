//! Where findings are collected, up to a limit.

use crate::finding::{Finding, Level};
use crate::rules::Rule;

/// Findings and what could not be kept of them.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: usize,
    max: usize,
}

impl Sink {
    pub(crate) const fn new(max: usize) -> Self {
        Self { findings: Vec::new(), suppressed: 0, max }
    }

    /// Adds a finding with the rule's own level; `path` is asked for only if it is kept.
    pub(crate) fn report(
        &mut self,
        rule: &'static Rule,
        offset: usize,
        value: &str,
        path: impl FnOnce() -> String,
    ) {
        self.report_as(rule, rule.level, offset, value, path);
    }

    pub(crate) fn report_as(
        &mut self,
        rule: &'static Rule,
        level: Level,
        offset: usize,
        value: &str,
        path: impl FnOnce() -> String,
    ) {
        if self.findings.len() >= self.max {
            self.suppressed += 1;
            // A grave finding takes the place of a lesser one: whoever refuses by it must see it.
            let lesser = self.findings.iter().rposition(|finding| finding.level != Level::Severe);
            match lesser {
                Some(at) if level == Level::Severe => drop(self.findings.remove(at)),
                _ => return,
            }
        }
        let path = path();
        let text = rule.render(value, &path);
        let (rule, area) = (rule.id, rule.area);
        self.findings.push(Finding { rule, area, level, path, text, offset });
    }

    /// As [`Self::report`], but a rule that broke before is only counted.
    pub(crate) fn report_once(
        &mut self,
        rule: &'static Rule,
        offset: usize,
        value: &str,
        path: impl FnOnce() -> String,
    ) {
        if self.findings.iter().any(|finding| finding.rule == rule.id) {
            self.suppressed += 1;
        } else {
            self.report(rule, offset, value, path);
        }
    }
}
