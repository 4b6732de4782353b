//! What an operator may get wrong: one clear line each, and the right exit code.

use std::fs;
use std::net::TcpListener;

use crate::support::{Trial, argument, phytohub, refused, run, told};

#[test]
fn a_missing_configuration_is_told() {
    let absent = tempfile::tempdir().expect("a directory");
    let file = argument(&absent.path().join("hub.toml"));
    for command in [&["serve"][..], &["connection", "list"], &["clock", "show"]] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--config", &file]).collect();
        refused(&run(&arguments), 64, &["cannot read the configuration", "phytohub init"]);
    }
}

#[test]
fn a_wrong_configuration_is_told_with_its_line() {
    let trial = Trial::new();
    trial.configure("https", "lisen = \"127.0.0.1:1\"");
    trial.serve_refused(64, &["hub.toml, line ", "unknown field `lisen`", "`listen`"]);

    let trial = Trial::new();
    trial.configure("limits", "sockets = 0");
    trial.serve_refused(64, &["hub.toml, line ", "[limits] sockets must be from 1"]);
}

#[test]
fn a_port_in_use_is_told() {
    let trial = Trial::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let output = trial.run(&["serve", "--https", &address]);
    refused(&output, 64, &["cannot listen", &address, "--https ADDR", "in use"]);

    trial.configure("https", "public_url = \"\"");
    let text = fs::read_to_string(trial.path("hub.toml")).expect("a configuration");
    let text = text.replace("listen = \"127.0.0.1:0\"", &format!("listen = \"{address}\""));
    fs::write(trial.path("hub.toml"), text).expect("written");
    trial.serve_refused(64, &["cannot listen", &address, "[admin] listen"]);
}

#[test]
fn a_missing_or_foreign_key_is_told() {
    let trial = Trial::new();
    fs::copy(trial.path("pki/NO.key"), trial.path("pki/server.key")).expect("copied");
    trial.serve_refused(64, &["server.key"]);
    fs::remove_file(trial.path("pki/server.key")).expect("removed");
    trial.serve_refused(64, &["server.key", "No such file"]);
    fs::remove_file(trial.path("pki/server.pem")).expect("removed");
    trial.serve_refused(64, &["server.pem", "No such file"]);
}

#[test]
fn a_trial_is_for_this_machine_alone() {
    let trial = Trial::new();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let output = trial.run(&["serve", "--https", address]);
        refused(&output, 64, &["trial", "loopback"]);
    }
}

#[test]
fn listening_everywhere_needs_an_address_for_clients() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = run(&["init", &argument(directory.path())]);
    assert!(made.status.success(), "{}", told(&made));
    let config = argument(&directory.path().join("hub.toml"));
    let output = run(&["serve", "--config", &config, "--https", "0.0.0.0:0"]);
    refused(&output, 64, &["public_url"]);
}

#[test]
fn a_store_in_use_is_told() {
    let trial = Trial::new();
    let hub = trial.serve();
    trial.serve_refused(74, &["has this store open", "data"]);
    assert_eq!(hub.stop().code, Some(0));
    assert!(trial.serve().stop().code == Some(0), "it is free again");
}

#[test]
fn a_store_that_cannot_be_made_is_told() {
    let trial = Trial::new();
    trial.configure("store", "path = \"hub.toml\"");
    trial.serve_refused(74, &["hub.toml"]);
}

#[test]
fn a_disk_without_room_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    // No file may grow past 4 KiB, which the system tells as it tells a full disk: by an error on
    // write. The signal that goes with it is ignored, as the disk sends none.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" init \"$1\" --connections NO";
    let mut shell = std::process::Command::new("sh");
    let path = argument(&directory.path().join("hub"));
    shell.args(["-c", script]).arg(phytohub().get_program()).arg(&path);
    let output = shell.output().expect("a shell");
    let said = told(&output);
    assert!(matches!(output.status.code(), Some(64 | 74)), "{said}");
    assert!(said.contains("half-way") && said.contains(&path), "{said}");
    assert!(said.to_lowercase().contains("file too large"), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
}

#[test]
fn a_wrong_command_line_ends_with_the_code_for_usage() {
    for arguments in [&["serv"][..], &["serve", "--https", "here"], &["init"], &[]] {
        assert_eq!(run(arguments).status.code(), Some(64), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["connection", "add", "--help"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty() && !output.stdout.is_empty());
    }
}
