//! What is in a package.

use std::io;

use super::super::csv::{self, AUDIT, CERTIFICATES, IMPORTS};
use super::super::view::{AuditView, CertificateCard, ImportCard};
use super::super::{Gens, StoreError, issue, setting};
use super::writing::Archive;
use crate::domain::CertificateId;
use crate::store::{Reach, Scope};

/// Why a package cannot be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackError {
    /// The system ends.
    #[error("the system ends")]
    Closing,
    /// The disk does not take it.
    #[error("the disk does not take it")]
    Disk(#[from] io::Error),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Gens {
    /// Puts everything in.
    pub(super) fn fill_package(
        &self,
        reach: Reach,
        archive: &mut Archive,
    ) -> Result<(), PackError> {
        self.pack_settings(reach, archive)?;
        self.pack_lists(reach, archive)?;
        self.pack_certificates(reach, archive)?;
        self.pack_imports(reach, archive)
    }

    fn from<R>(
        &self,
        reach: Reach,
        read: impl FnOnce(&Scope<'_>) -> Result<R, StoreError>,
    ) -> Result<R, PackError> {
        if self.0.packer.is_closing() {
            return Err(PackError::Closing);
        }
        Ok(self.0.store.read(|db| read(&Scope::new(db, reach)))?)
    }

    fn pack_settings(&self, reach: Reach, archive: &mut Archive) -> Result<(), PackError> {
        let settings = self.0.store.read(|db| setting::settings(&Scope::new(db, reach)));
        let settings = settings.map_err(|_| StoreError::Corrupt("settings"))?;
        let text = serde_json::to_vec_pretty(&settings).map_err(io::Error::other)?;
        archive.add("settings", "settings.json", &text)
    }

    /// A list, read page after page, each from the key of the last row; `row` makes of a row its key
    /// and its fields.
    fn pack_list<R>(
        &self,
        reach: Reach,
        archive: &mut Archive,
        (kind, head): (&'static str, &[&str]),
        page: impl Fn(&Scope<'_>, i64) -> Result<Vec<R>, StoreError>,
        row: impl Fn(R) -> (i64, Vec<String>),
    ) -> Result<(), PackError> {
        archive.list(kind, head, |rows| {
            let mut after = 0;
            loop {
                let found = self.from(reach, |scope| page(scope, after))?;
                if found.is_empty() {
                    return Ok(());
                }
                for one in found {
                    let (key, fields) = row(one);
                    after = key;
                    rows.row(fields)?;
                }
            }
        })
    }

    fn pack_lists(&self, reach: Reach, archive: &mut Archive) -> Result<(), PackError> {
        self.pack_list(
            reach,
            archive,
            ("certificates", CERTIFICATES),
            |scope, after| scope.certificates_after(after, PAGE),
            |row| (row.id.number(), csv::certificate(CertificateCard::from(row))),
        )?;
        self.pack_list(
            reach,
            archive,
            ("imports", IMPORTS),
            |scope, after| scope.imports_after(after, PAGE),
            |row| (row.id.number(), csv::import(ImportCard::from(&row))),
        )?;
        self.pack_list(
            reach,
            archive,
            ("users", &["id", "name", "full_name", "contact", "roles", "state"]),
            |scope, after| scope.users(after, PAGE),
            |row| {
                let roles: Vec<_> = row.roles.iter().map(|role| role.as_str()).collect();
                let (id, roles) = (row.id.to_string(), roles.join(" "));
                let fields = vec![id, row.name, row.full_name, row.contact, roles, row.state];
                (row.id.number(), fields)
            },
        )?;
        self.pack_list(
            reach,
            archive,
            ("organizations", &["id", "name", "address", "contact", "state", "registered"]),
            |scope, after| scope.organizations(false, after, PAGE),
            |row| {
                let (id, at) = (row.id.to_string(), issue::moment(row.registered_ms));
                let fields = vec![id, row.name, row.address, row.contact, row.state, at];
                (row.id.number(), fields)
            },
        )?;
        self.pack_records(reach, archive)
    }

    fn pack_records(&self, reach: Reach, archive: &mut Archive) -> Result<(), PackError> {
        self.pack_list(
            reach,
            archive,
            ("steps", &["certificate", "at", "user", "step", "state", "version", "reason"]),
            |scope, after| scope.steps_after(after, PAGE),
            |row| row,
        )?;
        self.pack_list(
            reach,
            archive,
            ("decisions", &["import", "at", "user", "decision", "reason"]),
            |scope, after| scope.decisions_after(after, PAGE),
            |row| row,
        )?;
        let head = ["certificate", "original", "at", "user", "reason", "printed_at", "printed_by"];
        self.pack_list(
            reach,
            archive,
            ("duplicates", &head),
            |scope, after| scope.duplicates_after(after, PAGE),
            |row| row,
        )?;
        self.pack_list(
            reach,
            archive,
            ("audit", AUDIT),
            |scope, after| scope.audit_after(after, PAGE),
            |row| (row.id, csv::audit(AuditView::from(row))),
        )?;
        archive.list("statistics", &["month", "destination", "produce", "count"], |rows| {
            let counts = self.from(reach, |scope| scope.issued_counts(0, i64::MAX))?;
            counts.into_iter().try_for_each(|(month, destination, produce, count)| {
                rows.row(vec![month, destination, produce, count.to_string()])
            })
        })
    }

    /// Of each certificate its text, the documents that were made of it, and its files.
    fn pack_certificates(&self, reach: Reach, archive: &mut Archive) -> Result<(), PackError> {
        let mut after = 0;
        loop {
            let page = self.from(reach, |scope| scope.certificates_after(after, PAGE))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id.number();
            for row in page {
                self.pack_certificate(reach, archive, row.id)?;
            }
        }
    }

    fn pack_certificate(
        &self,
        reach: Reach,
        archive: &mut Archive,
        id: CertificateId,
    ) -> Result<(), PackError> {
        let folder = format!("certificates/{id}");
        let draft = self.from(reach, |scope| scope.draft(id))?;
        let draft = serde_json::to_vec_pretty(&draft).map_err(io::Error::other)?;
        archive.add("drafts", &format!("{folder}/text.json"), &draft)?;
        for version in self.from(reach, |scope| scope.versions(id))? {
            let full = self.from(reach, |scope| scope.version(id, version.number))?;
            if let Some(content) = full.and_then(|full| full.content) {
                let path = format!("{folder}/version-{}.xml", version.number);
                archive.add("documents", &path, content.as_bytes())?;
            }
        }
        for (file, name, ..) in self.from(reach, |scope| scope.attachment_list(id))? {
            let found = self.from(reach, |scope| scope.attachments(id, Some(file)))?;
            for attachment in found {
                let path = format!("{folder}/attachments/{file}-{name}");
                archive.add("attachments", &path, &attachment.bytes)?;
            }
        }
        Ok(())
    }

    fn pack_imports(&self, reach: Reach, archive: &mut Archive) -> Result<(), PackError> {
        let mut after = 0;
        loop {
            let page = self.from(reach, |scope| scope.received_after(after, PAGE))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number();
            for id in page {
                let content = self.from(reach, |scope| scope.import_content(id))?;
                archive.add("received", &format!("imports/{id}.xml"), &content)?;
            }
        }
    }
}

/// Rows of one read.
const PAGE: u32 = 500;
