//! One sender or one recipient, with its socket.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{CHANNEL, COPIED, DELEGATE, DELEGATING, Field, PUSHED, SENDING, Sent};
use crate::content::{Content, hash_of};
use crate::https::{CallError, Client};
use crate::ledger::{Acknowledge, Broken, EntryId, State};
use crate::soap::{Answer, Envelope, Request};

/// One sender or recipient.
pub(super) struct Worker<'a> {
    pub(super) field: &'a Field,
    pub(super) code: &'static str,
    pub(super) client: Client,
    pub(super) rng: StdRng,
    pub(super) stop: &'a AtomicBool,
    pub(super) broken: SyncSender<()>,
    pub(super) broken_early: &'a AtomicU32,
    pub(super) big_left: &'a AtomicU32,
    pub(super) faults_expected: bool,
    pub(super) over: bool,
}

impl Worker<'_> {
    fn goes_on(&self) -> bool {
        !self.over && !self.stop.load(Ordering::Acquire)
    }

    /// An answer, or none: then the hub is gone, or refused for now.
    fn call(&mut self, request: &Request<'_>) -> Option<Answer> {
        let stopped = self.stop.load(Ordering::Acquire);
        match self.client.call(request) {
            Ok(Answer::Fault(fault)) if self.faults_expected => self.refused(&fault),
            Ok(answer) => return Some(answer),
            Err(CallError::Busy(fault)) => self.refused(&fault),
            Err(error @ (CallError::NotSent(_) | CallError::Unanswered(_))) => {
                self.over = true;
                if matches!(error, CallError::Unanswered(_)) {
                    self.field.ledger().unanswered();
                }
                if !stopped && !self.stop.load(Ordering::Acquire) {
                    self.broken_early.fetch_add(1, Ordering::Relaxed);
                }
                // Full means that somebody else has told already.
                let _ = self.broken.try_send(());
            }
            Err(CallError::Odd(text)) => {
                self.over = true;
                self.field.ledger().find(Broken::Misbehaved, text);
            }
        }
        None
    }

    fn refused(&mut self, fault: &str) {
        self.field.ledger().refused(fault);
        thread::park_timeout(AFTER_REFUSAL);
    }

    // ---- senders

    pub(super) fn send(&mut self) {
        let mut series: Option<(String, &'static str)> = None;
        let mut own = Vec::new();
        self.send_again();
        while self.goes_on() {
            let waits = self.field.ledger().backlog() > BACKLOG_MAX;
            if (waits || self.rng.random_bool(0.1))
                && let Some(id) = own.choose(&mut self.rng).copied()
            {
                self.track(id);
                continue;
            }
            let counter = self.field.counter.fetch_add(1, Ordering::Relaxed);
            let to = match self.rng.random_range(0..20) {
                0..4 => PUSHED,
                place => SENDING[place % SENDING.len()],
            };
            let fresh = (format!("C-{counter}"), to);
            let in_series = series.is_some() || self.rng.random_bool(0.2);
            let (certificate, to) = series.take().unwrap_or(fresh);
            // Contents of one certificate number must differ, and short ones may not.
            let bytes = self.size().max(if in_series { 64 } else { 1 });
            if in_series && self.rng.random_bool(0.6) {
                series = Some((certificate.clone(), to));
            }
            let content = Content::new(counter, bytes);
            own.extend(self.deliver(to, &certificate, &content));
        }
    }

    /// Mostly small, evenly over the orders of magnitude; a few that the hub takes in chunks.
    fn size(&mut self) -> usize {
        let one_more = |left: u32| left.checked_sub(1);
        let big = self.rng.random_ratio(1, 16)
            && self.big_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok();
        if big {
            return self.rng.random_range(2 << 20..3 << 20);
        }
        let magnitude = self.rng.random_range(0..=15);
        self.rng.random_range(1 << magnitude..=2 << magnitude)
    }

    fn deliver(
        &mut self,
        to: &'static str,
        certificate: &str,
        content: &Content,
    ) -> Option<EntryId> {
        let from = self.code;
        let named = self.rng.random_ratio(1, 10);
        let id = {
            let mut ledger = self.field.ledger();
            if named || to == COPIED {
                let parties = (from, to);
                ledger.copied_delivery_begins(parties, CHANNEL, certificate, content.hash)
            } else {
                ledger.delivery_begins(from, to, certificate, content.hash)
            }
        };
        let sent = Sent { id, from, to, certificate: certificate.into(), named };
        if self.field.resends() && self.rng.random_ratio(1, 12) {
            // Whatever becomes of it: what follows is the same, and gets the same number.
            let _ = self.client.send_and_leave(&sent.request(&content.xml));
            self.field.ledger().resent += 1;
        }
        let answered = self.answered(&sent, &content.xml);
        if answered.is_none() && self.field.resends() {
            self.field.leave_unanswered(sent, content);
        }
        answered
    }

    /// Sends again what a hub died over: it has the number that it had, or one now.
    fn send_again(&mut self) {
        while self.goes_on()
            && let Some((sent, xml)) = self.field.unanswered(self.code)
        {
            if self.field.ledger().delivery_again(sent.id) {
                self.answered(&sent, &xml);
            }
        }
    }

    fn answered(&mut self, sent: &Sent, xml: &str) -> Option<EntryId> {
        let answer = self.call(&sent.request(xml))?;
        let mut ledger = self.field.ledger();
        match answer {
            Answer::Envelopes(envelopes) if envelopes.len() == 1 => {
                let header = &envelopes[0];
                // One that was sent before may have been taken already.
                if header.number.is_empty() || State::from_word(&header.state).is_none() {
                    ledger.find(Broken::Misbehaved, format!("a delivery was rejected: {header:?}"));
                    return None;
                }
                ledger.delivery_answered(sent.id, &header.number);
                ledger.copies_told(sent.id, &header.forwardings);
                Some(sent.id)
            }
            other => {
                ledger.find(Broken::Misbehaved, format!("a delivery was answered {other:?}"));
                None
            }
        }
    }

    fn track(&mut self, id: EntryId) {
        let (before, number) = {
            let ledger = self.field.ledger();
            (ledger.entry(id).possible, ledger.entry(id).number.clone())
        };
        let Some(number) = number else { return };
        match self.call(&Request::Track(&number)) {
            // It was given back since it was pulled, and is its delegate's no more.
            Some(Answer::Envelopes(headers))
                if self.code == DELEGATE
                    && headers.iter().all(|header| header.state == "EnvelopeNotExists") => {}
            Some(Answer::Envelopes(headers)) if headers.len() == 1 => {
                self.field.ledger().state_told(id, before, &headers[0]);
            }
            Some(other) => self.field.ledger().missing(id, &format!("tracking: {other:?}")),
            None => {}
        }
    }

    // ---- recipients

    pub(super) fn receive(&mut self) {
        while self.goes_on() {
            let whole = self.rng.random_bool(0.6);
            let request = if whole { Request::Pull } else { Request::Headers };
            let Some(Answer::Envelopes(envelopes)) = self.call(&request) else {
                self.field.ledger().order_begins_anew(self.code);
                continue;
            };
            if envelopes.is_empty() {
                thread::park_timeout(WHEN_EMPTY);
            }
            for envelope in envelopes {
                if !self.goes_on() {
                    break;
                }
                let id = if whole { self.take(&envelope) } else { self.take_single(&envelope) };
                if let Some(id) = id
                    && self.rng.random_bool(0.85)
                {
                    self.acknowledge(id, &envelope.number);
                }
            }
        }
    }

    fn take(&mut self, envelope: &Envelope) -> Option<EntryId> {
        let mut ledger = self.field.ledger();
        let hash = envelope.content.as_deref().map(hash_of);
        if !ledger.offered(whose_mail(self.code), envelope, hash) {
            ledger.find(Broken::Lost, format!("{} was pulled without content", envelope.number));
        }
        ledger.by_number(&envelope.number)
    }

    /// Takes an envelope that a list named. One that is not known yet must be looked into at once,
    /// or its place in the order would be missed.
    fn take_single(&mut self, header: &Envelope) -> Option<EntryId> {
        let known = self.field.ledger().offered(whose_mail(self.code), header, None);
        if known && self.rng.random_bool(0.5) {
            return None;
        }
        match self.call(&Request::PullSingle(&header.number))? {
            Answer::Envelopes(envelopes) if envelopes.len() == 1 => self.take(&envelopes[0]),
            // It was moved between the two requests.
            Answer::Fault(_) if header.to == DELEGATING && self.code != CHANNEL => None,
            other => {
                let text = format!("{} is listed and not pulled: {other:?}", header.number);
                self.field.ledger().find(Broken::Lost, text);
                None
            }
        }
    }

    fn acknowledge(&mut self, id: EntryId, number: &str) {
        self.acknowledge_once(id, number);
        if self.rng.random_bool(0.1) {
            self.acknowledge_once(id, number);
        }
        if self.rng.random_bool(0.3) {
            self.track(id);
        }
    }

    fn acknowledge_once(&mut self, id: EntryId, number: &str) {
        let kind = match self.rng.random_range(0..10) {
            0..=6 => Acknowledge::Receipt,
            7 | 8 => Acknowledge::Advanced,
            _ => Acknowledge::Failed,
        };
        let words = {
            let mut ledger = self.field.ledger();
            ledger.acknowledgement_begins(id, kind);
            kind.state().words(&ledger.entry(id).certificate).unwrap_or_default()
        };
        let request = match kind {
            Acknowledge::Receipt => Request::Acknowledge(number),
            Acknowledge::Advanced => Request::AcknowledgeWithWarnings(number, &words),
            Acknowledge::Failed => Request::AcknowledgeFailed(number, &words),
        };
        match self.call(&request) {
            Some(Answer::Envelopes(_)) => self.field.ledger().acknowledgement_answered(id, kind),
            // Moved since it was pulled: its new holder acknowledges.
            Some(Answer::Fault(_)) if self.may_have_moved(id) => {}
            Some(Answer::Fault(fault)) => self.field.ledger().missing(id, &fault),
            None => {}
        }
    }

    fn may_have_moved(&self, id: EntryId) -> bool {
        let ledger = self.field.ledger();
        let entry = ledger.entry(id);
        entry.to == DELEGATING && !entry.is_copy
    }
}

/// In a delegate's inbox lies what is for its country.
fn whose_mail(code: &'static str) -> &'static str {
    if code == DELEGATE { DELEGATING } else { code }
}

/// With more than this untaken, senders track instead: the check after a restart reads it all.
const BACKLOG_MAX: u64 = 300;

const AFTER_REFUSAL: Duration = Duration::from_millis(5);
const WHEN_EMPTY: Duration = Duration::from_millis(2);
