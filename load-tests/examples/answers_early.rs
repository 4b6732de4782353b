//! A hub that answers before its commit: what the crash test must catch.
//!
//! Put together from the hub's own crates, with the one switch on that no setting reaches. It takes
//! the place of `phytohub serve` in a test, and understands the same arguments.
#![forbid(unsafe_code)]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use phytohub::config::LoadedConfig;
use phytohub::keys;
use phytohub_domain::Clock;
use phytohub_exchange::Hub;
use phytohub_server::{
    AdminDoor, HttpsDoor, ShutdownTrigger, SystemClock, Tasks, Tls, TlsFiles, TrustMode,
};
use phytohub_store::{Store, StoreConfig};
use phytohub_telemetry::Metrics;

/// What a harness says to `phytohub`.
#[derive(Debug, Parser)]
struct Arguments {
    /// `serve`.
    command: String,
    #[arg(long)]
    https: SocketAddr,
    #[arg(long)]
    config: PathBuf,
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments = Arguments::parse();
    if arguments.command != "serve" {
        return Err("this hub only serves".into());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(&arguments))
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let loaded = LoadedConfig::read(&arguments.config)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let metrics = Arc::new(Metrics::new());
    let mut config = StoreConfig::new(loaded.resolve(&loaded.config().store.path));
    config.answer_before_commit = true;
    let audit = keys::settings(&loaded, config.retention.headers)?;
    let (store, _) = Store::open(config, Arc::clone(&clock), Arc::clone(&metrics))?;
    let hub = Hub::open(store, loaded.limits(), clock, metrics)?;
    hub.set_policy(loaded.policy());
    hub.set_audit(audit);
    let tls = Tls::load(&TlsFiles {
        certificate: loaded.resolve(&loaded.config().https.certificate),
        key: loaded.resolve(&loaded.config().https.key),
        trust: TrustMode::Registered,
    })?;
    let (_never_fired, shutdown) = ShutdownTrigger::new();
    let tasks = Tasks::new();
    let admin = AdminDoor::bind(&loaded.socket_dir()).await?;
    let (admin_hub, admin_tasks, admin_stop) = (hub.clone(), tasks.clone(), shutdown.clone());
    tasks.spawn("admin", async move { admin.serve(admin_hub, admin_tasks, admin_stop).await });
    let door = HttpsDoor::bind(arguments.https).await?;
    let url = format!("https://{}/hub/DeliveryService", door.address());
    tell(&format!("listening {url}"));
    tell("ready");
    door.serve(hub, Arc::new(tls), &url, tasks, shutdown).await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what `phytohub serve` prints")]
fn tell(line: &str) {
    println!("{line}");
}
