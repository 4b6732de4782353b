//! The preload shim and the cut, tried with a small C program that writes files as it is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use phytohub_load_tests::powercut::{Cut, CutReport, LostBytes, LostNames};
use phytohub_load_tests::shim::{Shim, Slot, compile};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

#[test]
fn unsynced_bytes_are_lost_and_synced_ones_stay() {
    let bench = Bench::new();
    bench.run("open,F,a write,F,kept sync,F write,F,lost read,a die");
    assert_eq!(bench.read("a").as_deref(), Some("keptlost"), "the process sees its own writes");
    let report = bench.cut(ALL_BYTES);
    assert_eq!((report.files, report.unsynced_bytes), (1, 4));
    assert_eq!(bench.read("a").as_deref(), Some("kept"));
}

#[test]
fn a_sync_of_one_file_says_nothing_of_another() {
    let bench = Bench::new();
    bench.run("open,F,a open,G,b write,F,one write,G,two sync,G die");
    bench.cut(ALL_BYTES);
    assert_eq!((bench.read("a").as_deref(), bench.read("b").as_deref()), (Some(""), Some("two")));
}

#[test]
fn overwritten_and_truncated_bytes_come_back() {
    let bench = Bench::new();
    bench.run("open,F,a write,F,0123456789 sync,F close,F rw,G,a at,G,2,ABCD cut,G,5 at,G,8,Z die");
    assert_eq!(bench.read("a").as_deref(), Some("01ABC\0\0\0Z"));
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("0123456789"));
}

#[test]
fn a_file_opened_with_truncation_comes_back() {
    let bench = Bench::new();
    bench.run("open,F,a write,F,old sync,F close,F trunc,G,a write,G,newer die");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("old"));
}

#[test]
fn copies_of_a_descriptor_and_gathered_writes_are_followed() {
    let bench = Bench::new();
    bench.run("open,F,a dup,F,G close,F writev,G,one,two sync,G writev,G,three,four room,G,40 die");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("onetwo"));
}

#[test]
fn a_renamed_file_loses_its_unsynced_bytes_under_its_new_name() {
    let bench = Bench::new();
    bench.run("open,F,a write,F,kept sync,F write,F,lost rename,a,b die");
    bench.cut(ALL_BYTES);
    assert_eq!((bench.read("a"), bench.read("b").as_deref()), (None, Some("kept")));
}

#[test]
fn names_not_synced_with_their_directory_may_be_lost() {
    let steps = "open,F,a write,F,one sync,F open,G,b write,G,two sync,G dir,. \
                 open,H,c sync,H rename,a,b unlink,b link,c,d die";
    let mut seen = Vec::new();
    for seed in 0..64 {
        let bench = Bench::new();
        bench.run(steps);
        bench.cut_with(Cut { bytes: LostBytes::All, names: LostNames::Tail }, seed);
        let names = ["a", "b", "c", "d"].map(|name| bench.read(name));
        let text = names.map(|content| content.unwrap_or_else(|| "-".into())).join(" ");
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.sort();
    // Before anything after the sync; then with c; a renamed over b; b removed; c linked to d.
    assert_eq!(seen, ["- -  ", "- -  -", "- one  -", "one two  -", "one two - -"]);
}

#[test]
fn a_torn_tail_is_a_beginning_of_what_was_written() {
    let mut lengths = Vec::new();
    for seed in 0..64 {
        let bench = Bench::new();
        bench.run("open,F,a write,F,0123 sync,F write,F,45 write,F,6789 die");
        bench.cut_with(Cut { bytes: LostBytes::Tail, names: LostNames::None }, seed);
        let left = bench.read("a").expect("the file is there");
        assert!(left.len() >= 4 && "0123456789".starts_with(&left), "{left}");
        lengths.push(left.len());
    }
    lengths.sort_unstable();
    lengths.dedup();
    assert!(lengths.len() > 3, "different points of tearing: {lengths:?}");
}

#[test]
fn pages_are_lost_one_by_one() {
    let long = "x".repeat(3000);
    let steps =
        format!("open,F,a write,F,{long} sync,F{} die", format!(" write,F,{long}").repeat(8));
    let mut kinds = Vec::new();
    for seed in 0..16 {
        let bench = Bench::new();
        bench.run(&steps);
        bench.cut_with(Cut { bytes: LostBytes::Pages, names: LostNames::None }, seed);
        let left = bench.read("a").expect("the file is there");
        assert!(left.starts_with(&long), "synced bytes stay");
        assert!(left.bytes().all(|byte| byte == b'x' || byte == 0));
        kinds.push(left.contains('\0'));
    }
    assert!(kinds.contains(&true), "some earlier page was lost while a later one was kept");
}

#[test]
fn with_sync_off_success_is_answered_and_nothing_is_durable() {
    let bench = Bench::new();
    bench.shim.set(Slot::SyncOff, 1).expect("control is written");
    assert_eq!(bench.run("open,F,a write,F,gone sync,F die"), "");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some(""));
}

