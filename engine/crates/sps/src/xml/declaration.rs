//! The XML declaration.

use super::{Slip, read_tag};

/// What a declaration says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Declaration<'t> {
    /// The encoding as it is written, and where.
    pub(crate) encoding: Option<(&'t str, usize)>,
}

/// Reads what stands between `<?` and `?>` of the declaration.
pub(crate) fn read_declaration(inner: &str) -> Result<Declaration<'_>, Slip> {
    let mut declaration = Declaration::default();
    // Version, encoding, standalone: each may come only after those before it.
    let (mut stage, mut slip) = (0, None);
    let wrong = |at, what| Some(Slip::new(at, what));
    read_tag(inner, |attribute| {
        let known = ["version", "encoding", "standalone"];
        let place = known.iter().position(|name| *name == attribute.name);
        let found = match (place, stage) {
            (Some(0), 0) if !is_version(attribute.value) => {
                wrong(attribute.value_at, "an XML version that nobody reads: write '1.0'")
            }
            (Some(0), 0) => None,
            (Some(place), 1..) if place >= stage => match place {
                1 if !is_encoding(attribute.value) => {
                    wrong(attribute.value_at, "an encoding without a name: write 'UTF-8'")
                }
                1 => {
                    declaration.encoding = Some((attribute.value, attribute.value_at));
                    None
                }
                _ if !matches!(attribute.value, "yes" | "no") => {
                    wrong(attribute.value_at, "standalone is neither 'yes' nor 'no': leave it out")
                }
                _ => None,
            },
            _ => wrong(attribute.name_at, "an XML declaration in disorder: version, then encoding"),
        };
        stage = place.unwrap_or_default() + 1;
        slip = slip.or(found);
    })?;
    match slip {
        Some(slip) => Err(slip),
        None if stage == 0 => Err(Slip::new(0, "an XML declaration without a version: write it")),
        None => Ok(declaration),
    }
}

fn is_version(text: &str) -> bool {
    let minor = text.strip_prefix("1.").unwrap_or_default();
    !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_encoding(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_held_to_their_order() {
        let read = |inner| read_declaration(inner).map(|d| d.encoding.map(|(name, _)| name));
        assert_eq!(read("xml version='1.0'"), Ok(None));
        assert_eq!(read("xml version='1.0' encoding=\"utf-8\" "), Ok(Some("utf-8")));
        assert_eq!(read("xml version='1.0' standalone='no'"), Ok(None));
        for bad in [
            "xml",
            "xml encoding='a'",
            "xml version='2.0'",
            "xml version='1.0' encoding=''",
            "xml version='1.0' version='1.0'",
            "xml version='1.0' standalone='no' encoding='a'",
            "xml version='1.0' standalone='maybe'",
            "xml version='1.0' a='b'",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
