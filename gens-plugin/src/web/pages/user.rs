//! Users of the NPPO, or of one's own organization.

use crate::domain::{Right, Role, UserId};
use crate::service::{
    Cursor, NewAccount, Reauthentication, ServiceError, TemporaryPassword, UserChange, UserView,
};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::text::Locale;
use crate::web::view::{
    ActionView, Cell, Choice, Field, FormPage, MessagePage, TablePage, TableRow,
};

pub(in crate::web) fn list(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let page = ask.gens.users(ask.session()?, super::list::after(ask))?;
    let row = |user: UserView| {
        let roles = locale.list(user.roles.iter().map(|one| locale.text(role(*one))));
        TableRow {
            cells: vec![
                Cell::link(user.full_name, format!("users/{}", user.id)),
                Cell::text(user.name),
                Cell::text(roles),
                state(user.active, locale),
            ],
            ..TableRow::default()
        }
    };
    let columns = ["user-name", "user-login", "user-roles", "user-state"];
    ask.page(&TablePage {
        p: &ask.chrome(),
        title: locale.text("users-title"),
        lead: String::new(),
        add: ("users/new".to_owned(), locale.text("users-new")),
        columns: columns.map(|key| locale.text(key)).into(),
        rows: page.rows.into_iter().map(row).collect(),
        has_actions: false,
        csv: super::export::offered(ask, "users.csv"),
        next: super::show::next_page(ask, "users", page.next.map(Cursor::number)),
    })
}

fn state(active: bool, locale: &Locale) -> Cell {
    if active {
        Cell::state(locale.text("user-active"), "good")
    } else {
        Cell::state(locale.text("user-ended"), "bad")
    }
}

pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::NppoAdministrator => "role-nppo-administrator",
        Role::Officer => "role-officer",
        Role::Inspector => "role-inspector",
        Role::IssuingOfficer => "role-issuing-officer",
        Role::ImportOfficer => "role-import-officer",
        Role::Auditor => "role-auditor",
        Role::ApplicantAdministrator => "role-applicant-administrator",
        Role::Applicant => "role-applicant",
    }
}

pub(in crate::web) fn new_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    new_page(ask, 200, &NewAccount::default(), "")
}

pub(in crate::web) fn create(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let session = ask.session()?;
    let change = typed(ask);
    let new = NewAccount {
        name: ask.form.get("name").to_owned(),
        full_name: change.full_name,
        contact: change.contact,
        place: change.place,
        roles: change.roles,
        organization: session.organization(),
    };
    match ask.gens.create_user(session, &new) {
        Ok((id, password)) => handed_over(ask, id, &password),
        Err(ServiceError::Taken) => new_page(ask, 422, &new, "user-taken"),
        Err(ServiceError::Field(_)) => new_page(ask, 422, &new, "user-refused"),
        Err(error) => Err(error.into()),
    }
}

fn new_page(ask: &Ask<'_>, status: u16, new: &NewAccount, error: &str) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let change = UserChange {
        full_name: new.full_name.clone(),
        contact: new.contact.clone(),
        place: new.place.clone(),
        roles: new.roles.clone(),
    };
    let name = Field::new("text", "name", locale.text("user-login")).value(&*new.name).required();
    let mut fields = vec![name.help(locale.text("user-login-help"))];
    fields.extend(fields_of(ask, &change)?);
    let page = UserPage {
        title: locale.text("users-new"),
        action: "users/new".to_owned(),
        fields,
        links: Vec::new(),
        error,
    };
    page.answer(ask, status)
}

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let user = ask.gens.user(ask.session()?, ask.id("id")?)?;
    let change = UserChange {
        full_name: user.full_name.clone(),
        contact: user.contact.clone(),
        place: user.place.clone(),
        roles: user.roles.clone(),
    };
    page_of(ask, 200, &user, &change, "")
}

pub(in crate::web) fn change(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: UserId = ask.id("id")?;
    let change = typed(ask);
    match ask.gens.change_user(ask.session()?, id, &change) {
        Ok(()) => Ok(ask.see(&format!("users/{id}?done=saved"))),
        Err(ServiceError::Field(_)) => {
            let user = ask.gens.user(ask.session()?, id)?;
            page_of(ask, 422, &user, &change, "user-refused")
        }
        Err(error) => Err(error.into()),
    }
}

fn page_of(
    ask: &Ask<'_>,
    status: u16,
    user: &UserView,
    change: &UserChange,
    error: &str,
) -> Result<Answer, Failure> {
    let locale = ask.locale;
    let link = |below: &str, key: &str, tone| ActionView {
        path: format!("users/{}/{below}", user.id),
        label: locale.text(key),
        tone,
    };
    let mut links = vec![link("password", "user-reset", "")];
    if user.has_second_factor {
        links.push(link("second-factor", "user-reset-factor", ""));
    }
    links.push(match user.active {
        true => link("end", "user-end", "danger"),
        false => link("restore", "user-restore", ""),
    });
    let page = UserPage {
        title: format!("{} ({})", user.full_name, user.name),
        action: format!("users/{}", user.id),
        fields: fields_of(ask, change)?,
        links,
        error,
    };
    page.answer(ask, status)
}

struct UserPage<'a> {
    title: String,
    action: String,
    fields: Vec<Field>,
    links: Vec<ActionView>,
    error: &'a str,
}

impl UserPage<'_> {
    fn answer(self, ask: &Ask<'_>, status: u16) -> Result<Answer, Failure> {
        let locale = ask.locale;
        let error = if self.error.is_empty() { String::new() } else { locale.text(self.error) };
        ask.page_with(
            status,
            &FormPage {
                p: &ask.chrome(),
                title: self.title,
                lead: String::new(),
                facts: Vec::new(),
                warning: error,
                narrow: false,
                action: self.action,
                fields: self.fields,
                button: locale.text("user-save"),
                tone: "primary",
                back: "users".to_owned(),
                links: self.links,
            },
        )
    }
}

