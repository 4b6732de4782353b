//! A hub that fails, and many who call at once.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallFailure, monotonic_ns};

use super::probe::{
    every_route, hub, library, resident_bytes, round, started, started_by, stopped, tolerable,
};
use super::{Stop, Verdict, fail, skip};
use crate::mock::CALLS;
use crate::{TestPlugin, fixtures};

/// Every status that is no success, and two that the contract does not have.
const STATUSES: [HubStatus; 15] = [
    HUB_AGAIN,
    HUB_INVALID,
    HUB_NOT_FOUND,
    HUB_DENIED,
    HUB_CONFLICT,
    HUB_EXHAUSTED,
    HUB_DEADLINE,
    HUB_CANCELLED,
    HUB_UNAVAILABLE,
    HUB_UNSUPPORTED,
    HUB_CORRUPT,
    HUB_INTERNAL,
    HUB_PANICKED,
    -12345,
    HUB_PENDING,
];

pub(super) fn host_fails(path: &Path) -> Verdict {
    let library = library(path)?;
    let contents = [fixtures::phyto(), fixtures::nameless(), b"<a/>".to_vec()];
    let rounds = |plugin: &TestPlugin| -> Verdict {
        contents.iter().try_for_each(|content| round(plugin, &fixtures::document(content)))
    };
    // Only calls that it makes can fail.
    let watched = hub().build();
    let plugin = started_by(&watched, path)?;
    rounds(&plugin)?;
    let made: Vec<&str> = CALLS.into_iter().filter(|call| watched.calls(call) > 0).collect();
    if made.is_empty() {
        return skip("it makes no call to the hub that can fail");
    }
    for call in made {
        for status in STATUSES {
            let during = |stop| match stop {
                Stop::Fail(reason) => Stop::Fail(format!("{call} fails with {status}: {reason}")),
                skip @ Stop::Skip(_) => skip,
            };
            let host = hub().build();
            host.fail(call, status);
            match host.create(&library) {
                Err(failure) => tolerable("create", Err(failure)).map_err(during)?,
                Ok(plugin) => {
                    tolerable("start", plugin.start()).map_err(during)?;
                    rounds(&plugin).map_err(during)?;
                    tolerable("quiesce", plugin.quiesce()).map_err(during)?;
                }
            }
            // And in the midst of its life.
            plugin.host().fail(call, status);
            rounds(&plugin).map_err(during)?;
            plugin.host().heal();
        }
    }
    Ok(())
}

pub(super) fn eight_threads(path: &Path) -> Verdict {
    let plugin = started(path)?;
    let content = fixtures::phyto();
    let reference = plugin.validate(&fixtures::document(&content)).ok();
    let odd = AtomicU64::new(0);
    let outcomes: Vec<Verdict> = thread::scope(|scope| {
        let work = || {
            for _ in 0..20 {
                round(&plugin, &fixtures::document(&content))?;
                if plugin.validate(&fixtures::document(&content)).ok() != reference {
                    odd.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Verdict>| {
            thread.join().unwrap_or_else(|_| fail("a thread panicked"))
        };
        threads.into_iter().map(join).collect()
    });
    outcomes.into_iter().collect::<Verdict>()?;
    // Events advance what some judge by; only those that hear none must always say the same.
    if plugin.instance().offers().lifecycle.is_none() && odd.into_inner() > 0 {
        return fail("one document is judged in different ways by threads that ask at once");
    }
    Ok(())
}

pub(super) fn events_repeated(path: &Path) -> Verdict {
    let plugin = hearing(path)?;
    let batch: Vec<_> = (1..=64).map(|n| fixtures::event(HUB_EVENT_ACCEPTED, n)).collect();
    let mut before = 0;
    for repetition in 0..200 {
        tolerable("events", plugin.deliver(&batch).map(drop))?;
        if repetition == 20 {
            before = resident_bytes();
        }
    }
    tolerable("events", plugin.deliver(&[]).map(drop))?;
    if resident_bytes().saturating_sub(before) > 8 << 20 {
        return fail("memory grows by 8 MiB while the same events come again");
    }
    Ok(())
}

pub(super) fn events_unknown(path: &Path) -> Verdict {
    let plugin = hearing(path)?;
    for kind in [0, 7, 31, 32, 33, u32::MAX] {
        let mut event = fixtures::event(kind, 1);
        event.state = kind;
        event.flags = u32::MAX;
        tolerable("events", plugin.deliver(&[event]).map(drop))?;
    }
    Ok(())
}

fn hearing(path: &Path) -> Result<TestPlugin, Stop> {
    let plugin = started(path)?;
    if plugin.instance().offers().lifecycle.is_none() {
        return skip("it hears no events");
    }
    Ok(plugin)
}

pub(super) fn requests(path: &Path) -> Verdict {
    let plugin = started(path)?;
    if !plugin.instance().offers().http {
        return skip("it serves no pages");
    }
    let long = "x".repeat(64 << 10);
    for query in ["", "a=b&a=b", "%", "%zz=%00", "a=%ff%fe", &long] {
        every_route(&plugin, query, b"")?;
    }
    let bodies: [&[u8]; 4] = [b"a=b", b"%zz", b"\xff\x00\xfe", long.as_bytes()];
    for body in bodies {
        every_route(&plugin, "", body)?;
    }
    Ok(())
}

pub(super) fn quiesce_under_load(path: &Path) -> Verdict {
    let plugin = started(path)?;
    let content = fixtures::phyto();
    let begun = monotonic_ns();
    let counted = &AtomicU64::new(0);
    let (done, outcome) = thread::scope(|scope| {
        let work = || {
            // Hooks are refused once it was quiesced; until then they run.
            for _ in 0..10_000 {
                round(&plugin, &fixtures::document(&content))?;
                counted.fetch_add(1, Ordering::Relaxed);
                if ended(&plugin) {
                    break;
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        while counted.load(Ordering::Relaxed) < 8 && !threads.iter().all(|t| t.is_finished()) {
            thread::yield_now();
        }
        let quiesced = plugin.instance().quiesce(&super::probe::call());
        let join = |thread: thread::ScopedJoinHandle<'_, Verdict>| {
            thread.join().unwrap_or_else(|_| fail("a thread panicked"))
        };
        (threads.into_iter().try_for_each(join), quiesced)
    });
    done?;
    outcome.map_err(|failure: CallFailure| stopped("quiesce", &failure))?;
    drop(plugin);
    if monotonic_ns() - begun > 30_000_000_000 {
        return fail("it took more than 30 seconds to end");
    }
    Ok(())
}

/// Whether the instance answers nothing any more.
fn ended(plugin: &TestPlugin) -> bool {
    let outcome = plugin.instance().health(&super::probe::call());
    outcome.is_err_and(|failure| failure.status == HUB_UNAVAILABLE)
}
