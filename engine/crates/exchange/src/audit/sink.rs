//! The place outside the store to which heads go: a file of JSON lines, only ever appended to.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use phytohub_store::Segment;

use super::SignedHead;

/// Appends the heads that the file does not hold yet, synced; how many these were. A line that a
/// crash cut short is left alone and its head written again.
pub(super) fn append(file: &Path, segments: &[Segment]) -> io::Result<usize> {
    let there = read(file)?;
    let known = known(&there);
    let mut text = String::new();
    let mut count = 0;
    for segment in segments {
        if known.contains(&(segment.incarnation, segment.index)) {
            continue;
        }
        text.push_str(&serde_json::to_string(&SignedHead::new(segment)).map_err(io::Error::from)?);
        text.push('\n');
        count += 1;
    }
    if count == 0 {
        return Ok(0);
    }
    if !there.is_empty() && !there.ends_with('\n') {
        text.insert(0, '\n');
    }
    let mut opened = OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    if there.is_empty()
        && let Some(directory) = file.parent().filter(|path| !path.as_os_str().is_empty())
    {
        File::open(directory)?.sync_all()?;
    }
    Ok(count)
}

/// How many of these heads the file does not hold.
pub(super) fn untold(file: &Path, segments: &[Segment]) -> io::Result<usize> {
    let text = read(file)?;
    let known = known(&text);
    let told = |segment: &&Segment| known.contains(&(segment.incarnation, segment.index));
    Ok(segments.len() - segments.iter().filter(told).count())
}

/// Which heads a file holds: by incarnation and index.
fn known(text: &str) -> HashSet<(u32, u64)> {
    let heads = text.lines().filter_map(SignedHead::read).filter_map(|head| head.segment());
    heads.map(|segment| (segment.incarnation, segment.index)).collect()
}

/// All of the file as text; nothing if there is none. What is no UTF-8 belongs to no head.
pub(super) fn read(file: &Path) -> io::Result<String> {
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    opened.take(SINK_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Two hundred years of daily heads.
const SINK_BYTES_MAX: u64 = 64 << 20;
