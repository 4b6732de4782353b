//! Log lines on stderr, for people or for machines.
//!
//! A thread of its own writes them: nobody who logs waits for whoever reads, and a reader that has
//! stopped costs lines, which are counted, instead of the hub.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::cli::{LogArgs, LogFormat};

/// Sends log lines to stderr from now on. A second call changes nothing.
pub fn start(log: LogArgs) {
    // Libraries speak up only when something is wrong: their debug lines are for their authors.
    let libraries = log.level.min(LevelFilter::WARN);
    let filter = Targets::new().with_default(libraries).with_target("phytohub", log.level);
    let lines = LINES.get_or_init(|| Lines::start().unwrap_or_default());
    let layer = fmt::layer().with_writer(lines.clone());
    let layer = match log.format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Human => {
            let colours = io::IsTerminal::is_terminal(&io::stderr());
            layer.with_ansi(colours).with_target(false).boxed()
        }
    };
    // It fails only where a subscriber is installed already.
    let _ = Registry::default().with(layer.with_filter(filter)).try_init();
}

/// Says the last line, if there is one, behind all that was logged. Waits a moment for whoever
/// reads, and no longer.
pub fn finish(last: Option<&str>) {
    let last = last.map(|text| format!("{text}\n").into_bytes());
    match LINES.get() {
        Some(lines) => lines.finish(last),
        None => _ = io::stderr().write_all(&last.unwrap_or_default()),
    }
}

/// What was logged and not written yet.
static LINES: OnceLock<Lines> = OnceLock::new();

/// Lines on their way to a file. Without a thread that writes them they go to stderr at once.
#[derive(Clone, Debug, Default)]
struct Lines(Option<Arc<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    lost: u64,
    writing: bool,
}

impl Lines {
    /// Lines to stderr.
    fn start() -> io::Result<Self> {
        // A descriptor of its own: a write that waits must not hold the lock of `io::stderr`.
        Self::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))
    }

    fn to(mut file: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let source = Arc::clone(&shared);
        // Not joined: it may hang in a write for ever, and `finish` waits for what it has to say.
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || source.write_to(&mut file))
            .map(|_| Self(Some(shared)))
    }

    fn finish(&self, last: Option<Vec<u8>>) {
        let Some(shared) = &self.0 else {
            let _ = io::stderr().write_all(&last.unwrap_or_default());
            return;
        };
        let mut queue = shared.lock();
        queue.lines.extend(last);
        shared.changed.notify_all();
        let busy = |queue: &mut Queue| queue.writing || !queue.lines.is_empty();
        drop(shared.changed.wait_timeout_while(queue, LAST_LINES, busy));
    }
}

impl Shared {
    fn push(&self, line: &[u8]) {
        let mut queue = self.lock();
        if queue.bytes.saturating_add(line.len()) > BYTES_MAX {
            queue.lost = queue.lost.saturating_add(1);
            return;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line.to_vec());
        self.changed.notify_all();
    }

    fn write_to(&self, file: &mut impl Write) {
        loop {
            let mut queue = self.lock();
            queue.writing = false;
            self.changed.notify_all();
            let waited = self.changed.wait_while(queue, |queue| queue.lines.is_empty());
            let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
            queue.writing = true;
            let (lines, lost) = (std::mem::take(&mut queue.lines), std::mem::take(&mut queue.lost));
            drop(queue);
            for line in lines {
                // Where nobody reads any more there is nobody to tell either.
                let _ = file.write_all(&line);
                let mut queue = self.lock();
                queue.bytes = queue.bytes.saturating_sub(line.len());
            }
            if lost > 0 {
                tracing::warn!(lost, "lines of this log were lost: they were not read in time");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// Takes one line, which comes in one piece.
#[derive(Debug)]
struct Line<'a>(&'a Lines);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0.0 {
            Some(shared) => shared.push(bytes),
            None => io::stderr().write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines that wait to be read: some seconds of a busy hub that logs every request.
const BYTES_MAX: usize = 4 << 20;
/// How long the last lines may take to be read.
const LAST_LINES: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_reader_that_stopped_costs_lines_and_nothing_else() {
        let (ours, theirs) = UnixStream::pair().expect("two ends");
        let lines = Lines::to(ours).expect("a thread");
        let line = vec![b'x'; 1 << 10];
        let count = 4 * BYTES_MAX / line.len();
        for _ in 0..count {
            lines.make_writer().write_all(&line).expect("it never fails");
        }
        let shared = lines.0.as_ref().expect("a thread");
        assert!(shared.lock().lost > 0 && shared.lock().bytes <= BYTES_MAX);
        // Whoever is at the end waits a moment for it, not for ever.
        lines.finish(Some(b"the last\n".to_vec()));

        let mut reader = theirs.try_clone().expect("another handle");
        let read = thread::Builder::new().spawn(move || {
            let (mut all, mut piece) = (Vec::new(), vec![0; 1 << 16]);
            while !all.ends_with(b"the last\n") {
                let some = io::Read::read(&mut reader, &mut piece).expect("it goes on");
                all.extend_from_slice(piece.get(..some).expect("read"));
            }
            all.len()
        });
        let read = read.expect("a thread").join().expect("no panic");
        assert!(read > BYTES_MAX / 2 && read < count * line.len(), "{read}");
    }

    #[test]
    fn the_last_line_comes_behind_all_others() {
        let (ours, theirs) = UnixStream::pair().expect("two ends");
        let lines = Lines::to(ours).expect("a thread");
        lines.make_writer().write_all(b"first\n").expect("it never fails");
        lines.finish(Some(b"last\n".to_vec()));
        let mut read = [0; 11];
        io::Read::read_exact(&mut { theirs }, &mut read).expect("written");
        assert_eq!(&read, b"first\nlast\n");
    }
}
