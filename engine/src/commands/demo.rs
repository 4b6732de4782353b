//! `phytohub demo`: one certificate on its way, step by step, over real sockets.

mod notification;
mod official;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use phytohub_domain::{AllowedDocument, Clock as _, ConnectionCode, EnvelopeHeader, TrackingInfo};
use phytohub_exchange::admin::{AdminRequest, ConnectionChanges};
use phytohub_non_compliance::Message;
use phytohub_server::{SystemClock, Tasks};
use phytohub_store::StoreFailure;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use super::admin::{self, AskError};
use super::init::{self, InitError};
use crate::cli::{DemoArgs, LogArgs, LogFormat};
use crate::client::{CallError, ClientFiles, SoapClient};
use crate::config::{ConfigError, LoadedConfig};
use crate::demo::{
    self, BundleError, Document, NON_COMPLIANCE_TYPE, Story, SuperviseError, Supervised,
};
use crate::hub::{self, OpenStoreError};
use crate::logging;
use crate::output::line;
use crate::signal::Stop;

/// Runs the demonstration.
///
/// # Errors
/// When a step does not come out as it should.
pub async fn run(args: &DemoArgs) -> Result<(), DemoError> {
    // Only what is wrong: the steps on stdout tell the rest.
    logging::start(LogArgs { level: LevelFilter::WARN, format: LogFormat::Human });
    let mut stop = Stop::listen()?;
    // A temporary directory goes when it is dropped, at the end.
    let (directory, _temporary) = match &args.directory {
        Some(named) => (std::path::absolute(named)?, None),
        None => {
            let made = tempfile::Builder::new().prefix("phytohub-demo-").tempdir()?;
            (made.path().to_owned(), Some(made))
        }
    };

    line("One plant health certificate on its way, from Sri Lanka to Norway\n")?;
    let clock = SystemClock::new();
    let mut story = Story::default();
    let (mut hub, plugins) = set_up(&directory, &clock, &mut story).await?;
    let outcome = tokio::select! {
        outcome = exchange(&directory, (&hub, &plugins), &clock, &mut story) => outcome.map(Some),
        () = stop.requested() => Ok(None),
    };
    if let (Ok(Some(number)), false) = (&outcome, args.once) {
        line("\nThe hub keeps running. Ask it yourself, from another terminal:\n")?;
        line(&curl(&directory, hub.https(), number))?;
        let gens = plugins.iter().any(|plugin| plugin == demo::GENS);
        if let Some(web) = hub.web().filter(|_| gens) {
            line(&format!("\n{}", demo::people(web)))?;
        }
        line("\nCtrl-C ends it.")?;
        tokio::select! {
            kept = hub.keep() => kept?,
            () = stop.requested() => hub.stop().await?,
        }
    } else {
        hub.stop().await?;
    }
    outcome.map(drop)
}

/// Makes the hub and starts it. Answers which plugins are in it, too.
async fn set_up(
    directory: &Path,
    clock: &SystemClock,
    story: &mut Story,
) -> Result<(Supervised, Vec<String>), DemoError> {
    let codes = ["NO", "LK", "AR"].into_iter().chain(official::AUTHORITIES.map(|(code, _)| code));
    let codes: Vec<ConnectionCode> = codes.filter_map(|code| code.parse().ok()).collect();
    let start = clock.monotonic();
    init::create(directory, &codes, &[]).await?;
    let plugins = demo::install(&directory.join("hub.toml"))?;
    let mut told = format!("configuration, store and certificates in {}", directory.display());
    if !plugins.is_empty() {
        accept_more(directory).await?;
        told += &format!("\nplugins, signed with a key made now: {}", plugins.join(", "));
    }
    told += "\nconnections of their own for veterinary (V) and food (F) authorities of NO and LK";
    let what = "A hub and connections for NO, LK and AR";
    story.step(what, "phytohub init", clock.monotonic() - start, &told)?;

    let start = clock.monotonic();
    let hub = Supervised::start(&directory.join("hub.toml")).await?;
    let mut told = format!("https://{}/hub/DeliveryService", hub.https());
    if let Some(web) = hub.web() {
        told += &format!("\npages of plugins: {web}");
    }
    story.step("The hub listens", "phytohub serve", clock.monotonic() - start, &told)?;
    Ok((hub, plugins))
}

/// One side of the exchange: a national system, and how long its last call took.
struct Side {
    client: SoapClient,
    clock: SystemClock,
    time: Duration,
}

