//! A sheet as the program in `sheet.typ` takes it: texts cleaned, broken and turned, as JSON.

use serde::Serialize;

use crate::font::{FAMILIES, Style};
use crate::sheet::{Body, Cell, Part, Public, Sheet};
use crate::text::{self, Line, Place, lines};
use crate::{PrintError, Symbol, limit};

/// A cleaned sheet as JSON.
///
/// # Errors
///
/// It has no form in JSON, which is out of memory at most.
pub(crate) fn json(sheet: &Sheet, symbol: Option<&Symbol>) -> Result<Vec<u8>, PrintError> {
    let data = Data::of(sheet, symbol);
    let high: f32 = data.parts.iter().map(|part| part.high(data.measure)).sum();
    if high > count(limit::PAGES_MAX) * PAGE_HIGH {
        return Err(PrintError::TooLarge { what: "pages", max: limit::PAGES_MAX });
    }
    serde_json::to_vec(&data).map_err(|error| PrintError::Failed(error.to_string()))
}

#[derive(Serialize)]
struct Data {
    language: String,
    right_to_left: bool,
    fonts: [&'static str; 3],
    measure: Measure,
    title: String,
    number: Vec<Line>,
    name: String,
    date: [i32; 3],
    mark: String,
    annexed: Vec<Line>,
    small: Vec<Vec<Line>>,
    labels: Labels,
    qr: Option<Qr>,
    parts: Vec<PartData>,
}

/// Sizes of letters, and the width of the sheet between its margins, in points.
#[derive(Clone, Copy, Serialize)]
struct Measure {
    width_pt: f32,
    text_pt: f32,
    cell_pt: f32,
    more_pt: f32,
    label_pt: f32,
    /// Between the baselines of two lines, in parts of the letters' size.
    line_em: f32,
}

#[derive(Serialize)]
struct Labels {
    number: String,
    see_annex: String,
    annex: String,
    page: String,
    signature: String,
    stamp: String,
}

#[derive(Serialize)]
struct Qr {
    side: usize,
    caption: Vec<Line>,
    code: String,
    alt: String,
}

#[derive(Serialize)]
struct PartData {
    title: String,
    /// Too long for any first page: it need not be measured.
    long: bool,
    #[serde(flatten)]
    body: BodyData,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum BodyData {
    Fields { fields: Vec<FieldData> },
    Rows { columns: Vec<u16>, head: Vec<String>, rows: Vec<RowData>, count: String, none: String },
    Texts { texts: Vec<Vec<Line>>, numbered: bool, none: String },
}

#[derive(Serialize)]
struct FieldData {
    label: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct RowData {
    /// Taller than what may be kept on one page.
    tall: bool,
    cells: Vec<CellData>,
}

#[derive(Serialize)]
struct CellData {
    italic: bool,
    lines: Vec<Line>,
    more: Vec<Line>,
}

impl Data {
    fn of(sheet: &Sheet, symbol: Option<&Symbol>) -> Self {
        let measure = Measure::of(sheet.right_to_left);
        let place = |width, size| Place { width, size, style: Style::Regular };
        let bold = |size| Place { style: Style::Bold, ..place(NUMBER_WIDTH, size) };
        let all = place(measure.width_pt, measure.text_pt);
        let date = sheet.date;
        let parts: Vec<PartData> = sheet.parts.iter().map(|part| measure.part(part)).collect();
        let mut small: Vec<Vec<Line>> = sheet.small.iter().map(|text| lines(text, all)).collect();
        let labels = &sheet.labels;
        if has_unprintable(sheet) {
            small.push(lines(&labels.unprintable, all));
        }
        Self {
            language: primary(&sheet.language),
            right_to_left: sheet.right_to_left,
            fonts: FAMILIES,
            measure,
            title: text::plain(&sheet.title),
            number: lines(&sheet.number, bold(NUMBER_PT)),
            name: text::plain(&format!("{} {}", sheet.title, sheet.number)),
            date: [date.year, date.month.into(), date.day.into()],
            mark: text::plain(&sheet.mark),
            annexed: lines(&labels.annexed, bold(measure.text_pt)),
            small,
            labels: Labels {
                number: text::plain(&labels.number),
                see_annex: text::plain(&labels.see_annex),
                annex: text::plain(&labels.annex),
                page: text::plain(&labels.page),
                signature: text::plain(&labels.signature),
                stamp: text::plain(&labels.stamp),
            },
            qr: sheet.public.as_ref().zip(symbol).map(|(public, symbol)| Qr {
                side: symbol.side(),
                caption: lines(&public.caption, place(CAPTION_WIDTH, measure.label_pt)),
                code: text::plain(&public.code),
                alt: text::plain(&public.alt),
            }),
            parts,
        }
    }
}

impl Measure {
    const fn of(right_to_left: bool) -> Self {
        // Letters of Naskh are smaller than Latin ones of the same size, and need more height.
        if right_to_left {
            let (text_pt, cell_pt, more_pt, label_pt) = (9.6, 9.0, 8.2, 8.2);
            Self { width_pt: WIDTH, text_pt, cell_pt, more_pt, label_pt, line_em: 1.4 }
        } else {
            let (text_pt, cell_pt, more_pt, label_pt) = (9.0, 8.4, 7.6, 7.2);
            Self { width_pt: WIDTH, text_pt, cell_pt, more_pt, label_pt, line_em: 1.25 }
        }
    }

