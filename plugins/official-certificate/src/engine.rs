//! Goes through tables.

use phytohub_sps::{Element, Level};

use crate::check::{Facts, run};
use crate::finding::Sink;
use crate::note;
use crate::query::{each, filled};
use crate::rule::{Rule, When};

/// Holds a document to a table. `firm` rules keep their level whatever the document's status;
/// others are warnings at most where it is withdrawn: a withdrawal is never blocked for what the
/// certificate lacked.
///
/// Ends early, and answers so, when nobody waits any more.
pub(crate) fn evaluate(
    table: &'static [Rule],
    firm: bool,
    root: Element<'_>,
    facts: &Facts,
    stop: &dyn Fn() -> bool,
    sink: &mut Sink,
) -> bool {
    // Whether anybody waits is asked now and then: the answer may cost more than a rule.
    for (count, rule) in table.iter().enumerate() {
        if count % RULES_A_QUESTION == 0 && stop() {
            return false;
        }
        let softened = facts.withdrawn && !firm && rule.when != When::Withdrawn;
        let highest = if softened { Level::Warning } else { Level::Severe };
        each(root, rule.at, &mut |element| {
            if !applies(rule.when, element, facts) {
                return;
            }
            run(rule.check, element, facts, &mut |breach| {
                let level = breach.level.unwrap_or(rule.level).min(rule.level).min(highest);
                sink.report(rule, level, breach.element, breach.rest, breach.value);
            });
        });
    }
    true
}

fn applies(when: When, element: Element<'_>, facts: &Facts) -> bool {
    match when {
        When::Always => true,
        When::Withdrawn => facts.withdrawn,
        When::Replaces => facts.replaces,
        When::HasNote(subject) => note::said(element, subject).is_some(),
        When::Has(path) => filled(element, path),
        When::HasNot(path) => !filled(element, path),
    }
}

/// Rules between two questions whether anybody still waits.
const RULES_A_QUESTION: usize = 16;
