//! The threads that send and receive, and that make packages.

use std::thread::JoinHandle;
use std::time::Duration;

use crate::service::{Gens, ServiceError};
use crate::store::{TenantRow, records, tenants};

/// The running threads.
#[derive(Debug)]
pub(crate) struct Post {
    gens: Gens,
    threads: Vec<JoinHandle<()>>,
}

impl Post {
    /// Starts them.
    pub(crate) fn start(gens: &Gens) -> std::io::Result<Self> {
        gens.0.bell.open();
        gens.0.packer.open();
        let mut post = Self { gens: gens.clone(), threads: Vec::new() };
        let (exchanges, packs) = (gens.clone(), gens.clone());
        post.spawn("gens-post", move || exchanges.run_post())?;
        // Of its own: a package takes minutes, and certificates do not wait for it.
        post.spawn("gens-packer", move || packs.run_packer())?;
        Ok(post)
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.threads.push(thread);
        Ok(())
    }

    /// Ends them; what was begun is finished, or begun anew after the next start.
    pub(crate) fn stop(&mut self) {
        self.gens.0.bell.close();
        self.gens.0.packer.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("the post ended by a panic");
            }
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Gens {
    fn run_post(&self) {
        let mut anew = !self.round(true);
        while self.0.bell.wait(PAUSE) {
            // What was asked after the start and not answered is asked again.
            anew &= !self.round(anew);
        }
    }

    fn run_packer(&self) {
        self.make_packages();
        while self.0.packer.wait(PACKER_PAUSE) {
            self.make_packages();
        }
    }

    /// Everything that is to be done now, for all tenants. What fails is tried in the next round.
    /// `anew` after a start: then what is under way is asked about too.
    pub fn exchange(&self, anew: bool) {
        self.round(anew);
    }

    /// The same; whether nothing was interrupted.
    fn round(&self, anew: bool) -> bool {
        let all = match self.0.store.read(tenants::tenants) {
            Ok(all) => all,
            Err(error) => {
                tracing::error!(error = %error, "the post cannot read its database");
                return false;
            }
        };
        let mut whole = true;
        for tenant in &all {
            if self.0.bell.is_closing() {
                return false;
            }
            let done = self
                .register_connection(tenant, anew)
                .and_then(|()| self.send_due(tenant))
                .and_then(|()| self.receive(tenant))
                .and_then(|()| self.ask_about_sent(tenant, anew))
                .and_then(|()| if anew { self.compare(tenant).map(drop) } else { Ok(()) });
            if let Err(error) = done {
                tracing::warn!(tenant = tenant.code, error = %error, "the exchange is interrupted");
                whole = false;
            }
        }
        if let Err(error) = self.tell_audit() {
            tracing::warn!(error = %error, "the hub's audit trail lags behind");
        }
        whole
    }

    /// Makes the tenant's connection known to the hub.
    fn register_connection(&self, tenant: &TenantRow, anew: bool) -> Result<(), ServiceError> {
        if anew && let Err(error) = self.register_tenant(tenant) {
            // An operator may have made the connection instead; sending tells whether it is there.
            let (tenant, reason) = (&*tenant.code, error.reason());
            tracing::warn!(tenant, reason, "the connection could not be registered");
        }
        Ok(())
    }

    /// Writes the audit trail into the hub's as well.
    fn tell_audit(&self) -> Result<(), ServiceError> {
        loop {
            let lines = self.0.store.read(|db| records::untold(db, LINES))?;
            for line in &lines {
                if self.0.hub.audit(&line.principal, &line.action, &line.detail).is_err() {
                    // Too many in a second, or none at all granted: the rest waits.
                    return Ok(());
                }
                self.0.store.write(|db| records::told(db, line.id))?;
            }
            if lines.is_empty() {
                return Ok(());
            }
        }
    }
}

/// How often the post looks by itself: imports do not ring.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it is looked whether a package is to be removed.
const PACKER_PAUSE: Duration = Duration::from_secs(60);
/// Lines of the audit trail in one read.
const LINES: u32 = 100;
