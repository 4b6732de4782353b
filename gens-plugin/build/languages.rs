//! What languages there are. Its own file, so that a test can give it a folder of its own.

use std::path::Path;
use std::{fs, io};

/// The languages of a folder, in their order: the tag and the files' texts of each.
///
/// The texts and not where they lie: a cache of builds may outlive the folder.
pub(crate) fn languages(locales: &Path) -> io::Result<Vec<(String, Vec<String>)>> {
    let mut found = Vec::new();
    for tag in names(locales)? {
        let folder = locales.join(&tag);
        // What an editor or a file browser leaves lying about is no language.
        if !folder.join("locale.ftl").is_file() {
            continue;
        }
        let files = names(&folder)?.into_iter().filter(|name| name.ends_with(".ftl"));
        let texts = files.map(|name| fs::read_to_string(folder.join(name)));
        found.push((tag, texts.collect::<io::Result<_>>()?));
    }
    Ok(found)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    let name = |entry: io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
    };
    let mut names = entries.map(name).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
