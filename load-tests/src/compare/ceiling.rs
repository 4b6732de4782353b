//! The ceiling of the protocol: hyper and rustls, which read what a hub reads, answer what it answers,
//! byte for byte as much, and do nothing in between.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::Failure;
use crate::compare::contender::{Contender, Doing, Session, Start, told};
use crate::compare::hub::{Soap, caller};
use crate::compare::peer::Peer;
use crate::speed::{Caller, Target};
use crate::stub::{self, Asked, Handler};

/// The server in a process of its own.
#[derive(Debug)]
pub(super) struct Ceiling {
    peer: Peer,
    caller: Arc<Caller>,
}

impl Ceiling {
    pub(super) fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let pki = start.site.pki();
        let bytes = start.content_bytes.to_string();
        let words = ["serve-ceiling", "--content-bytes", &bytes, "--pki"];
        let mut words: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
        words.push(pki.into());
        let peer = Peer::start(start.own, &words, std::time::Duration::ZERO, "ready")?;
        let address = peer.address().ok_or("the ceiling did not say where it listens")?;
        let caller = caller(start.site, Target::own(address), start.in_flight)?;
        Ok(Self { peer, caller })
    }
}

impl Contender for Ceiling {
    fn settings(&self) -> Vec<(String, String)> {
        told(&[
            ("settings", "hyper 1 and rustls with aws-lc-rs, as the hub has them"),
            ("durability", "none: nothing is kept"),
            ("client", "HTTP/1.1 over TLS with client certificates, a socket for each in flight"),
            ("message", "DeliverEnvelope, PULLSingleImportEnvelope, AcknowledgeEnvelopeReceipt"),
        ])
    }

    fn process(&self) -> u32 {
        self.peer.id()
    }

    fn session(&self, worker: usize) -> Doing<'_, Box<dyn Session>> {
        let caller = Arc::clone(&self.caller);
        Box::pin(async move { Ok(Box::new(Soap::new(caller, worker)) as Box<dyn Session>) })
    }
}

/// Serves the ceiling until the process ends; `told` gets the lines that a hub would print.
///
/// # Errors
/// When the keys cannot be read, or no port is free.
pub fn serve(pki: &Path, content_bytes: usize, told: impl Fn(&str)) -> Result<(), Failure> {
    stub::serve(pki, handler(content_bytes), |address| {
        told(&format!("listening https://{address}/hub/DeliveryService"));
        told("ready");
    })
}

fn handler(content_bytes: usize) -> Handler {
    let header = format!("{HEADER_START}{NUMBER}{HEADER_END}");
    let delivered = answer(
        "DeliverEnvelope",
        &format!("<ns2:DeliverEnvelopeResult>{header}</ns2:DeliverEnvelopeResult>"),
    );
    let content = ".".repeat(content_bytes);
    let pulled = format!(
        "<ns2:PULLSingleImportEnvelopeResult>{header}<ns3:Content>{content}</ns3:Content>\
         </ns2:PULLSingleImportEnvelopeResult>"
    );
    let pulled = answer("PULLSingleImportEnvelope", &pulled);
    let acknowledged = answer("AcknowledgeEnvelopeReceipt", "");
    Arc::new(move |asked: &Asked| {
        let body = match asked.operation.as_str() {
            "DeliverEnvelope" => &delivered,
            "PULLSingleImportEnvelope" => &pulled,
            _ => &acknowledged,
        };
        (200, body.clone())
    })
}

fn answer(operation: &str, body: &str) -> Bytes {
    let text = format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <ns2:{operation}Response xmlns:ns2=\"http://ephyto.ippc.int/\" \
         xmlns:ns3=\"http://ephyto.ippc.int/HUB.Entities\">{body}</ns2:{operation}Response>\
         </soap:Body></soap:Envelope>"
    );
    Bytes::from(text)
}

const HEADER_START: &str = "<ns3:From>NO</ns3:From><ns3:To>LK</ns3:To>\
    <ns3:CertificateType>851</ns3:CertificateType><ns3:CertificateStatus>70</ns3:CertificateStatus>\
    <ns3:NPPOCertificateNumber>C0a1b2c3d-10-1000</ns3:NPPOCertificateNumber><ns3:hubDeliveryNumber>";
/// As long as the hub's.
const NUMBER: &str = "06E8A1B2C3D4E5F6G7H8J9K0MN";
const HEADER_END: &str = "</ns3:hubDeliveryNumber>\
    <ns3:HUBTrackingInfo>PendingDelivery</ns3:HUBTrackingInfo>\
    <ns3:hubDeliveryErrorMessage></ns3:hubDeliveryErrorMessage><ns3:Forwardings></ns3:Forwardings>";
