//! PostgreSQL as a queue: a table, `FOR UPDATE SKIP LOCKED`, commits that wait for the disk.
//!
//! As its documentation and those who build queues on it advise: few connections, prepared
//! statements, rows taken and deleted in batches by the transaction that works on them, requests
//! that belong together sent together. How it is driven stands in [`driver`].

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_postgres::{Client, Config, NoTls};

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::{Peer, find, free_port, is_root, slowed, user_of};
use crate::https;

mod driver;
mod tls;

pub(super) use driver::Batching;
use driver::Driver;
use tls::Tls;

/// How the server is reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// TCP and TLS with client certificates.
    Tls,
    /// A socket in the file system, without TLS.
    LocalSocket,
}

/// A server with one table.
pub(super) struct Postgres {
    peer: Peer,
    bin: PathBuf,
    data: PathBuf,
    user: Option<(u32, u32)>,
    driver: Driver,
    way: Way,
    batching: Batching,
    delay: Duration,
    version: String,
}

impl Postgres {
    pub(super) async fn start(
        start: &Start<'_>,
        way: Way,
        batching: Batching,
    ) -> Result<Self, Failure> {
        let bin = programs()?;
        // It does not run as root.
        let user = if is_root(start.dir)? { Some(user_of("postgres")?) } else { None };
        let dir = start.dir.join(format!("postgres-{way:?}-{batching:?}"));
        fs::create_dir_all(&dir)?;
        let data = dir.join("data");
        let port = free_port()?;
        set_up(start, &bin, &dir, &data, user)?;
        let mut command = slowed(&bin.join("postgres"), start.sync_delay);
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        as_user(&mut command, user);
        let peer = Peer::start_on_port(command, port, &dir.join("log"))?;
        let mut config = Config::new();
        config.port(port).user("postgres").dbname("postgres");
        let door = match way {
            Way::Tls => {
                config.host("localhost").hostaddr([127, 0, 0, 1].into());
                config.ssl_mode(tokio_postgres::config::SslMode::Require);
                Door { config, tls: Some(Tls::new(https::identity(&start.site.pki(), "NO")?)) }
            }
            Way::LocalSocket => {
                config.host_path(&dir).ssl_mode(tokio_postgres::config::SslMode::Disable);
                Door { config, tls: None }
            }
        };
        let (client, _connection) = door.connect().await?;
        client.batch_execute(TABLE).await?;
        let row = client.query_one("SHOW server_version", &[]).await?;
        let version: String = row.try_get(0)?;
        let driver = Driver::start(&door, batching, start.in_flight).await?;
        let delay = start.sync_delay;
        Ok(Self { peer, bin, data, user, driver, way, batching, delay, version })
    }
}

/// How connections are made.
struct Door {
    config: Config,
    tls: Option<Tls>,
}

impl Door {
    /// A connection, and the task that drives it. Retries until the server, which may take
    /// connections before it is ready, answers.
    async fn connect(&self) -> Result<(Client, JoinSet<()>), Failure> {
        let watch = crate::clock::Stopwatch::start();
        loop {
            match self.try_connect().await {
                Ok(connected) => return Ok(connected),
                Err(error) if watch.elapsed() > CONNECT_TIME_MAX => return Err(error.into()),
                Err(_) => watch.reaches(watch.elapsed() + Duration::from_millis(100)).await,
            }
        }
    }

    async fn try_connect(&self) -> Result<(Client, JoinSet<()>), tokio_postgres::Error> {
        let mut task = JoinSet::new();
        // Its end is told to the client by its next request.
        let client = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                task.spawn(async move { drop(connection.await) });
                client
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                task.spawn(async move { drop(connection.await) });
                client
            }
        };
        Ok((client, task))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut command = Command::new(self.bin.join("pg_ctl"));
        command.arg("-D").arg(&self.data).args(["-m", "immediate", "stop", "-s"]);
        as_user(&mut command, self.user);
        // If it does not stop, it is killed next.
        drop(command.output());
    }
}

fn programs() -> Result<PathBuf, Failure> {
    let dirs = [PathBuf::from("/usr/lib/postgresql/15/bin")];
    let postgres = find("PHYTOHUB_POSTGRES", "postgres", &dirs);
    let bin = postgres.and_then(|path| path.parent().map(Path::to_path_buf));
    bin.ok_or_else(|| "no PostgreSQL: apt-get install postgresql-15".into())
}

/// Makes the directory of its data, with keys that it may read.
fn set_up(
    start: &Start<'_>,
    bin: &Path,
    dir: &Path,
    data: &Path,
    user: Option<(u32, u32)>,
) -> Result<(), Failure> {
    let owned = |path: &Path| match user {
        Some((user, group)) => chown(path, Some(user), Some(group)),
        None => Ok(()),
    };
    owned(dir)?;
    let mut command = Command::new(bin.join("initdb"));
    command.arg("-D").arg(data).args(["-U", "postgres", "-A", "trust", "--no-sync"]);
    as_user(&mut command, user);
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("initdb: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    for name in ["server.pem", "server.key", "ca.pem"] {
        let copy = data.join(name);
        fs::copy(start.site.pki().join(name), &copy)?;
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
        owned(&copy)?;
    }
    let connections = start.in_flight + 16;
    let settings = SETTINGS.iter().map(|(name, value)| format!("{name} = {value}\n"));
    let settings: String = settings.collect();
    let settings = format!(
        "{settings}max_connections = {connections}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nssl = on\n\
         ssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\nssl_ca_file = 'ca.pem'\n",
        dir.display()
    );
    let path = data.join("postgresql.auto.conf");
    fs::write(&path, settings)?;
    owned(&path)?;
    let path = data.join("pg_hba.conf");
    let doors = "local all all trust\nhostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n";
    fs::write(&path, doors)?;
    Ok(owned(&path)?)
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) {
    if let Some((user, group)) = user {
        command.uid(user).gid(group).current_dir("/");
    }
}

impl Contender for Postgres {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        let settings = SETTINGS.map(|(name, value)| format!("{name}={value}")).join(", ");
        let way = match self.way {
            Way::Tls => "TLS with client certificates",
            Way::LocalSocket => "a local socket without TLS",
        };
        let client = format!("tokio-postgres 0.7, {way}, {}", self.batching.client());
        told(&[
            ("version", &self.version),
            ("settings", &settings),
            ("durability", "each commit waits for its sync; the server lets several share one"),
            ("client", &client),
            ("message", self.batching.message()),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, _worker: usize) -> Doing<'_, Box<dyn Session>> {
        Box::pin(async { Ok(Box::new(self.driver.session()) as Box<dyn Session>) })
    }
}

/// Bodies are neither compressed nor moved: they are as they came.
const TABLE: &str = "CREATE TABLE mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
    body bytea NOT NULL); ALTER TABLE mail ALTER COLUMN body SET STORAGE EXTERNAL;";
/// It creates its first files meanwhile, beside whatever else the machine does.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(30);
/// Durability at its defaults, memory as for a machine of its own, autovacuum often: a queue's table
/// is nothing but dead rows.
const SETTINGS: [(&str, &str); 7] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("shared_buffers", "512MB"),
    ("max_wal_size", "8GB"),
    ("autovacuum_naptime", "5s"),
    ("autovacuum_vacuum_scale_factor", "0.01"),
];
