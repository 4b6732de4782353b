//! How much a line between two hubs carries, beside what one hub does: a sender at the one, a
//! recipient at the other, both over QUIC; then the same two at one hub. In turn, on one machine.
//!
//! A message is delivered, comes to the recipient, and is acknowledged there; so many are in flight.
//! Then the sender asks for each number until it stands as delivered: over the line that is a report of
//! the other hub. Every certificate must have come under one number, once, with its content (SHA-256),
//! and nothing may be left in an inbox. Start from [`run`].

mod ledger;
mod rig;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use phytohub_client::{Delivery, PipelineAnswer, QuicClient};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, ContentForm, EnvelopeHeader, HubDeliveryNumber,
    TrackingInfo,
};
use phytohub_wire::quic::AckOutcome;
use phytohub_wire::soap::Content;
use tokio::task::JoinSet;

use crate::Failure;
use crate::clock::Stopwatch;
use crate::compare::{Lane, Request, payload};
use ledger::Ledger;
use rig::Rig;

/// What to measure.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who measure")]
pub struct Plan {
    /// The program `phytohub`.
    pub hub: PathBuf,
    /// How long each measurement lasts.
    pub time: Duration,
    /// How many of each, in turn.
    pub rounds: usize,
    /// Messages between their delivery and the answer to their acknowledgement.
    pub in_flight: usize,
    /// Sizes of contents.
    pub kib: Vec<usize>,
}

/// One measurement.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Turn {
    /// Delivered, come and acknowledged.
    pub messages: u64,
    /// Until the last of them was.
    pub seconds: f64,
    /// From then until the sender was told of all of them.
    pub told_seconds: f64,
    /// Of each hub, until the sender was told: the sender's first.
    pub cpu_seconds: Vec<f64>,
    /// Of a message, from its delivery to the answer to its acknowledgement.
    pub p50_us: u64,
    /// One in a hundred is above.
    pub p99_us: u64,
    /// What is not as it must be, in words.
    pub wrong: Vec<String>,
}

impl Turn {
    /// In words.
    #[must_use]
    pub fn told(&self) -> String {
        let each = |seconds: f64| seconds * 1e6 / self.messages.max(1) as f64;
        let cpu: Vec<String> =
            self.cpu_seconds.iter().map(|seconds| format!("{:.0} us", each(*seconds))).collect();
        format!(
            "{:>7.0} messages/s, CPU of a message {}, p50 {:.1} ms, p99 {:.1} ms; {} messages, told of \
             all {:.1} s later",
            self.messages as f64 / self.seconds.max(1e-6),
            cpu.join(" + "),
            self.p50_us as f64 / 1000.0,
            self.p99_us as f64 / 1000.0,
            self.messages,
            self.told_seconds
        )
    }
}

/// Measures, and tells each turn as it ends. Whether all was as it must be.
///
/// # Errors
/// When a hub or the harness fails.
pub fn run(plan: &Plan, mut told: impl FnMut(&str)) -> Result<bool, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let dir = tempfile::Builder::new().prefix("phytohub-line-").tempdir()?;
    let mut good = true;
    for kib in &plan.kib {
        let dir = dir.path().join(format!("{kib}"));
        std::fs::create_dir(&dir)?;
        let rigs = [("one hub", Rig::alone(plan, &dir)?), ("two hubs", Rig::linked(plan, &dir)?)];
        for round in 1..=plan.rounds {
            for (name, rig) in &rigs {
                let turn = runtime.block_on(turn(rig, plan, kib << 10))?;
                told(&format!("{kib:>3} KiB, round {round}, {name:<8} {}", turn.told()));
                turn.wrong.iter().for_each(|wrong| told(&format!("  WRONG: {wrong}")));
                good &= turn.wrong.is_empty();
            }
        }
    }
    Ok(good)
}

async fn turn(rig: &Rig, plan: &Plan, bytes: usize) -> Result<Turn, Failure> {
    let ways = Arc::new(Ways::open(rig, plan.in_flight, bytes).await?);
    let before = rig.costs();
    let watch = Stopwatch::start();
    let mut receiving = JoinSet::new();
    receiving.spawn(receive(Arc::clone(&ways), rig.recipient.clone(), plan.in_flight));
    let mut workers = JoinSet::new();
    for worker in 0..plan.in_flight {
        workers.spawn(work(Arc::clone(&ways), worker, watch, plan.time));
    }
    while let Some(worked) = workers.join_next().await {
        worked??;
    }
    let mut turn = Turn { seconds: watch.elapsed().as_secs_f64(), ..Turn::default() };
    let watch = Stopwatch::start();
    let untold = states(&rig.sender, ways.ledger.sent()).await?;
    turn.told_seconds = watch.elapsed().as_secs_f64();
    // It waits for more for ever, unless it has failed.
    if let Some(Ok(Err(error))) = receiving.try_join_next() {
        return Err(error);
    }
    receiving.shutdown().await;
    let after = rig.costs();
    let spent = |(after, before): (&Duration, &Duration)| after.saturating_sub(*before);
    turn.cpu_seconds = after.iter().zip(&before).map(|pair| spent(pair).as_secs_f64()).collect();
    (turn.messages, turn.p50_us, turn.p99_us) = ways.ledger.figures();
    turn.wrong = ways.ledger.wrong();
    turn.wrong.extend(untold.iter().take(WRONG_TOLD).cloned());
    turn.wrong.extend(rig.left_over()?);
    Ok(turn)
}

