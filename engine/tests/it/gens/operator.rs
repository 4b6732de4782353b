//! What an operator does with the national system: a country more, and its first administrator.

use std::fs;

use super::browser::Browser;
use super::country::{door, operator, state, trial, until};

#[test]
fn country_is_added_while_running_and_handed_over() {
    let trial = trial("");
    let hub = trial.serve();
    assert_eq!(state(&trial), "started");
    let mut early = Browser::new(door(&hub));
    assert!(!early.get("log-in").body.contains("Plant Health of Ghana"));

    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    let text = text.replace("registers = [\"EG\", \"KE\"]", "registers = [\"EG\", \"KE\", \"GH\"]");
    fs::write(&file, format!("{text}{GHANA}")).expect("written");
    operator(&trial, &["plugin", "reload", "gens"]);
    assert_eq!(state(&trial), "started");
    let shown = Browser::new(door(&hub)).get("log-in").body;
    assert!(shown.contains("Plant Health of Ghana"), "{shown}");

    let handed = trial.path("plugin-data/gens/first-password/GH");
    let text = fs::read_to_string(&handed).expect("the first administrator's password");
    let word = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.expect("a line").trim().to_owned()
    };
    let (name, password) = (word("name"), word("password"));
    let mut admin = Browser::new(door(&hub));
    assert_eq!(admin.log_in("GH", &name, "another password").status, 401);
    assert_eq!(admin.log_in("GH", &name, &password).status, 303);
    assert_eq!(admin.get("").location, "account", "a password of one's own comes first");
    let own = "a password of one's own";
    let fields = [("old", &*password), ("new", own)];
    let changed = admin.post("account/password", &fields);
    assert_eq!(changed.status, 303, "{changed:?}");
    let mut admin = Browser::new(door(&hub));
    assert_eq!(admin.log_in("GH", &name, own).status, 303);
    assert_eq!(admin.get("users").status, 200);

    // Its connection is known by then, to others too.
    until("GH is registered", || {
        let view = trial.json(&["connection", "list"]);
        view.to_string().contains("\"GH\"").then_some(())
    });
    operator(&trial, &["plugin", "reload", "gens"]);
    assert!(!handed.exists(), "it has been used");
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn wrong_section_leaves_everything_as_it_was() {
    let trial = trial("");
    let hub = trial.serve();
    let file = trial.path("hub.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    fs::write(&file, format!("{text}{}", GHANA.replace("GH", "not a code"))).expect("written");
    let refused = trial.run(&["plugin", "reload", "gens"]);
    assert!(!refused.status.success());
    assert_eq!(state(&trial), "started", "the one before serves on");
    assert_eq!(Browser::new(door(&hub)).get("log-in").status, 200);
    assert_eq!(hub.stop().code, Some(0));
}

const GHANA: &str = r#"
[[plugin.gens.config.tenants]]
code = "GH"
country = "GH"
name = "Plant Health of Ghana"
"#;
