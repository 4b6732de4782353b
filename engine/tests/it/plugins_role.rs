//! The national system of a country in a process of its own, and the hub in another: either may be
//! killed, and the other goes on.

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use phytohub::client::SoapClient;
use phytohub_plugin_testkit::build;
use phytohub_wire::soap::client::{self as soap, ClientEnvelope, ClientReply};
use rustix::process::Signal;
use tokio::runtime::Runtime;

use crate::gens::browser::Browser;
use crate::gens::country::{
    PASSWORD, door, operator, patiently, person, row, rows, state as plugin_state, until_state,
};
use crate::plugin::install;
use crate::support::{Serving, Trial, argument, deliver, refused, state};

/// The hub with its connections NO, LK and AR, and elsewhere the national system of LK.
struct Pair {
    hub_at: Trial,
    hub: Serving,
    host_at: Trial,
    host: Serving,
    url: String,
}

impl Pair {
    fn start() -> Self {
        let hub_at = Trial::new();
        let url = always_at_one_port(&hub_at);
        let hub = hub_at.serve();
        let host_at = Trial::new();
        install(&host_at, "gens", &build::cdylib("phytohub-gens-module"));
        host_at.configure("web", "enabled = true\nlisten = \"127.0.0.1:0\"");
        fs::write(host_at.path("seal"), "a secret of this test, long enough").expect("written");
        let file = host_at.path("hub.toml");
        let text = fs::read_to_string(&file).expect("a configuration");
        let pki = argument(&hub_at.path("pki"));
        let sections = SECTIONS.replace("PKI", &pki);
        fs::write(&file, format!("{text}\n{sections}")).expect("written");
        let host = host_at.serve_with(&["--role", "plugins", "--hub", &url]);
        assert_eq!(plugin_state(&host_at), "started");
        Self { hub_at, hub, host_at, host, url }
    }

    fn kill_host(&mut self) {
        self.host.signal(Signal::KILL);
        self.host.wait();
    }

    fn start_host(&mut self) {
        self.host = self.host_at.serve_with(&["--role", "plugins", "--hub", &self.url]);
        if plugin_state(&self.host_at).starts_with("quarantined") {
            operator(&self.host_at, &["plugin", "quarantine", "gens", "--release"]);
        }
    }

    fn ends(self) {
        let stopped = self.host.stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
        let stopped = self.hub.stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    }
}

/// Has the hub listen on QUIC where it is found again after a restart.
fn always_at_one_port(trial: &Trial) -> String {
    let free = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port();
    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, format!("quic = \"127.0.0.1:{port}\"\n{text}")).expect("written");
    format!("quic://localhost:{port}")
}

#[test]
fn a_country_elsewhere_sends_and_receives_through_its_line_to_the_hub() {
    let pair = Pair::start();
    let runtime = Runtime::new().expect("a runtime");
    let mut auditor = person(&pair.host, "LK", "auditor");
    let roses = row(&mut auditor, "certificates", "destination", "AR").expect("one goes to AR");
    until_state(&mut auditor, &roses["id"], "sent");
    let mut abroad = runtime.block_on(pair.hub.client("AR"));
    let fetched = runtime.block_on(fetched(&mut abroad));
    assert_eq!(fetched.iter().collect::<Vec<_>>(), [&roses["number"]]);
    until_state(&mut auditor, &roses["id"], "delivered");

    let number = runtime.block_on(deliver(&mut abroad, "AR", "LK"));
    let mut importer = person(&pair.host, "LK", "importer");
    let came =
        patiently("the envelope is received", || row(&mut importer, "imports", "sender", "AR"));
    assert_eq!(came["receipt"], "failed", "what is no certificate cannot be read: {came:?}");
    patiently("the receipt is with the hub", || {
        let state = runtime.block_on(state(&mut abroad, &number));
        (state == "DeliveredNotReadable").then_some(())
    });
    assert_eq!(rows(&mut importer, "imports").len(), 1, "it came once");
    pair.ends();
}

#[test]
fn either_may_be_killed_and_each_certificate_is_sent_once() {
    let mut pair = Pair::start();
    let runtime = Runtime::new().expect("a runtime");
    let ids = prepared(&pair.host);
    let (first, second) = ids.split_at(ids.len() / 2);

    // The host ends while certificates are issued: the hub serves the others.
    let address = Mutex::new(door(&pair.host));
    let (told, heard) = sync_channel(ids.len());
    thread::scope(|scope| {
        let issuer = person(&pair.host, "LK", "issuer");
        let address = &address;
        scope.spawn(move || issue(issuer, first, address, || _ = told.send(())));
        for _ in 0..first.len() / 2 {
            heard.recv().expect("one is issued");
        }
        pair.kill_host();
        runtime.block_on(async {
            let mut sender = pair.hub.client("NO").await;
            let number = deliver(&mut sender, "NO", "AR").await;
            assert_eq!(state(&mut sender, &number).await, "PendingDelivery");
        });
        pair.start_host();
        *address.lock().unwrap_or_else(PoisonError::into_inner) = door(&pair.host);
        while heard.recv().is_ok() {}
    });

    // The hub ends: the pages answer, and what is issued is sent when it is back.
    pair.hub.signal(Signal::KILL);
    pair.hub.wait();
    let issuer = person(&pair.host, "LK", "issuer");
    issue(issuer, second, &address, || {});
    // Even a host that begins without it.
    pair.kill_host();
    pair.start_host();
    let mut importer = person(&pair.host, "LK", "importer");
    assert_eq!(importer.get("imports").status, 200);
    pair.hub = pair.hub_at.serve();
    let mut auditor = person(&pair.host, "LK", "auditor");
    let mut numbers = BTreeSet::new();
    for id in &ids {
        let row = patiently(&format!("{id} is sent"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == "sent")
        });
        assert!(numbers.insert(row["number"].clone()), "each has a number of its own");
    }

    let all = runtime.block_on(async {
        let mut abroad = pair.hub.client("AR").await;
        fetched(&mut abroad).await
    });
    let distinct: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len(), "something came twice: {all:?}");
    assert!(numbers.is_subset(&distinct), "{numbers:?} in {distinct:?}");
    // Besides them one that the demonstration began with, and the one from NO.
    assert_eq!(distinct.len(), ids.len() + 2);
    for id in &ids {
        patiently(&format!("{id} is delivered"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == "delivered")
        });
    }
    pair.ends();
}

