//! A hub, and elsewhere the national system of one of its countries.

use std::collections::BTreeSet;
use std::fs;
use std::net::UdpSocket;

use phytohub::client::SoapClient;
use phytohub_plugin_testkit::build;
use phytohub_wire::soap::client::{self as soap, ClientEnvelope, ClientReply};
use rustix::process::Signal;

use crate::gens::browser::Browser;
use crate::gens::country::{copies, officer, operator, patiently, row, state as plugin_state};
use crate::plugin::install;
use crate::support::{Serving, Trial, argument};

/// The hub with its connections NO, LK and AR, and elsewhere the national system of LK.
pub(crate) struct Pair {
    pub(crate) hub_at: Trial,
    pub(crate) hub: Serving,
    pub(crate) host_at: Trial,
    pub(crate) host: Serving,
    url: String,
}

impl Pair {
    pub(crate) fn start() -> Self {
        let hub_at = Trial::new();
        let url = always_at_one_port(&hub_at);
        hub_at.configure("store", "certificate_index = true");
        operator(&hub_at, &["connection", "set", "AR", "--responses", "yes"]);
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

    pub(crate) fn kill_host(&mut self) {
        self.host.signal(Signal::KILL);
        self.host.wait();
    }

    pub(crate) fn start_host(&mut self) {
        self.host = self.host_again();
    }

    /// The host, after its end.
    pub(crate) fn host_again(&self) -> Serving {
        let host = self.host_at.serve_with(&["--role", "plugins", "--hub", &self.url]);
        if plugin_state(&self.host_at).starts_with("quarantined") {
            operator(&self.host_at, &["plugin", "quarantine", "gens", "--release"]);
        }
        host
    }

    pub(crate) fn kill_hub(&mut self) {
        self.hub.signal(Signal::KILL);
        self.hub.wait();
    }

    pub(crate) fn start_hub(&mut self) {
        self.hub = self.hub_at.serve();
    }

    /// The line of LK, as the operator of the host sees it.
    pub(crate) fn line(&self) -> serde_json::Value {
        self.host_at.json(&["plugin", "lines"])[0].clone()
    }

    pub(crate) fn ends(self) {
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

/// Certificates ready to be issued to a system of another kind.
pub(crate) fn prepared(host: &Serving) -> Vec<String> {
    copies(&mut officer(host, "LK", "Plant Health Service"), "AR", COUNT)
}

/// The numbers of certificates, each of which is sent, and has one of its own.
pub(crate) fn sent(auditor: &mut Browser, ids: &[String]) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    for id in ids {
        let row = patiently(&format!("{id} is sent"), || {
            row(auditor, "certificates", "id", id).filter(|row| row["state"] == "sent")
        });
        assert!(numbers.insert(row["number"].clone()), "each has a number of its own");
    }
    numbers
}

/// Fetches and acknowledges all that waits; the certificates' numbers.
pub(crate) async fn fetched(client: &mut SoapClient) -> Vec<String> {
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

pub(crate) async fn pulled(client: &mut SoapClient) -> Vec<ClientEnvelope> {
    match client.call(soap::pull_import_envelope()).await.expect("a reply") {
        ClientReply::Envelopes(envelopes) => envelopes,
        other => panic!("no envelopes: {other:?}"),
    }
}

/// Certificates.
pub(crate) const COUNT: usize = 16;

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
