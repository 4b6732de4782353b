//! A request as the hook sees it.

use super::form;

/// A request, borrowed for the length of the call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// Index, in what `routes` answered, of the route that fitted.
    pub route: usize,
    /// Pattern of that route.
    pub pattern: &'a str,
    /// `GET`, `POST` …
    pub method: &'a str,
    /// What the browser asked for without the query, as it came: prefix and path.
    pub path: &'a str,
    /// What follows the question mark, as it came.
    pub query: &'a str,
    /// The prefix under which the plugin's pages lie, with a slash at both ends; for links.
    pub prefix: &'a str,
    /// `http` or `https`, as the browser sees it.
    pub scheme: &'a str,
    /// Host and port, as the browser sees them.
    pub host: &'a str,
    /// The browser's address, behind trusted proxies too.
    pub client_address: &'a str,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(&'a str, &'a [u8])>,
    pub(crate) body: &'a [u8],
    pub(crate) body_bytes: u64,
}

impl<'a> Request<'a> {
    /// A request without headers or body. For tests of hooks.
    #[must_use]
    pub const fn new(method: &'a str, prefix: &'a str, path: &'a str, pattern: &'a str) -> Self {
        Self {
            route: 0,
            pattern,
            method,
            path,
            query: "",
            prefix,
            scheme: "http",
            host: "",
            client_address: "",
            headers: Vec::new(),
            body: &[],
            body_bytes: 0,
        }
    }

    /// The request with a body. For tests of hooks.
    #[must_use]
    pub const fn with_body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self.body_bytes = body.len() as u64;
        self
    }

    /// First value of a header; the name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The body, if all of it is there; else it is read with
    /// [`Responder::body`](super::Responder::body).
    #[must_use]
    pub const fn body(&self) -> Option<&'a [u8]> {
        if self.body.len() as u64 == self.body_bytes { Some(self.body) } else { None }
    }

    /// Bytes of the body as announced.
    #[must_use]
    pub const fn body_bytes(&self) -> Option<u64> {
        if self.body_bytes == u64::MAX { None } else { Some(self.body_bytes) }
    }

    /// The path under the prefix, as it came.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        let bare = self.prefix.trim_end_matches('/');
        let rest = self.path.strip_prefix(bare).unwrap_or(self.path);
        rest.strip_prefix('/').unwrap_or(rest)
    }

    /// The segment that fitted `{name}` in the route's pattern, or all that fitted `{*name}`,
    /// decoded.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<String> {
        let mut rest = self.rest();
        for part in self.pattern.split('/') {
            if let Some(whole) = part.strip_prefix("{*").and_then(|part| part.strip_suffix('}')) {
                return (whole == name).then(|| form::decoded(rest.as_bytes(), false));
            }
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            let braced = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            if braced == Some(name) {
                return Some(form::decoded(segment.as_bytes(), false));
            }
            rest = after;
        }
        None
    }

    /// The query's pairs, decoded, in their order.
    pub fn query_pairs(&self) -> impl Iterator<Item = (String, String)> + 'a {
        form::pairs(self.query.as_bytes())
    }

    /// First value of a name in the query.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The pairs of a form (`application/x-www-form-urlencoded`) in a body, decoded.
    pub fn form_pairs(body: &[u8]) -> impl Iterator<Item = (String, String)> + '_ {
        form::pairs(body)
    }

    /// Value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .filter(|(header, _)| *header == "cookie")
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_found_by_the_pattern() {
        let request = Request::new(
            "GET",
            "/gens/",
            "/gens/certificates/A%2F1/pdf",
            "certificates/{number}/{*rest}",
        );
        assert_eq!(request.segment("number").as_deref(), Some("A/1"));
        assert_eq!(request.segment("rest").as_deref(), Some("pdf"));
        assert_eq!(request.segment("other"), None);
        assert_eq!(request.rest(), "certificates/A%2F1/pdf");
    }

    #[test]
    fn cookies_are_found_in_every_header() {
        let mut request = Request::new("GET", "/", "/", "");
        request.headers = vec![("cookie", b"a=1; session=x=y"), ("cookie", b"b=2")];
        assert_eq!(request.cookie("session"), Some("x=y"));
        assert_eq!(request.cookie("b"), Some("2"));
        assert_eq!(request.cookie("c"), None);
    }
}
