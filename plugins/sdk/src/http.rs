//! Pages: routes, files, requests, answers.

mod form;
mod reply;
mod request;
mod responder;

use std::borrow::Cow;

pub use reply::Reply;
pub use request::Request;
pub use responder::{Responder, Streamed};

pub(crate) use responder::Outcome;

/// A route under the plugin's prefix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpRoute {
    pub(crate) method: String,
    pub(crate) pattern: String,
    pub(crate) body_bytes_max: u64,
}

impl HttpRoute {
    /// A route by method (`GET`, which answers `HEAD` too, `POST` …; empty for any) and path under
    /// the prefix: `certificates/{number}`. A segment in braces fits any segment, `{*rest}` at the
    /// end everything. An empty pattern is the prefix itself.
    pub fn new(method: impl Into<String>, pattern: impl Into<String>) -> Self {
        Self { method: method.into(), pattern: pattern.into(), body_bytes_max: 0 }
    }

    /// A page.
    pub fn get(pattern: impl Into<String>) -> Self {
        Self::new("GET", pattern)
    }

    /// A form: its body has at most `body_bytes_max` bytes.
    pub fn post(pattern: impl Into<String>, body_bytes_max: u64) -> Self {
        Self::new("POST", pattern).body_bytes_max(body_bytes_max)
    }

    /// The same route with bodies of at most so many bytes; else none is taken.
    #[must_use]
    pub const fn body_bytes_max(mut self, bytes: u64) -> Self {
        self.body_bytes_max = bytes;
        self
    }
}

/// A file that never changes while the plugin runs; the hub serves it by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asset {
    pub(crate) path: Cow<'static, str>,
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) etag: String,
    pub(crate) bytes: Cow<'static, [u8]>,
}

impl Asset {
    /// A file by its path under the prefix, its `Content-Type` and its bytes, usually
    /// `include_bytes!("…").as_slice()`. The `ETag` is made of the bytes.
    pub fn new(
        path: impl Into<Cow<'static, str>>,
        content_type: impl Into<Cow<'static, str>>,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        let bytes = bytes.into();
        let etag = format!("\"{:016x}-{:x}\"", fnv1a(&bytes), bytes.len());
        Self { path: path.into(), content_type: content_type.into(), etag, bytes }
    }
}

/// FNV-1a: enough to tell builds of one file apart, which is all that an `ETag` is for.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
