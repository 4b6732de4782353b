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
    ("phytohub-plugin-host", 5),
    ("phytohub-exchange", 4),
    ("phytohub-store", 3),
    ("phytohub-wire", 3),
    ("phytohub-plugin-loader", 2),
    ("phytohub-plugin-sdk", 2),
    ("phytohub-telemetry", 2),
    ("phytohub-domain", 1),
    ("phytohub-plugin-api", 1),
    ("phytohub-sps", 1),
    ("phytohub-schemas", 0),
];

/// These may use anything, and nothing but tests may use them.
const ATTIC: &[&str] = &[
    "phytohub-bench-plugin",
    "phytohub-benches",
    "phytohub-load-tests",
    "phytohub-plugin-testkit",
    "phytohub-testkit",
];

/// Plugins that try the contract, which are of the attic too, whatever their names.
const CONFORMANCE: &str = "plugins/conformance/";

/// Bundled plugins and their parts begin so. Besides what is below they may use each other, and the
/// composition root alone may use them.
const BUNDLED: &[&str] = &[
    "phytohub-codex",
    "phytohub-gens",
    "phytohub-non-compliance",
    "phytohub-official-certificate",
    "phytohub-woah",
];

/// All that bundled plugins may use of the house: what any plugin may, and what documents are.
const OFFERED: &[&str] =
    &["phytohub-plugin-api", "phytohub-plugin-sdk", "phytohub-schemas", "phytohub-sps"];

/// What hub and plugins share must not know the hub.
const SHARED: &[&str] = &["phytohub-plugin-loader", "phytohub-plugin-sdk"];

/// Here alone may unsafe code be, in modules named `ffi`.
const UNSAFE: &[&str] =
    &["phytohub-plugin-loader", "phytohub-plugin-sdk", "phytohub-plugin-testkit"];

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

fn bundled(name: &str) -> bool {
    BUNDLED.iter().any(|begin| name.starts_with(begin))
}

fn in_the_attic(package: &Package) -> bool {
    ATTIC.contains(&package.name.as_str()) || package.manifest_path.as_str().contains(CONFORMANCE)
}

#[test]
fn every_crate_has_a_floor_and_uses_lower_ones_only() {
    for package in workspace().packages {
        let name = package.name.as_str();
        if in_the_attic(&package) {
            continue;
        }
        for used in dependencies(&package).filter(|used| used.starts_with("phytohub")) {
            if bundled(name) {
                let offered = OFFERED.contains(&used) || bundled(used);
                assert!(offered, "{name} is a plugin and may not use {used}");
                continue;
            }
            let own = floor(name).unwrap_or_else(|| panic!("{name} has no floor"));
            let lower = floor(used).is_some_and(|other| other < own);
            let composed = name == "phytohub" && bundled(used);
            assert!(lower || composed, "{name} is on floor {own} and may not use {used}");
        }
        assert!(bundled(name) || floor(name).is_some(), "{name} has no floor");
    }
}

#[test]
fn what_hub_and_plugins_share_knows_nothing_of_the_hub() {
    for package in workspace().packages {
        let name = package.name.as_str();
        for used in dependencies(&package).filter(|used| used.starts_with("phytohub")) {
            let alone = !SHARED.contains(&name) || used == "phytohub-plugin-api";
            assert!(alone, "{name} may not use {used}");
        }
        let bare = name != "phytohub-plugin-api" || dependencies(&package).next().is_none();
        assert!(bare, "{name} needs nothing to be built");
    }
}

/// Asserts that one crate alone names a library.
fn only(owner: &str, library: &str) {
    for package in workspace().packages {
        let names_it = dependencies(&package).any(|used| used.contains(library));
        assert!(!names_it || package.name == owner || in_the_attic(&package), "{}", package.name);
    }
}

#[test]
fn only_the_store_names_rocksdb() {
    only("phytohub-store", "rocksdb");
}

#[test]
fn only_the_loader_names_libloading() {
    only("phytohub-plugin-loader", "libloading");
}

#[test]
fn unsafe_code_is_in_modules_named_ffi_of_the_crates_at_the_boundary_to_plugins() {
    for package in workspace().packages {
        let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.name);
        let may = UNSAFE.contains(&package.name.as_str())
            || package.manifest_path.as_str().contains(CONFORMANCE);
        for target in &package.targets {
            if !(target.is_lib() || target.is_bin() || target.is_cdylib()) {
                continue;
            }
            let root = fs::read_to_string(&target.src_path).expect("a crate's root");
            let forbidden = root.contains("#![forbid(unsafe_code)]");
            assert!(forbidden || may, "{}", target.src_path);
        }
        if UNSAFE.contains(&package.name.as_str()) {
            let home = package.manifest_path.parent().expect("a manifest lies in a directory");
            opened_in_ffi_only(&home.as_std_path().join("src"));
        }
    }
}

/// Looks where the lint that denies unsafe code is opened.
fn opened_in_ffi_only(directory: &Path) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "ffi") {
                opened_in_ffi_only(&path);
            }
        } else if path.file_name().is_some_and(|name| name != "ffi.rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let opened = ["expect(unsafe_code", "allow(unsafe_code"];
            let opened = opened.iter().any(|mark| text.contains(mark));
            assert!(!opened, "unsafe code belongs into a module named ffi: {}", path.display());
        }
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
