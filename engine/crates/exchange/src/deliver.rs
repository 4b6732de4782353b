//! Accepting envelopes.

use std::collections::BTreeSet;
use std::sync::Arc;

use phytohub_domain::{Connection, EnvelopeHeader, Right, TrackingInfo};
use phytohub_store::{Accepted, Disposition, NewEnvelope, Replay, Submission};
use phytohub_telemetry::Actor;
use phytohub_wire::soap::{Content, Envelope, Header, IntField, Text};

use crate::plugin::Purpose;
use crate::plugin::ask::{Directions, Facts};
use crate::plugin::document::decoded;
use crate::registry::Registry;
use crate::route::{self, Document, Parties, Route, check_document};
use crate::upload::{Inside, Judged};
use crate::validate::{self, Outside};
use crate::{CallError, Caller, DeliveryKey, Hub, link, replay, track};

impl Hub {
    /// `DeliverEnvelope`. An error in the header is an answer, with a number by which it can be
    /// looked up: `FailedDelivery` and a message that names the field. Content is opaque.
    ///
    /// # Errors
    /// If the caller may not send, the disk is full, or the store fails.
    pub async fn deliver_envelope(
        &self,
        caller: &Caller,
        envelope: Envelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let Envelope { header, content } = envelope;
        let checked = self.check_delivery(caller, content.raw.len() as u64, |registry| {
            check_header(registry, caller, &header)
        })?;
        self.gated(Sender::of(caller), Told::of(&header), content.into(), checked).await
    }

    /// `ValidateAndDeliverEnvelope`: the same for a document without grave findings; one with them
    /// is answered like a header error, with the findings in the message.
    ///
    /// # Errors
    /// As for [`Hub::deliver_envelope`].
    pub async fn validate_and_deliver_envelope(
        &self,
        caller: &Caller,
        envelope: Envelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let Envelope { header, content } = envelope;
        let told = Told::of(&header);
        let checked = self.check_delivery(caller, content.raw.len() as u64, |registry| {
            check_header(registry, caller, &header)
        })?;
        self.validated(Sender::of(caller), told, content.into(), checked).await
    }

    /// Delivers under a key of the caller's: the same key again delivers nothing, and is answered
    /// with the first envelope's number and state. Without a key as the operations above.
    ///
    /// # Errors
    /// As for [`Hub::deliver_envelope`]; [`CallError::Commit`] of kind `Conflict` if the key was used
    /// for another envelope, and [`CallError::NotAHub`] if only a hub has such a key.
    pub async fn deliver_keyed(
        &self,
        caller: &Caller,
        (header, inside): (Header, Inside),
        key: Option<DeliveryKey>,
        validate: bool,
    ) -> Result<EnvelopeHeader, CallError> {
        if matches!(key, Some(DeliveryKey::Origin(_))) {
            link::must_be_hub(caller)?;
        }
        let checked = self.check_delivery(caller, inside.len(), |registry| {
            check_header(registry, caller, &header)
        })?;
        let (sender, told) = (Sender { key, ..Sender::of(caller) }, Told::of(&header));
        if validate {
            self.validated(sender, told, inside, checked).await
        } else {
            self.gated(sender, told, inside, checked).await
        }
    }

    /// Delivers a document without grave findings, or records the refusal.
    pub(crate) async fn validated(
        &self,
        sender: Sender,
        told: Told,
        inside: Inside,
        mut checked: Checked,
    ) -> Result<EnvelopeHeader, CallError> {
        let mut directions = Directions::default();
        if let Ok(parties) = &checked {
            let Judged { content, .. } = &inside.to_judge(self).await?;
            let outside = Outside::new(&told, parties);
            let refused = if self.asks_plugins(Some(told.certificate_type)) {
                let facts = Facts::new(&told, parties, &sender.connection, self.clock().now());
                directions = Box::pin(self.judged(content, outside, facts)).await?;
                directions.reject.take()
            } else {
                let content = content.clone();
                let findings = self.findings(move || decoded(&content), Some(outside)).await?;
                let objection = validate::objection(validate::grave(&findings));
                objection.map(|objection| format!("Content: {objection}"))
            };
            if let Some(reason) = refused {
                checked = Err(reason);
            }
        }
        self.accept(sender, told, inside, (checked, directions)).await
    }

    /// What the hub's rules and all plugins that a delivery concerns say of it.
    async fn judged(
        &self,
        content: &Content,
        outside: Outside,
        facts: Facts,
    ) -> Result<Directions, CallError> {
        let (document, looked) = self.look(content, facts, Purpose::Delivery).await?;
        let own = self.own_objections(document, outside, looked.as_ref()).await?;
        let Some(looked) = looked else {
            let reject = validate::objection(own).map(|words| format!("Content: {words}"));
            return Ok(Directions { reject, ..Directions::default() });
        };
        self.directions(&looked, &looked.kind, own).await
    }

