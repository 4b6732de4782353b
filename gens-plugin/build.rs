//! Lists the languages: every folder under `locales` is one, and needs no code.

use std::path::Path;
use std::{env, fs};

#[path = "build/languages.rs"]
mod languages;

fn main() {
    println!("cargo::rerun-if-changed=locales");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the manifest is");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    let table = languages::table(&Path::new(&root).join("locales"));
    fs::write(Path::new(&out).join("locales.rs"), table).expect("the folder for output is there");
}
