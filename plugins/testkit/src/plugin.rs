//! An instance of a plugin under test.

use phytohub_plugin_api::{HUB_NOT_FOUND, HUB_OK};
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Completion, Instance};
use phytohub_plugin_loader::{DocumentView, EventView, HttpRequestView, Kind, RouteDecision};

use crate::mock::{HttpAnswer, MockHost};

/// An instance of a plugin, with the hub that it was made by. Its functions call hooks without a
/// deadline; through [`TestPlugin::instance`] they can be called with one.
#[derive(Debug)]
pub struct TestPlugin {
    host: MockHost,
    instance: Instance,
}

/// What a plugin said about a document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The findings, in their order.
    pub findings: Vec<Finding>,
}

/// A finding, copied.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// `HUB_LEVEL_` number.
    pub level: u32,
    /// `HUB_AREA_` number.
    pub area: u32,
    /// Id of the rule.
    pub rule: String,
    /// Where.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// Byte where it is, if known.
    pub offset: Option<u64>,
}

impl TestPlugin {
    pub(crate) const fn new(host: MockHost, instance: Instance) -> Self {
        Self { host, instance }
    }

    /// The hub.
    #[must_use]
    pub const fn host(&self) -> &MockHost {
        &self.host
    }

    /// The instance as the hub has it.
    #[must_use]
    pub const fn instance(&self) -> &Instance {
        &self.instance
    }

    /// `start`.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn start(&self) -> Result<(), CallFailure> {
        self.instance.start(&CallContext::default())
    }

    /// `kinds`.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn kinds(&self) -> Result<Vec<Kind>, CallFailure> {
        self.instance.kinds(&CallContext::default())
    }

    /// `validate`. The document gets a ticket for the length of the call, if it has none.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn validate(&self, document: &DocumentView<'_>) -> Result<Report, CallFailure> {
        self.validate_in(&CallContext::default(), document)
    }

    /// `validate`, in these circumstances. Up to 200 findings are kept, as by the hub.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn validate_in(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
    ) -> Result<Report, CallFailure> {
        let mut report = Report::default();
        self.lending(document, |document| {
            self.instance.validate(call, document, &mut |finding| {
                if report.findings.len() == FINDINGS_MAX {
                    return false;
                }
                report.findings.push(Finding {
                    level: finding.level,
                    area: finding.area,
                    rule: finding.rule.to_owned(),
                    field: finding.field.to_owned(),
                    message: finding.message.to_owned(),
                    offset: finding.offset,
                });
                true
            })
        })?;
        Ok(report)
    }

    /// `describe`: names and values.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn describe(
        &self,
        document: &DocumentView<'_>,
    ) -> Result<Vec<(String, String)>, CallFailure> {
        let mut terms = Vec::new();
        self.lending(document, |document| {
            self.instance.describe(&CallContext::default(), document, &mut |name, value| {
                terms.push((name.to_owned(), value.to_owned()));
                true
            })
        })?;
        Ok(terms)
    }

    /// `render`: the page.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn render(
        &self,
        document: &DocumentView<'_>,
        language: &str,
    ) -> Result<String, CallFailure> {
        let mut page = Vec::new();
        self.lending(document, |document| {
            let call = CallContext::default();
            self.instance.render(&call, document, language, &mut |piece| {
                page.extend_from_slice(piece);
                true
            })
        })?;
        Ok(String::from_utf8_lossy(&page).into_owned())
    }

    /// `route`; everybody may get copies.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn route(&self, document: &DocumentView<'_>) -> Result<RouteDecision, CallFailure> {
        self.lending(document, |document| {
            self.instance.route(&CallContext::default(), document, &mut |_| HUB_OK)
        })
    }

    /// `events`: a batch with a ticket of its own, which ends as the plugin answers.
    ///
    /// # Errors
    ///
    /// What the hook answers: the batch is to come again.
    pub fn deliver(&self, batch: &[EventView<'_>]) -> Result<Completion, CallFailure> {
        let last = batch.last().map_or(0, |event| event.sequence);
        let ticket = self.host.open_batch(last);
        let outcome = self.instance.events(&CallContext::default(), batch, ticket);
        match &outcome {
            Ok(Completion::Done) => self.host.end_batch(ticket, true),
            Ok(Completion::Pending) => {}
            Err(_) => self.host.end_batch(ticket, false),
        }
        outcome
    }

    /// `request`: what was answered until the hook returned.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn request(&self, request: &HttpRequestView<'_>) -> Result<HttpAnswer, CallFailure> {
        let ticket = self.host.open_request(request.body);
        self.instance.request(&CallContext::default(), request, ticket)?;
        Ok(self.host.answer(ticket).unwrap_or_default())
    }

    /// `request` for a path under `/plugin/`, by the route that it fits.
    ///
    /// # Errors
    ///
    /// What the hook answers; NOT_FOUND if no route has this pattern.
    pub fn get(&self, route: &str, path: &str) -> Result<HttpAnswer, CallFailure> {
        let index = self.instance.http_routes().iter().position(|known| known.pattern == route);
        let Some(index) = index.and_then(|index| u32::try_from(index).ok()) else {
            let diagnostics = format!("the plugin has no route {route:?}");
            return Err(CallFailure { status: HUB_NOT_FOUND, diagnostics });
        };
        let path = format!("/plugin/{path}");
        self.request(&HttpRequestView {
            route: index,
            method: "GET",
            path: &path,
            prefix: "/plugin/",
            scheme: "https",
            host: "hub.example",
            client_address: "192.0.2.1",
            body_bytes: Some(0),
            ..HttpRequestView::default()
        })
    }

    /// Lets a timer run off, if it runs; whether it did.
    ///
    /// # Errors
    ///
    /// What `wake` answers.
    pub fn fire(&self, token: u64) -> Result<bool, CallFailure> {
        if !self.host.timer_fired(token) {
            return Ok(false);
        }
        self.instance.wake(&CallContext::default(), token)?;
        Ok(true)
    }

    /// `health`.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn health(&self) -> Result<(), CallFailure> {
        self.instance.health(&CallContext::default())
    }

    /// `quiesce`.
    ///
    /// # Errors
    ///
    /// What the hook answers.
    pub fn quiesce(&self) -> Result<(), CallFailure> {
        self.instance.quiesce(&CallContext::default())
    }

    fn lending<R>(
        &self,
        document: &DocumentView<'_>,
        call: impl FnOnce(&DocumentView<'_>) -> R,
    ) -> R {
        if document.content_ticket != 0 {
            return call(document);
        }
        let ticket = self.host.lend(document.content);
        let result = call(&DocumentView { content_ticket: ticket, ..*document });
        self.host.take_back(ticket);
        result
    }
}

/// As many findings as the hub keeps.
const FINDINGS_MAX: usize = 200;
