//! Inputs at the edge of the contract, and beyond it.

use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallContext, host_of, monotonic_ns};
use phytohub_plugin_loader::{DocumentView, EventView};

use super::probe::{config, hub, round, started, tolerable};
use super::{Stop, Verdict, fail, skip};
use crate::ffi::guard::Guarded;
use crate::ffi::raw::{DANGLING, RawInstance, RawLibrary};
use crate::fixtures;
use crate::mock::MockHostBuilder;
use crate::package::Package;

/// Seconds that a hostile document may take: a hub gives a fraction of it.
const HOSTILE_SECONDS: u64 = 5;

pub(super) fn unknown_extension(path: &Path) -> Verdict {
    let instance = raw(path)?;
    let unknown = ["", "hub.documents", "hub.documents/", "hub.documents/2", "hub.documents/11"];
    for id in unknown.into_iter().chain(["hub.nothing/1", "HUB.DOCUMENTS/1", "x"]) {
        if !instance.extension(HubStr::new(id)).is_null() {
            return fail(format!("it answers a table for the extension {id:?}"));
        }
    }
    if !instance.extension(HubStr { ptr: ptr::null(), len: 0 }).is_null() {
        return fail("it answers a table for the extension of no name");
    }
    Ok(())
}

pub(super) fn null_nothing(path: &Path) -> Verdict {
    nothing(path, ptr::null())
}

pub(super) fn dangling_nothing(path: &Path) -> Verdict {
    nothing(path, DANGLING)
}

fn nothing(path: &Path, pointer: *const u8) -> Verdict {
    let package = packed(path)?;
    let bare = host_of(Arc::new(hub().grant_nothing().build()));
    let _refused = raw_library(&package)?.create(bare, HubBytes { ptr: pointer, len: 0 });
    match raw(path)?.validate_nothing(pointer) {
        None => skip("it offers no documents"),
        Some(HUB_PANICKED) => fail("validate panicked"),
        Some(_) => Ok(()),
    }
}

fn packed(path: &Path) -> Result<Package, Stop> {
    Package::of(path).map_err(|error| Stop::Fail(error.to_string()))
}

fn raw_library(package: &Package) -> Result<RawLibrary, Stop> {
    let file = package.directory().join(phytohub_plugin_loader::package::LIBRARY_FILE);
    RawLibrary::open(&file).map_err(Stop::Fail)
}

/// An instance in a hub that grants what its manifest requires.
fn raw(path: &Path) -> Result<RawInstance, Stop> {
    let package = packed(path)?;
    let draft = package.draft().map_err(|error| Stop::Fail(error.to_string()))?;
    let host = draft.requires.into_iter().fold(hub().grant_nothing(), MockHostBuilder::grant);
    let host = host_of(Arc::new(host.build()));
    raw_library(&package)?.create(host, HubBytes::new(config())).or_else(|status| {
        skip(format!("with what its manifest requires it cannot be made (status {status})"))
    })
}

pub(super) fn guard_pages(path: &Path) -> Verdict {
    let plugin = started(path)?;
    let mut documents = fixtures::hostile();
    documents.push(("a phytosanitary certificate", fixtures::phyto()));
    for (name, content) in documents {
        let [content, from, to, number] =
            [guarded(&content)?, guarded(b"XA")?, guarded(b"XB")?, guarded(b"XA-2026-0001")?];
        let judged = content.lend(|content| {
            from.lend(|from| {
                to.lend(|to| {
                    number.lend(|number| {
                        let document = DocumentView {
                            from: text(from),
                            to: text(to),
                            nppo_certificate_number: text(number),
                            ..fixtures::document(content)
                        };
                        round(&plugin, &document)
                    })
                })
            })
        });
        judged.map_err(|stop| named(name, stop))?;
    }
    if plugin.instance().offers().lifecycle.is_some() {
        // Texts of an event end where they end, too, and are gone afterwards.
        let [number, message] = [guarded(b"XA-2026-0001")?, guarded(b"why")?];
        number.lend(|number| {
            message.lend(|message| {
                let event = EventView {
                    nppo_certificate_number: text(number),
                    message: text(message),
                    ..fixtures::event(HUB_EVENT_FAILED, 1)
                };
                tolerable("events", plugin.deliver(&[event]).map(drop))
            })
        })?;
    }
    Ok(())
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

pub(super) fn retained(path: &Path) -> Verdict {
    let plugin = started(path)?;
    for content in [fixtures::phyto(), b"<a/>".to_vec(), fixtures::phyto()] {
        // Gone, for ever, as soon as the round is over.
        guarded(&content)?.lend(|content| round(&plugin, &fixtures::document(content)))?;
    }
    let _ = plugin.quiesce();
    drop(plugin);
    Ok(())
}

fn guarded(bytes: &[u8]) -> Result<Guarded, Stop> {
    Guarded::new(bytes)
        .map_err(|error| Stop::Fail(format!("no memory for a guarded page: {error}")))
}

fn named(name: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Fail(reason) => Stop::Fail(format!("{name}: {reason}")),
        skip @ Stop::Skip(_) => skip,
    }
}

pub(super) fn hostile_documents(path: &Path) -> Verdict {
    let plugin = started(path)?;
    for (name, content) in fixtures::hostile() {
        let begun = monotonic_ns();
        let document = fixtures::document(&content);
        round(&plugin, &document).map_err(|stop| named(name, stop))?;
        let seconds = (monotonic_ns() - begun) / 1_000_000_000;
        if seconds >= HOSTILE_SECONDS {
            return fail(format!("{name}: all hooks together took {seconds} seconds"));
        }
    }
    Ok(())
}

pub(super) fn deadline_passed(path: &Path) -> Verdict {
    let plugin = started(path)?;
    if !plugin.instance().offers().documents {
        return skip("it offers no documents");
    }
    let large = fixtures::hostile().pop().map(|(_, content)| content).unwrap_or_default();
    let document = fixtures::document(&large);
    let call = CallContext::new(1);
    call.cancelled.store(true, Ordering::Relaxed);
    let begun = monotonic_ns();
    tolerable("validate", plugin.validate_in(&call, &document).map(drop))?;
    let ms = (monotonic_ns() - begun) / 1_000_000;
    if ms > 1_000 {
        return fail(format!("validate went on for {ms} ms after its deadline"));
    }
    Ok(())
}

pub(super) fn cancelled(path: &Path) -> Verdict {
    let plugin = started(path)?;
    if !plugin.instance().offers().documents {
        return skip("it offers no documents");
    }
    for (name, content) in fixtures::hostile() {
        let document = fixtures::document(&content);
        let call = CallContext::default();
        let flag = call.cancelled.clone();
        let (outcome, after_ns) = thread::scope(|scope| {
            let running = scope.spawn(|| {
                let outcome = plugin.validate_in(&call, &document).map(drop);
                (outcome, monotonic_ns())
            });
            flag.store(true, Ordering::Relaxed);
            let cancelled_at = monotonic_ns();
            match running.join() {
                Ok((outcome, ended)) => (outcome, ended.saturating_sub(cancelled_at)),
                Err(_) => (Ok(()), 0),
            }
        });
        tolerable("validate", outcome).map_err(|stop| named(name, stop))?;
        if after_ns > 1_000_000_000 {
            let ms = after_ns / 1_000_000;
            return fail(format!("{name}: validate went on for {ms} ms after it was cancelled"));
        }
    }
    Ok(())
}
