//! The checks that every plugin must pass, each in a process of its own.

mod abuse;
mod author;
mod faults;
mod lifetime;
mod outside;
mod probe;
mod runner;

use std::path::Path;

use serde::Serialize;

pub use runner::{CaseReport, Summary, run, run_case};

/// What became of a case.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "outcome", content = "reason")]
#[expect(clippy::exhaustive_enums, reason = "a case passes, fails, does not apply or cannot run")]
pub enum Outcome {
    /// The rule holds.
    Pass,
    /// It does not; why.
    Fail(String),
    /// It does not apply to this plugin; why.
    Skip(String),
    /// It could not run, since an earlier case failed; why.
    Blocked(String),
}

/// A rule that is checked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Case {
    /// Its name on the command line.
    pub name: &'static str,
    /// What must hold.
    pub rule: &'static str,
    /// What to do when it does not.
    pub advice: &'static str,
    check: fn(&Path) -> Verdict,
}

/// What a check answers: `Err` is a failure or a reason why it does not apply.
type Verdict = Result<(), Stop>;

/// Why a check ended early.
#[derive(Debug)]
enum Stop {
    Fail(String),
    Skip(String),
}

fn fail<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fail(reason.into()))
}

fn skip<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skip(reason.into()))
}

/// All cases, in the order in which they run.
pub const CASES: &[Case] = &[
    Case {
        name: "manifest",
        rule: "the package is read, signed, verified and mapped as the hub does it",
        advice: "correct what the loader names; plugin.toml lies beside the crate or plugin.so",
        check: outside::manifest,
    },
    Case {
        name: "signature",
        rule: "a library that was changed after it was signed is refused",
        advice: "this tests the loader itself; report it",
        check: outside::signature,
    },
    Case {
        name: "one-symbol",
        rule: "the library exports hub_plugin_entry_v1 and nothing else",
        advice: "compile with -fvisibility=hidden; in Rust, #[no_mangle] nothing",
        check: outside::one_symbol,
    },
    Case {
        name: "no-allocator",
        rule: "the library brings no allocator and no C runtime of its own",
        advice: "remove #[global_allocator], jemalloc, mimalloc; export no malloc, free, open ...",
        check: outside::no_allocator,
    },
    Case {
        name: "glibc-floor",
        rule: "the library runs with the glibc of a Debian of some years ago (2.36)",
        advice: "build it on an older system, or with a linker that is told an older glibc",
        check: outside::glibc_floor,
    },
    Case {
        name: "self-contained",
        rule: "the library looks for no others beside it",
        advice: "link statically what is not of the system; $ORIGIN does not work from memory",
        check: outside::self_contained,
    },
    Case {
        name: "unwinds",
        rule: "panics and exceptions stop inside the plugin",
        advice: "build with panic = \"unwind\"; in C++ catch everything in every hook",
        check: outside::unwinds,
    },
    Case {
        name: "starts",
        rule: "it is created with its usual configuration, starts, quiesces, is destroyed",
        advice: "correct what is named; if it needs a configuration, give --config FILE.json",
        check: lifetime::starts,
    },
    Case {
        name: "provides",
        rule: "the library offers what the manifest provides, and nothing else",
        advice: "correct provides in plugin.toml, or what the library offers",
        check: author::provides,
    },
    Case {
        name: "samples",
        rule: "every document in samples beside plugin.toml is judged",
        advice: "a bad document is a finding, not an error; remove what is no document",
        check: author::samples,
    },
    Case {
        name: "unknown-extension",
        rule: "an extension that it does not know is null",
        advice: "compare the whole id, with its length; answer null for all others",
        check: abuse::unknown_extension,
    },
    Case {
        name: "create-1000",
        rule: "1,000 instances one after the other leave no memory behind",
        advice: "destroy must free all that create made; look for statics that grow",
        check: lifetime::create_thousand,
    },
    Case {
        name: "threads-and-files",
        rule: "an instance leaves no thread and no descriptor behind",
        advice: "join threads in quiesce; close files in destroy",
        check: lifetime::leaves_nothing,
    },
    Case {
        name: "create-starts-no-thread",
        rule: "create starts no thread, and a create that fails leaves none",
        advice: "start threads in start",
        check: lifetime::create_starts_no_thread,
    },
    Case {
        name: "wrong-configuration",
        rule: "create refuses configurations that are empty, wrong or huge, and says why",
        advice: "answer INVALID and name the key in the diagnostics; never panic on them",
        check: lifetime::wrong_configuration,
    },
    Case {
        name: "bare-host",
        rule: "create copes with a hub that grants nothing: it fails with a reason, or works",
        advice: "look whether host->extension answered null before using the table",
        check: lifetime::bare_host,
    },
    Case {
        name: "two-instances",
        rule: "two instances live at once and independently",
        advice: "keep state in the instance, not in statics",
        check: lifetime::two_instances,
    },
    Case {
        name: "nothing-null",
        rule: "texts and bytes of length 0 may be at null",
        advice: "look at the length before the pointer",
        check: abuse::null_nothing,
    },
    Case {
        name: "nothing-dangling",
        rule: "texts and bytes of length 0 may be at addresses where nothing is",
        advice: "look at the length before the pointer",
        check: abuse::dangling_nothing,
    },
    Case {
        name: "guard-pages",
        rule: "no hook reads beyond the end of what it is given",
        advice: "texts end after len bytes, not at a zero byte",
        check: abuse::guard_pages,
    },
    Case {
        name: "retained-pointers",
        rule: "no hook keeps a pointer to what it was given and looks there later",
        advice: "copy what is needed, or keep the document with hub.bytes/1",
        check: abuse::retained,
    },
    Case {
        name: "hostile-documents",
        rule: "documents that are deep, cut, endless, binary or 16 MiB are judged in time",
        advice: "bound depth, refuse entities, do not copy; a bad document is a finding",
        check: abuse::hostile_documents,
    },
    Case {
        name: "deadline-passed",
        rule: "a call whose deadline has passed returns at once",
        advice: "ask call->cancelled (call.check() in Rust) before and within loops",
        check: abuse::deadline_passed,
    },
    Case {
        name: "cancelled",
        rule: "a call that is cancelled returns within a second",
        advice: "ask call->cancelled (call.check() in Rust) within loops",
        check: abuse::cancelled,
    },
    Case {
        name: "host-fails",
        rule: "every call to the hub may fail with every status, in every hook",
        advice: "look at every status; a panic or an unknown status is a bug",
        check: faults::host_fails,
    },
    Case {
        name: "eight-threads",
        rule: "eight threads call hooks at once; if it says SERIAL, they do one by one",
        advice: "guard what instances change, or say HUB_ENTRY_SERIAL",
        check: faults::eight_threads,
    },
    Case {
        name: "events-repeated",
        rule: "events that come again, and batches without end, are taken as before",
        advice: "an event may come twice: let its effects be the same",
        check: faults::events_repeated,
    },
    Case {
        name: "events-unknown",
        rule: "events of unknown kinds are ignored",
        advice: "treat an unknown kind as one that does not concern the plugin",
        check: faults::events_unknown,
    },
    Case {
        name: "requests",
        rule: "every route answers, to hostile requests too",
        advice: "answer 4xx for what a browser did wrong; a hook's error becomes a 502",
        check: faults::requests,
    },
    Case {
        name: "quiesce-under-load",
        rule: "quiesce ends it while hooks run on other threads",
        advice: "let no lock be held while a hook waits for something that quiesce must end",
        check: faults::quiesce_under_load,
    },
];
