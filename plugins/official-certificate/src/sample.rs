//! Certificates that never were, made from tables of commodities: the same for the same seed. They
//! name nobody.

use phytohub_schemas::lookup;
use phytohub_sps::write::{Country, Location, Reference, Subdivision};

use crate::draft::{Draft, Line, Party, Process};

/// A commodity that samples are made of. In texts '#' stands for a running number.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out in tables")]
pub struct Commodity {
    /// Its name at the command line.
    pub name: &'static str,
    /// The model that it follows; named in the note MODEL where `names_model` is set.
    pub model: &'static str,
    /// Whether the document names its model instead of leaving it to the code of goods.
    pub names_model: bool,
    /// What it is.
    pub description: &'static str,
    /// Its common name.
    pub common_name: &'static str,
    /// The species.
    pub species: &'static str,
    /// Its code of the Harmonized System.
    pub hs: &'static str,
    /// What it is meant for.
    pub intended_use: &'static str,
    /// The lot; empty for none.
    pub batch: &'static str,
    /// The type of packages by Recommendation 21; empty for none.
    pub package: &'static str,
    /// Whether it is weighed.
    pub weighed: bool,
    /// Degrees Celsius of the container; empty for none.
    pub degrees: &'static str,
    /// Subjects with what is said of a line.
    pub notes: &'static [(&'static str, &'static str)],
    /// What establishments did, and what they are called.
    pub establishments: &'static [(&'static str, &'static str)],
    /// What is attested, by the catalogue.
    pub attestations: &'static [&'static str],
}

/// How a family of certificates names its people.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "written out once in each plugin")]
pub struct Style {
    /// The certificate's title.
    pub title: &'static str,
    /// The competent authority's name, before "of" and the country.
    pub authority: &'static str,
    /// The name of the body that certifies, if that is another.
    pub body: &'static str,
    /// The official position of the one who signs.
    pub position: &'static str,
    /// The attestations of the catalogue.
    pub catalogue: &'static [crate::Attestation],
    /// What notes of the document say, '#' standing for a running number.
    pub notes: &'static [(&'static str, &'static str)],
}

/// What a sample is to be like.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever asks")]
pub struct Shape {
    /// As UNCL 1001 has it.
    pub certificate_type: i32,
    /// As UNCL 4405 has it.
    pub status: i32,
    /// The number of the certificate that it replaces.
    pub replaces: Option<String>,
    /// Lines, at least one.
    pub lines: usize,
    /// The number; made of the seed if nothing is said.
    pub number: Option<String>,
    /// The two countries, two letters each; made of the seed if nothing is said.
    pub countries: Option<(String, String)>,
    /// Two samples of one shape and one seed are the same.
    pub seed: u64,
}

impl Shape {
    /// One line, issued.
    #[must_use]
    pub const fn new(certificate_type: i32, seed: u64) -> Self {
        Self {
            certificate_type,
            status: 70,
            replaces: None,
            lines: 1,
            number: None,
            countries: None,
            seed,
        }
    }
}

impl Commodity {
    /// A certificate of it.
    #[must_use]
    pub fn draft(&self, style: &Style, shape: &Shape) -> Draft {
        let mut words = Words(shape.seed);
        let (from, to) = words.countries(shape);
        let number =
            format!("{}-{}-2026-{:06}", from.id, shape.certificate_type, words.below(1_000_000));
        let number = shape.number.clone().unwrap_or(number);
        let day = words.below(27) + 1;
        let signed = format!("2026-11-{day:02}T09:30:00+00:00");
        let mut lines = Vec::new();
        let mut totals = [0_u64; 3];
        for count in 1..=shape.lines.max(1) {
            lines.push(self.line(&mut words, &from, count, &mut totals));
        }
        let authority = format!("{} of {}", style.authority, from.name);
        let body = if style.body.is_empty() { authority.clone() } else { words.fill(style.body) };
        let mut draft = Draft {
            title: style.title.to_owned(),
            number,
            type_code: shape.certificate_type.to_string(),
            status: shape.status.to_string(),
            issued: signed.clone(),
            issuer: Party {
                name: authority,
                address: vec!["1 Sample Square".into(), format!("Capital of {}", from.name)],
                ..Party::default()
            },
            notes: style
                .notes
                .iter()
                .map(|(tag, said)| ((*tag).into(), words.fill(said)))
                .collect(),
            signed,
            place: format!("Port {}", words.side()),
            signatory: Party {
                name: body,
                person: Some((
                    format!("Officer {}", words.below(900) + 100),
                    style.position.into(),
                )),
                ..Party::default()
            },
            departure: Some(format!("2026-11-{:02}T18:00:00+00:00", day + 1)),
            consignor: words.party("Exporter"),
            consignee: words.party("Importer"),
            loading: Some(Location { id: None, name: format!("Port {}", words.side()) }),
            entry: Some(Location { id: Some(format!("{}AAA", to.id)), name: "Main port".into() }),
            despatch: Some(Party { id: Some(words.fill("EST-#")), ..words.party("Establishment") }),
            transport: Some((
                (words.below(4) + 1).to_string(),
                words.fill("V#"),
                words.fill("Sample Carrier #"),
            )),
            lines,
            ..Draft::default()
        };
        self.attest(style, &mut draft);
        self.complete(shape, totals, &mut words, &mut draft);
        draft.export_country = from;
        draft.import_country = to;
        draft
    }

