//! The fonts that are compiled in: what they can write, and how wide it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontVariant, FontVariations};
use typst::utils::LazyHash;

/// The families in the order in which a character is looked for.
pub(crate) const FAMILIES: [&str; 3] = ["Noto Sans", "Noto Naskh Arabic", "Noto Sans CJK SC"];

/// A style of letters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    Regular,
    Bold,
    Italic,
}

/// All fonts.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) all: Vec<Font>,
    /// By style, the width of each character that there is, in parts of the letters' size.
    widths: [HashMap<char, f32>; 3],
}

impl Fonts {
    /// Read once, which takes some milliseconds.
    pub(crate) fn all() -> &'static Self {
        static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::read);
        &FONTS
    }

    fn read() -> Self {
        let all: Vec<Font> =
            FILES.iter().filter_map(|file| Font::new(Bytes::new(*file), 0)).collect();
        let chain = |places: [usize; 3]| widths(places.iter().filter_map(|at| all.get(*at)));
        let widths = [chain([0, 3, 5]), chain([1, 4, 5]), chain([2, 3, 5])];
        Self { book: LazyHash::new(FontBook::from_fonts(&all)), all, widths }
    }

    /// Whether the character can be written.
    pub(crate) fn has(&self, c: char) -> bool {
        let [regular, ..] = &self.widths;
        regular.contains_key(&c)
    }

    /// How wide it is, in parts of the letters' size.
    pub(crate) fn width(&self, c: char, style: Style) -> f32 {
        let [regular, bold, italic] = &self.widths;
        let widths = match style {
            Style::Regular => regular,
            Style::Bold => bold,
            Style::Italic => italic,
        };
        widths.get(&c).copied().unwrap_or(1.0)
    }
}

fn widths<'f>(chain: impl Iterator<Item = &'f Font>) -> HashMap<char, f32> {
    let mut widths = HashMap::new();
    for font in chain {
        let size = Abs::pt(1.0);
        let font =
            font.clone().instantiate(FontVariant::default(), size, &FontVariations::default());
        let units = f32::from(font.ttf().units_per_em());
        for c in font.info().coverage.iter().filter_map(char::from_u32) {
            let glyph = font.ttf().glyph_index(c);
            let advance = glyph.and_then(|glyph| font.ttf().glyph_hor_advance(glyph));
            if let Some(advance) = advance {
                widths.entry(c).or_insert_with(|| f32::from(advance) / units);
            }
        }
    }
    widths
}

/// Regular, bold and italic Latin, regular and bold Arabic, Chinese: see the chains above.
const FILES: [&[u8]; 6] = [
    include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../fonts/NotoSans-Italic.ttf"),
    include_bytes!("../../fonts/NotoNaskhArabic-Regular.ttf"),
    include_bytes!("../../fonts/NotoNaskhArabic-Bold.ttf"),
    include_bytes!("../../fonts/NotoSansCJKsc-Regular.otf"),
];
