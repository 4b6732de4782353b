//! Every data file is listed with its origin, and is the file that was listed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Provenance {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    source: String,
    date: toml::value::Datetime,
    sha256: String,
    licence: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn provenance() -> Provenance {
    let text = std::fs::read_to_string(root().join("PROVENANCE.toml")).expect("readable list");
    toml::from_str(&text).expect("a list of data files")
}

#[test]
fn listed_files_have_the_digests_that_are_listed() {
    for entry in provenance().data {
        let bytes = std::fs::read(root().join(&entry.file)).expect("a listed file exists");
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(digest, entry.sha256, "{}", entry.file);
        assert!(entry.date.date.is_some() && !entry.source.is_empty(), "{}", entry.file);
        assert!(!entry.licence.is_empty(), "{}", entry.file);
    }
}

#[test]
fn every_data_file_is_listed() {
    let listed: BTreeSet<PathBuf> =
        provenance().data.iter().map(|entry| root().join(&entry.file)).collect();
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = entries(root())
        .into_iter()
        .filter(|path| path.is_dir() && !path.ends_with("src") && !path.ends_with("tests"))
        .collect();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    assert_eq!(found, listed);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .collect()
}
