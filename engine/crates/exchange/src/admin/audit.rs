//! The account and receipts, for the operator.

use std::path::PathBuf;
use std::sync::Arc;

use phytohub_domain::{HubDeliveryNumber, Timestamp};

use super::{AdminError, AdminReply, parse};
use crate::audit::{AuditDesk, SignedHead, Since, verify};
use crate::{Hub, blocking};

impl Hub {
    pub(super) async fn audit_verify(
        &self,
        since: Option<String>,
        anchor: Option<PathBuf>,
    ) -> Result<AdminReply, AdminError> {
        let desk = self.any_desk()?;
        let since = since.as_deref().map(read_since).transpose()?;
        let anchor = anchor.or_else(|| desk.settings.sink.clone());
        let store = self.inner.store.clone();
        let work = move || verify(&store, &desk.settings, since, anchor.as_deref());
        match tokio::task::spawn_blocking(work).await {
            Ok(report) => Ok(AdminReply::Audit(report?)),
            Err(_) => Err(crate::CallError::Closing.into()),
        }
    }

    pub(super) async fn audit_list(&self) -> Result<AdminReply, AdminError> {
        let store = self.inner.store.clone();
        let segments = blocking::read(move || store.segments()).await?;
        Ok(AdminReply::Heads(segments.iter().map(SignedHead::new).collect()))
    }

    pub(super) async fn receipt_get(&self, number: &str) -> Result<AdminReply, AdminError> {
        let desk = self.any_desk()?;
        if desk.settings.receipt_key.is_none() {
            return Err(AdminError::NoKey { purpose: "receipt" });
        }
        let number: HubDeliveryNumber = parse("number", number)?;
        let unknown = || AdminError::NoSuchEnvelope { number: number.to_string() };
        self.receipt(number).await?.map(AdminReply::Receipt).ok_or_else(unknown)
    }

    /// The desk, whether or not it can sign heads.
    fn any_desk(&self) -> Result<Arc<AuditDesk>, AdminError> {
        self.inner.audit.get().cloned().ok_or(AdminError::NoKey { purpose: "audit" })
    }
}

/// An index is digits, a time is a date.
fn read_since(text: &str) -> Result<Since, AdminError> {
    match text.parse() {
        Ok(index) => Ok(Since::Index(index)),
        Err(_) => {
            let problem = "is the index of a segment, or a date such as 2026-11-21".to_owned();
            let time = Timestamp::parse_utc(text);
            time.map(Since::Time).map_err(|_| AdminError::Invalid { what: "since", problem })
        }
    }
}
