//! All that a tenant has, to be taken along.

use super::show;
use crate::auth::Session;
use crate::service::{PackageState, PackageView, Reauthentication, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::table::routes;
use crate::web::view::{ActionView, Cell, Field, FormPage, TablePage, TableRow};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let all = ask.gens.packages(ask.session()?)?;
    let waits = all.iter().any(|one| one.state == PackageState::Waiting);
    let columns = [
        "audit-when",
        "audit-who",
        "user-state",
        "archive-until",
        "archive-size",
        "archive-digest",
    ];
    let add = match waits {
        true => Default::default(),
        false => ("packages/new".to_owned(), locale.text("archive-new")),
    };
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("packages-title"),
        lead: locale.text("packages-lead"),
        add,
        columns: columns.map(|key| locale.text(key)).into(),
        rows: all.into_iter().map(|one| row(ask, one)).collect(),
        has_actions: true,
        csv: String::new(),
        next: String::new(),
    })
}

/// Whether everything may be taken along.
pub(super) fn is_offered(ask: &Ask<'_>) -> bool {
    let route = routes().iter().find(|route| route.pattern == "packages");
    let rights = ask.session().map(Session::rights);
    route.zip(rights.ok()).is_some_and(|(route, rights)| route.access.admits(rights))
}

fn row(ask: &Ask<'_>, one: PackageView) -> TableRow {
    let locale = ask.locale;
    let (key, tone) = match one.state {
        PackageState::Waiting => ("archive-waiting", "wait"),
        PackageState::Ready => ("archive-ready", "good"),
        PackageState::Removed => ("archive-removed", "plain"),
        _ => ("archive-failed", "bad"),
    };
    let until = one.until_ms.map(|until| Cell::moment(show::moment(until, locale)));
    let download = until.is_some().then(|| ActionView {
        path: format!("packages/{}/file", one.id),
        label: locale.text("archive-download"),
        tone: "primary",
    });
    let size = match one.bytes {
        0 => String::new(),
        bytes => format!("{}\u{a0}kB", bytes.div_ceil(1024)),
    };
    TableRow {
        cells: vec![
            Cell::moment(show::moment(one.asked_ms, locale)),
            Cell::text(one.user),
            Cell::state(locale.text(key), tone),
            until.unwrap_or_default(),
            Cell::text(size),
            Cell::text(one.digest),
        ],
        actions: download.into_iter().collect(),
        ..TableRow::default()
    }
}

pub(in crate::web) fn new_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "")
}

pub(in crate::web) fn request(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let proof = Reauthentication {
        password: ask.form.verbatim("password").to_owned(),
        code: ask.form.get("code").to_owned(),
    };
    match ask.gens.request_package(ask.session()?, &proof) {
        Ok(_) => Ok(ask.see("packages")),
        Err(ServiceError::Credentials) => page(ask, 422, "confirm-wrong"),
        Err(ServiceError::Busy) => page(ask, 409, "archive-busy"),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let password = Field::new("password", "password", locale.text("confirm-password"));
    let mut fields = vec![password.required().width("half").autocomplete("current-password")];
    if session.has_second_factor() {
        let code = Field::new("text", "code", locale.text("confirm-code"));
        fields.push(code.required().width("half").autocomplete("one-time-code"));
    }
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("archive-new"),
            lead: locale.text("archive-new-lead"),
            facts: Vec::new(),
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: "packages/new".to_owned(),
            fields,
            button: locale.text("archive-new"),
            tone: "primary",
            back: "packages".to_owned(),
            links: Vec::new(),
        },
    )
}

pub(in crate::web) fn download(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let package = ask.gens.package_file(ask.session()?, ask.id("id")?)?;
    Ok(Answer::file(&package.name, "application/gzip", package.file))
}
