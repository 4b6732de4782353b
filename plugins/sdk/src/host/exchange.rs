//! Envelopes and connections.

use std::borrow::Cow;

use phytohub_plugin_api as abi;

use crate::{Error, Host, Result, State};

/// What connections do, for those that the plugin may act as (`act_as`). Of what belongs to others
/// nothing is seen: a call about it answers as if it were not there.
#[derive(Clone, Copy, Debug)]
pub struct Envelopes<'a>(pub(super) &'a Host);

impl Envelopes<'_> {
    /// Delivers an envelope, with the same checks as over the network; it is on disk when this
    /// returns. `key` (1 to 64 bytes, the plugin's own choice) is written in the same step: the
    /// same key again delivers nothing and answers the first envelope, [`Envelope::repeated`].
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid): the draft, for the reason told.
    /// [`Denied`](crate::ErrorKind::Denied): the plugin may not act as that connection.
    /// [`Conflict`](crate::ErrorKind::Conflict): the key was used for something else.
    /// [`Exhausted`](crate::ErrorKind::Exhausted): the recipient's inbox is full.
    /// [`Unavailable`](crate::ErrorKind::Unavailable): the hub takes nothing now.
    pub fn submit(&self, key: impl AsRef<[u8]>, draft: &Draft<'_>) -> Result<Envelope> {
        one(|out| self.0.raw().submit(key.as_ref(), draft, out))
    }

    /// What waits for `act_as` after a [position](Envelope::position) (0: from the first), at most
    /// `limit`.
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied): the plugin may not act as that connection.
    pub fn inbox(&self, act_as: &str, after: u64, limit: u32) -> Result<Vec<Envelope>> {
        all(|out| self.0.raw().inbox(act_as, after, limit, out))
    }

    /// An envelope that `act_as` sent or receives, with its content. As its recipient's, this is
    /// its release.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), [`Denied`](crate::ErrorKind::Denied).
    pub fn read(&self, act_as: &str, hub_delivery_number: &str) -> Result<(Envelope, Vec<u8>)> {
        let mut content = Vec::new();
        let envelope = one(|out| {
            self.0.raw().read(act_as, hub_delivery_number, out, &mut |piece| {
                content.extend_from_slice(piece);
                true
            })
        })?;
        Ok((envelope, content))
    }

    /// Envelopes from one connection, to one or to whomever, with a certificate number, the newest
    /// first, at most `limit`. Only those that the plugin may see.
    ///
    /// # Errors
    ///
    /// [`NotOffered`](crate::ErrorKind::NotOffered): not granted. None found is no error.
    pub fn find(
        &self,
        from: &str,
        to: Option<&str>,
        nppo_certificate_number: &str,
        limit: u32,
    ) -> Result<Vec<Envelope>> {
        let parties = (from, to.unwrap_or_default());
        match all(|out| self.0.raw().find(parties, nppo_certificate_number, limit, out)) {
            Err(error) if error.kind() == crate::ErrorKind::NotFound => Ok(Vec::new()),
            other => other,
        }
    }

    /// Acknowledges an envelope to `act_as`. On disk when it returns; the first one counts.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), [`Denied`](crate::ErrorKind::Denied).
    pub fn acknowledge(
        &self,
        act_as: &str,
        hub_delivery_number: &str,
        acknowledgement: Acknowledgement,
        message: &str,
    ) -> Result<()> {
        let number = match acknowledgement {
            Acknowledgement::Receipt => abi::HUB_ACKNOWLEDGE_RECEIPT,
            Acknowledgement::WithWarning => abi::HUB_ACKNOWLEDGE_WITH_WARNING,
            Acknowledgement::Failed => abi::HUB_ACKNOWLEDGE_FAILED,
        };
        self.0.raw().acknowledge(act_as, hub_delivery_number, number, message)
    }

    /// How an envelope stands that `act_as` sent or receives.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound), [`Denied`](crate::ErrorKind::Denied).
    pub fn status(&self, act_as: &str, hub_delivery_number: &str) -> Result<Envelope> {
        one(|out| self.0.raw().status(act_as, hub_delivery_number, out))
    }
}

type Out<'a> = &'a mut dyn FnMut(Envelope) -> bool;

