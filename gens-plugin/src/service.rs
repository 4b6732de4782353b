//! What the pages call: every function takes the session of who asks, looks whether that may be
//! done, does it in one transaction, and writes it in the audit trail.
//!
//! What is of another tenant, or of another organization, answers exactly as what does not exist:
//! [`ServiceError::NotFound`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use phytohub_gens_paper::Press;

use crate::auth::{Sealer, Session};
use crate::domain::{self, Action, Subject};
use crate::environment::{Clock, Hub, Random};
use crate::store::{Db, Scope, Store, tenants};

mod account;
mod audit;
mod certificate;
mod check;
mod csv;
mod destination;
mod error;
mod first;
mod history;
mod import;
pub(crate) mod issue;
mod list;
mod log_in;
pub(crate) mod number;
mod organization;
mod package;
mod print;
mod public;
mod reassign;
mod restore;
mod setting;
mod user;
mod view;
mod workflow;

pub use crate::store::StoreError;
pub(crate) use check::field as field_of;
pub use check::{Finding, Level};
pub use csv::CsvList;
pub use destination::Destination;
pub use error::{OpenError, ServiceError};
pub use history::{PRESENT, VersionCard, VersionView};
pub use import::{DecisionView, ImportSearch, ImportView};
pub use issue::Reauthentication;
pub use list::{CertificateSearch, Cursor, Page};
pub use log_in::{LogIn, NewSession};
pub use organization::{OrganizationView, Registration};
pub use package::{PackageFile, PackageState, PackageView};
pub use public::{PublicCard, PublicGoods, TenantCard};
pub use reassign::Successor;
pub use restore::{HubDifference, Remedy};
pub use setting::Settings;
pub use user::{NewAccount, TemporaryPassword, UserChange, UserView};
pub use view::{
    AnswerView, AttachmentView, AuditView, CertificateCard, CertificateView, DuplicateView, Holder,
    ImportCard, MonthlyCount, PrintView, StepView,
};

/// A country that is served, as the operator configures it.
#[derive(Clone, Debug, Eq, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TenantConfig {
    /// The code of its connection.
    pub code: String,
    /// The country (ISO 3166-1).
    pub country: String,
    /// Its name for people: that of the plant protection organization.
    pub name: String,
    /// Whether nothing is meant seriously: a test connection.
    #[serde(default)]
    pub training: bool,
}

impl TenantConfig {
    /// A country.
    pub fn new(
        code: impl Into<String>,
        country: impl Into<String>,
        name: impl Into<String>,
        training: bool,
    ) -> Self {
        Self { code: code.into(), country: country.into(), name: name.into(), training }
    }
}

/// The national systems of all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Gens(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) hub: Arc<dyn Hub>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) bell: crate::exchange::Bell,
    /// Held while a number is given: see [`number`].
    numbering: Mutex<()>,
    /// Where packages are made.
    directory: PathBuf,
    /// Tells who makes packages.
    pub(crate) packer: crate::exchange::Bell,
    sealer: Option<Sealer>,
    press: Press,
}

impl std::fmt::Debug for Gens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gens")
    }
}

impl Gens {
    /// Opens the database in a directory, and makes the tenants that are not there yet.
    ///
    /// # Errors
    ///
    /// The database cannot be opened, or a tenant is configured wrongly.
    pub fn open(
        directory: &Path,
        tenants: &[TenantConfig],
        hub: Arc<dyn Hub>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, OpenError> {
        let store = Store::open(directory)?;
        let sealer = hub.secret(SEAL).ok().and_then(|secret| Sealer::new(&secret));
        let gens = Self(Arc::new(Inner {
            store,
            hub,
            clock,
            random,
            bell: crate::exchange::Bell::default(),
            numbering: Mutex::default(),
            directory: directory.join("packages"),
            packer: crate::exchange::Bell::default(),
            sealer,
            press: Press::new(),
        }));
        for tenant in tenants {
            gens.add_tenant(tenant)?;
        }
        Ok(gens)
    }

    /// Adds a country while running, or changes its name.
    ///
    /// # Errors
    ///
    /// Its code or country is none, or the database refuses.
    pub fn add_tenant(&self, tenant: &TenantConfig) -> Result<(), OpenError> {
        let known = phytohub_schemas::lookup::country(&tenant.country).is_some();
        // As the hub has it; it is the name of a file as well.
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let code = (1..=32).contains(&tenant.code.len()) && tenant.code.chars().all(legal);
        if !known || !code || tenant.name.trim().is_empty() {
            return Err(OpenError::Tenant { code: tenant.code.clone() });
        }
        self.0.store.write(|db| {
            tenants::put_tenant(db, &tenant.code, &tenant.country, &tenant.name, tenant.training)
                .map_err(OpenError::from)
        })
    }

    /// Writes a consistent copy of all data into an empty directory.
    ///
    /// # Errors
    ///
    /// The copy cannot be written.
    pub fn snapshot(&self, directory: &Path) -> Result<(), OpenError> {
        Ok(self.0.store.snapshot(directory)?)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    fn sealer(&self) -> Result<&Sealer, ServiceError> {
        self.0.sealer.as_ref().ok_or(ServiceError::NoSeal)
    }

    fn read<R>(
        &self,
        session: &Session,
        read: impl FnOnce(&Scope<'_>) -> Result<R, ServiceError>,
    ) -> Result<R, ServiceError> {
        self.0.store.read(|db| read(&Scope::new(db, session.reach())))
    }

    fn write<R>(
        &self,
        session: &Session,
        write: impl FnOnce(&Work<'_>) -> Result<R, ServiceError>,
    ) -> Result<R, ServiceError> {
        let now_ms = self.now_ms();
        self.0.store.write(|db| {
            let scope = Scope::new(db, session.reach());
            write(&Work { db, scope, session, now_ms })
        })
    }
}

/// One transaction on behalf of somebody.
struct Work<'a> {
    db: &'a Db,
    scope: Scope<'a>,
    session: &'a Session,
    now_ms: i64,
}

impl Work<'_> {
    /// Writes in the audit trail, in the transaction of what was done.
    fn audit(&self, action: &str, object: &str, detail: &str) -> Result<(), ServiceError> {
        let (user, address) = (self.session.user(), self.session.address());
        self.scope.insert_audit(Some(user), address, action, object, detail, self.now_ms)?;
        Ok(())
    }
}

fn may(session: &Session, action: Action, subject: Subject) -> Result<(), ServiceError> {
    Ok(domain::may(&session.actor(), action, subject)?)
}

/// The steps that a scope's tenant takes.
pub(crate) fn policy(scope: &Scope<'_>) -> Result<domain::Policy, ServiceError> {
    Ok(setting::settings(scope)?.policy)
}

/// The secret with which seeds are sealed.
const SEAL: &str = "gens-seal";
