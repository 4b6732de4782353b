//! Plugins for the tests, built once in a process.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use phytohub_plugin_loader::package::Library;
use phytohub_plugin_testkit::package::Package;
use phytohub_plugin_testkit::{MockHost, MockHostBuilder, TestPlugin, build};

/// A plugin in C, compiled into a directory of its own.
pub(crate) struct CPlugin {
    _directory: tempfile::TempDir,
    pub(crate) library: PathBuf,
}

impl CPlugin {
    /// `c/NAME.c`, against this header's directory.
    pub(crate) fn of(name: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let directory = tempfile::tempdir().expect("a temporary directory");
        let library = directory.path().join(format!("{name}.so"));
        let source = here.join("c").join(format!("{name}.c"));
        build::c_library(&source, &here.join("../api/include"), &library);
        Self { _directory: directory, library }
    }
}

/// Where a child finds the plugin that misbehaves, which its parent built.
pub(crate) const FAULTY_LIBRARY: &str = "FAULTY_LIBRARY";

/// Where the plugin that misbehaves is.
pub(crate) fn faulty() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| match std::env::var_os(FAULTY_LIBRARY) {
        Some(library) => library.into(),
        None => build::cdylib("phytohub-plugin-faulty"),
    })
}

/// It, mapped.
pub(crate) fn faulty_library() -> &'static Library {
    static LOADED: OnceLock<Library> = OnceLock::new();
    LOADED.get_or_init(|| Package::of(faulty()).and_then(|p| p.load()).expect("it can be loaded"))
}

/// A hub whose configuration for it says this.
pub(crate) fn hub(config: serde_json::Value) -> MockHostBuilder {
    MockHost::builder().config(config)
}

/// An instance of it with this configuration, started.
pub(crate) fn sinner(config: serde_json::Value) -> TestPlugin {
    let plugin = hub(config).build().create(faulty_library()).expect("it can be made");
    plugin.start().expect("it starts");
    plugin
}
