//! A request with all that a handler needs to answer it.

use std::str::FromStr;

use askama::Template;
use aws_lc_rs::constant_time;
use phytohub_plugin_sdk::Request;

use super::answer::{Answer, encoded};
use super::failure::Failure;
use super::form::Form;
use super::table::routes;
use super::text::Locale;
use super::view::{Chrome, Language, NavItem};
use crate::auth::Session;
use crate::service::Gens;

/// The cookie of a session.
pub(super) const SESSION: &str = "gens";
/// The cookie of who is not logged in: what forms for anybody are tied to.
pub(super) const VISITOR: &str = "gens-form";
/// The cookie of the language.
pub(super) const LANGUAGE: &str = "gens-language";

/// Who asks.
#[derive(Debug)]
pub(super) enum Visitor {
    /// Somebody who is logged in.
    User(Box<Session>),
    /// Anybody, with what their forms are tied to.
    Anybody(String),
}

/// A request.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) gens: &'a Gens,
    pub(super) request: &'a Request<'a>,
    pub(super) pattern: &'a str,
    pub(super) locale: &'static Locale,
    pub(super) visitor: Visitor,
    pub(super) form: Form,
}

impl Ask<'_> {
    /// Who is logged in.
    pub(super) const fn session(&self) -> Result<&Session, Failure> {
        match &self.visitor {
            Visitor::User(session) => Ok(session),
            Visitor::Anybody(_) => Err(Failure::NoSession),
        }
    }

    /// What forms carry.
    pub(super) fn csrf(&self) -> &str {
        match &self.visitor {
            Visitor::User(session) => session.csrf(),
            Visitor::Anybody(token) => token,
        }
    }

    /// Whether the browser says that the request comes from a page of another site. Browsers that
    /// say nothing of the kind are left to the token of the form.
    pub(super) fn is_from_elsewhere(&self) -> bool {
        let said = |name: &str| self.request.header(name);
        let own = format!("{}://{}", self.request.scheme, self.request.host);
        said("sec-fetch-site").is_some_and(|site| site != b"same-origin" && site != b"none")
            || said("origin").is_some_and(|origin| origin != own.as_bytes())
    }

    /// Whether the form is one that this visitor was shown.
    pub(super) fn is_own_form(&self) -> bool {
        let sent = self.form.verbatim("csrf");
        match &self.visitor {
            Visitor::User(session) => session.is_csrf(sent),
            Visitor::Anybody(token) => {
                let equal =
                    constant_time::verify_slices_are_equal(token.as_bytes(), sent.as_bytes());
                !token.is_empty() && equal.is_ok()
            }
        }
    }

    /// A segment of the path as an identifier; what is none is not there.
    pub(super) fn id<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.text_segment(name)?.parse().map_err(|_| Failure::NotFound)
    }

    /// A segment of the path.
    pub(super) fn text_segment(&self, name: &str) -> Result<String, Failure> {
        segment(self.pattern, self.request.rest(), name).ok_or(Failure::NotFound)
    }

    /// A value of the query, without space around it; empty if there is none.
    pub(super) fn query(&self, name: &str) -> String {
        self.request.query_value(name).unwrap_or_default().trim().to_owned()
    }

    /// The address that limits are counted by.
    pub(super) const fn address(&self) -> &str {
        self.request.client_address
    }

    /// A page.
    pub(super) fn page(&self, page: &impl Template) -> Result<Answer, Failure> {
        self.page_with(200, page)
    }

    /// A page with a status.
    pub(super) fn page_with(&self, status: u16, page: &impl Template) -> Result<Answer, Failure> {
        Ok(Answer::page(status, page.render()?))
    }

    /// Sends the browser to another page.
    pub(super) fn see(&self, path: &str) -> Answer {
        Answer::see(&format!("{}{path}", self.request.prefix))
    }

    /// A `Set-Cookie` for this site's pages alone; for the life of the browser, or for no longer.
    pub(super) fn cookie(&self, name: &str, value: &str) -> String {
        let (path, secure) = match is_secure(self.request) {
            // The prefix of the name asks for this path.
            true => ("/", "; Secure"),
            false => (self.request.prefix, ""),
        };
        let gone = if value.is_empty() { "; Max-Age=0" } else { "" };
        let (name, value) = (cookie_name(self.request, name), encoded(value, b""));
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{gone}")
    }

    /// The value of a cookie that was given by [`Self::cookie`].
    pub(super) fn cookie_value(&self, name: &str) -> Option<&str> {
        cookie(self.request, name)
    }

    /// What every page has around it.
    pub(super) fn chrome(&self) -> Chrome {
        let session = self.session().ok();
        let locale = self.locale;
        Chrome {
            locale,
            prefix: self.request.prefix.to_owned(),
            csrf: self.csrf().to_owned(),
            tenant: session.map_or_else(|| locale.text("footer"), |one| one.tenant_name().into()),
            user: session.map_or_else(String::new, |one| one.full_name().into()),
            training: session.is_some_and(Session::is_training),
            nav: session.map(|one| navigation(one, self.pattern)).unwrap_or_default(),
            languages: self.languages(),
            notice: self.notice(),
        }
    }

    fn languages(&self) -> Vec<Language> {
        // Of a page that was made by a form there is nothing to be asked for again.
        let is_page = self.request.method == "GET" || self.request.method == "HEAD";
        let path = if is_page { self.request.path } else { self.request.prefix };
        let kept: String = self
            .request
            .query_pairs()
            .filter(|(name, _)| is_page && name != "lang" && name != "done")
            .map(|(name, value)| format!("{}={}&", encoded(&name, b""), encoded(&value, b"")))
            .collect();
        let language = |locale: &'static Locale| Language {
            href: format!("{path}?{kept}lang={}", locale.tag()),
            tag: locale.tag(),
            direction: locale.direction(),
            name: locale.name(),
            current: locale.tag() == self.locale.tag(),
        };
        Locale::all().iter().map(language).collect()
    }

    /// What the page before did.
    fn notice(&self) -> String {
        let key = match &*self.query("done") {
            "saved" => "form-saved",
            "password" => "password-changed",
            "second-factor" => "second-factor-done",
            "settings" => "settings-saved",
            _ => return String::new(),
        };
        self.locale.text(key)
    }
}

