//! One's own work.

use super::show;
use crate::domain::{Right, State};
use crate::service::CertificateCard;
use crate::web::answer::Answer;
use crate::web::ask::Ask;
use crate::web::failure::Failure;
use crate::web::view::{Group, HomePage};

/// What waits, in the order in which it is to be done.
static GROUPS: &[(&str, &str, &[State])] = &[
    (
        "work-attention",
        "work-attention-help",
        &[State::Failed, State::NotReadable, State::DeliveredWithWarnings],
    ),
    ("work-approved", "work-approved-help", &[State::Approved]),
    ("work-inspected", "work-inspected-help", &[State::Inspected]),
    ("work-submitted", "work-submitted-help", &[State::Submitted]),
    ("work-open", "work-open-help", &[State::Returned, State::Recalled, State::Draft]),
];

pub(in crate::web) fn home(ask: &Ask<'_>) -> Result<Answer, Failure> {
    let (session, locale) = (ask.session()?, ask.locale);
    let work = ask.gens.work_list(session, None)?.rows;
    let group = |(title, help, states): &(&str, &str, &[State])| {
        let urgent = *title == "work-attention";
        // Something was said of what is issued: of its withdrawal, or by the importing country.
        let is_told =
            |card: &&CertificateCard| urgent && card.state.is_issued() && !card.message.is_empty();
        let mine = work.iter().filter(|card| states.contains(&card.state) || is_told(card));
        let mine = mine.cloned();
        Group {
            title: locale.text(title),
            help: locale.text(help),
            urgent,
            rows: mine.map(|card: CertificateCard| show::card(card, locale)).collect(),
        }
    };
    let mut groups: Vec<Group> = GROUPS.iter().map(group).collect();
    let notices = ask.gens.withdrawal_notices(session)?;
    groups.push(Group {
        title: locale.text("work-withdrawn"),
        help: locale.text("work-withdrawn-help"),
        urgent: true,
        rows: notices.into_iter().map(|card| show::import_card(card, locale)).collect(),
    });
    if session.has(Right::ReadImports) {
        let imports = ask.gens.import_work_list(session, None)?.rows;
        groups.push(Group {
            title: locale.text("work-imports"),
            help: locale.text("work-imports-help"),
            urgent: false,
            rows: imports.into_iter().map(|card| show::import_card(card, locale)).collect(),
        });
    }
    if session.has(Right::Settings) {
        let found = ask.gens.hub_differences(session, None)?.rows;
        groups.push(Group {
            title: locale.text("restore-title"),
            help: locale.text("restore-lead"),
            urgent: true,
            rows: found.into_iter().map(|one| super::restore::home_row(ask, one)).collect(),
        });
    }
    groups.retain(|group| !group.rows.is_empty());
    groups.sort_by_key(|group| !group.urgent);
    ask.page(&HomePage {
        p: &ask.chrome(),
        greeting: locale.fill("home-greeting", "name", session.full_name()),
        may_create: may_create(ask)?,
        groups,
    })
}

/// Whether the button for a new certificate is of use.
pub(super) fn may_create(ask: &Ask<'_>) -> Result<bool, Failure> {
    let session = ask.session()?;
    let applies = session.has(Right::Apply) && session.organization().is_some();
    Ok(applies || session.has(Right::Enter))
}
