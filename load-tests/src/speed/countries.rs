//! Who sends to whom, and how much at a time: drawn from distributions, the same for the same seed.

use rand::RngExt;
use rand::rngs::StdRng;

use crate::speed::scenario::{Countries, Partners, Sizes};

/// Codes of countries (ISO 3166-1), those first that trade most plants.
pub const CODES: [&str; 136] = [
    "US", "NL", "BR", "CN", "ES", "CA", "MX", "AU", "NZ", "CL", "PE", "AR", "ZA", "KE", "EC", "CO",
    "FR", "DE", "IT", "BE", "TR", "IN", "TH", "VN", "ID", "MY", "PH", "JP", "KR", "MA", "EG", "CR",
    "GT", "HN", "UY", "PY", "BO", "LK", "PK", "BD", "NO", "SE", "FI", "DK", "PL", "UA", "RO", "HU",
    "BG", "GR", "PT", "IE", "GB", "CH", "AT", "CZ", "SK", "SI", "HR", "RS", "LT", "LV", "EE", "RU",
    "KZ", "UZ", "AM", "GE", "AZ", "IR", "IQ", "SA", "AE", "OM", "QA", "JO", "LB", "IL", "TN", "DZ",
    "GH", "CI", "NG", "CM", "SN", "ML", "BF", "TG", "BJ", "UG", "TZ", "RW", "ET", "ZM", "ZW", "MZ",
    "MG", "MU", "NA", "BW", "AO", "CD", "GA", "CG", "NI", "SV", "PA", "DO", "JM", "TT", "BB", "CU",
    "HT", "VE", "GY", "SR", "BZ", "FJ", "PG", "WS", "TO", "VU", "SB", "NC", "KH", "LA", "MM", "NP",
    "BT", "MN", "SG", "TW", "HK", "AL", "MD", "BY",
];

/// Draws indexes by weight.
#[derive(Clone, Debug)]
pub(crate) struct Lot {
    /// Sums of weights up to each.
    sums: Vec<f64>,
}

impl Lot {
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        Self { sums: sums.collect() }
    }

    /// An index below the number of weights; 0 if there is none.
    pub(crate) fn draw(&self, rng: &mut StdRng) -> usize {
        let all = self.sums.last().copied().unwrap_or_default();
        let at = rng.random::<f64>() * all;
        let place = self.sums.partition_point(|sum| *sum <= at);
        place.min(self.sums.len().saturating_sub(1))
    }
}

/// Who sends to whom.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    lot: Lot,
    count: usize,
}

impl Matrix {
    pub(crate) fn new(countries: &Countries) -> Self {
        let weights = (1..=countries.count).map(|rank| (rank as f64).powf(-countries.skew));
        Self { lot: Lot::new(weights), count: countries.count }
    }

    /// One country, as often as it has mail.
    pub(crate) fn country(&self, rng: &mut StdRng) -> usize {
        self.lot.draw(rng)
    }

    /// A sender and another country.
    pub(crate) fn pair(&self, rng: &mut StdRng) -> (usize, usize) {
        let from = self.lot.draw(rng);
        let to = self.lot.draw(rng);
        // Mail to oneself goes to the next one; that moves little weight.
        (from, if from == to { (to + 1) % self.count } else { to })
    }
}

/// What kind of partner a country is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Good,
    Slow,
    Dead,
}

/// The dead come last in the list, the slow before them.
pub(crate) fn kind_of(country: usize, countries: &Countries, partners: &Partners) -> Kind {
    let from_end = countries.count.saturating_sub(country + 1);
    if from_end < partners.dead {
        Kind::Dead
    } else if from_end < partners.dead + partners.slow {
        Kind::Slow
    } else {
        Kind::Good
    }
}

/// The sizes that contents can have, and how often each.
#[derive(Clone, Debug)]
pub(crate) struct SizeLot {
    lot: Lot,
    /// Bytes of each.
    pub(crate) bytes: Vec<usize>,
}

impl SizeLot {
    pub(crate) fn new(sizes: &Sizes) -> Self {
        let weighed: Vec<(f64, f64)> = match sizes {
            Sizes::Mix { sizes } => sizes.clone(),
            Sizes::LogNormal { median_kib, sigma, most_kib } => {
                log_normal(*median_kib, *sigma, *most_kib)
            }
        };
        let lot = Lot::new(weighed.iter().map(|(_, weight)| *weight));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "64 MiB at most"
        )]
        let bytes = weighed.iter().map(|(kib, _)| (kib * 1024.0) as usize).collect();
        Self { lot, bytes }
    }

    /// An index into `bytes`.
    pub(crate) fn draw(&self, rng: &mut StdRng) -> usize {
        self.lot.draw(rng)
    }
}

/// The distribution in steps: from three deviations below the median to three above it.
fn log_normal(median: f64, sigma: f64, most: f64) -> Vec<(f64, f64)> {
    let step = |n: i32| f64::from(n) * 6.0 / f64::from(STEPS) - 3.0;
    let weighed = (0..=STEPS).map(|n| {
        let z = step(n);
        ((median * (z * sigma).exp()).clamp(SMALLEST_KIB, most), (-z * z / 2.0).exp())
    });
    weighed.collect()
}

const STEPS: i32 = 32;
const SMALLEST_KIB: f64 = 0.25;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn codes_are_all_different() {
        assert_eq!(CODES.iter().collect::<HashSet<_>>().len(), CODES.len());
    }

    #[test]
    fn mail_is_skewed_as_zipf_says_and_never_to_oneself() {
        let matrix = Matrix::new(&Countries { count: 10, skew: 1.0 });
        let mut rng = StdRng::seed_from_u64(1);
        let mut sent = [0_u32; 10];
        for _ in 0..20_000 {
            let (from, to) = matrix.pair(&mut rng);
            assert_ne!(from, to);
            sent[from] += 1;
        }
        let ratio = f64::from(sent[0]) / f64::from(sent[3]);
        assert!((3.5..4.5).contains(&ratio), "the first sends four times the fourth: {sent:?}");
    }

    #[test]
    fn half_of_a_log_normal_mix_is_below_its_median() {
        let sizes =
            SizeLot::new(&Sizes::LogNormal { median_kib: 16.0, sigma: 1.0, most_kib: 256.0 });
        let mut rng = StdRng::seed_from_u64(1);
        let small = (0..10_000).filter(|_| sizes.bytes[sizes.draw(&mut rng)] < 16 << 10).count();
        assert!((4300..5000).contains(&small), "{small}");
        assert!(sizes.bytes.iter().all(|bytes| *bytes <= 256 << 10));
    }

    #[test]
    fn the_last_countries_are_the_bad_partners() {
        let countries = Countries { count: 5, skew: 1.0 };
        let partners = Partners { dead: 1, slow: 2, slow_bytes_per_second: 1, stalled_uploads: 0 };
        let kinds: Vec<Kind> = (0..5).map(|c| kind_of(c, &countries, &partners)).collect();
        assert_eq!(kinds, [Kind::Good, Kind::Good, Kind::Slow, Kind::Slow, Kind::Dead]);
    }
}