    fn line(
        &self,
        words: &mut Words,
        origin: &Country,
        count: usize,
        totals: &mut [u64; 3],
    ) -> Line {
        let net = words.below(9_000) + 100;
        let packages = words.below(400) + 1;
        if self.weighed {
            *totals = [totals[0] + net, totals[1] + net + 20, totals[2]];
        }
        if !self.package.is_empty() {
            totals[2] += packages;
        }
        let region = Subdivision { name: "Northern Zone".to_owned(), level: None };
        let origin = Country { subdivisions: vec![region], ..origin.clone() };
        let country = Country { subdivisions: Vec::new(), ..origin.clone() };
        Line {
            description: self.description.to_owned(),
            common_name: self.common_name.to_owned(),
            species: self.species.to_owned(),
            batch: (!self.batch.is_empty()).then(|| words.fill(self.batch)),
            intended_use: self.intended_use.to_owned(),
            net: self.weighed.then(|| net.to_string()),
            gross: self.weighed.then(|| (net + 20).to_string()),
            notes: { self.notes.iter() }
                .map(|(tag, said)| {
                    ((*tag).to_owned(), words.fill(&said.replace('@', &count.to_string())))
                })
                .collect(),
            hs: self.hs.to_owned(),
            packages: (!self.package.is_empty()).then(|| (self.package.to_owned(), packages)),
            processes: { self.establishments.iter() }
                .map(|(activity, name)| Process {
                    activity: (*activity).to_owned(),
                    operator: Party {
                        id: Some(words.fill(&format!("{} #", country.id))),
                        name: words.fill(name),
                        address: vec!["Sample Works Road".into()],
                        ..Party::default()
                    },
                    country: country.clone(),
                })
                .collect(),
            origin,
            ..Line::default()
        }
    }

    fn attest(&self, style: &Style, draft: &mut Draft) {
        draft.clauses = { self.attestations.iter() }
            .map(|id| {
                let known = style.catalogue.iter().find(|known| known.id == *id);
                ((*id).to_owned(), known.map_or("", |known| known.text).to_owned())
            })
            .collect();
    }

    fn complete(&self, shape: &Shape, totals: [u64; 3], words: &mut Words, draft: &mut Draft) {
        let mut note = |tag: &str, said: String| draft.notes.push((tag.to_owned(), said));
        if self.names_model {
            note("MODEL", self.model.to_owned());
        }
        if self.weighed {
            note("TOTAL_NET_WEIGHT_KG", totals[0].to_string());
            note("TOTAL_GROSS_WEIGHT_KG", totals[1].to_string());
        }
        if !self.package.is_empty() {
            note("TOTAL_PACKAGES", totals[2].to_string());
        }
        if let Some(replaced) = &shape.replaces {
            note("ADRP", "4".to_owned());
            note("ADRPN", replaced.clone());
            note("ADRD", "2026-10-30".to_owned());
            note("ADRPR", "The consignee's address was corrected.".to_owned());
            draft.references.push(Reference {
                document_type: Some(shape.certificate_type.to_string()),
                relationship: "ZZZ".to_owned(),
                number: replaced.clone(),
                information: Some("Replaced certificate".into()),
                ..Reference::default()
            });
        }
        if shape.status == 40 {
            draft
                .notes
                .push(("REVOCATION_REASON".into(), "The consignment was not shipped.".into()));
        }
        let degrees = (!self.degrees.is_empty()).then(|| self.degrees.to_owned());
        draft.containers.push((words.fill("SAMU#"), words.fill("S#"), degrees));
    }
}

/// A stream of choices that a seed decides: SplitMix64.
struct Words(u64);

impl Words {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    /// A text with a running number for '#'.
    fn fill(&mut self, text: &str) -> String {
        if !text.contains('#') {
            return text.to_owned();
        }
        text.replace('#', &format!("{:06}", self.below(1_000_000)))
    }

    fn side(&mut self) -> &'static str {
        let at = usize::try_from(self.below(4)).unwrap_or_default();
        ["North", "South", "East", "West"].get(at).copied().unwrap_or_default()
    }

    fn party(&mut self, role: &str) -> Party {
        Party {
            name: format!("{role} {}", self.below(900) + 100),
            address: vec![
                format!("{} Sample Street", self.below(200) + 1),
                format!("Port {}", self.side()),
            ],
            ..Party::default()
        }
    }

    fn countries(&mut self, shape: &Shape) -> (Country, Country) {
        let first = usize::try_from(self.below(COUNTRIES.len() as u64)).unwrap_or_default();
        let nth = |step: usize| COUNTRIES.get((first + step) % COUNTRIES.len()).copied();
        match &shape.countries {
            Some((from, to)) => (country(from), country(to)),
            None => (country(nth(0).unwrap_or_default()), country(nth(3).unwrap_or_default())),
        }
    }
}

fn country(id: &str) -> Country {
    let name = lookup::country(id).map_or(id, |country| &country.name);
    Country { id: id.to_owned(), name: name.to_owned(), subdivisions: Vec::new() }
}

const COUNTRIES: [&str; 8] = ["NO", "KE", "AR", "NL", "NZ", "CL", "MA", "UY"];
