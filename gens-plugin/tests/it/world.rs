//! Two countries with people, on one hub.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use phytohub_gens::auth::{Session, totp_code};
use phytohub_gens::domain::{CertificateId, Draft, OrganizationId, Role};
use phytohub_gens::environment::{Clock, MachineRandom};
use phytohub_gens::service::{
    Gens, LogIn, NewAccount, Reauthentication, Registration, TenantConfig,
};
use phytohub_plugin_sdk::Events;
use phytohub_plugin_sdk::host::Connection;
use tempfile::TempDir;

use crate::hub::FakeHub;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const ADDRESS: &str = "192.0.2.1";

/// A clock that goes when it is told to.
#[derive(Debug)]
pub(crate) struct Watch(AtomicI64);

impl Watch {
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for Watch {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct World {
    pub gens: Gens,
    pub hub: Arc<FakeHub>,
    pub watch: Arc<Watch>,
    pub directory: TempDir,
    sessions: BTreeMap<(&'static str, &'static str), Session>,
}

const PEOPLE: [(&str, Role); 5] = [
    ("officer", Role::Officer),
    ("inspector", Role::Inspector),
    ("issuer", Role::IssuingOfficer),
    ("importer", Role::ImportOfficer),
    ("auditor", Role::Auditor),
];

/// What every world begins with, made once: passwords take their time.
struct Beginning {
    directory: TempDir,
    tokens: BTreeMap<(&'static str, &'static str), String>,
}

fn beginning() -> &'static Beginning {
    static BEGINNING: OnceLock<Beginning> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let mut world = World::empty(tempfile::tempdir().expect("a directory can be made"));
        let mut tokens = BTreeMap::new();
        for tenant in ["GH", "NL"] {
            world.people(tenant, &mut tokens);
        }
        let directory = tempfile::tempdir().expect("a directory can be made");
        world.gens.snapshot(directory.path()).expect("it is copied");
        Beginning { directory, tokens }
    })
}

impl World {
    /// GH and NL with one user of each role, and in each two organizations with a user.
    pub(crate) fn new() -> Self {
        let beginning = beginning();
        let directory = tempfile::tempdir().expect("a directory can be made");
        let file = "gens.sqlite";
        std::fs::copy(beginning.directory.path().join(file), directory.path().join(file))
            .expect("it is copied");
        let mut world = Self::empty(directory);
        for (who, token) in &beginning.tokens {
            let session = world.gens.session(token, ADDRESS).expect("it is looked up");
            world.sessions.insert(*who, session.expect("it is alive"));
        }
        world
    }

    fn empty(directory: TempDir) -> Self {
        let hub = Arc::new(FakeHub::default());
        // 2026-03-04T10:11:12Z.
        let watch = Arc::new(Watch(AtomicI64::new(1_772_619_072_000)));
        for (code, country) in [("GH", "GH"), ("NL", "NL"), ("US", "US")] {
            let mut connection = Connection::new(code, "A country");
            country.clone_into(&mut connection.country);
            connection.responses = true;
            hub.connect(connection);
        }
        let gens = open(directory.path(), &hub, &watch);
        Self { gens, hub, watch, directory, sessions: BTreeMap::new() }
    }

    fn people(
        &mut self,
        tenant: &'static str,
        tokens: &mut BTreeMap<(&'static str, &'static str), String>,
    ) {
        let made = self.gens.create_first_administrator(tenant, "admin", "Ada Admin");
        let password = made.expect("it is made").expect("there is none yet");
        let token = self.settle(tenant, "admin", password.reveal());
        let admin = self.gens.session(&token, ADDRESS).expect("looked up").expect("alive");
        tokens.insert((tenant, "admin"), token);
        for (name, role) in PEOPLE {
            let account = NewAccount {
                name: name.to_owned(),
                full_name: format!("Person {name}"),
                roles: vec![role],
                ..NewAccount::default()
            };
            let (_, password) = self.gens.create_user(&admin, &account).expect("it is made");
            tokens.insert((tenant, name), self.settle(tenant, name, password.reveal()));
        }
        for name in ["trader", "rival"] {
            self.register(tenant, name);
            let page = self.gens.organizations(&admin, true, None).expect("it is listed");
            let pending = page.rows.first().expect("there is one").id;
            self.gens.approve_organization(&admin, pending).expect("it is approved");
            tokens.insert((tenant, name), self.token(tenant, name, PASSWORD));
        }
    }

