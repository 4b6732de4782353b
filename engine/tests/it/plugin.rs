//! Plugins as their developers and the operator meet them: the real binary, real libraries.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use phytohub_plugin_loader::package::{
    LIBRARY_FILE, ManifestDraft, TrustedKey, keygen, sign, write_manifest,
};
use phytohub_plugin_testkit::build;
use phytohub_sps::sample::Shape;
use phytohub_wire::soap::ValidationResult;
use phytohub_wire::soap::client::{self as soap, ClientReply};

use crate::support::{Serving, Trial, argument, phytohub, refused, run, told};

#[test]
fn a_new_plugin_in_rust_is_built_loaded_and_checked() {
    let place = tempfile::tempdir().expect("a directory");
    let (new, directory) = new_plugin(place.path(), "rust");
    assert!(new.contains("plugin dev"), "{new}");
    let mut dev = phytohub();
    dev.args(["plugin", "dev", &argument(&directory)]);
    let output =
        dev.env("CARGO_TARGET_DIR", place.path().join("target")).output().expect("it runs");
    let said = told(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("potatoes.xml:"), "{said}");
    assert!(said.contains("WARNING WW-001 at SPSCertificate"), "{said}");
    assert!(said.contains("other.xml: nothing to say"), "{said}");
    check(&place.path().join("target/debug/libwatch_words.so"));
}

#[test]
fn a_new_plugin_in_c_is_built_loaded_and_checked() {
    let place = tempfile::tempdir().expect("a directory");
    let (_, directory) = new_plugin(place.path(), "c");
    let output = run(&["plugin", "dev", &argument(&directory)]);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("WARNING WW-001 at SPSCertificate"), "{said}");
    check(&directory.join("plugin.so"));
    let again = run(&["plugin", "new", "watch-words", "--in", &argument(place.path())]);
    refused(&again, 64, &["there is something already"]);
    let unnamed = run(&["plugin", "new", "Watch Words"]);
    refused(&unnamed, 64, &["a-z, 0-9"]);
}

#[test]
fn a_broken_plugin_is_told_where_it_breaks() {
    let place = tempfile::tempdir().expect("a directory");
    let (_, directory) = new_plugin(place.path(), "c");
    let source = fs::read_to_string(directory.join("plugin.c")).expect("its source");
    let wrong = source.replace(".magic = HUB_PLUGIN_MAGIC,", ".magic = 7,");
    fs::write(directory.join("plugin.c"), wrong).expect("written");
    let output = run(&["plugin", "dev", &argument(&directory)]);
    assert_eq!(output.status.code(), Some(64), "{}", told(&output));
    assert!(told(&output).contains("HUB_PLUGIN_MAGIC"), "{}", told(&output));
    let nothing = run(&["plugin", "dev", &argument(place.path())]);
    refused(&nothing, 64, &["neither Cargo.toml nor Makefile"]);
}

