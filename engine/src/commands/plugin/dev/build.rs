//! Building: cargo for a crate, make for what has a Makefile.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use thiserror::Error;

/// Builds the plugin in this directory; its library.
pub(super) fn build(directory: &Path) -> Result<PathBuf, BuildError> {
    if directory.join("Cargo.toml").exists() {
        cargo(directory)
    } else if directory.join("Makefile").exists() {
        make(directory)
    } else {
        Err(BuildError::Unknown { directory: directory.to_owned() })
    }
}

fn cargo(directory: &Path) -> Result<PathBuf, BuildError> {
    let mut command = Command::new("cargo");
    command.args(["build", "--message-format=json-render-diagnostics"]).current_dir(directory);
    let output = run(&mut command, "cargo build", Stdio::piped())?;
    let mut artifacts = output.split(|byte| *byte == b'\n').filter_map(|line| {
        let message: Message = serde_json::from_slice(line).ok()?;
        let library = message.target?.crate_types.iter().any(|kind| kind == "cdylib");
        let mut files = message.filenames.unwrap_or_default().into_iter();
        files.find(|file| library && file.extension().is_some_and(|ending| ending == "so"))
    });
    artifacts.next_back().ok_or_else(|| BuildError::NoLibrary {
        directory: directory.to_owned(),
        remedy: "let Cargo.toml say [lib] crate-type = [\"cdylib\", \"rlib\"]",
    })
}

fn make(directory: &Path) -> Result<PathBuf, BuildError> {
    let mut command = Command::new("make");
    command.arg("plugin.so").current_dir(directory);
    run(&mut command, "make plugin.so", Stdio::inherit())?;
    let library = directory.join("plugin.so");
    let made = library.exists();
    made.then_some(library).ok_or_else(|| BuildError::NoLibrary {
        directory: directory.to_owned(),
        remedy: "let the Makefile's target plugin.so make it",
    })
}

fn run(command: &mut Command, name: &'static str, stdout: Stdio) -> Result<Vec<u8>, BuildError> {
    let child = command.stdin(Stdio::null()).stdout(stdout).spawn();
    let output = child
        .and_then(std::process::Child::wait_with_output)
        .map_err(|source| BuildError::Start { name, source })?;
    if output.status.success() { Ok(output.stdout) } else { Err(BuildError::Failed { name }) }
}

/// The part of cargo's messages that tells of files.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    filenames: Option<Vec<PathBuf>>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

/// Why a plugin was not built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The compiler has said why.
    #[error("'{name}' failed; it says above why")]
    Failed {
        /// What was run.
        name: &'static str,
    },
    /// It was built, and there is no library.
    #[error("no shared library came of it: {remedy} directory={}", directory.display())]
    NoLibrary {
        /// Where.
        directory: PathBuf,
        /// What to do.
        remedy: &'static str,
    },
    /// The tool is not there.
    #[error("cannot run '{name}': install it")]
    Start {
        /// What was to be run.
        name: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// Neither a crate nor a Makefile.
    #[error(
        "there is neither Cargo.toml nor Makefile: 'phytohub plugin new NAME' makes a plugin directory={}",
        directory.display()
    )]
    Unknown {
        /// Where.
        directory: PathBuf,
    },
}
