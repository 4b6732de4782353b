//! `phytohub clock`: what the hub thinks of the time.

use phytohub_exchange::admin::{AdminReply, AdminRequest, ClockView};

use super::admin::{self, AskError};
use crate::cli::{ClockArgs, ClockCommand};
use crate::output::Table;

/// Does what was said about the clock.
///
/// # Errors
/// When the hub refuses or cannot be reached.
pub async fn run(args: &ClockArgs) -> Result<(), AskError> {
    let request = match args.command {
        ClockCommand::Show => AdminRequest::ClockShow,
        ClockCommand::Accept => AdminRequest::ClockAccept,
    };
    match admin::ask(&args.admin, request).await? {
        AdminReply::Clock(view) => admin::answer(&args.admin, &view, show),
        _ => Err(AskError::OtherAnswer),
    }
}

fn show(clock: &ClockView) -> String {
    let mut table = Table::new(&["wall clock", &clock.now]);
    table.row(&["latest known", &clock.high_water]);
    let suspicion = clock.suspicion.as_deref();
    table.row(&["believed", suspicion.map_or("yes", |_| "no: nothing is removed for its age")]);
    if let Some(why) = suspicion {
        table.row(&["why", why]);
    }
    table.render()
}
