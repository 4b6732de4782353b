//! Which way of asking is faster: a stream for each request, or one long stream for many; against a
//! hub in this process, with a store on disk.
//!
//! ```text
//! cargo build --workspace --lib --bins --examples && target/debug/examples/streams [MANY] [BYTES]
//! ```

#![expect(clippy::print_stdout, reason = "what it measures is what it is for")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use phytohub_client::{
    AddressPolicy, Delivery, Identity, InboxCredit, PipelineAnswer, QuicClient, QuicConfig,
    ServerTrust,
};
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, Clock as _, EnvelopeHeader, HubDeliveryNumber,
};
use phytohub_server::{SystemClock, Tasks};
use phytohub_testkit::{TestHub, certificate_xml};

/// As in the comparisons of the load harness.
const IN_FLIGHT: u32 = 64;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u32>().expect("a number"));
    let many = arguments.next().unwrap_or(20_000);
    let bytes = arguments.next().unwrap_or(4 << 10);
    let hub = TestHub::start().await;
    let mut policy = hub.hub().policy();
    (policy.requests_per_minute, policy.bytes_per_minute) = (0, 0);
    hub.hub().set_policy(policy);
    let at = hub.open_quic();
    let document = certificate_xml(usize::try_from(bytes).expect("a few KiB"));
    let clock = SystemClock::new();
    let told = |what: &str, began: Duration| {
        let seconds = (clock.monotonic() - began).as_secs_f64();
        println!("{what}: {:.0} a second", f64::from(many) / seconds);
    };

    let sender = client(&hub, at, "NO");
    let began = clock.monotonic();
    a_stream_each(&sender, many, &document).await;
    told("deliver, a stream each", began);
    let began = clock.monotonic();
    one_stream(&sender, many, &document).await;
    told("deliver, one stream", began);

    let recipient = client(&hub, at, "LK");
    let began = clock.monotonic();
    take(&recipient, many, 1).await;
    told("bring and acknowledge one by one, one stream", began);
    let began = clock.monotonic();
    take(&recipient, many, 16).await;
    told("bring and acknowledge by sixteen, one stream", began);
    let began = clock.monotonic();
    tokio::join!(one_stream(&sender, many, &document), take(&recipient, many, 1));
    told("deliver, bring, acknowledge at once", began);
    hub.stop().await;
}

fn client(hub: &TestHub, at: SocketAddr, code: &str) -> QuicClient {
    let address = format!("quic://localhost:{}", at.port()).parse().expect("an address");
    let trust = ServerTrust::Authorities(vec![hub.ca().der().clone()]);
    let certificate = hub.certificate(code);
    let identity = Identity::from_der(certificate.chain(), certificate.key());
    let mut config = QuicConfig::new(address, trust, identity);
    config.addresses = AddressPolicy::any();
    QuicClient::new(config).expect("a client")
}

fn delivery(at: u32, document: &str) -> Delivery {
    static RUN: AtomicU32 = AtomicU32::new(0);
    let number = format!("A-{}-{at}", RUN.fetch_add(1, Ordering::Relaxed));
    let header = EnvelopeHeader {
        to: "LK".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: number.clone(),
        ..EnvelopeHeader::default()
    };
    Delivery { key: Some(number.into()), ..Delivery::new(header, document) }
}

async fn a_stream_each(client: &QuicClient, many: u32, document: &str) {
    let (tasks, (done, mut all)) = (Tasks::new(), tokio::sync::mpsc::channel(1));
    for _ in 0..IN_FLIGHT {
        let (client, document, done) = (client.clone(), document.to_owned(), done.clone());
        tasks.spawn("sender", async move {
            for at in 0..many / IN_FLIGHT {
                client.deliver(delivery(at, &document)).await.expect("it is taken");
            }
            drop(done);
        });
    }
    drop(done);
    let none: Option<()> = all.recv().await;
    assert!(none.is_none());
}

async fn one_stream(client: &QuicClient, many: u32, document: &str) {
    let (mut sender, mut receiver) = client.pipeline().await.expect("a stream");
    let (mut asked, mut answered) = (0, 0);
    while answered < many {
        while asked < many && asked - answered < IN_FLIGHT {
            sender.deliver(asked, delivery(asked, document)).await.expect("it is taken");
            asked += 1;
        }
        sender.flush().await.expect("the stream lives");
        let (_, answer) = receiver.next().await.expect("the stream lives").expect("an answer");
        assert!(matches!(answer, PipelineAnswer::Delivered(_)), "{answer:?}");
        answered += 1;
    }
}

async fn take(client: &QuicClient, many: u32, batch: usize) {
    let mut inbox = client.inbox(InboxCredit { envelopes: IN_FLIGHT, bytes: 4 << 20 });
    let (mut sender, mut receiver) = client.pipeline().await.expect("a stream");
    let (mut came, mut acknowledged, mut asked) = (0, 0, 0);
    let mut gathered: Vec<(HubDeliveryNumber, Acknowledgement)> = Vec::new();
    while acknowledged < many {
        tokio::select! {
            envelope = inbox.next(), if came < many => {
                let number = envelope.expect("it comes").number;
                came += 1;
                let kind = AcknowledgementKind::Received;
                gathered.push((number, Acknowledgement { kind, message: String::new() }));
                if gathered.len() >= batch || came == many {
                    let all = std::mem::take(&mut gathered);
                    sender.acknowledge(asked, all).await.expect("the stream lives");
                    sender.flush().await.expect("the stream lives");
                    asked += 1;
                }
            }
            answer = receiver.next() => {
                let (_, answer) = answer.expect("the stream lives").expect("an answer");
                let PipelineAnswer::Acknowledged(outcomes) = answer else { panic!("{answer:?}") };
                acknowledged += u32::try_from(outcomes.len()).expect("a few");
            }
        }
    }
}
