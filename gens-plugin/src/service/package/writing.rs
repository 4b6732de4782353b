//! The archive: files one after the other, each listed with its SHA-256.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::contents::PackError;
use crate::service::csv::line;

/// A finished archive.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) bytes: u64,
    pub(super) digest: String,
}

/// An archive that is being written. It holds one file in memory at most, and of lists one row.
pub(super) struct Archive {
    tar: Builder<GzEncoder<Counted>>,
    /// Where lists are written before their length is known.
    scratch: PathBuf,
    /// Every file with its length and SHA-256.
    files: BufWriter<File>,
    files_path: PathBuf,
    counts: BTreeMap<&'static str, u64>,
    at_seconds: u64,
}

impl Archive {
    pub(super) fn create(path: &Path, now_ms: i64) -> Result<Self, PackError> {
        let scratch = path.with_extension("scratch.list");
        let files_path = path.with_extension("files.list");
        let mut files = BufWriter::new(File::create(&files_path)?);
        files.write_all(line(["file", "bytes", "sha256"]).as_bytes())?;
        let counted = Counted {
            file: BufWriter::new(File::create(path)?),
            bytes: 0,
            digest: Context::new(&SHA256),
        };
        Ok(Self {
            tar: Builder::new(GzEncoder::new(counted, Compression::default())),
            scratch,
            files,
            files_path,
            counts: BTreeMap::new(),
            at_seconds: u64::try_from(now_ms / 1000).unwrap_or_default(),
        })
    }

    /// A file, counted as one of its kind.
    pub(super) fn add(
        &mut self,
        kind: &'static str,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), PackError> {
        let mut digest = Context::new(&SHA256);
        digest.update(bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.note(path, length, digest)?;
        self.append(path, length, bytes)?;
        self.count(kind, 1);
        Ok(())
    }

    /// A list, whose rows `write` writes; they are counted.
    pub(super) fn list(
        &mut self,
        kind: &'static str,
        head: &[&str],
        write: impl FnOnce(&mut Rows) -> Result<(), PackError>,
    ) -> Result<(), PackError> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true);
        let file = options.open(&self.scratch)?;
        let out = Counted { file: BufWriter::new(file), bytes: 0, digest: Context::new(&SHA256) };
        let mut rows = Rows { out, count: 0 };
        rows.out.write_all(line(head).as_bytes())?;
        write(&mut rows)?;
        let Rows { out, count } = rows;
        let path = format!("lists/{kind}.csv");
        self.note(&path, out.bytes, out.digest)?;
        let mut file = out.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.append(&path, out.bytes, BufReader::new(file))?;
        self.count(kind, count);
        Ok(())
    }

    /// Ends the archive with the list of its files and the counts of what is in it.
    pub(super) fn finish(mut self) -> Result<Made, PackError> {
        self.files.flush()?;
        let list = fs::read(&self.files_path).map(|bytes| {
            let mut digest = Context::new(&SHA256);
            digest.update(&bytes);
            hexadecimal(digest)
        })?;
        let length = fs::metadata(&self.files_path)?.len();
        self.append("files.csv", length, BufReader::new(File::open(&self.files_path)?))?;
        let manifest = serde_json::json!({
            "made": crate::service::issue::moment(i64::try_from(self.at_seconds)
                .unwrap_or_default() * 1000),
            "version": env!("CARGO_PKG_VERSION"),
            "counts": self.counts,
            "files_csv_sha256": list,
        });
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
        let length = u64::try_from(manifest.len()).unwrap_or(u64::MAX);
        self.append("manifest.json", length, &*manifest)?;
        let mut counted = self.tar.into_inner()?.finish()?;
        counted.flush()?;
        let file = counted.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let _ = fs::remove_file(&self.scratch);
        let _ = fs::remove_file(&self.files_path);
        Ok(Made { bytes: counted.bytes, digest: hexadecimal(counted.digest) })
    }

    fn append(&mut self, path: &str, length: u64, from: impl Read) -> Result<(), PackError> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(length);
        header.set_mode(0o644);
        header.set_mtime(self.at_seconds);
        Ok(self.tar.append_data(&mut header, path, from)?)
    }

    fn note(&mut self, path: &str, length: u64, digest: Context) -> Result<(), PackError> {
        let row = line([path, &length.to_string(), &hexadecimal(digest)]);
        Ok(self.files.write_all(row.as_bytes())?)
    }

    fn count(&mut self, kind: &'static str, more: u64) {
        *self.counts.entry(kind).or_default() += more;
    }
}

/// The rows of a list.
pub(super) struct Rows {
    out: Counted,
    count: u64,
}

impl Rows {
    pub(super) fn row(&mut self, fields: Vec<String>) -> Result<(), PackError> {
        self.count += 1;
        Ok(self.out.write_all(line(fields).as_bytes())?)
    }
}

/// A file that counts and digests what is written.
struct Counted {
    file: BufWriter<File>,
    bytes: u64,
    digest: Context,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(u64::try_from(written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn hexadecimal(digest: Context) -> String {
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
