//! Official certificates of food after the generic model of Codex Alimentarius (CXG 38-2001) and its
//! companions for fish and milk: tables of rules by field, pages in their layout, samples of many
//! commodities, and the plugin of the hub that all this makes.
//!
//! Everything is a table but [`sample`]; the machinery is in `phytohub-official-certificate`. It
//! must never ask of a certificate what its authorities did not agree on: beyond the mandatory
//! minimum everything is a warning at most.
//!
//! Start from [`PROFILE`] and [`rules`]; the hub's side starts at [`Codex`].

#![forbid(unsafe_code)]

mod attestation;
mod layout;
mod model;
mod plugin;
pub mod rules;
pub mod sample;

pub use model::PROFILE;
pub use plugin::{Certificates, Codex};
