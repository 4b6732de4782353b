//! Does nothing: it exists so that the build dependencies in `Cargo.toml` are resolved.
fn main() {}
