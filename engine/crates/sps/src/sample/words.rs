//! A stream of choices that a seed decides.

use crate::write::Country;

/// SplitMix64: small, well mixed, and the same on every machine.
pub(super) struct Words {
    state: u64,
}

impl Words {
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    pub(super) fn of<T: Copy + Default>(&mut self, all: &[T]) -> T {
        let place = usize::try_from(self.below(all.len() as u64)).unwrap_or_default();
        all.get(place).copied().unwrap_or_default()
    }

    pub(super) fn place(&mut self) -> String {
        format!("Port {}", self.of(&["North", "South", "East", "West", "Middle"]))
    }

    pub(super) fn product(&mut self) -> &'static str {
        self.of(&PRODUCTS).0
    }

    /// What it is, and its botanical name and code of the Harmonized System.
    pub(super) fn produce(&mut self) -> (&'static str, &'static str, &'static str) {
        self.of(&PRODUCTS)
    }

    pub(super) fn moment(&mut self) -> String {
        let (month, day) = (self.below(12) + 1, self.below(28) + 1);
        let (hour, minute) = (self.below(24), self.below(60));
        format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:00+00:00")
    }

    /// Three different ones.
    pub(super) fn three_countries(&mut self) -> (Country, Country, Country) {
        let first = self.below(COUNTRIES.len() as u64);
        let nth = |step: u64| {
            let place = (first + step) % COUNTRIES.len() as u64;
            let place = usize::try_from(place).unwrap_or_default();
            let (id, name) = COUNTRIES.get(place).copied().unwrap_or_default();
            Country { id: id.to_owned(), name: name.to_owned(), subdivisions: Vec::new() }
        };
        (nth(0), nth(3), nth(5))
    }
}

const COUNTRIES: [(&str, &str); 10] = [
    ("NO", "Norway"),
    ("KE", "Kenya"),
    ("AR", "Argentina"),
    ("NL", "Netherlands"),
    ("NZ", "New Zealand"),
    ("LK", "Sri Lanka"),
    ("CL", "Chile"),
    ("US", "United States of America"),
    ("MA", "Morocco"),
    ("KR", "Republic of Korea"),
];

const PRODUCTS: [(&str, &str, &str); 6] = [
    ("Seed potatoes", "Solanum tuberosum", "070110"),
    ("Cut roses", "Rosa sp.", "060311"),
    ("Avocados", "Persea americana", "080440"),
    ("Wheat grain", "Triticum aestivum", "100199"),
    ("Tea leaves", "Camellia sinensis", "090210"),
    ("Sawn pine", "Pinus radiata", "440711"),
];
