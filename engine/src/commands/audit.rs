//! `phytohub audit`: the account of everything that happened.

use std::io;
use std::path::{Path, PathBuf};

use phytohub_exchange::admin::{AccountRequest, AdminReply, AdminRequest};
use phytohub_exchange::audit::{AuditReport, EventRange, SignedHead};
use serde::Serialize;
use thiserror::Error;

use super::admin::{self, AskError};
use crate::cli::{AdminArgs, AuditArgs, AuditCommand};
use crate::config::{ConfigError, LoadedConfig};
use crate::keys::{self, KeyError, Purpose};
use crate::output::Table;

/// Does what was said about the account.
///
/// # Errors
/// When it does not hold, or the hub refuses.
pub async fn run(args: &AuditArgs) -> Result<(), AuditError> {
    let request = match &args.command {
        AuditCommand::Verify { since, anchor } => {
            AdminRequest::Account(AccountRequest::AuditVerify {
                since: since.clone(),
                anchor: anchor.as_deref().map(absolute).transpose()?,
            })
        }
        AuditCommand::List => AdminRequest::Account(AccountRequest::AuditList),
        AuditCommand::Close => AdminRequest::Account(AccountRequest::AuditClose),
        AuditCommand::Keys { make } => return show_keys(&args.admin, *make),
    };
    match admin::ask(&args.admin, request).await? {
        AdminReply::Audit(report) => {
            admin::answer(&args.admin, &report, verified)?;
            if report.holds { Ok(()) } else { Err(AuditError::Broken) }
        }
        AdminReply::Head(head) => {
            Ok(admin::answer(&args.admin, &head, |head| list(std::slice::from_ref(head)))?)
        }
        AdminReply::Heads(heads) => Ok(admin::answer(&args.admin, &heads, |heads| list(heads))?),
        _ => Err(AskError::OtherAnswer.into()),
    }
}

/// A path as the hub, which stands elsewhere, must be told it.
///
/// # Errors
/// When it cannot be made absolute.
pub(super) fn absolute(path: &Path) -> io::Result<String> {
    Ok(std::path::absolute(path)?.to_string_lossy().into_owned())
}

fn verified(report: &AuditReport) -> String {
    let range = |range: &EventRange| format!("{} to {}", range.first, range.last);
    let mut table = Table::new(&["account", if report.holds { "holds" } else { "DOES NOT HOLD" }]);
    for finding in &report.findings {
        table.row(&[&finding.kind, &finding.what]);
    }
    table.row(&["events", &report.checked.as_ref().map_or_else(|| "none".to_owned(), range)]);
    table.row(&["segments", &report.segments.to_string()]);
    if report.pruned_through > 0 {
        table.row(&["dropped", &format!("events up to {}", report.pruned_through)]);
    }
    match report.anchors {
        Some(anchors) => table.row(&["heads outside", &anchors.to_string()]),
        None => table.row(&["heads outside", "none compared: set [audit] sink, or give --anchor"]),
    }
    if let Some(lost) = &report.lost_by_restore {
        let told = format!("events {} were left behind by a restore", range(lost));
        table.row(&["restored", &told]);
    }
    match &report.unanchored {
        Some(tail) => {
            let since = report.unanchored_since.as_deref().unwrap_or("an unknown time");
            table.row(&["unanchored", &format!("events {}, since {since}", range(tail))]);
        }
        None => table.row(&["unanchored", "nothing"]),
    }
    table.render()
}

fn list(heads: &[SignedHead]) -> String {
    let mut table = Table::new(&["segment", "events", "closed", "key", "head"]);
    for head in heads {
        let events = format!("{}-{}", head.first, head.last);
        table.row(&[&head.index.to_string(), &events, &head.closed, &head.key_id, &head.head_hash]);
    }
    table.render()
}

/// A key as it is told.
#[derive(Debug, Serialize)]
struct KeyView {
    purpose: &'static str,
    key_id: Option<String>,
    private: PathBuf,
    public: PathBuf,
    made: bool,
}

fn show_keys(args: &AdminArgs, make: bool) -> Result<(), AuditError> {
    let loaded = LoadedConfig::read(&args.config.config_file)?;
    let mut views = Vec::new();
    for purpose in Purpose::ALL {
        let private = purpose.file(&loaded);
        let mut key = keys::read_private(&private)?.map(|key| key.public());
        let made = make && key.is_none();
        if made {
            key = Some(keys::make(&private)?);
        }
        let key_id = key.map(|key| key.id().to_string());
        let public = keys::public_file(&private);
        views.push(KeyView { purpose: purpose.as_str(), key_id, private, public, made });
    }
    Ok(admin::answer(args, &views, |views| {
        let mut table = Table::new(&["signs", "key", "public half"]);
        for view in views {
            let key = view.key_id.as_deref().unwrap_or("missing: --make makes it");
            table.row(&[view.purpose, key, &view.public.display().to_string()]);
        }
        let made = views.iter().any(|view| view.made);
        let note =
            if made { "\n\nmade; a running hub uses them after it is restarted" } else { "" };
        table.render() + note
    })?)
}

/// Why an account does not hold, or was not looked at.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The hub refused or could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// Something is not as it was written; the answer has told what.
    #[error("the account does not hold")]
    Broken,
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A path cannot be made absolute.
    #[error("a path cannot be used")]
    Path(#[from] io::Error),
}
