//! Compilers take the header alone, with nothing to complain about.

use std::path::Path;
use std::process::Command;

use crate::source::root;

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"];

fn compile(compiler: &str, standard: &str, language: &str) {
    let output = Command::new(compiler)
        .args([standard, "-x", language])
        .args(WARNINGS)
        .arg(Path::new(&root()).join("tests/it/header_alone.c"))
        .arg(format!("-I{}", root().join("include").display()))
        .output()
        .expect("the compiler can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} {standard}: {said}");
}

#[test]
fn header_alone_is_c11() {
    compile("cc", "-std=c11", "c");
}

#[test]
fn header_alone_is_cpp17() {
    compile("c++", "-std=c++17", "c++");
}