#[test]
fn a_sync_fails_when_told_and_makes_nothing_durable() {
    let bench = Bench::new();
    bench.shim.set(Slot::SyncFailsIn, 2).expect("control is written");
    let told = bench.run("open,F,a write,F,one sync,F write,F,two sync,F sync,F write,F,three die");
    assert_eq!(told, "sync,F: Input/output error\n", "the second alone");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("onetwo"), "the third sync was a good one");

    bench.shim.set(Slot::SyncFailsIn, 1).expect("control is written");
    bench.shim.set(Slot::SyncFailsOn, 1).expect("control is written");
    let told = bench.run("open,F,a write,F,X sync,F sync,F die");
    assert_eq!(told, "sync,F: Input/output error\nsync,F: Input/output error\n");
    assert_eq!(bench.shim.get(Slot::SyncsFailed).expect("control is read"), 2);
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("onetwo"));
}

#[test]
fn a_full_disk_takes_what_fits_and_then_nothing() {
    let bench = Bench::new();
    bench.shim.set(Slot::WriteRoom, 5).expect("control is written");
    let told = bench.run("open,F,a write,F,abc write,F,defg write,F,h open,G,b");
    let full = "No space left on device";
    assert_eq!(told, format!("write,F,h: {full}\nopen,G,b: {full}\n"));
    assert_eq!(bench.read("a").as_deref(), Some("abcde"));
}

#[test]
fn a_write_fails_when_told_and_writes_nothing() {
    let bench = Bench::new();
    bench.shim.set(Slot::WriteFailsIn, 2).expect("control is written");
    let told = bench.run("open,F,a write,F,one write,F,two write,F,three sync,F die");
    assert_eq!(told, "write,F,two: Input/output error\n", "the second alone");
    assert_eq!(bench.shim.get(Slot::WritesFailed).expect("control is read"), 1);
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("onethree"));
}

#[test]
fn a_process_is_killed_before_or_after_a_sync() {
    let bench = Bench::new();
    bench.shim.set(Slot::KillBefore, 2).expect("control is written");
    bench.run("open,F,a write,F,one sync,F write,F,two sync,F write,F,never");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("one"));
    bench.shim.set(Slot::KillAfter, 1).expect("control is written");
    bench.run("open,F,a write,F,two sync,F write,F,never");
    bench.cut(ALL_BYTES);
    assert_eq!(bench.read("a").as_deref(), Some("onetwo"));
}

#[test]
fn files_elsewhere_are_left_alone() {
    let bench = Bench::new();
    bench.run("open,F,../elsewhere write,F,stays die");
    assert_eq!(bench.cut(ALL_BYTES), CutReport::default());
    let elsewhere = bench.root.path().join("elsewhere");
    assert_eq!(fs::read_to_string(elsewhere).expect("it was written"), "stays");
}

const ALL_BYTES: Cut = Cut { bytes: LostBytes::All, names: LostNames::None };

/// The shim's library and the program, compiled once.
fn compiled() -> (&'static Path, &'static Path) {
    static FILES: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    let (library, program) = FILES.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let files = (dir.join("powercut-tried.so"), dir.join("exercise"));
        Shim::compile(&files.0).expect("the shim compiles");
        compile(include_str!("../../preload/exercise.c"), &files.1, &[]).expect("C compiles");
        files
    });
    (library, program)
}

/// A watched directory, a shim for it, and the program that writes in it.
struct Bench {
    root: TempDir,
    shim: Shim,
    program: &'static Path,
}

impl Bench {
    fn new() -> Self {
        let root = TempDir::new().expect("a directory");
        fs::create_dir(root.path().join("watched")).expect("a directory");
        let (library, program) = compiled();
        let (side, watched) = (root.path().join("side"), root.path().join("watched"));
        let shim = Shim::new(library, &side, &watched).expect("the shim is set up");
        Self { root, shim, program }
    }

    fn watched(&self) -> PathBuf {
        self.root.path().join("watched")
    }

    fn run(&self, steps: &str) -> String {
        let mut command = Command::new(self.program);
        command.args(steps.split_whitespace()).current_dir(self.watched());
        self.shim.load_into(&mut command);
        let Output { stdout, stderr, .. } = command.output().expect("the program runs");
        assert_eq!(String::from_utf8_lossy(&stderr), "");
        let mut told = String::from_utf8(stdout).expect("words");
        if let Some(read) = told.strip_prefix("keptlost\n") {
            told = read.to_owned();
        }
        told
    }

    fn cut(&self, how: Cut) -> CutReport {
        self.cut_with(how, 1)
    }

    fn cut_with(&self, how: Cut, seed: u64) -> CutReport {
        self.shim.cut(how, &mut StdRng::seed_from_u64(seed)).expect("the cut is made")
    }

    fn read(&self, name: &str) -> Option<String> {
        let path: &Path = &self.watched().join(name);
        path.exists().then(|| fs::read_to_string(path).expect("text"))
    }
}
