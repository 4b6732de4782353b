//! What the operator of a host sees of its line to the hub, and changes of it while it runs.

use std::fs;

use phytohub_plugin_testkit::build;
use rustix::process::Signal;

use super::pair::Pair;
use crate::gens::country::patiently;
use crate::plugin::{install, section};
use crate::support::{Trial, told};

#[test]
fn a_line_tells_since_when_it_is_up_or_down() {
    let mut pair = Pair::start();
    let up = patiently("the line is up", || Some(pair.line()).filter(|line| line["up"] == true));
    assert_eq!((&up["connection"], &up["trouble"]), (&"LK".into(), &"".into()));
    assert!(up["hub"].as_str().is_some_and(|hub| hub.starts_with("quic://localhost:")), "{up}");
    let said = told(&pair.host_at.run(&["doctor"]));
    assert!(said.contains("up since") && said.contains("under way"), "{said}");
    pair.kill_hub();
    let down = patiently("the line is down", || {
        Some(pair.line()).filter(|line| line["up"] == false && line["trouble"] != "")
    });
    assert!(down["since"].as_str() > up["since"].as_str(), "{down}");
    let said = told(&pair.host_at.run(&["doctor"]));
    assert!(said.contains("down since"), "{said}");
    pair.start_hub();
    patiently("the line is up again", || (pair.line()["up"] == true).then_some(()));
    pair.ends();
}

#[test]
fn a_host_follows_its_configuration_when_it_is_told_to() {
    let mut pair = Pair::start();
    patiently("the line is up", || (pair.line()["up"] == true).then_some(()));
    let file = pair.host_at.path("hub.toml");
    let good = fs::read_to_string(&file).expect("a configuration");
    let mut reload = |text: &str, says: &str| {
        fs::write(&file, text).expect("written");
        pair.host.signal(Signal::HUP);
        pair.host.wait_for_log(says)
    };
    reload("[nonsense", "refused to reload");
    reload(&good.replace("LK.key", "no.key"), "refused to reload");
    // Another country's certificate.
    let log = reload(&good.replace("LK.", "NO."), "read limits, certificates and plugins anew");
    assert!(log.contains("[remote_hub.connection.LK]"), "{log}");
    let says = "registered with NO";
    pair.host.wait_for_log(says);
    let line = patiently("the line is down", || {
        let trouble = |line: &serde_json::Value| {
            line["trouble"].as_str().is_some_and(|trouble| trouble.contains(says))
        };
        Some(pair.line()).filter(|line| line["up"] == false && trouble(line))
    });
    assert_eq!(line["connection"], "LK");
    let mut reload = |text: &str, says: &str| {
        fs::write(&file, text).expect("written");
        pair.host.signal(Signal::HUP);
        pair.host.wait_for_log(says)
    };
    let changed = good.replace("Plant Health Service", "Service of Plant Health");
    let changed = changed.replace("[limits]\n", "[limits]\nsockets = 500\n");
    let changed = changed.replace("[store]\n", "[store]\nblock_cache_bytes = 16777216\n");
    let log = reload(&changed, "not followed before a restart");
    assert!(log.contains("[store]"), "{log}");
    let log = pair.host.wait_for_log("read limits, certificates and plugins anew");
    for part in ["[limits]", "[remote_hub.connection.LK]", "[plugin.gens]"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    patiently("the line is up again", || (pair.line()["up"] == true).then_some(()));
    pair.ends();
}

#[test]
fn a_plugin_that_judges_documents_is_refused_with_what_to_do() {
    let trial = Trial::new();
    install(&trial, "woah", &build::cdylib("phytohub-woah-module"));
    section(&trial, "woah", "0.1.0", "");
    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    let line = "[remote_hub.connection.LK]\ncertificate = \"pki/LK.pem\"\nkey = \"pki/LK.key\"\n";
    fs::write(&file, format!("{text}\n{line}")).expect("written");
    let ended = trial.run(&["serve", "--role", "plugins", "--hub", "quic://localhost:1"]);
    assert!(!ended.status.success());
    let said = told(&ended);
    for part in ["validate of plugin woah", "hub.documents/1", "[plugin.woah]", "in the hub itself"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}
