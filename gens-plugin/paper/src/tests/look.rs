//! What stands on the pages, as the typesetter laid it out.

use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::text::FontStyle;

use crate::Sheet;

/// A run of letters.
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) left_pt: f64,
    pub(crate) right_pt: f64,
    pub(crate) base_pt: f64,
    pub(crate) is_turned: bool,
    pub(crate) is_italic: bool,
    pub(crate) has_missing: bool,
}

/// The runs of each page.
pub(crate) fn pages(sheet: &Sheet) -> Vec<Vec<Run>> {
    let document = crate::world::document(sheet).expect("the sheet is set");
    let page = |page: &typst_layout::Page| {
        let mut runs = Vec::new();
        collect(&page.frame, Point::zero(), false, &mut runs);
        runs
    };
    document.pages().iter().map(page).collect()
}

/// All that a page says, without spaces and breaks.
pub(crate) fn said(runs: &[Run]) -> String {
    squeezed(&runs.iter().map(|run| &*run.text).collect::<String>())
}

/// All that the pages say.
pub(crate) fn all_said(sheet: &Sheet) -> String {
    pages(sheet).iter().map(|runs| said(runs)).collect()
}

pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

fn collect(frame: &Frame, at: Point, is_turned: bool, runs: &mut Vec<Run>) {
    for (place, item) in frame.items() {
        let place = at + *place;
        match item {
            FrameItem::Group(group) => {
                let turned = is_turned || group.transform != Transform::identity();
                collect(&group.frame, place, turned, runs);
            }
            FrameItem::Text(text) => runs.push(Run {
                text: text.text.to_string(),
                left_pt: place.x.to_pt(),
                right_pt: (place.x + text.width()).to_pt(),
                base_pt: place.y.to_pt(),
                is_turned,
                is_italic: text.font.info().variant.style == FontStyle::Italic,
                has_missing: text.glyphs.iter().any(|glyph| glyph.id == 0),
            }),
            _ => {}
        }
    }
}

/// Whether all letters are within the margins of A4, and none is missing.
pub(crate) fn assert_sound(sheet: &Sheet) {
    let (width, height) = (Abs::mm(210.0).to_pt(), Abs::mm(297.0).to_pt());
    let margin = Abs::mm(11.5).to_pt();
    for (number, runs) in pages(sheet).iter().enumerate() {
        for run in runs.iter().filter(|run| !run.is_turned) {
            let is_within = run.left_pt >= margin && run.right_pt <= width - margin;
            assert!(is_within, "page {number}: {} {} {}", run.left_pt, run.right_pt, run.text);
            assert!((margin..height - 10.0).contains(&run.base_pt), "page {number}: {}", run.text);
            assert!(!run.has_missing, "page {number}: {:?}", run.text);
        }
    }
}
