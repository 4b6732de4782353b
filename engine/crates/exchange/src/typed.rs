//! Documents that are typed in the SOAP body: read, written out as documents, and delivered.

use std::collections::HashMap;

use phytohub_domain::EnvelopeHeader;
use phytohub_sps::write::{Acknowledgement, Certificate};
use phytohub_sps::{CERTIFICATE_BYTES_MAX, Element, Finding, Limits, Name, Reading, SpsDocument};
use phytohub_wire::soap::{Content, IntField, TypedDocument, TypedEnvelope};

use crate::decision::Decisions;
use crate::deliver::{Sender, Told, check_header, check_response};
use crate::validate::{Outside, check_outside, grave, objection};
use crate::{CallError, Caller, Hub, blocking};

/// A document as content, or why there is none, in words that name the field.
type Made<T> = Result<T, String>;

impl Hub {
    /// `DeliverPhytoEnvelope`: the typed certificate becomes canonical certificate XML, which is
    /// delivered like any content. What cannot be read as a certificate, or is another than the
    /// header says, is answered like a header error; no other rule is asked.
    ///
    /// # Errors
    /// As for [`Hub::deliver_envelope`].
    pub async fn deliver_phyto_envelope(
        &self,
        caller: &Caller,
        envelope: TypedEnvelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let TypedEnvelope { header, document } = envelope;
        let told = Told::of(&header);
        let mut checked =
            self.check_delivery(caller, bytes(document.as_ref()) as u64, |registry| {
                check_header(registry, caller, &header)
            })?;
        let mut content = Content::default();
        if let Ok(parties) = &checked {
            let outside = Outside::new(&told, parties);
            let bytes_max = self.limits().content_bytes;
            let made = blocking::read(move || {
                Ok::<_, CallError>(certificate(document.as_ref(), &outside, bytes_max))
            });
            match made.await? {
                Ok(made) => content = made,
                Err(reason) => checked = Err(reason),
            }
        }
        self.gated(Sender::of(caller), told, content.into(), checked).await
    }

    /// `DeliverCountryResponseEnvelope`: the acknowledgement becomes canonical XML, which is
    /// delivered like any content, to a connection that takes responses. What it may accept of
    /// certificates does not matter here.
    ///
    /// What the header leaves out is filled in: the number and type of the certificate that is
    /// answered, and the decision as status.
    ///
    /// # Errors
    /// As for [`Hub::deliver_envelope`].
    pub async fn deliver_country_response_envelope(
        &self,
        caller: &Caller,
        envelope: TypedEnvelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let TypedEnvelope { header, document } = envelope;
        let mut told = Told::of(&header);
        told.response = true;
        let mut checked =
            self.check_delivery(caller, bytes(document.as_ref()) as u64, |registry| {
                check_response(registry, caller, &header)
            })?;
        let mut content = Content::default();
        if checked.is_ok() {
            let decisions = self.decisions();
            let bytes_max = self.limits().content_bytes;
            let made = blocking::read(move || {
                Ok::<_, CallError>(response(document.as_ref(), &decisions, bytes_max))
            });
            let fields = (&header.certificate_type, &header.certificate_status);
            match made.await?.and_then(|response| response.complete(&mut told, fields)) {
                Ok(made) => content = made,
                Err(reason) => checked = Err(reason),
            }
        }
        self.gated(Sender::of(caller), told, content.into(), checked).await
    }
}

/// Bytes that a typed document takes beside the request while it is worked on: what was read of it,
/// what is written, and that escaped, at most about three times as much. None if it is too large to
/// be looked at.
#[must_use]
pub fn typed_envelope_memory(envelope: &TypedEnvelope) -> usize {
    let bytes = bytes(envelope.document.as_ref());
    if bytes > CERTIFICATE_BYTES_MAX { 0 } else { 3 * bytes }
}

/// A country's answer, ready to be delivered.
struct Response {
    content: Content,
    /// Of the certificate that it answers.
    number: String,
    certificate_type: Option<i32>,
    status: i32,
}

impl Response {
    /// Fills in what the header left out.
    fn complete(
        self,
        told: &mut Told,
        (certificate_type, certificate_status): (&IntField, &IntField),
    ) -> Made<Content> {
        if told.number.trim().is_empty() {
            told.number = self.number;
        }
        if matches!(certificate_type, IntField::Missing) {
            told.certificate_type = self.certificate_type.ok_or(
                "CertificateType: is missing, and so is the TypeCode of the document that the \
                 response answers; one of them must be the certificate's type",
            )?;
        }
        if matches!(certificate_status, IntField::Missing) {
            told.certificate_status = self.status;
        }
        Ok(self.content)
    }
}

fn certificate(
    document: Option<&TypedDocument>,
    outside: &Outside,
    bytes_max: usize,
) -> Made<Content> {
    let field = "SPSCertificate";
    let document = present(document, field, bytes_max)?;
    let bytes = document.to_document();
    let reading = SpsDocument::read_typed(&bytes, &Limits::default());
    let view = reading.document.certificate().filter(|_| reading.is_well_formed());
    let view = view.ok_or_else(|| unreadable(&reading, field))?;
    let said = [
        ("SPSExchangedDocument/ID", view.number()),
        ("SPSExchangedDocument/TypeCode", view.certificate_type()),
        ("SPSExchangedDocument/StatusCode", view.status()),
    ];
    if let Some((name, _)) = said.iter().find(|(_, text)| text.is_empty()) {
        return Err(format!("{field}: {name} is missing; it must be the same as in the header"));
    }
    if let Some(objection) = objection(grave(&check_outside(&view, outside))) {
        return Err(format!("{field}: {objection}"));
    }
    let xml = Certificate::from(&view).to_xml();
    nothing_lost(&reading, &xml).map_err(|lost| {
        format!("{field}: {lost}; send the document as text, by DeliverEnvelope")
    })?;
    // Each may be large.
    drop(reading);
    drop(bytes);
    content(&xml, field, bytes_max)
}

