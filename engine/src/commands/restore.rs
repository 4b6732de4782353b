//! `phytohub restore`: what is to be said after a store was brought back.

use phytohub_exchange::admin::{AccountRequest, AdminReply, AdminRequest, HealthView};

use super::admin::{self, AskError};
use crate::cli::{RestoreArgs, RestoreCommand};
use crate::output::Table;

/// Does what was said after a restore.
///
/// # Errors
/// When delivery does not pause, or the hub refuses.
pub async fn run(args: &RestoreArgs) -> Result<(), AskError> {
    let request = match args.command {
        RestoreCommand::Resume => AdminRequest::Account(AccountRequest::DeliveryResume),
    };
    match admin::ask(&args.admin, request).await? {
        AdminReply::Health(health) => admin::answer(&args.admin, &*health, show),
        _ => Err(AskError::OtherAnswer),
    }
}

fn show(health: &HealthView) -> String {
    let state = if health.paused { "still pauses" } else { "goes on" };
    Table::new(&["delivery", state]).render()
}
