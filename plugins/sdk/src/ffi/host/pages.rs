//! Answers to requests.

use phytohub_plugin_api as abi;

use super::{RawHost, offered};
use crate::Result;
use crate::ffi::sink::Trampoline;

impl RawHost {
    pub(crate) fn http_read(&self, ticket: u64, out: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let read = offered(self.respond.as_ref(), abi::HUB_HTTP_RESPOND_ID, |all| all.read)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let answer = self.ask(|ctx, call| {
            // SAFETY: the sink outlives the call; the function came with the context.
            unsafe { read(ctx, call, ticket, to) }
        });
        sink.end();
        answer
    }

    pub(crate) fn http_start(
        &self,
        ticket: u64,
        status: u32,
        headers: &[(&str, &[u8])],
    ) -> Result<()> {
        let start = offered(self.respond.as_ref(), abi::HUB_HTTP_RESPOND_ID, |all| all.start)?;
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| abi::HubHttpHeader {
                name: abi::HubStr::new(name),
                value: abi::HubBytes::new(value),
            })
            .collect();
        self.ask(|ctx, call| {
            // SAFETY: the headers outlive the call; the function came with the context.
            unsafe { start(ctx, call, ticket, status, headers.as_ptr(), headers.len()) }
        })
    }

    pub(crate) fn http_write(&self, ticket: u64, bytes: &[u8]) -> Result<()> {
        let write = offered(self.respond.as_ref(), abi::HUB_HTTP_RESPOND_ID, |all| all.write)?;
        self.ask(|ctx, call| {
            // SAFETY: the bytes outlive the call; the function came with the context.
            unsafe { write(ctx, call, ticket, abi::HubBytes::new(bytes)) }
        })
    }

    pub(crate) fn http_finish(&self, ticket: u64) -> Result<()> {
        let finish = offered(self.respond.as_ref(), abi::HUB_HTTP_RESPOND_ID, |all| all.finish)?;
        self.ask(|ctx, call| {
            // SAFETY: the function came with the context.
            unsafe { finish(ctx, call, ticket) }
        })
    }

    pub(crate) fn http_gone(&self, ticket: u64) -> bool {
        let gone = offered(self.respond.as_ref(), abi::HUB_HTTP_RESPOND_ID, |all| all.gone);
        let (Ok(gone), Ok(_entered)) = (gone, self.enter()) else { return true };
        // SAFETY: the function came with the context.
        unsafe { gone(self.ctx, ticket) != 0 }
    }

    /// Answers for a responder that was dropped.
    pub(crate) fn http_dropped(&self, ticket: u64) {
        let headers: &[(&str, &[u8])] = &[("content-type", b"text/plain; charset=utf-8")];
        let answered = self
            .http_start(ticket, 500, headers)
            .and_then(|()| self.http_write(ticket, b"the page was not made\n"))
            .and_then(|()| self.http_finish(ticket));
        if let Err(error) = answered {
            tracing::debug!(%error, "nobody waits for the answer that was dropped");
        }
    }
}