/// What the canonical form has no place for must not vanish silently: says what that is.
fn nothing_lost(reading: &Reading<'_>, written: &str) -> Result<(), String> {
    let unplaced = |finding: &&Finding| UNPLACED.contains(&finding.rule.as_str());
    if let Some(finding) = reading.findings.iter().find(unplaced) {
        return Err(format!("{}: {}", finding.path, finding.text));
    }
    let written = SpsDocument::read(written.as_bytes(), &Limits::default());
    let mut kept = HashMap::new();
    written.document.root().into_iter().for_each(|root| {
        each_leaf(root, &mut |leaf| *kept.entry(kind(leaf)).or_insert(0_usize) += 1);
    });
    let mut lost = None;
    reading.document.root().into_iter().for_each(|root| {
        each_leaf(root, &mut |leaf| match kept.get_mut(&kind(leaf)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => lost = lost.take().or_else(|| Some(leaf.path())),
        });
    });
    lost.map_or(Ok(()), |path| Err(format!("{path} has no place in a typed document")))
}

/// Visits every element that has text of its own.
fn each_leaf<'d>(element: Element<'d>, visit: &mut impl FnMut(Element<'d>)) {
    if !element.text().is_empty() {
        visit(element);
    }
    element.children().for_each(|child| each_leaf(child, visit));
}

/// Which field of which aggregate. A date may be written under one name or the other.
fn kind(leaf: Element<'_>) -> (Option<Name>, Name) {
    let dated = matches!(leaf.name(), Name::DateTime | Name::DateTimeString);
    let leaf = if dated { leaf.parent().unwrap_or(leaf) } else { leaf };
    (leaf.parent().map(Element::name), leaf.name())
}

fn response(
    document: Option<&TypedDocument>,
    decisions: &Decisions,
    bytes_max: usize,
) -> Made<Response> {
    let field = "SPSAcknowledgement";
    let document = present(document, field, bytes_max)?;
    let bytes = document.to_document();
    let reading = SpsDocument::read_typed(&bytes, &Limits::default());
    let view = reading.document.acknowledgement().filter(|_| reading.is_well_formed());
    let view = view.ok_or_else(|| unreadable(&reading, field))?;
    let written = view.status();
    let status = written.parse().ok().filter(|status| decisions.get(*status).is_some());
    let status = status.ok_or_else(|| {
        format!("{field}: StatusCode '{written}' is no decision of this hub; it takes {decisions}")
    })?;
    let answered = view.references().find(|reference| !reference.number().is_empty());
    let answered = answered.ok_or_else(|| {
        format!(
            "{field}: names no certificate; ReferenceSPSReferencedDocument/ID must be the number \
             of the certificate that it answers"
        )
    })?;
    let number = answered.number().into_owned();
    let certificate_type = answered.document_type().parse().ok();
    let xml = Acknowledgement::from(&view).to_xml();
    nothing_lost(&reading, &xml).map_err(|lost| format!("{field}: {lost}; leave it out"))?;
    let content = content(&xml, field, bytes_max)?;
    Ok(Response { content, number, certificate_type, status })
}

fn bytes(document: Option<&TypedDocument>) -> usize {
    document.map_or(0, |document| document.raw.len())
}

/// The document, if it is there and what becomes of it is sure to be within the limit for contents.
fn present<'d>(
    document: Option<&'d TypedDocument>,
    field: &str,
    bytes_max: usize,
) -> Made<&'d TypedDocument> {
    let document = document.ok_or_else(|| {
        format!("{field}: is missing; a document that is text goes by DeliverEnvelope")
    })?;
    // Escaped in the document, and once more as content, however it was written in the request.
    let written = |byte: &u8| match byte {
        b'"' => "&amp;quot;".len(),
        b'&' | b'\n' | b'\r' => "&amp;amp;".len(),
        b'<' | b'>' | b'\t' => "&amp;lt;".len(),
        _ => 1,
    };
    let most: usize = document.raw.iter().map(written).sum();
    let looked_at = document.raw.len() <= CERTIFICATE_BYTES_MAX;
    if looked_at && most <= bytes_max { Ok(document) } else { Err(too_large(field, bytes_max)) }
}

fn content(xml: &str, field: &str, bytes_max: usize) -> Made<Content> {
    let content = Content::escaped(xml);
    if content.raw.len() > bytes_max { Err(too_large(field, bytes_max)) } else { Ok(content) }
}

fn too_large(field: &str, bytes_max: usize) -> String {
    format!(
        "{field}: as a document it is larger than this hub's limits (content_bytes={bytes_max}, \
         and {CERTIFICATE_BYTES_MAX} for a certificate); send smaller attachments"
    )
}

fn unreadable(reading: &Reading<'_>, field: &str) -> String {
    let why = objection(grave(&reading.findings));
    format!("{field}: {}", why.unwrap_or_else(|| format!("is no {field}")))
}

/// Rules that tell of text for which the schema has no place.
const UNPLACED: [&str; 3] = ["PC-SCH-002", "PC-SCH-003", "PC-SCH-005"];
