//! What the tests with a hub share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use phytohub_load_tests::crash::{Options, Sabotage};
use phytohub_load_tests::hub;
use tempfile::TempDir;

/// A directory for hubs, and the options of a plain crash test in it.
pub(crate) fn options() -> (TempDir, Options) {
    let program: PathBuf = hub::find_program().expect("the hub's program is built");
    let dir = TempDir::new_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a directory");
    let options = Options {
        program,
        server: None,
        work: dir.path().join("work"),
        rounds: 1,
        rounds_per_hub: 50,
        seed: 20_261_121,
        power_cut: false,
        disk_faults: false,
        load_max: Duration::from_millis(600),
        sync_delay: Duration::ZERO,
        retention: None,
        sabotage: Sabotage::None,
    };
    (dir, options)
}
