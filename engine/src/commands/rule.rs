//! `phytohub channel` and `phytohub rule`: who gets copies, and who acts for whom.

use phytohub_domain::ConnectionKind;
use phytohub_exchange::admin::{
    AdminReply, AdminRequest, ConnectionView, RuleDone, RuleInput, RuleView,
};

use super::admin::{self, AskError};
use super::connection::{self, ConnectionError};
use crate::cli::{ChannelArgs, ChannelCommand, RuleAddArgs, RuleArgs, RuleCommand};
use crate::output::Table;

/// Does what was said about channels.
///
/// # Errors
/// When a certificate cannot be read, or the hub refuses.
pub async fn run_channel(args: &ChannelArgs) -> Result<(), ConnectionError> {
    let request = match &args.command {
        ChannelCommand::Add(add) => AdminRequest::ChannelAdd {
            code: add.code.to_string(),
            name: add.name.clone(),
            mode: if add.live { "live" } else { "test" }.to_owned(),
            accepts: connection::pairs(&add.accepts),
            certificates: connection::certificates(&add.certificates)?,
        },
        ChannelCommand::List => AdminRequest::ConnectionList,
    };
    match admin::ask(&args.admin, request).await? {
        AdminReply::Connection(view) => admin::answer(&args.admin, &view, connection::show)?,
        AdminReply::Connections(mut views) => {
            let channel = ConnectionKind::Channel.as_str();
            views.retain(|view: &ConnectionView| view.settings.kind == channel);
            admin::answer(&args.admin, &views, |views| connection::list(views))?;
        }
        _ => return Err(AskError::OtherAnswer.into()),
    }
    Ok(())
}

/// Does what was said about standing orders.
///
/// # Errors
/// When the hub refuses.
pub async fn run(args: &RuleArgs) -> Result<(), AskError> {
    let request = match &args.command {
        RuleCommand::Add(add) => AdminRequest::RuleAdd { rule: input(add) },
        RuleCommand::List { code } => {
            AdminRequest::RuleList { code: code.as_ref().map(ToString::to_string) }
        }
        RuleCommand::Disable { id } => AdminRequest::RuleSetActive { id: *id, active: false },
        RuleCommand::Enable { id } => AdminRequest::RuleSetActive { id: *id, active: true },
    };
    match admin::ask(&args.admin, request).await? {
        AdminReply::RuleDone(done) => admin::answer(&args.admin, &done, done_text),
        AdminReply::Rules(rules) => admin::answer(&args.admin, &rules, |rules| list(rules)),
        _ => Err(AskError::OtherAnswer),
    }
}

fn input(add: &RuleAddArgs) -> RuleInput {
    RuleInput {
        owner: add.owner.to_string(),
        channel: add.channel.to_string(),
        rule_type: add.rule_type.to_string(),
        direction: add.direction.to_string(),
        certificate_type: add.certificate_type,
        certificate_status: add.status,
        country: add.country.as_ref().map(ToString::to_string).unwrap_or_default(),
        consent_by: add.consent_by.clone(),
        consent_reference: add.consent_reference.clone(),
        consent_at_ms: add.consent_date.map(phytohub_domain::Timestamp::as_millis),
    }
}

fn done_text(done: &RuleDone) -> String {
    format!("{}\n\nrule {}: {}", list(std::slice::from_ref(&done.rule)), done.rule.id, done.told)
}

fn list(rules: &[RuleView]) -> String {
    let heads =
        ["id", "state", "owner", "channel", "type", "direction", "document", "country", "consent"];
    let mut table = Table::new(&heads);
    let any = |code: i32| if code == 0 { "any".to_owned() } else { code.to_string() };
    for rule in rules {
        let country = if rule.country.is_empty() { "any" } else { &rule.country };
        let document = format!("{}/{}", any(rule.certificate_type), any(rule.certificate_status));
        let day = rule.consent_at.get(..10).unwrap_or(&rule.consent_at);
        table.row(&[
            &rule.id.to_string(),
            if rule.active { "followed" } else { "ended" },
            &rule.owner,
            &rule.channel,
            &rule.rule_type,
            &rule.direction,
            &document,
            country,
            &format!("{} {day}, {}", rule.consent_by, rule.consent_reference),
        ]);
    }
    table.render()
}