impl Side {
    async fn connect(
        code: &str,
        directory: &Path,
        (hub, tasks): (&Supervised, &Tasks),
        clock: &SystemClock,
    ) -> Result<Self, DemoError> {
        let files = ClientFiles::of_trial(directory, code);
        let client = SoapClient::connect(&files, hub.https(), tasks).await?;
        Ok(Self { client, clock: *clock, time: Duration::ZERO })
    }

    async fn call(&mut self, body: Vec<u8>) -> Result<ClientReply, DemoError> {
        let start = self.clock.monotonic();
        let reply = self.client.call(body).await?;
        self.time = self.clock.monotonic() - start;
        Ok(reply)
    }

    /// Calls an operation that answers one header, and checks the state in it.
    async fn header(
        &mut self,
        step: &'static str,
        body: Vec<u8>,
        expected: TrackingInfo,
    ) -> Result<EnvelopeHeader, DemoError> {
        match self.call(body).await? {
            ClientReply::Header(header) if header.tracking_info == Some(expected) => Ok(header),
            other => Err(unexpected(step, &other)),
        }
    }
}

/// The exchange itself: delivered, listed, pulled, acknowledged. Returns the envelope's number.
async fn exchange(
    directory: &Path,
    (hub, plugins): (&Supervised, &[String]),
    clock: &SystemClock,
    story: &mut Story,
) -> Result<String, DemoError> {
    let tasks = Tasks::new();
    let connect = |code| Side::connect(code, directory, (hub, &tasks), clock);
    let (mut sender, mut receiver) = (connect("LK").await?, connect("NO").await?);
    let mut stranger = connect("AR").await?;
    let document = Document::issued(clock.now());

    let number = deliver(&mut sender, &document, story).await?;
    receive(&mut receiver, &document, &number, story).await?;

    let reply = stranger.call(soap::pull_single_import_envelope(&number)).await?;
    let ClientReply::Fault { message, .. } = reply else {
        return Err(unexpected("AR tries to pull it", &reply));
    };
    let told = format!("refused: {message}");
    story.step("AR, a stranger to it, tries to pull it too", PULL, stranger.time, &told)?;

    let acknowledge = soap::acknowledge_envelope_receipt(&number);
    match receiver.call(acknowledge).await? {
        ClientReply::Acknowledged(_) => {}
        other => return Err(unexpected("NO acknowledges", &other)),
    }
    let what = "NO acknowledges: it has the certificate";
    story.step(what, "AcknowledgeEnvelopeReceipt", receiver.time, "")?;

    let track = soap::get_envelope_tracking_info(&number);
    sender.header("LK asks again", track, TrackingInfo::Delivered).await?;
    let what = "LK asks where its envelope is";
    story.step(what, "GetEnvelopeTrackingInfo", sender.time, "Delivered")?;
    if hub.web().is_some() {
        notification::notify(&mut receiver, &mut sender, &document, story).await?;
    }
    let there = |shown: &official::Shown| plugins.iter().any(|plugin| plugin == shown.plugin);
    for shown in official::CERTIFICATES.into_iter().filter(there) {
        let (mut from, mut to) = (connect(shown.from).await?, connect(shown.to).await?);
        official::exchange(shown, &mut from, &mut to, story).await?;
    }
    Ok(number)
}

/// Lets the connections take notifications, beside what they take by default, and the veterinary and
/// food authorities what is theirs, and nothing else.
async fn accept_more(directory: &Path) -> Result<(), DemoError> {
    let (hub, _) = hub::open(&LoadedConfig::read(&directory.join("hub.toml"))?)?;
    let profile = AllowedDocument::PROFILE.iter().copied();
    let accepts = profile.map(|document| (document.certificate_type, document.certificate_status));
    let notifications = Message::ALL.map(|message| (NON_COMPLIANCE_TYPE, message.status()));
    let accepts: Vec<(i32, i32)> = accepts.chain(notifications).collect();
    let plants = ["NO", "LK", "AR"].map(|code| (code, accepts.clone()));
    let others = official::AUTHORITIES.map(|(code, kind)| (code, vec![(kind, 70), (kind, 40)]));
    for (code, accepts) in plants.into_iter().chain(others) {
        let changes = ConnectionChanges { accepts: Some(accepts), ..Default::default() };
        let (code, changes) = (code.to_owned(), Box::new(changes));
        admin::ask_opened(&hub, AdminRequest::ConnectionChange { code, changes }).await?;
    }
    Ok(hub.close()?)
}

