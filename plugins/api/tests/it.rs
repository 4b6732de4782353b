//! The committed header and the committed lock are what the source says, and the lock only grows.

#[path = "it/compile.rs"]
mod compile;
#[path = "it/header.rs"]
mod header;
#[path = "it/layout.rs"]
mod layout;
#[path = "it/lock.rs"]
mod lock;
#[path = "it/source.rs"]
mod source;
