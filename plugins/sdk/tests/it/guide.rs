//! What the guide shows is what the example has, which the compiler has read.

use std::fs;
use std::path::Path;

#[test]
fn the_guide_quotes_code_that_compiles() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(here.join(path)).expect("there");
    let (guide, example) = (read("../GUIDE.md"), flat(&read("examples/guide.rs")));
    let quotes = quotes(&guide);
    assert!(quotes.len() >= 4, "the guide's code is not found any more");
    for quote in quotes {
        // A quote may leave lines out between its paragraphs, and none within one.
        for part in quote.split("\n\n") {
            assert!(example.contains(&flat(part)), "not in examples/guide.rs:\n{part}");
        }
    }
}

/// What stands between the marks of blocks in Rust.
fn quotes(guide: &str) -> Vec<&str> {
    let blocks = guide.split("```rust\n").skip(1);
    blocks.filter_map(|block| block.split("```").next()).collect()
}

/// Lines without their indentation: a quote begins at the margin.
fn flat(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
