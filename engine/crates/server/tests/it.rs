//! The doors of a hub in process, as clients see them.

#![forbid(unsafe_code)]

#[path = "it/admin.rs"]
mod admin;
#[path = "it/budget.rs"]
mod budget;
#[path = "it/drain.rs"]
mod drain;
#[path = "it/exchange.rs"]
mod exchange;
#[path = "it/fair_use.rs"]
mod fair_use;
#[path = "it/http.rs"]
mod http;
#[path = "it/identity.rs"]
mod identity;
#[path = "it/memory.rs"]
mod memory;
#[path = "it/message.rs"]
mod message;
#[path = "it/metrics.rs"]
mod metrics;
#[path = "it/quic.rs"]
mod quic;
#[path = "it/quic_upload.rs"]
mod quic_upload;
#[path = "it/raw.rs"]
mod raw;
#[path = "it/release.rs"]
mod release;
#[path = "it/replay.rs"]
mod replay;
#[path = "it/standing.rs"]
mod standing;
#[path = "it/time.rs"]
mod time;
#[path = "it/typed.rs"]
mod typed;
#[path = "it/web.rs"]
mod web;
