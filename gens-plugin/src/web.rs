//! The pages: from requests of browsers to calls of the service, and back.
//!
//! Every route is a row of one table, which says who may come in. Pages are whole without scripts;
//! whatever people or peers have written is escaped by the templates; nothing inline is allowed by
//! the policy that each page carries.

use phytohub_plugin_sdk::{Asset, HttpRoute, Request, Responder};

mod adapter;
mod answer;
mod ask;
mod draft;
mod failure;
mod finding;
mod form;
pub(crate) mod list;
mod pages;
mod table;
pub(crate) mod text;
mod view;

pub use answer::{Answer, POLICY};
pub use form::{ATTACHMENT_BYTES_MAX, Body, Complete, FORM_BYTES_MAX, FormError, UPLOAD_BYTES_MAX};
pub use table::{Access, Route, routes};
pub use text::Locale;

use crate::service::Gens;
use ask::{Ask, LANGUAGE, SESSION, VISITOR, Visitor, cookie};
use failure::Failure;
use form::Form;

/// The pages of all tenants.
#[derive(Clone, Debug)]
pub struct Web {
    gens: Gens,
}

impl Web {
    /// The pages on a service.
    #[must_use]
    pub const fn new(gens: Gens) -> Self {
        Self { gens }
    }

    /// The routes as the hub takes them, in the order of [`routes`].
    #[must_use]
    pub fn http_routes() -> Vec<HttpRoute> {
        routes().iter().map(Route::http).collect()
    }

    /// The files that the hub serves by itself.
    #[must_use]
    pub fn assets() -> Vec<Asset> {
        let files: [(&str, &str, &[u8]); 4] = [
            ("assets/gens.css", "text/css; charset=utf-8", include_bytes!("../static/gens.css")),
            ("assets/paper.css", "text/css; charset=utf-8", include_bytes!("../static/paper.css")),
            (
                "assets/gens.js",
                "text/javascript; charset=utf-8",
                include_bytes!("../static/gens.js"),
            ),
            ("assets/gens.svg", "image/svg+xml", include_bytes!("../static/gens.svg")),
        ];
        files.map(|(path, content_type, bytes)| Asset::new(path, content_type, bytes)).into()
    }

    /// Answers a request of the hub.
    ///
    /// # Errors
    ///
    /// The browser went away.
    pub fn respond(
        &self,
        request: &Request<'_>,
        mut responder: Responder,
    ) -> phytohub_plugin_sdk::Result<()> {
        let answer = self.answer(request, &mut responder);
        match answer.file_to_send().filter(|_| request.method != "HEAD") {
            Some(file) => answer.stream(&file, responder),
            None => responder.reply(answer.into_reply()),
        }
    }

    /// Answers a request whose route is one of [`routes`]; anything else is not found.
    pub fn answer(&self, request: &Request<'_>, body: &mut dyn Body) -> Answer {
        let route = routes().get(request.route).filter(|route| {
            let method = if request.method == "HEAD" { "GET" } else { request.method };
            route.method == method
        });
        let chosen = request.query_value("lang").and_then(|tag| Locale::of(&tag));
        let (visitor, is_new) = self.visitor(request);
        let mut ask = Ask {
            gens: &self.gens,
            request,
            pattern: route.map_or("", |route| route.pattern),
            locale: chosen.unwrap_or_else(|| locale(request, &visitor)),
            visitor,
            form: Form::default(),
        };
        let outcome = match route {
            Some(route) => enter(route, &mut ask, body),
            None => Err(Failure::NotFound),
        };
        let mut answer = outcome.unwrap_or_else(|failure| failure.answer(&ask));
        if let (Visitor::Anybody(token), true) = (&ask.visitor, is_new) {
            answer = answer.header("set-cookie", &ask.cookie(VISITOR, token));
        }
        if let Some(locale) = chosen {
            answer = answer.header("set-cookie", &ask.cookie(LANGUAGE, locale.tag()));
        }
        answer
    }

    /// What forms of somebody are tied to who is not logged in; empty without randomness.
    fn visitor_token(&self) -> String {
        crate::auth::random_text(&*self.gens.0.random).unwrap_or_default()
    }

    /// Who asks, and whether the browser is still to be told what its forms are tied to.
    fn visitor(&self, request: &Request<'_>) -> (Visitor, bool) {
        let token = cookie(request, SESSION).unwrap_or_default();
        if !token.is_empty() {
            match self.gens.session(token, request.client_address) {
                Ok(Some(session)) => return (Visitor::User(Box::new(session)), false),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a session could not be looked up"),
            }
        }
        match cookie(request, VISITOR).filter(|token| is_token(token)) {
            Some(token) => (Visitor::Anybody(token.to_owned()), false),
            // Without randomness there is no token, and no form is anybody's own.
            None => (Visitor::Anybody(self.visitor_token()), true),
        }
    }
}

/// The checks before a handler, in the order of what they cost and tell.
fn enter(route: &Route, ask: &mut Ask<'_>, body: &mut dyn Body) -> Result<Answer, Failure> {
    if route.access != Access::Anybody && ask.session().is_err() {
        return pages::log_in::instead(route, ask, body);
    }
    if let Ok(session) = ask.session()
        && !route.access.admits(session.rights())
    {
        return Err(Failure::Denied);
    }
    if route.body_bytes_max > 0 {
        ask.form = Form::read(ask.request, body, route.body_bytes_max)?;
    }
    if route.csrf && (ask.is_from_elsewhere() || !ask.is_own_form()) {
        return Err(Failure::Csrf);
    }
    let must_change = ask.session().is_ok_and(crate::auth::Session::must_change_password);
    if must_change && !route.pattern.starts_with("account") && route.pattern != "log-out" {
        return Ok(ask.see("account"));
    }
    (route.handler)(ask)
}

/// The language that was chosen in this browser, else by the user wherever it was, else the one that
/// the browser wants.
fn locale(request: &Request<'_>, visitor: &Visitor) -> &'static Locale {
    let header = request.header("accept-language").unwrap_or_default();
    let of_user = || match visitor {
        Visitor::User(session) => Locale::of(session.language()),
        Visitor::Anybody(_) => None,
    };
    cookie(request, LANGUAGE)
        .and_then(Locale::of)
        .or_else(of_user)
        .or_else(|| Locale::accepted(&String::from_utf8_lossy(header)))
        .unwrap_or_else(Locale::english)
}

/// Whether a cookie can be one that was given here: nothing else is written into pages.
fn is_token(text: &str) -> bool {
    (40..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
