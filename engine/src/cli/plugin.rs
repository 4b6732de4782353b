//! What can be said about plugins.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::AdminArgs;

/// Make, sign, check, install and watch plugins: other certificates, national systems, web pages
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub struct PluginArgs {
    /// Where the hub is and how to answer
    #[command(flatten)]
    pub admin: AdminArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Show the plugins of the configuration, and how they are in the hub that runs
    List,
    /// Show the lines of a host of plugins to the hub elsewhere, and what waits
    Lines,
    /// Check a package as the hub would, without running anything of it
    Verify {
        /// The package: a directory with plugin.toml, plugin.toml.sig and plugin.so
        directory: PathBuf,
    },
    /// Check a package and copy it to where the hub looks for it
    Install {
        /// The package
        directory: PathBuf,
    },
    /// Take a plugin into service again
    Enable {
        /// The plugin
        id: String,
    },
    /// Take a plugin out of service; documents of its gated kinds wait meanwhile
    Disable {
        /// The plugin
        id: String,
    },
    /// Replace a running plugin by another installed version, without losing a call
    Upgrade {
        /// The plugin
        id: String,
        /// The version
        version: String,
    },
    /// Read a plugin's section of hub.toml anew and follow it, without a restart of the hub
    Reload {
        /// The plugin
        id: String,
    },
    /// Stop asking a plugin, or ask it again
    Quarantine {
        /// The plugin
        id: String,
        /// End the quarantine
        #[arg(long)]
        release: bool,
    },
    /// Let a plugin's events go on after a batch that it cannot take; recorded in the audit
    SkipBatch {
        /// The plugin
        id: String,
        /// Why: kept in the audit
        #[arg(long)]
        reason: String,
    },
    /// Make a key to sign with
    Keygen {
        /// File of the private key, which must not exist
        file: PathBuf,
    },
    /// Write a library's hash into its manifest, and sign that
    Sign {
        /// The package: a directory with plugin.toml and plugin.so
        directory: PathBuf,
        /// File of the private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Copy this library into the package first, as plugin.so
        #[arg(long, value_name = "FILE")]
        library: Option<PathBuf>,
    },
    /// Write a new plugin, ready to be built
    New(NewArgs),
    /// Build a plugin, load it, and show what it says about documents
    Dev(DevArgs),
}

/// A plugin to begin with.
#[derive(Args, Debug)]
pub struct NewArgs {
    /// Its id: 1 to 32 of a-z, 0-9 and '-'; also the directory that is made
    pub name: String,
    /// In which language
    #[arg(long, value_enum, default_value = "rust")]
    pub language: Language,
    /// Make it in this directory instead of here
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    pub parent: PathBuf,
}

/// A language that plugins are written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// C, with the header.
    C,
}

/// A plugin to work on.
#[derive(Args, Debug)]
pub struct DevArgs {
    /// The plugin's directory, as 'plugin new' makes it
    pub directory: PathBuf,
    /// Documents that it is to judge; those in its samples/ without any
    #[arg(value_name = "FILE")]
    pub documents: Vec<PathBuf>,
    /// The plugin's configuration, in TOML [default: dev.toml in its directory, if there is one]
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Build and load again whenever a file of it changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
}

const HELP: &str = "\
Examples:
  phytohub plugin new watch-words                      a validator in Rust, ready to be built
  phytohub plugin dev watch-words                      builds it, loads it, judges its samples
  phytohub plugin keygen publisher.key                 a key of one's own
  phytohub plugin sign package --key publisher.key     hash and signature for a release
  phytohub plugin verify package --config try/hub.toml what the hub would say of it
  phytohub plugin install package --config try/hub.toml
  phytohub plugin list --config try/hub.toml";
