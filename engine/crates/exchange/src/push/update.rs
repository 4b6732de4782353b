//! One call that tells a state: to a sender's endpoint, or to the hub that handed the envelope over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use phytohub_domain::TrackingState;
use phytohub_store::{CommitError, Update};
use phytohub_telemetry::{Actor, Event, EventKind, PushOutcome};
use phytohub_wire::soap::client::set_tracking_info_update;

use super::call::{Call, Ended, Failure, failed};
use super::gate::Verdict;
use super::lane::Outcome;
use super::partner::Message;
use super::peer;
use super::schedule::Kind;
use crate::{blocking, track};

/// How often another hub refused what it was told, by position. A new address begins anew.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<u64, u32>>);

impl Refusals {
    /// One more of them; how many there are.
    fn count(&self, sequence: u64) -> u32 {
        let mut all = self.all();
        let count = all.entry(sequence).or_default();
        *count += 1;
        *count
    }

    fn forget(&self, sequence: u64) {
        self.all().remove(&sequence);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    /// Tells the state change at this position.
    pub(super) async fn update(
        self: Arc<Self>,
        sequence: u64,
        attempts: u32,
        random: u64,
    ) -> Ended {
        let kind = Kind::Updates;
        let (store, id) = (self.hub.inner.store.clone(), self.id);
        let read = move || store.updates(id, sequence.saturating_sub(1), 1);
        let update = match blocking::read(read).await {
            Ok(updates) => updates.into_iter().find(|update| update.sequence == sequence),
            Err(_) => return self.later(kind, sequence, attempts, random),
        };
        let Some(update) = update else {
            self.refused.forget(sequence);
            return Ended::nothing(kind, sequence, Outcome::Done);
        };
        let Err(failure) = self.tell(&update).await else {
            self.refused.forget(sequence);
            let told = self.hub.inner.store.update_told(self.id, sequence).await;
            let outcome = self.struck_out(told, sequence, attempts, random);
            let (verdict, counts) = (Verdict::Answers, Some(PushOutcome::Succeeded));
            return Ended { kind, sequence, outcome, verdict, counts, error: None };
        };
        if self.is_refused_for_good(sequence, &failure) {
            return self.give_up(&update, failure.reason, attempts, random).await;
        }
        let Failure { reason, verdict, counts } = failure;
        self.record_failed(&update, &reason);
        let outcome = self.later(kind, sequence, attempts, random).outcome;
        Ended { kind, sequence, outcome, verdict, counts: Some(counts), error: Some(reason) }
    }

    /// Whether another hub has refused this so often that it will never take it. What speaks of the
    /// caller, of the load or of the line is no such refusal ([`peer`]'s caller classifies them), and
    /// a partner's fault may mean anything.
    fn is_refused_for_good(&self, sequence: u64, failure: &Failure) -> bool {
        let is_hub = self.partner.as_ref().is_ok_and(|partner| partner.as_hub().is_some());
        is_hub
            && failure.counts == PushOutcome::Refused
            && self.refused.count(sequence) >= REFUSALS_MAX
    }

    /// Tells it no more. Nothing is lost: a hub that knows the envelope after all hands it over again
    /// within a day, and the answer tells the state.
    async fn give_up(&self, update: &Update, reason: String, attempts: u32, random: u64) -> Ended {
        let (kind, sequence) = (Kind::Updates, update.sequence);
        let number = update.envelope.number;
        tracing::warn!(
            connection = %self.code,
            %number,
            state = %update.info,
            error = %phytohub_telemetry::Escaped(&reason),
            "another hub refuses a report for good: it is given up"
        );
        let given_up = self.hub.inner.store.update_given_up(self.id, sequence, reason.clone());
        let given_up = given_up.await;
        let counts = given_up.is_ok().then_some(PushOutcome::GivenUp);
        let outcome = self.struck_out(given_up, sequence, attempts, random);
        if outcome == Outcome::Done {
            self.refused.forget(sequence);
        }
        let error = Some(format!("{number} {}: {reason}", update.info));
        Ended { kind, sequence, outcome, verdict: Verdict::Answers, counts, error }
    }

    /// What is to be done with an update that need not be told any more.
    fn struck_out(
        &self,
        written: Result<(), CommitError>,
        sequence: u64,
        attempts: u32,
        random: u64,
    ) -> Outcome {
        let Err(error) = written else { return Outcome::Done };
        tracing::error!(%error, "that an update was told could not be recorded");
        self.later(Kind::Updates, sequence, attempts, random).outcome
    }

    async fn tell(&self, update: &Update) -> Result<(), Failure> {
        let partner = self.partner.clone().map_err(failed)?;
        if let Some(peer) = partner.as_hub() {
            let Some((number, info)) = peer::reported(update) else { return Ok(()) };
            let report = peer.report(number, info, update.message.clone());
            return self.in_time(0, report).await.map_err(failed);
        }
        let mut state = TrackingState::pending(update.envelope.accepted);
        state.info = update.info;
        state.message.clone_from(&update.message);
        let header = track::header(&update.envelope, &state);
        let message = Message::whole(set_tracking_info_update(&header));
        self.in_time(0, partner.set_tracking_info_update(message)).await.map_err(failed)
    }

    fn record_failed(&self, update: &Update, reason: &str) {
        let mut event = Event::new(EventKind::UpdateFailed, Actor::hub());
        event.actor.address.clone_from(&self.url);
        event.mode = Some(update.envelope.mode);
        event.envelope = Some(update.envelope.number);
        event.from.clone_from(&update.envelope.from);
        event.to.clone_from(&update.envelope.to);
        event.detail = format!("{}: {reason}", update.info);
        self.hub.record(event);
    }
}

/// Refusals of one report after which it is given up. With the waits between them two to four
/// minutes: longer than a hub takes to start, or to write down what it was just answered.
const REFUSALS_MAX: u32 = 10;
