//! Pages of plugins: which plugin a request is for, and the way there and back.
//!
//! Requests come as `http::Request` with an absolute URI (scheme, host and port as the browser sees
//! them) and the browser's [`IpAddr`](std::net::IpAddr) as an extension; answers go as
//! `http::Response`. [`PluginPages`] is a service in hyper's sense, so whoever listens needs to know
//! nothing of plugins.
//!
//! Paths are matched decoded and passed on as they came. What a plugin does with a request it does
//! through [`HttpTickets`], one for each instance.

mod answer;
mod asset;
mod exchange;
mod job;
mod page;
mod pipe;
mod route;
mod site;
mod tickets;

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::service::Service;

pub use job::{NoWorker, PageJob, PageWorkers};
pub use site::{MountError, PageSite};
pub use tickets::HttpTickets;

use answer::To;
use route::{NoRoute, Path};
use site::{Serves, Site};

/// A body in either direction.
pub type PageBody = UnsyncBoxBody<Bytes, io::Error>;

/// The pages of all plugins. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PluginPages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Few, and seldom changed.
    sites: ArcSwap<Vec<Arc<Site>>>,
    /// How long nothing may move in a request.
    idle: Duration,
}

impl PluginPages {
    /// No pages yet. A request in which nothing moves for `idle` is ended.
    #[must_use]
    pub fn new(idle: Duration) -> Self {
        Self(Arc::new(Inner { sites: ArcSwap::default(), idle }))
    }

    /// Shows an instance's pages from now on, in place of those of the plugin's former instance,
    /// which still ends what it began.
    ///
    /// # Errors
    /// When they cannot be shown; then everything stays as it was.
    pub fn mount(&self, site: PageSite) -> Result<(), MountError> {
        let (plugin, prefix) = (site.plugin.clone(), site.prefix.clone());
        self.put(Site::new(plugin, &prefix, Some(Serves::new(site)?))?)
    }

    /// Answers with 503 where a plugin's pages lie, until they are mounted again.
    ///
    /// # Errors
    /// When no pages can lie there.
    pub fn suspend(&self, plugin: &str, prefix: &str) -> Result<(), MountError> {
        self.put(Site::new(plugin.to_owned(), prefix, None)?)
    }

    /// Shows a plugin's pages no more.
    pub fn unmount(&self, plugin: &str) {
        self.0.sites.rcu(|sites| {
            let others = sites.iter().filter(|site| site.plugin != plugin);
            others.map(Arc::clone).collect::<Vec<_>>()
        });
    }

    /// Ids of the plugins that have pages, and where these lie.
    #[must_use]
    pub fn sites(&self) -> Vec<(String, String)> {
        let sites = self.0.sites.load();
        sites.iter().map(|site| (site.plugin.clone(), site.prefix_text.to_string())).collect()
    }

    /// Answers a request.
    pub async fn serve(self, request: Request<PageBody>) -> Response<PageBody> {
        let (parts, body) = request.into_parts();
        let Ok(path) = Path::parse(parts.uri.path()) else {
            return page::refused(
                StatusCode::BAD_REQUEST,
                "this address cannot be one of a page\n",
            );
        };
        let sites = self.0.sites.load_full();
        // Whatever plugin has the root: no page is to be taken for the service.
        let found = if route::is_reserved(&path) {
            None
        } else {
            let fits = sites.iter().filter(|site| path.under(&site.prefix).is_some());
            fits.max_by_key(|site| site.prefix.depth())
        };
        match found {
            Some(site) => self.on(site, &path, parts, body).await,
            None => elsewhere(&sites, &path, &parts),
        }
    }

    async fn on(
        &self,
        site: &Site,
        path: &Path,
        parts: Parts,
        body: PageBody,
    ) -> Response<PageBody> {
        let Some(serves) = &site.serves else { return answer::down() };
        let segments = path.under(&site.prefix).unwrap_or_default();
        if matches!(parts.method, Method::GET | Method::HEAD) {
            let query = parts.uri.query().unwrap_or_default();
            if let Some(response) = serves.assets.answer(segments, query, &parts.headers) {
                return response;
            }
        }
        let route = match serves.routes.find(&parts.method, segments) {
            Ok(route) => route,
            Err(NoRoute::Method(methods)) => return page::not_allowed(&methods),
            Err(NoRoute::Path) if serves.assets.has(segments) => {
                return page::not_allowed("GET, HEAD");
            }
            Err(NoRoute::Path) => return missing(),
        };
        let to = To {
            prefix: Arc::clone(&site.prefix_text),
            tickets: Arc::clone(&serves.tickets),
            workers: Arc::clone(&serves.workers),
            idle: self.0.idle,
        };
        answer::ask(to, parts, body, route).await
    }

    fn put(&self, site: Site) -> Result<(), MountError> {
        let site = Arc::new(site);
        let mut taken = None;
        self.0.sites.rcu(|sites| {
            let others = sites.iter().filter(|other| other.plugin != site.plugin);
            let mut all: Vec<_> = others.map(Arc::clone).collect();
            taken = all.iter().find(|other| other.prefix == site.prefix).cloned();
            if taken.is_some() {
                return Vec::clone(sites);
            }
            all.push(Arc::clone(&site));
            all.sort_by(|one, other| one.plugin.cmp(&other.plugin));
            all
        });
        taken.map_or(Ok(()), |other| Err(MountError::taken(&other)))
    }
}

impl Service<Request<PageBody>> for PluginPages {
    type Response = Response<PageBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<PageBody>) -> Self::Future {
        let pages = self.clone();
        Box::pin(async move { Ok(pages.serve(request).await) })
    }
}

/// What is answered where no plugin has its pages.
fn elsewhere(sites: &[Arc<Site>], path: &Path, parts: &Parts) -> Response<PageBody> {
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    if path.is_root() {
        if !reads {
            return page::not_allowed("GET, HEAD");
        }
        return page::list(sites.iter().map(|site| (site.plugin.as_str(), &*site.prefix_text)));
    }
    match sites.iter().find(|site| path.is_bare(&site.prefix)) {
        Some(site) => page::moved(&site.prefix_text, parts.uri.query()),
        None => missing(),
    }
}

fn missing() -> Response<PageBody> {
    page::refused(StatusCode::NOT_FOUND, "the hub has no such page\n")
}
