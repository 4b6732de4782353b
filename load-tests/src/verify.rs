//! The check after a restart, in quiet: everything in the ledger against everything in the hub.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::thread;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::Failure;
use crate::content::hash_of;
use crate::https::{CallError, Client};
use crate::ledger::{Acknowledge, Broken, Delivery, EntryId, Kept, State};
use crate::load::{CODES, DELEGATE, DELEGATING, Field};
use crate::soap::{Answer, Envelope, Request};

/// Which envelopes are asked about one by one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Depth {
    /// All.
    All,
    /// Those touched since the last check, and some of the others.
    Fresh {
        /// Of the others, one in so many.
        one_in: u32,
    },
}

/// Checks a hub that nobody else uses. What it finds goes into the ledger.
///
/// # Errors
/// When the hub does not answer; that is noted as a finding too.
pub fn verify(
    field: &Field,
    address: SocketAddr,
    depth: Depth,
    rng: &mut StdRng,
) -> Result<(), Failure> {
    let mut scope: Vec<(EntryId, &'static str)> = Vec::new();
    for (id, entry) in field.ledger().iter() {
        let asked = match depth {
            Depth::All => true,
            Depth::Fresh { one_in } => entry.fresh || rng.random_ratio(1, one_in),
        };
        if asked && entry.delivery != Delivery::Absent {
            scope.push((id, entry.mailbox));
        }
    }
    in_parallel(field, address, |checker| checker.check(&scope))?;
    field.ledger().check_pairs();
    Ok(())
}

/// Takes and acknowledges everything; afterwards every inbox must be empty.
///
/// # Errors
/// When the hub does not answer; that is noted as a finding too.
pub fn drain(field: &Field, address: SocketAddr) -> Result<(), Failure> {
    in_parallel(field, address, |checker| checker.drain())
}

/// Each connection in its own thread.
fn in_parallel(
    field: &Field,
    address: SocketAddr,
    work: impl Fn(&mut Checker<'_>) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let result: Result<Vec<()>, Failure> = thread::scope(|scope| {
        let mut threads = Vec::new();
        for code in CODES.into_iter().filter(|code| *code != DELEGATE) {
            let mut clients = vec![field.client(code, address)];
            // Its mail may lie in either inbox, and nothing moves it now.
            clients.extend((code == DELEGATING).then(|| field.client(DELEGATE, address)));
            let mut checker = Checker { field, code, clients, place: 0 };
            let work = &work;
            threads.push(
                thread::Builder::new()
                    .name("checker".into())
                    .spawn_scoped(scope, move || work(&mut checker))?,
            );
        }
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a checker panicked")?).collect()
    });
    if let Err(error) = &result {
        let text = format!("the hub does not answer in quiet: {error}");
        field.ledger().find(Broken::Misbehaved, text);
    }
    result.map(drop)
}

struct Checker<'a> {
    field: &'a Field,
    code: &'static str,
    /// Of each inbox that may hold its mail.
    clients: Vec<Client>,
    /// Which of them is used.
    place: usize,
}

