//! PostgreSQL as a queue: a table, `FOR UPDATE SKIP LOCKED`, a commit that waits for the disk.
//!
//! As its documentation advises: a connection for each worker, prepared statements, the row locked
//! by the transaction that works on it and deleted by the same.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_postgres::{Client, Config, Statement};

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::peer::{Peer, find, free_port, slowed};
use crate::https;

mod tls;

use tls::Tls;

/// A server with one table.
pub(super) struct Postgres {
    peer: Peer,
    bin: PathBuf,
    data: PathBuf,
    user: Option<(u32, u32)>,
    config: Config,
    tls: Tls,
    delay: Duration,
    version: String,
}

impl Postgres {
    pub(super) async fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let bin = programs()?;
        // It does not run as root.
        let user = if is_root(start.dir)? { Some(user_of("postgres")?) } else { None };
        let dir = start.dir.join("postgres");
        fs::create_dir_all(&dir)?;
        let data = dir.join("data");
        let port = free_port()?;
        set_up(start, &bin, &dir, &data, user)?;
        let mut command = slowed(&bin.join("postgres"), start.sync_delay);
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        as_user(&mut command, user);
        let peer = Peer::start_on_port(command, port, &dir.join("log"))?;
        let mut config = Config::new();
        config.host("localhost").hostaddr([127, 0, 0, 1].into()).port(port);
        config.user("postgres").dbname("postgres");
        config.ssl_mode(tokio_postgres::config::SslMode::Require);
        let tls = Tls::new(https::identity(&start.site.pki(), "NO")?);
        let (client, _driver) = connect(&config, &tls).await?;
        client
            .batch_execute(
                "CREATE TABLE mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
                 body bytea NOT NULL); ALTER TABLE mail ALTER COLUMN body SET STORAGE EXTERNAL;",
            )
            .await?;
        let row = client.query_one("SHOW server_version", &[]).await?;
        let version: String = row.try_get(0)?;
        Ok(Self { peer, bin, data, user, config, tls, delay: start.sync_delay, version })
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

/// Retries until the server, which may take a connection before it is ready, answers.
async fn connect(config: &Config, tls: &Tls) -> Result<(Client, JoinSet<()>), Failure> {
    let watch = crate::clock::Stopwatch::start();
    let mut tries = 0;
    loop {
        tries += 1;
        match config.connect(tls.clone()).await {
            Ok((client, connection)) => {
                let mut driver = JoinSet::new();
                driver.spawn(async move {
                    // Its end is told to the client by its next request.
                    drop(connection.await);
                });
                return Ok((client, driver));
            }
            Err(error) if tries > CONNECT_TRIES => return Err(error.into()),
            Err(_) => watch.reaches(watch.elapsed() + Duration::from_millis(100)).await,
        }
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
    let connections = start.in_flight + 8;
    let settings = SETTINGS.iter().map(|(name, value)| format!("{name} = {value}\n"));
    let settings: String = settings.collect();
    let settings = format!(
        "{settings}max_connections = {connections}\nlisten_addresses = '127.0.0.1'\n\
         unix_socket_directories = ''\nssl = on\nssl_cert_file = 'server.pem'\n\
         ssl_key_file = 'server.key'\nssl_ca_file = 'ca.pem'\n"
    );
    let path = data.join("postgresql.auto.conf");
    fs::write(&path, settings)?;
    owned(&path)?;
    let path = data.join("pg_hba.conf");
    fs::write(&path, "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n")?;
    Ok(owned(&path)?)
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) {
    if let Some((user, group)) = user {
        command.uid(user).gid(group).current_dir("/");
    }
}

/// Whether what this process makes belongs to root.
fn is_root(dir: &Path) -> Result<bool, Failure> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(dir)?.uid() == 0)
}

fn user_of(name: &str) -> Result<(u32, u32), Failure> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name));
    let words: Vec<&str> = line.ok_or("no user postgres to run it as")?.split(':').collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    number(2).zip(number(3)).ok_or_else(|| "the user postgres has no number".into())
}

impl Contender for Postgres {
    fn settings(&self) -> Vec<(String, String)> {
        let delay = format!("{} ms added to each sync", self.delay.as_millis());
        let settings = SETTINGS.map(|(name, value)| format!("{name}={value}")).join(", ");
        told(&[
            ("version", &self.version),
            ("settings", &settings),
            ("durability", "each commit waits for its sync, several share one"),
            (
                "client",
                "tokio-postgres 0.7, a connection for each in flight, TLS with client certificates",
            ),
            ("message", "INSERT; BEGIN, SELECT FOR UPDATE SKIP LOCKED LIMIT 1; DELETE, COMMIT"),
            ("disk", &delay),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, _worker: usize) -> Doing<'_, Box<dyn Session>> {
        Box::pin(async move {
            let (client, driver) = connect(&self.config, &self.tls).await?;
            let put = client.prepare("INSERT INTO mail (body) VALUES ($1)").await?;
            let take = client.prepare(TAKE).await?;
            let delete = client.prepare("DELETE FROM mail WHERE id = $1").await?;
            let session = Worker { client, put, take, delete, came: None, _driver: driver };
            Ok(Box::new(session) as Box<dyn Session>)
        })
    }
}

struct Worker {
    client: Client,
    put: Statement,
    take: Statement,
    delete: Statement,
    came: Option<i64>,
    _driver: JoinSet<()>,
}

impl Session for Worker {
    fn publish<'a>(&'a mut self, body: &'a str) -> Doing<'a, ()> {
        Box::pin(async move {
            self.client.execute(&self.put, &[&body.as_bytes()]).await?;
            Ok(())
        })
    }

    fn deliver(&mut self) -> Doing<'_, usize> {
        Box::pin(async move {
            loop {
                // Sent together: the client puts requests that wait for each other on one way.
                let (begun, row) = tokio::join!(
                    self.client.batch_execute("BEGIN"),
                    self.client.query_opt(&self.take, &[])
                );
                begun?;
                if let Some(row) = row? {
                    let body: &[u8] = row.try_get(1)?;
                    self.came = Some(row.try_get(0)?);
                    return Ok(body.len());
                }
                // Others have locked all; what this worker put in is with one of them.
                self.client.batch_execute("COMMIT").await?;
            }
        })
    }

    fn acknowledge(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            let id = self.came.take().ok_or("nothing came")?;
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&id];
            let (deleted, committed) = tokio::join!(
                self.client.execute(&self.delete, &params),
                self.client.batch_execute("COMMIT")
            );
            deleted?;
            Ok(committed?)
        })
    }
}

const TAKE: &str = "SELECT id, body FROM mail ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1";
const CONNECT_TRIES: u32 = 50;
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
