//! People and certificates to look at: two countries' work of a morning, nothing of it real.
//!
//! It is for demonstrations and courses. Everybody knows the password, so it fills tenants for
//! training alone, and never one in which there are users.

use crate::auth::{self, Session};
use crate::domain::{CertificateId, OrganizationId, Role};
use crate::service::{
    Gens, LogIn, NewAccount, Reauthentication, Registration, ServiceError, TenantCard,
};
use crate::store::accounts;

mod goods;

use goods::{GOODS, Goods, Way};

/// What all of them log in with.
pub const PASSWORD: &str = "harvest-2026";

/// The people of the plant protection organization, beside its administrator `admin`.
const OFFICIALS: [(&str, &str, Role); 5] = [
    ("officer", "Amani Field", Role::Officer),
    ("inspector", "Sami Meadow", Role::Inspector),
    ("issuer", "Noor Harbour", Role::IssuingOfficer),
    ("importer", "Zuri Gate", Role::ImportOfficer),
    ("auditor", "Idris Ledger", Role::Auditor),
];

/// Fills every tenant for training that has no users. The tenants' connections must be known to the
/// hub by now: what goes to an unknown one goes on paper.
///
/// # Errors
///
/// The database refused.
pub fn fill(gens: &Gens) -> Result<(), ServiceError> {
    let tenants = gens.tenants()?;
    let mut fresh = Vec::new();
    for tenant in tenants.iter().filter(|tenant| tenant.training) {
        if let Some(people) = People::settle(gens, tenant)? {
            fresh.push(people);
        }
    }
    for people in &fresh {
        for goods in GOODS.iter().filter(|goods| goods.from == people.country) {
            people.certify(gens, goods)?;
        }
        people.go(gens)?;
    }
    Ok(())
}

/// Who works in a country, logged in.
struct People {
    country: String,
    admin: Session,
    exporter: Session,
    officials: Vec<(Role, Session)>,
}

impl People {
    /// Makes them; nothing where there are users.
    fn settle(gens: &Gens, tenant: &TenantCard) -> Result<Option<Self>, ServiceError> {
        let code = &*tenant.code;
        let first = gens.create_first_administrator(code, "admin", "Baraka Admin")?;
        let Some(temporary) = first else { return Ok(None) };
        let hash = auth::hash(PASSWORD, &*gens.0.random)?;
        let begun = enter(gens, code, "admin", temporary.reveal())?;
        known_password(gens, &begun, &hash)?;
        let admin = enter(gens, code, "admin", PASSWORD)?;
        gens.log_out(&begun)?;
        let mut officials = Vec::new();
        for (name, full_name, role) in OFFICIALS {
            let session = account(gens, &admin, &hash, (name, full_name, role))?;
            officials.push((role, session));
        }
        let organization = |name: &str| gens.register(&registration(tenant, name), ADDRESS);
        organization("trader")?;
        let waiting = gens.organizations(&admin, true, None)?;
        for one in &waiting.rows {
            gens.approve_organization(&admin, one.id)?;
        }
        // One that is still to be approved.
        organization("newcomer")?;
        let trader = enter(gens, code, "trader", PASSWORD)?;
        let of_trader = ("exporter", "Makena Orchard", Role::Applicant);
        let exporter = account(gens, &trader, &hash, of_trader)?;
        gens.log_out(&trader)?;
        Ok(Some(Self { country: tenant.country.clone(), admin, exporter, officials }))
    }

    /// Brings a certificate as far as it is to be.
    fn certify(&self, gens: &Gens, goods: &Goods) -> Result<(), ServiceError> {
        let exporter = &self.exporter;
        let id = gens.create_draft(exporter, None::<OrganizationId>)?;
        let begun = gens.certificate(exporter, id)?;
        let draft = goods.draft(&begun.draft.exporter);
        let revision = gens.save_draft(exporter, id, begun.revision, draft)?;
        if goods.way >= Way::Submitted {
            gens.submit(exporter, id, revision)?;
        }
        if goods.way == Way::Returned {
            let reason = "Which port does it enter by? Please add the point of entry.";
            gens.return_for_correction(self.official(Role::Officer)?, id, reason)?;
        }
        if goods.way >= Way::Inspected {
            let remark = "Sampled 2 % of the packages: no pests found.";
            gens.inspect(self.official(Role::Inspector)?, id, remark)?;
        }
        if goods.way >= Way::Approved {
            gens.approve(self.official(Role::Officer)?, id)?;
        }
        if goods.way >= Way::Issued {
            self.issue(gens, id, revision)?;
        }
        Ok(())
    }

    fn issue(&self, gens: &Gens, id: CertificateId, revision: i64) -> Result<(), ServiceError> {
        let proof = Reauthentication { password: PASSWORD.to_owned(), code: String::new() };
        gens.issue(self.official(Role::IssuingOfficer)?, id, revision, &proof).map(drop)
    }

    fn official(&self, role: Role) -> Result<&Session, ServiceError> {
        let found = self.officials.iter().find(|(known, _)| *known == role);
        found.map(|(_, session)| session).ok_or(ServiceError::NotFound)
    }

    /// Nobody stays logged in.
    fn go(&self, gens: &Gens) -> Result<(), ServiceError> {
        let officials = self.officials.iter().map(|(_, session)| session);
        let mut all = officials.chain([&self.admin, &self.exporter]);
        all.try_for_each(|session| gens.log_out(session))
    }
}

/// Makes a user and logs it in.
fn account(
    gens: &Gens,
    by: &Session,
    hash: &str,
    (name, full_name, role): (&str, &str, Role),
) -> Result<Session, ServiceError> {
    let account = NewAccount {
        name: name.to_owned(),
        full_name: full_name.to_owned(),
        roles: vec![role],
        ..NewAccount::default()
    };
    let (_, temporary) = gens.create_user(by, &account)?;
    let begun = enter(gens, by.tenant_code(), name, temporary.reveal())?;
    known_password(gens, &begun, hash)?;
    let session = enter(gens, by.tenant_code(), name, PASSWORD)?;
    gens.log_out(&begun)?;
    Ok(session)
}

/// Gives it the password that everybody knows, which need not be changed.
fn known_password(gens: &Gens, of: &Session, hash: &str) -> Result<(), ServiceError> {
    let now_ms = gens.now_ms();
    gens.0.store.write(|db| Ok(accounts::set_password(db, of.user(), hash, false, now_ms)?))
}

fn enter(gens: &Gens, tenant: &str, name: &str, password: &str) -> Result<Session, ServiceError> {
    let LogIn::Done(new) = gens.log_in(tenant, name, password, ADDRESS)? else {
        return Err(ServiceError::Credentials);
    };
    gens.session(new.token(), ADDRESS)?.ok_or(ServiceError::SessionEnded)
}

fn registration(tenant: &TenantCard, name: &str) -> Registration {
    let (organization, street, full_name) = match name {
        "trader" => ("Green Valley Exports", "12 Market Road", "Tamu Valley"),
        _ => ("Blue Hill Growers", "3 Hill Lane", "Rafa Hill"),
    };
    let country = phytohub_schemas::lookup::country(&tenant.country);
    let country = country.map_or_else(|| tenant.country.clone(), |row| row.name.clone());
    Registration {
        tenant: tenant.code.clone(),
        organization: organization.to_owned(),
        address: vec![street.to_owned(), country],
        contact: format!("{name}@example.org"),
        name: name.to_owned(),
        full_name: full_name.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// Where they are said to sit.
const ADDRESS: &str = "127.0.0.1";
