//! A country with people, whose database is filled before it is opened.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use phytohub_gens::auth::Session;
use phytohub_gens::domain::{Draft, Line, Origin, Package, Party, Role};
use phytohub_gens::environment::{Hub, MachineClock, MachineRandom};
use phytohub_gens::service::{Gens, LogIn, NewAccount, Registration, TenantConfig};
use phytohub_gens::web::{Complete, Web, routes};
use phytohub_plugin_sdk::host::{self, Acknowledgement, Connection, Envelope};
use phytohub_plugin_sdk::{Error, Request, Result};

use super::fill;
use super::hub::{Serving, Trial, Wire};

pub(crate) struct Office {
    pub size: u32,
    gens: Gens,
    tokens: Vec<(&'static str, String)>,
    hub: Serving,
    _trial: Trial,
}

impl Office {
    pub(crate) fn of(size: u32) -> Self {
        let trial = Trial::new(SECRET);
        let data = trial.data();
        let people = People::settle(&data);
        fill::fill(&data.join("gens.sqlite"), size);
        let hub = trial.serve();
        Self { size, gens: open(&data), tokens: people.tokens, hub, _trial: trial }
    }

    /// The system without the hub and its door.
    pub(crate) fn browser(&self, name: &str) -> Browser {
        Browser { web: Web::new(self.gens.clone()), cookie: self.cookie(name) }
    }

    /// A line to the system in the hub.
    pub(crate) fn line(&self, name: &str) -> Wire {
        self.hub.line(&self.cookie(name))
    }

    fn cookie(&self, name: &str) -> String {
        let (_, token) =
            self.tokens.iter().find(|(known, _)| *known == name).expect("there is one");
        format!("gens={token}")
    }

    /// An address with what depends on the size filled in.
    pub(crate) fn path(&self, path: &str) -> String {
        let recent = fill::day(self.size / 2, self.size);
        path.replace("{deep}", &(self.size / 10 * 6).to_string()).replace("{recent}", &recent)
    }

    /// Saves a draft again and again; answers how often.
    pub(crate) fn save_until(&self, over: &AtomicBool) -> usize {
        let session = self.session("trader");
        let id = self.gens.create_draft(&session, None).expect("it is begun");
        let (mut revision, mut count) = (1, 0);
        while !over.load(Ordering::Relaxed) {
            revision = self.gens.save_draft(&session, id, revision, draft()).expect("it is saved");
            count += 1;
        }
        count
    }