fn all(visit: impl FnOnce(Out<'_>) -> Result<()>) -> Result<Vec<Envelope>> {
    let mut envelopes = Vec::new();
    visit(&mut |envelope| {
        envelopes.push(envelope);
        true
    })?;
    Ok(envelopes)
}

fn one(visit: impl FnOnce(Out<'_>) -> Result<()>) -> Result<Envelope> {
    let mut found = None;
    visit(&mut |envelope| {
        found = Some(envelope);
        true
    })?;
    found.ok_or_else(|| Error::internal("the hub showed no envelope, against the contract"))
}

/// How an envelope is acknowledged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes it")]
pub enum Acknowledgement {
    /// `AcknowledgeEnvelopeReceipt`.
    Receipt,
    /// `AcknowledgeEnvelopeReceiptWithWarning`.
    WithWarning,
    /// `AcknowledgeFailedEnvelopeReceipt`.
    Failed,
}

/// An envelope to be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Draft<'a> {
    /// The connection that sends it: `From`.
    pub act_as: Cow<'a, str>,
    /// `To`.
    pub to: Cow<'a, str>,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: Cow<'a, str>,
    /// The document, in UTF-8.
    pub content: Cow<'a, [u8]>,
    /// Channels that are to get a copy: `Forwardings`.
    pub forwardings: Vec<Cow<'a, str>>,
    /// Judge the content first, and refuse it if something grave is found.
    pub validate: bool,
    /// The content is an `SPSAcknowledgement`, a country's response.
    pub response: bool,
}

impl<'a> Draft<'a> {
    /// An envelope from one connection to another, judged before it is delivered.
    pub fn new(
        act_as: impl Into<Cow<'a, str>>,
        to: impl Into<Cow<'a, str>>,
        content: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        Self {
            act_as: act_as.into(),
            to: to.into(),
            certificate_type: 0,
            certificate_status: 0,
            nppo_certificate_number: Cow::Borrowed(""),
            content: content.into(),
            forwardings: Vec::new(),
            validate: true,
            response: false,
        }
    }

    /// The draft with `CertificateType`, `CertificateStatus` and `NPPOCertificateNumber`.
    #[must_use]
    pub fn with_certificate(
        mut self,
        kind: i32,
        status: i32,
        number: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.certificate_type = kind;
        self.certificate_status = status;
        self.nppo_certificate_number = number.into();
        self
    }

    /// The draft with one more channel that is to get a copy.
    #[must_use]
    pub fn with_forwarding(mut self, code: impl Into<Cow<'a, str>>) -> Self {
        self.forwardings.push(code.into());
        self
    }
}

/// What the hub knows of an envelope.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Envelope {
    /// `hubDeliveryNumber`.
    pub hub_delivery_number: String,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// How it stands.
    pub state: State,
    /// `hubDeliveryErrorMessage`.
    pub message: String,
    /// Position in the inbox that was asked about; 0 elsewhere.
    pub position: u64,
    /// When it was accepted, in milliseconds since 1970.
    pub accepted_ms: i64,
    /// When its state changed last, in milliseconds since 1970.
    pub changed_ms: i64,
    /// Bytes of its content as received.
    pub content_bytes: u64,
    /// SHA-256 of the content's character data, domain-separated, in hexadecimal digits.
    pub content_hash: String,
    /// SHA-256 of the certificate with which it was delivered, in hexadecimal digits.
    pub sender_certificate: String,
    /// It is a copy for a channel.
    pub is_copy: bool,
    /// It is one between test connections.
    pub is_test: bool,
    /// Its content is a country's response.
    pub is_response: bool,
    /// Its content is no longer kept.
    pub content_dropped: bool,
    /// The same key was submitted before: this is the first one's.
    pub repeated: bool,
}

/// Who is connected.
#[derive(Clone, Copy, Debug)]
pub struct Registry<'a>(pub(super) &'a Host);

impl Registry<'_> {
    /// The connections, as `GetActiveNppos` and `GetAvailableChannels` show them.
    ///
    /// # Errors
    ///
    /// [`NotOffered`](crate::ErrorKind::NotOffered): not granted.
    pub fn connections(&self) -> Result<Vec<Connection>> {
        let mut connections = Vec::new();
        self.0.raw().connections(&mut |connection| {
            connections.push(connection);
            true
        })?;
        Ok(connections)
    }

    /// Registers a connection whose transport is this plugin, or changes one of its own; the plugin
    /// may act as it at once. On disk when it returns.
    ///
    /// # Errors
    ///
    /// [`Denied`](crate::ErrorKind::Denied): that code was not granted.
    /// [`Conflict`](crate::ErrorKind::Conflict): another owns it.
    pub fn register(&self, connection: &Connection) -> Result<()> {
        self.0.raw().register(connection)
    }
}

/// A connection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Countries that it serves (ISO 3166-1 alpha-2), with commas between; empty if none.
    pub country: String,
    /// It may send.
    pub sends: bool,
    /// It may receive.
    pub receives: bool,
    /// It is a channel, not an NPPO.
    pub channel: bool,
    /// It is a test connection.
    pub test: bool,
    /// The plugin may act as it.
    pub mine: bool,
    /// It takes responses.
    pub responses: bool,
    /// It is in service.
    pub enabled: bool,
    /// What it takes.
    pub allowed: Vec<AllowedDocument>,
}

impl Connection {
    /// A connection in service that sends and receives.
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            sends: true,
            receives: true,
            enabled: true,
            ..Self::default()
        }
    }

    pub(crate) fn flags(&self) -> u32 {
        [
            (self.sends, abi::HUB_CONNECTION_SENDS),
            (self.receives, abi::HUB_CONNECTION_RECEIVES),
            (self.channel, abi::HUB_CONNECTION_CHANNEL),
            (self.test, abi::HUB_CONNECTION_TEST),
            (self.mine, abi::HUB_CONNECTION_MINE),
            (self.responses, abi::HUB_CONNECTION_RESPONSES),
            (self.enabled, abi::HUB_CONNECTION_ENABLED),
        ]
        .into_iter()
        .filter_map(|(set, flag)| set.then_some(flag))
        .sum()
    }
}

/// A document that a connection takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes it")]
pub struct AllowedDocument {
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
}
