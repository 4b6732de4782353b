//! A notification that was read.

use phytohub_schemas::CodeListName;
use phytohub_sps::Limits;
use phytohub_sps::tree::{Element, Tree};

use crate::code::{Capacity, Message};
use crate::grammar::{GRAMMAR, ROOT};
use crate::rules::{self, Finding, Sink};

/// A document and what is wrong with it as XML and by its schema.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reading<'a> {
    /// What was read.
    pub tree: Tree<'a>,
    /// What is wrong, in document order.
    pub findings: Vec<Finding>,
    complete: bool,
}

impl<'a> Reading<'a> {
    /// Adds what the rules find.
    #[must_use]
    pub fn validated(mut self) -> Self {
        let mut sink = Sink::new(std::mem::take(&mut self.findings));
        if self.complete {
            match self.notification() {
                Some(notification) => rules::evaluate(&self.tree, &notification, &mut sink),
                None => sink.foreign_root(self.tree.text()),
            }
        }
        self.findings = sink.into_findings();
        self
    }

    /// The notification, if the root is one and was read to its end.
    #[must_use]
    pub fn notification(&self) -> Option<Notification<'_>> {
        let root = self.tree.root().filter(|_| self.complete)?;
        debug_assert_eq!(root.name(), ROOT, "the grammar has one root");
        Some(Notification { root })
    }

    /// Whether it must not be sent like this.
    #[must_use]
    pub fn is_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == phytohub_sps::Level::Severe)
    }
}

/// A notification, or another message about one.
#[derive(Clone, Copy, Debug)]
pub struct Notification<'d> {
    pub(crate) root: Element<'d>,
}

impl<'d> Notification<'d> {
    /// Reads bytes. Start of everything.
    #[must_use]
    pub fn read<'a>(bytes: &'a [u8]) -> Reading<'a> {
        let reading = Tree::read(bytes, &GRAMMAR, &LIMITS);
        let complete = reading.is_complete();
        let findings = reading.findings.iter().map(Finding::from).collect();
        Reading { tree: reading.tree, findings, complete }
    }

    /// The number of the notification that this is about.
    #[must_use]
    pub fn number(self) -> String {
        self.text(&["SPSExchangedDocument", "ID"])
    }

    /// What it says.
    #[must_use]
    pub fn message(self) -> Option<Message> {
        Message::of_code(&self.text(&["NonCompliance", "MessageCode"]))
    }

    /// The country of the notifying NPPO.
    #[must_use]
    pub fn notifying_country(self) -> String {
        self.text(&["NonCompliance", "NotifyingNPPO", "Country", "ID"])
    }

    /// The country of the addressed NPPO.
    #[must_use]
    pub fn addressed_country(self) -> String {
        self.text(&["NonCompliance", "AddressedNPPO", "Country", "ID"])
    }

    /// The countries of the sender and of the receiver of this message.
    #[must_use]
    pub fn countries(self) -> (String, String) {
        let (notifying, addressed) = (self.notifying_country(), self.addressed_country());
        match self.message().map(Message::capacity) {
            Some(Capacity::Addressee) => (addressed, notifying),
            _ => (notifying, addressed),
        }
    }

    /// The countries that the consignment passes or goes to, other than the two parties'.
    #[must_use]
    pub fn concerned_countries(self) -> Vec<String> {
        let parties = [self.notifying_country(), self.addressed_country()];
        let consignment = self.root.child("SPSConsignment");
        let all = consignment
            .into_iter()
            .flat_map(Element::children)
            .filter(|child| matches!(child.name(), "TransitSPSCountry" | "ImportSPSCountry"));
        let mut countries: Vec<String> = all
            .filter_map(|country| Some(country.child("ID")?.text().into_owned()))
            .filter(|country| !country.is_empty() && !parties.contains(country))
            .collect();
        countries.sort_unstable();
        countries.dedup();
        countries
    }

    /// The certificate concerned: type, number, country that issued it.
    #[must_use]
    pub fn certificate(self) -> Option<(String, String, String)> {
        let certificate = self.root.descend(&["NonCompliance", "Certificate"])?;
        let text = |path: &[&str]| {
            certificate.descend(path).map_or_else(String::new, |found| found.text().into_owned())
        };
        Some((
            text(&["Document", "TypeCode"]),
            text(&["Document", "ID"]),
            text(&["IssuingCountry", "ID"]),
        ))
    }

    /// By when the notifier asks for an answer, in milliseconds since 1970.
    #[must_use]
    pub fn response_due_ms(self) -> Option<i64> {
        let due = self.root.descend(&["NonCompliance", "ResponseDueDateTime"])?;
        Some(phytohub_sps::DateTime::parse(&due.date_text())?.unix_ms())
    }

    /// The meaning of the reasons of its findings, for searches.
    pub fn reasons(self) -> impl Iterator<Item = String> {
        let findings = self.root.child("NonCompliance").into_iter();
        let findings = findings.flat_map(|block| block.children_named("Finding"));
        findings.filter_map(|finding| {
            let code = finding.child("ReasonCode")?.text();
            Some(crate::label(CodeListName::NonComplianceReasons, &code).to_owned())
        })
    }

    /// The names of the pests found.
    pub fn pests(self) -> impl Iterator<Item = String> {
        let findings = self.root.child("NonCompliance").into_iter();
        let findings = findings.flat_map(|block| block.children_named("Finding"));
        findings.filter_map(|finding| {
            let name = finding.descend(&["Pest", "ScientificName"])?.text();
            (!name.is_empty()).then(|| name.into_owned())
        })
    }

    pub(crate) fn text(self, path: &[&str]) -> String {
        self.root.descend(path).map_or_else(String::new, |element| element.text().into_owned())
    }
}

/// A notification has at most the attachments of a certificate; its elements are far fewer.
const LIMITS: Limits = limits();

const fn limits() -> Limits {
    Limits {
        bytes_max: phytohub_sps::CERTIFICATE_BYTES_MAX,
        depth_max: 64,
        elements_max: 100_000,
        attributes_max: 512,
        bindings_max: 512,
        findings_max: FINDINGS_MAX,
    }
}

/// Findings that are kept of the reader's; those of the rules come after.
pub(crate) const FINDINGS_MAX: usize = 256;
