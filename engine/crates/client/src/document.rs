//! Documents that are sent from where they lie, and not held.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use phytohub_wire::soap::Content;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use crate::{BrokenBody, RequestBody};

/// A content that is read from its beginning for every attempt to send it.
pub trait ContentSource: Send + Sync {
    /// It, as it goes over the wire: the same each time. Called within a runtime.
    fn open(&self) -> RequestBody;
}

/// A document in a file, of which a few pieces are held while it is sent. It is sent as it was when
/// it was looked at or not at all.
#[derive(Clone, Debug)]
pub struct DocumentFile {
    path: PathBuf,
    content_bytes: u64,
    digest: [u8; 32],
}

impl DocumentFile {
    /// Reads the file once, a piece at a time. Blocks. A byte order mark at its beginning is none of
    /// the document.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn look(path: &Path) -> io::Result<Self> {
        let (mut hasher, mut content_bytes) = (Sha256::new(), 0);
        let mut escaped = Vec::new();
        for_each_piece(path, |piece| {
            hasher.update(piece);
            escaped.clear();
            Content::escape_piece(piece, &mut escaped);
            content_bytes += escaped.len() as u64;
            true
        })?;
        Ok(Self { path: path.to_owned(), content_bytes, digest: hasher.finalize().into() })
    }

    /// SHA-256 of the document, as it is in the file.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Sends the pieces on as they are taken. The last one goes when all were seen to be what they
    /// were: without it nothing is delivered.
    fn read(&self, tell: &mpsc::Sender<Result<Bytes, BrokenBody>>) -> io::Result<()> {
        let (mut hasher, mut left) = (Sha256::new(), self.content_bytes);
        let mut last: Option<Bytes> = None;
        for_each_piece(&self.path, |piece| {
            hasher.update(piece);
            let mut escaped = Vec::with_capacity(piece.len() + piece.len() / 4);
            Content::escape_piece(piece, &mut escaped);
            // One that grew goes no further than what was announced.
            let Some(after) = left.checked_sub(escaped.len() as u64) else { return false };
            left = after;
            let before = last.replace(escaped.into());
            before.is_none_or(|before| tell.blocking_send(Ok(before)).is_ok())
        })?;
        let digest: [u8; 32] = hasher.finalize().into();
        let last = if digest == self.digest { last.map(Ok) } else { Some(Err(BrokenBody)) };
        if let Some(last) = last {
            // Whoever is gone asked for no more.
            let _ = tell.blocking_send(last);
        }
        Ok(())
    }
}

impl ContentSource for DocumentFile {
    fn open(&self) -> RequestBody {
        let (tell, pieces) = mpsc::channel(PIECES_AHEAD);
        let file = self.clone();
        // Ends with the file, or when its pieces are no longer taken.
        drop(tokio::task::spawn_blocking(move || {
            if file.read(&tell).is_err() {
                let _ = tell.blocking_send(Err(BrokenBody));
            }
        }));
        RequestBody::streamed(self.content_bytes, Pieces(pieces))
    }
}

/// What a reader on another thread sends.
struct Pieces(mpsc::Receiver<Result<Bytes, BrokenBody>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// Reads a file, without its byte order mark, until that is no longer wanted.
fn for_each_piece(path: &Path, mut wants: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut first = true;
    loop {
        let read = fill(&mut file, &mut piece)?;
        let bytes = piece.get(..read).unwrap_or_default();
        let bytes =
            if first { bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) } else { bytes };
        if read == 0 || (!bytes.is_empty() && !wants(bytes)) {
            return Ok(());
        }
        first = false;
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Large enough for a disk, small beside what a connection has in flight.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces that were read and are not yet taken.
const PIECES_AHEAD: usize = 4;
/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use std::fs;

    use http_body_util::BodyExt as _;

    use super::*;

    async fn sent(file: &DocumentFile) -> Result<Vec<u8>, BrokenBody> {
        let body = file.open();
        let announced = body.len();
        let sent = body.collect().await?.to_bytes().to_vec();
        assert_eq!(announced, sent.len() as u64);
        Ok(sent)
    }

    #[tokio::test]
    async fn a_file_is_sent_as_it_would_be_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.xml");
        let long = "<a>&\r\n€𝄞</a>".repeat(3 * PIECE_BYTES / 13);
        for text in ["", "<a/>", long.as_str()] {
            for mark in ["", "\u{feff}"] {
                fs::write(&path, format!("{mark}{text}")).expect("written");
                let file = DocumentFile::look(&path).expect("readable");
                assert!(sent(&file).await.expect("sent") == Content::escaped(text).raw, "{mark:?}");
                assert!(sent(&file).await.is_ok(), "once more");
                assert_eq!(*file.digest(), <[u8; 32]>::from(Sha256::digest(text)));
            }
        }
    }

    #[tokio::test]
    async fn what_changed_since_it_was_looked_at_is_not_sent() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.xml");
        let long = "<a/>".repeat(PIECE_BYTES);
        fs::write(&path, &long).expect("written");
        let file = DocumentFile::look(&path).expect("readable");
        for other in [long.replacen('a', "b", 1), format!("{long}<"), "<a/>".into(), String::new()]
        {
            fs::write(&path, other).expect("written");
            assert_eq!(file.open().collect().await.map(|_| ()), Err(BrokenBody));
        }
        fs::remove_file(&path).expect("removed");
        assert_eq!(file.open().collect().await.map(|_| ()), Err(BrokenBody));
    }
}
