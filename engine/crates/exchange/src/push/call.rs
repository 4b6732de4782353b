//! One call of a partner: what is brought is read anew, brought, and what came of it is on disk
//! before the lane hears of it.

use std::sync::Arc;

use phytohub_domain::{ConnectionId, EnvelopeHeader, TrackingInfo, TrackingState, Transition};
use phytohub_store::{Change, ChangeOutcome, CommitError, Queue, Store, StoredEnvelope};
use phytohub_telemetry::{Actor, PushOutcome};
use phytohub_wire::soap::client::deliver_envelope_frame;

use super::gate::Verdict;
use super::lane::{Candidate, Outcome};
use super::partner::{Message, Partner, PartnerError};
use super::peer::{self, Handed};
use super::schedule::Kind;
use super::signal::Signals;
use super::update::Refusals;
use super::{PushConfig, runner};
use crate::alarm::Waiter;
use crate::{CallError, Hub, StoredContent, blocking, track};

/// What a call needs; shared by all calls of a lane.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) hub: Hub,
    pub(super) id: ConnectionId,
    pub(super) code: String,
    /// The partner's address, for the history.
    pub(super) url: String,
    pub(super) partner: Result<Arc<dyn Partner>, PartnerError>,
    pub(super) signals: Arc<Signals>,
    pub(super) waiter: Waiter,
    pub(super) config: PushConfig,
    /// What another hub refused of what it was told.
    pub(super) refused: Refusals,
}

/// A call that ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) kind: Kind,
    pub(super) sequence: u64,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
    /// How it counts; nothing if nobody was called.
    pub(super) counts: Option<PushOutcome>,
    /// Why it failed, if it did.
    pub(super) error: Option<String>,
}

impl Ended {
    pub(super) fn nothing(kind: Kind, sequence: u64, outcome: Outcome) -> Self {
        let verdict = Verdict::Nothing;
        Self { kind, sequence, outcome, verdict, counts: None, error: None }
    }
}

/// Why nothing was handed over.
pub(super) struct Failure {
    pub(super) reason: String,
    pub(super) verdict: Verdict,
    pub(super) counts: PushOutcome,
}

impl Call {
    /// Brings the envelope at this position of the inbox.
    pub(super) async fn mail(self: Arc<Self>, sequence: u64, random: u64) -> Ended {
        let kind = Kind::Mail;
        let (envelope, state) = match self.fresh(sequence).await {
            Ok(Some(row)) => row,
            Ok(None) => return Ended::nothing(kind, sequence, Outcome::Done),
            Err(_) => return self.later(kind, sequence, 0, random),
        };
        match runner::candidate(sequence, &state, self.waiter.now(), 0) {
            None => return Ended::nothing(kind, sequence, Outcome::Done),
            Some(Candidate { attempts, due, .. }) if due > self.waiter.now() => {
                return Ended::nothing(kind, sequence, Outcome::Again { attempts, due });
            }
            Some(_) => {}
        }
        let begin = || self.signals.call_begins(sequence, Arc::default());
        match self.hub.sets_out(self.id, &envelope, &state, begin).await {
            Ok(true) => {}
            Ok(false) => return Ended::nothing(kind, sequence, Outcome::Done),
            Err(_) => return self.later(kind, sequence, state.attempts, random),
        }
        let result = self.deliver(sequence, &envelope, &state).await;
        self.note(sequence, (envelope, state), result, random).await
    }

    /// Puts on disk what came of bringing an envelope.
    async fn note(
        &self,
        sequence: u64,
        (envelope, state): (StoredEnvelope, TrackingState),
        result: Result<Handed, Failure>,
        random: u64,
    ) -> Ended {
        let kind = Kind::Mail;
        let mut actor = Actor::hub();
        actor.address.clone_from(&self.url);
        let (change, word, failure) = match result {
            Ok(Handed { receipt, word }) => {
                let again_at = self.waiter.now().plus(self.config.ack_wait);
                (Change::HandOver { again_at, receipt }, word, None)
            }
            Err(failure) => {
                let wait = self.config.retry.after(state.attempts.saturating_add(1), random);
                let next = self.waiter.now().plus(wait);
                (Change::Attempt { error: failure.reason.clone(), next }, None, Some(failure))
            }
        };
        let handed_over = failure.is_none();
        let mut changed =
            self.hub.inner.store.change(envelope.clone(), change, actor.clone()).await;
        if let (Ok(_), Some(word)) = (&changed, word) {
            changed = self.settle(envelope, word, actor).await;
        }
        // Not before it is on disk: until then whoever has it may speak of it by this alone.
        self.signals.call_ended(sequence);
        let outcome = match changed.map(|changed| changed.state) {
            // An acknowledgement may have come first: then the result of the call changes nothing.
            Ok(after) if handed_over || after.info != TrackingInfo::PendingDelivery => {
                Outcome::Done
            }
            Ok(after) if after.parked => Outcome::Done,
            Ok(TrackingState { attempts, next_attempt, .. }) => {
                Outcome::Again { attempts, due: next_attempt.unwrap_or_else(|| self.waiter.now()) }
            }
            Err(error) => {
                tracing::error!(%error, "what came of a push could not be recorded");
                self.later(kind, sequence, state.attempts, random).outcome
            }
        };
        let Failure { reason, verdict, counts } = failure.unwrap_or(Failure {
            reason: String::new(),
            verdict: Verdict::Answers,
            counts: PushOutcome::Succeeded,
        });
        let error = (!handed_over).then_some(reason);
        Ended { kind, sequence, outcome, verdict, counts: Some(counts), error }
    }

