//! Seals seeds, so that the database alone gives none away.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest;

use crate::domain::UserId;
use crate::environment::{NoChance, Random};

/// Seals with a key that is one of the hub's secrets.
pub(crate) struct Sealer(LessSafeKey);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer of a secret of any length from [`SECRET_BYTES_MIN`] on.
    pub(crate) fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < SECRET_BYTES_MIN {
            return None;
        }
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"gens-seal/1\0");
        context.update(secret);
        let key = UnboundKey::new(&AES_256_GCM, context.finish().as_ref()).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// Seals a user's seed, for that user alone.
    pub(crate) fn seal(
        &self,
        user: UserId,
        seed: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, NoChance> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce)?;
        let mut sealed = seed.to_vec();
        let place = Aad::from(user.number().to_be_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place, &mut sealed)
            .map_err(|_| NoChance)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for a user.
    pub(crate) fn open(&self, user: UserId, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let place = Aad::from(user.number().to_be_bytes());
        let seed = self.0.open_in_place(nonce, place, &mut rest).ok()?;
        Some(seed.to_vec())
    }
}

/// Bytes of the secret at least: 128 bits, if they are random.
pub(crate) const SECRET_BYTES_MIN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::MachineRandom;

    #[test]
    fn sealed_seed_opens_for_its_user_alone() {
        let random = MachineRandom::default();
        let sealer = Sealer::new(b"sixteen bytes or more").expect("long enough");
        let (one, other) = (UserId::of(1), UserId::of(2));
        let mut sealed = sealer.seal(one, b"seed", &random).expect("random bytes are to be had");
        assert_eq!(sealer.open(one, &sealed).as_deref(), Some(&b"seed"[..]));
        assert_eq!(sealer.open(other, &sealed), None);
        assert!(!sealed.windows(4).any(|part| part == b"seed"));
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(sealer.open(one, &sealed), None);
        assert!(Sealer::new(b"short").is_none());
    }
}