#[test]
fn a_signed_package_is_installed_loaded_and_steered() {
    let (trial, place) = (Trial::new(), tempfile::tempdir().expect("a directory"));
    let (_, directory) = new_plugin(place.path(), "c");
    let key = argument(&place.path().join("publisher.key"));
    let made = run(&["plugin", "keygen", &key]);
    assert!(made.status.success(), "{}", told(&made));
    let mode = fs::metadata(&key).expect("the key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the key is its owner's alone");
    assert_ne!(run(&["plugin", "keygen", &key]).status.code(), Some(0), "a key is not replaced");
    let public = word_with(&told(&made), "ed25519:");

    let first = package(&directory, &key, "0.1.0");
    let stranger = trial.run(&["plugin", "verify", &argument(&first)]);
    refused(&stranger, 1, &["key"]);
    let trust = format!(
        "dev = true\ntrusted_keys = [{{ key = \"{public}\", plugins = [\"watch-words\"], grants = [\"*\"] }}]"
    );
    trial.configure("plugins", &trust);
    let known = trial.run(&["plugin", "verify", &argument(&first)]);
    assert!(told(&known).contains("good: signed by a key that is trusted"), "{}", told(&known));
    let second = package(&directory, &key, "0.2.0");
    for package in [&first, &second] {
        let installed = trial.run(&["plugin", "install", &argument(package)]);
        assert!(installed.status.success(), "{}", told(&installed));
        assert!(told(&installed).contains("[plugin.watch-words]"), "{}", told(&installed));
    }
    section(&trial, "watch-words", "0.1.0", "");
    assert_eq!(view(&trial)["state"], "installed", "told without a hub");

    let hub = trial.serve();
    assert_eq!(view(&trial)["state"], "started");
    let findings = validate(&hub);
    let own = |finding: &&ValidationResult| finding.msg.starts_with("WW-001");
    assert_eq!(findings.iter().filter(own).count(), 1, "{findings:?}");
    for (command, state) in [
        (vec!["upgrade", "watch-words", "0.2.0"], "started"),
        (vec!["quarantine", "watch-words"], "quarantined"),
        (vec!["quarantine", "watch-words", "--release"], "started"),
        (vec!["disable", "watch-words"], "retired"),
        (vec!["enable", "watch-words"], "started"),
    ] {
        let arguments: Vec<&str> = ["plugin"].into_iter().chain(command.iter().copied()).collect();
        let views = trial.json(&arguments);
        let told = views[0]["state"].as_str().unwrap_or_default().to_owned();
        assert!(told.starts_with(state), "{command:?}: {told}");
        assert_eq!(views[0]["version"], "0.2.0", "{command:?}");
    }
    refused(&trial.run(&["plugin", "enable", "nobody"]), 1, &["there is no plugin nobody"]);
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn a_library_that_changed_is_refused_and_the_hub_serves_on() {
    let trial = Trial::new();
    let library = build::cdylib("phytohub-plugin-faulty");
    install(&trial, "faulty", &library);
    section(&trial, "faulty", "0.1.0", "");
    let file = trial.path("plugins/faulty/0.1.0/plugin.so");
    let mut bytes = fs::read(&file).expect("the library");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&file, bytes).expect("written");
    let hub = trial.serve();
    let view = view(&trial);
    assert_eq!(view["state"], "failed", "{view}");
    let error = view["last_error"].as_str().expect("why");
    assert!(error.contains("sha256") || error.contains("hash"), "{error}");
    assert!(hub.page("/readyz").starts_with("HTTP/1.1 200"), "the hub serves");
    assert_eq!(hub.stop().code, Some(0));
}

/// For everything that ends a process, the next start finds the culprit.
#[test]
fn what_kills_the_hub_is_in_quarantine_after_its_second_crash() {
    let library = build::cdylib("phytohub-plugin-faulty");
    for sin in ["exit", "abort", "stack-overflow", "segfault"] {
        let trial = Trial::new();
        install(&trial, "faulty", &library);
        section(&trial, "faulty", "0.1.0", &format!("sin = \"{sin}\"\n"));
        for _ in 0..2 {
            let mut hub = trial.serve();
            assert_eq!(view(&trial)["state"], "started", "{sin}");
            diagnosed(&trial, 0, &["ok", "plugins", "started", "[plugin.faulty]"]);
            assert!(ask(&hub).is_none(), "{sin}: the hub ends before it answers");
            hub.wait();
        }
        let hub = trial.serve();
        let view = view(&trial);
        let state = view["state"].as_str().expect("a state");
        assert!(state.starts_with("quarantined"), "{sin}: {view}");
        assert!(ask(&hub).is_some(), "{sin}: the hub serves without it");
        let words = ["ACT", "plugins", "quarantined (the hub ended while", "[plugin.faulty]"];
        let said = diagnosed(&trial, 1, &words);
        assert!(said.contains("plugin quarantine ID --release"), "{sin}: {said}");
        assert_eq!(said.matches("ACT").count(), 1, "{sin}: nothing else is wrong: {said}");
        assert_eq!(hub.stop().code, Some(0), "{sin}");
    }
}

