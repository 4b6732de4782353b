//! What can be said, and what cannot.

use clap::CommandFactory as _;

use super::codes::CODES_HELP;
use super::document::{SAMPLE_HELP, VALIDATE_HELP};
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
    let documents = [CODES_HELP, SAMPLE_HELP, VALIDATE_HELP];
    let others = [EXAMPLES, INIT_EXAMPLES, SERVE_EXAMPLES, CONNECTION_EXAMPLES, DEMO_EXAMPLES];
    for text in documents.into_iter().chain(others) {
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
