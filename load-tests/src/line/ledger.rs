//! What was sent in one turn, and what came of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_domain::HubDeliveryNumber;
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::speed::histogram;

/// Who knows what of one turn.
pub(super) struct Ledger {
    /// Begins its certificates' numbers: those of a turn before may still come.
    series: String,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    open: HashMap<String, Open>,
    /// Numbers at the sender's hub, and at the recipient's.
    sent: Vec<HubDeliveryNumber>,
    come: HashSet<HubDeliveryNumber>,
    done: HashSet<String>,
    times: Vec<u64>,
    wrong: Vec<String>,
}

struct Open {
    hash: [u8; 32],
    number: Option<HubDeliveryNumber>,
    watch: Stopwatch,
    acknowledged: oneshot::Sender<()>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self { series: format!("L{:08x}", rand::random::<u32>()), book: Mutex::default() }
    }

    pub(super) fn series(&self) -> &str {
        &self.series
    }

    /// A message sets out; told when it was acknowledged.
    pub(super) fn sets_out(&self, certificate: &str, content: &[u8]) -> oneshot::Receiver<()> {
        let (acknowledged, told) = oneshot::channel();
        let hash = Sha256::digest(content).into();
        let open = Open { hash, number: None, watch: Stopwatch::start(), acknowledged };
        self.book().open.insert(certificate.to_owned(), open);
        told
    }

    pub(super) fn delivered(&self, number: HubDeliveryNumber) {
        self.book().sent.push(number);
    }

    /// A message came; whether it is to be acknowledged.
    pub(super) fn came(
        &self,
        certificate: &str,
        number: HubDeliveryNumber,
        content: &[u8],
    ) -> bool {
        if !certificate.starts_with(&self.series) {
            return false;
        }
        let hash: [u8; 32] = Sha256::digest(content).into();
        let book = &mut *self.book();
        let Some(open) = book.open.get_mut(certificate) else {
            let why = if book.done.contains(certificate) { "again" } else { "unsent" };
            book.wrong.push(format!("{certificate} came {why} as {number}"));
            return false;
        };
        if open.number.replace(number).is_some_and(|before| before != number) {
            book.wrong.push(format!("{certificate} came under two numbers"));
        }
        if open.hash != hash {
            book.wrong.push(format!("{certificate} came with another content"));
        }
        book.come.insert(number);
        true
    }

    pub(super) fn acknowledged(&self, certificate: &str) {
        let book = &mut *self.book();
        if let Some(open) = book.open.remove(certificate) {
            let micros = open.watch.elapsed().as_micros();
            book.times.push(u64::try_from(micros).unwrap_or(u64::MAX));
            book.done.insert(certificate.to_owned());
            // A worker that has given up hears nothing more.
            let _ = open.acknowledged.send(());
        }
    }

    pub(super) fn sent(&self) -> Vec<HubDeliveryNumber> {
        self.book().sent.clone()
    }

    /// Messages, and the times that half and all but a hundredth of them stayed below.
    pub(super) fn figures(&self) -> (u64, u64, u64) {
        let book = self.book();
        let Ok(mut times) = histogram() else { return (0, 0, 0) };
        book.times.iter().for_each(|time| times.saturating_record(*time));
        let at = |share| times.value_at_quantile(share);
        (book.times.len() as u64, at(0.5), at(0.99))
    }

    /// What is not as it must be.
    pub(super) fn wrong(&self) -> Vec<String> {
        let book = self.book();
        let mut wrong = book.wrong.clone();
        let (sent, come, done) = (book.sent.len(), book.come.len(), book.done.len());
        if sent != come || sent != done || !book.open.is_empty() {
            wrong.push(format!(
                "{sent} numbers there, {come} numbers here, {done} acknowledged, {} open",
                book.open.len()
            ));
        }
        wrong
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
