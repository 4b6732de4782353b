//! Plugins from packages on disk, through the loader.

use std::path::PathBuf;
use std::sync::Arc;

use phytohub_domain::with_causes;
use phytohub_plugin_api as api;
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Completion, Instance, Offers};
use phytohub_plugin_loader::package::{Library, LoadBy, Trust, VerifiedPackage, verify_installed};
use phytohub_plugin_loader::{
    DocumentView, EventView, FindingView, HostServices, HttpAsset, HttpRequestView, HttpRoute,
    Kind, RouteDecision, Sink, Status,
};

use crate::hooks::{Called, Hooks};
use crate::settings::PluginSettings;
use crate::source::{Code, CodeFacts, LoadError, Package, PackageFacts, Source};

/// Packages below a directory, as `ID/VERSION/`.
#[derive(Debug)]
pub(crate) struct Packages {
    pub(crate) directory: PathBuf,
    pub(crate) trust: Trust,
}

impl Source for Packages {
    fn verify(&self, settings: &PluginSettings) -> Result<Box<dyn Package>, LoadError> {
        let version = settings.version.parse().map_err(|_| {
            LoadError::Package(format!("its version is no version: {}", settings.version))
        })?;
        let package = verify_installed(&self.directory, &settings.id, &version, &self.trust)
            .map_err(|error| LoadError::Package(with_causes(&error)))?;
        let beyond = settings.grants.iter().find(|grant| !package.signer().may_grant(grant));
        match beyond {
            None => Ok(Box::new(package)),
            Some(grant) => Err(LoadError::Package(format!(
                "the key that signed it may not be granted {grant}: take that from its grants, or \
                 add it to the key's"
            ))),
        }
    }
}

impl Package for VerifiedPackage {
    fn facts(&self) -> PackageFacts {
        let manifest = self.manifest();
        PackageFacts {
            version: manifest.version().to_string(),
            hash: self.hash().to_string(),
            signer: self.signer().key.to_string(),
            requires: manifest.requires().to_vec(),
            optional: manifest.optional().to_vec(),
            provides: manifest.provides().to_vec(),
        }
    }

    fn map(self: Box<Self>) -> Result<Arc<dyn Code>, LoadError> {
        let library = Self::map(*self);
        let library = library.map_err(|error| LoadError::Package(with_causes(&error)))?;
        Ok(Arc::new(library))
    }
}

impl Code for Library {
    fn facts(&self) -> CodeFacts {
        CodeFacts {
            build: self.build().to_owned(),
            serial: self.flags() & api::HUB_ENTRY_SERIAL != 0,
            inline_safe: self.flags() & api::HUB_ENTRY_INLINE_SAFE != 0,
            loaded_by: match self.loaded_by() {
                LoadBy::Memfd => "memfd",
                LoadBy::Path => "path",
            },
        }
    }

    fn create(
        &self,
        services: Arc<dyn HostServices>,
        config_json: &[u8],
        call: &CallContext,
    ) -> Called<Arc<dyn Hooks>> {
        let instance = Instance::create(self, services, config_json, call)?;
        Ok(Arc::new(instance))
    }
}

impl Hooks for Instance {
    fn offers(&self) -> &Offers {
        Self::offers(self)
    }

    fn start(&self, call: &CallContext) -> Called<()> {
        Self::start(self, call)
    }

    fn quiesce(&self, call: &CallContext) -> Called<()> {
        Self::quiesce(self, call)
    }

    fn kinds(&self, call: &CallContext) -> Called<Vec<Kind>> {
        Self::kinds(self, call)
    }

    fn validate(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(FindingView<'_>) -> bool,
    ) -> Called<()> {
        Self::validate(self, call, document, add)
    }

    fn describe(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Called<()> {
        Self::describe(self, call, document, add)
    }

    fn render(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        language: &str,
        out: Sink<'_>,
    ) -> Called<()> {
        Self::render(self, call, document, language, out)
    }

    fn route(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        copy: &mut dyn FnMut(&str) -> Status,
    ) -> Called<RouteDecision> {
        Self::route(self, call, document, copy)
    }

    fn events(
        &self,
        call: &CallContext,
        batch: &[EventView<'_>],
        ticket: u64,
    ) -> Called<Completion> {
        Self::events(self, call, batch, ticket)
    }

    fn http_routes(&self) -> &[HttpRoute] {
        Self::http_routes(self)
    }

    fn http_assets(&self) -> &[HttpAsset] {
        Self::http_assets(self)
    }

    fn request(
        &self,
        call: &CallContext,
        request: &HttpRequestView<'_>,
        ticket: u64,
    ) -> Called<Completion> {
        Self::request(self, call, request, ticket)
    }

    fn wake(&self, call: &CallContext, token: u64) -> Called<()> {
        Self::wake(self, call, token)
    }

    fn snapshot(&self, call: &CallContext, directory: &std::path::Path) -> Result<(), CallFailure> {
        Self::snapshot(self, call, directory)
    }

    fn health(&self, call: &CallContext) -> Called<()> {
        Self::health(self, call)
    }

    fn allocated(&self) -> Option<u64> {
        Self::allocated(self)
    }
}
