//! Phytohub put together: the configuration, the commands and the running hub.
//!
//! This crate wires the others and talks to people. It holds no rule of the exchange, and nothing
//! here ends the process but `main`.
//!
//! Start from [`run`].

#![forbid(unsafe_code)]

pub mod certificate;
pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod failure;
pub mod hub;
pub mod keys;
pub mod logging;
pub mod output;
mod peer;
pub mod pki;
pub mod plugins;
pub mod push;
pub mod remote;
pub mod signal;

use cli::{Cli, Command};
use failure::CommandError;

/// Runs one command.
///
/// # Errors
/// When the command did not do what it should; the error knows the exit code.
pub async fn run(cli: &Cli) -> Result<(), CommandError> {
    match &cli.command {
        Command::Init(args) => Ok(commands::init::run(args).await?),
        Command::Serve(args) => Ok(commands::serve::run(args).await?),
        Command::Connection(args) => Ok(commands::connection::run(args).await?),
        Command::Channel(args) => Ok(commands::rule::run_channel(args).await?),
        Command::Link(args) => Ok(commands::link::run(args).await?),
        Command::Rule(args) => Ok(commands::rule::run(args).await?),
        Command::Envelope(args) => Ok(commands::envelope::run(args).await?),
        Command::Send(args) => Ok(commands::send::run(args).await?),
        Command::Receive(args) => Ok(commands::receive::run(args).await?),
        Command::Track(args) => Ok(commands::track::run(args).await?),
        Command::Codes(args) => Ok(commands::codes::run(args).await?),
        Command::Validate(args) => Ok(commands::validate::run(args)?),
        Command::Sample(args) => Ok(commands::sample::run(args)?),
        Command::Render(args) => Ok(commands::render::run(args)?),
        Command::Audit(args) => Ok(commands::audit::run(args).await?),
        Command::Receipt(args) => Ok(commands::receipt::run(args).await?),
        Command::Backup(args) => Ok(commands::backup::run(args).await?),
        Command::Restore(args) => Ok(commands::restore::run(args).await?),
        Command::Doctor(args) => Ok(commands::doctor::run(args).await?),
        Command::Plugin(args) => Ok(commands::plugin::run(args).await?),
        Command::Clock(args) => Ok(commands::clock::run(args).await?),
        Command::Demo(args) => Ok(commands::demo::run(args).await?),
    }
}
