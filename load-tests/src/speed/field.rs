//! Requests as they are made: sent, answered, measured, and held against the book.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;

use crate::clock::Stopwatch;
use crate::soap::{Answer, Envelope, Request};
use crate::speed::book::{Book, Id};
use crate::speed::caller::{Caller, NoAnswer};
use crate::speed::contents::Contents;
use crate::speed::countries::CODES;
use crate::speed::figures::{Outcome, Recorder, Times};
use crate::speed::scenario::Step;

/// What all requests of a run share.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) caller: Caller,
    pub(crate) contents: Contents,
    pub(crate) recorder: Recorder,
    pub(crate) watch: Stopwatch,
    /// The load is to end: its time is over, or the hub has ended.
    pub(crate) stop: AtomicBool,
    book: Mutex<Book>,
    in_flight: AtomicI64,
    /// The first errors, in words.
    errors: Mutex<Vec<String>>,
}

/// When a request is to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// By a schedule, at this time since the start.
    At(Duration),
    /// When the one before it is answered.
    Next,
}

/// What is delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Which of the sizes.
    pub(crate) size: usize,
}

impl Field {
    pub(crate) fn new(caller: Caller, contents: Contents, book: Book, recorder: Recorder) -> Self {
        Self {
            caller,
            contents,
            recorder,
            watch: Stopwatch::start(),
            stop: AtomicBool::new(false),
            book: Mutex::new(book),
            in_flight: AtomicI64::new(0),
            errors: Mutex::default(),
        }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, text: String) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        if errors.len() < ERRORS_MOST {
            errors.push(text);
        }
    }

    /// Delivers. The envelope's id if the hub accepted it.
    pub(crate) async fn deliver(&self, parcel: Parcel, due: Due) -> Option<Id> {
        let (id, certificate) = self.book().begin(parcel.from, parcel.to);
        let (content, hash) = self.contents.make(parcel.size, u64::from(id));
        self.book().contains(id, hash, content.len());
        let request = Request::Deliver {
            from: CODES[parcel.from],
            to: CODES[parcel.to],
            certificate: &certificate,
            channel: "",
            content: &content,
        };
        let (outcome, answer, _) = self.ask(Step::Deliver, parcel.from, &request, due).await;
        let mut book = self.book();
        match (outcome, answer.as_deref()) {
            (Outcome::Done, Some([envelope])) if envelope.state == "FailedDelivery" => {
                book.refused(id);
                drop(book);
                self.note(format!("FailedDelivery: {}", envelope.message));
                None
            }
            (Outcome::Done, Some([envelope])) if !envelope.number.is_empty() => {
                book.accepted(id, &envelope.number);
                Some(id)
            }
            (Outcome::Refused, _) => {
                book.refused(id);
                None
            }
            (Outcome::Done, _) => {
                book.misbehaved(format!("{certificate} was answered without a number"));
                None
            }
            _ => {
                book.unanswered(id);
                None
            }
        }
    }

    /// The headers of a country's mail, or (`with_contents`) as much of it as the hub gives at once.
    pub(crate) async fn list(&self, country: usize, with_contents: bool, due: Due) -> Vec<Id> {
        let (step, request) = if with_contents {
            (Step::Pull, Request::Pull)
        } else {
            (Step::Headers, Request::Headers)
        };
        let (_, answer, asked) = self.ask(step, country, &request, due).await;
        answer.map_or_else(Vec::new, |envelopes| {
            self.book().offered(country, &envelopes, nanos(asked), true)
        })
    }

    /// Pulls one envelope. Whether it came as it should.
    pub(crate) async fn pull_single(&self, id: Id, due: Due) -> bool {
        let Some((to, number)) = self.recipient_and_number(id) else { return false };
        let request = Request::PullSingle(&number);
        let (outcome, answer, asked) = self.ask(Step::PullSingle, to, &request, due).await;
        let Some(envelopes) = answer else { return false };
        let mut book = self.book();
        let ids = book.offered(to, &envelopes, nanos(asked), false);
        let came = ids == [id] && envelopes.iter().all(|envelope| envelope.content.is_some());
        if outcome == Outcome::Done && !came {
            book.misbehaved(format!("{number} was pulled, and {} envelopes came", ids.len()));
        }
        came
    }

    /// Acknowledges one envelope. Whether the hub answered.
    pub(crate) async fn acknowledge(&self, id: Id, due: Due) -> bool {
        let Some((to, number)) = self.recipient_and_number(id) else { return false };
        self.book().acknowledging(id);
        let request = Request::Acknowledge(&number);
        let (outcome, ..) = self.ask(Step::Acknowledge, to, &request, due).await;
        if outcome == Outcome::Done {
            self.book().acknowledged(id, nanos(self.watch.elapsed()));
        }
        outcome == Outcome::Done
    }

    /// Asks what became of one envelope, in its sender's name. Whether it is in its final state.
    pub(crate) async fn track(&self, id: Id, due: Due) -> bool {
        let entry = self.book().entry(id).map(|entry| (entry.from, entry.number.clone()));
        let Some((from, Some(number))) = entry else { return false };
        let request = Request::Track(&number);
        let (_, answer, asked) = self.ask(Step::Track, usize::from(from), &request, due).await;
        let Some([envelope]) = answer.as_deref() else { return false };
        self.book().tracked(id, &envelope.state, nanos(asked));
        envelope.state == "Delivered"
    }

    /// Asks for a country's mail that is under way.
    pub(crate) async fn under_delivery(&self, country: usize, due: Due) {
        self.ask(Step::UnderDelivery, country, &Request::UnderDelivery, due).await;
    }

    /// Pulls one envelope and acknowledges it.
    pub(crate) async fn collect(&self, id: Id) {
        if self.pull_single(id, Due::Next).await {
            self.acknowledge(id, Due::Next).await;
        }
    }

    fn recipient_and_number(&self, id: Id) -> Option<(usize, String)> {
        let book = self.book();
        let entry = book.entry(id)?;
        Some((usize::from(entry.to), entry.number.as_deref()?.to_owned()))
    }

    /// Sends a request, measures and judges its answer. With it comes when it was sent.
    async fn ask(
        &self,
        step: Step,
        country: usize,
        request: &Request<'_>,
        due: Due,
    ) -> (Outcome, Option<Vec<Envelope>>, Duration) {
        let begun = self.watch.elapsed();
        let (intended, open) = match due {
            Due::At(time) => (time, true),
            Due::Next => (begun, false),
        };
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let replied = self.caller.call(country, request.operation(), request.to_xml()).await;
        let end = self.watch.elapsed();
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let (outcome, answer) = self.judge(request, replied);
        self.recorder.record(step, outcome, Times { intended, begun, end, open });
        (outcome, answer, begun)
    }

    fn judge(
        &self,
        request: &Request<'_>,
        replied: Result<(StatusCode, bytes::Bytes), NoAnswer>,
    ) -> (Outcome, Option<Vec<Envelope>>) {
        let operation = request.operation();
        let (status, body) = match replied {
            Ok(reply) => reply,
            Err(error) => {
                self.note(format!("{operation}: {error}"));
                return (Outcome::Unanswered, None);
            }
        };
        match (status.as_u16(), Answer::read(&body)) {
            (200, Ok(Answer::Envelopes(envelopes))) => (Outcome::Done, Some(envelopes)),
            (503, _) => {
                self.note(format!("{operation}: 503"));
                (Outcome::Refused, None)
            }
            (_, answer) => {
                let words = String::from_utf8_lossy(&body);
                let text = match answer {
                    Ok(Answer::Fault(fault)) => format!("{operation}: {status}: {fault}"),
                    Ok(_) => format!("{operation}: {status}: {words:.300}"),
                    Err(error) => format!("{operation}: {status}: {error}: {words:.300}"),
                };
                self.note(text.clone());
                self.book().misbehaved(text);
                (Outcome::Wrong, None)
            }
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Told in words; the counts tell of the rest.
const ERRORS_MOST: usize = 50;
