//! Certificates that never were: every shape that the field uses, the same for the same seed.
//!
//! Names, addresses and numbers are put together from words that name nobody.

use crate::write::{
    Acknowledgement, Attachment, Certificate, Country, Item, Location, Note, Party, Reference,
    Text, Transport,
};

mod line;
mod words;

use words::Words;

/// What a sample is to be like. [`Shape::default`] is the smallest certificate for export.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shape {
    /// 851 for export, 657 for re-export.
    pub certificate_type: u16,
    /// 70 for issued, 40 for withdrawn, or any other.
    pub status: u16,
    /// The number of the certificate that it replaces.
    pub replaces: Option<String>,
    /// Lines, at least one.
    pub lines: usize,
    /// Attachments besides the original certificate of a re-export.
    pub attachments: usize,
    /// Bytes of the whole, reached as nearly as attachments and lines can be cut.
    pub bytes: Option<usize>,
    /// Whether every field of the profile is filled, not only those that must be.
    pub full: bool,
    /// Two samples of one shape and one seed are the same.
    pub seed: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            certificate_type: 851,
            status: 70,
            replaces: None,
            lines: 1,
            attachments: 0,
            bytes: None,
            full: false,
            seed: 1,
        }
    }
}

impl Shape {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        let mut sample = self.plain();
        let Some(bytes) = self.bytes else { return sample };
        let shortfall = bytes.saturating_sub(sample.to_xml().len());
        pad(&mut sample, shortfall);
        // Files are told in Base64 and with their element around them: a second look is exact to
        // three bytes.
        let shortfall = bytes.saturating_sub(sample.to_xml().len());
        if let Some(file) = files(&mut sample).last() {
            grow(file, shortfall / 4);
        }
        sample
    }

    fn plain(&self) -> Certificate {
        let mut words = Words::new(self.seed);
        let (from, to, transit) = words.three_countries();
        let number = format!("{}-2026-{:07}", from.id, words.below(10_000_000));
        let re_export = self.certificate_type == 657;
        let mut sample = Certificate {
            certificate_type: self.certificate_type.to_string(),
            status: self.status.to_string(),
            issued: words.moment(),
            issuer: format!("Plant Health Service of {}", from.name),
            place_of_issue: words.place(),
            officer: format!("Officer {}", words.below(900) + 100),
            statements: if re_export { Vec::new() } else { vec!["1".into()] },
            consignor: party(&mut words, "Exporter"),
            consignee: party(&mut words, "Importer"),
            transports: vec![transport(&mut words)],
            items: vec![Item {
                lines: (0..self.lines.max(1))
                    .map(|_| line::line(&mut words, &from, self))
                    .collect(),
                ..Item::default()
            }],
            export_country: from,
            import_country: to,
            number,
            ..Certificate::default()
        };
        if self.full {
            fill(&mut sample, &mut words, transit);
        }
        if let Some(replaced) = &self.replaces {
            let replacement = [("ADRP", "4"), ("ADRPN", replaced), ("ADRD", "2026-01-02")];
            sample.notes.extend(replacement.map(|(subject, text)| Note::new(subject, text)));
            sample.notes.push(Note::new("ADRPR", "The quantity was corrected."));
        }
        if re_export {
            sample.references.push(file(&mut words, "AWR", "original", 1));
        }
        for count in 1..=self.attachments {
            sample.references.push(file(&mut words, "ZZZ", "annex", count));
        }
        sample
    }

    /// A country's answer to that certificate.
    #[must_use]
    pub fn acknowledgement(&self, status: u16) -> Acknowledgement {
        let certificate = self.plain();
        Acknowledgement {
            issued: certificate.issued,
            status: status.to_string(),
            reasons: vec!["The consignment was examined.".into()],
            references: vec![Reference {
                document_type: Some(certificate.certificate_type),
                relationship: "AWR".to_owned(),
                number: certificate.number,
                ..Reference::default()
            }],
        }
    }
}

