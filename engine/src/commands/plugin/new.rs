//! `phytohub plugin new`: a plugin that builds, loads and does something, to be changed into
//! another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use phytohub_plugin_loader::package::{Abi, HOST_TARGET, is_plugin_id};
use phytohub_sps::sample::Shape;
use thiserror::Error;

use super::vendor;
use crate::cli::{Language, NewArgs};
use crate::output::line;

/// Writes the plugin.
///
/// # Errors
/// When its name cannot be an id, or the directory is there already or cannot be written.
pub(super) fn run(args: &NewArgs) -> Result<(), NewError> {
    let id = args.name.as_str();
    if !is_plugin_id(id) || !id.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(NewError::Name { name: id.to_owned() });
    }
    let directory: PathBuf = args.parent.join(id).components().collect();
    if directory.exists() {
        return Err(NewError::Exists { directory });
    }
    let words = Words::new(id);
    let mut files = vec![
        ("plugin.toml".to_owned(), words.fill(include_str!("template/manifest.txt"))),
        (".gitignore".to_owned(), "target/\npackage/\n*.key\n*.so\n".to_owned()),
        ("samples/potatoes.xml".to_owned(), sample(1)),
        ("samples/other.xml".to_owned(), sample(0)),
    ];
    match args.language {
        Language::Rust => files.extend(rust_files(&words)),
        Language::C => files.extend(c_files(&words)),
    }
    for (name, text) in files {
        write(&directory.join(name), &text)?;
    }
    Ok(line(&next_steps(&directory))?)
}

fn rust_files(words: &Words) -> Vec<(String, String)> {
    let cargo = words.fill(include_str!("template/rust.cargo.txt"));
    let cargo = cargo.replace("@WORKSPACE@", vendor::workspace().trim_end());
    let mut files = vec![
        ("Cargo.toml".to_owned(), cargo),
        ("src/lib.rs".to_owned(), words.fill(include_str!("template/rust.lib.txt"))),
        ("README.md".to_owned(), words.fill(include_str!("template/rust.readme.txt"))),
        ("dev.toml".to_owned(), DEV_SETTINGS.to_owned()),
        ("vendor/GUIDE.md".to_owned(), GUIDE.to_owned()),
        ("vendor/ABI.md".to_owned(), ABI.to_owned()),
    ];
    files.extend(vendor::files().map(|(name, text)| (format!("vendor/{name}"), text)));
    files
}

fn c_files(words: &Words) -> Vec<(String, String)> {
    vec![
        ("plugin.c".to_owned(), words.fill(include_str!("template/c.plugin.txt"))),
        ("Makefile".to_owned(), words.fill(include_str!("template/c.makefile.txt"))),
        ("README.md".to_owned(), words.fill(include_str!("template/c.readme.txt"))),
        ("phytohub_plugin.h".to_owned(), HEADER.to_owned()),
        ("GUIDE.md".to_owned(), GUIDE.to_owned()),
        ("ABI.md".to_owned(), ABI.to_owned()),
    ]
}

/// A certificate of which another commodity comes with each seed.
fn sample(seed: u64) -> String {
    Shape { seed, ..Shape::default() }.certificate().to_xml()
}

fn next_steps(directory: &Path) -> String {
    let place = directory.display();
    format!(
        "wrote {place}\n\n\
         phytohub plugin dev {place}            builds it, loads it, judges its samples\n\
         phytohub plugin dev {place} --watch    the same after every change\n\n\
         {place}/README.md tells what is what."
    )
}

fn write(file: &Path, text: &str) -> Result<(), NewError> {
    let failed = |source| NewError::Write { file: file.to_owned(), source };
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}

/// What the templates leave open.
struct Words {
    id: String,
    krate: String,
    kind: String,
    title: String,
    rule: String,
}

impl Words {
    fn new(id: &str) -> Self {
        let capital = |word: &str| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        let words: Vec<&str> = id.split('-').filter(|word| !word.is_empty()).collect();
        let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
        Self {
            id: id.to_owned(),
            krate: id.replace('-', "_"),
            kind: words.iter().map(|word| capital(word)).collect(),
            title: capital(&words.join(" ")),
            rule: initials.to_ascii_uppercase(),
        }
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("@ID@", &self.id)
            .replace("@CRATE@", &self.krate)
            .replace("@LIBRARY@", &format!("lib{}.so", self.krate))
            .replace("@TYPE@", &self.kind)
            .replace("@TITLE@", &self.title)
            .replace("@RULE@", &self.rule)
            .replace("@ABI@", &Abi::HUB.to_string())
            .replace("@TARGET@", HOST_TARGET)
    }
}

/// Why no plugin was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NewError {
    /// Something is there.
    #[error("there is something already: choose another name, or --in DIR path={}", directory.display())]
    Exists {
        /// Where.
        directory: PathBuf,
    },
    /// Not the id of a plugin.
    #[error("a plugin's name has 1 to 32 of a-z, 0-9 and '-', a letter first; name={name}")]
    Name {
        /// What was said.
        name: String,
    },
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
    /// A file cannot be written.
    #[error("cannot write the file file={}", file.display())]
    Write {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

const DEV_SETTINGS: &str = "\
# What 'phytohub plugin dev' gives the plugin; an operator writes it under [plugin.ID.config].

words = [\"potatoes\"]
";
const ABI: &str = include_str!("../../../../plugins/ABI.md");
const GUIDE: &str = include_str!("../../../../plugins/GUIDE.md");
const HEADER: &str = include_str!("../../../../plugins/api/include/phytohub_plugin.h");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_leave_nothing_open() {
        let words = Words::new("watch-words");
        for (name, text) in rust_files(&words).into_iter().chain(c_files(&words)) {
            let own =
                !name.starts_with("vendor/") && !name.ends_with(".h") && !name.ends_with(".md");
            let is_open =
                |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase());
            assert!(!own || !text.split('@').skip(1).any(is_open), "{name}: {text}");
        }
        assert_eq!(words.kind, "WatchWords");
        assert_eq!(words.fill("@RULE@ @LIBRARY@"), "WW libwatch_words.so");
    }
}
