//! The harness tried on itself, then on a hub.

#[path = "it/shim.rs"]
mod shim;
