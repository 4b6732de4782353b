//! What the hub would say of a draft, by the hub's own rules, told by the fields of the form.

use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};

use super::{Gens, ServiceError, Settings};
use crate::auth::Session;
use crate::domain::{Attachment, Draft, IssueFacts, certificate};

/// How grave it is.
pub use phytohub_sps::Level;

/// Something found in a draft.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id, by which its text is translated.
    pub rule: &'static str,
    /// How grave it is. What is SEVERE or WARNING is mended before issue.
    pub level: Level,
    /// The field of the draft, such as `lines.2.produce`, counted from 0; empty where there is none.
    pub field: String,
    /// What is wrong and what would be right, in English.
    pub text: String,
}

impl Finding {
    /// Whether it hinders issue.
    #[must_use]
    pub fn hinders_issue(&self) -> bool {
        self.level >= Level::Warning
    }
}

impl Gens {
    /// What is wrong with a draft, saved or not: as one types.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn check(&self, session: &Session, draft: &Draft) -> Result<Vec<Finding>, ServiceError> {
        let settings = self.settings(session)?;
        let facts = self.facts(session, &settings, PREVIEW, 70);
        Ok(findings(&draft.clone().tidied(), &facts, &[]))
    }

    /// What is known of a certificate that this user would issue now.
    pub(super) fn facts(
        &self,
        session: &Session,
        settings: &Settings,
        number: &str,
        status: u16,
    ) -> IssueFacts {
        let place = match session.place() {
            "" => settings.place.as_str(),
            own => own,
        };
        IssueFacts {
            number: number.to_owned(),
            status,
            issued: super::issue::moment(self.now_ms()),
            organization: settings.organization.clone(),
            country: session.country().to_owned(),
            place: place.to_owned(),
            officer: session.full_name().to_owned(),
        }
    }
}

/// What is wrong with the document that comes of a draft.
pub(super) fn findings(
    draft: &Draft,
    facts: &IssueFacts,
    attachments: &[Attachment],
) -> Vec<Finding> {
    let xml = certificate(draft, facts, attachments).to_xml();
    let reading = SpsDocument::validate(xml.as_bytes(), &EmbeddedCodes, &Limits::default());
    let told = |finding: phytohub_sps::Finding| Finding {
        rule: finding.rule.as_str(),
        level: finding.level,
        field: field(&finding.path),
        text: finding.text,
    };
    reading.findings.into_iter().map(told).collect()
}

/// The number of a certificate that has none yet.
pub(super) const PREVIEW: &str = "PREVIEW";

/// The field of the draft that an element comes of, by its path; empty where there is none.
pub(crate) fn field(path: &str) -> String {
    let mut steps = path.split('/').map(step);
    let (Some(("SPSConsignment", _)), Some((part, place))) = (steps.next(), steps.next()) else {
        return String::new();
    };
    let rest: Vec<(&str, usize)> = steps.collect();
    let inner = rest.first().map_or("", |(name, _)| name);
    match part {
        "ConsignorSPSParty" => party("exporter", inner),
        "ConsigneeSPSParty" => party("consignee", inner),
        "ImportSPSCountry" => "destination".to_owned(),
        "TransitSPSCountry" => format!("transit.{place}"),
        "UnloadingBaseportSPSLocation" => "point_of_entry.locode".to_owned(),
        "MainCarriageSPSTransportMovement" if inner.is_empty() => "transports".to_owned(),
        "MainCarriageSPSTransportMovement" => format!("transports.{place}.mode"),
        "UtilizedSPSTransportEquipment" => format!("containers.{place}.number"),
        "IncludedSPSConsignmentItem" => match rest.split_first() {
            Some((("IncludedSPSTradeLineItem", line), below)) => line_field(*line, below),
            _ => "lines".to_owned(),
        },
        _ => String::new(),
    }
}

fn party(field: &str, inner: &str) -> String {
    let inner = if inner == "Name" { "name" } else { "address" };
    format!("{field}.{inner}")
}

fn line_field(line: usize, below: &[(&str, usize)]) -> String {
    let (inner, place) = below.first().copied().unwrap_or(("", 0));
    let name = match inner {
        "Description" => "produce".to_owned(),
        "CommonName" => "common_name".to_owned(),
        "ScientificName" => "botanical_name".to_owned(),
        "IntendedUse" => "intended_use".to_owned(),
        "NetWeightMeasure" => "net_weight.value".to_owned(),
        "GrossWeightMeasure" => "gross_weight.value".to_owned(),
        "NetVolumeMeasure" => "net_volume.value".to_owned(),
        "ApplicableSPSClassification" => "hs_code".to_owned(),
        "PhysicalSPSPackage" => format!("packages.{place}"),
        "OriginSPSCountry" => format!("origins.{place}"),
        "AppliedSPSProcess" => format!("treatments.{place}"),
        _ => return format!("lines.{line}"),
    };
    format!("lines.{line}.{name}")
}

/// A step's name and its place counted from 0.
fn step(step: &str) -> (&str, usize) {
    match step.split_once('[') {
        None => (step, 0),
        Some((name, place)) => {
            let place = place.trim_end_matches(']').parse().unwrap_or(1_usize);
            (name, place.saturating_sub(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_by_the_fields_of_the_form() {
        let check = |path: &str, expected: &str| assert_eq!(field(path), expected, "{path}");
        let line = "SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem[3]";
        check(&format!("{line}/Description[1]"), "lines.2.produce");
        check(&format!("{line}/PhysicalSPSPackage[2]/TypeCode"), "lines.2.packages.1");
        check(&format!("{line}/AdditionalInformationSPSNote[2]"), "lines.2");
        check("SPSConsignment/ConsignorSPSParty/Name", "exporter.name");
        check("SPSConsignment/ConsigneeSPSParty/SpecifiedSPSAddress/LineOne", "consignee.address");
        check("SPSConsignment/TransitSPSCountry[2]/ID", "transit.1");
        check("SPSConsignment/MainCarriageSPSTransportMovement", "transports");
        check("SPSExchangedDocument/ID", "");
        check("", "");
    }
}
