//! The contract and the SDK as they are in this binary, with the part of the workspace that they
//! share.

use toml::{Table, Value};

/// Every file of the contract and the SDK: its path below `vendor/`, and its text. Manifests are
/// without what only our own tests need.
pub(super) fn files() -> impl Iterator<Item = (String, String)> {
    FILES.iter().map(|(name, text)| {
        let text = if name.ends_with("/Cargo.toml") { without_tests(text) } else { (*text).into() };
        ((*name).to_owned(), text)
    })
}

/// The sections of a workspace's `Cargo.toml` that the manifests inherit from.
pub(super) fn workspace() -> String {
    let ours: Table = ROOT.parse().unwrap_or_default();
    let ours = ours.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default();
    let section =
        |name: &str| ours.get(name).and_then(Value::as_table).cloned().unwrap_or_default();
    let used: Vec<String> = FILES
        .iter()
        .filter(|(name, _)| name.ends_with("/Cargo.toml"))
        .flat_map(|(_, text)| dependencies(text))
        .collect();
    let mut shared = section("dependencies");
    shared.retain(|name, _| used.iter().any(|used| used == name));
    for (name, place) in shared.iter_mut().filter_map(|(name, value)| {
        let place = value.as_table_mut()?.get_mut("path")?;
        Some((name.clone(), place))
    }) {
        *place = Value::String(format!("vendor/{name}"));
    }
    let members = ["phytohub-plugin-api", "phytohub-plugin-sdk"];
    let members = members.map(|name| Value::String(format!("vendor/{name}"))).to_vec();
    let mut workspace = Table::new();
    workspace.insert("resolver".into(), Value::String("3".into()));
    workspace.insert("members".into(), Value::Array(members));
    workspace.insert("package".into(), Value::Table(section("package")));
    workspace.insert("dependencies".into(), Value::Table(shared));
    workspace.insert("lints".into(), Value::Table(section("lints")));
    let mut text = Table::new();
    text.insert("workspace".into(), Value::Table(workspace));
    toml::to_string(&text).unwrap_or_default()
}

fn dependencies(manifest: &str) -> Vec<String> {
    let table: Table = manifest.parse().unwrap_or_default();
    let section = table.get("dependencies").and_then(Value::as_table);
    section.map(|section| section.keys().cloned().collect()).unwrap_or_default()
}

fn without_tests(manifest: &str) -> String {
    let mut table: Table = manifest.parse().unwrap_or_default();
    for section in ["dev-dependencies", "test", "bench", "example"] {
        table.remove(section);
    }
    toml::to_string(&table).unwrap_or_default()
}

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/vendor.rs"));
const ROOT: &str = include_str!("../../../../Cargo.toml");
