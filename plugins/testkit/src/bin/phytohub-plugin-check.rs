//! Checks a plugin: `phytohub-plugin-check DIRECTORY|LIBRARY [--json] [--only CASE]`.

fn main() {}
