//! All that a tenant has, in one file to be taken along.
//!
//! The file is a compressed tape archive: unlike other formats it has no directory at its end, which
//! would have to be held in memory with an entry for each of a million certificates. Whatever is
//! written comes out of the database page by page and goes to disk at once.

use std::fs::{self, File};
use std::path::Path;

use super::{Gens, Reauthentication, ServiceError, may};
use crate::auth::{self, Session};
use crate::domain::{Action, PackageId, Subject};
use crate::store::packages::{PackageRow, open_packages};
use crate::store::{Reach, Scope};

mod contents;
mod writing;

use contents::PackError;

/// How far a package is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PackageState {
    /// It is being made, or will be.
    Waiting,
    /// It can be downloaded.
    Ready,
    /// It could not be made.
    Failed,
    /// It was removed after a day.
    Removed,
}

impl PackageState {
    fn of(name: &str) -> Self {
        match name {
            WAITING => Self::Waiting,
            READY => Self::Ready,
            REMOVED => Self::Removed,
            _ => Self::Failed,
        }
    }
}

/// A package.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PackageView {
    /// Its id.
    pub id: PackageId,
    /// Who asked for it.
    pub user: String,
    /// When, in milliseconds since 1970.
    pub asked_ms: i64,
    /// How far it is.
    pub state: PackageState,
    /// When it was made.
    pub done_ms: Option<i64>,
    /// When it is removed.
    pub until_ms: Option<i64>,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub digest: String,
}

/// A package to be downloaded.
#[derive(Debug)]
#[non_exhaustive]
pub struct PackageFile {
    /// Its name for people.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// Where they are read from.
    pub file: File,
}

impl Gens {
    /// Asks for a package of all that the tenant has; it is made in the background.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`], [`ServiceError::Credentials`], [`ServiceError::Limited`];
    /// [`ServiceError::Busy`]: one is being made already.
    pub fn request_package(
        &self,
        session: &Session,
        proof: &Reauthentication,
    ) -> Result<PackageId, ServiceError> {
        may(session, Action::ExportAll, Subject::default())?;
        self.reauthenticate(session, proof)?;
        let id = self.write(session, |work| {
            let added = work.scope.insert_package(session.user(), work.now_ms);
            let id = added.map_err(|error| match error.is_taken() {
                true => ServiceError::Busy,
                false => error.into(),
            })?;
            work.audit("request-package", &object(id), "")?;
            Ok(id)
        })?;
        self.0.packer.ring();
        Ok(id)
    }

    /// The last packages, the newest first.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn packages(&self, session: &Session) -> Result<Vec<PackageView>, ServiceError> {
        may(session, Action::ExportAll, Subject::default())?;
        let rows = self.read(session, |scope| Ok(scope.packages(PACKAGES_SHOWN)?))?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// A package that is ready, to be downloaded.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`], [`ServiceError::NotFound`].
    pub fn package_file(
        &self,
        session: &Session,
        id: PackageId,
    ) -> Result<PackageFile, ServiceError> {
        may(session, Action::ExportAll, Subject::default())?;
        let row = self.read(session, |scope| Ok(scope.package(id)?))?;
        let row = row.filter(|row| row.state == READY).ok_or(ServiceError::NotFound)?;
        let file = File::open(self.0.directory.join(&row.file)).map_err(|error| {
            tracing::error!(%error, package = %id, "a package is not there");
            ServiceError::NotFound
        })?;
        self.write(session, |work| work.audit("download-package", &object(id), &row.digest))?;
        let name = format!("{}-{}.tar.gz", session.tenant_code(), day(row.asked_ms));
        Ok(PackageFile { name, bytes: row.bytes, file })
    }

    /// Makes the packages that are waited for, and removes those that were there for a day.
    pub fn make_packages(&self) {
        let all = match self.0.store.read(open_packages) {
            Ok(all) => all,
            Err(error) => {
                tracing::error!(%error, "the packages cannot be looked up");
                return;
            }
        };
        for (reach, row) in all {
            if self.0.packer.is_closing() {
                return;
            }
            let outcome = match &*row.state {
                WAITING => self.make_package(reach, row),
                _ => self.remove_old(reach, row),
            };
            if let Err(error) = outcome {
                tracing::error!(%error, "a package cannot be noted");
            }
        }
    }

