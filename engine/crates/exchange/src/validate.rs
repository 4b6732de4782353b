//! Looking into documents, where a caller asks for it.

use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{Connection, Right, Timestamp};
use phytohub_schemas::CodeListName;
use phytohub_schemas::code_list::Standing;
use phytohub_sps::signature::{VerifyOptions, verify_reading};
use phytohub_sps::{
    Area, CertificateView, Finding, HeaderFacts, Level, Limits, LookUpCodes, Reading, SpsDocument,
    check_header,
};
use phytohub_wire::soap::{Content, ValidationArea, ValidationLevel, ValidationResult};

use crate::codes::CodeLists;
use crate::deliver::Told;
use crate::plugin::Purpose;
use crate::plugin::ask::{self, Facts, Looked};
use crate::plugin::document::decoded;
use crate::route::Parties;
use crate::{CallError, Caller, Hub, blocking};

/// What the envelope around a document says of it.
pub(crate) struct Outside {
    pub(crate) number: String,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) from: Arc<Connection>,
    pub(crate) to: Arc<Connection>,
}

impl Outside {
    pub(crate) fn new(told: &Told, parties: &Parties) -> Self {
        Self {
            number: told.number.clone(),
            certificate_type: told.certificate_type,
            certificate_status: told.certificate_status,
            from: Arc::clone(&parties.from),
            to: Arc::clone(&parties.to),
        }
    }
}

impl Hub {
    /// `ValidatePhytoXML`: what is wrong with a document; nothing is an empty list. Neither sent
    /// nor kept. Signatures are not looked at: recipients ask about what others signed, and the
    /// document alone does not prove which connection it came from.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn validate_phyto_xml(
        &self,
        caller: &Caller,
        content: &Content,
    ) -> Result<Vec<ValidationResult>, CallError> {
        caller.may(Right::Read)?;
        if self.asks_plugins(None) {
            return Box::pin(self.validate_with_plugins(content)).await;
        }
        let content = content.clone();
        let findings = self.findings(move || decoded(&content), None).await?;
        Ok(findings.into_iter().map(result).collect())
    }

    /// The same where plugins judge documents: the owner of a kind knows it better than the hub.
    async fn validate_with_plugins(
        &self,
        content: &Content,
    ) -> Result<Vec<ValidationResult>, CallError> {
        let facts = Facts { at: self.clock().now(), ..Facts::default() };
        let (document, looked) = self.look(content, facts, Purpose::Validation).await?;
        let owned = looked.as_ref().is_some_and(|looked| looked.kind.has_owner());
        let mut results = Vec::new();
        if !owned {
            let findings = self.findings(move || document, None).await?;
            results.extend(findings.into_iter().map(result));
        }
        if let Some(looked) = looked {
            let weighed = self.ask_validators(&looked.kind, &looked).await;
            if weighed.away {
                return Err(CallError::NotJudged);
            }
            results.extend(weighed.findings.into_iter().map(ask::result));
        }
        Ok(results)
    }

    /// What the hub itself has against a document in its envelope. Of a kind that a plugin owns
    /// its signature alone is looked at: a sender that registered with what it signs is held to it.
    pub(crate) async fn own_objections(
        &self,
        document: Bytes,
        outside: Outside,
        looked: Option<&Looked>,
    ) -> Result<Vec<Objection>, CallError> {
        let Some(looked) = looked.filter(|looked| looked.kind.has_owner()) else {
            let findings = self.findings(move || document, Some(outside)).await?;
            return Ok(grave(&findings).collect());
        };
        if outside.from.signing.is_none() || looked.root.name != ask::CERTIFICATE {
            return Ok(Vec::new());
        }
        let at = self.clock().now();
        blocking::read(move || {
            let reading = SpsDocument::read(&document, &Limits::default());
            Ok::<_, CallError>(grave(&check_signature(&reading, &outside, at)).collect())
        })
        .await
    }

    /// What is wrong with a document and, if it comes in an envelope, with the two together. The
    /// document is got where blocking does no harm.
    pub(crate) async fn findings(
        &self,
        document: impl FnOnce() -> Bytes + Send + 'static,
        outside: Option<Outside>,
    ) -> Result<Vec<Finding>, CallError> {
        let codes =
            ListsInForce { lists: self.inner.code_lists.load_full(), at: self.clock().now() };
        blocking::read(move || Ok::<_, CallError>(judge(&document(), &codes, outside.as_ref())))
            .await
    }
}

