//! `phytohub serve`: the hub, until it is told to stop.

use std::io;

use rustix::process::{Resource, getrlimit, setrlimit};
use thiserror::Error;

use crate::cli::{Role, ServeArgs};
use crate::config::{ConfigError, LoadedConfig};
use crate::hub::{HostedPlugins, ReloadError, Reloaded, RunError, RunningHub, StartError};
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
    match args.role {
        Role::Plugins => return host_plugins(args, &loaded).await,
        Role::Hub if args.hub.is_some() => return Err(ServeError::Role),
        Role::Hub => {}
    }
    if let Some(address) = args.https {
        loaded.config_mut().https.listen = address;
    }
    // Heard from before the first door opens: a signal during the start is not lost.
    let (mut stop, mut reload) = (Stop::listen()?, Reload::listen()?);
    raise_descriptors(loaded.limits().sockets);
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

/// Runs plugins for a hub elsewhere.
async fn host_plugins(args: &ServeArgs, loaded: &LoadedConfig) -> Result<(), ServeError> {
    if args.https.is_some() {
        return Err(ServeError::Role);
    }
    let (mut stop, mut reload) = (Stop::listen()?, Reload::listen()?);
    raise_descriptors(loaded.limits().sockets);
    let plugins = HostedPlugins::start(loaded, args.hub.clone()).await?;
    for door in plugins.doors() {
        line(door)?;
    }
    line("ready")?;
    let failed = loop {
        tokio::select! {
            failure = plugins.failed() => break Some(failure),
            () = stop.requested() => break None,
            () = reload.requested() => tell_reload(plugins.reload(loaded).await),
        }
    };
    if let Some(failure) = failed {
        return Err(RunError::Store(failure).into());
    }
    tracing::info!("stopping: no new requests, those in flight are answered");
    plugins.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

fn tell_reload(reloaded: Result<Reloaded, ReloadError>) {
    let done = match reloaded {
        Ok(done) => done,
        Err(error) => {
            let error = crate::failure::told(&error);
            return tracing::error!(error, "refused to reload: everything stays as it was");
        }
    };
    for (plugin, error) in &done.refused {
        tracing::error!(plugin, error, "the plugin stays as it was");
    }
    if !done.left.is_empty() {
        let left = done.left.join(" ");
        tracing::warn!(left, "changed in the file, and not followed before a restart");
    }
    let followed = done.followed.join(" ");
    tracing::info!(followed, "read limits, certificates and plugins anew");
}

/// Lets the process have a file descriptor for each socket: many systems begin with 1,024.
fn raise_descriptors(sockets: usize) {
    let wanted = sockets as u64 + OTHER_DESCRIPTORS;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
    let raised = setrlimit(Resource::Nofile, limit).is_ok();
    if !raised || limit.current < Some(wanted) {
        let allowed = getrlimit(Resource::Nofile).current;
        tracing::warn!(
            wanted,
            ?allowed,
            "too few file descriptors for [limits] sockets: ulimit -n"
        );
    }
}

/// Files of the store, and the doors.
const OTHER_DESCRIPTORS: u64 = 1024;

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
    /// Options that belong to the other role.
    #[error("--https is for the hub, and --hub for --role plugins")]
    Role,
    /// It ended while running.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}
