//! A hub in memory, with faults on order: what the load test must catch.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use phytohub_load_tests::soap::{Answer, Envelope};
use phytohub_load_tests::stub::{Asked, Handler};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// What it does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    Nothing,
    /// Answers with a number, and forgets.
    Swallows,
    /// Gives an envelope twice in one answer.
    GivesTwice,
    /// Goes on offering what was acknowledged.
    ForgetsAcknowledgements,
    /// Changes a character.
    Changes,
    /// Does nothing at all for a second, once.
    Stalls,
}

/// Every so many requests something goes wrong.
const EVERY: u64 = 20;

#[derive(Default)]
struct Memory {
    deliveries: u64,
    acknowledgements: u64,
    requests: u64,
    /// In order of acceptance.
    envelopes: Vec<Envelope>,
}

/// The handler of a hub for the countries whose certificates lie in a directory.
pub(crate) fn hub(pki: &Path, codes: &[&str], fault: Fault) -> Handler {
    let certificate = |code: &&str| {
        let der = CertificateDer::from_pem_file(pki.join(format!("{code}.pem")));
        (der.expect("a certificate").to_vec(), (*code).to_owned())
    };
    let callers: HashMap<Vec<u8>, String> = codes.iter().map(certificate).collect();
    let memory = Arc::new(Mutex::new(Memory::default()));
    Arc::new(move |asked: &Asked| {
        let caller = &callers[&*asked.certificate];
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.requests += 1;
        if fault == Fault::Stalls && memory.requests == 100 {
            std::thread::park_timeout(Duration::from_secs(1));
        }
        let body = memory.answer(caller, asked, fault);
        let operation = &asked.operation;
        let text = format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
             <{operation}Response>{body}</{operation}Response></s:Body></s:Envelope>"
        );
        (200, Bytes::from(text))
    })
}

impl Memory {
    fn answer(&mut self, caller: &str, asked: &Asked, fault: Fault) -> String {
        match asked.operation.as_str() {
            "DeliverEnvelope" => self.deliver(asked, fault),
            "PULLImportEnvelope" => {
                let mut offered = self.pending(caller);
                if fault == Fault::GivesTwice {
                    offered.extend(offered.first().cloned());
                }
                offered.iter().map(|envelope| written(envelope, true, fault)).collect()
            }
            "GetImportEnvelopeHeaders" => self
                .pending(caller)
                .iter()
                .map(|envelope| written(envelope, false, fault))
                .collect(),
            "PULLSingleImportEnvelope" => {
                let found = self.find(&number_in(&asked.body));
                found.map_or_else(String::new, |envelope| written(envelope, true, fault))
            }
            "AcknowledgeEnvelopeReceipt" => {
                self.acknowledgements += 1;
                let forgets = fault == Fault::ForgetsAcknowledgements
                    && self.acknowledgements.is_multiple_of(EVERY);
                let number = number_in(&asked.body);
                let found = self.envelopes.iter_mut().find(|known| known.number == number);
                if let Some(envelope) = found.filter(|_| !forgets) {
                    "Delivered".clone_into(&mut envelope.state);
                }
                String::new()
            }
            "GetEnvelopeTrackingInfo" => {
                let found = self.find(&number_in(&asked.body));
                found.map_or_else(String::new, |envelope| written(envelope, false, fault))
            }
            _ => String::new(),
        }
    }

    fn deliver(&mut self, asked: &Asked, fault: Fault) -> String {
        let Ok(Answer::Envelopes(mut envelopes)) = Answer::read(&asked.body) else {
            panic!("the harness writes what can be read");
        };
        let mut envelope = envelopes.pop().expect("an envelope");
        self.deliveries += 1;
        envelope.number = format!("N{}", self.deliveries);
        "PendingDelivery".clone_into(&mut envelope.state);
        let answer = written(&envelope, false, fault);
        if fault != Fault::Swallows || !self.deliveries.is_multiple_of(EVERY) {
            self.envelopes.push(envelope);
        }
        answer
    }

    fn find(&self, number: &str) -> Option<&Envelope> {
        self.envelopes.iter().find(|envelope| envelope.number == number)
    }

    fn pending(&self, caller: &str) -> Vec<Envelope> {
        let waiting =
            |envelope: &&Envelope| envelope.to == caller && envelope.state == "PendingDelivery";
        self.envelopes.iter().filter(waiting).take(100).cloned().collect()
    }
}

fn number_in(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("hubTrackingNumber>").expect("a number");
    rest.split('<').next().unwrap_or_default().to_owned()
}

fn written(envelope: &Envelope, whole: bool, fault: Fault) -> String {
    let escape = phytohub_load_tests::content::escape;
    let mut content = envelope.content.clone().unwrap_or_default();
    if fault == Fault::Changes && envelope.number.ends_with('7') {
        content = content.replacen(' ', "_", 1);
    }
    let content =
        if whole { format!("<h:Content>{}</h:Content>", escape(&content)) } else { String::new() };
    format!(
        "<h:From>{}</h:From><h:To>{}</h:To><h:NPPOCertificateNumber>{}</h:NPPOCertificateNumber>\
         <h:hubDeliveryNumber>{}</h:hubDeliveryNumber>\
         <h:HUBTrackingInfo>{}</h:HUBTrackingInfo>{content}",
        envelope.from, envelope.to, envelope.certificate, envelope.number, envelope.state
    )
}
