//! Phytohub put together: the configuration, the commands and the running hub.
//!
//! This crate wires the others and talks to people. It holds no rule of the exchange, and nothing
//! here ends the process but `main`.
//!
//! Start from [`cli::run`].

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod logging;
pub mod output;
pub mod pki;
