//! Lists the languages: every folder under `locales` is one, and needs no code.

use std::path::Path;
use std::{env, fs, io};

#[path = "build/languages.rs"]
mod languages;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=locales");
    let root = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    let found = languages::languages(&Path::new(&root).join("locales"))?;
    let rows = found.iter().map(|(tag, texts)| format!("({tag:?}, &{texts:?}),\n"));
    fs::write(Path::new(&out).join("locales.rs"), format!("&[\n{}]\n", rows.collect::<String>()))
}
