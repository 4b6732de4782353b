//! How instances come and go, and what they leave.

use std::path::Path;

use phytohub_plugin_api::HUB_PANICKED;

use super::probe::{
    descriptors, eventually, hub, library, resident_bytes, round, started, stopped, threads,
};
use super::{Stop, Verdict, fail, skip};
use crate::fixtures;

/// Bytes by which memory may grow over 900 instances: what allocators keep, and a hundred bytes
/// or so for each that the loader remembers.
const GROWTH_BYTES_MAX: u64 = 1 << 20;

pub(super) fn starts(path: &Path) -> Verdict {
    let plugin = started(path)?;
    round(&plugin, &fixtures::document(&fixtures::phyto()))?;
    plugin.quiesce().map_err(|failure| stopped("quiesce", &failure))
}

pub(super) fn create_thousand(path: &Path) -> Verdict {
    let library = library(path)?;
    let mut before = 0;
    for number in 0..1_000 {
        // What is learnt and loaded once is there after the first hundred.
        if number == 100 {
            before = resident_bytes();
        }
        let host = hub().build();
        let plugin = host.create(&library).map_err(|failure| stopped("create", &failure))?;
        plugin.start().map_err(|failure| stopped("start", &failure))?;
        plugin.quiesce().map_err(|failure| stopped("quiesce", &failure))?;
    }
    let grown = resident_bytes().saturating_sub(before);
    if grown > GROWTH_BYTES_MAX {
        return fail(format!("900 instances left {} KiB of memory", grown >> 10));
    }
    Ok(())
}

pub(super) fn leaves_nothing(path: &Path) -> Verdict {
    let library = library(path)?;
    let document = fixtures::phyto();
    let live = || -> Verdict {
        let host = hub().build();
        let plugin = host.create(&library).map_err(|failure| stopped("create", &failure))?;
        plugin.start().map_err(|failure| stopped("start", &failure))?;
        round(&plugin, &fixtures::document(&document))?;
        plugin.quiesce().map_err(|failure| stopped("quiesce", &failure))
    };
    // Whatever is opened once for the whole process is opened by the first.
    live()?;
    let (threads_before, descriptors_before) = (threads(), descriptors());
    for _ in 0..3 {
        live()?;
    }
    if !eventually(|| threads() <= threads_before) {
        return fail(format!("{} threads were left", threads() - threads_before));
    }
    if descriptors() > descriptors_before {
        return fail(format!("{} descriptors were left", descriptors() - descriptors_before));
    }
    Ok(())
}

pub(super) fn create_starts_no_thread(path: &Path) -> Verdict {
    let library = library(path)?;
    let before = threads();
    let plugin = hub().build().create(&library).map_err(|failure| stopped("create", &failure))?;
    if threads() > before {
        return fail("create started a thread");
    }
    drop(plugin);
    let _failed = hub().config_bytes(b"not JSON".to_vec()).build().create(&library);
    if !eventually(|| threads() <= before) {
        return fail("a create that failed left a thread");
    }
    Ok(())
}

pub(super) fn wrong_configuration(path: &Path) -> Verdict {
    let library = library(path)?;
    let huge = format!("{{\"key\":\"{}\"}}", "x".repeat(16 << 20));
    let deep = format!("{{\"key\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let wrong: [(&str, &[u8]); 7] = [
        ("nothing", b""),
        ("no JSON", b"{"),
        ("no object", b"[]"),
        ("no UTF-8", b"{\"key\":\"\xff\"}"),
        ("an unknown key", b"{\"no-such-key-of-any-plugin\":1}"),
        ("a value of 16 MiB", huge.as_bytes()),
        ("100,000 levels", deep.as_bytes()),
    ];
    for (what, config) in wrong {
        match hub().config_bytes(config).build().create(&library) {
            // Plugins without any configuration may well not look.
            Ok(_) => {}
            Err(failure) if failure.status == HUB_PANICKED => {
                return fail(format!("create panicked on {what}: {}", failure.diagnostics));
            }
            Err(failure) if failure.diagnostics.is_empty() => {
                return fail(format!("create refused {what} without saying why"));
            }
            Err(_) => {}
        }
    }
    Ok(())
}

pub(super) fn bare_host(path: &Path) -> Verdict {
    let library = library(path)?;
    match hub().grant_nothing().build().create(&library) {
        Err(failure) if failure.status == HUB_PANICKED => {
            fail(format!("create panicked: {}", failure.diagnostics))
        }
        Err(failure) if failure.diagnostics.is_empty() => {
            fail("create failed without saying what must be granted")
        }
        Err(_) => Ok(()),
        Ok(plugin) => {
            plugin.start().map_err(|failure| stopped("start", &failure))?;
            round(&plugin, &fixtures::document(&fixtures::phyto()))
        }
    }
}

pub(super) fn two_instances(path: &Path) -> Verdict {
    let document = fixtures::phyto();
    let document = fixtures::document(&document);
    let (first, second) = (started(path)?, started(path)?);
    round(&first, &document)?;
    round(&second, &document)?;
    let before = judged(&second, &document)?;
    first.quiesce().map_err(|failure| stopped("quiesce", &failure))?;
    drop(first);
    round(&second, &document)?;
    if judged(&second, &document)? != before {
        return fail("an instance judges otherwise since another one has ended");
    }
    Ok(())
}

/// What an instance says about a document.
fn judged(
    plugin: &crate::TestPlugin,
    document: &phytohub_plugin_loader::DocumentView<'_>,
) -> Result<Option<crate::Report>, Stop> {
    if !plugin.instance().offers().documents {
        return skip("both lived; it offers no documents to compare");
    }
    Ok(plugin.validate(document).ok())
}
