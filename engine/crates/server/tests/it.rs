//! The doors of a hub in process, as clients see them.

#![forbid(unsafe_code)]

#[path = "it/exchange.rs"]
mod exchange;
#[path = "it/message.rs"]
mod message;
