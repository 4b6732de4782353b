//! Whether a sheet may be printed at all.

use crate::sheet::{Body, Sheet};
use crate::{PrintError, limit};

/// # Errors
///
/// It has more of something than may be printed.
pub(crate) fn check(sheet: &Sheet) -> Result<(), PrintError> {
    let within = |what, count, max| match count <= max {
        true => Ok(()),
        false => Err(PrintError::TooLarge { what, max }),
    };
    within("characters of the number", sheet.number.chars().count(), limit::NUMBER_CHARS_MAX)?;
    within("parts", sheet.parts.len(), limit::PARTS_MAX)?;
    let url = sheet.public.as_ref().map_or(0, |public| public.url.len());
    within("bytes of the address", url, limit::URL_BYTES_MAX)?;
    let (mut rows, mut boxes) = (0, 0);
    for part in &sheet.parts {
        match &part.body {
            Body::Rows { columns, rows: all, .. } => {
                rows += all.len();
                boxes = boxes.max(columns.len());
                // Cells beyond the columns would run into the next row.
                let wide = all.iter().map(Vec::len).max().unwrap_or_default();
                within("cells of a row", wide, columns.len())?;
            }
            Body::Fields(fields) => boxes = boxes.max(fields.len()),
            Body::Texts { .. } => {}
        }
    }
    within("rows", rows, limit::ROWS_MAX)?;
    within("boxes", boxes, limit::BOXES_MAX)?;
    let (mut bytes, mut lines) = (0, 0);
    each_text(sheet, &mut |text| {
        bytes += text.len();
        lines += 1 + text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    });
    within("bytes of text", bytes, limit::TEXT_BYTES_MAX)?;
    within("lines of text", lines, limit::LINES_MAX)
}

fn each_text(sheet: &Sheet, see: &mut dyn FnMut(&str)) {
    let labels = &sheet.labels;
    let fixed = [&sheet.title, &sheet.number, &sheet.mark, &labels.annexed, &labels.annex];
    fixed.into_iter().chain(&sheet.small).for_each(|text| see(text));
    if let Some(public) = &sheet.public {
        [&public.caption, &public.code, &public.alt].into_iter().for_each(|text| see(text));
    }
    for part in &sheet.parts {
        see(&part.title);
        match &part.body {
            Body::Fields(fields) => {
                fields
                    .iter()
                    .flat_map(|field| [&field.label, &field.value])
                    .for_each(|one| see(one));
            }
            Body::Rows { columns, rows, .. } => {
                columns.iter().for_each(|column| see(&column.label));
                for cell in rows.iter().flatten() {
                    // Of empty cells there is nothing to set.
                    let said = std::iter::once(&cell.text).chain(&cell.more);
                    said.filter(|text| !text.is_empty()).for_each(|text| see(text));
                }
            }
            Body::Texts { texts, .. } => texts.iter().for_each(|text| see(text)),
        }
    }
}
