//! The plugin: what the hub asks of it.

use phytohub_official_certificate::service::{Config, Service};
use phytohub_plugin_sdk::{
    Call, CreateError, Document, Documents, Findings, Host, HttpRoute, HttpRoutes, Kind, Output,
    Plugin, Request, Responder, Result, Terms,
};

use crate::PROFILE;

/// Official certificates of food.
#[derive(Debug)]
pub struct Codex {
    service: Service,
}

impl Plugin for Codex {
    const ID: &'static str = "codex";
    type Config = Config;

    fn create(_: Host, config: Config) -> Result<Self, CreateError> {
        Ok(Self { service: Service::new(&PROFILE, config)? })
    }
}

impl Documents for Codex {
    fn kinds(&self) -> Vec<Kind> {
        self.service.kinds()
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        self.service.validate(call, document, findings)
    }

    fn describe(&self, _: &Call<'_>, document: &Document<'_>, terms: &mut Terms<'_>) -> Result<()> {
        self.service.describe(document, terms)
    }

    fn render(
        &self,
        _: &Call<'_>,
        document: &Document<'_>,
        _language: &str,
        out: &mut Output<'_>,
    ) -> Result<()> {
        self.service.render(document, out)
    }
}

impl HttpRoutes for Codex {
    fn routes(&self) -> Vec<HttpRoute> {
        self.service.routes()
    }

    fn request(&self, _: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()> {
        self.service.request(request, responder)
    }
}