/// The value of a cookie of ours.
pub(super) fn cookie<'r>(request: &Request<'r>, name: &str) -> Option<&'r str> {
    request.cookie(&cookie_name(request, name))
}

/// Over TLS no other host, neighbours and those below included, can plant a cookie of that name.
fn cookie_name(request: &Request<'_>, name: &str) -> String {
    if is_secure(request) { format!("__Host-{name}") } else { name.to_owned() }
}

fn is_secure(request: &Request<'_>) -> bool {
    request.scheme == "https"
}

/// The segment that fitted a name in the pattern, decoded by the SDK's rules.
fn segment(pattern: &str, rest: &str, name: &str) -> Option<String> {
    let mut request = Request::new("GET", "/", rest, pattern);
    request.path = rest;
    request.segment(name)
}

/// The parts of the site: where each begins, and what it is called.
static PLACES: &[(&str, &str)] = &[
    ("", "nav-home"),
    ("certificates", "nav-certificates"),
    ("imports", "nav-imports"),
    ("users", "nav-users"),
    ("organizations", "nav-organizations"),
    ("statistics", "nav-statistics"),
    ("audit", "nav-audit"),
    ("settings", "nav-settings"),
];

/// Where somebody may go, by the table of routes.
fn navigation(session: &Session, pattern: &str) -> Vec<NavItem> {
    let first = pattern.split('/').next().unwrap_or_default();
    let open = |(path, _): &&(&str, &str)| {
        let route = routes().iter().find(|route| route.method == "GET" && route.pattern == *path);
        route.is_some_and(|route| route.access.admits(session.rights()))
    };
    let item =
        |(path, key): &(&'static str, &'static str)| NavItem { path, key, current: *path == first };
    PLACES.iter().filter(open).map(item).collect()
}
