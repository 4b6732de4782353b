//! What can be said, and what cannot.

use clap::CommandFactory as _;

use super::codes::CODES_HELP;
use super::document::{RENDER_HELP, SAMPLE_HELP, VALIDATE_HELP};
use super::door::{RECEIVE_HELP, SEND_HELP, TRACK_HELP};
use super::link::LINK_HELP;
use super::rule::{CHANNEL_HELP, RULE_HELP};
use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn help_fits_a_terminal() {
    let documents = [CODES_HELP, RENDER_HELP, SAMPLE_HELP, VALIDATE_HELP];
    let others = [EXAMPLES, INIT_EXAMPLES, SERVE_EXAMPLES, CONNECTION_EXAMPLES, DEMO_EXAMPLES];
    let orders = [CHANNEL_HELP, LINK_HELP, RULE_HELP];
    let systems = [SEND_HELP, RECEIVE_HELP, TRACK_HELP];
    for text in documents.into_iter().chain(others).chain(orders).chain(systems) {
        assert!(text.lines().all(|line| line.len() <= 100));
    }
}

#[test]
fn config_and_json_may_stand_after_the_subcommand() {
    let cli = parse("phytohub connection list --json --config a/hub.toml").expect("arguments");
    let Command::Connection(args) = cli.command else { panic!("a connection command") };
    assert!(args.admin.json);
    assert_eq!(args.admin.config.config_file, PathBuf::from("a/hub.toml"));
    assert!(parse("phytohub connection certificate add NO f --config a --json").is_ok());
}

#[test]
fn lists_are_written_with_commas() {
    let cli = parse("phytohub init d --connections NO,LK2 --host a --host b").expect("lists");
    let Command::Init(args) = cli.command else { panic!("an init command") };
    assert_eq!((args.connections.len(), args.hosts.len()), (2, 2));
    assert!(parse("phytohub init d --connections no").is_err());
    assert!(parse("phytohub connection add NO --name N --accepts 851").is_err());
    assert!(parse("phytohub connection add NO --name N --live --test").is_err());
}

#[test]
fn a_rule_needs_a_consent() {
    let rule = "phytohub rule add FR EU --type DELEGATE --direction INC";
    assert!(parse(rule).is_err());
    assert!(parse(&format!("{rule} --consent-by Director")).is_err());
    assert!(parse(&format!("{rule} --consent-by Director --consent-reference 7")).is_ok());
    assert!(parse(&rule.replace("INC", "IN")).is_err());
}

#[test]
fn settings_are_named_and_trust_needs_an_address() {
    let set = |rest: &str| parse(&format!("phytohub connection set NO {rest}"));
    assert!(set("--sends no --accepts 851/70 657/70 --requests-per-minute default").is_ok());
    assert!(set("--push none --tracking-updates yes").is_ok());
    assert!(set("--push-ca ca.pem").is_err(), "of which address?");
    assert!(set("--push https://a.no/ --push-ca ca.pem").is_ok());
    assert!(
        set(&format!("--push https://a.no/ --push-ca f --push-key {}", "ab".repeat(32))).is_err()
    );
    assert!(set("--sends perhaps").is_err() && set("--bytes-per-minute some").is_err());
    let maintenance = |rest: &str| parse(&format!("phytohub connection maintenance NO {rest}"));
    assert!(maintenance("--clear").is_ok());
    assert!(maintenance("--from 2026-12-01 --until 2026-12-02 --reason upgrade").is_ok());
    assert!(maintenance("--from 2026-12-01 --until 2026-12-02").is_err());
    assert!(maintenance("").is_err() && maintenance("--clear --from 2026-12-01").is_err());
}

#[test]
fn a_national_system_names_a_door_and_shows_a_certificate() {
    let send = |rest: &str| parse(&format!("phytohub send a.xml {rest}"));
    let whole = send("--hub quic://hub.example:4433 --as NO --pki pki").expect("arguments");
    let Command::Send(args) = whole.command else { panic!("a send command") };
    assert!(matches!(args.hub.address, HubAddress::Quic(_)));
    let url = |text: &str| text.parse::<HubAddress>();
    let usual = url("https://hub.example:1/hub/DeliveryService");
    assert_eq!(url("https://hub.example:1"), usual);
    assert_eq!(url("https://hub.example:1/"), usual);
    assert!(url("https://hub.example/other").is_ok());
    for wrong in ["http://hub.example", "quic://hub.example", "hub.example:1", ""] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
    for wrong in [
        "--as NO --pki pki",
        "--hub quic://a:1 --pki pki",
        "--hub quic://a:1 --as NO",
        "--hub quic://a:1 --cert c",
        "--hub quic://a:1 --as NO --pki pki --cert c --key k",
        "--hub quic://a:1 --cert c --key k --timeout 0",
    ] {
        assert!(send(wrong).is_err(), "{wrong}");
    }
    assert!(send("--hub quic://a:1 --cert c --key k --ca a").is_ok());
}
