//! What the plugins for veterinary and for food certificates have in common: documents in the SPS
//! schema are held to tables of rules, shown in the layout of their model, described for searches,
//! and written as samples.
//!
//! A plugin brings its tables ([`Profile`]); nothing of a model is written as code here. This crate
//! has no clock and no I/O. It must never panic on bytes that someone sent, and never refuse a
//! document of another system for being what it is: see [`foreign`].
//!
//! Start from [`Profile`] and [`judge()`]; the hub's side starts at [`CertificatePlugin`].

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod attestation;
mod catalogue;
mod check;
pub mod draft;
mod engine;
mod finding;
pub mod foreign;
mod judge;
mod model;
mod note;
mod plugin;
mod query;
pub mod render;
pub mod rule;
pub mod sample;
pub mod service;
pub mod shared;
mod view;

pub use attestation::Attestation;
pub use catalogue::{attestations_as_markdown, rules_as_markdown};
pub use finding::Finding;
pub use judge::{Envelope, Judgement, judge};
pub use model::{Cell, Column, Field, Model, Profile, Section, Show};
pub use note::{Tag, tag_label};
pub use plugin::{CertificatePlugin, Family};
pub use view::Certificate;
