//! Answers: a status, headers that cannot be injected into, a body.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use phytohub_plugin_sdk::{Error, Reply, Responder, Result};

/// What scripts, styles and forms of a page may come from and go to: this site, nothing inline.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What a file may do that is opened instead of saved: nothing.
const DOWNLOAD_POLICY: &str = "default-src 'none'; sandbox";

/// An answer to a browser.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    content_type: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
    body: Cow<'static, [u8]>,
    /// What is sent in pieces instead of the body.
    file: Option<Arc<File>>,
}

impl Answer {
    /// A page.
    #[must_use]
    pub fn page(status: u16, html: String) -> Self {
        Self::bare(status, Some("text/html; charset=utf-8"), html.into_bytes())
            .header("content-security-policy", POLICY)
            .header("cache-control", "no-store")
    }

    /// Sends the browser to a path, to be asked for with `GET`. The path is percent-encoded where a
    /// header could not carry it.
    #[must_use]
    pub fn see(path: &str) -> Self {
        Self::bare(303, None, Vec::new())
            .header("location", &encoded(path, b"/?&=#%:"))
            .header("cache-control", "no-store")
    }

    /// A file to be saved, never opened in place, whatever it is.
    #[must_use]
    pub fn download(filename: &str, content_type: &'static str, bytes: Vec<u8>) -> Self {
        let disposition = disposition(filename);
        Self::bare(200, Some(content_type), bytes)
            .header("content-disposition", &disposition)
            .header("content-security-policy", DOWNLOAD_POLICY)
            .header("cache-control", "no-store")
    }

    /// A file on disk to be saved, read as it is sent.
    #[must_use]
    pub fn file(filename: &str, content_type: &'static str, file: File) -> Self {
        let answer = Self::download(filename, content_type, Vec::new());
        Self { file: Some(Arc::new(file)), ..answer }
    }

    /// No body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self::bare(status, None, Vec::new()).header("cache-control", "no-store")
    }

    fn bare(status: u16, content_type: Option<&'static str>, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into(), file: None }
            .header("x-content-type-options", "nosniff")
            .header("referrer-policy", "same-origin")
            .header("x-frame-options", "DENY")
    }

    /// The same answer with one more header. What would end the header is left out of its value.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = value.chars().filter(|c| (' '..='~').contains(c)).collect();
        self.headers.push((name, value));
        self
    }

    /// Its `Content-Type`.
    #[must_use]
    pub const fn content_type(&self) -> Option<&'static str> {
        self.content_type
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// First value of a header; the name in lower case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// All values of a header; the name in lower case.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The file that is sent instead of the body.
    #[must_use]
    pub fn sent_file(&self) -> Option<&File> {
        self.file.as_deref()
    }

    pub(super) fn file_to_send(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// Sends the file, piece by piece, as fast as the browser takes it.
    ///
    /// # Errors
    ///
    /// The browser went away, or the file cannot be read.
    pub(super) fn stream(self, file: &File, responder: Responder) -> Result<()> {
        let mut headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        if let Some(content_type) = self.content_type {
            headers.push(("content-type", content_type.as_bytes()));
        }
        let mut streamed = responder.start(self.status, &headers)?;
        let mut piece = vec![0; PIECE_BYTES];
        let mut file = file;
        loop {
            let length = file
                .read(&mut piece)
                .map_err(|error| Error::unavailable("a file cannot be read").because(error))?;
            if length == 0 {
                return streamed.finish();
            }
            streamed.write(piece.get(..length).unwrap_or_default())?;
        }
    }

    /// The answer as the SDK takes it.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let reply = match self.content_type {
            Some(content_type) => Reply::new(self.status, content_type, self.body),
            None => Reply::status(self.status),
        };
        self.headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value))
    }
}

/// `Content-Disposition` of a file of that name.
fn disposition(filename: &str) -> String {
    let plain: String = filename
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .take(100)
        .collect();
    let full = encoded(&filename.chars().take(100).collect::<String>(), b"");
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

/// Bytes of one piece of a file.
const PIECE_BYTES: usize = 64 * 1024;

/// Percent-encoded as RFC 3986 has it, but for unreserved characters and those that are kept.
#[must_use]
pub(super) fn encoded(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
