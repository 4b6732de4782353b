//! What languages there are. Its own file, so that a test can give it a folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The languages of a folder as an expression: tag and files of each.
pub(crate) fn table(locales: &Path) -> String {
    let mut table = String::from("&[\n");
    for folder in names(locales) {
        let path = locales.join(&folder);
        let files: Vec<_> =
            names(&path).into_iter().filter(|name| name.ends_with(".ftl")).collect();
        // What an editor or a file browser leaves lying about is no language.
        if !files.contains(&"locale.ftl".to_owned()) {
            continue;
        }
        let _ = writeln!(table, "    ({folder:?}, &[");
        for file in files {
            let file = path.join(file).display().to_string();
            let _ = writeln!(table, "        include_str!({file:?}),");
        }
        table.push_str("    ]),\n");
    }
    table.push_str("]\n");
    table
}

/// The names in a folder, in their order; none in what is no folder.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
