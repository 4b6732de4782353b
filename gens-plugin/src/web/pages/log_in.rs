//! Coming in and going out.

use crate::service::{LogIn, NewSession, ServiceError};
use crate::web::answer::{Answer, encoded};
use crate::web::ask::{Ask, SESSION};
use crate::web::failure::Failure;
use crate::web::form::{Body, Form};
use crate::web::table::Route;
use crate::web::view::{Choice, KeptPage, LogInPage, SecondFactorPage};

/// The cookie of who has given a password and not yet the second factor.
const WAITING: &str = "gens-waiting";

/// The one route whose form is worth being kept over a log-in.
const KEPT_ROUTE: &str = "certificates/{id}/save";

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "", "")
}

/// What is answered where somebody must be logged in and nobody is: a page leads to the log-in, and
/// a form that took long to fill in goes along.
pub(in crate::web) fn instead(
    route: &Route,
    ask: &mut Ask<'_>,
    body: &mut dyn Body,
) -> Result<Answer, Failure> {
    if route.method == "GET" {
        return Ok(ask.see("log-in"));
    }
    if route.pattern != KEPT_ROUTE || !is_from_here(ask) {
        return Err(Failure::NoSession);
    }
    let form = Form::read(ask.request, body, route.body_bytes_max)?;
    let fields = form.fields().iter().filter(|(name, _)| name != "csrf");
    let fields: Vec<String> = fields
        .map(|(name, value)| format!("{}={}", encoded(name, b""), encoded(value, b"")))
        .collect();
    page(ask, 401, "", &format!("{}\n{}", ask.request.rest(), fields.join("&")))
}

/// Whether the browser says that one of our own pages sent the form. A form from elsewhere comes
/// without the session's cookie too, and must not be offered to be saved.
fn is_from_here(ask: &Ask<'_>) -> bool {
    let said = |name: &str| {
        ask.request.header(name).map(|value| String::from_utf8_lossy(value).into_owned())
    };
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == format!("{}://{}", ask.request.scheme, ask.request.host),
        (None, None) => false,
    }
}

pub(in crate::web) fn log_in(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (form, kept) = (&ask.form, ask.form.verbatim("kept"));
    let password = form.verbatim("password");
    let outcome = ask.gens.log_in(form.get("tenant"), form.get("name"), password, ask.address());
    match outcome {
        Ok(LogIn::Done(session)) => done(ask, &session, kept),
        Ok(LogIn::SecondFactor(session)) => {
            let page =
                SecondFactorPage { p: &ask.chrome(), error: String::new(), kept: kept.to_owned() };
            Ok(ask.page(&page)?.header("set-cookie", &ask.cookie(WAITING, session.token())))
        }
        Err(ServiceError::Credentials) => page(ask, 401, "log-in-wrong", kept),
        Err(ServiceError::Limited { .. }) => page(ask, 429, "log-in-limited", kept),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn second_factor(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let kept = ask.form.verbatim("kept");
    let waiting = ask.cookie_value(WAITING).unwrap_or_default();
    let error = match ask.gens.second_factor(waiting, ask.form.get("code"), ask.address()) {
        Ok(session) => {
            let answer = done(ask, &session, kept)?;
            return Ok(answer.header("set-cookie", &ask.cookie(WAITING, "")));
        }
        Err(ServiceError::SessionEnded) => return page(ask, 401, "log-in-ended", kept),
        Err(ServiceError::Credentials) => "second-factor-wrong",
        Err(ServiceError::Limited { .. }) => "log-in-limited",
        Err(error) => return Err(error.into()),
    };
    let page =
        SecondFactorPage { p: &ask.chrome(), error: ask.locale.text(error), kept: kept.to_owned() };
    ask.page_with(401, &page)
}

pub(in crate::web) fn log_out(ask: &Ask<'_>) -> Result<Answer, Failure> {
    ask.gens.log_out(ask.session()?)?;
    Ok(ask.see("log-in").header("set-cookie", &ask.cookie(SESSION, "")))
}

/// Somebody is in: to one's work, or to what was typed while the session ended.
fn done(ask: &Ask<'_>, new: &NewSession, kept: &str) -> Result<Answer, Failure> {
    let cookie = ask.cookie(SESSION, new.token());
    let Some((path, fields)) = kept_form(kept) else {
        return Ok(ask.see("").header("set-cookie", &cookie));
    };
    let Some(session) = ask.gens.session(new.token(), ask.address())? else {
        return Err(Failure::NoSession);
    };
    let mut p = ask.chrome();
    session.csrf().clone_into(&mut p.csrf);
    let page = KeptPage { p: &p, path, fields };
    Ok(ask.page(&page)?.header("set-cookie", &cookie))
}

/// The path and the fields of a form that was kept: only ever one that saves a certificate.
fn kept_form(kept: &str) -> Option<(String, Vec<(String, String)>)> {
    let (path, fields) = kept.split_once('\n')?;
    let path = path.trim_end_matches('\r');
    let id = path.strip_prefix("certificates/")?.strip_suffix("/save")?;
    id.parse::<crate::domain::CertificateId>().ok()?;
    Some((path.to_owned(), phytohub_plugin_sdk::Request::form_pairs(fields.as_bytes()).collect()))
}

fn page(ask: &Ask<'_>, status: u16, error: &str, kept: &str) -> Result<Answer, Failure> {
    let tenant = ask.form.get("tenant");
    let tenants = ask.gens.tenants()?;
    let choice =
        |one: &crate::service::TenantCard| Choice::new(&*one.code, &*one.name).chosen(tenant);
    ask.page_with(
        status,
        &LogInPage {
            p: &ask.chrome(),
            name: ask.form.get("name").to_owned(),
            error: if error.is_empty() { String::new() } else { ask.locale.text(error) },
            kept: kept.to_owned(),
            countries: tenants.iter().map(choice).collect(),
        },
    )
}
