//! Drafts of plugins: made into what the network would have brought, and told apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use phytohub_domain::Connection;
use phytohub_wire::soap::Content;
use sha2::{Digest, Sha256};

use super::message::{PluginDraft, PluginError};
use crate::deliver::{Told, check_certificate};
use crate::registry::Registry;
use crate::route::{Document, Parties, check_document};

pub(super) fn told(draft: &PluginDraft) -> Told {
    let forwardings = draft.forwardings.iter().map(|code| code.trim().to_owned());
    let forwardings: BTreeSet<_> = forwardings.filter(|code| !code.is_empty()).collect();
    Told {
        response: draft.response,
        from: draft.act_as.clone(),
        to: draft.to.trim().to_owned(),
        certificate_type: draft.certificate_type,
        certificate_status: draft.certificate_status,
        number: draft.nppo_certificate_number.clone(),
        forwardings: forwardings.into_iter().collect(),
    }
}

pub(super) fn check(
    registry: &Registry,
    sender: &Arc<Connection>,
    told: &Told,
) -> Result<Parties, String> {
    let parties = Parties::find(registry, sender, (&told.from, &told.to), &told.forwardings)?;
    if told.response {
        check_document(&parties.to, Document { response: true, ..Document::default() })?;
        return Ok(parties);
    }
    check_certificate(parties, told.document(), &told.number)
}

/// A document as the content of an envelope.
pub(super) fn content(draft: &PluginDraft, bytes_max: usize) -> Result<Content, PluginError> {
    let invalid = |what: &str| Err(PluginError::Invalid(what.to_owned()));
    let fields = [&draft.act_as, &draft.to, &draft.nppo_certificate_number];
    let is_xml = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    if fields.into_iter().chain(&draft.forwardings).any(|text| !text.chars().all(is_xml)) {
        return invalid("a field of the header has a character that XML does not have");
    }
    if fields.into_iter().any(|text| text.len() > FIELD_BYTES_MAX) {
        return invalid("a field of the header is too long");
    }
    let Ok(document) = std::str::from_utf8(&draft.content) else {
        return invalid("the document is not UTF-8");
    };
    if !document.chars().all(is_xml) {
        return invalid("the document has a character that XML does not have");
    }
    if document.len() > bytes_max {
        return Err(PluginError::Invalid(format!("a content has {bytes_max} bytes at most")));
    }
    let content = Content::escaped(document);
    if content.raw.len() > bytes_max {
        return Err(PluginError::Invalid(format!("a content has {bytes_max} bytes at most")));
    }
    Ok(content)
}

/// Hash of everything that is submitted.
pub(super) fn hash(draft: &PluginDraft) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(DOMAIN);
    field(draft.act_as.as_bytes());
    field(draft.to.as_bytes());
    field(&draft.certificate_type.to_be_bytes());
    field(&draft.certificate_status.to_be_bytes());
    field(draft.nppo_certificate_number.as_bytes());
    field(&[u8::from(draft.validate), u8::from(draft.response)]);
    field(&(draft.forwardings.len() as u64).to_be_bytes());
    draft.forwardings.iter().for_each(|code| field(code.as_bytes()));
    field(&draft.content);
    hasher.finalize().into()
}

/// So that no hash made for another purpose is one of these.
const DOMAIN: &[u8] = b"phytohub submission 1";
/// As the limit for header fields over the network.
const FIELD_BYTES_MAX: usize = 1024;