#[test]
fn files_of_plugins_are_in_backups_and_come_back() {
    let trial = Trial::new();
    install(&trial, "faulty", &build::cdylib("phytohub-plugin-faulty"));
    section(&trial, "faulty", "0.1.0", "");
    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, text.replace("[\"hub.kv/1\"]", "[\"hub.data/1\"]")).expect("written");
    let starts = |directory: &str| fs::read_to_string(trial.path(directory).join("faulty/starts"));
    let backups = argument(&trial.path("backups"));
    let path = |made: &serde_json::Value| {
        argument(&trial.path("backups").join(made["name"].as_str().expect("a name")))
    };
    let hub = trial.serve();
    let made = trial.json(&["backup", "create", &backups]);
    assert_eq!(made["plugins"][0]["files"], "snapshot", "{made}");
    let listed = made["files"].as_array().expect("a list").iter();
    let listed = listed.filter(|file| file["path"] == "plugins/faulty/starts").count();
    assert_eq!(listed, 1, "{made}");
    assert_eq!(hub.stop().code, Some(0));
    let lying = trial.json(&["backup", "create", &backups]);
    assert_eq!(lying["plugins"][0]["files"], "as_they_lay", "{lying}");

    // A rehearsal beside the hub touches nothing of it.
    let backup = path(&made);
    let elsewhere = argument(&trial.path("elsewhere"));
    let text = fs::read_to_string(&file).expect("a configuration");
    let own = "\n[plugin.faulty.config]";
    fs::write(&file, text.replace(own, &format!("\ndata_bytes = 0{own}"))).expect("written");
    diagnosed(&trial, 0, &["warn", "plugins", "1 bytes of files, allowed are 0"]);
    fs::write(&file, text).expect("written");
    let said = trial.run(&["backup", "restore", &backup, "--to", &elsewhere]);
    assert!(told(&said).contains("elsewhere.plugins/ID"), "{}", told(&said));
    assert_eq!(starts("elsewhere.plugins").expect("restored"), "1");
    fs::rename(trial.path("data"), trial.path("lost")).expect("renamed");
    let data = argument(&trial.path("data"));
    let in_use = trial.run(&["backup", "restore", &backup, "--to", &data]);
    refused(&in_use, 64, &["not empty", "plugin-data/faulty"]);
    fs::remove_dir_all(trial.path("plugin-data")).expect("removed");
    let restored = trial.run(&["backup", "restore", &backup, "--to", &data]);
    assert!(restored.status.success(), "{}", told(&restored));
    assert_eq!(starts("plugin-data").expect("restored"), "1");
    let hub = trial.serve();
    assert_eq!(view(&trial)["state"], "started");
    assert_eq!(starts("plugin-data").expect("there"), "2", "it goes on from what it had");
    assert_eq!(hub.stop().code, Some(0));

    // Its own table is the last: a plugin that fails loses its files, and the hub nothing.
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, text + "sin = \"error\"\nin = \"snapshot\"\n").expect("written");
    let hub = trial.serve();
    let lacking = trial.run(&["backup", "create", &argument(&trial.path("more"))]);
    assert_eq!(lacking.status.code(), Some(1), "{}", told(&lacking));
    for words in
        ["faulty: NOT IN THE BACKUP: ", "was made and holds, but lacks the files of faulty"]
    {
        assert!(told(&lacking).contains(words), "{}", told(&lacking));
    }
    let all = trial.json(&["backup", "list", &argument(&trial.path("more"))]);
    let name = all[0]["backup"]["name"].as_str().expect("a name");
    let verified = trial.json(&["backup", "verify", &argument(&trial.path("more").join(name))]);
    assert_eq!(verified["holds"], true, "{verified}");
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn what_a_plugin_says_that_is_wrong_with_it_is_told() {
    let trial = Trial::new();
    install(&trial, "faulty", &build::cdylib("phytohub-plugin-faulty"));
    section(&trial, "faulty", "0.1.0", "sin = \"error\"\nin = \"health\"\n");
    let hub = trial.serve();
    assert!(view(&trial)["unwell"].as_str().expect("words").contains("told to answer an error"));
    diagnosed(&trial, 0, &["warn", "plugins", "it is not well: ", "[plugin.faulty]"]);
    assert_eq!(hub.stop().code, Some(0));
}

/// Has the doctor look, who ends with this code and has one line with all these words.
fn diagnosed(trial: &Trial, code: i32, words: &[&str]) -> String {
    let output = trial.run(&["doctor"]);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    let line = said.lines().find(|line| words.iter().all(|word| line.contains(word)));
    assert!(line.is_some(), "no line with {words:?} in {said}");
    said
}

