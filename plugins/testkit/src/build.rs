//! Builds plugins from within tests, so that these need no preparation.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds this workspace with the profile and in the directory of the running test, and answers where
/// the library of one of its packages is, a `cdylib`.
///
/// All of it, as `make test` has built it before: a package by itself would be given libraries with
/// other features, which would be compiled anew.
///
/// # Panics
///
/// If it cannot be built: with what the compiler said.
#[must_use]
pub fn cdylib(package: &str) -> PathBuf {
    let is_library = |message: &serde_json::Value| {
        let kinds = message.pointer("/target/kind")?.as_array()?;
        kinds.iter().any(|kind| kind == "cdylib").then_some(())?;
        let mut files = message.get("filenames")?.as_array()?.iter().filter_map(|f| f.as_str());
        files.find(|file| file.ends_with(".so")).map(PathBuf::from)
    };
    built(package, is_library)
}

/// Builds a program of a package of this workspace, as [`cdylib`] builds libraries.
///
/// # Panics
///
/// If it cannot be built: with what the compiler said.
#[must_use]
pub fn program(package: &str, name: &str) -> PathBuf {
    built(package, |message| {
        (message.pointer("/target/name")? == name).then_some(())?;
        message.get("executable")?.as_str().map(PathBuf::from)
    })
}

fn built(package: &str, file: impl Fn(&serde_json::Value) -> Option<PathBuf>) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from(env!("CARGO")));
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--message-format=json-render-diagnostics"]);
    command.args(["--workspace", "--lib", "--bins", "--examples"]);
    if let Some((target, profile)) = where_this_runs() {
        command.arg("--target-dir").arg(target);
        command.args(["--profile", if profile == "debug" { "dev" } else { &profile }]);
    }
    let output = command.output().expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{package} cannot be built: {said}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message.get("reason").is_some_and(|r| r == "compiler-artifact"))
        .filter(|message| message["package_id"].as_str().is_some_and(|id| is_of(package, id)))
        .find_map(|message| file(&message))
        .unwrap_or_else(|| panic!("{package} has no such target"))
}

/// Whether a package id is of a package: `path+file:///…/DIR#NAME@VERSION`, or without `NAME@` where
/// that is the name of the directory.
fn is_of(package: &str, id: &str) -> bool {
    let Some((place, version)) = id.rsplit_once('#') else { return false };
    let named = version.split_once('@').map(|(name, _)| name);
    named.or_else(|| place.rsplit('/').next()) == Some(package)
}

/// Directory of what is built and name of the profile, from where the running test lies:
/// `TARGET/PROFILE/deps/it-…`.
fn where_this_runs() -> Option<(PathBuf, String)> {
    let program = env::current_exe().ok()?;
    let mut directory = program.parent()?;
    if directory.ends_with("deps") {
        directory = directory.parent()?;
    }
    let profile = directory.file_name()?.to_str()?.to_owned();
    Some((directory.parent()?.to_owned(), profile))
}

/// Compiles a plugin in C as its author is told to, with all warnings as errors.
///
/// # Panics
///
/// If it cannot be compiled: with what the compiler said.
pub fn c_library(source: &Path, include: &Path, library: &Path) {
    let output = Command::new("cc")
        .args(["-std=c11", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden"])
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-pthread"])
        .arg(format!("-I{}", include.display()))
        .arg(source)
        .arg("-o")
        .arg(library)
        .output()
        .expect("cc can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} cannot be compiled: {said}", source.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_is_known_by_its_id() {
        assert!(is_of("phytohub-gens", "path+file:///there/gens-plugin#phytohub-gens@0.1.0"));
        assert!(!is_of("phytohub-gens", "path+file:///there/module#phytohub-gens-module@0.1.0"));
        assert!(is_of("mine", "path+file:///there/mine#0.1.0"));
        assert!(!is_of("mine", "path+file:///there/theirs#0.1.0"));
    }
}
