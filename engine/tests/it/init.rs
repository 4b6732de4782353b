//! What `init` makes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Trial, argument, has, refused, run, told};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn keys_are_for_their_owner_alone() {
    let trial = Trial::new();
    for directory in ["pki", "data", "run"] {
        assert_eq!(mode(&trial.path(directory)), 0o700, "{directory}");
    }
    for entry in fs::read_dir(trial.path("pki")).expect("a directory") {
        let path = entry.expect("an entry").path();
        let secret = path.extension().is_some_and(|kind| kind == "key" || kind == "p12");
        assert_eq!(mode(&path), if secret { 0o600 } else { 0o644 }, "{}", path.display());
    }
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let trial = Trial::new();
    let before = fs::read_to_string(trial.path("hub.toml")).expect("a configuration");
    refused(&run(&["init", &argument(&trial.path(""))]), 64, &["not empty"]);
    assert_eq!(fs::read_to_string(trial.path("hub.toml")).expect("still there"), before);
    refused(&run(&["init", &trial.config()]), 64, &["hub.toml"]);
}

#[test]
fn a_connection_named_twice_is_made_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = run(&["init", &argument(directory.path()), "--connections", "NO,NO"]);
    assert!(made.status.success(), "{}", told(&made));
}

#[test]
fn a_host_is_in_the_certificate_and_in_the_address_for_clients() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = run(&["init", &argument(directory.path()), "--host", "hub.example"]);
    assert!(made.status.success(), "{}", told(&made));
    let toml = fs::read_to_string(directory.path().join("hub.toml")).expect("a configuration");
    let line = "\npublic_url = \"https://hub.example:8443/hub/DeliveryService\"\n";
    assert!(toml.contains(line), "{toml}");
    if has("openssl") {
        let shown = openssl(&["x509", "-noout", "-text", "-in"], directory.path(), "server.pem");
        for name in ["DNS:hub.example", "DNS:localhost", "IP Address:127.0.0.1", "0:0:0:0:0:0:0:1"]
        {
            assert!(shown.contains(name), "{shown}");
        }
    }
}

#[test]
fn a_key_store_opens_in_java() {
    if !has("keytool") {
        return;
    }
    let trial = Trial::new();
    let mut keytool = Command::new("keytool");
    keytool.args(["-J-Duser.language=en", "-list", "-storepass", "changeit", "-keystore"]);
    let listed = keytool.arg(trial.path("pki/NO.p12")).output().expect("keytool runs");
    let said = told(&listed);
    assert!(listed.status.success(), "{said}");
    assert!(said.contains("PrivateKeyEntry") && said.contains("trustedCertEntry"), "{said}");
}

#[test]
fn a_key_store_opens_in_openssl() {
    if !has("openssl") {
        return;
    }
    let trial = Trial::new();
    let options = ["pkcs12", "-passin", "pass:changeit", "-nodes", "-in"];
    let shown = openssl(&options, &trial.path(""), "NO.p12");
    assert!(shown.contains("BEGIN PRIVATE KEY"), "{shown}");
    assert!(shown.contains("CN = NO") || shown.contains("CN=NO"), "{shown}");
}

fn openssl(options: &[&str], directory: &Path, file: &str) -> String {
    let mut openssl = Command::new("openssl");
    let output = openssl.args(options).arg(directory.join("pki").join(file)).output();
    let output = output.expect("openssl runs");
    assert!(output.status.success(), "{}", told(&output));
    told(&output)
}
