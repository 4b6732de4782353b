//! The preload shim: built with the C compiler, set up beside the files it watches, steered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::rngs::StdRng;

use crate::Failure;
use crate::powercut::{self, Cut, CutReport};

/// A shim for the files below one directory.
#[derive(Clone, Debug)]
pub struct Shim {
    library: PathBuf,
    watched: PathBuf,
    side: PathBuf,
}

impl Shim {
    /// Compiles the shim's library.
    ///
    /// # Errors
    /// When there is no C compiler, or the file cannot be written.
    pub fn compile(library: &Path) -> Result<(), Failure> {
        compile(include_str!("../preload/powercut.c"), library, &["-shared", "-fPIC"])
    }

    /// Sets a compiled shim up in `side` for the files below `watched`.
    ///
    /// Both must lie on one file system: removed files are kept as hard links until the cut.
    ///
    /// # Errors
    /// When a directory cannot be written.
    pub fn new(library: &Path, side: &Path, watched: &Path) -> io::Result<Self> {
        fs::create_dir_all(side)?;
        let watched = fs::canonicalize(watched)?;
        let shim = Self { library: library.into(), watched, side: side.into() };
        shim.reset()?;
        Ok(shim)
    }

    /// Forgets everything that was noted, and every fault that was ordered.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn reset(&self) -> io::Result<()> {
        powercut::forget(&self.side)?;
        let mut slots = [0_u8; SLOTS * 8];
        let room = Slot::WriteRoom as usize * 8;
        slots[room..room + 8].copy_from_slice(&ROOM_WITHOUT_END.to_ne_bytes());
        fs::write(self.side.join("control"), slots)
    }

    /// Has the shim loaded into a process that is about to be started.
    pub fn load_into(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("POWERCUT_DIR", &self.watched)
            .env("POWERCUT_SIDE", &self.side);
    }

    /// Orders a fault, at once and in the running process.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub fn set(&self, slot: Slot, value: u64) -> io::Result<()> {
        let control = OpenOptions::new().write(true).open(self.side.join("control"))?;
        control.write_all_at(&value.to_ne_bytes(), slot as u64 * 8)
    }

    /// Reads an order or a counter.
    ///
    /// # Errors
    /// When the control file cannot be read.
    pub fn get(&self, slot: Slot) -> io::Result<u64> {
        let mut bytes = [0_u8; 8];
        File::open(self.side.join("control"))?.read_exact_at(&mut bytes, slot as u64 * 8)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    /// Moves the wall clock of the running process, and of those that are started after it: so far
    /// from the machine's, forward or back.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub fn step_clock(&self, milliseconds: i64) -> io::Result<()> {
        self.set(Slot::ClockStepMs, milliseconds.cast_unsigned())
    }

    /// Cuts the power: takes back what the dead process wrote and did not sync. Then resets.
    ///
    /// # Errors
    /// When the undo log cannot be read, or a file cannot be changed.
    pub fn cut(&self, how: Cut, rng: &mut StdRng) -> Result<CutReport, Failure> {
        let report = powercut::cut(&self.side, &self.watched, how, rng)?;
        self.reset()?;
        Ok(report)
    }
}

/// What can be ordered from, or read in, the shim's control file (the order of `powercut.c`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u64)]
#[non_exhaustive]
pub enum Slot {
    /// 1: a sync answers success and makes nothing durable.
    SyncOff = 0,
    /// N: the Nth sync from now fails with EIO.
    SyncFailsIn = 1,
    /// 1: and so does every sync after that one.
    SyncFailsOn = 2,
    /// Bytes that may still be written before ENOSPC; [`ROOM_WITHOUT_END`] by default.
    WriteRoom = 3,
    /// Microseconds added to every sync.
    SyncDelayUs = 4,
    /// N: SIGKILL just before the Nth sync from now.
    KillBefore = 5,
    /// N: SIGKILL when the Nth sync is durable and has not returned.
    KillAfter = 6,
    /// N: the Nth write from now fails with EIO.
    WriteFailsIn = 7,
    /// Counted: writes.
    Writes = 8,
    /// Counted: bytes written.
    WrittenBytes = 9,
    /// Counted: syncs.
    Syncs = 10,
    /// Counted: syncs failed on order.
    SyncsFailed = 11,
    /// Counted: writes failed on order.
    WritesFailed = 12,
    /// Milliseconds added to the wall clock; see [`Shim::step_clock`].
    ClockStepMs = 13,
}

/// [`Slot::WriteRoom`]: a disk that never fills.
pub const ROOM_WITHOUT_END: u64 = u64::MAX;

/// Compiles a C source of ours. Several processes may do so at once: the file appears whole.
///
/// # Errors
/// When there is no C compiler (`CC`, or `cc`), or it finds fault.
pub fn compile(source: &str, into: &Path, options: &[&str]) -> Result<(), Failure> {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let fresh = into.with_extension(format!("{}.new", std::process::id()));
    let mut child = Command::new(&compiler)
        .args(["-O2", "-Wall", "-Wextra", "-pthread", "-x", "c", "-"])
        .args(options)
        .arg("-o")
        .arg(&fresh)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the C compiler {} does not run: {error}", compiler.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(source.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(fs::rename(fresh, into)?);
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} does not compile: {words}", into.display()).into())
}

/// Slots of the control file.
const SLOTS: usize = 16;
