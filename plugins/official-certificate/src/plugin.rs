//! A family of certificates as a plugin: what the hub asks of it.

use std::fmt;
use std::marker::PhantomData;

use phytohub_plugin_sdk::{
    Call, CreateError, Document, Documents, Findings, Host, HttpRoute, HttpRoutes, Kind, Output,
    Plugin, Request, Responder, Result, Terms,
};

use crate::model::Profile;
use crate::service::{Config, Service};

/// A family of certificates.
pub trait Family: fmt::Debug + Send + Sync + 'static {
    /// Id of its plugin.
    const ID: &'static str;
    /// Its tables.
    const PROFILE: &'static Profile;
}

/// The plugin of a family.
#[derive(Debug)]
pub struct CertificatePlugin<F> {
    service: Service,
    family: PhantomData<F>,
}

impl<F: Family> Plugin for CertificatePlugin<F> {
    const ID: &'static str = F::ID;
    type Config = Config;

    fn create(_: Host, config: Config) -> Result<Self, CreateError> {
        Ok(Self { service: Service::new(F::PROFILE, config)?, family: PhantomData })
    }
}

impl<F: Family> Documents for CertificatePlugin<F> {
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

impl<F: Family> HttpRoutes for CertificatePlugin<F> {
    fn routes(&self) -> Vec<HttpRoute> {
        self.service.routes()
    }

    fn request(&self, _: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()> {
        self.service.request(request, responder)
    }
}