fn judge(document: &[u8], codes: &ListsInForce, outside: Option<&Outside>) -> Vec<Finding> {
    let reading = SpsDocument::validate(document, codes, &Limits::default());
    let signed = outside.map(|outside| check_signature(&reading, outside, codes.at));
    let mut findings = reading.findings;
    findings.extend(signed.into_iter().flatten());
    if let (Some(outside), Some(certificate)) = (outside, reading.document.certificate()) {
        findings.extend(check_outside(&certificate, outside));
    }
    findings
}

/// What is wrong with the signature of a document whose sender registered with what it signs; of
/// others nothing is asked. The certificate must be valid now, when the document arrives.
fn check_signature(reading: &Reading<'_>, outside: &Outside, at: Timestamp) -> Vec<Finding> {
    let Some(signing) = &outside.from.signing else { return Vec::new() };
    let at_unix_ms = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    let options = VerifyOptions { certificate_der: &signing.der, at_unix_ms };
    verify_reading(reading, &options).findings
}

/// What is wrong with a certificate and its envelope together.
pub(crate) fn check_outside(certificate: &CertificateView<'_>, outside: &Outside) -> Vec<Finding> {
    let (kind, status) =
        (outside.certificate_type.to_string(), outside.certificate_status.to_string());
    let countries = |connection: &Arc<Connection>| connection.serves.clone();
    let (from, to) = (countries(&outside.from), countries(&outside.to));
    let facts = HeaderFacts {
        number: &outside.number,
        certificate_type: &kind,
        status: &status,
        from_countries: &from.iter().map(String::as_str).collect::<Vec<_>>(),
        to_countries: &to.iter().map(String::as_str).collect::<Vec<_>>(),
    };
    check_header(certificate, &facts)
}

/// Something grave against a document, by the hub's rules or a plugin's.
#[derive(Clone, Debug)]
pub(crate) struct Objection {
    pub(crate) rule: String,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What is grave of what was found.
pub(crate) fn grave(findings: &[Finding]) -> impl Iterator<Item = Objection> {
    let grave = findings.iter().filter(|finding| finding.level == Level::Severe);
    grave.map(|finding| Objection {
        rule: finding.rule.to_string(),
        path: finding.path.clone(),
        text: finding.text.clone(),
    })
}

/// Why a document must not be delivered by an operation that validates: its grave findings, in
/// words for a person. Nothing if there are none.
pub(crate) fn objection(grave: impl IntoIterator<Item = Objection>) -> Option<String> {
    let mut words = String::new();
    for Objection { rule, path, text } in grave {
        let place = if path.is_empty() { "the document" } else { &path };
        let sentence = format!("{rule} at {place}: {text}");
        if words.len() + sentence.len() > OBJECTION_BYTES_MAX {
            words.push_str("; and more");
            break;
        }
        if !words.is_empty() {
            words.push_str("; ");
        }
        words.push_str(&sentence);
    }
    (!words.is_empty()).then_some(words)
}

fn result(finding: Finding) -> ValidationResult {
    ValidationResult {
        area: match finding.area {
            Area::MandatoryElements => ValidationArea::MandatoryElements,
            Area::Mapping => ValidationArea::Mapping,
            Area::Schema => ValidationArea::Schema,
        },
        field: finding.path,
        level: match finding.level {
            Level::Info => ValidationLevel::Info,
            Level::Warning => ValidationLevel::Warning,
            Level::Severe => ValidationLevel::Severe,
        },
        msg: format!("{}: {}", finding.rule, finding.text),
    }
}

/// The lists of the store as they hold now.
struct ListsInForce {
    lists: Arc<CodeLists>,
    at: Timestamp,
}

impl LookUpCodes for ListsInForce {
    fn look_up(&self, list: CodeListName, code: &str) -> Standing {
        // Of a list that the store does not have, nothing follows.
        let Some(revision) = self.lists.in_force(list.as_str(), self.at) else {
            return Standing::Unlisted;
        };
        match (revision.list.standing(code), list) {
            (Standing::Unlisted | Standing::Unknown, CodeListName::UnitMeasures) => {
                self.look_up(CodeListName::CountingUnits, code)
            }
            (Standing::Unlisted | Standing::Unknown, CodeListName::IntendedUses)
                if revision.list.contains_text(code) =>
            {
                Standing::Listed
            }
            (standing, _) => standing,
        }
    }
}

/// As long as an acknowledgement's message may be by default; the rest is in ValidatePhytoXML.
const OBJECTION_BYTES_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests;
