//! Every route there is: what it takes to come in, and who answers. Routes of the hub, the checks
//! before each handler, and the tests of all of them are made from this table.

use phytohub_plugin_sdk::HttpRoute;

use super::answer::Answer;
use super::ask::Ask;
use super::failure::Failure;
use super::form::{FORM_BYTES_MAX, UPLOAD_BYTES_MAX};
use super::pages::{
    account, attachment, certificate, draft, export, home, import, list, log_in, lost,
    organization, package, paper, public, reassign, register, restore, setting, step, trail, user,
    version,
};
use crate::domain::{Right, Rights};

/// Who may come in. What may be done with which certificate is for the service to say; this is the
/// door before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// Anybody.
    Anybody,
    /// Whoever is logged in.
    User,
    /// Who has one right of each of these groups.
    Rights(&'static [&'static [Right]]),
}

/// Answers a request.
pub(super) type Handler = fn(&Ask<'_>) -> Result<Answer, Failure>;

/// A route.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path below the prefix; segments in braces fit anything.
    pub pattern: &'static str,
    /// Who may come in.
    pub access: Access,
    /// Whether the request must carry the token of the session's forms: every `POST` must.
    pub csrf: bool,
    /// Bytes of the body, 0 for none.
    pub body_bytes_max: u64,
    pub(super) handler: Handler,
}

impl Access {
    /// Whether somebody with these rights may come in.
    #[must_use]
    pub fn admits(self, rights: Rights) -> bool {
        match self {
            Self::Anybody | Self::User => true,
            Self::Rights(groups) => {
                groups.iter().all(|group| group.iter().any(|right| rights.has(*right)))
            }
        }
    }
}

impl Route {
    /// The route as the hub takes it.
    #[must_use]
    pub fn http(&self) -> HttpRoute {
        HttpRoute::new(self.method, self.pattern).body_bytes_max(self.body_bytes_max)
    }
}

const fn get(pattern: &'static str, access: Access, handler: Handler) -> Route {
    Route { method: "GET", pattern, access, csrf: false, body_bytes_max: 0, handler }
}

const fn post(pattern: &'static str, access: Access, handler: Handler) -> Route {
    let (method, body_bytes_max) = ("POST", FORM_BYTES_MAX);
    Route { method, pattern, access, csrf: true, body_bytes_max, handler }
}

const fn upload(pattern: &'static str, access: Access, handler: Handler) -> Route {
    let (method, body_bytes_max) = ("POST", UPLOAD_BYTES_MAX);
    Route { method, pattern, access, csrf: true, body_bytes_max, handler }
}

use Access::{Anybody, User};

const ENTER: Access = Access::Rights(&[&[Right::Apply, Right::Enter]]);
const READ: Access = Access::Rights(&[&[Right::Apply, Right::ReadExports]]);
const IMPORTS: Access = Access::Rights(&[&[Right::ReadImports]]);
const PRINT: Access = Access::Rights(&[&[Right::Issue]]);
const DECIDE: Access = Access::Rights(&[&[Right::Decide]]);
const USERS: Access = Access::Rights(&[&[Right::Users, Right::Colleagues]]);
const ORGANIZATIONS: Access = Access::Rights(&[&[Right::Organizations]]);
const SETTINGS: Access = Access::Rights(&[&[Right::Settings]]);
const AUDIT: Access = Access::Rights(&[&[Right::Audit]]);
/// Whoever takes a step, of which each needs a right of its own.
const STEP: Access = Access::Rights(&[&[
    Right::Apply,
    Right::Enter,
    Right::Review,
    Right::Inspect,
    Right::Approve,
    Right::Issue,
]]);

// Lists are taken along by whoever sees them and may take lists along.
const TAKE: &[Right] = &[Right::Apply, Right::Export];
const READ_CSV: Access = Access::Rights(&[&[Right::Apply, Right::ReadExports], TAKE]);
const IMPORTS_CSV: Access = Access::Rights(&[&[Right::ReadImports], TAKE]);
const USERS_CSV: Access = Access::Rights(&[&[Right::Users, Right::Colleagues], TAKE]);
const ORGANIZATIONS_CSV: Access = Access::Rights(&[&[Right::Organizations], TAKE]);
const AUDIT_CSV: Access = Access::Rights(&[&[Right::Audit], TAKE]);

/// Whoever sees everything takes everything along.
const TAKE_ALL: Access = Access::Rights(&[
    &[Right::Export],
    &[Right::ReadExports],
    &[Right::ReadImports],
    &[Right::Audit],
]);
/// Who sees certificates and keeps users.
const REASSIGN: Access =
    Access::Rights(&[&[Right::Apply, Right::ReadExports], &[Right::Users, Right::Colleagues]]);

/// Every route, in the order in which the hub tries them.
#[must_use]
pub const fn routes() -> &'static [Route] {
    ROUTES
}

