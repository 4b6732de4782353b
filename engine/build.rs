//! Puts the contract and the SDK into the binary, so that `phytohub plugin new` writes plugins that
//! can be built wherever the binary runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("..");
    let root = fs::canonicalize(root)?;
    let mut table = String::from("&[\n");
    for (package, place) in PACKAGES {
        let directory = root.join(place);
        println!("cargo::rerun-if-changed={}", directory.display());
        for file in files(&directory)? {
            let within = file.strip_prefix(&directory).unwrap_or(&file);
            let name = format!("{package}/{}", within.display());
            // The text and not where it lies: a cache of builds may outlive the folder.
            let _ = writeln!(table, "({name:?}, {:?}),", fs::read_to_string(&file)?);
        }
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("vendor.rs"), table)
}

/// What a plugin is built with: sources, manifests and the header, but no tests.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if KEPT_DIRECTORIES.contains(&name.as_str()) || path.components().any(is_source) {
                    open.push(path);
                }
            } else if KEPT_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_source(component: std::path::Component<'_>) -> bool {
    component.as_os_str() == "src"
}

const PACKAGES: [(&str, &str); 2] =
    [("phytohub-plugin-api", "plugins/api"), ("phytohub-plugin-sdk", "plugins/sdk")];
const KEPT_DIRECTORIES: [&str; 2] = ["src", "include"];
const KEPT_ENDINGS: [&str; 4] = [".rs", ".toml", ".h", ".md"];