    fn part(self, part: &Part) -> PartData {
        let body = match &part.body {
            Body::Fields(fields) => {
                let width = self.width_pt / count(fields.len()) - 2.0 * BOX_INSET;
                let place = Place { width, size: self.text_pt, style: Style::Regular };
                let field = |field: &crate::Field| FieldData {
                    label: text::plain(&field.label),
                    lines: lines(&field.value, place),
                };
                BodyData::Fields { fields: fields.iter().map(field).collect() }
            }
            Body::Rows { columns, rows, count, none } => {
                let shares: Vec<u16> = columns.iter().map(|column| column.share.max(1)).collect();
                let whole: f32 = shares.iter().map(|share| f32::from(*share)).sum();
                let width =
                    |share: &u16| self.width_pt * f32::from(*share) / whole - 2.0 * CELL_INSET;
                let widths: Vec<f32> = shares.iter().map(width).collect();
                BodyData::Rows {
                    head: columns.iter().map(|column| text::plain(&column.label)).collect(),
                    rows: rows.iter().map(|row| self.row(row, &widths)).collect(),
                    columns: shares,
                    count: text::plain(count),
                    none: text::plain(none),
                }
            }
            Body::Texts { texts, numbered, none } => {
                let width = self.width_pt - 2.0 * BOX_INSET - NUMBERS_WIDTH;
                let place = Place { width, size: self.text_pt, style: Style::Regular };
                BodyData::Texts {
                    texts: texts.iter().map(|text| lines(text, place)).collect(),
                    numbered: *numbered,
                    none: text::plain(none),
                }
            }
        };
        PartData { title: text::plain(&part.title), long: body.is_long(), body }
    }

