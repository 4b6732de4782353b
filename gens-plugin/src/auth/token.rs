//! Texts that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::environment::{NoChance, Random};

/// 256 bits as text that is safe in addresses and cookies.
pub(crate) fn random_text(random: &dyn Random) -> Result<String, NoChance> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A code that people copy from paper: eight letters and digits that are not taken for others.
pub(crate) fn code(random: &dyn Random) -> Result<String, NoChance> {
    letters(random, 8)
}

/// A password that an administrator hands over, in groups; 80 bits.
pub(crate) fn temporary_password(random: &dyn Random) -> Result<String, NoChance> {
    let groups =
        [letters(random, 4)?, letters(random, 4)?, letters(random, 4)?, letters(random, 4)?];
    Ok(groups.join("-"))
}

fn letters(random: &dyn Random, count: usize) -> Result<String, NoChance> {
    let mut bytes = vec![0; count];
    random.fill(&mut bytes)?;
    let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    Ok(bytes.into_iter().map(letter).collect())
}

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