fn fields_of(ask: &Ask<'_>, change: &UserChange) -> Result<Vec<Field>, Failure> {
    let locale = ask.locale;
    let text = |name: &str, key: &str, value: &str| {
        Field::new("text", name, locale.text(key)).value(value)
    };
    let of_applicants = ask.session()?.organization().is_some();
    let mut fields = vec![
        text("full_name", "user-name", &change.full_name).required().width("half"),
        text("contact", "user-contact", &change.contact).width("half"),
    ];
    if !of_applicants {
        let help = locale.text("user-place-help");
        fields.push(text("place", "user-place", &change.place).help(help));
    }
    let offered = Role::ALL.into_iter().filter(|one| one.is_of_applicants() == of_applicants);
    fields.extend(offered.map(|one| {
        let on = if change.roles.contains(&one) { "yes" } else { "" };
        Field::new("check", one.as_str(), locale.text(role(one))).value(on).width("half")
    }));
    Ok(fields)
}

fn typed(ask: &Ask<'_>) -> UserChange {
    let form = &ask.form;
    UserChange {
        full_name: form.get("full_name").to_owned(),
        contact: form.get("contact").to_owned(),
        place: form.get("place").to_owned(),
        roles: Role::ALL.into_iter().filter(|one| form.get(one.as_str()) == "yes").collect(),
    }
}

pub(in crate::web) fn password_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    confirmation(ask, 200, "password", "user-reset", "")
}

pub(in crate::web) fn reset_password(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: UserId = ask.id("id")?;
    match ask.gens.reset_password(ask.session()?, id, &proof(ask)) {
        Ok(password) => handed_over(ask, id, &password),
        Err(ServiceError::Credentials) => {
            confirmation(ask, 422, "password", "user-reset", "confirm-wrong")
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn factor_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    confirmation(ask, 200, "second-factor", "user-reset-factor", "")
}

pub(in crate::web) fn reset_factor(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: UserId = ask.id("id")?;
    match ask.gens.reset_second_factor(ask.session()?, id, &proof(ask)) {
        Ok(()) => ask.page(&MessagePage {
            p: &ask.chrome(),
            title: ask.locale.text("user-reset-factor"),
            text: ask.locale.text("user-reset-done"),
            secret: String::new(),
            path: format!("users/{id}"),
        }),
        Err(ServiceError::Credentials) => {
            confirmation(ask, 422, "second-factor", "user-reset-factor", "confirm-wrong")
        }
        Err(error) => Err(error.into()),
    }
}

fn proof(ask: &Ask<'_>) -> Reauthentication {
    Reauthentication {
        password: ask.form.verbatim("password").to_owned(),
        code: ask.form.get("code").to_owned(),
    }
}

pub(in crate::web) fn end_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    confirmation(ask, 200, "end", "user-end", "")
}

pub(in crate::web) fn end(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let heir = ask.form.get("heir").parse().ok();
    match ask.gens.end_user(ask.session()?, ask.id("id")?, heir) {
        Ok(_) => Ok(ask.see("users?done=saved")),
        Err(ServiceError::Field(_)) => confirmation(ask, 422, "end", "user-end", "user-refused"),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) fn restore_form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    confirmation(ask, 200, "restore", "user-restore", "")
}

pub(in crate::web) fn restore(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let id: UserId = ask.id("id")?;
    ask.gens.restore_user(ask.session()?, id)?;
    Ok(ask.see(&format!("users/{id}?done=saved")))
}

/// A page that asks once more before something is done with a user.
fn confirmation(
    ask: &Ask<'_>,
    status: u16,
    action: &str,
    key: &str,
    error: &str,
) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let user = ask.gens.user(session, ask.id("id")?)?;
    let mut fields = Vec::new();
    match action {
        "end" => {
            let all = ask.gens.users(session, None)?.rows;
            let heirs = all.into_iter().filter(|one| {
                one.active && one.id != user.id && one.organization == user.organization
            });
            let heirs = heirs.map(|one| Choice::new(one.id.to_string(), one.full_name));
            let choices = std::iter::once(Choice::default()).chain(heirs).collect();
            fields.push(Field::new("select", "heir", locale.text("user-heir")).choices(choices));
        }
        "restore" => {}
        _ => {
            let password = Field::new("password", "password", locale.text("confirm-password"));
            fields.push(password.required().width("half").autocomplete("current-password"));
            if session.has_second_factor() {
                let code = Field::new("text", "code", locale.text("confirm-code"));
                fields.push(code.required().width("half").autocomplete("one-time-code"));
            }
        }
    }
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text(key),
            lead: format!("{} ({})", user.full_name, user.name),
            facts: Vec::new(),
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: false,
            action: format!("users/{}/{action}", user.id),
            fields,
            button: locale.text(key),
            tone: if action == "end" { "danger" } else { "primary" },
            back: format!("users/{}", user.id),
            links: Vec::new(),
        },
    )
}

fn handed_over(ask: &Ask<'_>, id: UserId, password: &TemporaryPassword) -> Result<Answer, Failure> {
    ask.page(&MessagePage {
        p: &ask.chrome(),
        title: ask.locale.text("user-reset-title"),
        text: ask.locale.text("user-reset-text"),
        secret: password.reveal().to_owned(),
        path: format!("users/{id}"),
    })
}

/// Whether lists may be taken along.
pub(super) fn may_export(ask: &Ask<'_>) -> bool {
    ask.session().is_ok_and(|one| one.has(Right::Export) || one.has(Right::Apply))
}
