//! `phytohub init`: a directory with everything that a hub needs.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use phytohub_domain::{Clock as _, ConnectionCode};
use phytohub_server::SystemClock;
use thiserror::Error;

use super::admin::{self, AskError};
use super::connection::Registration;
use crate::certificate::ReadCertificateError;
use crate::cli::InitArgs;
use crate::config::{ConfigError, HubConfig, LoadedConfig, template};
use crate::hub;
use crate::keys::{self, KeyError};
use crate::output::line;
use crate::pki::{Authority, Issued, PKCS12_PASSWORD, PkiError};

/// Makes a hub and says what to do next.
///
/// # Errors
/// When the directory is not empty, or something cannot be made: the error says how to clean up.
pub async fn run(args: &InitArgs) -> Result<(), InitError> {
    let directory = &args.directory;
    create(directory, &args.connections, &args.hosts).await?;
    let shown = directory.display();
    let mut told = format!(
        "made a hub in {shown}\n\
         \x20 hub.toml                 every setting, with its default\n\
         \x20 data/                    the store\n\
         \x20 pki/ca.pem               the authority that clients must trust\n\
         \x20 pki/server.pem, .key     the server's certificate\n\
         \x20 pki/push.pem, .key       what the hub shows to partners that it calls\n\
         \x20 pki/audit.key, .pub      what signs the account; receipt.key, .pub: receipts"
    );
    if args.connections.is_empty() {
        told += &format!(
            "\n\nnext:\n\
             \x20 phytohub connection add NO --config {shown}/hub.toml --name NAME --certificate FILE\n\
             \x20 phytohub serve --config {shown}/hub.toml"
        );
    } else {
        let codes: Vec<&str> = args.connections.iter().map(ConnectionCode::as_str).collect();
        told += &format!(
            "\n\x20 pki/{{{}}}.pem, .key, .p12  test connections; password of .p12: {PKCS12_PASSWORD}\n\n\
             for trials: it listens on loopback alone\n\n\
             next:\n\x20 phytohub serve --config {shown}/hub.toml",
            codes.join(","),
        );
    }
    Ok(line(&told)?)
}

/// Makes a hub in a directory that is empty or does not exist.
///
/// # Errors
/// As [`run`].
pub async fn create(
    directory: &Path,
    connections: &[ConnectionCode],
    hosts: &[String],
) -> Result<(), InitError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(InitError::NotEmpty { directory: directory.to_owned() });
            }
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => {}
        Err(source) => {
            return Err(InitError::Directory { directory: directory.to_owned(), source });
        }
    }
    fill(directory, connections, hosts)
        .await
        .map_err(|source| InitError::HalfMade { directory: directory.to_owned(), source })
}

async fn fill(
    directory: &Path,
    connections: &[ConnectionCode],
    hosts: &[String],
) -> Result<(), FillError> {
    fs::create_dir_all(directory)
        .map_err(|source| FillError::Write { file: directory.to_owned(), source })?;
    for private in ["data", "pki", "run"] {
        make_private(&directory.join(private))?;
    }
    let clock = SystemClock::new();
    let authority = Authority::new(clock.now())?;
    let pki = directory.join("pki");
    write(&pki.join("ca.pem"), authority.pem().as_bytes(), PUBLIC)?;
    for key in ["audit.key", "receipt.key"] {
        keys::make(&pki.join(key))?;
    }
    write_pair(&pki, "server", &authority.server(hosts)?)?;
    write_pair(&pki, "push", &authority.push()?)?;

    let mut registrations: Vec<Registration> = Vec::new();
    for code in connections {
        if registrations.iter().any(|known| known.code == *code) {
            continue;
        }
        let client = authority.client(code)?;
        write_pair(&pki, code.as_str(), &client)?;
        let file = pki.join(format!("{code}.p12"));
        write(&file, &authority.pkcs12(code, &client)?, SECRET)?;
        registrations.push(Registration::of_trial(code.clone(), &client.der)?);
    }

    let config = configuration(!connections.is_empty(), hosts);
    let file = directory.join("hub.toml");
    write(&file, template(&config).as_bytes(), PUBLIC)?;
    register(&LoadedConfig::read(&file)?, registrations).await
}

/// Makes the store, and registers the connections in it.
async fn register(
    loaded: &LoadedConfig,
    registrations: Vec<Registration>,
) -> Result<(), FillError> {
    let (hub, _) = hub::open(loaded).map_err(AskError::Store)?;
    for registration in registrations {
        admin::ask_opened(&hub, registration.request()).await?;
    }
    Ok(hub.close().map_err(AskError::Close)?)
}

fn configuration(trial: bool, hosts: &[String]) -> HubConfig {
    let mut config = HubConfig { trial, ..HubConfig::default() };
    if trial {
        // Several trials may run side by side; 'serve' prints which port it is.
        config.admin.listen.set_port(0);
    }
    if let Some(host) = hosts.first() {
        let port = config.https.listen.port();
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        config.https.public_url = format!("https://{host}:{port}/hub/DeliveryService");
    }
    config
}

fn make_private(directory: &Path) -> Result<(), FillError> {
    let made = DirBuilder::new().mode(0o700).create(directory);
    made.map_err(|source| FillError::Write { file: directory.to_owned(), source })
}

fn write_pair(pki: &Path, name: &str, issued: &Issued) -> Result<(), FillError> {
    write(&pki.join(format!("{name}.pem")), issued.pem.as_bytes(), PUBLIC)?;
    write(&pki.join(format!("{name}.key")), issued.key_pem.as_bytes(), SECRET)
}

fn write(file: &Path, content: &[u8], mode: u32) -> Result<(), FillError> {
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    written
        .and_then(|mut opened| {
            opened.write_all(content)?;
            opened.sync_all()
        })
        .map_err(|source| FillError::Write { file: file.to_owned(), source })
}

/// Why a hub was not made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InitError {
    /// The directory cannot be looked into.
    #[error("cannot make a hub in directory={}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something went wrong on the way.
    #[error("init stopped half-way: mend the cause, remove what it made, and try again directory={}", directory.display())]
    HalfMade {
        /// The directory.
        directory: PathBuf,
        /// What went wrong.
        source: FillError,
    },
    /// There is something already.
    #[error("init makes a new hub, and this directory is not empty: name another directory={}", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
    },
    /// Stdout is closed.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}

/// What can go wrong while a hub is made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FillError {
    /// The store could not be made, or a connection not be registered.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The certificate that was just made cannot be read.
    #[error(transparent)]
    Certificate(#[from] ReadCertificateError),
    /// The configuration that was just written cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key to sign with could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A certificate could not be made.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// A file or directory could not be written.
    #[error("cannot write file={}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

const SECRET: u32 = 0o600;
const PUBLIC: u32 = 0o644;