/// What all workers of a turn share.
struct Ways {
    deliveries: Lane,
    acknowledgements: Lane,
    ledger: Ledger,
    body: String,
}

impl Ways {
    async fn open(rig: &Rig, in_flight: usize, bytes: usize) -> Result<Self, Failure> {
        Ok(Self {
            deliveries: Lane::open(&rig.sender, in_flight).await?,
            acknowledgements: Lane::open(&rig.recipient, in_flight).await?,
            ledger: Ledger::new(),
            body: payload(bytes.saturating_sub(HEAD_BYTES)),
        })
    }
}

/// Delivers one after the other, each once the one before was acknowledged.
async fn work(
    ways: Arc<Ways>,
    worker: usize,
    watch: Stopwatch,
    time: Duration,
) -> Result<(), Failure> {
    let mut sent = 0_u64;
    while watch.elapsed() < time {
        sent += 1;
        let certificate = format!("{}-{worker}-{sent}", ways.ledger.series());
        // Its own content, of the same length.
        let raw = format!("{certificate:.<HEAD_BYTES$}{}", ways.body).into_bytes();
        let acknowledged = ways.ledger.sets_out(&certificate, &raw);
        let header = EnvelopeHeader {
            to: "LK".into(),
            certificate_type: 851,
            certificate_status: 70,
            nppo_certificate_number: certificate.clone(),
            ..EnvelopeHeader::default()
        };
        let delivery = Delivery {
            header,
            content: Content { raw: raw.into(), form: ContentForm::Escaped },
            key: Some(Bytes::from(certificate.clone())),
            validate: false,
        };
        let number = match ways.deliveries.ask(Request::Deliver(delivery)).await? {
            PipelineAnswer::Delivered(told)
                if told.tracking_info != Some(TrackingInfo::FailedDelivery) =>
            {
                told.hub_delivery_number.as_deref().and_then(|number| number.parse().ok())
            }
            other => return Err(format!("deliver: {other:?}").into()),
        };
        ways.ledger.delivered(number.ok_or("delivered without a number")?);
        let came = tokio::time::timeout(PATIENCE, acknowledged).await;
        came.map_err(|_| format!("{certificate} did not come within {PATIENCE:?}"))??;
    }
    Ok(())
}

/// Takes what comes, for ever, and acknowledges each by itself.
async fn receive(ways: Arc<Ways>, recipient: QuicClient, in_flight: usize) -> Result<(), Failure> {
    let envelopes = u32::try_from(in_flight)?.saturating_mul(2);
    let mut inbox = recipient.inbox(phytohub_client::InboxCredit { envelopes, bytes: 4 << 20 });
    let mut acknowledging: JoinSet<Result<(), Failure>> = JoinSet::new();
    loop {
        let envelope = inbox.next().await?;
        while let Some(done) = acknowledging.try_join_next() {
            done??;
        }
        let certificate = envelope.header.nppo_certificate_number.clone();
        if !ways.ledger.came(&certificate, envelope.number, &envelope.content.raw) {
            continue;
        }
        let (ways, number) = (Arc::clone(&ways), envelope.number);
        acknowledging.spawn(async move {
            let kind = AcknowledgementKind::Received;
            let acknowledgement = Acknowledgement { kind, message: String::new() };
            let request = Request::Acknowledge(number, acknowledgement);
            match ways.acknowledgements.ask(request).await? {
                PipelineAnswer::Acknowledged(outcomes)
                    if matches!(outcomes.as_slice(), [AckOutcome::Stands(_)]) =>
                {
                    ways.ledger.acknowledged(&certificate);
                    Ok(())
                }
                other => Err(format!("acknowledge: {other:?}").into()),
            }
        });
    }
}

/// Asks where these stand until all are delivered; what is wrong after a while.
async fn states(
    sender: &QuicClient,
    mut numbers: Vec<HubDeliveryNumber>,
) -> Result<Vec<String>, Failure> {
    let watch = Stopwatch::start();
    loop {
        let mut open = Vec::new();
        for batch in numbers.chunks(1000) {
            for (number, told) in batch.iter().zip(sender.track(batch.to_vec()).await?) {
                if told.tracking_info != Some(TrackingInfo::Delivered) {
                    open.push((*number, told.tracking_info));
                }
            }
        }
        if open.is_empty() || watch.elapsed() > PATIENCE {
            let words = |(number, info)| format!("{number} stands as {info:?}");
            return Ok(open.into_iter().map(words).collect());
        }
        numbers = open.into_iter().map(|(number, _)| number).collect();
        Stopwatch::start().reaches(LOOK_EVERY).await;
    }
}

/// Far above what a healthy hub needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between looks at the states.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Of each content, that tell it from the others.
const HEAD_BYTES: usize = 32;
/// Of what is wrong in the same way.
const WRONG_TOLD: usize = 10;