    /// Delivers by an operation that does not validate: plugins that are gates are asked all the
    /// same, and those that route.
    pub(crate) async fn gated(
        &self,
        sender: Sender,
        told: Told,
        inside: Inside,
        mut checked: Checked,
    ) -> Result<EnvelopeHeader, CallError> {
        let mut directions = Directions::default();
        if let Ok(parties) = &checked
            && self.asks_plugins(Some(told.certificate_type))
        {
            let facts = Facts::new(&told, parties, &sender.connection, self.clock().now());
            // On the heap, so that a delivery is no larger where there are no plugins.
            let Judged { content, .. } = &inside.to_judge(self).await?;
            directions = Box::pin(self.ask_gates(content, facts)).await?;
            if let Some(reason) = directions.reject.take() {
                checked = Err(reason);
            }
        }
        self.accept(sender, told, inside, (checked, directions)).await
    }

    /// The parties, or why the delivery is refused. Looked at before any work is done for it.
    pub(crate) fn check_delivery(
        &self,
        caller: &Caller,
        bytes: u64,
        check: impl FnOnce(&Registry) -> Checked,
    ) -> Result<Checked, CallError> {
        caller.may(Right::Send)?;
        self.inner.store.reserve().check_roughly(bytes)?;
        Ok(check(&self.inner.registry.load()))
    }

    /// Delivers, or records the refusal.
    async fn accept(
        &self,
        sender: Sender,
        told: Told,
        inside: Inside,
        (checked, mut directions): (Checked, Directions),
    ) -> Result<EnvelopeHeader, CallError> {
        let (content, staged) = inside.into_new().await?;
        // Held until the committer has the envelope, so that a standing order that ends meanwhile
        // has either not been followed, or gives this envelope back too.
        let _standing = self.inner.standing.read().await;
        let registry = self.inner.registry.load_full();
        let origin = sender.key.as_ref().and_then(DeliveryKey::origin);
        let checked =
            checked.and_then(|found| link::with_origin(&sender.connection, origin, found));
        let routed = checked.and_then(|parties| {
            let mut route = parties.route(&registry, told.document(), self.limits().forwardings)?;
            let about = (told.document(), parties.from.mode);
            self.turn(&registry, about, &mut route, &mut directions);
            Ok((parties, route))
        });
        let Sender { connection, mut actor, submission, key } = sender;
        let keyed = |key: DeliveryKey| {
            let hash = replay::key_hash(connection.id, &told, &content.hash);
            Submission::of_connection(connection.id, &key.into_bytes(), hash)
        };
        let submission = submission.or_else(|| key.map(keyed));
        let (from, to_id, route, disposition) = match routed {
            Ok((parties, route)) => {
                let disposition = match directions.hold {
                    Some((reason, until)) => Disposition::Hold { reason, until },
                    None => Disposition::Deliver,
                };
                (parties.from, Some(parties.to.id), Some(route), disposition)
            }
            Err(reason) => {
                let from = route::sender_of(&registry, &connection, &told.from);
                (Arc::clone(from), None, None, Disposition::Reject(reason))
            }
        };
        if from.id != connection.id {
            from.code.as_str().clone_into(&mut actor.on_behalf);
        }
        let mut new = NewEnvelope::new(
            (from.code.clone(), from.id),
            (told.to.clone(), to_id),
            from.mode,
            actor,
            content,
        );
        new.certificate_type = told.certificate_type;
        new.certificate_status = told.certificate_status;
        new.nppo_certificate_number.clone_from(&told.number);
        new.response = told.response;
        new.disposition = disposition.clone();
        new.actor_id = connection.id;
        new.origin = origin;
        if let Some(Route { mailbox, copies }) = route {
            (new.mailbox_id, new.copies) = (Some(mailbox), copies);
        }
        if let Some(mailbox) = new.mailbox_id {
            self.check_pending(&connection, &new.actor, mailbox, &told.to)?;
            let window = self.policy().replay_window;
            // Who submits by a key says itself what is the same.
            if !window.is_zero() && submission.is_none() {
                let hash = replay::hash(new.actor_id, &told, &new.content.hash);
                new.replay = Some(Replay { hash, window });
            }
        }
        (new.submission, new.staged) = (submission, staged);
        let mailbox = new.mailbox_id;
        let copies: Vec<_> = new.copies.iter().map(|copy| copy.mailbox_id).collect();
        let accepted = self.inner.store.accept(new).await?;
        if matches!(disposition, Disposition::Hold { .. }) {
            self.inner.plugins.held.notify_one();
        }
        mailbox.into_iter().chain(copies).for_each(|mailbox| self.inner.lanes.came(mailbox));
        Ok(answer(told, disposition, accepted))
    }
}

