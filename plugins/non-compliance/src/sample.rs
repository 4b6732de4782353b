//! Notifications that never were: every case and every message, the same for the same seed. They
//! name nobody.

use phytohub_sps::sample::Shape as CertificateShape;
use phytohub_sps::write::{Attachment, Certificate, Country, Location, Party, Reference};

use crate::code::Message;
use crate::write::{Interception, Investigation, Notification, Nppo};

mod case;

/// What a sample is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the cases of the documentation")]
pub enum Case {
    /// A live regulated pest in a part of the consignment.
    Pest,
    /// No certificate came with the consignment.
    MissingCertificate,
    /// The additional declaration is not the one asked for.
    Declaration,
    /// Wood packaging without the mark of ISPM 15.
    Packaging,
    /// Emergency action on an organism that nobody had listed.
    EmergencyAction,
}

impl Case {
    /// All.
    pub const ALL: [Self; 5] = [
        Self::Pest,
        Self::MissingCertificate,
        Self::Declaration,
        Self::Packaging,
        Self::EmergencyAction,
    ];

    /// Its name at the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pest => "pest",
            Self::MissingCertificate => "missing-certificate",
            Self::Declaration => "declaration",
            Self::Packaging => "packaging",
            Self::EmergencyAction => "emergency-action",
        }
    }

    /// The case of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|case| case.as_str() == name)
    }
}

/// What a sample is to be like.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever asks")]
pub struct Shape {
    /// What it is about.
    pub case: Case,
    /// Which message it is.
    pub message: Message,
    /// Two samples of one shape and one seed are the same; samples of one seed belong together.
    pub seed: u64,
    /// The number; made of the seed if nothing is said.
    pub number: Option<String>,
    /// Countries of the notifying and of the addressed NPPO, two letters each; made of the seed if
    /// nothing is said.
    pub parties: Option<(String, String)>,
    /// Type (851 or 657) and number of the certificate concerned; made of the seed if nothing is
    /// said.
    pub certificate: Option<(String, String)>,
}

impl Shape {
    /// A message of a case.
    #[must_use]
    pub const fn new(case: Case, message: Message, seed: u64) -> Self {
        Self { case, message, seed, number: None, parties: None, certificate: None }
    }