/// A plugin in the language, in a directory of its own; what was said.
fn new_plugin(place: &Path, language: &str) -> (String, PathBuf) {
    let output =
        run(&["plugin", "new", "watch-words", "--language", language, "--in", &argument(place)]);
    assert!(output.status.success(), "{}", told(&output));
    (told(&output), place.join("watch-words"))
}

/// Runs the conformance suite on a library.
fn check(library: &Path) {
    let program = build::program("phytohub-plugin-testkit", "phytohub-plugin-check");
    let output = Command::new(program).arg(library).output().expect("it runs");
    assert!(output.status.success(), "{}", told(&output));
}

/// Builds the plugin in C as this version, and signs a package of it.
fn package(directory: &Path, key: &str, version: &str) -> PathBuf {
    for file in ["plugin.c", "plugin.toml"] {
        let text = fs::read_to_string(directory.join(file)).expect("a file");
        fs::write(directory.join(file), text.replace("\"0.1.0\"", &format!("\"{version}\"")))
            .expect("written");
    }
    let made = Command::new("make").arg("plugin.so").current_dir(directory).output();
    assert!(made.expect("make runs").status.success());
    let package = directory.join(version);
    fs::create_dir(&package).expect("a directory");
    fs::copy(directory.join("plugin.toml"), package.join("plugin.toml")).expect("copied");
    let (library, package_argument) = (argument(&directory.join("plugin.so")), argument(&package));
    let signed = run(&["plugin", "sign", &package_argument, "--key", key, "--library", &library]);
    assert!(signed.status.success(), "{}", told(&signed));
    package
}

/// Packs, signs and installs a library, whose key the hub then trusts.
pub(crate) fn install(trial: &Trial, id: &str, library: &Path) {
    let (package, key) = (tempfile::tempdir().expect("a directory"), keygen().expect("a key"));
    fs::copy(library, package.path().join(LIBRARY_FILE)).expect("copied");
    let draft = ManifestDraft::new(id, "0.1.0");
    write_manifest(&draft, package.path()).expect("a manifest");
    sign(package.path(), &key).expect("signed");
    let key = TrustedKey::unlimited(key.public()).key;
    let trust = format!(
        "dev = true\ntrusted_keys = [{{ key = \"{key}\", plugins = [\"*\"], grants = [\"*\"] }}]"
    );
    trial.configure("plugins", &trust);
    let installed = trial.run(&["plugin", "install", &argument(package.path())]);
    assert!(installed.status.success(), "{}", told(&installed));
}

/// Adds a plugin's section, with settings of its own.
pub(crate) fn section(trial: &Trial, id: &str, version: &str, settings: &str) {
    let file = trial.path("hub.toml");
    let mut text = fs::read_to_string(&file).expect("a configuration");
    text.push_str(&format!(
        "\n[plugin.{id}]\nversion = \"{version}\"\ngrants = [\"hub.kv/1\"]\n[plugin.{id}.config]\n{settings}"
    ));
    fs::write(&file, text).expect("written");
}

/// The only plugin, as the operator sees it.
fn view(trial: &Trial) -> serde_json::Value {
    trial.json(&["plugin", "list"])[0].clone()
}

fn word_with(text: &str, part: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c == '"');
    words.into_iter().find(|word| word.starts_with(part)).expect("the word").to_owned()
}

/// What the hub says of a certificate with potatoes.
fn validate(hub: &Serving) -> Vec<ValidationResult> {
    ask(hub).expect("the hub answers")
}

/// The same, or nothing if the hub ends instead.
fn ask(hub: &Serving) -> Option<Vec<ValidationResult>> {
    let xml = Shape { seed: 1, ..Shape::default() }.certificate().to_xml();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut client = hub.client("NO").await;
        match client.call(soap::validate_phyto_xml(&xml)).await {
            Ok(ClientReply::ValidationResults(findings)) => Some(findings),
            Ok(other) => panic!("no findings: {other:?}"),
            Err(_) => None,
        }
    })
}
