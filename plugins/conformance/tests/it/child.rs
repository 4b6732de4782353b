//! Sins that end a process are committed in one of their own.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use phytohub_plugin_testkit::{Guarded, TestPlugin, fixtures};

use crate::workshop::{FAULTY_LIBRARY, faulty, sinner};

const CONFIG: &str = "FAULTY_CONFIG";
/// What a child says that lived on.
const LIVES: &str = "the process lives";

/// How a child ended.
pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) lived: bool,
}

impl End {
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

/// Lets a child make an instance with this configuration and call its hooks once.
pub(crate) fn sin_in_child(config: &serde_json::Value) -> End {
    let program = env::current_exe().expect("the test's own program");
    let output = Command::new(program)
        .args(["--exact", "child::sins_when_told_to", "--nocapture", "--test-threads=1"])
        .env(CONFIG, config.to_string())
        .env(FAULTY_LIBRARY, faulty())
        .stdin(Stdio::null())
        .output()
        .expect("the test's own program can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    End { status: output.status, lived: said.contains(LIVES) }
}

/// The child's side; nothing, when nobody told it to.
#[test]
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn sins_when_told_to() {
    let Ok(config) = env::var(CONFIG) else { return };
    let config = serde_json::from_str(&config).expect("the parent wrote it");
    let plugin = sinner(config);
    twice(&plugin);
    let _ = plugin.quiesce();
    drop(plugin);
    println!("{LIVES}");
}

/// Two documents, each gone after its call, and the other hooks.
fn twice(plugin: &TestPlugin) {
    for _ in 0..2 {
        let content = Guarded::new(&fixtures::phyto()).expect("memory");
        let _ = content.lend(|content| plugin.validate(&fixtures::document(content)));
    }
    let _ = plugin.deliver(&[fixtures::event(1, 1)]);
    let _ = plugin.get("page", "page");
    let _ = plugin.health();
}
