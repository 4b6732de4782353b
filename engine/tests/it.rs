//! The hub from outside: the real binary, real sockets, real clients.

#[path = "it/floors.rs"]
mod floors;
