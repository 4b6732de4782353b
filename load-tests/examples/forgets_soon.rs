//! A hub that drops contents after two seconds and envelopes after four: what a crash test can
//! live to see, where settings count in days.
//!
//! Put together from the hub's own crates. It takes the place of `phytohub serve` in a test, and
//! understands the same arguments.
#![forbid(unsafe_code)]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use phytohub::config::LoadedConfig;
use phytohub::keys;
use phytohub::push::PartnerCalls;
use phytohub_domain::Clock;
use phytohub_exchange::push::Dispatcher;
use phytohub_exchange::{Housekeeping, Hub};
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
    let system = SystemClock::new();
    let clock: Arc<dyn Clock> = Arc::new(system);
    let metrics = Arc::new(Metrics::new());
    let mut config = StoreConfig::new(loaded.resolve(&loaded.config().store.path));
    config.retention.content = Duration::from_secs(2);
    config.retention.headers = Duration::from_secs(4);
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
    let (certificate, key) = {
        let delivery = &loaded.config().delivery;
        (loaded.resolve(&delivery.certificate), loaded.resolve(&delivery.key))
    };
    let alarm = Arc::new(system);
    let dispatcher = Dispatcher::new(
        hub.clone(),
        Arc::new(PartnerCalls::load(&certificate, &key)?),
        Arc::new(tasks.clone()),
        alarm.clone(),
        loaded.config().delivery.to_push(),
    );
    let mut stop = shutdown.clone();
    tasks.spawn("dispatcher", async move { dispatcher.run(stop.requested()).await });
    let housekeeping = Housekeeping::new(hub.clone(), alarm);
    let mut stop = shutdown.clone();
    tasks.spawn("housekeeping", async move { housekeeping.run(stop.requested()).await });
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
