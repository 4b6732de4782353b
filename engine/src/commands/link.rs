//! `phytohub link`: other hubs, and who is reached over the lines to them.

use phytohub_domain::{ConnectionCode, ConnectionKind};
use phytohub_exchange::admin::{
    AdminReply, AdminRequest, ConnectionView, LinkDone, LinkRequest, LinkSides,
};

use super::admin::{self, AskError};
use super::connection::{self, ConnectionError};
use crate::cli::{LinkArgs, LinkCommand, SidesArgs};
use crate::output::Table;

/// Does what was said about other hubs.
///
/// # Errors
/// When a certificate cannot be read, or the hub refuses.
pub async fn run(args: &LinkArgs) -> Result<(), ConnectionError> {
    let request = match &args.command {
        LinkCommand::Add(add) => LinkRequest::Add {
            code: add.code.to_string(),
            name: add.name.clone(),
            mode: if add.live { "live" } else { "test" }.to_owned(),
            sides: sides(&add.sides),
            certificates: connection::certificates(&add.certificates)?,
            fail_waiting: add.waiting.fail_waiting,
        },
        LinkCommand::Set { code, sides: named, waiting } => LinkRequest::Set {
            code: code.to_string(),
            sides: sides(named),
            fail_waiting: waiting.fail_waiting,
        },
        LinkCommand::Move { code, to, here: _, waiting } => LinkRequest::Move {
            connection: code.to_string(),
            to: to.as_ref().map(ToString::to_string),
            fail_waiting: waiting.fail_waiting,
        },
        LinkCommand::Remove { code, waiting } => {
            let fail_waiting = waiting.fail_waiting;
            LinkRequest::Remove { code: code.to_string(), fail_waiting }
        }
        LinkCommand::List => return listed(args).await,
    };
    match admin::ask(&args.admin, AdminRequest::Link(request)).await? {
        AdminReply::LinkDone(done) => admin::answer(&args.admin, &*done, show)?,
        _ => return Err(AskError::OtherAnswer.into()),
    }
    Ok(())
}

fn show(done: &LinkDone) -> String {
    let shown = done.hubs.iter().map(connection::show);
    shown.chain([done.told.clone()]).collect::<Vec<_>>().join("\n\n")
}

async fn listed(args: &LinkArgs) -> Result<(), ConnectionError> {
    match admin::ask(&args.admin, AdminRequest::ConnectionList).await? {
        AdminReply::Connections(mut views) => {
            let hub = ConnectionKind::Hub.as_str();
            views.retain(|view: &ConnectionView| view.settings.kind == hub);
            Ok(admin::answer(&args.admin, &views, |views| list(views))?)
        }
        _ => Err(AskError::OtherAnswer.into()),
    }
}

fn sides(named: &SidesArgs) -> LinkSides {
    let texts = |codes: &[ConnectionCode]| codes.iter().map(ToString::to_string).collect();
    LinkSides { ours: texts(&named.ours), theirs: texts(&named.theirs) }
}

fn list(hubs: &[ConnectionView]) -> String {
    let heads = ["code", "name", "mode", "ours", "theirs", "line", "waiting", "reports given up"];
    let mut table = Table::new(&heads);
    for hub in hubs {
        let link = hub.settings.link.clone().unwrap_or_default();
        let line = match (&hub.settings.push, &hub.delivery) {
            _ if !hub.enabled => "disabled",
            (None, _) => "no address",
            (Some(_), None) => "not running",
            (Some(_), Some(delivery)) if delivery.breaker == "closed" => "in order",
            _ => "away",
        };
        let (ours, theirs) = (link.ours.join(","), link.theirs.join(","));
        let waiting = hub.pending.to_string();
        let given_up = hub.delivery.as_ref().map_or(0, |delivery| delivery.given_up).to_string();
        table.row(&[&hub.code, &hub.name, &hub.mode, &ours, &theirs, line, &waiting, &given_up]);
    }
    table.render()
}
