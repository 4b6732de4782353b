//! The contract between the hub and its plugins, as C sees it: fixed-width integers, pointers with
//! lengths, function pointers. Nothing of Rust's own ABI crosses.
//!
//! This crate holds shapes and numbers only: no code, no dependencies, nothing unsafe. Plugins in
//! Rust use `phytohub-plugin-sdk`; plugins in C use `include/phytohub_plugin.h`, which is generated
//! from here. `plugins/ABI.md` says what the parts mean together and how they may grow.
//!
//! Start from [`HubPluginEntry`].
//!
//! # Rules that hold everywhere
//!
//! - Memory never changes owner. What a call is given is borrowed until the call returns; what it
//!   gives is pushed into a sink or a visitor, whose owner copies it. There is nothing to free.
//! - Every structure begins with `struct_size`, its size where it was made, and grows at its end
//!   only. Who reads a field looks first whether `struct_size` reaches beyond it.
//! - An array of structures is walked in steps of its first element's `struct_size`.
//! - Every function pointer may be null. One that the text does not call optional makes the
//!   structure unusable when it is null.
//! - A pointer may dangle or be null when its length is 0.
//! - Whoever does not know a number (a status, a kind, a flag) treats a negative status as
//!   [`HUB_INTERNAL`], a positive one as [`HUB_OK`], and ignores other unknown numbers.
//! - Tickets are numbers, not pointers: one that is late, used twice or made up is not found.

#![no_std]
#![forbid(unsafe_code)]
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "[thread], [may block] and [errors] are marks, as headers in C have them"
)]
#![expect(
    clippy::exhaustive_structs,
    reason = "structures of a C contract: they grow by struct_size, not by Rust's rules"
)]

mod base;
mod call;
mod documents;
mod entry;
mod envelopes;
mod host;
mod http;
mod lifecycle;
mod registry;
mod routing;
mod store;
mod upkeep;

pub use base::*;
pub use call::*;
pub use documents::*;
pub use entry::*;
pub use envelopes::*;
pub use host::*;
pub use http::*;
pub use lifecycle::*;
pub use registry::*;
pub use routing::*;
pub use store::*;
pub use upkeep::*;

/// Whether a structure that says it has `struct_size` bytes has the field that ends at `end`.
#[must_use]
pub const fn reaches(struct_size: u32, end: usize) -> bool {
    struct_size as usize >= end
}
