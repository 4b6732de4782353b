//! Revocation, and what holds for certificates that are exchanged without paper.

use phytohub_official_certificate::rule::Check::*;
use phytohub_official_certificate::rule::{Path, When as W, at};
use phytohub_official_certificate::table;
use phytohub_sps::Name as N;

use super::generic::PRINCIPLES;

table! {
    /// Revocation says why and of what; nothing is certified before it is known.
    pub static LIFE;
    "OC-REV-001" "revocation" Severe at::DOCUMENT, W::Withdrawn, Note(&["REVOCATION_REASON"]),
        "the revocation gives no reason",
        "write it in the note REVOCATION_REASON, for exporter and importing authority", REVOCATION;
    "OC-REV-002" "revocation" Warning at::CONSIGNMENT, W::Withdrawn, Filled(&[
        &[N::UtilizedSPSTransportEquipment, N::ID],
        &[N::IncludedSPSConsignmentItem, N::IncludedSPSTradeLineItem, N::ProductionBatchID]]),
        "the revocation does not tell which consignment it is about",
        "repeat the particulars of the consignment: containers or lots", REVOCATION;
    "OC-LIF-001" "17" Warning at::ROOT, W::Always, NotBefore(DEPARTURE, SIGNED),
        "the departure on {} is before the signature",
        "certify before the consignment leaves the control of the certifying body", PRINCIPLES;
    "OC-LIF-002" "16" Warning at::CLAUSE, W::HasNot(&[N::ID]), Filled(&[&[N::Content]]),
        "an attestation says nothing", "write what is attested, or leave it out", PRINCIPLES;
    "OC-LIF-003" "" Info at::DOCUMENT, W::Always, NoFiles,
        "'{}' is attached, and a paperless exchange carries data",
        "write what the importing country needs as data of the certificate", PAPERLESS;
    "OC-LIF-004" "16" Info at::CLAUSE, W::HasNot(&[N::ID]), Filled(&[&[N::ID]]),
        "an attestation has no identifier",
        "agree on an ID for it, so that the importing country's system can recognize it", PAPERLESS;
}

const DEPARTURE: Path = &[N::SPSConsignment, N::ExportExitDateTime];
const SIGNED: Path = &[N::SPSExchangedDocument, N::SignatorySPSAuthentication, N::ActualDateTime];

const REVOCATION: &str = "CXG 38-2001, revocation of certificates";
const PAPERLESS: &str = "CXG 38-2001, paperless use of electronic certificates";
