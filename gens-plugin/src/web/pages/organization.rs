//! Organizations that apply.

use crate::domain::OrganizationId;
use crate::service::{Cursor, OrganizationView, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{ActionView, Cell, Field, FormPage, TablePage, TableRow};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let page = ask.gens.organizations(ask.session()?, false, super::list::after(ask))?;
    let columns = ["organization-name", "organization-contact", "organization-state"];
    let row = |one: OrganizationView| {
        let (key, tone) = match &*one.state {
            "pending" => ("organization-pending", "wait"),
            "active" => ("organization-approved", "good"),
            "refused" => ("organization-refused", "bad"),
            _ => ("organization-ended", "bad"),
        };
        let approve = ActionView {
            path: format!("organizations/{}/approve", one.id),
            label: locale.text("organization-approve"),
            tone: "primary",
        };
        TableRow {
            cells: vec![
                Cell::link(one.name, format!("organizations/{}/end", one.id)),
                Cell::text(one.contact),
                Cell::state(locale.text(key), tone),
            ],
            actions: if one.state == "pending" { vec![approve] } else { Vec::new() },
            ..TableRow::default()
        }
    };
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("organizations-title"),
        lead: locale.text("organizations-lead"),
        add: Default::default(),
        columns: columns.map(|key| locale.text(key)).into(),
        rows: page.rows.into_iter().map(row).collect(),
        has_actions: true,
        csv: super::export::offered(ask, "organizations.csv"),
        next: super::show::next_page(ask, "organizations", page.next.map(Cursor::number)),
    })
}

pub(in crate::web) fn approve(ask: &Ask<'_>) -> Result<Answer, Failure> {
    ask.gens.approve_organization(ask.session()?, ask.id("id")?)?;
    Ok(ask.see("organizations?done=saved"))
}

pub(in crate::web) fn end_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "")
}

pub(in crate::web) fn end(ask: &Ask<'_>) -> Result<Answer, Failure> {
    match ask.gens.end_organization(ask.session()?, ask.id("id")?, ask.form.get("reason")) {
        Ok(()) => Ok(ask.see("organizations?done=saved")),
        Err(ServiceError::ReasonMissing) => page(ask, 422, "confirm-reason-needed"),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let id: OrganizationId = ask.id("id")?;
    let one = ask.gens.organization(ask.session()?, id)?;
    let facts = vec![
        (locale.text("register-address"), one.address.join("\n")),
        (locale.text("organization-contact"), one.contact),
    ];
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: one.name,
            lead: locale.text("organization-end-lead"),
            facts,
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: format!("organizations/{id}/end"),
            fields: vec![Field::new("area", "reason", locale.text("reason")).required()],
            button: locale.text("organization-end"),
            tone: "danger",
            back: "organizations".to_owned(),
            links: Vec::new(),
        },
    )
}
