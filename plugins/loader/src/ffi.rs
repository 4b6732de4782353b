//! All that is unsafe. What these modules show to the rest of the crate is safe to call, whatever
//! the arguments: nothing that a plugin gives is believed before it was looked at, except that
//! pointers which it gives with a length point to that much memory until the call returns.
//! That cannot be checked from inside a process, and is what the signature on a plugin stands for.

pub(crate) use clock::monotonic_ns;
pub(crate) use given::cut;

pub(crate) mod host;
pub(crate) mod map;
pub(crate) mod plugin;

mod clock;
mod codelists;
mod data;
mod desk;
mod documents;
mod envelopes;
mod given;
mod http;
mod kv;
mod log;
mod registry;
mod respond;
mod tickets;
mod visitors;
