//! What `plugins/GUIDE.md` quotes: whole, so that it compiles. The guide's test compares.

#![forbid(unsafe_code)]

use phytohub_plugin_sdk::host::Operation;
use phytohub_plugin_sdk::{
    Area, Call, CreateError, Document, Documents, EventKind, EventKinds, Events, Findings, Handled,
    Host, HttpRoute, HttpRoutes, Kind, Lifecycle, Plugin, Reply, Request, Responder, Result,
    export_plugin,
};

struct Guide {
    host: Host,
}

impl Plugin for Guide {
    const ID: &'static str = "guide";
    type Config = ();

    fn create(host: Host, _config: ()) -> Result<Self, CreateError> {
        Ok(Self { host })
    }

    fn start(&self, _call: &Call<'_>) -> Result<()> {
        let seen = self.host.kv().get("seen/NL-1")?;
        self.host.kv().write([Operation::put("seen/NL-1", "1").expecting_nothing()]).commit()?;
        tracing::info!(seen = seen.is_some(), "begun");
        Ok(())
    }
}

impl Documents for Guide {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind::observer(851, "phytosanitary certificate")]
    }

    fn validate(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        if !document.from().starts_with("NL") {
            let place = "SPSCertificate/…/IssuerSPSParty";
            findings.severe(Area::Mapping, "WW-002", place, "only NL may issue these");
        }
        Ok(())
    }
}

impl Lifecycle for Guide {
    const MASK: EventKinds = EventKinds::of(&[EventKind::Accepted, EventKind::Acknowledged]);

    fn events(&self, _call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        let seen = batch.iter().map(|event| Operation::put(event.hub_delivery_number, "1"));
        self.host.kv().write(seen).with_batch(batch).commit()?;
        Ok(Handled::Done)
    }
}

impl HttpRoutes for Guide {
    fn routes(&self) -> Vec<HttpRoute> {
        vec![HttpRoute::get("")] // the prefix itself
    }

    fn request(
        &self,
        _call: &Call<'_>,
        _request: &Request<'_>,
        responder: Responder,
    ) -> Result<()> {
        responder.reply(Reply::html("<!doctype html><title>Words</title><h1>Words</h1>"))
    }
}

export_plugin!(Guide: Documents, Lifecycle, HttpRoutes);
