//! A browser that keeps cookies, knows the routes, and fills in forms as they were shown.

use std::collections::BTreeMap;

use phytohub_gens::web::{Answer, Complete, Web, routes};
use phytohub_plugin_sdk::Request;

use crate::world::{ADDRESS, PASSWORD, World};

pub(crate) const PREFIX: &str = "/gens/";
/// The cookie of a session, over TLS.
pub(crate) const SESSION: &str = "__Host-gens";

pub(crate) struct Browser {
    web: Web,
    pub cookies: BTreeMap<String, String>,
    pub scheme: &'static str,
}

impl Browser {
    pub(crate) fn new(world: &World) -> Self {
        let web = Web::new(world.gens.clone());
        Self { web, cookies: BTreeMap::new(), scheme: "https" }
    }

    /// A browser in which somebody is logged in.
    pub(crate) fn of(world: &World, tenant: &str, name: &str) -> Self {
        let mut browser = Self::new(world);
        browser.get("log-in");
        let fields = [("tenant", tenant), ("name", name), ("password", PASSWORD)];
        let answer = browser.post("log-in", &fields);
        assert_eq!(answer.status(), 303, "{}", text(&answer));
        browser
    }

    /// A browser with the session that the world began with: no password is looked at.
    pub(crate) fn with_session(world: &World, tenant: &'static str, name: &'static str) -> Self {
        let mut browser = Self::new(world);
        let token = World::token_of(tenant, name).to_owned();
        browser.cookies.insert(SESSION.to_owned(), token);
        browser
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None, &[])
    }

    /// Sends a form with the token that the last page of this visitor carried.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        let mut all = vec![("csrf", &*csrf)];
        all.extend(fields);
        self.post_bare(path, &all)
    }

    /// Sends a form with these fields and no others.
    pub(crate) fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let form = b"application/x-www-form-urlencoded".as_slice();
        let headers = [("content-type", form), ("sec-fetch-site", b"same-origin")];
        self.send("POST", path, Some(body.join("&").as_bytes()), &headers)
    }

    /// Sends a file.
    pub(crate) fn upload(&mut self, path: &str, filename: &str, bytes: &[u8]) -> Answer {
        let csrf = self.csrf();
        let mut body = format!(
            "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--B\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--B--\r\n");
        let headers = [("content-type", b"multipart/form-data; boundary=B".as_slice())];
        self.send("POST", path, Some(&body), &headers)
    }

    /// Sends a request as the hub would: by the first route that fits.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        headers: &[(&str, &[u8])],
    ) -> Answer {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let bare = bare.split('#').next().unwrap_or_default();
        let full = format!("{PREFIX}{bare}");
        let fits = routes()
            .iter()
            .position(|route| route.method == method && matches(route.pattern, bare));
        let Some(place) = fits else { panic!("no route fits {method} {path}") };
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut request = Request::new(method, PREFIX, &full, routes()[place].pattern);
        request.route = place;
        request.query = query;
        request.scheme = self.scheme;
        request.host = "hub.example";
        request.client_address = ADDRESS;
        request.headers = headers.to_vec();
        request.headers.push(("cookie", cookies.as_bytes()));
        let request = match body {
            Some(body) => request.with_body(body),
            None => request,
        };
        let answer = self.web.answer(&request, &mut Complete);
        for cookie in answer.values("set-cookie") {
            let (name, rest) = cookie.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value);
            }
        }
        answer
    }

    /// The token of this visitor's forms, from a page that has a form for everybody.
    pub(crate) fn csrf(&mut self) -> String {
        let own = field(&text(&self.get("account")), "csrf");
        let token = own.or_else(|| field(&text(&self.get("log-in")), "csrf"));
        token.expect("every page with a form carries a token")
    }
}

pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(answer.body()).into_owned()
}

/// The value of the first hidden field of that name.
pub(crate) fn field(page: &str, name: &str) -> Option<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&mark)?;
    rest.split_once('"').map(|(value, _)| unescaped(value))
}

pub(crate) fn unescaped(text: &str) -> String {
    [("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")]
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(part, segment)| part.starts_with('{') && !segment.is_empty() || part == segment)
}
