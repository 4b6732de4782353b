//! Paths: taken apart, decoded, and compared with the patterns of routes.

use http::Method;
use phytohub_plugin_loader::HttpRoute;

/// A path's segments, decoded. `/a//` has the segments `a`, and twice nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Path(Vec<String>);

/// A path is nothing that a page could have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct BadPath;

impl Path {
    /// Takes a path apart. Refused are escapes that are none, text that is not UTF-8, control
    /// characters, empty segments but the last, and whatever climbs: `..` and `.`, however escaped
    /// and whichever slash stands beside it.
    pub(super) fn parse(path: &str) -> Result<Self, BadPath> {
        let rest = path.strip_prefix('/').ok_or(BadPath)?;
        let segments: Vec<&str> = rest.split('/').collect();
        let last = segments.len() - 1;
        let decoded = segments.iter().enumerate().map(|(index, segment)| {
            let text = decode(segment)?;
            let climbs = text.split(['/', '\\']).any(|part| part == ".." || part == ".");
            let empty = text.is_empty() && index != last;
            if climbs || empty || text.chars().any(char::is_control) { None } else { Some(text) }
        });
        decoded.collect::<Option<Vec<_>>>().map(Self).ok_or(BadPath)
    }

    /// The segments under a prefix, if the path lies there.
    pub(super) fn under(&self, prefix: &Prefix) -> Option<&[String]> {
        let rest = self.0.strip_prefix(prefix.0.as_slice())?;
        // Without a slash after it, the prefix itself is another path.
        (!rest.is_empty()).then_some(rest)
    }

    /// Whether the path is a prefix without its last slash.
    pub(super) fn is_bare(&self, prefix: &Prefix) -> bool {
        !self.0.is_empty() && self.0 == prefix.0
    }

    /// Whether it is `/`.
    pub(super) fn is_root(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}

/// Where a plugin's pages lie: a path with a slash at both ends, as segments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Prefix(Vec<String>);

impl Prefix {
    /// Reads one; nothing if it has not a slash at both ends or could be no path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_suffix('/')?;
        if inner.is_empty() {
            return Some(Self(Vec::new()));
        }
        let path = Path::parse(inner).ok()?;
        (!path.0.iter().any(String::is_empty)).then_some(Self(path.0))
    }

    /// How deep it lies: of two that fit, the deeper is meant.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether it lies where the service of national systems has its paths.
    pub(super) fn is_reserved(&self) -> bool {
        self.0.first().is_some_and(|first| first == RESERVED)
    }
}

/// Whether a path lies where the service of national systems has its paths: no page ever does.
pub(super) fn is_reserved(path: &Path) -> bool {
    path.0.first().is_some_and(|first| first == RESERVED)
}

/// A route's pattern, taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    /// Whether anything may follow.
    rest: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Segment {
    Any,
    Text(String),
}

impl Pattern {
    /// Reads one; nothing if it is wrong: braces within a segment, `{*rest}` before the end.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut pieces: Vec<&str> = text.split('/').collect();
        let rest = pieces.last().is_some_and(|last| last.starts_with("{*") && last.ends_with('}'));
        if rest {
            pieces.pop();
        }
        let read = |piece: &str| match piece.strip_prefix('{') {
            Some(name) => {
                let name = name.strip_suffix('}')?;
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                (plain && !name.is_empty()).then_some(Segment::Any)
            }
            None if piece.contains(['{', '}']) => None,
            None => Some(Segment::Text(piece.to_owned())),
        };
        let segments = pieces.into_iter().map(read).collect::<Option<Vec<_>>>()?;
        Some(Self { segments, rest })
    }

    /// Whether segments fit it.
    pub(super) fn fits(&self, segments: &[String]) -> bool {
        let enough = if self.rest {
            segments.len() >= self.segments.len()
        } else {
            segments.len() == self.segments.len()
        };
        let fits = |(pattern, segment): (&Segment, &String)| match pattern {
            Segment::Any => !segment.is_empty(),
            Segment::Text(text) => text == segment,
        };
        enough && self.segments.iter().zip(segments).all(fits)
    }
}

/// A plugin's routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes(Vec<(Pattern, HttpRoute)>);

/// Where a request goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Match {
    /// Index of the route.
    pub(super) index: u32,
    /// Bytes of the largest body.
    pub(super) body_bytes_max: u64,
}

/// Why no route fits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum NoRoute {
    /// None has the path.
    Path,
    /// Some have it, for these methods.
    Method(String),
}

