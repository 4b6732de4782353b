//! The hub's side of the pages.

use phytohub_plugin_sdk::{Asset, Call, HttpRoute, HttpRoutes, Request, Responder, Result};

use super::Web;
use crate::plugin::GensPlugin;

impl HttpRoutes for GensPlugin {
    fn routes(&self) -> Vec<HttpRoute> {
        Web::http_routes()
    }

    fn assets(&self) -> Vec<Asset> {
        Web::assets()
    }

    fn request(&self, _: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()> {
        Web::new(self.gens().clone()).respond(request, responder)
    }
}
