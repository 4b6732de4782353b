//! What an attachment must be like.

use super::{Check, Rule, Scope};
use crate::finding::{Area, Level, RuleId};
use crate::limits::{ATTACHMENT_BYTES_MAX, CERTIFICATE_BYTES_MAX};
use crate::name::Name as N;
use crate::schema::Kind;

const fn attachment(
    id: &'static str,
    level: Level,
    at: Kind,
    check: Check,
    text: &'static str,
    help: &'static str,
) -> Rule {
    let (id, area, at, scope) = (RuleId(id), Area::Mapping, Some(at), Scope::Profile);
    Rule { id, area, level, text, help, source: GUIDELINE, scope, at, check }
}

pub(super) static RULES: &[&Rule] = &[
    &attachment(
        "PC-ATT-001",
        Level::Severe,
        Kind::Binary,
        Check::FilledAttribute("mimeCode"),
        "the attachment's mimeCode is empty",
        "write application/pdf, image/png, image/jpeg or image/gif",
    ),
    &attachment(
        "PC-ATT-002",
        Level::Warning,
        Kind::Binary,
        Check::HasAttribute("mimeCode"),
        "the attachment has no mimeCode",
        "write application/pdf, image/png, image/jpeg or image/gif",
    ),
    &attachment(
        "PC-ATT-003",
        Level::Warning,
        Kind::Binary,
        Check::AttachmentType,
        "the attachment '{}' is of a type that not every reader opens",
        "attach PDF, PNG, JPG or GIF",
    ),
    &attachment(
        "PC-ATT-004",
        Level::Severe,
        Kind::Binary,
        Check::AttachmentBytes(ATTACHMENT_BYTES_MAX),
        "the attachment has {} bytes",
        "attach at most 3 MB each",
    ),
    &attachment(
        "PC-ATT-005",
        Level::Severe,
        Kind::Certificate,
        Check::DocumentBytes(CERTIFICATE_BYTES_MAX),
        "the certificate has {} bytes with its attachments",
        "send at most 104 MB",
    ),
    &attachment(
        "PC-ATT-006",
        Level::Info,
        Kind::ReferencedDocument,
        Check::OneOf(&[N::RelationshipTypeCode], &["AWR", "ZZZ"]),
        "the relationship '{}' is not one of the profile",
        "write AWR for the original certificate, ZZZ for anything else",
    ),
];

const GUIDELINE: &str = "IPPC ePhyto attachments guideline 2.12";
