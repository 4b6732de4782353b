//! A plugin that does next to nothing, so that what lies around it can be measured: the bench calls
//! its functions directly, and the plugin through the contract.
//!
//! Nothing that ships may depend on this crate. Start from [`judge`].

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use phytohub_plugin_sdk::{
    Area, Call, CreateError, Document, Documents, EventKind, EventKinds, Events, Findings, Handled,
    Health, Host, HttpRoute, HttpRoutes, Kind, Lifecycle, Plugin, Reply, Request, Responder,
    Result, export_plugin,
};
use serde::Deserialize;

/// Certificate type whose documents are not looked at.
pub const EMPTY: i32 = 1;
/// Certificate type whose documents are judged.
pub const JUDGED: i32 = 2;

/// What is made of a document: how many elements begin in it, and how deep they nest; a pass over
/// all its bytes, as every validator makes one.
#[must_use]
pub fn judge(content: &[u8]) -> (u64, u64) {
    let (mut begun, mut depth, mut deepest) = (0, 0_u64, 0);
    for at in memchr::memchr_iter(b'<', content) {
        match content.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                begun += 1;
                depth += 1;
                deepest = deepest.max(depth);
            }
        }
    }
    (begun, deepest)
}

/// What is made of an event.
#[must_use]
pub fn hear(sequence: u64, hub_delivery_number: &str) -> u64 {
    sequence.wrapping_add(hub_delivery_number.len() as u64)
}

struct Bench {
    host: Host,
    heard: AtomicU64,
}

/// It takes none.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {}

impl Plugin for Bench {
    const ID: &'static str = "bench";
    type Config = Config;

    fn create(host: Host, _: Config) -> std::result::Result<Self, CreateError> {
        Ok(Self { host, heard: AtomicU64::new(0) })
    }
}

impl Documents for Bench {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind::owner(EMPTY, "empty"), Kind::owner(JUDGED, "judged")]
    }

    fn validate(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        if document.certificate_type() == JUDGED && judge(document.content()).0 == 0 {
            findings.severe(Area::Schema, "BENCH", "", "no element");
        }
        Ok(())
    }
}

impl Lifecycle for Bench {
    const MASK: EventKinds = EventKinds::of(&[EventKind::Accepted]);

    fn events(&self, _call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        let heard = batch.iter().map(|event| hear(event.sequence, event.hub_delivery_number));
        self.heard.fetch_add(heard.fold(0, u64::wrapping_add), Ordering::Relaxed);
        Ok(Handled::Done)
    }
}

impl HttpRoutes for Bench {
    fn routes(&self) -> Vec<HttpRoute> {
        vec![
            HttpRoute::post("echo", 64 << 10),
            HttpRoute::get("keys/{count}"),
            HttpRoute::post("key", 1),
        ]
    }

    fn request(&self, _call: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()> {
        match request.route {
            0 => {
                let body = request.body().unwrap_or_default().to_vec();
                responder.reply(Reply::new(200, "application/octet-stream", body))
            }
            1 => {
                let count = request.segment("count").and_then(|text| text.parse().ok());
                for _ in 0..count.unwrap_or(0_u32) {
                    black_box(self.host.kv().get("key")?);
                }
                responder.reply(Reply::text(200, "read"))
            }
            _ => {
                self.host.kv().put("key", vec![7; VALUE_BYTES])?;
                responder.reply(Reply::text(200, "kept"))
            }
        }
    }
}

impl Health for Bench {
    fn health(&self, _call: &Call<'_>) -> Result<()> {
        Ok(())
    }
}

/// Bytes of the value that is read: a small record.
pub const VALUE_BYTES: usize = 100;

export_plugin!(Bench: Documents, Lifecycle, HttpRoutes, Health);