    async fn deliver(
        &self,
        sequence: u64,
        envelope: &StoredEnvelope,
        state: &TrackingState,
    ) -> Result<Handed, Failure> {
        let store = self.hub.inner.store.clone();
        let (header, number) = (track::header(envelope, state), envelope.number.to_string());
        let (bytes, stored) = (envelope.content_bytes, envelope.clone());
        let load = move |reach| StoredContent::load(&store, stored.clone(), reach);
        let content = blocking::look(load).await;
        let content = content.map_err(|error| unreadable(&error))?;
        let partner = self.partner.clone().map_err(failed)?;
        let peer = partner.as_hub();
        let message = if peer.is_some() {
            Message::content(content)
        } else {
            let (before, behind) = deliver_envelope_frame(&header);
            Message::around(before, content, behind)
        };
        let progress = message.progress();
        self.signals.call_begins(sequence, Arc::clone(&progress));
        let reply = match peer {
            Some(peer) => {
                let outside = peer::outside(header);
                let told = peer.hand_over(outside, envelope.response, message);
                self.in_time(bytes, told).await.map(|told| peer::handed(&self.code, told))
            }
            None => {
                let told = self.in_time(bytes, partner.deliver_envelope(message)).await;
                told.map(|told| accepted(told, &number).map(|()| Handed::default()))
            }
        };
        match reply {
            Err(_) if progress.is_broken() => Err(unreadable(&"a piece could not be read")),
            Err(error) => Err(failed(error)),
            Ok(handed) => handed.map_err(failed),
        }
    }

    /// Another hub has said already what became of an envelope: what was told is lost, or it was
    /// brought a second time.
    async fn settle(
        &self,
        envelope: StoredEnvelope,
        word: Change,
        actor: Actor,
    ) -> Result<ChangeOutcome, CommitError> {
        let changed = self.hub.inner.store.change(envelope.clone(), word, actor).await?;
        if changed.transition == Transition::Changed {
            self.hub.tell_lanes(&envelope, &changed.state);
        }
        Ok(changed)
    }

    /// The result of a call, if it comes in the time that so much content may take.
    pub(super) async fn in_time<T>(
        &self,
        content_bytes: u64,
        call: impl Future<Output = Result<T, PartnerError>>,
    ) -> Result<T, PartnerError> {
        let time = self.config.call_time(content_bytes);
        let deadline = self.waiter.after(time);
        tokio::select! {
            result = call => result,
            () = self.waiter.at(deadline) => Err(PartnerError::Unreachable {
                reason: format!("no answer within {} s", time.as_secs()),
            }),
        }
    }

    /// The envelope at a position, as it is now.
    async fn fresh(
        &self,
        sequence: u64,
    ) -> Result<Option<(StoredEnvelope, TrackingState)>, CallError> {
        let (store, id) = (self.hub.inner.store.clone(), self.id);
        blocking::read(move || at_position(&store, id, sequence)).await
    }

    /// Later, without a word on disk: the trouble is our own, or nothing is kept of the tries.
    pub(super) fn later(&self, kind: Kind, sequence: u64, attempts: u32, random: u64) -> Ended {
        let attempts = attempts.saturating_add(1);
        let due = self.waiter.now().plus(self.config.retry.after(attempts, random));
        Ended::nothing(kind, sequence, Outcome::Again { attempts, due })
    }
}

/// The envelope at a position of an inbox. Blocks.
pub(super) fn at_position(
    store: &Store,
    mailbox: ConnectionId,
    sequence: u64,
) -> Result<Option<(StoredEnvelope, TrackingState)>, CallError> {
    let rows = store.waiting(mailbox, Queue::Inbox, sequence.saturating_sub(1), 1)?;
    let row = rows.into_iter().find(|(position, _)| *position == sequence);
    Ok(row.map(|(_, tracked)| tracked).transpose()?)
}

/// Whether a reply without fault hands an envelope over: not if it says that it failed, or speaks
/// of another envelope.
fn accepted(header: Option<EnvelopeHeader>, number: &str) -> Result<(), PartnerError> {
    let Some(header) = header else { return Ok(()) };
    let refused = |reason| Err(PartnerError::Refused { reason });
    if header.tracking_info == Some(TrackingInfo::FailedDelivery) {
        let message = header.error_message.unwrap_or_default();
        return refused(format!("the reply says FailedDelivery: {message}"));
    }
    match header.hub_delivery_number.as_deref().map(str::trim) {
        Some(other) if !other.is_empty() && other != number => {
            refused(format!("the reply speaks of another envelope: {other}"))
        }
        _ => Ok(()),
    }
}

pub(super) fn failed(error: PartnerError) -> Failure {
    let (reason, verdict, counts) = match error {
        PartnerError::Refused { reason } => (reason, Verdict::Answers, PushOutcome::Refused),
        PartnerError::Unreachable { reason } => {
            (reason, Verdict::Unreachable, PushOutcome::Unreachable)
        }
    };
    let reason = reason.chars().take(REASON_CHARS_MAX).collect();
    Failure { reason, verdict, counts }
}

fn unreadable(error: &dyn std::fmt::Display) -> Failure {
    let reason = format!("the hub cannot read the content at present: {error}");
    Failure { reason, verdict: Verdict::Nothing, counts: PushOutcome::Failed }
}

/// What is kept of an error: enough to act on, whatever a partner writes.
const REASON_CHARS_MAX: usize = 500;
