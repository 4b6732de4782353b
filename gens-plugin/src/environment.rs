//! Time, chance and the hub: what the rest of the crate cannot make by itself.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use phytohub_plugin_sdk::host::{Acknowledgement, Connection, Draft, Envelope};
use phytohub_plugin_sdk::{Host, Result};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Gives bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills all of it.
    ///
    /// # Errors
    ///
    /// The machine has none; nothing that needs a secret can be done then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoChance>;
}

/// There are no unguessable bytes to be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the machine gives no random bytes")]
pub struct NoChance;

/// The machine's randomness.
#[derive(Debug, Default)]
pub struct MachineRandom(SystemRandom);

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoChance> {
        self.0.fill(bytes).map_err(|_| NoChance)
    }
}

/// What is needed of the hub; in tests something else.
pub trait Hub: Send + Sync {
    /// Delivers an envelope, once for each key.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::submit`].
    fn submit(&self, key: &str, draft: &Draft<'_>) -> Result<Envelope>;

    /// What waits for a connection.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::inbox`].
    fn inbox(&self, act_as: &str, after: u64, limit: u32) -> Result<Vec<Envelope>>;

    /// An envelope with its content.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::read`].
    fn read(&self, act_as: &str, number: &str) -> Result<(Envelope, Vec<u8>)>;

    /// Acknowledges an envelope.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::acknowledge`].
    fn acknowledge(
        &self,
        act_as: &str,
        number: &str,
        how: Acknowledgement,
        message: &str,
    ) -> Result<()>;

    /// How an envelope stands.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::status`].
    fn status(&self, act_as: &str, number: &str) -> Result<Envelope>;

    /// Envelopes from a connection, to one or to whomever, with a certificate number, the newest
    /// first.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Envelopes::find`].
    fn find(
        &self,
        from: &str,
        to: Option<&str>,
        certificate_number: &str,
        limit: u32,
    ) -> Result<Vec<Envelope>>;

    /// Who is connected.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Registry::connections`].
    fn connections(&self) -> Result<Vec<Connection>>;

    /// Registers a connection of one's own.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_plugin_sdk::host::Registry::register`].
    fn register(&self, connection: &Connection) -> Result<()>;

    /// Appends to the hub's audit trail.
    ///
    /// # Errors
    ///
    /// As of [`Host::audit`].
    fn audit(&self, principal: &str, action: &str, detail: &str) -> Result<()>;

    /// A secret that the operator gave.
    ///
    /// # Errors
    ///
    /// As of [`Host::secret`].
    fn secret(&self, name: &str) -> Result<Vec<u8>>;
}

impl Hub for Host {
    fn submit(&self, key: &str, draft: &Draft<'_>) -> Result<Envelope> {
        self.envelopes().submit(key, draft)
    }

    fn inbox(&self, act_as: &str, after: u64, limit: u32) -> Result<Vec<Envelope>> {
        self.envelopes().inbox(act_as, after, limit)
    }

    fn read(&self, act_as: &str, number: &str) -> Result<(Envelope, Vec<u8>)> {
        self.envelopes().read(act_as, number)
    }

    fn acknowledge(
        &self,
        act_as: &str,
        number: &str,
        how: Acknowledgement,
        message: &str,
    ) -> Result<()> {
        self.envelopes().acknowledge(act_as, number, how, message)
    }

    fn status(&self, act_as: &str, number: &str) -> Result<Envelope> {
        self.envelopes().status(act_as, number)
    }

    fn find(
        &self,
        from: &str,
        to: Option<&str>,
        certificate_number: &str,
        limit: u32,
    ) -> Result<Vec<Envelope>> {
        self.envelopes().find(from, to, certificate_number, limit)
    }

    fn connections(&self) -> Result<Vec<Connection>> {
        self.registry().connections()
    }

    fn register(&self, connection: &Connection) -> Result<()> {
        self.registry().register(connection)
    }

    fn audit(&self, principal: &str, action: &str, detail: &str) -> Result<()> {
        Self::audit(self, principal, action, detail, None)
    }

    fn secret(&self, name: &str) -> Result<Vec<u8>> {
        Self::secret(self, name)
    }
}
