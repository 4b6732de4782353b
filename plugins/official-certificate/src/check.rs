//! One check at one element.

use phytohub_sps::{Element, Level};

use crate::attestation::Attestation;
use crate::model::{Model, Profile};
use crate::rule::{Check, Path};

mod across;
mod present;
mod value;

/// What broke: the element, what is missing below it, what was found, and the level if it is not
/// the rule's own.
pub(crate) struct Breach<'e, 'v> {
    pub(crate) element: Element<'e>,
    pub(crate) rest: Path,
    pub(crate) value: &'v str,
    pub(crate) level: Option<Level>,
}

type Report<'r> = dyn FnMut(Breach<'_, '_>) + 'r;

/// What a document was found to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) profile: &'static Profile,
    pub(crate) model: &'static Model,
    pub(crate) withdrawn: bool,
    pub(crate) replaces: bool,
}

impl Facts {
    /// Whether an attestation may stand here. Where the goods are not known nothing is amiss.
    fn admits(&self, known: &Attestation) -> bool {
        let is_any = self.model.hs.is_empty()
            && self.profile.models.first().is_some_and(|first| first.id == self.model.id);
        is_any || known.is_for(self.model.id)
    }
}

/// Holds `element` to `check` and reports every breach.
pub(crate) fn run(check: Check, element: Element<'_>, facts: &Facts, report: &mut Report<'_>) {
    match check {
        Check::Told => {}
        Check::Exists(_)
        | Check::Filled(_)
        | Check::Note(_)
        | Check::FilledOrNote(..)
        | Check::Anywhere(..)
        | Check::Reference(_)
        | Check::ReferenceTo(_)
        | Check::Classified
        | Check::Establishment => present::run(check, element, report),
        Check::Attested | Check::ClauseSays | Check::ClauseFits => {
            present::of_clause(check, element, facts, report);
        }
        Check::OneOf(..)
        | Check::NoteOneOf(..)
        | Check::Form(..)
        | Check::NoteForm(..)
        | Check::Listed(..)
        | Check::HasUnit(_)
        | Check::HsForm
        | Check::NoFiles => value::run(check, element, report),
        Check::Distinct(_) | Check::DistinctNote(_) | Check::Sum(..) | Check::NotBefore(..) => {
            across::run(check, element, report);
        }
    }
}

fn tell(element: Element<'_>, value: &str, report: &mut Report<'_>) {
    report(Breach { element, rest: &[], value, level: None });
}

/// Reports the first of the paths, from where it leads nowhere.
fn missing(element: Element<'_>, paths: &[Path], report: &mut Report<'_>) {
    let path = paths.first().copied().unwrap_or_default();
    let (mut element, mut rest) = (element, path);
    while let Some((name, after)) = rest.split_first() {
        let Some(next) = element.child(*name) else { break };
        (element, rest) = (next, after);
    }
    report(Breach { element, rest, value: "", level: None });
}
