//! Organizations register themselves.

use crate::service::{Registration, ServiceError};
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Choice, Field, FormPage, MessagePage};

pub(in crate::web) fn form(ask: &Ask<'_>) -> Result<Answer, Failure> {
    page(ask, 200, "")
}

pub(in crate::web) fn register(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let form = &ask.form;
    let text = |name: &str| form.get(name).to_owned();
    let registration = Registration {
        tenant: text("tenant"),
        organization: text("organization"),
        address: form.get("address").lines().map(|line| line.trim().to_owned()).collect(),
        contact: text("contact"),
        name: text("name"),
        full_name: text("full_name"),
        password: form.verbatim("password").to_owned(),
    };
    match ask.gens.register(&registration, ask.address()) {
        Ok(()) => ask.page(&MessagePage {
            p: &ask.chrome(),
            title: ask.locale.text("registered-title"),
            text: ask.locale.text("registered-text"),
            secret: String::new(),
            path: "log-in".to_owned(),
        }),
        Err(ServiceError::Taken) => page(ask, 422, "user-taken"),
        Err(ServiceError::Password(_)) => page(ask, 422, "register-password"),
        Err(ServiceError::Field(_) | ServiceError::NotFound) => page(ask, 422, "register-refused"),
        Err(error) => Err(error.into()),
    }
}

fn page(ask: &Ask<'_>, status: u16, error: &str) -> Result<Answer, Failure> {
    let (locale, form) = (ask.locale, &ask.form);
    let field = |kind: &'static str, name: &str, key: &str| {
        Field::new(kind, name, locale.text(key)).value(form.get(name)).required()
    };
    let tenants = ask.gens.tenants()?.into_iter().map(|one| Choice::new(one.code, one.name));
    let password = field("password", "password", "log-in-password").value("");
    let fields = vec![
        field("select", "tenant", "log-in-country").choices(tenants.collect()),
        field("text", "organization", "register-organization"),
        field("area", "address", "register-address"),
        field("text", "contact", "user-contact"),
        field("text", "full_name", "register-person").autocomplete("name"),
        field("text", "name", "user-login")
            .help(locale.text("user-login-help"))
            .autocomplete("username"),
        password.help(locale.text("password-help")).autocomplete("new-password"),
    ];
    ask.page_with(
        status,
        &FormPage {
            p: &ask.chrome(),
            title: locale.text("register-title"),
            lead: locale.text("register-lead"),
            facts: Vec::new(),
            warning: if error.is_empty() { String::new() } else { locale.text(error) },
            narrow: true,
            action: "register".to_owned(),
            fields,
            button: locale.text("register-button"),
            tone: "primary",
            back: "log-in".to_owned(),
            links: Vec::new(),
        },
    )
}