    pub(crate) fn register(&self, tenant: &str, name: &str) {
        let registration = Registration {
            tenant: tenant.to_owned(),
            organization: format!("{name} of {tenant}"),
            address: vec!["1 Sample Street".to_owned()],
            contact: String::new(),
            name: name.to_owned(),
            full_name: format!("Person {name}"),
            password: PASSWORD.to_owned(),
        };
        self.gens.register(&registration, ADDRESS).expect("it registers");
    }

    /// Logs in with a temporary password and chooses one's own; answers the token.
    fn settle(&self, tenant: &str, name: &str, temporary: &str) -> String {
        let session = self.log_in(tenant, name, temporary);
        assert!(session.must_change_password());
        self.gens.change_password(&session, temporary, PASSWORD).expect("it is changed");
        self.token(tenant, name, PASSWORD)
    }

    pub(crate) fn log_in(&self, tenant: &str, name: &str, password: &str) -> Session {
        let token = self.token(tenant, name, password);
        let session = self.gens.session(&token, ADDRESS).expect("it is looked up");
        session.expect("it has just begun")
    }

    fn token(&self, tenant: &str, name: &str, password: &str) -> String {
        let outcome = self.gens.log_in(tenant, name, password, ADDRESS).expect("it logs in");
        let LogIn::Done(new) = outcome else { panic!("a second factor is asked for") };
        new.token().to_owned()
    }

    pub(crate) fn session(&self, tenant: &'static str, name: &'static str) -> &Session {
        &self.sessions[&(tenant, name)]
    }

    /// The token of a session that every world begins with.
    pub(crate) fn token_of(tenant: &'static str, name: &'static str) -> &'static str {
        &beginning().tokens[&(tenant, name)]
    }

    pub(crate) fn organization(&self, tenant: &'static str, name: &'static str) -> OrganizationId {
        self.session(tenant, name).organization().expect("it is of an organization")
    }

    pub(crate) fn proof() -> Reauthentication {
        Reauthentication { password: PASSWORD.to_owned(), code: String::new() }
    }

    /// Gives GH's issuer a second factor; answers its seed. The code of this moment is used up.
    pub(crate) fn enrol_issuer(&self) -> String {
        let issuer = self.session("GH", "issuer");
        let begun = self.gens.begin_second_factor(issuer, &Self::proof()).expect("it is begun");
        let code = self.code(&begun.seed);
        self.gens.confirm_second_factor(issuer, &code).expect("it is confirmed");
        begun.seed
    }

    /// What a second factor of this seed shows now.
    pub(crate) fn code(&self, seed: &str) -> String {
        totp_code(seed, self.gens.now_ms()).expect("it is a seed")
    }

    /// A saved draft of GH's trader.
    pub(crate) fn draft(&self, draft: Draft) -> CertificateId {
        let trader = self.session("GH", "trader");
        let id = self.gens.create_draft(trader, None).expect("it is begun");
        self.gens.save_draft(trader, id, 1, draft).expect("it is saved");
        id
    }

    /// The same, up to approval.
    pub(crate) fn approved(&self, draft: Draft) -> CertificateId {
        let id = self.draft(draft);
        self.gens.submit(self.session("GH", "trader"), id, 2).expect("it is submitted");
        self.gens.inspect(self.session("GH", "inspector"), id, "").expect("it is inspected");
        self.gens.approve(self.session("GH", "officer"), id).expect("it is approved");
        id
    }

    /// The same, up to issue; nothing has been sent.
    pub(crate) fn issued(&self, draft: Draft) -> (CertificateId, String) {
        let id = self.approved(draft);
        let issuer = self.session("GH", "issuer");
        let number = self.gens.issue(issuer, id, 2, &Self::proof()).expect("it is issued");
        (id, number)
    }

    /// Both ends of the exchange, until nothing moves.
    pub(crate) fn exchange(&self) {
        for _ in 0..3 {
            self.gens.exchange(false);
            let heard = self.gens.heard().expect("it is known");
            self.hub.events_after(heard, |events| {
                self.gens.hear(&Events::of(events)).expect("it is kept");
            });
        }
    }

    /// Ends the process and starts it anew on what is on disk.
    pub(crate) fn reopen(&mut self) {
        self.gens = open(self.directory.path(), &self.hub, &self.watch);
    }
}

pub(crate) fn open(directory: &Path, hub: &Arc<FakeHub>, watch: &Arc<Watch>) -> Gens {
    let tenants = [
        TenantConfig::new("GH", "GH", "Plant Health of Ghana", false),
        TenantConfig::new("NL", "NL", "Plant Health of the Netherlands", false),
    ];
    let random = Arc::new(MachineRandom::default());
    Gens::open(directory, &tenants, hub.clone(), watch.clone(), random).expect("it opens")
}
