//! International veterinary certificates after the models of WOAH's Terrestrial and Aquatic Codes:
//! tables of rules by box, pages in their layout, samples of many commodities, and the plugin of
//! the hub that all this makes.
//!
//! Everything is a table but [`sample`]; the machinery is in `phytohub-official-certificate`. It
//! must never ask of a certificate what its authorities did not agree on: what is bilateral is a
//! warning at most.
//!
//! Start from [`PROFILE`] and [`rules`]; the hub's side starts at [`Woah`].

#![forbid(unsafe_code)]

mod attestation;
mod layout;
mod model;
mod plugin;
pub mod rules;
pub mod sample;

pub use model::PROFILE;
pub use plugin::{Certificates, Woah};