/// Who delivers, over the network or from within.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) connection: Arc<Connection>,
    pub(crate) actor: Actor,
    /// Key by which a plugin submits.
    pub(crate) submission: Option<Submission>,
    /// Key by which a connection delivers.
    pub(crate) key: Option<DeliveryKey>,
}

impl Sender {
    pub(crate) fn of(caller: &Caller) -> Self {
        let connection = Arc::clone(&caller.connection);
        Self { connection, actor: caller.actor(), submission: None, key: None }
    }
}

/// The header that tells what became of a delivery.
fn answer(told: Told, disposition: Disposition, accepted: Accepted) -> EnvelopeHeader {
    let (tracking_info, error_message) = match (disposition, accepted.repeated) {
        // What came under a key that was used before is answered as the first was, whatever it was.
        (_, Some(first)) => (first.info, (!first.message.is_empty()).then_some(first.message)),
        (Disposition::Reject(reason), None) => (TrackingInfo::FailedDelivery, Some(reason)),
        (_, None) => (TrackingInfo::PendingDelivery, None),
    };
    EnvelopeHeader {
        from: told.from,
        to: told.to,
        certificate_type: told.certificate_type,
        certificate_status: told.certificate_status,
        nppo_certificate_number: told.number,
        hub_delivery_number: Some(accepted.number.to_string()),
        tracking_info: Some(tracking_info),
        error_message,
        forwardings: track::forwardings(&accepted.forwardings),
    }
}

/// What a header says, as it is kept and answered: a number that is none is 0.
pub(crate) struct Told {
    /// Whether the content is a country's response.
    pub(crate) response: bool,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) number: String,
    /// The channels that it names, each once, in the order of their codes.
    pub(crate) forwardings: Vec<String>,
}

impl Told {
    pub(crate) fn document(&self) -> Document {
        let Self { certificate_type, certificate_status, response, .. } = *self;
        Document { certificate_type, certificate_status, response }
    }

    pub(crate) fn of(header: &Header) -> Self {
        let codes = header.forwardings.codes().iter().map(|code| code.decode().trim().to_owned());
        let codes: BTreeSet<String> = codes.filter(|code| !code.is_empty()).collect();
        Self {
            forwardings: codes.into_iter().collect(),
            response: false,
            from: header.from.decode().into_owned(),
            to: header.to.decode().trim().to_owned(),
            certificate_type: header.certificate_type.value().unwrap_or_default(),
            certificate_status: header.certificate_status.value().unwrap_or_default(),
            number: header.nppo_certificate_number.decode().into_owned(),
        }
    }
}

/// The parties, or what is wrong with the delivery, in words that name the field.
pub(crate) type Checked = Result<Parties, String>;

/// The header of an envelope with a certificate.
pub(crate) fn check_header(registry: &Registry, caller: &Caller, header: &Header) -> Checked {
    let parties = find_parties(registry, caller, header)?;
    let certificate_type = number(TYPE, &header.certificate_type)?.ok_or_else(|| missing(TYPE))?;
    let status = number(STATUS, &header.certificate_status)?.ok_or_else(|| missing(STATUS))?;
    let document = Document { certificate_type, certificate_status: status, response: false };
    check_certificate(parties, document, &header.nppo_certificate_number.decode())
}

/// What is said of a certificate, once it is known to whom it goes.
pub(crate) fn check_certificate(parties: Parties, document: Document, number: &str) -> Checked {
    check_document(&parties.to, document)?;
    if number.trim().is_empty() {
        return Err("NPPOCertificateNumber: is empty; it must be the certificate's number".into());
    }
    Ok(parties)
}

/// The header of an envelope with a country's response, which may leave out what the response
/// itself says.
pub(crate) fn check_response(registry: &Registry, caller: &Caller, header: &Header) -> Checked {
    let parties = find_parties(registry, caller, header)?;
    check_document(&parties.to, Document { response: true, ..Document::default() })?;
    number(TYPE, &header.certificate_type)?;
    number(STATUS, &header.certificate_status)?;
    Ok(parties)
}

fn find_parties(registry: &Registry, caller: &Caller, header: &Header) -> Checked {
    let named = header.forwardings.codes().iter().map(Text::decode);
    Parties::find(registry, &caller.connection, (&header.from.decode(), &header.to.decode()), named)
}

/// A number of a header; nothing if it was left out.
fn number(name: &str, field: &IntField) -> Result<Option<i32>, String> {
    match field {
        IntField::Value(value) => Ok(Some(*value)),
        IntField::Missing => Ok(None),
        IntField::Invalid(text) => {
            Err(format!("{name}: must be a number of 32 bits; it is '{}'", text.decode()))
        }
    }
}

fn missing(name: &str) -> String {
    format!("{name}: is missing; it must be a number")
}

const TYPE: &str = "CertificateType";
const STATUS: &str = "CertificateStatus";
