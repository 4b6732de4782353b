//! The house: which crate may use which, and what stands at the top.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// A crate may use crates on lower floors only.
const FLOORS: &[(&str, u8)] = &[
    ("phytohub", 7),
    ("phytohub-client", 6),
    ("phytohub-server", 6),
    ("phytohub-exchange", 4),
    ("phytohub-store", 3),
    ("phytohub-wire", 3),
    ("phytohub-telemetry", 2),
    ("phytohub-domain", 1),
    ("phytohub-sps", 1),
    ("phytohub-schemas", 0),
];

/// These may use anything, and nothing but tests may use them.
const ATTIC: &[&str] = &["phytohub-testkit", "phytohub-benches", "phytohub-load-tests"];

/// Folders at the top; tools expect the hidden ones.
const FOLDERS: &[&str] = &[
    ".cargo",
    ".ci",
    ".config",
    ".git",
    "benches",
    "engine",
    "gens-plugin",
    "load-tests",
    "plugins",
    "schemas",
    "target",
];

fn workspace() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).no_deps().other_options(vec!["--offline".to_owned()]);
    command.exec().expect("cargo metadata answers")
}

fn floor(package: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == package).map(|(_, floor)| *floor)
}

/// What a package needs to be built, without what its tests need.
fn dependencies(package: &Package) -> impl Iterator<Item = &str> {
    let needed = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    needed.map(|dependency| dependency.name.as_str())
}

#[test]
fn every_crate_has_a_floor_and_uses_lower_ones_only() {
    for package in workspace().packages {
        let name = package.name.as_str();
        let Some(own) = floor(name) else {
            assert!(ATTIC.contains(&name), "{name} has no floor");
            continue;
        };
        for used in dependencies(&package).filter(|used| used.starts_with("phytohub")) {
            let lower = floor(used).is_some_and(|other| other < own);
            assert!(lower, "{name} is on floor {own} and may not use {used}");
        }
    }
}

#[test]
fn only_the_store_names_rocksdb() {
    for package in workspace().packages {
        let name = package.name.as_str();
        let names_it = dependencies(&package).any(|used| used.contains("rocksdb"));
        assert!(!names_it || name == "phytohub-store" || ATTIC.contains(&name), "{name}");
    }
}

#[test]
fn no_crate_may_have_unsafe_code() {
    for package in workspace().packages {
        for target in &package.targets {
            if !(target.is_lib() || target.is_bin()) {
                continue;
            }
            let root = fs::read_to_string(&target.src_path).expect("a crate's root");
            assert!(root.contains("#![forbid(unsafe_code)]"), "{}", target.src_path);
        }
        let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.name);
    }
}

#[test]
fn every_dependency_has_one_version_for_the_whole_workspace() {
    let mut requirements: BTreeMap<String, String> = BTreeMap::new();
    for package in workspace().packages {
        for dependency in package.dependencies.iter().filter(|d| d.path.is_none()) {
            let wanted = dependency.req.to_string();
            let first = requirements.entry(dependency.name.clone());
            let first = first.or_insert_with(|| wanted.clone());
            assert_eq!(*first, wanted, "{} wants another {}", package.name, dependency.name);
        }
    }
}

#[test]
fn nothing_else_stands_at_the_top() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the engine has a parent");
    for entry in fs::read_dir(top).expect("the top folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a UTF-8 name");
        let folder = entry.file_type().expect("a type").is_dir();
        assert!(!folder || FOLDERS.contains(&name.as_str()), "{name} does not belong at the top");
    }
}
