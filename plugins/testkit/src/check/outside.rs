//! What can be seen of a library without running it, and how the loader takes it.

use std::fs;
use std::path::Path;

use phytohub_plugin_api::HUB_ENTRY_UNWINDS;
use phytohub_plugin_loader::package::{Inspection, LIBRARY_FILE, inspect, verify};

use super::probe::library;
use super::{Stop, Verdict, fail};
use crate::package::Package;

/// The glibc of Debian 12, which reached its users in 2023.
const GLIBC_FLOOR: (u32, u32) = (2, 36);
/// What no plugin may define: the process has one of each.
const ALLOCATORS: [&str; 8] =
    ["malloc", "calloc", "realloc", "free", "mallocx", "mi_malloc", "je_malloc", "_rjem_malloc"];

pub(super) fn manifest(path: &Path) -> Verdict {
    library(path).map(drop)
}

pub(super) fn signature(path: &Path) -> Verdict {
    let package = Package::of(path).map_err(|error| Stop::Fail(error.to_string()))?;
    let file = package.directory().join(LIBRARY_FILE);
    let changed = fs::read(&file).and_then(|mut bytes| {
        bytes.push(0);
        fs::write(&file, bytes)
    });
    changed.map_err(|error| Stop::Fail(error.to_string()))?;
    match verify(package.directory(), &package.trust()) {
        Ok(_) => fail("a changed library was verified"),
        Err(_) => Ok(()),
    }
}

pub(super) fn one_symbol(path: &Path) -> Verdict {
    let seen = seen(path)?;
    let others: Vec<&str> = others(&seen).collect();
    if others.is_empty() {
        return Ok(());
    }
    let shown = others.iter().take(10).copied().collect::<Vec<_>>().join(", ");
    fail(format!("{} other symbols are exported: {shown}", others.len()))
}

pub(super) fn no_allocator(path: &Path) -> Verdict {
    let seen = seen(path)?;
    if let Some(name) = others(&seen).find(|name| ALLOCATORS.contains(name)) {
        return fail(format!("it exports {name}"));
    }
    let brings = |name: &&String| name.contains("jemalloc") || name.contains("mimalloc");
    if let Some(name) = seen.needed.iter().find(brings) {
        return fail(format!("it needs {name}"));
    }
    Ok(())
}

pub(super) fn glibc_floor(path: &Path) -> Verdict {
    match seen(path)?.glibc_floor {
        Some((major, minor)) if (major, minor) > GLIBC_FLOOR => {
            fail(format!("it needs glibc {major}.{minor}"))
        }
        _ => Ok(()),
    }
}

pub(super) fn self_contained(path: &Path) -> Verdict {
    if seen(path)?.rpath {
        return fail("it has an RPATH or RUNPATH");
    }
    Ok(())
}

pub(super) fn unwinds(path: &Path) -> Verdict {
    if library(path)?.flags() & HUB_ENTRY_UNWINDS == 0 {
        // C has nothing that unwinds: it only does not say so.
        let is_rust = fs::read(path).is_ok_and(|bytes| contains(&bytes, b"rust_panic"));
        if is_rust {
            return fail("it was built with panic = \"abort\": a panic ends the hub");
        }
    }
    Ok(())
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn seen(path: &Path) -> Result<Inspection, Stop> {
    let path = if path.is_dir() { path.join(LIBRARY_FILE) } else { path.to_owned() };
    inspect(&path).map_err(|error| Stop::Fail(error.to_string()))
}

fn others(seen: &Inspection) -> impl Iterator<Item = &str> {
    seen.exported.iter().map(String::as_str).filter(|name| *name != "hub_plugin_entry_v1")
}
