//! Where a plugin's pages lie, and who answers there.

use std::sync::Arc;

use phytohub_plugin_loader::{HttpAsset, HttpRoute};
use thiserror::Error;

use super::asset::Assets;
use super::route::{Prefix, Routes};
use super::{HttpTickets, PageWorkers};

/// The pages of one instance of a plugin.
#[expect(clippy::exhaustive_structs, reason = "made by the plugin host, field by field")]
pub struct PageSite {
    /// The plugin's id.
    pub plugin: String,
    /// Where they lie: a path with a slash at both ends.
    pub prefix: String,
    /// The instance's routes.
    pub routes: Arc<[HttpRoute]>,
    /// The instance's files.
    pub assets: Arc<[HttpAsset]>,
    /// Those that the instance was given.
    pub tickets: Arc<HttpTickets>,
    /// Who runs the instance.
    pub workers: Arc<dyn PageWorkers>,
}

pub(super) struct Site {
    pub(super) plugin: String,
    pub(super) prefix: Prefix,
    pub(super) prefix_text: Arc<str>,
    /// Nothing while the plugin is out of service.
    pub(super) serves: Option<Serves>,
}

pub(super) struct Serves {
    pub(super) routes: Routes,
    pub(super) assets: Assets,
    pub(super) tickets: Arc<HttpTickets>,
    pub(super) workers: Arc<dyn PageWorkers>,
}

/// The pages of a plugin cannot be shown.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MountError {
    /// A file whose type or tag is no header's value.
    #[error("the content type or etag of an asset is no header's value path={path}")]
    Asset {
        /// Its path.
        path: String,
    },
    /// A pattern that is none.
    #[error(
        "a route's pattern is wrong: segments are text or {{name}}, and {{*rest}} may come last \
         pattern={pattern}"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
    },
    /// A prefix that is none.
    #[error("pages lie under a path with a slash at both ends, such as /gens/ prefix={prefix}")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// A prefix that belongs to the service of national systems.
    #[error("pages cannot lie under /hub/, where national systems have their service")]
    Reserved,
    /// A prefix that another plugin has.
    #[error("another plugin has its pages there prefix={prefix} plugin={plugin}")]
    Taken {
        /// The prefix.
        prefix: String,
        /// The plugin.
        plugin: String,
    },
}

impl Site {
    pub(super) fn new(
        plugin: String,
        prefix_text: &str,
        serves: Option<Serves>,
    ) -> Result<Self, MountError> {
        let wrong = || MountError::Prefix { prefix: prefix_text.to_owned() };
        let prefix = Prefix::parse(prefix_text).ok_or_else(wrong)?;
        if prefix.is_reserved() {
            return Err(MountError::Reserved);
        }
        Ok(Self { plugin, prefix, prefix_text: prefix_text.into(), serves })
    }
}

impl Serves {
    pub(super) fn new(site: PageSite) -> Result<Self, MountError> {
        let routes = Routes::parse(&site.routes);
        let routes = routes.map_err(|pattern| MountError::Pattern { pattern })?;
        let assets = Assets::parse(&site.assets).map_err(|path| MountError::Asset { path })?;
        Ok(Self { routes, assets, tickets: site.tickets, workers: site.workers })
    }
}

impl MountError {
    pub(super) fn taken(by: &Site) -> Self {
        Self::Taken { prefix: by.prefix_text.to_string(), plugin: by.plugin.clone() }
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site")
            .field("plugin", &self.plugin)
            .field("prefix", &self.prefix_text)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PageSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageSite")
            .field("plugin", &self.plugin)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
