//! The doors of a hub, bound before anything is served.

use std::net::SocketAddr;
use std::sync::Arc;

use phytohub_exchange::Hub;
use phytohub_plugin_host::PluginHost;
use phytohub_server::{
    AdminDoor, BindMetricsError, BindWebError, HttpsDoor, MetricsDoor, QuicDoor, Shutdown, Tasks,
    WebDoor, WebFiles, WebTls,
};

use super::StartError;
use crate::config::LoadedConfig;

/// Everything that is bound, before anything is served.
pub(super) struct Doors {
    pub(super) https: HttpsDoor,
    pub(super) operator: OperatorDoors,
    pub(super) quic: Option<QuicDoor>,
}

/// The doors of whoever runs plugins, a hub or not.
pub(super) struct OperatorDoors {
    pub(super) metrics: MetricsDoor,
    pub(super) admin: AdminDoor,
    pub(super) web: Option<WebDoor>,
}

impl Doors {
    pub(super) async fn bind(loaded: &LoadedConfig) -> Result<Self, StartError> {
        let bind = |setting| move |source| StartError::Bind { setting, source };
        let config = loaded.config();
        let https = HttpsDoor::bind(config.https.listen).await;
        let https = https.map_err(bind("--https ADDR or [https] listen"))?;
        let operator = OperatorDoors::bind(loaded).await?;
        let quic = loaded.quic().map(QuicDoor::bind).transpose().map_err(bind("quic"))?;
        Ok(Self { https, operator, quic })
    }
}

impl OperatorDoors {
    pub(super) async fn bind(loaded: &LoadedConfig) -> Result<Self, StartError> {
        let metrics = MetricsDoor::bind(loaded.config().admin.listen).await;
        let metrics = metrics.map_err(|error| match error {
            BindMetricsError::Bind(source) => {
                StartError::Bind { setting: "[admin] listen", source }
            }
            other => StartError::Metrics(other),
        })?;
        let admin = AdminDoor::bind(&loaded.socket_dir()).await?;
        let web = bind_web(loaded).await?;
        Ok(Self { metrics, admin, web })
    }

    /// A line for each door that is not for browsers.
    pub(super) fn lines(&self) -> [String; 2] {
        [
            format!("listening http://{}/metrics", self.metrics.address()),
            format!("listening unix:{}", self.admin.path().display()),
        ]
    }

    /// Serves them; the line for the door of browsers, if there is one.
    pub(super) fn serve(
        self,
        (hub, plugins): (&Hub, &PluginHost),
        loaded: &LoadedConfig,
        tasks: &Tasks,
        shutdown: &Shutdown,
    ) -> Option<String> {
        let Self { metrics, admin, web } = self;
        let (own, all, stop) = (hub.clone(), tasks.clone(), shutdown.clone());
        tasks.spawn("metrics", async move { metrics.serve(own, all, stop).await });
        let (own, all, stop) = (hub.clone(), tasks.clone(), shutdown.clone());
        tasks.spawn("admin", async move { admin.serve(own, all, stop).await });
        let door = web?;
        let line = format!("pages {}", web_url(loaded, door.address()));
        let pages = Arc::new(plugins.pages());
        let with = (hub.clock().clone(), Arc::clone(hub.metrics()));
        let (settings, all) = (loaded.config().web.to_settings(), tasks.clone());
        let stop = shutdown.clone();
        tasks.spawn("web", async move { door.serve(pages, settings, with, all, stop).await });
        Some(line)
    }
}

/// The door of browsers, if it is to be open.
async fn bind_web(loaded: &LoadedConfig) -> Result<Option<WebDoor>, StartError> {
    let web = &loaded.config().web;
    if !web.enabled {
        return Ok(None);
    }
    let plain = web.certificate.as_os_str().is_empty();
    let files = (!plain).then(|| WebFiles {
        certificate: loaded.resolve(&web.certificate),
        key: loaded.resolve(&web.key),
    });
    let tls = files.as_ref().map(WebTls::load).transpose()?;
    match WebDoor::bind(web.listen, tls.map(Arc::new)).await {
        Ok(door) => Ok(Some(door)),
        Err(BindWebError::Bind(source)) => {
            Err(StartError::Bind { setting: "[web] listen", source })
        }
        Err(error) => Err(StartError::Web(error)),
    }
}

/// Where browsers find the pages.
fn web_url(loaded: &LoadedConfig, address: SocketAddr) -> String {
    let web = &loaded.config().web;
    let scheme = if web.certificate.as_os_str().is_empty() { "http" } else { "https" };
    match web.public_url.trim_end_matches('/') {
        "" => format!("{scheme}://{address}/"),
        said => format!("{said}/"),
    }
}