    fn row(self, row: &[Cell], widths: &[f32]) -> RowData {
        let cells: Vec<CellData> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| {
                let style = if cell.italic { Style::Italic } else { Style::Regular };
                let place = Place { width: *width, size: self.cell_pt, style };
                let small = Place { size: self.more_pt, style: Style::Regular, ..place };
                CellData {
                    italic: cell.italic,
                    lines: lines(&cell.text, place),
                    more: cell.more.iter().flat_map(|more| lines(more, small)).collect(),
                }
            })
            .collect();
        let size = |cell: &CellData| {
            let all = cell.lines.iter().chain(&cell.more);
            all.map(|line| line.text.chars().count() + LINE_CHARS).sum::<usize>()
        };
        RowData { tall: cells.iter().any(|cell| size(cell) > TALL_CHARS), cells }
    }
}

impl PartData {
    /// How high it is at least, in points.
    fn high(&self, measure: Measure) -> f32 {
        let rows = |lines: &[Line]| lines.iter().map(|line| line.rows).sum::<f32>();
        let (text, cell) = (measure.text_pt * measure.line_em, measure.cell_pt * measure.line_em);
        match &self.body {
            BodyData::Fields { fields } => {
                fields.iter().map(|field| rows(&field.lines)).fold(0.0, f32::max) * text
            }
            BodyData::Rows { rows: all, .. } => {
                let high = |one: &CellData| rows(&one.lines) + rows(&one.more) * SMALLER;
                let row = |row: &RowData| row.cells.iter().map(high).fold(1.0, f32::max);
                all.iter().map(|one| row(one) * cell + 2.0 * CELL_INSET).sum()
            }
            BodyData::Texts { texts, .. } => texts.iter().map(|one| rows(one)).sum::<f32>() * text,
        }
    }
}

impl BodyData {
    fn is_long(&self) -> bool {
        let long = |lines: &[Line]| {
            let chars: usize = lines.iter().map(|line| line.text.len()).sum();
            lines.len() > FIRST_PAGE_LINES || chars > FIRST_PAGE_BYTES
        };
        match self {
            Self::Fields { fields } => fields.iter().any(|field| long(&field.lines)),
            Self::Rows { rows, .. } => {
                rows.len() > FIRST_PAGE_LINES || rows.iter().any(|row| row.tall)
            }
            Self::Texts { texts, .. } => {
                texts.len() > FIRST_PAGE_LINES || texts.iter().any(|lines| long(lines))
            }
        }
    }
}

/// Whether anything on the sheet stands as the sign for what cannot be printed.
fn has_unprintable(sheet: &Sheet) -> bool {
    let is = |text: &String| text.contains(char::REPLACEMENT_CHARACTER);
    is(&sheet.number)
        || sheet.parts.iter().any(|part| match &part.body {
            Body::Fields(fields) => fields.iter().any(|field| is(&field.value)),
            Body::Rows { rows, .. } => {
                rows.iter().flatten().any(|cell| is(&cell.text) || cell.more.iter().any(is))
            }
            Body::Texts { texts, .. } => texts.iter().any(is),
        })
}

/// The first part of a language's tag, if it can be one.
fn primary(tag: &str) -> String {
    let first = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_one =
        (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_one { first } else { "en".to_owned() }
}

/// What the address of the public page says, as a code.
pub(crate) fn symbol(public: &Public) -> Option<Symbol> {
    Symbol::of(&public.url)
}

fn count(of: usize) -> f32 {
    // Limited to a few by the check before.
    u16::try_from(of.max(1)).map_or(1.0, f32::from)
}

/// 186 mm: A4 with margins of 12 mm.
const WIDTH: f32 = 527.2;
/// 1.6 mm, and half the line around it.
const BOX_INSET: f32 = 4.8;
/// 1.2 mm, and half the line around it.
const CELL_INSET: f32 = 3.7;
/// 7 mm before numbered texts.
const NUMBERS_WIDTH: f32 = 20.0;
/// The certificate's number beside the QR code, and its letters.
const NUMBER_WIDTH: f32 = 320.0;
const NUMBER_PT: f32 = 13.0;
/// 36 mm beside the QR code.
const CAPTION_WIDTH: f32 = 100.0;
/// What an annex has on a page, and small letters beside others.
const PAGE_HIGH: f32 = 600.0;
const SMALLER: f32 = 0.9;
/// What certainly does not fit on a first page beside all the rest.
const FIRST_PAGE_LINES: usize = 60;
const FIRST_PAGE_BYTES: usize = 12_000;
/// What a row may have in one cell to be kept on one page: half of it in the narrowest column.
const TALL_CHARS: usize = 250;
/// Characters that a new line counts for.
const LINE_CHARS: usize = 8;
