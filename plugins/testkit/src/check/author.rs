//! What an author has beside the manifest, compared with what the plugin does.

use std::fs;
use std::path::{Path, PathBuf};

use phytohub_plugin_api::HUB_FOR_VALIDATION;
use phytohub_plugin_loader::DocumentView;

use super::probe::{started, stopped};
use super::{Stop, Verdict, fail, skip};
use crate::package::{Package, author_directory};

/// Name of the directory with documents that the plugin must be able to judge.
const SAMPLES: &str = "samples";

pub(super) fn provides(path: &Path) -> Verdict {
    let draft = Package::of(path).and_then(|package| package.draft());
    let provides = draft.map_err(|error| Stop::Fail(error.to_string()))?.provides;
    if provides.is_empty() {
        return skip("its manifest says nothing: the hub uses whatever the library offers");
    }
    let plugin = started(path)?;
    let each = plugin.instance().offers().each();
    let offers: Vec<&str> = each.iter().filter(|(_, there)| *there).map(|(id, _)| *id).collect();
    if let Some(lacks) = provides.iter().find(|name| !offers.contains(&name.as_str())) {
        let offers = offers.join(", ");
        return fail(format!("the manifest provides {lacks}; the library offers {offers}"));
    }
    if let Some(more) = offers.iter().find(|id| !provides.iter().any(|name| name == *id)) {
        let provides = provides.join(", ");
        return fail(format!("the library offers {more}; the manifest provides {provides}"));
    }
    Ok(())
}

pub(super) fn samples(path: &Path) -> Verdict {
    let directory = author_directory(path).map(|directory| directory.join(SAMPLES));
    let Some(directory) = directory.filter(|directory| directory.is_dir()) else {
        return skip("there is no directory samples beside plugin.toml");
    };
    let plugin = started(path)?;
    if !plugin.instance().offers().documents {
        return skip("it offers no documents");
    }
    let kinds = plugin.kinds().map_err(|failure| stopped("kinds", &failure))?;
    for file in files(&directory)? {
        let content = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let text = String::from_utf8_lossy(&content);
        // As the kind whose type the document names; the first, if it names none.
        let kind = kinds.iter().find(|kind| text.contains(&format!(">{}<", kind.certificate_type)));
        let document = DocumentView {
            purpose: HUB_FOR_VALIDATION,
            certificate_type: kind
                .or_else(|| kinds.first())
                .map_or(0, |kind| kind.certificate_type),
            content: &content,
            raw: &content,
            ..DocumentView::default()
        };
        plugin.validate(&document).map_err(|failure| {
            Stop::Fail(format!("{}: validate answered {failure}", file.display()))
        })?;
    }
    Ok(())
}

/// The files of a directory, in the order of their names.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Stop> {
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Fail(format!("{}: {error}", path.display()))
}
