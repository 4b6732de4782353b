//! Lists the languages: every folder under `locales` is one, and needs no code.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=locales");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the manifest is");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    let mut table = String::from("&[\n");
    for folder in names(&Path::new(&root).join("locales")) {
        let _ = writeln!(table, "    ({folder:?}, &[");
        let path = Path::new(&root).join("locales").join(&folder);
        for file in names(&path).into_iter().filter(|name| name.ends_with(".ftl")) {
            let file = path.join(file).display().to_string();
            let _ = writeln!(table, "        include_str!({file:?}),");
        }
        table.push_str("    ]),\n");
    }
    table.push_str("]\n");
    fs::write(Path::new(&out).join("locales.rs"), table).expect("the folder for output is there");
}

/// The names in a folder, in their order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder lies beside this file");
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
