//! Everything unsafe: pointers become slices, texts and closures here, and the other way round.
//! What is exported from here to the rest of the crate is safe to call.
#![expect(unsafe_code, reason = "the C side of the contract: pointers in, pointers out")]

#[cfg(feature = "accounted")]
mod accounted;
mod base;
mod call;
mod document;
mod entry;
mod guard;
mod host;
mod http;
mod instance;
mod sink;
mod thunk;

pub(crate) use call::{Probe, monotonic_ns};
pub(crate) use guard::{current_host, current_trace, scoped};
pub(crate) use host::RawHost;

#[cfg(feature = "accounted")]
pub use accounted::Accounted;
pub use entry::{Entry, Exported, id_is_valid};
pub use instance::Offers;
