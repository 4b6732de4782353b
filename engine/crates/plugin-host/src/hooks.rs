//! An instance of a plugin, as this crate calls it. The loader's is one; tests bring others.

use std::path::Path;

use phytohub_plugin_loader::{
    DocumentView, EventView, FindingView, HttpAsset, HttpRequestView, HttpRoute, Kind,
    RouteDecision, Sink, Status,
};

use phytohub_plugin_loader::instance::{CallContext, CallFailure, Completion, Offers};

/// What an instance answers, or why it does not.
pub(crate) type Called<T> = Result<T, CallFailure>;

/// An instance. What each function means is said in `phytohub-plugin-api`. Dropping the last
/// reference ends it.
pub(crate) trait Hooks: Send + Sync {
    fn offers(&self) -> &Offers;
    fn start(&self, call: &CallContext) -> Called<()>;
    fn quiesce(&self, call: &CallContext) -> Called<()>;
    fn kinds(&self, call: &CallContext) -> Called<Vec<Kind>>;
    fn validate(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(FindingView<'_>) -> bool,
    ) -> Called<()>;
    fn describe(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        add: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Called<()>;
    fn render(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        language: &str,
        out: Sink<'_>,
    ) -> Called<()>;
    fn route(
        &self,
        call: &CallContext,
        document: &DocumentView<'_>,
        copy: &mut dyn FnMut(&str) -> Status,
    ) -> Called<RouteDecision>;
    fn events(
        &self,
        call: &CallContext,
        batch: &[EventView<'_>],
        ticket: u64,
    ) -> Called<Completion>;
    fn http_routes(&self) -> &[HttpRoute];
    fn http_assets(&self) -> &[HttpAsset];
    fn request(
        &self,
        call: &CallContext,
        request: &HttpRequestView<'_>,
        ticket: u64,
    ) -> Called<Completion>;
    fn wake(&self, call: &CallContext, token: u64) -> Called<()>;
    fn snapshot(&self, call: &CallContext, directory: &Path) -> Called<()>;
    fn health(&self, call: &CallContext) -> Called<()>;
    fn allocated(&self) -> Option<u64>;
}
