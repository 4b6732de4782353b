//! What each route is about: the things that its ids name, whose they are, and what its form needs
//! to succeed. A route that has no plan here fails the tests that walk all of them.

use phytohub_gens::domain::{Decision, Step};
use phytohub_gens::service::{ImportSearch, NewAccount};
use phytohub_gens::web::{Answer, Route, routes};
use phytohub_sps::sample::Shape;

use crate::browser::Browser;
use crate::sample;
use crate::world::{PASSWORD, World};

/// Somebody by tenant and name.
pub(super) type Who = (&'static str, &'static str);

/// One request, with the things of a world made for it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) route: &'static Route,
    /// The step of a certificate, where the route has one.
    pub(super) step: Option<Step>,
    /// Who has it and may do it.
    pub(super) owner: Who,
    /// The ids of the path in their order.
    pub(super) ids: Vec<String>,
    pub(super) fields: Vec<(&'static str, String)>,
    /// Whether the form carries a file.
    pub(super) upload: bool,
    /// Whether it is anybody's who knows the path.
    pub(super) public: bool,
}

impl Plan {
    /// The path with these ids.
    pub(super) fn path_of(&self, ids: &[String]) -> String {
        let mut ids = ids.iter();
        let parts = self.route.pattern.split('/').map(|part| match part {
            "{step}" => self.step.expect("the plan has one").as_str().to_owned(),
            _ if part.starts_with('{') => ids.next().expect("the plan has enough").clone(),
            _ => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    pub(super) fn path(&self) -> String {
        self.path_of(&self.ids)
    }

    /// The path of what nobody has.
    pub(super) fn nobodys_path(&self) -> String {
        let ids: Vec<String> = self.ids.iter().map(|_| "999999".to_owned()).collect();
        self.path_of(&ids)
    }

    /// Does it.
    pub(super) fn take(&self, browser: &mut Browser, path: &str) -> Answer {
        match (self.route.method, self.upload) {
            ("GET", _) => browser.get(path),
            (_, true) => browser.upload(path, "list.pdf", b"%PDF-1.7 list"),
            (_, false) => {
                let fields: Vec<(&str, &str)> =
                    self.fields.iter().map(|(name, value)| (*name, &**value)).collect();
                browser.post(path, &fields)
            }
        }
    }
}

/// What a route needs before its ids can be filled in: every route once, those with steps once for
/// each step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub(super) route: &'static Route,
    pub(super) step: Option<Step>,
}

/// Every route with each of its steps.
pub(super) fn needs() -> Vec<Need> {
    let steps = Step::ALL.into_iter().filter(|step| step.is_of_people());
    let steps: Vec<Step> = steps.collect();
    let of = |route: &'static Route| match route.pattern.contains("{step}") {
        true => steps.iter().map(|step| Need { route, step: Some(*step) }).collect(),
        false => vec![Need { route, step: None }],
    };
    routes().iter().flat_map(of).collect()
}

const TRADER: Who = ("GH", "trader");
const ADMIN: Who = ("GH", "admin");
const OFFICER: Who = ("GH", "officer");
const ISSUER: Who = ("GH", "issuer");
const IMPORTER: Who = ("GH", "importer");
const AUDITOR: Who = ("GH", "auditor");

impl Need {
    /// Makes in a world what the request is about.
    #[expect(clippy::too_many_lines, reason = "a table with a row for each kind of route")]
    pub(super) fn plan(self, world: &World) -> Plan {
        let (method, pattern) = (self.route.method, self.route.pattern);
        let bare = |owner: Who, ids: Vec<String>| Plan {
            route: self.route,
            step: self.step,
            owner,
            ids,
            fields: Vec::new(),
            upload: false,
            public: false,
        };
        let proof = || ("password", PASSWORD.to_owned());
        let reason = || ("reason", "There is one".to_owned());
        match (method, pattern) {
            (_, "v/{token}") => {
                let (id, _) = world.issued(secret());
                let view = world.gens.certificate(world.session("GH", "issuer"), id);
                let view = view.expect("it is seen");
                let code = view.paper_code.expect("it has one");
                let ids = vec![view.token.expect("it has one")];
                Plan { fields: vec![("code", code)], public: true, ..bare(TRADER, ids) }
            }
            (_, "certificates/{id}/steps/{step}") => {
                let step = self.step.expect("there is one");
                let (owner, id, revision) = ready_for(world, step);
                let fields = vec![("revision", revision), proof(), reason()];
                Plan { fields, ..bare(owner, vec![id]) }
            }
            ("GET", "certificates/{id}/xml") => {
                bare(TRADER, vec![world.issued(secret()).0.to_string()])
            }
            ("GET", "certificates/{id}/versions" | "certificates/{id}/changes") => {
                bare(TRADER, vec![submitted(world)])
            }
            (
                "GET",
                "certificates/{id}/versions/{version}/paper"
                | "certificates/{id}/versions/{version}/pdf",
            ) => bare(TRADER, vec![submitted(world), "1".to_owned()]),
            (_, "certificates/{id}/reassign") => {
                // The trader's own colleague takes it over.
                let colleague = colleague(world);
                let fields = vec![("holder", "author".to_owned()), ("successor", colleague)];
                Plan { fields, ..bare(TRADER, vec![submitted(world)]) }
            }
            (_, "certificates/{id}/lost") => {
                let (id, _) = world.issued(secret());
                let issuer = world.session("GH", "issuer");
                world.gens.take_original(issuer, id, 1).expect("it is printed");
                Plan { fields: vec![proof(), reason()], ..bare(ISSUER, vec![id.to_string()]) }
            }
            ("POST", "certificates/{id}/settle" | "certificates/{id}/print") => {
                bare(ISSUER, vec![world.issued(secret()).0.to_string()])
            }
            (
                _,
                "certificates/{id}/attachments/{file}"
                | "certificates/{id}/attachments/{file}/remove",
            ) => bare(TRADER, with_file(world).into()),
            ("POST", "certificates/{id}/attachments") => {
                Plan { upload: true, ..bare(TRADER, vec![world.draft(secret()).to_string()]) }
            }
            ("POST", "certificates/{id}/save" | "certificates/{id}/autosave") => {
                let fields = vec![("revision", "2".to_owned()), ("marks", "M".to_owned())];
                Plan { fields, ..bare(TRADER, vec![world.draft(secret()).to_string()]) }
            }
            (
                _,
                "certificates/{id}"
                | "certificates/{id}/paper"
                | "certificates/{id}/pdf"
                | "certificates/{id}/edit"
                | "certificates/{id}/copy",
            ) => bare(TRADER, vec![world.draft(secret()).to_string()]),
            (
                "GET",
                "imports/{id}" | "imports/{id}/paper" | "imports/{id}/pdf" | "imports/{id}/xml",
            ) => bare(IMPORTER, vec![import(world)]),
            ("POST", "imports/{id}/note") => bare(IMPORTER, vec![withdrawn_import(world)]),
            (_, "packages/{id}/file") => bare(AUDITOR, vec![package(world)]),
            (_, "differences/{id}" | "differences/{id}/take-over") => {
                Plan { fields: vec![reason()], ..bare(ADMIN, vec![difference(world)]) }
            }
            ("POST", "packages/new") => Plan { fields: vec![proof()], ..bare(AUDITOR, Vec::new()) },
            ("POST", "imports/{id}/decide") => {
                let fields = vec![("decision", "rejected".to_owned()), reason()];
                Plan { fields, ..bare(IMPORTER, vec![import(world)]) }
            }
            ("GET", _) if pattern.starts_with("users/{id}") => {
                bare(ADMIN, vec![world.session("GH", "trader").user().to_string()])
            }
            ("POST", "users/{id}") => {
                let fields = vec![
                    ("full_name", "Changed".to_owned()),
                    ("applicant-administrator", "yes".to_owned()),
                ];
                let ids = vec![world.session("GH", "trader").user().to_string()];
                Plan { fields, ..bare(ADMIN, ids) }
            }
            (
                "POST",
                "users/{id}/password"
                | "users/{id}/second-factor"
                | "users/{id}/end"
                | "users/{id}/restore",
            ) => {
                let ids = vec![world.session("GH", "trader").user().to_string()];
                Plan { fields: vec![proof()], ..bare(ADMIN, ids) }
            }
            (_, "organizations/{id}/approve" | "organizations/{id}/end") => {
                let ids = vec![world.organization("GH", "trader").to_string()];
                Plan { fields: vec![reason()], ..bare(ADMIN, ids) }
            }
            _ if pattern.contains('{') => {
                panic!("{method} {pattern} has no plan: say here what its ids are")
            }
            ("POST", "users/new") => {
                let fields = vec![
                    ("name", "newcomer".to_owned()),
                    ("full_name", "New Comer".to_owned()),
                    ("officer", "yes".to_owned()),
                ];
                Plan { fields, ..bare(ADMIN, Vec::new()) }
            }
            ("POST", "settings") => {
                let fields = vec![
                    ("organization", "Plant Health".to_owned()),
                    ("place", "Accra".to_owned()),
                    ("number", "GH-".to_owned()),
                ];
                Plan { fields, ..bare(ADMIN, Vec::new()) }
            }
            ("POST", "certificates/new") => bare(TRADER, Vec::new()),
            _ => bare(owner_of(self.route), Vec::new()),
        }
    }
}

/// Somebody of GH who may come in by a route without ids.
fn owner_of(route: &Route) -> Who {
    use phytohub_gens::domain::Role as R;
    let people = [
        (ADMIN, R::NppoAdministrator),
        (OFFICER, R::Officer),
        (IMPORTER, R::ImportOfficer),
        (("GH", "auditor"), R::Auditor),
        (TRADER, R::ApplicantAdministrator),
    ];
    let fits = people.into_iter().find(|(_, role)| route.access.admits(role.rights()));
    fits.expect("every route is somebody's").0
}

/// A draft with a word that stands nowhere else.
pub(super) fn secret() -> phytohub_gens::domain::Draft {
    // To a country that is not served here: nobody receives it.
    let mut draft = sample::smallest("US");
    draft.lines[0].produce = "Secretfruit".to_owned();
    draft
}

/// A certificate at which a step can be taken, with who takes it and its revision.
fn ready_for(world: &World, step: Step) -> (Who, String, String) {
    let (officer, issuer) = (world.session("GH", "officer"), world.session("GH", "issuer"));
    let inspector = world.session("GH", "inspector");
    let id = world.draft(secret());
    let gens = &world.gens;
    if step != Step::Submit {
        gens.submit(world.session("GH", "trader"), id, 2).expect("it is submitted");
    }
    if matches!(step, Step::Approve | Step::Issue | Step::Withdraw | Step::Resend) {
        gens.inspect(inspector, id, "").expect("it is inspected");
    }
    if matches!(step, Step::Issue | Step::Withdraw | Step::Resend) {
        gens.approve(officer, id).expect("it is approved");
    }
    if matches!(step, Step::Withdraw | Step::Resend) {
        gens.issue(issuer, id, 2, &World::proof()).expect("it is issued");
    }
    if step == Step::Resend {
        gens.exchange(false);
        let sent = world.hub.envelopes();
        let (envelope, _) = sent.last().expect("it was sent");
        let (number, state) =
            (&envelope.hub_delivery_number, phytohub_plugin_sdk::State::FailedDelivery);
        world.hub.decide(number, state, "The box is full");
        world.exchange();
    }
    let owner = match step {
        Step::Submit | Step::Recall => TRADER,
        Step::Inspect => ("GH", "inspector"),
        Step::Return | Step::Approve => OFFICER,
        _ => ISSUER,
    };
    (owner, id.to_string(), "2".to_owned())
}

fn with_file(world: &World) -> [String; 2] {
    let id = world.draft(secret());
    let trader = world.session("GH", "trader");
    let file = world.gens.attach(trader, id, "Secretfruit.pdf", b"%PDF-1.7 Secretfruit".to_vec());
    [id.to_string(), file.expect("it is attached").to_string()]
}

/// A received certificate of GH's.
fn import(world: &World) -> String {
    let mut foreign = Shape::default().certificate();
    foreign.number = "US-Secretfruit".to_owned();
    world.hub.deliver("US", "GH", &foreign.number, 70, foreign.to_xml().as_bytes());
    world.gens.exchange(false);
    let importer = world.session("GH", "importer");
    let page = world.gens.imports(importer, &ImportSearch::default(), None).expect("listed");
    page.rows[0].id.to_string()
}

/// A received certificate of GH's that was withdrawn after it was let in.
fn withdrawn_import(world: &World) -> String {
    let id = import(world);
    let importer = world.session("GH", "importer");
    let parsed = id.parse().expect("it is an id");
    world.gens.decide(importer, parsed, Decision::Accepted, "").expect("it is decided");
    let mut withdrawal = Shape { status: 40, ..Shape::default() }.certificate();
    withdrawal.number = "US-Secretfruit".to_owned();
    world.hub.deliver("US", "GH", "US-Secretfruit", 40, withdrawal.to_xml().as_bytes());
    world.gens.exchange(false);
    id
}

/// Everything of GH in a file.
fn package(world: &World) -> String {
    let auditor = world.session("GH", "auditor");
    let id = world.gens.request_package(auditor, &World::proof()).expect("it is asked for");
    world.gens.make_packages();
    id.to_string()
}

/// A certificate of GH's that the hub alone knows.
fn difference(world: &World) -> String {
    let mut lost = Shape::default().certificate();
    lost.number = "GH-2026-0000001".to_owned();
    world.hub.deliver("GH", "US", &lost.number, 70, lost.to_xml().as_bytes());
    world.gens.exchange(true);
    let page = world.gens.hub_differences(world.session("GH", "admin"), None).expect("listed");
    page.rows[0].id.to_string()
}

fn submitted(world: &World) -> String {
    let id = world.draft(secret());
    world.gens.submit(world.session("GH", "trader"), id, 2).expect("it is submitted");
    id.to_string()
}

/// Another user of GH's trader.
fn colleague(world: &World) -> String {
    let account = NewAccount {
        name: "colleague".to_owned(),
        full_name: "Colleague".to_owned(),
        roles: vec![phytohub_gens::domain::Role::Applicant],
        ..NewAccount::default()
    };
    let made = world.gens.create_user(world.session("GH", "trader"), &account);
    made.expect("it is made").0.to_string()
}

/// A plain applicant of GH's trader, with a session.
pub(super) fn applicant(world: &World) -> Browser {
    let account = NewAccount {
        name: "applicant".to_owned(),
        full_name: "Plain Applicant".to_owned(),
        roles: vec![phytohub_gens::domain::Role::Applicant],
        ..NewAccount::default()
    };
    let trader = world.session("GH", "trader");
    let (_, password) = world.gens.create_user(trader, &account).expect("it is made");
    let session = world.log_in("GH", "applicant", password.reveal());
    world.gens.change_password(&session, password.reveal(), PASSWORD).expect("it is changed");
    Browser::of(world, "GH", "applicant")
}