#[test]
fn a_host_of_plugins_says_what_it_lacks() {
    let trial = Trial::new();
    let plugins = |more: &[&str]| {
        let options = ["serve", "--role", "plugins"].iter().chain(more).copied();
        trial.run(&options.collect::<Vec<_>>())
    };
    refused(&plugins(&[]), 64, &["--hub quic://HOST:PORT"]);
    let hub = ["--hub", "quic://localhost:1"];
    refused(&plugins(&hub), 64, &["no connection has a certificate", "remote_hub.connection"]);
    refused(&trial.run(&["serve", "--hub", "quic://localhost:1"]), 64, &["--role plugins"]);
}

/// Certificates ready to be issued to a system of another kind.
fn prepared(host: &Serving) -> Vec<String> {
    let mut admin = person(host, "LK", "admin");
    // Down to: an officer enters, an issuing officer issues.
    let fields = [
        ("organization", "Plant Health Service"),
        ("place", "Nairobi"),
        ("number", "KE"),
        ("import_decision", "yes"),
    ];
    let saved = admin.post("settings", &fields);
    assert_eq!(saved.status, 303, "{saved:?}");
    let mut officer = person(host, "LK", "officer");
    let all = rows(&mut officer, "certificates").into_iter();
    let mut model = all.filter(|row| row["destination"] == "AR" && !row["number"].is_empty());
    let model = model.next_back().expect("one is issued")["id"].clone();
    let copy = |_| {
        let page = officer.post(&format!("certificates/{model}/copy"), &[]);
        assert_eq!(page.status, 303, "{page:?}");
        let id = page.location.trim_start_matches("certificates/");
        id.trim_end_matches("/edit").to_owned()
    };
    (0..COUNT).map(copy).collect()
}

/// Issues one after the other, again where the host ended before it answered.
fn issue(mut issuer: Browser, ids: &[String], address: &Mutex<SocketAddr>, mut done: impl FnMut()) {
    for id in ids {
        let path = format!("certificates/{id}/steps/issue");
        patiently("it is issued", || {
            issuer.door = *address.lock().unwrap_or_else(PoisonError::into_inner);
            let page = issuer.try_post(&path, &[("revision", "1"), ("password", PASSWORD)]).ok()?;
            // 303: issued now. 409: it was, and the answer was lost.
            assert_ne!(page.status, 422, "{page:?}");
            [303, 409].contains(&page.status).then_some(())
        });
        done();
    }
}

/// Fetches and acknowledges all that waits; the certificates' numbers.
async fn fetched(client: &mut SoapClient) -> Vec<String> {
    let mut fetched = Vec::new();
    loop {
        let envelopes = pulled(client).await;
        if envelopes.is_empty() {
            return fetched;
        }
        for envelope in envelopes {
            let number = envelope.header.hub_delivery_number.expect("a number");
            let reply = client.call(soap::acknowledge_envelope_receipt(&number)).await;
            assert!(matches!(reply, Ok(ClientReply::Acknowledged(_))), "{reply:?}");
            fetched.push(envelope.header.nppo_certificate_number);
        }
    }
}

async fn pulled(client: &mut SoapClient) -> Vec<ClientEnvelope> {
    match client.call(soap::pull_import_envelope()).await.expect("a reply") {
        ClientReply::Envelopes(envelopes) => envelopes,
        other => panic!("no envelopes: {other:?}"),
    }
}

/// Certificates.
const COUNT: usize = 16;

const SECTIONS: &str = r#"
[plugin.gens]
version = "0.1.0"
grants = ["hub.data/1", "hub.envelopes/1", "hub.registry/1", "hub.audit/1", "hub.secrets/1"]
registers = ["LK"]
[plugin.gens.secrets]
gens-seal = "seal"
[plugin.gens.config]
demo = true
[[plugin.gens.config.tenants]]
code = "LK"
country = "KE"
name = "Plant Health Service"
training = true
[remote_hub]
authorities = "PKI/ca.pem"
[remote_hub.connection.LK]
certificate = "PKI/LK.pem"
key = "PKI/LK.key"
"#;