    fn session(&self, name: &str) -> Session {
        let (_, token) =
            self.tokens.iter().find(|(known, _)| *known == name).expect("there is one");
        self.gens.session(token, ADDRESS).expect("it is looked up").expect("it is alive")
    }
}

/// Somebody's browser, over a line without TLS.
pub(crate) struct Browser {
    web: Web,
    cookie: String,
}

impl Browser {
    /// The bytes of a page.
    pub(crate) fn get(&self, path: &str) -> usize {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let route = routes().iter().position(|one| one.method == "GET" && one.pattern == bare);
        let full = format!("/gens/{bare}");
        let mut request = Request::new("GET", "/gens/", &full, bare);
        request.route = route.expect("there is such a page");
        request.query = query;
        request.host = "hub.example";
        request.client_address = ADDRESS;
        request.headers = vec![("cookie", self.cookie.as_bytes())];
        let answer = self.web.answer(&request, &mut Complete);
        assert_eq!(answer.status(), 200, "{path}");
        answer.body().len()
    }
}

struct People {
    tokens: Vec<(&'static str, String)>,
}

impl People {
    /// Everybody, the organization that applies, and one certificate to fill from.
    fn settle(directory: &Path) -> Self {
        let gens = open(directory);
        let mut tokens = Vec::new();
        let made = gens.create_first_administrator("GH", "admin", "Ada Admin");
        let password = made.expect("it is made").expect("there is none yet");
        let admin = settle(&gens, "admin", password.reveal());
        let admin = gens.session(&admin, ADDRESS).expect("it is looked up").expect("it is alive");
        let roles = [
            ("officer", Role::Officer),
            ("issuer", Role::IssuingOfficer),
            ("importer", Role::ImportOfficer),
        ];
        for (name, role) in roles {
            let account = NewAccount {
                name: name.to_owned(),
                full_name: format!("Person {name}"),
                roles: vec![role],
                ..NewAccount::default()
            };
            let (_, password) = gens.create_user(&admin, &account).expect("it is made");
            tokens.push((name, settle(&gens, name, password.reveal())));
        }
        let registration = Registration {
            tenant: "GH".to_owned(),
            organization: "Traders".to_owned(),
            address: vec!["1 Street".to_owned()],
            name: "trader".to_owned(),
            full_name: "Tina Trader".to_owned(),
            password: PASSWORD.to_owned(),
            ..Registration::default()
        };
        gens.register(&registration, ADDRESS).expect("it registers");
        let waiting = gens.organizations(&admin, true, None).expect("it is listed");
        let organization = waiting.rows.first().expect("it waits").id;
        gens.approve_organization(&admin, organization).expect("it is approved");
        let token = token(&gens, "trader", PASSWORD);
        let trader = gens.session(&token, ADDRESS).expect("it is looked up").expect("it is alive");
        let id = gens.create_draft(&trader, None).expect("it is begun");
        gens.save_draft(&trader, id, 1, draft()).expect("it is saved");
        tokens.push(("trader", token));
        Self { tokens }
    }
}

/// The draft that the others are made from.
fn draft() -> Draft {
    let party = |name: &str| Party {
        name: name.to_owned(),
        address: vec!["1 Sample Street".to_owned(), "Sampletown".to_owned()],
    };
    Draft {
        exporter: party("Exporter 1 & Sons"),
        consignee: party("Trading 1"),
        destination: "NL".to_owned(),
        lines: vec![Line {
            produce: "Apples".to_owned(),
            botanical_name: "Malus domestica".to_owned(),
            hs_code: "0808".to_owned(),
            packages: vec![Package { kind: "BX".to_owned(), quantity: "20".to_owned() }],
            origins: vec![Origin { country: "GH".to_owned(), region: "Ashanti".to_owned() }],
            ..Line::default()
        }],
        ..Draft::default()
    }
}

/// Logs in with a temporary password and chooses another; answers the token.
fn settle(gens: &Gens, name: &str, temporary: &str) -> String {
    let first = token(gens, name, temporary);
    let session = gens.session(&first, ADDRESS).expect("it is looked up").expect("it is alive");
    gens.change_password(&session, temporary, PASSWORD).expect("it is changed");
    token(gens, name, PASSWORD)
}

fn token(gens: &Gens, name: &str, password: &str) -> String {
    match gens.log_in("GH", name, password, ADDRESS).expect("it logs in") {
        LogIn::Done(session) | LogIn::SecondFactor(session) => session.token().to_owned(),
    }
}

fn open(directory: &Path) -> Gens {
    let tenants = [TenantConfig::new("GH", "GH", "Plant Health of Ghana", false)];
    let random = Arc::new(MachineRandom::default());
    let opened = Gens::open(directory, &tenants, Arc::new(NoHub), Arc::new(MachineClock), random);
    opened.expect("it opens")
}

const ADDRESS: &str = "192.0.2.1";
const SECRET: &[u8] = b"a secret that is long enough";
const PASSWORD: &str = "correct horse battery";

/// Pages of lists need no hub.
struct NoHub;

fn away<T>() -> Result<T> {
    Err(Error::unavailable("there is no hub"))
}

impl Hub for NoHub {
    fn submit(&self, _: &str, _: &host::Draft<'_>) -> Result<Envelope> {
        away()
    }

    fn inbox(&self, _: &str, _: u64, _: u32) -> Result<Vec<Envelope>> {
        away()
    }

    fn read(&self, _: &str, _: &str) -> Result<(Envelope, Vec<u8>)> {
        away()
    }

    fn acknowledge(&self, _: &str, _: &str, _: Acknowledgement, _: &str) -> Result<()> {
        away()
    }

    fn status(&self, _: &str, _: &str) -> Result<Envelope> {
        away()
    }

    fn find(&self, _: &str, _: Option<&str>, _: &str, _: u32) -> Result<Vec<Envelope>> {
        away()
    }

    fn connections(&self) -> Result<Vec<Connection>> {
        away()
    }

    fn register(&self, _: &Connection) -> Result<()> {
        away()
    }

    fn audit(&self, _: &str, _: &str, _: &str) -> Result<()> {
        away()
    }

    fn secret(&self, _: &str) -> Result<Vec<u8>> {
        Ok(SECRET.to_vec())
    }
}
