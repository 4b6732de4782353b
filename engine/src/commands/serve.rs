//! `phytohub serve`: the hub, until it is told to stop.

use std::io;

use thiserror::Error;

use crate::cli::ServeArgs;
use crate::config::{ConfigError, LoadedConfig};
use crate::hub::{RunError, RunningHub, StartError};
use crate::logging;
use crate::output::line;
use crate::signal::{Reload, Stop};

/// Runs the hub.
///
/// # Errors
/// When it does not start, or the store fails while it runs.
pub async fn run(args: &ServeArgs) -> Result<(), ServeError> {
    logging::start(args.log);
    let mut loaded = LoadedConfig::read(&args.config.config_file)?;
    if let Some(address) = args.https {
        loaded.config_mut().https.listen = address;
    }
    // Heard from before the first door opens: a signal during the start is not lost.
    let (mut stop, mut reload) = (Stop::listen()?, Reload::listen()?);
    let hub = RunningHub::start(&loaded).await?;
    for door in hub.doors() {
        line(door)?;
    }
    line("ready")?;

    let failed = loop {
        tokio::select! {
            failure = hub.failed() => break Some(failure),
            () = stop.requested() => break None,
            () = reload.requested() => match hub.reload(&loaded) {
                Ok(()) => tracing::info!("read certificates, trust and limits anew"),
                Err(error) => tracing::error!(
                    error = crate::failure::told(&error),
                    "refused to reload: everything stays as it was"
                ),
            },
        }
    };
    if let Some(failure) = failed {
        return Err(RunError::Store(failure).into());
    }
    tracing::info!("stopping: no new requests, those in flight are answered");
    hub.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Why the hub ended otherwise than by being told to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The system does not let us hear signals, or stdout is closed.
    #[error("cannot hear signals or write on stdout")]
    Io(#[from] io::Error),
    /// It ended while running.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}
