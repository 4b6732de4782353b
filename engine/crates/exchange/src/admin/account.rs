//! The account of what happened, receipts, backups and health: what the operator asks.

use phytohub_telemetry::Actor;
use serde::{Deserialize, Serialize};

use super::{AdminError, AdminReply};
use crate::Hub;
use crate::backup::BackupExtra;

/// Something that the operator wants of the account, or to know of the store.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AccountRequest {
    /// Close the chain of events now, with a signed head.
    AuditClose,
    /// List the signed heads.
    AuditList,
    /// Verify the chain of events and its heads.
    AuditVerify {
        /// From which segment on, or from when: an index or a date; all if absent.
        since: Option<String>,
        /// File of heads outside the store; the configured one if absent.
        anchor: Option<String>,
    },
    /// The signed receipt of an envelope.
    ReceiptGet {
        /// Its number.
        number: String,
    },
    /// Make a backup.
    BackupCreate {
        /// Directory of backups, absolute.
        directory: String,
        /// Configuration and public certificates to go with it.
        extras: Vec<BackupExtra>,
    },
    /// Let push and callbacks go on after a restore.
    DeliveryResume,
    /// What the store says of itself.
    Health {
        /// Whether to read every record with its checksum.
        scrub: bool,
    },
}

impl Hub {
    pub(super) async fn account(
        &self,
        actor: Actor,
        request: AccountRequest,
    ) -> Result<AdminReply, AdminError> {
        match request {
            AccountRequest::AuditClose => Ok(AdminReply::Head(self.close_segment(actor).await?)),
            AccountRequest::AuditList => self.audit_list().await,
            AccountRequest::AuditVerify { since, anchor } => {
                self.audit_verify(since, anchor.map(Into::into)).await
            }
            AccountRequest::ReceiptGet { number } => self.receipt_get(&number).await,
            AccountRequest::BackupCreate { directory, extras } => {
                self.backup_create(actor, directory.into(), extras).await
            }
            AccountRequest::DeliveryResume => self.delivery_resume(actor).await,
            AccountRequest::Health { scrub } => self.health(scrub).await,
        }
    }
}
