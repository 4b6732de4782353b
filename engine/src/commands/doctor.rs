//! `phytohub doctor`: what needs the operator, and what to do about it.

use phytohub_domain::Clock as _;
use phytohub_server::SystemClock;
use thiserror::Error;

use super::admin::{self, AskError, Desk};
use crate::cli::DoctorArgs;
use crate::config::LoadedConfig;
use crate::doctor::{self, Finding, Weight};
use crate::output::Table;

/// Looks at everything.
///
/// # Errors
/// When something must be done, or stdout is closed.
pub async fn run(args: &DoctorArgs) -> Result<(), DoctorError> {
    let now = SystemClock::new().now();
    let loaded = LoadedConfig::read(&args.admin.config.config_file).ok();
    let desk = Desk::new(&args.admin);
    let findings = doctor::examine(desk, loaded.as_ref(), now, args.scrub).await;
    admin::answer(&args.admin, &findings.all(), |findings| show(findings))?;
    if findings.must_act() { Err(DoctorError::MustAct) } else { Ok(()) }
}

fn show(findings: &[Finding]) -> String {
    let mut table = Table::new(&["", "what", "", "where"]);
    for finding in findings {
        let mark = match finding.weight {
            Weight::Fine => "ok",
            Weight::Warn => "warn",
            Weight::Act => "ACT",
        };
        table.row(&[mark, finding.area, &finding.what, &finding.place]);
        if !finding.remedy.is_empty() {
            table.row(&["", "", &format!("> {}", finding.remedy)]);
        }
    }
    table.render()
}

/// Why the look ended with another code than 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DoctorError {
    /// It could not be told.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The answer has told what.
    #[error("something must be done")]
    MustAct,
}
