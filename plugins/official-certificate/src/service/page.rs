//! The pages: what the certificate is, a form to try one, and what there is to say about it. Nothing
//! is kept and nothing of the hub's is shown: the door of the pages knows nobody.

use phytohub_plugin_sdk::{Reply, Request, Responder, Result};
use phytohub_sps::{Level, Limits, SpsDocument};

use super::certificate;
use crate::judge::judge;
use crate::model::{Model, Profile};
use crate::render::{self, Html, POLICY};
use crate::view::Certificate;

/// Bytes of a form: a certificate without attachments, encoded.
pub(super) const BODY_BYTES_MAX: u64 = 4 << 20;

pub(super) fn answer(
    profile: &'static Profile,
    model: Option<&'static Model>,
    request: &Request<'_>,
    mut responder: Responder,
) -> Result<()> {
    let page = if request.method == "POST" {
        let whole;
        let body = match request.body() {
            Some(body) => body,
            None => {
                whole = responder.body(usize::try_from(BODY_BYTES_MAX).unwrap_or(usize::MAX))?;
                &whole
            }
        };
        let mut pairs = Request::form_pairs(body);
        let document = pairs.find(|(name, _)| name == "document").map(|(_, value)| value);
        judged(profile, model, document.unwrap_or_default().trim().as_bytes())
    } else {
        welcome(profile)
    };
    let policy = format!("{POLICY}; form-action 'self'; frame-ancestors 'none'");
    let reply = Reply::html(page)
        .header("content-security-policy", policy)
        .header("referrer-policy", "no-referrer")
        .header("cache-control", "no-store");
    responder.reply(reply)
}

fn page(title: &str, body: impl FnOnce(&mut Html)) -> String {
    Html::page(title, &format!("{POLICY}; form-action 'self'"), body)
}

fn welcome(profile: &'static Profile) -> String {
    page(profile.name, |html| {
        html.element("main", "", |html| {
            let mut title = profile.name.to_owned();
            if let Some(first) = title.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            html.text("h1", "", &title);
            html.element("ul", "", |html| {
                for model in profile.models {
                    html.text(
                        "li",
                        "",
                        &format!("{}: {} ({})", model.id, model.title, model.source),
                    );
                }
            });
            form(html);
        });
    })
}

/// What there is to say of a document, and the document for people.
fn judged(profile: &'static Profile, model: Option<&'static Model>, bytes: &[u8]) -> String {
    let judgement = judge(profile, model, bytes, None, &|| false);
    let reading = SpsDocument::read(bytes, &Limits::default());
    page("Findings", |html| {
        html.element("main", "", |html| {
            html.text("h1", "", "Findings");
            let (class, words) = match (judgement.is_severe(), judgement.findings.is_empty()) {
                (true, _) => ("severe", "The hub would refuse this document."),
                (false, true) => ("good", "Nothing is wrong with this document."),
                (false, false) => ("warning", "The hub would take this document."),
            };
            html.text("p", class, words);
            html.element("ul", "", |html| {
                for finding in &judgement.findings {
                    html.element("li", "", |html| {
                        let class = match finding.level {
                            Level::Severe => "severe",
                            Level::Warning => "warning",
                            Level::Info => "soft",
                        };
                        html.text("span", class, finding.level.as_str());
                        html.push(&format!(" {}: {}", finding.rule, finding.text));
                    });
                }
            });
        });
        if let Some(root) = certificate(&reading.document) {
            render::article(profile, model, Certificate::new(root), html);
        }
        html.element("main", "", form);
    })
}

fn form(html: &mut Html) {
    html.raw(
        "<form method=\"post\" action=\"\">\n<p><label for=\"document\">A certificate as XML. It is \
         judged and shown as a page, and forgotten.</label></p>\n<textarea id=\"document\" \
         name=\"document\" spellcheck=\"false\"></textarea>\n\
         <button type=\"submit\">Show findings and page</button>\n</form>\n",
    );
}
