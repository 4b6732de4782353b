//! What national systems far away ask besides what the SOAP door has: everybody whom they may know
//! of at once, their envelopes by a certificate's number, and their responses as documents.

use phytohub_domain::{
    AllowedDocument, Connection, ConnectionCode, ConnectionId, ConnectionKind, EnvelopeHeader,
    HubDeliveryNumber, Right,
};
use phytohub_sps::{Limits, SpsDocument};
use phytohub_wire::quic::{Find, KnownConnection};
use phytohub_wire::soap::Header;

use crate::deliver::{Sender, Told, check_response};
use crate::plugin::document::decoded;
use crate::upload::Inside;
use crate::{CallError, Caller, DeliveryKey, Hub, blocking, link, track};

impl Hub {
    /// The enabled connections and channels of the caller's mode behind a code, at most `limit`, in
    /// the order of their codes: of each what `GetActiveNppos`, `GetAvailableChannels` and the
    /// answer to a response tell.
    ///
    /// # Errors
    /// If the caller may not read.
    pub fn known_connections(
        &self,
        caller: &Caller,
        after: &str,
        limit: usize,
    ) -> Result<Vec<KnownConnection>, CallError> {
        caller.may(Right::Read)?;
        let registry = self.inner.registry.load();
        let mode = caller.connection.mode;
        let known = registry.connections().into_iter().filter(|one| {
            one.code.as_str() > after
                && one.enabled
                && one.mode == mode
                && matches!(one.kind, ConnectionKind::Nppo | ConnectionKind::Channel)
        });
        Ok(known.take(limit).map(|one| told(one)).collect())
    }

    /// Envelopes with a certificate's number that the caller sent or received, the newest first; of
    /// each whether it is a country's response. Others' are answered as what does not exist.
    ///
    /// # Errors
    /// If the caller may not read, the hub keeps no such index, or the store cannot be read.
    pub async fn find_envelopes(
        &self,
        caller: &Caller,
        asked: Find,
    ) -> Result<Vec<(EnvelopeHeader, bool)>, CallError> {
        caller.may(Right::Read)?;
        let registry = self.inner.registry.load();
        let own = caller.connection.id;
        let from = match asked.from.as_str() {
            "" => Some(own),
            code => {
                let code = code.parse().ok();
                code.and_then(|code: ConnectionCode| Some(registry.connection(&code)?.id))
            }
        };
        // Of a connection that is not there the index is asked all the same.
        let from = from.unwrap_or(ConnectionId(u32::MAX));
        let store = self.inner.store.clone();
        let read = blocking::read(move || {
            let (mut found, mut before, mut looked_at) = (Vec::new(), asked.before, 0);
            let (wanted, limit) = (&*asked.nppo_certificate_number, asked.wanted());
            while found.len() < limit && looked_at < LOOKED_AT_MAX {
                let Some(page) = store.by_certificate(from, wanted, before, PAGE)? else {
                    return Err(CallError::NoCertificateIndex);
                };
                let Some(last) = page.last() else { break };
                before = Some(*last);
                looked_at += page.len();
                for number in page {
                    if let Some(one) = seen(&store, number, own, &asked)? {
                        found.push(one);
                    }
                }
            }
            found.truncate(limit);
            Ok(found)
        });
        read.await
    }

    /// Delivers a country's response, a document like any other, to a connection that takes
    /// responses. Its header says all that the response answers.
    ///
    /// # Errors
    /// As for [`Hub::deliver_keyed`].
    pub async fn deliver_response(
        &self,
        caller: &Caller,
        (header, inside): (Header, Inside),
        key: Option<DeliveryKey>,
    ) -> Result<EnvelopeHeader, CallError> {
        if matches!(key, Some(DeliveryKey::Origin(_))) {
            link::must_be_hub(caller)?;
        }
        let mut checked = self.check_delivery(caller, inside.len(), |registry| {
            check_response(registry, caller, &header)
        })?;
        if checked.is_ok() {
            // What is said to be a response passes by what its recipient accepts of certificates.
            let judged = inside.to_judge(self).await?;
            let document = judged.content.clone();
            let is_response = blocking::read(move || {
                let document = decoded(&document);
                let reading = SpsDocument::read(&document, &Limits::default());
                let is_response = reading.document.acknowledgement().is_some();
                Ok::<_, CallError>(is_response && reading.is_well_formed())
            });
            if !is_response.await? {
                checked = Err(NO_RESPONSE.into());
            }
        }
        let (sender, mut told) = (Sender { key, ..Sender::of(caller) }, Told::of(&header));
        told.response = true;
        self.gated(sender, told, inside, checked).await
    }
}

/// One envelope of the index, if it is meant and the caller's to see.
fn seen(
    store: &phytohub_store::Store,
    number: HubDeliveryNumber,
    own: ConnectionId,
    asked: &Find,
) -> Result<Option<(EnvelopeHeader, bool)>, CallError> {
    let Some(envelope) = store.envelope_record(number)? else { return Ok(None) };
    let meant = envelope.nppo_certificate_number == asked.nppo_certificate_number
        && (asked.to.is_empty() || envelope.to == asked.to);
    if !meant || !track::is_visible(&envelope, own, store.is_awaited(number)) {
        return Ok(None);
    }
    let found = store.envelope(number)?;
    Ok(found.map(|(envelope, state)| (track::header(&envelope, &state), envelope.response)))
}

fn told(connection: &Connection) -> KnownConnection {
    let channel = connection.kind == ConnectionKind::Channel;
    let pair = |pair: &AllowedDocument| *pair;
    KnownConnection {
        code: connection.code.as_str().to_owned(),
        receives: connection.receives,
        sends: connection.sends,
        allowed: connection.allowed_documents.iter().map(pair).collect(),
        name: if channel { connection.name.clone() } else { String::new() },
        channel,
        responses: connection.responses,
        test: connection.mode == phytohub_domain::ConnectionMode::Test,
    }
}

/// Envelopes of the index that are read at once.
const PAGE: usize = 256;
/// Envelopes of one sender and number that one search looks at: corrections of one certificate.
const LOOKED_AT_MAX: usize = 10_000;
const NO_RESPONSE: &str = "Content: is no country's response; it must be an SPSAcknowledgement";
