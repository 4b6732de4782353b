use super::*;

fn parse(text: &str) -> Result<HubConfig, String> {
    LoadedConfig::parse(Path::new("hub.toml"), text)
        .map(|loaded| loaded.config().clone())
        .map_err(|error| error.to_string())
}

fn refused(text: &str, expected: &str) {
    let told = parse(text).expect_err("a refusal");
    assert!(told.contains(expected), "{told:?} lacks {expected:?}");
    assert!(!told.contains('\n'), "one line: {told:?}");
}

/// Removes the comment marks of settings, and of nothing else.
fn uncommented(template: &str) -> String {
    let is_setting = |line: &str| {
        line.strip_prefix("# ").and_then(|rest| rest.split_once(" = ")).is_some_and(|(key, _)| {
            key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
    };
    let lines = template
        .lines()
        .map(|line| if is_setting(line) { line.strip_prefix("# ").unwrap_or(line) } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_written_file_says_every_setting_with_its_default() {
    let text = template(&HubConfig::default());
    assert_eq!(parse(&text).as_ref(), Ok(&HubConfig::default()));
    let text = uncommented(&text);
    assert_eq!(parse(&text).as_ref(), Ok(&HubConfig::default()));

    let written: toml::Table = toml::from_str(&text).expect("TOML");
    let known = toml::Table::try_from(HubConfig::default()).expect("a table");
    assert_eq!(written, known, "the table of settings and the struct name the same keys");
}

#[test]
fn what_differs_from_the_default_is_written_plainly() {
    let mut config = HubConfig { trial: true, ..HubConfig::default() };
    config.https.public_url = "https://hub.example/hub/DeliveryService".to_owned();
    assert_eq!(parse(&template(&config)), Ok(config));
}

#[test]
fn the_written_file_fits_a_terminal() {
    for line in template(&HubConfig::default()).lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn an_empty_file_is_a_configuration() {
    assert_eq!(parse(""), Ok(HubConfig::default()));
}

#[test]
fn a_wrong_configuration_is_told_in_one_line_with_its_place() {
    refused("drain_seconds = 30\n[https]\nlisen = 3\n", "line 3: unknown field `lisen`");
    refused("[https]\nlisen = 3\n", "`listen`");
    refused("drain_seconds = \"soon\"\n", "line 1: invalid type");
    refused("drain_seconds = \"soon\"\n", "near=drain_seconds");
    refused("drain_seconds = 0\n", "line 1: drain_seconds must be from 1 to 3600, not 0");
    refused("drain_seconds = -3\n", "line 1");
    refused("[htps]\n", "line 1: unknown field `htps`");
    refused("[https]\nlisten = \"here\"\n", "line 2");
    refused("[https\n", "line 1");
    refused("[trust]\nmode = \"all\"\n", "expected `registered` or `ca`");
    refused("quic = \"here\"\n", "line 1: quic must be an address and a port");
    refused("[limits]\nxml_depth = 65\n", "line 2: [limits] xml_depth must be from 16 to 64");
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    refused(
        "[limits]\nrequest_bytes = 1048576\n",
        "[limits] content_bytes is 251658240, more than request_bytes=1048576",
    );
    refused(
        "[limits]\nbytes_in_flight = 300000000\n",
        "line 2: [limits] bytes_in_flight is 300000000: large requests may fill seven eighths of \
         it, 262500000, so one of request_bytes=268435456 could never be taken",
    );
    assert!(parse("[limits]\nbytes_in_flight = 306783379\n").is_ok(), "8/7 is enough");
    refused("[trust]\nmode = \"ca\"\n", "[trust] ca must name a file");
    refused("[trust]\nca = [\"ca.pem\"]\n", "line 2: [trust] ca is only read");
    refused("[trust]\ncrl = [\"a.crl\"]\n", "line 2: [trust] crl is only read");
    refused("[https]\npublic_url = \"http://x\"\n", "must begin with https://");
    refused("[admin]\nlisten = \"0.0.0.0:9464\"\n", "[admin] listen must be a loopback address");
}

#[test]
fn decisions_are_a_table_of_statuses() {
    let text = "[responses]\ndecisions = { 39 = \"accepted\", 1 = \"held\" }\n";
    let loaded = LoadedConfig::parse(Path::new("hub.toml"), text).expect("a configuration");
    assert_eq!(loaded.decisions().to_string(), "1 held, 39 accepted");
    let default = LoadedConfig::parse(Path::new("hub.toml"), "").expect("a configuration");
    assert_eq!(default.decisions(), Decisions::default());
    let table = |rows: &str| format!("[responses]\ndecisions = {{ {rows} }}\n");
    refused(&table(""), "line 2: [responses] decisions must name at least one status");
    refused(&table("x = \"held\""), "\"x\" is no status");
    refused(&table("39 = \"yes\""), "a decision is accepted, rejected, held or partly");
    refused(&table("39 = 1"), "line 2: invalid type");
}

#[test]
fn paths_are_relative_to_the_file() {
    let loaded =
        LoadedConfig::parse(Path::new("some/where/hub.toml"), "").expect("a configuration");
    assert_eq!(loaded.resolve(Path::new("data")), Path::new("some/where/data"));
    assert_eq!(loaded.resolve(Path::new("/data")), Path::new("/data"));
    assert_eq!(loaded.socket_dir(), Path::new("some/where/run"));
}

#[test]
fn fair_use_and_the_window_for_what_comes_again_can_be_set_and_switched_off() {
    let policy = |text| LoadedConfig::parse(Path::new("hub.toml"), text).expect("right").policy();
    assert_eq!(policy(""), Policy::default());
    let told = policy(
        "[delivery]\nreplay_window_seconds = 0\n[fair_use]\nrequests_per_minute = 7\n\
         bytes_per_minute = 8\npending_per_recipient = 0\n",
    );
    assert_eq!(told.replay_window, Duration::ZERO);
    assert_eq!((told.requests_per_minute, told.bytes_per_minute), (7, 8));
    assert_eq!(told.pending_per_recipient, 0);
}
