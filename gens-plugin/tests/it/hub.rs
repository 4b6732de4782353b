//! A hub that remembers keys, and can be told to fail or to fall over at one point.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_gens::environment::Hub;
use phytohub_plugin_sdk::host::{Acknowledgement, Connection, Draft, Envelope};
use phytohub_plugin_sdk::{Error, ErrorKind, Event, EventKind, Result, State};

/// Where the process ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Crash {
    BeforeSubmit,
    AfterSubmit,
    BeforeAcknowledge,
    AfterAcknowledge,
}

#[derive(Debug, Default)]
pub(crate) struct FakeHub(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    keys: BTreeMap<String, (String, String)>,
    envelopes: BTreeMap<String, (Envelope, Vec<u8>)>,
    connections: Vec<Connection>,
    acknowledged: Vec<(String, Acknowledgement)>,
    audit: Vec<String>,
    events: Vec<(EventKind, u64, String)>,
    sequence: u64,
    crash: Option<Crash>,
    refusal: Option<ErrorKind>,
    submissions: u32,
}

impl FakeHub {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next time that it comes there, the process ends.
    pub(crate) fn crash_at(&self, crash: Crash) {
        self.lock().crash = Some(crash);
    }

    /// From now on it refuses to take anything.
    pub(crate) fn refuse(&self, kind: Option<ErrorKind>) {
        self.lock().refusal = kind;
    }

    /// All envelopes with their contents, in the order of acceptance.
    pub(crate) fn envelopes(&self) -> Vec<(Envelope, Vec<u8>)> {
        self.lock().envelopes.values().cloned().collect()
    }

    pub(crate) fn acknowledgements(&self) -> Vec<(String, Acknowledgement)> {
        self.lock().acknowledged.clone()
    }

    pub(crate) fn audit_lines(&self) -> Vec<String> {
        self.lock().audit.clone()
    }

    /// How often somebody tried to submit.
    pub(crate) fn submissions(&self) -> u32 {
        self.lock().submissions
    }

    /// Another country's connection.
    pub(crate) fn connect(&self, connection: Connection) {
        self.lock().connections.push(connection);
    }

    /// An envelope of a system that is not ours.
    pub(crate) fn deliver(
        &self,
        from: &str,
        to: &str,
        number: &str,
        status: i32,
        content: &[u8],
    ) -> String {
        let mut memory = self.lock();
        memory.accept(from, to, 851, status, number, content, false).hub_delivery_number
    }

    /// A country's response of a system that is not ours.
    pub(crate) fn respond(&self, from: &str, to: &str, number: &str, content: &[u8]) -> String {
        let mut memory = self.lock();
        memory.accept(from, to, 851, 41, number, content, true).hub_delivery_number
    }

    /// The recipient, or the hub, says what became of an envelope.
    pub(crate) fn decide(&self, number: &str, state: State, message: &str) {
        let mut memory = self.lock();
        if let Some((envelope, _)) = memory.envelopes.get_mut(number) {
            envelope.state = state;
            envelope.message = message.to_owned();
        }
        let kind = match state {
            State::FailedDelivery => EventKind::Failed,
            _ => EventKind::Acknowledged,
        };
        memory.sequence += 1;
        let event = (kind, memory.sequence, number.to_owned());
        memory.events.push(event);
    }