    fn make_package(&self, reach: Reach, mut row: PackageRow) -> Result<(), ServiceError> {
        let token = auth::random_text(&*self.0.random)?;
        let name = format!("{}-{}.tar.gz", row.id, token.get(..16).unwrap_or_default());
        let part = self.0.directory.join(format!("{name}.part"));
        let made = self.write_package(reach, &part).and_then(|made| {
            fs::rename(&part, self.0.directory.join(&name))?;
            Ok(made)
        });
        let (action, detail) = match made {
            Ok(made) => {
                row.state = READY.to_owned();
                row.file = name;
                (row.bytes, row.digest) = (made.bytes, made.digest);
                ("package-made", row.digest.clone())
            }
            Err(PackError::Closing) => {
                // Begun anew after the next start.
                let _ = fs::remove_file(&part);
                return Ok(());
            }
            Err(error) => {
                tracing::error!(%error, package = %row.id, "a package cannot be made");
                let _ = fs::remove_file(&part);
                row.state = FAILED.to_owned();
                ("package-failed", String::new())
            }
        };
        row.done_ms = Some(self.now_ms());
        self.note_package(reach, &row, action, &detail)
    }

    /// Removes a package after its day, and one of which another start left a part.
    fn remove_old(&self, reach: Reach, mut row: PackageRow) -> Result<(), ServiceError> {
        if row.done_ms.is_some_and(|done| self.now_ms() < done + PACKAGE_LIFE_MS) {
            return Ok(());
        }
        let path = self.0.directory.join(&row.file);
        let is_file = !row.file.is_empty() && path.is_file();
        if is_file && let Err(error) = fs::remove_file(path) {
            tracing::error!(%error, package = %row.id, "a package cannot be removed");
            return Ok(());
        }
        row.state = REMOVED.to_owned();
        row.file.clear();
        self.note_package(reach, &row, "package-removed", "")
    }

    fn note_package(
        &self,
        reach: Reach,
        row: &PackageRow,
        action: &str,
        detail: &str,
    ) -> Result<(), ServiceError> {
        let now_ms = self.now_ms();
        self.0.store.write(|db| {
            let scope = Scope::new(db, reach);
            scope.update_package(row)?;
            scope.insert_audit(None, "", action, &object(row.id), detail, now_ms)?;
            Ok(())
        })
    }

    fn write_package(&self, reach: Reach, part: &Path) -> Result<writing::Made, PackError> {
        fs::create_dir_all(&self.0.directory)?;
        self.remove_parts()?;
        let mut archive = writing::Archive::create(part, self.now_ms())?;
        self.fill_package(reach, &mut archive)?;
        archive.finish()
    }

    /// Removes what a process that ended left behind; one package is made at a time.
    fn remove_parts(&self) -> Result<(), PackError> {
        for entry in fs::read_dir(&self.0.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "part" || end == "list") {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

fn view(row: PackageRow) -> PackageView {
    let state = PackageState::of(&row.state);
    PackageView {
        id: row.id,
        user: row.user,
        asked_ms: row.asked_ms,
        state,
        done_ms: row.done_ms,
        until_ms: row
            .done_ms
            .filter(|_| state == PackageState::Ready)
            .map(|at| at + PACKAGE_LIFE_MS),
        bytes: row.bytes,
        digest: row.digest,
    }
}

fn object(id: PackageId) -> String {
    format!("package {id}")
}

/// The day of a moment.
fn day(at_ms: i64) -> String {
    super::issue::moment(at_ms).chars().take(10).collect()
}

const WAITING: &str = "waiting";
const READY: &str = "ready";
const FAILED: &str = "failed";
const REMOVED: &str = "removed";

/// How long a package can be downloaded: a day, because it holds everything.
const PACKAGE_LIFE_MS: i64 = 86_400_000;
/// Packages in the list.
const PACKAGES_SHOWN: u32 = 20;
