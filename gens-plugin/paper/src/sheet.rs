//! What a sheet says: plain values, in the order of the paper.

/// A certificate as it is printed. Texts are shown as they are; line ends in them are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Sheet {
    /// The language of the labels (BCP 47).
    pub language: String,
    /// Whether that language is written from right to left.
    pub right_to_left: bool,
    /// The title of the model: "Phytosanitary certificate".
    pub title: String,
    /// The certificate's number; empty in drafts.
    pub number: String,
    /// The day that the file is dated with.
    pub date: Date,
    /// What stands across each page, such as "COPY"; empty if nothing.
    pub mark: String,
    /// The parts from top to bottom. Those that are too long for the first page become annexes.
    pub parts: Vec<Part>,
    /// Small print at the end.
    pub small: Vec<String>,
    /// The public page, if the certificate has one.
    pub public: Option<Public>,
    /// What else is written on it.
    pub labels: Labels,
}

impl Sheet {
    /// The sheet with all its texts as [`cleaned`](crate::cleaned) has them.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let clean = |text: &mut String| *text = crate::cleaned(text);
        let labels = &mut self.labels;
        let fixed = [&mut self.title, &mut self.number, &mut self.mark, &mut labels.annexed];
        fixed.into_iter().chain(&mut self.small).for_each(clean);
        if let Some(public) = &mut self.public {
            [&mut public.caption, &mut public.code, &mut public.alt].into_iter().for_each(clean);
        }
        for part in &mut self.parts {
            clean(&mut part.title);
            match &mut part.body {
                Body::Fields(fields) => fields.iter_mut().for_each(|field| clean(&mut field.value)),
                Body::Rows { rows, .. } => {
                    let cells = rows.iter_mut().flatten();
                    let said = |cell: &mut Cell| {
                        clean(&mut cell.text);
                        cell.more.iter_mut().for_each(clean);
                    };
                    cells.for_each(said);
                }
                Body::Texts { texts, .. } => texts.iter_mut().for_each(clean),
            }
        }
        self
    }
}

/// A day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a day has three numbers")]
pub struct Date {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Default for Date {
    fn default() -> Self {
        Self { year: 1970, month: 1, day: 1 }
    }
}

impl Date {
    /// The day that a date (`2026-03-04`, with or without a time behind it) begins with.
    #[must_use]
    pub fn of(written: &str) -> Option<Self> {
        let mut parts = written.get(..10)?.splitn(3, '-');
        let year = parts.next()?.parse().ok().filter(|year| (1..=9999).contains(year))?;
        let month = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
        let last = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let day = parts.next()?.parse().ok().filter(|day| (1..=last).contains(day))?;
        Some(Self { year, month, day })
    }
}

/// One of the things that a sheet is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Part {
    /// Its title; empty if it has none.
    pub title: String,
    /// What it says.
    pub body: Body,
}

/// What a part says.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is a form of print for each")]
pub enum Body {
    /// Boxes beside each other.
    Fields(Vec<Field>),
    /// A table.
    Rows {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, as many cells as columns each.
        rows: Vec<Vec<Cell>>,
        /// How many rows it has, in words: for the first page when an annex has them.
        count: String,
        /// What is said where it has no row.
        none: String,
    },
    /// Texts one below the other.
    Texts {
        /// The texts.
        texts: Vec<String>,
        /// Whether they are numbered.
        numbered: bool,
        /// What is said where there is none.
        none: String,
    },
}

/// A labelled box.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Field {
    /// Its label.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// A column of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Column {
    /// What stands above it.
    pub label: String,
    /// Its part of the width of the table, relative to those of the other columns.
    pub share: u16,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Whether it is slanted, as botanical names are.
    pub italic: bool,
    /// What it says below in smaller letters, such as "Intended use: planting".
    pub more: Vec<String>,
}

impl Cell {
    /// A cell in upright letters.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// The public page by which a paper is compared with what is on record.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Public {
    /// Its address, as the QR code says it.
    pub url: String,
    /// What stands beside the QR code.
    pub caption: String,
    /// The code that shows the goods on that page; empty if it is not to be printed.
    pub code: String,
    /// What the QR code is, for whoever cannot see it.
    pub alt: String,
}

/// Labels of every sheet. Places in braces are filled in when the pages are known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints fills everything in")]
pub struct Labels {
    /// "No."
    pub number: String,
    /// "See Annex {annex}"
    pub see_annex: String,
    /// "Annex {annex} of {annexes}"
    pub annex: String,
    /// "Phytosanitary certificate No. GH-2026-0000012"
    pub annexed: String,
    /// "Page {page} of {pages}"
    pub page: String,
    /// "Signature"
    pub signature: String,
    /// "Stamp of organization"
    pub stamp: String,
    /// "A character that cannot be printed stands as �."
    pub unprintable: String,
}