async fn deliver(
    sender: &mut Side,
    document: &Document,
    story: &mut Story,
) -> Result<String, DemoError> {
    let reply = sender.call(soap::get_active_nppos()).await?;
    let ClientReply::Nppos(nppos) = &reply else {
        return Err(unexpected("LK asks who is there", &reply));
    };
    let codes: Vec<&str> = nppos.iter().map(|nppo| nppo.country.as_str()).collect();
    story.step("LK asks who is there", "GetActiveNppos", sender.time, &codes.join(", "))?;

    let deliver = soap::deliver_envelope(&document.header, &document.content);
    let header = sender.header("LK delivers", deliver, TrackingInfo::PendingDelivery).await?;
    let number = header.hub_delivery_number.unwrap_or_default();
    let told = format!(
        "certificate {}: cut flowers, {:.1} KB; on disk before the hub answered\n\
         the hub's number: {number}",
        document.header.nppo_certificate_number,
        document.content.len() as f64 / 1000.0,
    );
    story.step("LK delivers a certificate to NO", "DeliverEnvelope", sender.time, &told)?;

    let track = soap::get_envelope_tracking_info(&number);
    sender.header("LK asks where it is", track, TrackingInfo::PendingDelivery).await?;
    let what = "LK asks where its envelope is";
    story.step(
        what,
        "GetEnvelopeTrackingInfo",
        sender.time,
        "PendingDelivery: NO has not called",
    )?;
    Ok(number)
}

async fn receive(
    receiver: &mut Side,
    document: &Document,
    number: &str,
    story: &mut Story,
) -> Result<(), DemoError> {
    let reply = receiver.call(soap::get_import_envelope_headers(None)).await?;
    let listed = match &reply {
        ClientReply::Headers(headers) => {
            headers.iter().any(|header| header.hub_delivery_number.as_deref() == Some(number))
        }
        _ => false,
    };
    if !listed {
        return Err(unexpected("NO lists what waits for it", &reply));
    }
    let what = "NO lists what waits for it";
    story.step(what, "GetImportEnvelopeHeaders", receiver.time, "one envelope, from LK")?;

    let reply = receiver.call(soap::pull_single_import_envelope(number)).await?;
    let ClientReply::Envelope(envelope) = &reply else {
        return Err(unexpected("NO pulls it", &reply));
    };
    if envelope.content != document.content {
        return Err(DemoError::Changed);
    }
    let told = "the content is the one that LK sent, character for character";
    story.step("NO pulls it", PULL, receiver.time, told)?;
    Ok(())
}

/// A line for the shell that asks the running hub about the envelope.
fn curl(directory: &Path, address: SocketAddr, number: &str) -> String {
    let pki = |file: &str| quoted(&directory.join("pki").join(file));
    format!(
        "curl --silent --show-error --cacert {} --cert {} --key {} \
         --header 'Content-Type: text/xml' --data '\
         <s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <GetEnvelopeTrackingInfo xmlns=\"http://ephyto.ippc.int/\">\
         <hubTrackingNumber>{number}</hubTrackingNumber></GetEnvelopeTrackingInfo>\
         </s:Body></s:Envelope>' https://{address}/hub/DeliveryService",
        pki("ca.pem"),
        pki("LK.pem"),
        pki("LK.key"),
    )
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Why the demonstration did not come to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A call got no answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The content came out otherwise than it went in.
    #[error("the hub changed the content on its way; this is a bug")]
    Changed,
    /// A connection cannot be changed.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The bundled plugins cannot be installed.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The store cannot be closed.
    #[error(transparent)]
    Close(#[from] StoreFailure),
    /// The configuration that was just written cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store that was just made cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenStoreError),
    /// The directory cannot be made.
    #[error(transparent)]
    Init(#[from] InitError),
    /// Stdout is closed, or there is no place for a temporary directory.
    #[error("the demonstration cannot go on")]
    Io(#[from] io::Error),
    /// The hub broke down.
    #[error(transparent)]
    Supervise(#[from] SuperviseError),
    /// The hub answered something else than it should.
    #[error("the hub answered otherwise than it should; this is a bug step={step:?} reply={reply}")]
    Unexpected {
        /// What was tried.
        step: &'static str,
        /// What came back.
        reply: String,
    },
}

fn unexpected(step: &'static str, reply: &ClientReply) -> DemoError {
    DemoError::Unexpected { step, reply: format!("{reply:?}") }
}

const PULL: &str = "PULLSingleImportEnvelope";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_try_is_one_that_a_shell_takes() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8443));
        let line = curl(Path::new("/tmp/it's here"), address, "N");
        assert!(line.contains(r"--cacert '/tmp/it'\''s here/pki/ca.pem'"), "{line}");
        assert!(!line.contains('\n'));
    }
}