impl Checker<'_> {
    fn check(&mut self, scope: &[(EntryId, &'static str)]) -> Result<(), Failure> {
        let mut numbers = HashSet::new();
        for place in 0..self.clients.len() {
            self.place = place;
            numbers.extend(self.read_inbox()?);
        }
        self.place = 0;
        let mine = |(_, to): &&(EntryId, &'static str)| *to == self.code;
        let ids: Vec<EntryId> = scope.iter().filter(mine).map(|(id, _)| *id).collect();
        for id in ids {
            self.check_envelope(id)?;
        }
        self.field.ledger().inbox_is(self.code, &numbers);
        self.check_under_delivery()
    }

    /// Reads the whole inbox by its headers; looks into those that nobody knows.
    fn read_inbox(&mut self) -> Result<HashSet<String>, Failure> {
        let mut numbers = HashSet::new();
        loop {
            let before = numbers.len();
            for header in self.ask(&Request::Headers)? {
                if numbers.insert(header.number.clone())
                    && !self.field.ledger().offered(self.code, &header, None)
                {
                    self.look_into(&header)?;
                }
            }
            // Each call goes on behind the last one and begins anew at the end.
            if numbers.len() == before {
                return Ok(numbers);
            }
        }
    }

    fn look_into(&mut self, header: &Envelope) -> Result<(), Failure> {
        let pulled = self.call(&Request::PullSingle(&header.number))?;
        let mut ledger = self.field.ledger();
        let content = match &pulled {
            Answer::Envelopes(envelopes) => envelopes.first().and_then(|e| e.content.as_deref()),
            Answer::Fault(_) => None,
        };
        match content {
            Some(content) => {
                ledger.offered(self.code, header, Some(hash_of(content)));
            }
            None => {
                let text = format!("{} is listed and not pulled: {pulled:?}", header.number);
                ledger.find(Broken::Lost, text);
            }
        }
        Ok(())
    }

    fn check_envelope(&mut self, id: EntryId) -> Result<(), Failure> {
        let Some(number) = self.field.ledger().entry(id).number.clone() else {
            return Ok(());
        };
        let tracked = self.call(&Request::Track(&number))?;
        let mut pulled = self.call(&Request::PullSingle(&number))?;
        if matches!(pulled, Answer::Fault(_)) && self.clients.len() > 1 {
            self.place = 1;
            pulled = self.call(&Request::PullSingle(&number))?;
            self.place = 0;
        }
        let mut ledger = self.field.ledger();
        match tracked {
            Answer::Envelopes(headers) if headers.len() == 1 => {
                ledger.state_told_in_quiet(id, &headers[0]);
                if ledger.entry(id).kept != Kept::Nothing && !ledger.entry(id).is_copy {
                    ledger.copies_told(id, &headers[0].forwardings);
                }
            }
            other => ledger.missing(id, &format!("tracking: {other:?}")),
        }
        match pulled {
            Answer::Envelopes(envelopes) if envelopes.len() == 1 => {
                let content = envelopes[0].content.as_deref().unwrap_or_default();
                ledger.check_content(id, hash_of(content));
            }
            Answer::Envelopes(_) => ledger.missing(id, "pulled without an envelope"),
            Answer::Fault(fault) => {
                let left = ledger.entry(id).kept.max(Kept::Record);
                ledger.gone(id, left, &fault);
            }
        }
        ledger.checked(id);
        Ok(())
    }

    /// What the sender is told to be under delivery is its own and pending.
    fn check_under_delivery(&mut self) -> Result<(), Failure> {
        let headers = self.ask(&Request::UnderDelivery)?;
        let mut ledger = self.field.ledger();
        for header in headers {
            // An unknown one lies in an inbox that another thread is looking into.
            let Some(id) = ledger.by_number(&header.number) else { continue };
            if ledger.entry(id).from != self.code
                || ledger.entry(id).is_copy
                || !ledger.entry(id).possible.contains(State::Pending)
            {
                let text = format!("{} is told to be under delivery", ledger.name(id));
                ledger.find(Broken::Misbehaved, text);
            }
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Failure> {
        for place in 0..self.clients.len() {
            self.place = place;
            self.drain_inbox()?;
        }
        self.place = 0;
        Ok(())
    }

    fn drain_inbox(&mut self) -> Result<(), Failure> {
        loop {
            let envelopes = self.ask(&Request::Pull)?;
            if envelopes.is_empty() {
                break;
            }
            for envelope in envelopes {
                let id = {
                    let mut ledger = self.field.ledger();
                    let hash = envelope.content.as_deref().map(hash_of);
                    ledger.offered(self.code, &envelope, hash);
                    let id = ledger.by_number(&envelope.number).ok_or("an unknown envelope")?;
                    ledger.acknowledgement_begins(id, Acknowledge::Receipt);
                    id
                };
                self.ask(&Request::Acknowledge(&envelope.number))?;
                self.field.ledger().acknowledgement_answered(id, Acknowledge::Receipt);
            }
        }
        let left = self.ask(&Request::Headers)?;
        if !left.is_empty() {
            let text = format!("the inbox of {} is drained and lists {left:?}", self.code);
            self.field.ledger().find(Broken::Undone, text);
        }
        Ok(())
    }

    fn ask(&mut self, request: &Request<'_>) -> Result<Vec<Envelope>, Failure> {
        match self.call(request)? {
            Answer::Envelopes(envelopes) => Ok(envelopes),
            Answer::Fault(fault) => Err(format!("{}: {fault}", request.operation()).into()),
        }
    }

    fn call(&mut self, request: &Request<'_>) -> Result<Answer, Failure> {
        let client = &mut self.clients[self.place];
        let mut answer = client.call(request);
        if matches!(answer, Err(CallError::Unanswered(_)))
            && self.field.ledger().retention.is_some()
        {
            // A content of several pieces that is dropped while it is sent ends its connection;
            // asked again, the hub says what became of it.
            answer = client.call(request);
        }
        answer.map_err(|error| format!("{}: {error:?}", request.operation()).into())
    }
}
