//! An answer that is had at once.

use std::borrow::Cow;

use serde::Serialize;

use crate::Result;

/// An answer: status, headers, body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Cow<'static, str>, Vec<u8>)>,
    pub(crate) body: Cow<'static, [u8]>,
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Cow::Borrowed(&[]) }
    }

    /// An answer with a body of this `Content-Type`.
    pub fn new(
        status: u16,
        content_type: &'static str,
        body: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        let mut reply = Self::status(status).header("content-type", content_type);
        reply.body = body.into();
        reply
    }

    /// A page.
    pub fn html(page: impl Into<String>) -> Self {
        Self::new(200, "text/html; charset=utf-8", page.into().into_bytes())
    }

    /// Plain text with a status.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.into().into_bytes())
    }

    /// A value as JSON.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::new(200, "application/json", serde_json::to_vec(value)?))
    }

    /// Sends the browser elsewhere, to be asked for with `GET`.
    pub fn see_other(location: impl Into<String>) -> Self {
        Self::status(303).header("location", location.into())
    }

    /// There is no such page.
    #[must_use]
    pub fn not_found() -> Self {
        Self::text(404, "not found\n")
    }

    /// The same answer with one more header; the same name may come several times.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same answer with another status.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}