static ROUTES: &[Route] = &[
    get("", User, home::home),
    get("log-in", Anybody, log_in::form),
    post("log-in", Anybody, log_in::log_in),
    post("log-in/second-factor", Anybody, log_in::second_factor),
    post("log-out", User, log_in::log_out),
    get("register", Anybody, register::form),
    post("register", Anybody, register::register),
    get("account", User, account::account),
    post("account/language", User, account::language),
    post("account/password", User, account::password),
    post("account/second-factor", User, account::enrol),
    post("account/second-factor/confirm", User, account::confirm),
    get("certificates", READ, list::certificates),
    get("certificates.csv", READ_CSV, export::certificates),
    post("certificates/new", ENTER, draft::create),
    get("certificates/{id}", READ, certificate::show),
    get("certificates/{id}/paper", READ, paper::certificate),
    get("certificates/{id}/pdf", READ, paper::certificate_pdf),
    post("certificates/{id}/print", PRINT, paper::original),
    get("certificates/{id}/lost", PRINT, lost::form),
    post("certificates/{id}/lost", PRINT, lost::declare),
    get("certificates/{id}/xml", READ, certificate::xml),
    get("certificates/{id}/versions", READ, version::list),
    get("certificates/{id}/versions/{version}/paper", READ, version::paper),
    get("certificates/{id}/versions/{version}/pdf", READ, version::pdf),
    get("certificates/{id}/changes", READ, version::changes),
    get("certificates/{id}/reassign", REASSIGN, reassign::form),
    post("certificates/{id}/reassign", REASSIGN, reassign::reassign),
    get("certificates/{id}/edit", ENTER, draft::edit),
    post("certificates/{id}/save", ENTER, draft::save),
    post("certificates/{id}/autosave", ENTER, draft::autosave),
    post("certificates/{id}/copy", ENTER, draft::copy),
    post("certificates/{id}/settle", STEP, certificate::settle),
    upload("certificates/{id}/attachments", ENTER, attachment::add),
    get("certificates/{id}/attachments/{file}", READ, attachment::download),
    post("certificates/{id}/attachments/{file}/remove", ENTER, attachment::remove),
    get("certificates/{id}/steps/{step}", STEP, step::form),
    post("certificates/{id}/steps/{step}", STEP, step::take),
    get("imports", IMPORTS, list::imports),
    get("imports.csv", IMPORTS_CSV, export::imports),
    get("imports/{id}", IMPORTS, import::show),
    get("imports/{id}/paper", IMPORTS, paper::import),
    get("imports/{id}/pdf", IMPORTS, paper::import_pdf),
    get("imports/{id}/xml", IMPORTS, import::xml),
    post("imports/{id}/decide", DECIDE, import::decide),
    post("imports/{id}/note", DECIDE, import::note),
    get("users", USERS, user::list),
    get("users/new", USERS, user::new_form),
    post("users/new", USERS, user::create),
    get("users/{id}", USERS, user::form),
    post("users/{id}", USERS, user::change),
    get("users/{id}/password", USERS, user::password_form),
    post("users/{id}/password", USERS, user::reset_password),
    get("users/{id}/second-factor", USERS, user::factor_form),
    post("users/{id}/second-factor", USERS, user::reset_factor),
    get("users/{id}/end", USERS, user::end_form),
    post("users/{id}/end", USERS, user::end),
    get("users/{id}/restore", USERS, user::restore_form),
    post("users/{id}/restore", USERS, user::restore),
    get("users.csv", USERS_CSV, export::users),
    get("organizations", ORGANIZATIONS, organization::list),
    post("organizations/{id}/approve", ORGANIZATIONS, organization::approve),
    get("organizations.csv", ORGANIZATIONS_CSV, export::organizations),
    get("organizations/{id}/end", ORGANIZATIONS, organization::end_form),
    post("organizations/{id}/end", ORGANIZATIONS, organization::end),
    get("settings", SETTINGS, setting::form),
    post("settings", SETTINGS, setting::save),
    get("audit", AUDIT, trail::list),
    get("audit.csv", AUDIT_CSV, export::audit),
    get("statistics", READ_CSV, trail::statistics),
    get("statistics.csv", READ_CSV, export::statistics),
    get("packages", TAKE_ALL, package::list),
    get("packages/new", TAKE_ALL, package::new_form),
    post("packages/new", TAKE_ALL, package::request),
    // Taking it is kept in the audit trail: no page that is only looked at.
    post("packages/{id}/file", TAKE_ALL, package::download),
    get("differences", SETTINGS, restore::list),
    get("differences/{id}", SETTINGS, restore::form),
    post("differences/{id}", SETTINGS, restore::settle),
    post("differences/{id}/take-over", SETTINGS, restore::take_over),
    get("v/{token}", Anybody, public::show),
    post("v/{token}", Anybody, public::reveal),
];