    /// Hands all events after a sequence to `hear`.
    pub(crate) fn events_after<R>(&self, sequence: u64, hear: impl FnOnce(&[Event<'_>]) -> R) -> R {
        let memory = self.lock();
        let told: Vec<_> = memory
            .events
            .iter()
            .filter(|(_, at, _)| *at > sequence)
            .filter_map(|(kind, at, number)| {
                let (envelope, _) = memory.envelopes.get(number)?;
                Some((*kind, *at, envelope.clone()))
            })
            .collect();
        drop(memory);
        let events: Vec<Event<'_>> = told
            .iter()
            .map(|(kind, at, envelope)| {
                let mut event = Event::new(*kind, *at, &envelope.hub_delivery_number);
                event.from = &envelope.from;
                event.to = &envelope.to;
                event.state = envelope.state;
                event.message = &envelope.message;
                event.certificate_type = envelope.certificate_type;
                event.certificate_status = envelope.certificate_status;
                event.nppo_certificate_number = &envelope.nppo_certificate_number;
                event.is_response = envelope.is_response;
                event
            })
            .collect();
        hear(&events)
    }

    /// Ends the process, if it is time.
    fn pass(&self, point: Crash) {
        let mut memory = self.lock();
        if memory.crash == Some(point) {
            memory.crash = None;
            drop(memory);
            std::panic::panic_any(point);
        }
    }
}

impl Memory {
    #[expect(clippy::too_many_arguments, reason = "an envelope has so many parts")]
    fn accept(
        &mut self,
        from: &str,
        to: &str,
        kind: i32,
        status: i32,
        number: &str,
        content: &[u8],
        response: bool,
    ) -> Envelope {
        self.sequence += 1;
        let mut envelope = Envelope::default();
        envelope.hub_delivery_number = format!("HUB{:08}", self.sequence);
        envelope.from = from.to_owned();
        envelope.to = to.to_owned();
        envelope.certificate_type = kind;
        envelope.certificate_status = status;
        envelope.nppo_certificate_number = number.to_owned();
        envelope.state = State::PendingDelivery;
        envelope.position = self.sequence;
        envelope.is_response = response;
        envelope.sender_certificate = format!("certificate of {from}");
        envelope.content_hash = format!("hash of {} bytes", content.len());
        let id = envelope.hub_delivery_number.clone();
        self.envelopes.insert(id.clone(), (envelope.clone(), content.to_vec()));
        self.events.push((EventKind::Accepted, self.sequence, id));
        envelope
    }
}

impl Hub for FakeHub {
    fn submit(&self, key: &str, draft: &Draft<'_>) -> Result<Envelope> {
        assert!((1..=64).contains(&key.len()), "a key that no hub takes: {key}");
        self.pass(Crash::BeforeSubmit);
        let envelope = {
            let mut memory = self.lock();
            memory.submissions += 1;
            if let Some(kind) = memory.refusal {
                return Err(Error::new(kind, "the hub refuses"));
            }
            let same = format!("{draft:?}");
            match memory.keys.get(key).cloned() {
                Some((draft, _)) if draft != same => {
                    return Err(Error::new(ErrorKind::Conflict, "the key was used"));
                }
                Some((_, number)) => {
                    let (mut known, _) = memory.envelopes[&number].clone();
                    known.repeated = true;
                    known
                }
                None => {
                    let envelope = memory.accept(
                        &draft.act_as,
                        &draft.to,
                        draft.certificate_type,
                        draft.certificate_status,
                        &draft.nppo_certificate_number,
                        &draft.content,
                        draft.response,
                    );
                    let number = envelope.hub_delivery_number.clone();
                    memory.keys.insert(key.to_owned(), (same, number));
                    envelope
                }
            }
        };
        self.pass(Crash::AfterSubmit);
        Ok(envelope)
    }

    fn inbox(&self, act_as: &str, after: u64, limit: u32) -> Result<Vec<Envelope>> {
        let memory = self.lock();
        let waiting = memory.envelopes.values().map(|(envelope, _)| envelope).filter(|one| {
            one.to == act_as && one.position > after && one.state == State::PendingDelivery
        });
        Ok(waiting.take(limit as usize).cloned().collect())
    }

    fn read(&self, act_as: &str, number: &str) -> Result<(Envelope, Vec<u8>)> {
        let memory = self.lock();
        let mine = |one: &Envelope| one.to == act_as || one.from == act_as;
        let found = memory.envelopes.get(number).filter(|(one, _)| mine(one));
        found.cloned().ok_or_else(|| Error::new(ErrorKind::NotFound, "no such envelope"))
    }

    fn acknowledge(
        &self,
        _act_as: &str,
        number: &str,
        how: Acknowledgement,
        message: &str,
    ) -> Result<()> {
        self.pass(Crash::BeforeAcknowledge);
        let state = match how {
            Acknowledgement::Receipt => State::Delivered,
            Acknowledgement::WithWarning => State::DeliveredWithWarnings,
            Acknowledgement::Failed => State::DeliveredNotReadable,
        };
        if self.lock().envelopes.get(number).is_some_and(|(e, _)| e.state == State::PendingDelivery)
        {
            self.decide(number, state, message);
        }
        self.lock().acknowledged.push((number.to_owned(), how));
        self.pass(Crash::AfterAcknowledge);
        Ok(())
    }

    fn status(&self, act_as: &str, number: &str) -> Result<Envelope> {
        let memory = self.lock();
        let found =
            memory.envelopes.get(number).filter(|(e, _)| e.to == act_as || e.from == act_as);
        found
            .map(|(envelope, _)| envelope.clone())
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "no such envelope"))
    }

    fn find(
        &self,
        from: &str,
        to: Option<&str>,
        certificate_number: &str,
        limit: u32,
    ) -> Result<Vec<Envelope>> {
        let memory = self.lock();
        if memory.refusal == Some(ErrorKind::Unavailable) {
            return Err(Error::unavailable("the hub is down"));
        }
        let found = memory.envelopes.values().rev().map(|(envelope, _)| envelope).filter(|one| {
            one.from == from
                && to.is_none_or(|to| one.to == to)
                && one.nppo_certificate_number == certificate_number
        });
        Ok(found.take(limit as usize).cloned().collect())
    }

    fn connections(&self) -> Result<Vec<Connection>> {
        let memory = self.lock();
        match memory.refusal {
            Some(ErrorKind::Unavailable) => Err(Error::unavailable("the hub is down")),
            _ => Ok(memory.connections.clone()),
        }
    }

    fn register(&self, connection: &Connection) -> Result<()> {
        let mut memory = self.lock();
        memory.connections.retain(|one| one.code != connection.code);
        memory.connections.push(connection.clone());
        Ok(())
    }

    fn audit(&self, principal: &str, action: &str, _detail: &str) -> Result<()> {
        self.lock().audit.push(format!("{principal} {action}"));
        Ok(())
    }

    fn secret(&self, name: &str) -> Result<Vec<u8>> {
        assert_eq!(name, "gens-seal");
        Ok(b"a secret that is long enough".to_vec())
    }
}
