//! Where plugins come from: packages on disk, through the loader. Tests bring instances of their
//! own.

use std::fmt::Debug;
use std::sync::Arc;

use phytohub_plugin_loader::HostServices;
use thiserror::Error;

use crate::hooks::{Called, Hooks};
use crate::settings::PluginSettings;
use phytohub_plugin_loader::instance::CallContext;

/// What is known of a package before anything of it runs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub(crate) struct PackageFacts {
    pub(crate) version: String,
    /// SHA-256 of its library, in hexadecimal digits.
    pub(crate) hash: String,
    /// The key that signed it.
    pub(crate) signer: String,
    /// Extensions of the hub without which it does not work.
    pub(crate) requires: Vec<String>,
    /// Extensions of the hub that it uses where they are granted.
    pub(crate) optional: Vec<String>,
    /// Extensions that it offers; empty: whatever its library does.
    pub(crate) provides: Vec<String>,
}

/// What is known of a library that was mapped.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct CodeFacts {
    /// Compiler and commit.
    pub(crate) build: String,
    /// No two of its hooks may run at once.
    pub(crate) serial: bool,
    /// `validate` is short.
    pub(crate) inline_safe: bool,
    /// How it was mapped.
    pub(crate) loaded_by: &'static str,
}

/// Finds packages.
pub(crate) trait Source: Send + Sync + Debug {
    /// Checks a package; runs nothing of it.
    fn verify(&self, settings: &PluginSettings) -> Result<Box<dyn Package>, LoadError>;
}

/// A package that was checked.
pub(crate) trait Package: Send {
    fn facts(&self) -> PackageFacts;
    /// Maps it, for ever. Its constructors run.
    fn map(self: Box<Self>) -> Result<Arc<dyn Code>, LoadError>;
}

/// A library that is mapped.
pub(crate) trait Code: Send + Sync {
    fn facts(&self) -> CodeFacts;
    /// Makes an instance.
    fn create(
        &self,
        services: Arc<dyn HostServices>,
        config_json: &[u8],
        call: &CallContext,
    ) -> Called<Arc<dyn Hooks>>;
}

/// Why a plugin is not in service.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Its package is not what it must be, or not believed.
    #[error("its package is refused: {0}")]
    Package(String),
    /// It needs extensions of the hub that it was not granted.
    #[error("needs {needs}, which is not granted: add it to grants in [plugin.{id}] of hub.toml")]
    NotGranted {
        /// The plugin's id.
        id: String,
        /// Ids of the extensions.
        needs: String,
    },
    /// Its manifest names an extension that this hub does not know.
    #[error(
        "plugin.toml has an extension that this hub does not know in {key}: correct its name, or \
         use a newer hub; expected=one of {known} found={found}"
    )]
    Unknown {
        /// In which list.
        key: &'static str,
        /// The extension.
        found: String,
        /// Those that can stand there.
        known: String,
    },
    /// It does not offer what its manifest says.
    #[error(
        "its library does not offer what provides in plugin.toml says: correct that list, or \
         offer it in the library; expected={expected} found={found}"
    )]
    NotOffered {
        /// What the manifest provides.
        expected: String,
        /// What the library offers.
        found: String,
    },
    /// It judges or routes documents, and none pass through this process.
    #[error(
        "{hook} of plugin {id} is to be asked about documents ({extension}), and none pass through \
         a host of plugins: run it in the hub itself, and take [plugin.{id}] out of this hub.toml"
    )]
    NoDocuments {
        /// The plugin.
        id: String,
        /// What it would be asked.
        hook: crate::hook::Hook,
        /// By which extension.
        extension: &'static str,
    },
    /// It failed at its start.
    #[error("{hook} failed: {reason}")]
    Hook {
        /// Which hook.
        hook: crate::hook::Hook,
        /// Why.
        reason: String,
    },
    /// A kind of documents has two owners.
    #[error(
        "two plugins own the kind {kind}: let one of them not name it; plugins={first},{second}"
    )]
    TwoOwners {
        /// The kind.
        kind: String,
        /// Who owns it already.
        first: String,
        /// Who wants to.
        second: String,
    },
    /// The hub ended too often while it was in this plugin.
    #[error(
        "the hub ended {crashes} times within an hour while it was in it: replace it, then release it"
    )]
    Crashed {
        /// How often.
        crashes: usize,
    },
    /// Too many libraries are mapped already.
    #[error("{mapped} versions of it are mapped, and none can be unmapped: restart the hub")]
    RestartNeeded {
        /// How many.
        mapped: usize,
    },
    /// The system does not give what it takes.
    #[error("the system gives no {what}: {source}")]
    System {
        /// What.
        what: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// Its pages cannot be shown.
    #[error("its pages cannot be shown: {0}")]
    Pages(#[from] crate::http::MountError),
    /// The hub's store does not take what is to be kept of it.
    #[error("the hub cannot keep what it must know of it: {0}")]
    Hub(#[from] phytohub_exchange::plugin::PluginError),
}