    /// The certificate that the notification is about, as its own NPPO would have sent it.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        let re_export = self.certificate.as_ref().is_some_and(|(kind, _)| kind == "657");
        let certificate_type = if re_export { 657 } else { 851 };
        let shape =
            CertificateShape { seed: self.seed, lines: 2, certificate_type, ..Default::default() };
        let mut certificate = shape.certificate();
        // Attachments of a re-export are the certificate's, not the notification's.
        certificate.references.clear();
        if let Some((notifying, addressed)) = &self.parties {
            let number = certificate.number.replacen(&certificate.export_country.id, addressed, 1);
            certificate.number = number;
            certificate.import_country = country(notifying);
            certificate.export_country = country(addressed);
        }
        case::describe(self.case, &mut certificate);
        if let Some((_, number)) = &self.certificate {
            certificate.number.clone_from(number);
        }
        certificate
    }

    /// The message.
    #[must_use]
    pub fn notification(&self) -> Notification {
        let certificate = self.certificate();
        let (notifying, addressed) =
            (certificate.import_country.clone(), certificate.export_country.clone());
        let issuing = addressed.clone();
        let number = self
            .number
            .clone()
            .unwrap_or_else(|| format!("{}-NNC-2026-{:05}", notifying.id, self.seed % 100_000));
        let concerned = Reference {
            issued: Some(certificate.issued.clone()),
            document_type: Some(certificate.certificate_type.clone()),
            relationship: "AWR".to_owned(),
            number: certificate.number.clone(),
            ..Reference::default()
        };
        let mut sample = Notification {
            message: self.message,
            with_consignment: self.message.notifies(),
            basis: None,
            notifying: nppo(notifying),
            addressed: nppo(addressed),
            related: None,
            certificate: Some((concerned, issuing)),
            absence: None,
            interception: None,
            findings: Vec::new(),
            actions: Vec::new(),
            response_due: None,
            explanation: None,
            investigation: None,
            attachments: Vec::new(),
            sps: Certificate { number, ..certificate },
        };
        self.sign(&mut sample);
        if self.message.notifies() {
            self.tell(&mut sample);
        }
        self.follow_up(&mut sample);
        if self.case == Case::MissingCertificate {
            sample.certificate = None;
            let words = "No certificate came with the consignment.".to_owned();
            sample.absence = Some(("ABSENT".to_owned(), words));
        }
        sample
    }

    /// Who sends it, and when.
    fn sign(&self, sample: &mut Notification) {
        let (sender, day) = match self.message {
            Message::Preliminary => (&sample.notifying, 16),
            Message::Issued => (&sample.notifying, 17),
            Message::Updated => (&sample.notifying, 19),
            Message::Withdrawn | Message::Closed => (&sample.notifying, 27),
            Message::Acknowledged => (&sample.addressed, 18),
            Message::InvestigationResult => (&sample.addressed, 25),
        };
        let sps = &mut sample.sps;
        sps.title = "Notification of non-compliance".to_owned();
        sps.issuer.clone_from(&sender.party.name);
        sps.authority.clone_from(&sender.party.name);
        sps.officer = format!("Officer {}", self.seed % 900 + 100);
        sps.place_of_issue = format!("Capital of {}", sender.country.name);
        sps.issued = format!("2026-11-{day}T09:30:00Z");
        sps.signed.clone_from(&sps.issued);
        sps.statements.clear();
        sps.notes.clear();
    }

    /// The elements of ISPM 13.
    fn tell(&self, sample: &mut Notification) {
        let preliminary = self.message == Message::Preliminary;
        let place = &sample.notifying.country;
        sample.interception = Some(Interception {
            point_of_entry: Some(Location {
                id: Some(format!("{}AAA", place.id)),
                name: format!("Main port of {}", place.name),
            }),
            dates: [
                Some("2026-11-14T06:00:00Z".into()),
                Some("2026-11-14T14:20:00Z".into()),
                (!preliminary).then(|| "2026-11-16T11:00:00Z".into()),
                Some("2026-11-14T15:00:00Z".into()),
            ],
        });
        let basis = match self.case {
            Case::EmergencyAction => "EMERGENCY-ACTION",
            _ => "NON-COMPLIANCE",
        };
        sample.basis = Some(basis.to_owned());
        sample.response_due = Some("2026-12-15T12:00:00Z".into());
        case::fill(self.case, preliminary, sample);
        if !preliminary && self.case != Case::MissingCertificate {
            sample.attachments.push(report());
        }
        if self.message == Message::Updated {
            let words = "The diagnosis was confirmed by a second laboratory.";
            sample.explanation = Some(words.to_owned());
        }
    }

    fn follow_up(&self, sample: &mut Notification) {
        if !matches!(self.message, Message::Preliminary | Message::Issued) {
            sample.related = Some(Some("2026-11-17T09:30:00Z".to_owned()));
        }
        match self.message {
            Message::Withdrawn => {
                let words = "A second diagnosis found a species that is not regulated.";
                sample.explanation = Some(words.to_owned());
            }
            Message::Closed => {
                let words = "The result of the investigation and the measures are accepted.";
                sample.explanation = Some(words.to_owned());
            }
            Message::InvestigationResult => {
                sample.investigation = Some(Investigation {
                    outcome: "CONFIRMED".to_owned(),
                    description: "The lot was packed outside the registered packing house.".into(),
                    corrective_action: Some(
                        "The exporter was suspended until it was audited.".into(),
                    ),
                    completed: Some("2026-11-24T16:00:00Z".into()),
                });
            }
            _ => {}
        }
    }
}

fn nppo(country: Country) -> Nppo {
    let name = format!("Plant Health Service of {}", country.name);
    let mail = format!("nnc@nppo-{}.example", country.id.to_lowercase());
    Nppo {
        party: Party {
            name,
            address: vec!["1 Quarantine Road".into(), country.name.clone()],
            ..Party::default()
        },
        contacts: vec![["Official contact point".into(), mail, "+00 0000 0000".into()]],
        country,
    }
}

fn country(id: &str) -> Country {
    let name = phytohub_schemas::lookup::country(id).map_or(id, |country| &country.name);
    Country { id: id.to_owned(), name: name.to_owned(), ..Country::default() }
}

/// A file that begins as a PDF does.
fn report() -> Reference {
    Reference {
        issued: Some("2026-11-16T11:00:00Z".into()),
        document_type: Some("293".to_owned()),
        relationship: "ZZZ".to_owned(),
        number: "LAB-2026-0417".to_owned(),
        attachments: vec![Attachment::new(
            "diagnostic-report.pdf",
            "application/pdf",
            b"%PDF-1.4\n% A diagnostic report would be here.\n",
        )],
        information: Some("Diagnostic report".into()),
    }
}
