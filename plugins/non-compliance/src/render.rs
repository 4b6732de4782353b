//! A notification as a page for people: complete, printable, without scripts, with the ten elements
//! of ISPM 13 in their order.
//!
//! Every text of the document is escaped. The page carries its own content security policy, which
//! allows its one style sheet and nothing else, so that it is as strict where it was saved to a file.

use phytohub_schemas::CodeListName;
use phytohub_sps::tree::Element;

use crate::code::label;
use crate::view::Notification;

mod html;
mod label;
mod part;

pub(crate) use html::Html;
use label::{Labels, labels};

/// The style sheet of every page.
pub const STYLE: &str = include_str!("render/style.css");

/// The content security policy of every page: the style sheet by its hash, nothing else. A page that
/// has a form adds `form-action`.
pub const POLICY: &str = "default-src 'none'; style-src 'sha256-3lgRIcQsjH4SWhjva0YMP1VbwZYuI/dKjWeDVlsK3i0='; base-uri 'none'";

/// The notification as a whole page, in a language (BCP 47) or in English where that is not had.
#[must_use]
pub fn page(notification: &Notification<'_>, language: &str) -> String {
    let labels = labels(language);
    let title = format!("{} {}", title(notification, labels), notification.number());
    Html::page(labels.language, title.trim(), POLICY, |html| article(notification, labels, html))
}

/// The notification as a part of a page.
pub(crate) fn fragment(notification: &Notification<'_>, html: &mut Html) {
    article(notification, labels("en"), html);
}

fn title<'l>(notification: &Notification<'_>, labels: &'l Labels) -> &'l str {
    let emergency = notification.text(&["NonCompliance", "BasisCode"]) == "EMERGENCY-ACTION";
    if emergency { labels.emergency_action } else { labels.non_compliance }
}

fn article(notification: &Notification<'_>, labels: &Labels, html: &mut Html) {
    html.element("article", "", |html| {
        html.element("header", "", |html| {
            html.text("h1", "", title(notification, labels));
            let code = notification.text(&["NonCompliance", "MessageCode"]);
            html.text("p", "message", label(CodeListName::NonComplianceMessages, &code));
        });
        let view = View { root: notification.root, labels };
        let block = notification.root.child("NonCompliance");
        view.head(html);
        if let Some(block) = block {
            view.parties(block, html);
            view.identity(block, html);
        }
        view.consignment(html);
        if let Some(block) = block {
            view.interception(block, html);
            view.findings(block, html);
            view.actions(block, html);
            view.answers(block, html);
        }
        view.authentication(html);
        if let Some(block) = block {
            view.attachments(block, html);
        }
        html.text("footer", "", labels.footer);
    });
}

/// What the parts of the page are made from.
#[derive(Clone, Copy)]
struct View<'d> {
    root: Element<'d>,
    labels: &'d Labels,
}

/// The text at the end of a path; empty if there is none.
fn text(element: Element<'_>, path: &[&str]) -> String {
    element.descend(path).map_or_else(String::new, |found| found.text().into_owned())
}

/// A date as people read it; what is no date stays as it is written.
fn date(element: Option<Element<'_>>) -> String {
    let Some(element) = element else { return String::new() };
    let written = element.date_text();
    let Some(date) = phytohub_sps::DateTime::parse(&written) else { return written.into_owned() };
    let month = usize::from(date.month).checked_sub(1).and_then(|at| MONTHS.get(at));
    let mut out = format!("{} {} {}", date.day, month.unwrap_or(&""), date.year);
    if let Some((hour, minute, ..)) = date.time {
        out.push_str(&format!(", {hour:02}:{minute:02}"));
        match date.offset_minutes {
            Some(0) => out.push_str(" UTC"),
            Some(offset) => {
                let sign = if offset < 0 { '\u{2212}' } else { '+' };
                let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
                out.push_str(&format!(" UTC{sign}{hours:02}:{minutes:02}"));
            }
            None => {}
        }
    }
    out
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests;