fn party(words: &mut Words, role: &str) -> Party {
    let name = format!("{role} {} {}", words.product(), words.below(900) + 100);
    let street = format!("{} Sample Street", words.below(200) + 1);
    Party { name, address: vec![street, words.place()], ..Party::default() }
}

fn transport(words: &mut Words) -> Transport {
    let mode = words.below(4) + 1;
    Transport {
        number: Some(format!("V{:04}", words.below(10_000))),
        mode: mode.to_string(),
        means: Some(format!("Sample Carrier {}", words.below(90) + 10)),
    }
}

/// The fields that need not be there.
fn fill(sample: &mut Certificate, words: &mut Words, transit: Country) {
    let entry = format!("{}AAA", sample.import_country.id);
    sample.statements.push("2".into());
    if sample.certificate_type == "657" {
        sample.statements.clear();
    }
    sample.point_of_entry = Some(Location { id: Some(entry), name: words.place() });
    sample.transit_countries.push(transit);
    sample.containers.push((
        format!("SAMU{:07}", words.below(10_000_000)),
        vec![format!("S{:06}", words.below(1_000_000))],
    ));
    let notes = [
        ("ADEDL", "Free from quarantine pests according to the samples that were taken."),
        ("ADIPEDL", "IP-2026-0001"),
        ("ADDIEDL", "2026-02-28"),
        ("ADAOEDL", "This document is a sample & certifies <nothing>."),
        ("DMCL", "SAMPLE 1/1"),
        ("SPSFL", "5"),
    ];
    sample.notes.extend(notes.map(|(subject, text)| Note::new(subject, text)));
}

fn file(words: &mut Words, relationship: &str, name: &str, count: usize) -> Reference {
    let bytes = format!("%PDF-1.4\n% sample {}\n%%EOF\n", words.below(1_000_000)).into_bytes();
    Reference {
        document_type: Some("851".to_owned()),
        relationship: relationship.to_owned(),
        number: format!("{}-{count}", name.to_uppercase()),
        information: Some(Text::from(&*format!("Sample {name} {count}"))),
        attachments: vec![Attachment::new(
            &format!("{name}-{count}.pdf"),
            "application/pdf",
            &bytes,
        )],
        ..Reference::default()
    }
}

fn files(sample: &mut Certificate) -> impl Iterator<Item = &mut Attachment> {
    sample.references.iter_mut().flat_map(|reference| &mut reference.attachments)
}

/// Adds groups of four characters ahead of the padding, each three bytes.
fn grow(file: &mut Attachment, groups: usize) {
    let end = file.base64.len().saturating_sub(4);
    file.base64.insert_str(end, &"JSUl".repeat(groups));
}

/// Makes files larger, as evenly as their limit allows; without files it lengthens the notes.
fn pad(sample: &mut Certificate, shortfall: usize) {
    let count = files(sample).count();
    if let Some(each) = shortfall.checked_div(count) {
        let each = (each / 4).saturating_sub(1).min(FILE_BYTES_MAX / 3);
        files(sample).for_each(|file| grow(file, each));
        return;
    }
    let mut left = shortfall;
    while left > NOTE_MARKUP {
        let chars = (left - NOTE_MARKUP).min(NOTE_CHARS_MAX);
        let text: String = SENTENCE.chars().cycle().take(chars).collect();
        sample.notes.push(Note::new("ADAOEDL", &text));
        left -= chars + NOTE_MARKUP;
    }
}

/// Bytes of a note without its content, as it is written.
const NOTE_MARKUP: usize = 127;
/// What the profile allows in one note.
const NOTE_CHARS_MAX: usize = 8000;
/// A little under what one attachment may have.
const FILE_BYTES_MAX: usize = crate::ATTACHMENT_BYTES_MAX - 1024;
const SENTENCE: &str = "This sentence fills a sample and declares nothing. ";
