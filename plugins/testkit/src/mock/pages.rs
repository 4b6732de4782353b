//! Requests of browsers, and what plugins answer.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::{Answer, HttpHeaderView, Refusal, Sink};

use super::MockHost;

/// What a plugin answered to a request.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct HttpAnswer {
    /// The status; 0 before there is one.
    pub status: u32,
    /// Names and values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body so far.
    pub body: Vec<u8>,
    /// Whether it has ended.
    pub finished: bool,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    /// What of the request's body was not read yet.
    body: Vec<u8>,
    answer: HttpAnswer,
    gone: bool,
}

/// Bytes of a body that are read at once.
const PIECE: usize = 16 << 10;

impl MockHost {
    /// A request with this body; its ticket.
    #[must_use]
    pub fn open_request(&self, body: &[u8]) -> u64 {
        let ticket = self.next_ticket();
        let page = Page { body: body.to_vec(), ..Page::default() };
        self.state().pages.insert(ticket, page);
        ticket
    }

    /// What was answered to a request so far.
    #[must_use]
    pub fn answer(&self, ticket: u64) -> Option<HttpAnswer> {
        self.state().pages.get(&ticket).map(|page| page.answer.clone())
    }

    /// The browser goes.
    pub fn hang_up(&self, ticket: u64) {
        if let Some(page) = self.state().pages.get_mut(&ticket) {
            page.gone = true;
        }
    }
}

impl Page {
    pub(super) fn read(&mut self, out: Sink<'_>) -> Answer {
        self.open()?;
        let piece: Vec<u8> = self.body.drain(..self.body.len().min(PIECE)).collect();
        if !piece.is_empty() {
            out(&piece);
        }
        Ok(())
    }

    pub(super) fn start(&mut self, status: u32, headers: &[HttpHeaderView<'_>]) -> Answer {
        self.open()?;
        if self.answer.status != 0 {
            return Err(Refusal::new(HUB_CONFLICT, "the answer was begun before"));
        }
        if !(200..600).contains(&status) {
            return Err(Refusal::new(HUB_INVALID, "a status is a number from 200 to 599"));
        }
        let bad = |header: &HttpHeaderView<'_>| {
            header.name.is_empty() || header.value.iter().any(|byte| matches!(byte, b'\r' | b'\n'))
        };
        if headers.iter().any(bad) {
            return Err(Refusal::new(HUB_INVALID, "a header cannot be"));
        }
        self.answer.status = status;
        self.answer.headers =
            headers.iter().map(|h| (h.name.to_owned(), h.value.to_vec())).collect();
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Answer {
        self.begun()?;
        self.answer.body.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Answer {
        self.begun()?;
        self.answer.finished = true;
        Ok(())
    }

    pub(super) const fn is_gone(&self) -> bool {
        self.gone || self.answer.finished
    }

    fn open(&self) -> Answer {
        if self.is_gone() {
            return Err(no_request());
        }
        Ok(())
    }

    fn begun(&self) -> Answer {
        self.open()?;
        if self.answer.status == 0 {
            return Err(Refusal::new(HUB_CONFLICT, "the answer was not begun"));
        }
        Ok(())
    }
}

pub(super) fn no_request() -> Refusal {
    Refusal::new(HUB_NOT_FOUND, "the request is done with")
}
