//! The plugin: what the hub asks of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use phytohub_plugin_sdk::{
    Call, CreateError, Error, EventKind, EventKinds, Events, Handled, Health, Host, Lifecycle,
    Plugin, Result, Snapshot,
};
use serde::Deserialize;

use crate::demo;
use crate::environment::{MachineClock, MachineRandom};
use crate::exchange::Post;
use crate::handover;
use crate::service::{Gens, TenantConfig};

/// The plugin's section of the configuration.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// The countries that are served; those that are left out later stay as they are.
    pub tenants: Vec<TenantConfig>,
    /// Whether tenants for training that have no users get some to look at, with a password that
    /// everybody knows, and certificates.
    pub demo: bool,
}

/// The national systems. One instance serves the whole hub.
#[derive(Debug)]
pub struct GensPlugin {
    gens: Gens,
    directory: PathBuf,
    demo: bool,
    post: Mutex<Option<Post>>,
}

impl GensPlugin {
    /// What the pages call.
    #[must_use]
    pub const fn gens(&self) -> &Gens {
        &self.gens
    }

    fn fill_for_demonstration(&self) -> Result<()> {
        tracing::warn!("demo is on: tenants for training get users with a password known to all");
        // Who is not registered yet would get everything on paper.
        self.gens.exchange(true);
        demo::fill(&self.gens).map_err(|error| {
            Error::unavailable("the demonstration cannot be set up").because(error)
        })
    }
}

impl Plugin for GensPlugin {
    const ID: &'static str = "gens";
    type Config = Config;

    fn create(host: Host, config: Config) -> Result<Self, CreateError> {
        host.require(&["hub.data/1", "hub.envelopes/1", "hub.registry/1"])?;
        let directory = host.data().path()?;
        let gens = Gens::open(
            &directory,
            &config.tenants,
            Arc::new(host),
            Arc::new(MachineClock),
            Arc::new(MachineRandom::default()),
        );
        let gens = gens.map_err(|error| match error {
            crate::service::OpenError::Tenant { .. } => {
                CreateError::config("tenants", error.to_string())
            }
            other => Error::unavailable("the database cannot be opened").because(other).into(),
        })?;
        Ok(Self { gens, directory, demo: config.demo, post: Mutex::new(None) })
    }

    fn start(&self, _: &Call<'_>) -> Result<()> {
        if self.demo {
            self.fill_for_demonstration()?;
        }
        handover::hand_over(&self.gens, &self.directory).map_err(|error| {
            Error::unavailable("a country cannot be handed over to its administrator")
                .because(error)
        })?;
        let post = Post::start(&self.gens)
            .map_err(|error| Error::unavailable("the post cannot be started").because(error))?;
        *self.post.lock().unwrap_or_else(PoisonError::into_inner) = Some(post);
        Ok(())
    }

    fn quiesce(&self, _: &Call<'_>) -> Result<()> {
        let post = self.post.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut post) = post {
            post.stop();
        }
        Ok(())
    }
}

impl Lifecycle for GensPlugin {
    const MASK: EventKinds = EventKinds::of(&[
        EventKind::Accepted,
        EventKind::Acknowledged,
        EventKind::Failed,
        EventKind::Expired,
    ]);

    fn events(&self, _: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        self.gens
            .hear(batch)
            .map_err(|error| Error::unavailable("the database refused").because(error))?;
        Ok(Handled::Done)
    }
}

impl Snapshot for GensPlugin {
    fn snapshot(&self, _: &Call<'_>, directory: &Path) -> Result<()> {
        self.gens
            .snapshot(directory)
            .map_err(|error| Error::unavailable("the copy cannot be written").because(error))
    }
}

impl Health for GensPlugin {
    fn health(&self, _: &Call<'_>) -> Result<()> {
        self.gens
            .heard()
            .map(drop)
            .map_err(|error| Error::unavailable("the database does not answer").because(error))
    }
}
