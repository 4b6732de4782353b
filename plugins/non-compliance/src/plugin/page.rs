//! The pages: what a notification is, a form to try one, and what there is to say about it. Nothing
//! is kept, and no state is shown: the door of the pages knows nobody, and what is between two
//! countries is theirs.

use phytohub_plugin_sdk::{Reply, Request, Responder, Result};
use phytohub_sps::Level;

use super::upload;
use crate::Notification;
use crate::render::{self, Html, POLICY};

/// Bytes of a body: room for a handful of attachments.
pub(super) const BODY_BYTES_MAX: u64 = 16 << 20;

pub(super) fn answer(
    certificate_type: i32,
    request: &Request<'_>,
    mut responder: Responder,
) -> Result<()> {
    let page = if request.method == "POST" {
        let content_type = request.header("content-type").unwrap_or_default();
        let content_type = String::from_utf8_lossy(content_type).into_owned();
        let whole;
        let body = match request.body() {
            Some(body) => body,
            None => {
                whole = responder.body(usize::try_from(BODY_BYTES_MAX).unwrap_or(usize::MAX))?;
                &whole
            }
        };
        judged(&upload::document(&content_type, body))
    } else {
        welcome(certificate_type)
    };
    let reply = Reply::html(page)
        .header("content-security-policy", policy())
        .header("referrer-policy", "no-referrer")
        .header("cache-control", "no-store");
    responder.reply(reply)
}

/// The policy of a page with the form.
fn policy() -> String {
    format!("{POLICY}; form-action 'self'; frame-ancestors 'none'")
}

fn in_page() -> String {
    format!("{POLICY}; form-action 'self'")
}

pub(super) fn welcome(certificate_type: i32) -> String {
    Html::page("en", "Notifications of non-compliance", &in_page(), |html| {
        html.element("main", "", |html| {
            html.text("h1", "", "Notifications of non-compliance");
            html.text("p", "", INTRODUCTION);
            html.element("p", "", |html| {
                let number = certificate_type.to_string();
                html.push("This hub takes them as CertificateType ");
                html.push(&number);
                html.push(", which is experimental: no international code exists yet.");
            });
            html.text("h2", "", "Look at one");
            html.text("p", "", TRY);
            form(html);
        });
    })
}

/// What there is to say of a document, and the document for people.
pub(super) fn judged(bytes: &[u8]) -> String {
    let reading = Notification::read(bytes).validated();
    Html::page("en", "Findings", &in_page(), |html| {
        html.element("main", "", |html| {
            html.text("h1", "", "Findings");
            let severe = reading.is_severe();
            let (class, words) = match (severe, reading.findings.is_empty()) {
                (true, _) => ("severe", "The hub would refuse this message."),
                (false, true) => ("good", "Nothing is wrong with this message."),
                (false, false) => ("warning", "The hub would take this message."),
            };
            html.text("p", class, words);
            if !reading.findings.is_empty() {
                html.element("ul", "", |html| {
                    for finding in &reading.findings {
                        html.element("li", "", |html| {
                            let class = match finding.level {
                                Level::Severe => "severe",
                                Level::Warning => "warning",
                                Level::Info => "info",
                            };
                            html.text("span", class, finding.level.as_str());
                            html.push(" ");
                            html.push(finding.rule);
                            html.push(": ");
                            html.push(&finding.text);
                        });
                    }
                });
            }
            html.text("p", "small", UNTOLD);
        });
        if let Some(notification) = reading.notification() {
            render::fragment(&notification, html);
        }
        html.element("main", "", |html| {
            html.text("h2", "", "Look at another");
            form(html);
        });
    })
}

fn form(html: &mut Html) {
    html.raw(
        "<form method=\"post\" action=\"\" enctype=\"multipart/form-data\">\n\
         <p><label for=\"document\">The message as XML</label></p>\n\
         <textarea id=\"document\" name=\"document\" spellcheck=\"false\"></textarea>\n\
         <p><label for=\"file\">or a file</label> \
         <input type=\"file\" id=\"file\" name=\"file\" accept=\".xml,text/xml,application/xml\"></p>\n\
         <button type=\"submit\">Show findings and page</button>\n</form>\n",
    );
}

const INTRODUCTION: &str = "With such a message the plant protection organization of an importing \
country tells that of the exporting or re-exporting country what was wrong with a consignment, or which \
emergency action was taken, with all that ISPM 13 asks for. The addressee acknowledges it and sends the \
result of its investigation.";

const TRY: &str = "Paste or upload a message. It is judged and shown as a page, and forgotten.";

const UNTOLD: &str =
    "Whether it fits its envelope and what was sent before shows only when it is sent.";
