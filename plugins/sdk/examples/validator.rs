//! A validator: certificates that say nothing of their number of packages are refused.

#![forbid(unsafe_code)]

use phytohub_plugin_sdk::{
    Area, Call, CreateError, Document, Documents, Findings, Host, Kind, Plugin, Result,
    export_plugin,
};
use serde::Deserialize;

struct Packages {
    element: String,
}

/// The plugin's section of the hub's configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Name of the element that must be there.
    #[serde(default = "package_quantity")]
    element: String,
}

fn package_quantity() -> String {
    "PackageQuantity".to_owned()
}

impl Plugin for Packages {
    const ID: &'static str = "packages";
    type Config = Config;

    fn create(_host: Host, config: Config) -> Result<Self, CreateError> {
        if config.element.is_empty() {
            return Err(CreateError::config("element", "must name an element"));
        }
        tracing::info!(element = config.element, "documents without it will be refused");
        Ok(Self { element: config.element })
    }
}

impl Documents for Packages {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind::observer(851, "phytosanitary certificate").inline_safe()]
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        call.check()?;
        if !document.text()?.contains(&self.element) {
            let message = format!("say how many packages there are in {}", self.element);
            findings.severe(Area::MandatoryElements, "PKG-001", &self.element, &message);
        }
        Ok(())
    }
}

export_plugin!(Packages: Documents; inline_safe);
