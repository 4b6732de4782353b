//! A look at everything that may need the operator: what is wrong, where, and what to do.
//!
//! It changes nothing. What it cannot look at, it says.

mod files;
mod hub;
mod lines;
mod plugins;

use phytohub_domain::Timestamp;
use serde::Serialize;

use crate::commands::admin::{AskError, Desk};
use crate::config::LoadedConfig;
use crate::failure::told;

/// How much it matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "fine, worth knowing, to be done")]
pub enum Weight {
    /// As it should be.
    Fine,
    /// Worth knowing; nothing breaks for now.
    Warn,
    /// Something must be done.
    Act,
}

/// What was found in one place.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// What was looked at.
    pub area: &'static str,
    /// What is the matter.
    pub what: String,
    /// Where: a file, a setting, a connection.
    pub place: String,
    /// What to do; empty if nothing.
    pub remedy: String,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// What was found, in the order in which it was looked at.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    /// Whether something must be done.
    #[must_use]
    pub fn must_act(&self) -> bool {
        self.0.iter().any(|finding| finding.weight == Weight::Act)
    }

    fn fine(&mut self, area: &'static str, what: impl Into<String>, place: impl Into<String>) {
        self.add(Weight::Fine, area, what, place, "");
    }

    fn warn(
        &mut self,
        area: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: &str,
    ) {
        self.add(Weight::Warn, area, what, place, remedy);
    }

    fn act(
        &mut self,
        area: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: &str,
    ) {
        self.add(Weight::Act, area, what, place, remedy);
    }

    fn add(
        &mut self,
        weight: Weight,
        area: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: &str,
    ) {
        let (what, place, remedy) = (what.into(), place.into(), remedy.to_owned());
        self.0.push(Finding { weight, area, what, place, remedy });
    }
}

/// Looks at a hub: its files, and through `desk` at what only the hub or its store can tell.
pub async fn examine(
    desk: Result<Desk, AskError>,
    loaded: Option<&LoadedConfig>,
    now: Timestamp,
    scrub: bool,
) -> Findings {
    let mut findings = Findings::default();
    let (mut desk, loaded) = match (desk, loaded) {
        (Ok(desk), Some(loaded)) => (desk, loaded),
        (Err(error), _) => {
            findings.act("configuration", told(&error), "hub.toml", "mend what the line says");
            return findings;
        }
        (Ok(_), None) => return findings,
    };
    findings.fine("configuration", "can be read", loaded.file().display().to_string());
    files::examine(&mut findings, loaded, now);
    hub::examine(&mut findings, &mut desk, loaded, now, scrub).await;
    plugins::examine(&mut findings, &mut desk, loaded).await;
    lines::examine(&mut findings, &mut desk, loaded).await;
    if let Err(error) = desk.close() {
        findings.act("store", told(&error), "", "look at the disk, then restore a backup");
    }
    findings
}

/// How long before its end a certificate is told of: time to have a new one registered.
const EXPIRES_SOON_DAYS: u64 = 30;
