//! `application/x-www-form-urlencoded`, as queries and forms are written.

/// The pairs of a query or form, decoded. What is not UTF-8 becomes replacement characters.
pub(super) fn pairs(encoded: &[u8]) -> impl Iterator<Item = (String, String)> + '_ {
    encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next().unwrap_or_default(), true);
        (name, decoded(halves.next().unwrap_or_default(), true))
    })
}

/// Percent-encoded text, decoded; what is not properly encoded stays as it is.
pub(super) fn decoded(encoded: &[u8], plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, others @ ..] = rest {
        rest = others;
        match (first, others) {
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_and_broken_escapes_stay() {
        let all: Vec<_> = pairs(b"a=1&b=x+y%2Fz&&c&d=%zz%4").collect();
        let expected = [("a", "1"), ("b", "x y/z"), ("c", ""), ("d", "%zz%4")]
            .map(|(a, b)| (a.into(), b.into()));
        assert_eq!(all, expected);
    }

    #[test]
    fn plus_stays_in_paths() {
        assert_eq!(decoded(b"a+b%20c", false), "a+b c");
    }
}
