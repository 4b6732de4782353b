//! National systems with SOAP stacks that none of us wrote, against the real binary.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::support::{Serving, Trial, argument, has, skip, told, top};

fn folder() -> PathBuf {
    top().join("engine/tests/clients")
}

/// Where the clients' and the browser's packages lie; they are installed once.
pub(crate) fn packages() -> Option<&'static PathBuf> {
    static PACKAGES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let installed = PACKAGES.get_or_init(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let packages = cache.or_else(home)?.join("phytohub/clients");
        let set_up = Command::new(folder().join("setup.sh")).arg(&packages).output().ok()?;
        if set_up.status.success() {
            return Some(packages);
        }
        skip(&told(&set_up));
        None
    });
    installed.as_ref()
}

/// The reference description, outside the project: see the schemas' tests.
fn reference() -> Option<String> {
    let folder = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(|| top().join("../shared/reference"), PathBuf::from);
    let file = folder.join("DeliveryService.wsdl");
    if file.is_file() {
        return Some(argument(&file));
    }
    skip(&format!("no reference WSDL at {}", file.display()));
    None
}

fn ours() -> Option<String> {
    Some(argument(&top().join("schemas/wsdl/DeliveryService.wsdl")))
}

/// A hub and the client that calls it.
struct Call {
    trial: Trial,
    hub: Serving,
    command: Command,
}

impl Call {
    /// The connection NO takes countries' responses, LK does not.
    fn new(program: &str) -> Self {
        let trial = Trial::new();
        // The programs send the same document by several operations, and expect an envelope of each.
        trial.configure("delivery", "replay_window_seconds = 0");
        trial.json(&["connection", "set", "NO", "--responses", "yes"]);
        let hub = trial.serve();
        Self { trial, hub, command: Command::new(program) }
    }

    fn endpoint(&self) -> String {
        format!("https://localhost:{}/hub/DeliveryService", self.hub.https().port())
    }

    fn pki(&self, file: &str) -> String {
        argument(&self.trial.path("pki").join(file))
    }

    fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Who calls: the same words for every client.
    fn sides(self) -> Self {
        let (endpoint, ca) = (self.endpoint(), self.pki("ca.pem"));
        self.arguments(&["--endpoint", &endpoint, "--ca", &ca, "--from", "NO", "--to", "LK"])
    }

    fn pem_files(self) -> Self {
        let [sender, receiver] = ["NO", "LK"]
            .map(|code| [self.pki(&format!("{code}.pem")), self.pki(&format!("{code}.key"))]);
        self.arguments(&[
            "--sender-cert",
            &sender[0],
            "--sender-key",
            &sender[1],
            "--receiver-cert",
            &receiver[0],
            "--receiver-key",
            &receiver[1],
        ])
    }

    fn passes(mut self) {
        run(&mut self.command);
        self.ends();
    }

    fn ends(self) {
        let stopped = self.hub.stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("the client runs");
    assert!(output.status.success(), "{}", told(&output));
}

/// zeep with a description; with none, the one that the hub itself serves.
fn zeep(description: Option<String>, options: &[&str]) {
    let Some(packages) = packages() else { return };
    let call = Call::new(&argument(&packages.join("python/bin/python")));
    let script = argument(&folder().join("python/zeep_client.py"));
    let wsdl = description.unwrap_or_else(|| call.endpoint() + "?wsdl");
    let (certificate, key) = (call.pki("AR.pem"), call.pki("AR.key"));
    call.arguments(&["-B", &script, "--wsdl", &wsdl])
        .sides()
        .pem_files()
        .arguments(&["--outsider-cert", &certificate, "--outsider-key", &key])
        .arguments(options)
        .passes();
}

fn node(description: Option<String>) {
    let Some(packages) = packages() else { return };
    let mut call = Call::new("node");
    call.command.env("NODE_PATH", packages.join("node/node_modules"));
    let script = argument(&folder().join("node/client.js"));
    let wsdl = description.unwrap_or_else(|| call.endpoint() + "?wsdl");
    let replies = call.trial.path("replies");
    fs::create_dir(&replies).expect("a new folder");
    let replies = argument(&replies);
    let mut call = call.arguments(&[&script, "--wsdl", &wsdl, "--replies", &replies]);
    call = call.sides().pem_files();
    run(&mut call.command);
    // Node has no judge of schemas; this one also misses the operation that was not called.
    let (judge, ca) = (argument(&folder().join("python/schema.py")), call.pki("ca.pem"));
    let mut command = Command::new(packages.join("python/bin/python"));
    run(command.args(["-B", &judge, "--wsdl", &wsdl, "--ca", &ca, &replies]));
    call.ends();
}

#[test]
fn zeep_exchanges_with_our_description() {
    zeep(ours(), &[]);
}

#[test]
fn zeep_exchanges_with_the_served_description() {
    zeep(None, &["--large-mib", "20"]);
}

#[test]
fn zeep_exchanges_with_the_reference_description() {
    if let Some(reference) = reference() {
        zeep(Some(reference.clone()), &[]);
        zeep(Some(reference), &["--lax"]);
    }
}

#[test]
fn node_soap_exchanges_with_our_description() {
    node(ours());
}

#[test]
fn node_soap_exchanges_with_the_served_description() {
    node(None);
}

#[test]
fn node_soap_exchanges_with_the_reference_description() {
    if let Some(reference) = reference() {
        node(Some(reference));
    }
}

#[test]
fn a_jdk_client_exchanges_over_tls_1_2_with_its_key_store() {
    if !has("java") {
        return;
    }
    let call = Call::new("java");
    let client = argument(&folder().join("java/DeliveryClient.java"));
    let (sender, receiver) = (call.pki("NO.p12"), call.pki("LK.p12"));
    let call = call.arguments(&[&client]).sides();
    call.arguments(&["--sender", &sender, "--receiver", &receiver]).passes();
}

#[test]
fn curl_is_answered_in_every_version_of_http() {
    if !has("curl") {
        return;
    }
    let call = Call::new(&argument(&folder().join("curl.sh")));
    let endpoint = call.endpoint();
    let files = [call.pki("ca.pem"), call.pki("NO.pem"), call.pki("NO.key")];
    call.arguments(&[&endpoint, &files[0], &files[1], &files[2]]).passes();
}

#[test]
fn the_judge_of_replies_sees_what_is_wrong_and_what_is_missing() {
    let (Some(packages), Some(wsdl)) = (packages(), ours()) else { return };
    let trial = Trial::new();
    let reply = |field: &str| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <e:ValidatePhytoXMLResponse xmlns:e=\"http://ephyto.ippc.int/\"><e:ValidationResult>\
             <area>Schema</area><{field}>x</{field}><level>INFO</level><msg>y</msg>\
             </e:ValidationResult></e:ValidatePhytoXMLResponse></s:Body></s:Envelope>"
        )
    };
    for (name, field) in [("right", "field"), ("wrong", "e:field")] {
        fs::write(trial.path(&format!("{name}.xml")), reply(field)).expect("written");
    }
    let judge = argument(&folder().join("python/schema.py"));
    let mut command = Command::new(packages.join("python/bin/python"));
    command.args(["-B", &judge, "--wsdl", &wsdl, &argument(&trial.path(""))]);
    let output = command.output().expect("the judge runs");
    let said = told(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("wrong.xml: ") && !said.contains("right.xml"), "{said}");
    assert!(said.contains("no reply of") && said.contains("GetProfile"), "{said}");
}
