//! A hub with the national systems of two countries, and their people at their browsers.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use phytohub_plugin_testkit::build;

use super::browser::{Browser, Page, field};
use crate::plugin::install;
use crate::support::{Serving, Trial, told};

/// What everybody in the demonstration logs in with.
pub(crate) const PASSWORD: &str = "harvest-2026";

/// A hub whose connections EG and KE are the plugin's; NO, LK and AR have systems of their own.
pub(crate) fn trial(settings: &str) -> Trial {
    let trial = Trial::new();
    install(&trial, "gens", &build::cdylib("phytohub-gens-module"));
    trial.configure("web", "enabled = true\nlisten = \"127.0.0.1:0\"");
    fs::write(trial.path("seal"), "a secret of this test, long enough").expect("written");
    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, format!("{text}\n{SECTION}{settings}{TENANTS}")).expect("written");
    trial
}

/// The same with people and certificates, and running.
pub(crate) fn demonstration() -> (Trial, Serving) {
    let trial = trial("demo = true\n");
    let hub = trial.serve();
    assert_eq!(state(&trial), "started");
    (trial, hub)
}

/// How the plugin is.
pub(crate) fn state(trial: &Trial) -> String {
    let view = trial.json(&["plugin", "list"])[0].clone();
    view["state"].as_str().expect("a state").to_owned()
}

/// Where browsers connect.
pub(crate) fn door(hub: &Serving) -> SocketAddr {
    let url = hub.doors().iter().find_map(|line| line.strip_prefix("pages http://"));
    url.expect("a door").trim_end_matches('/').parse().expect("an address")
}

/// Somebody of the demonstration, logged in.
pub(crate) fn person(hub: &Serving, tenant: &str, name: &str) -> Browser {
    let mut browser = Browser::new(door(hub));
    let page = browser.log_in(tenant, name, PASSWORD);
    assert_eq!(page.status, 303, "{tenant} {name}: {page:?}");
    browser
}

/// Sends the form of a step, as its page shows it.
pub(crate) fn step(browser: &mut Browser, id: &str, step: &str, fields: &[(&str, &str)]) -> Page {
    let path = format!("certificates/{id}/steps/{step}");
    let revision = field(&browser.get(&path).body, "revision").unwrap_or_default();
    let fields = [("revision", &*revision)].into_iter().chain(fields.iter().copied());
    browser.post(&path, &fields.collect::<Vec<_>>())
}

/// The same, which must work.
pub(crate) fn take(browser: &mut Browser, id: &str, name: &str, fields: &[(&str, &str)]) {
    let page = step(browser, id, name, fields);
    assert_eq!(page.status, 303, "{name}: {page:?}");
}

/// A list as it is taken along: each row by the heads of its columns.
pub(crate) fn rows(browser: &mut Browser, list: &str) -> Vec<BTreeMap<String, String>> {
    let page = browser.get(&format!("{list}.csv"));
    assert_eq!(page.status, 200, "{list}: {page:?}");
    let mut lines = page.body.trim_start_matches('\u{feff}').lines();
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim_matches('"');
        line.split("\",\"").map(|cell| cell.replace("\"\"", "\"")).collect()
    };
    let heads = cells(lines.next().expect("a head"));
    lines.map(|line| heads.iter().cloned().zip(cells(line)).collect()).collect()
}

/// The first row in which a column says this.
pub(crate) fn row(
    browser: &mut Browser,
    list: &str,
    column: &str,
    value: &str,
) -> Option<BTreeMap<String, String>> {
    let all = rows(browser, list);
    all.into_iter().find(|row| row.get(column).is_some_and(|cell| cell == value))
}

/// Waits for what others are to do.
pub(crate) fn until<T>(what: &str, seen: impl FnMut() -> Option<T>) -> T {
    within(TRIES, what, seen)
}

/// The same, where somebody must first notice that another was gone.
pub(crate) fn patiently<T>(what: &str, seen: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE * TRIES, what, seen)
}

fn within<T>(tries: usize, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let (_open, pause) = mpsc::sync_channel::<()>(1);
    for _ in 0..tries {
        if let Some(found) = seen() {
            return found;
        }
        let _ = pause.recv_timeout(PAUSE);
    }
    panic!("it never came to that: {what}");
}

/// Waits until a certificate stands so.
pub(crate) fn until_state(browser: &mut Browser, id: &str, state: &str) {
    until(&format!("certificate {id} is {state}"), || {
        row(browser, "certificates", "id", id).filter(|row| row["state"] == state)
    });
}

/// An officer of a country whose settings allow to issue.
pub(crate) fn officer(hub: &Serving, tenant: &str, organization: &str) -> Browser {
    let mut admin = person(hub, tenant, "admin");
    // Down to: an officer enters, an issuing officer issues.
    let fields = [
        ("organization", organization),
        ("place", "Nairobi"),
        ("number", "KE"),
        ("import_decision", "yes"),
    ];
    let saved = admin.post("settings", &fields);
    assert_eq!(saved.status, 303, "{saved:?}");
    person(hub, tenant, "officer")
}

/// Copies of one that was issued to a country, ready to be issued.
pub(crate) fn copies(officer: &mut Browser, destination: &str, count: usize) -> Vec<String> {
    let all = rows(officer, "certificates").into_iter();
    let mut model =
        all.filter(|row| row["destination"] == destination && !row["number"].is_empty());
    let model = model.next_back().expect("one is issued")["id"].clone();
    let copy = |_| {
        let page = officer.post(&format!("certificates/{model}/copy"), &[]);
        assert_eq!(page.status, 303, "{page:?}");
        let id = page.location.trim_start_matches("certificates/");
        id.trim_end_matches("/edit").to_owned()
    };
    (0..count).map(copy).collect()
}

/// Issues one after the other, again where the host ended before it answered.
pub(crate) fn issue(
    mut issuer: Browser,
    ids: &[String],
    address: &Mutex<SocketAddr>,
    patience: usize,
    mut done: impl FnMut(),
) {
    for id in ids {
        let path = format!("certificates/{id}/steps/issue");
        within(patience * TRIES, "it is issued", || {
            issuer.door = *address.lock().unwrap_or_else(PoisonError::into_inner);
            let page = issuer.try_post(&path, &[("revision", "1"), ("password", PASSWORD)]).ok()?;
            // 303: issued now. 409: it was, and the answer was lost. Otherwise the plugin is not
            // there yet.
            assert_ne!(page.status, 422, "{page:?}");
            [303, 409].contains(&page.status).then_some(())
        });
        done();
    }
}

/// Has the hub do something that must work.
pub(crate) fn operator(trial: &Trial, arguments: &[&str]) {
    let done = trial.run(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", told(&done));
}

/// How much longer than [`until`] is waited where somebody must first notice something.
pub(crate) const PATIENCE: usize = 4;

const SECTION: &str = r#"
[plugin.gens]
version = "0.1.0"
grants = ["hub.data/1", "hub.envelopes/1", "hub.registry/1", "hub.audit/1", "hub.secrets/1"]
registers = ["EG", "KE"]
[plugin.gens.secrets]
gens-seal = "seal"
[plugin.gens.config]
"#;

const TENANTS: &str = r#"
[[plugin.gens.config.tenants]]
code = "EG"
country = "EG"
name = "Plant Health Service of Egypt"
training = true
[[plugin.gens.config.tenants]]
code = "KE"
country = "KE"
name = "Plant Health Service of Kenya"
training = true
"#;

/// Longer than the pause of whatever is waited for.
const TRIES: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);
