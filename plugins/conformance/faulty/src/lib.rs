//! A plugin that commits one sin, in one hook, as its configuration says; without one it behaves.
//! For tests of everything that must survive it: it must never be installed. See `README.md` for
//! the keys; start from `Config`.

mod config;
mod ffi;
mod hooks;
mod sin;

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::thread::JoinHandle;

use phytohub_plugin_sdk::Host;

use config::Config;

/// One instance.
#[derive(Debug)]
struct Faulty {
    config: Config,
    host: Host,
    /// How often the hook that sins was called.
    calls: AtomicU64,
    /// What completes batches later.
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Where a document was once.
    retained: Mutex<Option<ffi::Retained>>,
}
