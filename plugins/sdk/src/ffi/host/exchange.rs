//! Envelopes and connections.

use phytohub_plugin_api as abi;

use super::{RawHost, offered};
use crate::ffi::base::{size, text};
use crate::ffi::sink::Trampoline;
use crate::host::{AllowedDocument, Connection, Draft, Envelope};
use crate::{Result, State};

impl RawHost {
    pub(crate) fn submit(
        &self,
        key: &[u8],
        draft: &Draft<'_>,
        out: &mut dyn FnMut(Envelope) -> bool,
    ) -> Result<()> {
        let submit = offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.submit)?;
        let forwardings: Vec<_> = draft.forwardings.iter().map(|to| abi::HubStr::new(to)).collect();
        let flag = |set, flag| if set { flag } else { 0 };
        let told = abi::HubDraft {
            struct_size: size::<abi::HubDraft>(),
            flags: flag(draft.validate, abi::HUB_DRAFT_VALIDATE)
                | flag(draft.response, abi::HUB_DRAFT_RESPONSE),
            certificate_type: draft.certificate_type,
            certificate_status: draft.certificate_status,
            act_as: abi::HubStr::new(&draft.act_as),
            to: abi::HubStr::new(&draft.to),
            nppo_certificate_number: abi::HubStr::new(&draft.nppo_certificate_number),
            content: abi::HubBytes::new(&draft.content),
            forwardings: forwardings.as_ptr(),
            forwarding_count: forwardings.len(),
        };
        let mut visitor = Trampoline::new(|envelope: Envelope| out(envelope));
        let to = visitor.envelopes();
        let answer = self.ask(|ctx, call| {
            // SAFETY: key, draft and visitor outlive the call; the function came with the context.
            unsafe { submit(ctx, call, abi::HubBytes::new(key), &raw const told, &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn inbox(
        &self,
        act_as: &str,
        after: u64,
        limit: u32,
        out: &mut dyn FnMut(Envelope) -> bool,
    ) -> Result<()> {
        let inbox = offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.inbox)?;
        let mut visitor = Trampoline::new(|envelope: Envelope| out(envelope));
        let to = visitor.envelopes();
        let act_as = abi::HubStr::new(act_as);
        let answer = self.ask(|ctx, call| {
            // SAFETY: code and visitor outlive the call; the function came with the context.
            unsafe { inbox(ctx, call, act_as, after, limit, &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn read(
        &self,
        act_as: &str,
        number: &str,
        out: &mut dyn FnMut(Envelope) -> bool,
        content: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        let read = offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.read)?;
        let mut visitor = Trampoline::new(|envelope: Envelope| out(envelope));
        let mut sink = Trampoline::new(|piece: &[u8]| content(piece));
        let (to, bytes) = (visitor.envelopes(), sink.sink());
        let (act_as, number) = (abi::HubStr::new(act_as), abi::HubStr::new(number));
        let answer = self.ask(|ctx, call| {
            // SAFETY: texts, visitor and sink outlive the call; the function came with the context.
            unsafe { read(ctx, call, act_as, number, &raw const to, bytes) }
        });
        visitor.end();
        sink.end();
        answer
    }

    pub(crate) fn find(
        &self,
        (from, to): (&str, &str),
        number: &str,
        limit: u32,
        out: &mut dyn FnMut(Envelope) -> bool,
    ) -> Result<()> {
        let find = offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.find)?;
        let mut visitor = Trampoline::new(|envelope: Envelope| out(envelope));
        let seen = visitor.envelopes();
        let (from, to) = (abi::HubStr::new(from), abi::HubStr::new(to));
        let number = abi::HubStr::new(number);
        let answer = self.ask(|ctx, call| {
            // SAFETY: texts and visitor outlive the call; the function came with the context.
            unsafe { find(ctx, call, from, to, number, limit, &raw const seen) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn acknowledge(
        &self,
        act_as: &str,
        number: &str,
        acknowledgement: u32,
        message: &str,
    ) -> Result<()> {
        let acknowledge =
            offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.acknowledge)?;
        let (act_as, number) = (abi::HubStr::new(act_as), abi::HubStr::new(number));
        let message = abi::HubStr::new(message);
        self.ask(|ctx, call| {
            // SAFETY: the texts outlive the call; the function came with the context.
            unsafe { acknowledge(ctx, call, act_as, number, acknowledgement, message) }
        })
    }

    pub(crate) fn status(
        &self,
        act_as: &str,
        number: &str,
        out: &mut dyn FnMut(Envelope) -> bool,
    ) -> Result<()> {
        let status = offered(self.envelopes.as_ref(), abi::HUB_ENVELOPES_ID, |all| all.status)?;
        let mut visitor = Trampoline::new(|envelope: Envelope| out(envelope));
        let to = visitor.envelopes();
        let (act_as, number) = (abi::HubStr::new(act_as), abi::HubStr::new(number));
        let answer = self.ask(|ctx, call| {
            // SAFETY: texts and visitor outlive the call; the function came with the context.
            unsafe { status(ctx, call, act_as, number, &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn connections(&self, out: &mut dyn FnMut(Connection) -> bool) -> Result<()> {
        let each = offered(self.registry.as_ref(), abi::HUB_REGISTRY_ID, |all| all.each)?;
        let mut visitor = Trampoline::new(|connection: Connection| out(connection));
        let to = visitor.connections();
        let answer = self.ask(|ctx, call| {
            // SAFETY: the visitor outlives the call; the function came with the context.
            unsafe { each(ctx, call, &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn register(&self, connection: &Connection) -> Result<()> {
        let register = offered(self.registry.as_ref(), abi::HUB_REGISTRY_ID, |all| all.register)?;
        let allowed: Vec<_> = connection
            .allowed
            .iter()
            .map(|document| abi::HubAllowedDocument {
                certificate_type: document.certificate_type,
                certificate_status: document.certificate_status,
            })
            .collect();
        let told = abi::HubConnection {
            struct_size: size::<abi::HubConnection>(),
            flags: connection.flags(),
            code: abi::HubStr::new(&connection.code),
            name: abi::HubStr::new(&connection.name),
            country: abi::HubStr::new(&connection.country),
            allowed: allowed.as_ptr(),
            allowed_count: allowed.len(),
        };
        self.ask(|ctx, call| {
            // SAFETY: the connection outlives the call; the function came with the context.
            unsafe { register(ctx, call, &raw const told) }
        })
    }
}

/// An envelope that the hub shows, copied.
///
/// # Safety
///
/// The envelope's texts are lent for the length of this call.
pub(in crate::ffi) unsafe fn envelope(seen: &abi::HubEnvelope) -> Result<Envelope> {
    // SAFETY: by this function's own contract.
    let lent = |lent| unsafe { text(lent) }.map(str::to_owned);
    let is = |flag| seen.flags & flag != 0;
    Ok(Envelope {
        hub_delivery_number: lent(seen.hub_delivery_number)?,
        from: lent(seen.from)?,
        to: lent(seen.to)?,
        certificate_type: seen.certificate_type,
        certificate_status: seen.certificate_status,
        nppo_certificate_number: lent(seen.nppo_certificate_number)?,
        state: State::of(seen.state),
        message: lent(seen.message)?,
        position: seen.position,
        accepted_ms: seen.accepted_ms,
        changed_ms: seen.changed_ms,
        content_bytes: seen.content_bytes,
        content_hash: lent(seen.content_hash)?,
        sender_certificate: lent(seen.sender_certificate)?,
        is_copy: is(abi::HUB_ENVELOPE_IS_COPY),
        is_test: is(abi::HUB_ENVELOPE_IS_TEST),
        is_response: is(abi::HUB_ENVELOPE_IS_RESPONSE),
        content_dropped: is(abi::HUB_ENVELOPE_CONTENT_DROPPED),
        repeated: is(abi::HUB_ENVELOPE_REPEATED),
    })
}

/// A connection that the hub shows, copied.
///
/// # Safety
///
/// The connection's texts and list are lent for the length of this call.
pub(in crate::ffi) unsafe fn connection(seen: &abi::HubConnection) -> Result<Connection> {
    // SAFETY: by this function's own contract.
    let lent = |lent| unsafe { text(lent) }.map(str::to_owned);
    let allowed = if seen.allowed.is_null() {
        &[]
    } else {
        // SAFETY: not null; so many lie there, by this function's own contract.
        unsafe { std::slice::from_raw_parts(seen.allowed, seen.allowed_count) }
    };
    let is = |flag| seen.flags & flag != 0;
    Ok(Connection {
        code: lent(seen.code)?,
        name: lent(seen.name)?,
        country: lent(seen.country)?,
        sends: is(abi::HUB_CONNECTION_SENDS),
        receives: is(abi::HUB_CONNECTION_RECEIVES),
        channel: is(abi::HUB_CONNECTION_CHANNEL),
        test: is(abi::HUB_CONNECTION_TEST),
        mine: is(abi::HUB_CONNECTION_MINE),
        responses: is(abi::HUB_CONNECTION_RESPONSES),
        enabled: is(abi::HUB_CONNECTION_ENABLED),
        allowed: allowed
            .iter()
            .map(|document| AllowedDocument {
                certificate_type: document.certificate_type,
                certificate_status: document.certificate_status,
            })
            .collect(),
    })
}