impl Routes {
    /// Reads a plugin's routes; the wrong pattern if one is.
    pub(super) fn parse(routes: &[HttpRoute]) -> Result<Self, String> {
        let read = |route: &HttpRoute| match Pattern::parse(&route.pattern) {
            Some(pattern) => Ok((pattern, route.clone())),
            None => Err(route.pattern.clone()),
        };
        routes.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The first that fits.
    pub(super) fn find(&self, method: &Method, segments: &[String]) -> Result<Match, NoRoute> {
        let mut methods: Vec<&str> = Vec::new();
        for (index, (pattern, route)) in self.0.iter().enumerate() {
            if !pattern.fits(segments) {
                continue;
            }
            let own = route.method.as_str();
            let head = own == Method::GET.as_str() && method == Method::HEAD;
            if own.is_empty() || own == method.as_str() || head {
                let index = u32::try_from(index).map_err(|_| NoRoute::Path)?;
                return Ok(Match { index, body_bytes_max: route.body_bytes_max });
            }
            for name in [own, if own == "GET" { "HEAD" } else { own }] {
                if !methods.contains(&name) {
                    methods.push(name);
                }
            }
        }
        Err(if methods.is_empty() { NoRoute::Path } else { NoRoute::Method(methods.join(", ")) })
    }
}

/// Takes the escapes out of a segment.
fn decode(segment: &str) -> Option<String> {
    if !segment.contains('%') {
        return Some(segment.to_owned());
    }
    let mut bytes = segment.bytes();
    let mut decoded = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            decoded.push(u8::try_from(value).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// `/hub/DeliveryService` and `/hub/receipt/` are known to every national system.
const RESERVED: &str = "hub";

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        let path = Path::parse(path).expect("a path");
        path.under(&Prefix(Vec::new())).expect("it has segments").to_vec()
    }

    #[test]
    fn what_climbs_or_is_malformed_is_refused() {
        for path in [
            "",
            "a",
            "/../a",
            "/a/..",
            "/./a",
            "/%2e%2e/a",
            "/%2E./a",
            "/a/%2e",
            "/..%2fa",
            "/a%5c..%5cb",
            "/%00",
            "/a%0d%0ab",
            "/a//b",
            "//a",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/%ff",
            "/a/%2e%2e%2fb",
            "/\u{85}",
        ] {
            assert_eq!(Path::parse(path), Err(BadPath), "{path}");
        }
        for path in ["/", "/a", "/a/", "/a..b/...", "/EU%2F2020%2F7", "/%C3%A9", "/a%25b"] {
            assert!(Path::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn patterns_fit_what_they_say() {
        for (pattern, path, fits) in [
            ("", "/", true),
            ("", "/a", false),
            ("a", "/a", true),
            ("a", "/a/", false),
            ("a/", "/a/", true),
            ("c/{number}", "/c/7", true),
            ("c/{number}", "/c/EU%2F7", true),
            ("c/{number}", "/c/", false),
            ("c/{number}", "/c/7/8", false),
            ("c/{number}/pdf", "/c/7/pdf", true),
            ("caf\u{e9}", "/caf%C3%A9", true),
            ("files/{*rest}", "/files/a/b", true),
            ("files/{*rest}", "/files/", true),
            ("{*rest}", "/", true),
            ("{*rest}", "/a/b", true),
        ] {
            let read = Pattern::parse(pattern).expect("a pattern");
            assert_eq!(read.fits(&segments(path)), fits, "{pattern} {path}");
        }
        for wrong in ["a{b}", "{}", "{*rest}/a", "{a", "a}"] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_first_route_that_fits_is_taken_and_get_answers_head() {
        let route = |method: &str, pattern: &str| HttpRoute {
            method: method.to_owned(),
            pattern: pattern.to_owned(),
            body_bytes_max: 0,
        };
        let routes = [route("GET", "a"), route("POST", "a"), route("", "b"), route("GET", "{x}")];
        let routes = Routes::parse(&routes).expect("patterns");
        let find = |method: Method, path: &str| routes.find(&method, &segments(path));
        let index = |method, path| find(method, path).map(|found| found.index);
        assert_eq!(index(Method::GET, "/a"), Ok(0));
        assert_eq!(index(Method::HEAD, "/a"), Ok(0));
        assert_eq!(index(Method::POST, "/a"), Ok(1));
        assert_eq!(index(Method::DELETE, "/b"), Ok(2));
        assert_eq!(index(Method::GET, "/c"), Ok(3));
        assert_eq!(index(Method::PUT, "/a"), Err(NoRoute::Method("GET, HEAD, POST".to_owned())));
        assert_eq!(index(Method::GET, "/a/b"), Err(NoRoute::Path));
    }

    #[test]
    fn a_prefix_has_a_slash_at_both_ends() {
        let prefix = Prefix::parse("/gens/").expect("a prefix");
        let path = |text: &str| Path::parse(text).expect("a path");
        assert_eq!(path("/gens/").under(&prefix), Some(&[String::new()][..]));
        assert_eq!(path("/gens").under(&prefix), None);
        assert!(path("/gens").is_bare(&prefix));
        assert_eq!(path("/gensx/").under(&prefix), None);
        assert!(Prefix::parse("/").expect("the root").depth() == 0);
        assert!(Prefix::parse("/hub/a/").expect("a prefix").is_reserved());
        for wrong in ["", "gens/", "/gens", "//", "/a//b/", "/../"] {
            assert_eq!(Prefix::parse(wrong), None, "{wrong}");
        }
    }
}
