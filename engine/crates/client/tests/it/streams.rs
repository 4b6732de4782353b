//! Contents that are read while they are sent, and while they arrive.

use std::collections::BTreeSet;
use std::fs;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use phytohub_client::{
    Arriving, BrokenBody, ContentSource, DocumentFile, InboxCredit, QuicError, RequestBody,
    StreamedDelivery,
};
use phytohub_domain::EnvelopeHeader;
use phytohub_testkit::{TestHub, certificate_xml};
use tokio::sync::mpsc;

use crate::quic::{client, deliver, header, number, soon};

/// More than the hub, or the windows of a connection, hold of one content.
const LARGE_BYTES: usize = 6 << 20;

async fn document(mut arriving: Arriving<'_>) -> Result<String, QuicError> {
    let mut document = Vec::new();
    while let Some(piece) = arriving.document_piece().await? {
        document.extend_from_slice(&piece);
    }
    assert_eq!(arriving.content_bytes(), 0);
    assert!(arriving.document_piece().await?.is_none(), "it ends once");
    Ok(String::from_utf8(document).expect("UTF-8"))
}

#[tokio::test]
async fn a_file_is_sent_as_it_is_read_and_read_as_it_arrives() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("A-1.xml");
    let large = format!("{}\r\n<!-- & € -->", certificate_xml(LARGE_BYTES));
    fs::write(&path, format!("\u{feff}{large}")).expect("written");
    let file = DocumentFile::look(&path).expect("readable");

    // Each envelope uses up what is granted: it must be given back.
    let mut inbox = lanka.inbox(InboxCredit { envelopes: 2, bytes: 64 << 10 });
    let mut delivery = StreamedDelivery::new(header("LK", "A-1"), &file);
    delivery.key = Some(Bytes::from_static(b"once"));
    let first = norway.deliver_streamed(delivery.clone()).await.expect("it is taken");
    let again = norway.deliver_streamed(delivery).await.expect("it is taken");
    assert_eq!(again, first, "the same key, the same content");
    for place in 2..6 {
        deliver(&norway, "LK", &format!("A-{place}"), "<a/>").await;
    }
    let arriving = soon(inbox.next_arriving()).await.expect("it waits");
    assert_eq!((arriving.number(), arriving.is_response()), (number(&first), false));
    assert_eq!(arriving.header().nppo_certificate_number, "A-1");
    assert!(arriving.content_bytes() > large.len() as u64, "it was escaped");
    assert!(soon(document(arriving)).await.expect("it arrives") == large);
    for place in 2..6 {
        let envelope = if place % 2 == 0 {
            let arriving = soon(inbox.next_arriving()).await.expect("it waits");
            arriving.whole(100).await.expect("it arrives")
        } else {
            soon(inbox.next()).await.expect("it waits")
        };
        assert_eq!(envelope.header.nppo_certificate_number, format!("A-{place}"));
        assert_eq!(envelope.document(), b"<a/>");
    }
    hub.stop().await;
}

#[tokio::test]
async fn what_is_left_in_the_middle_comes_again() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let large = certificate_xml(LARGE_BYTES);
    let first = number(&deliver(&norway, "LK", "A-1", &large).await);
    let second = number(&deliver(&norway, "LK", "A-2", "<a/>").await);
    let mut inbox = lanka.inbox(InboxCredit::default());
    let mut left = 0;
    // Until the hub has seen that nobody reads on, others come.
    while left < 3 {
        let mut arriving = soon(inbox.next_arriving()).await.expect("it waits");
        if arriving.number() == first {
            soon(arriving.document_piece()).await.expect("it arrives").expect("a piece");
            left += 1;
        }
    }
    let mut came = BTreeSet::new();
    while came.len() < 2 {
        let envelope = soon(inbox.next()).await.expect("it waits");
        if envelope.number == first {
            assert!(envelope.document() == large.as_bytes());
        }
        came.insert(envelope.number);
    }
    assert_eq!(came, BTreeSet::from([first, second]));
    hub.stop().await;
}

#[tokio::test]
async fn what_is_pulled_is_read_as_it_arrives_or_passed_over() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    assert!(lanka.pull_arriving().await.expect("answered").next().await.expect("told").is_none());
    // Several fit into one reply.
    let large = certificate_xml(LARGE_BYTES / 10);
    let first = number(&deliver(&norway, "LK", "A-1", &large).await);
    let second = number(&deliver(&norway, "LK", "A-2", &large).await);
    let mut pulled = lanka.pull_arriving().await.expect("answered");
    let mut arriving = soon(pulled.next()).await.expect("told").expect("one");
    assert_eq!(arriving.number(), first);
    soon(arriving.document_piece()).await.expect("it arrives").expect("a piece");
    let arriving = soon(pulled.next()).await.expect("told").expect("another");
    assert_eq!(arriving.number(), second);
    assert!(soon(document(arriving)).await.expect("it arrives") == large);
    for _ in 0..2 {
        assert!(soon(pulled.next()).await.expect("told").is_none());
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_file_that_changed_is_not_delivered() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("A-1.xml");
    let large = certificate_xml(LARGE_BYTES);
    fs::write(&path, &large).expect("written");
    let file = DocumentFile::look(&path).expect("readable");
    for other in [large.replacen('a', "b", 1), large.replacen('a', "", 1), format!("{large} ")] {
        fs::write(&path, other).expect("written");
        let told = norway.deliver_streamed(StreamedDelivery::new(header("LK", "A-1"), &file)).await;
        assert!(matches!(told, Err(QuicError::Broken(_))), "{told:?}");
    }
    let missing = StreamedDelivery::new(header("LK", "A-1"), &file);
    fs::remove_file(&path).expect("removed");
    let told = norway.deliver_streamed(missing).await;
    assert!(matches!(told, Err(QuicError::Broken(_))), "{told:?}");
    assert!(lanka.pull_waiting().await.expect("answered").is_empty());
    hub.stop().await;
}

/// A content that is not as long as it says.
struct Lies(u64);

impl ContentSource for Lies {
    fn open(&self) -> RequestBody {
        let pieces = Full::new(Bytes::from_static(b"abc")).map_err(|never| match never {});
        RequestBody::streamed(self.0, pieces)
    }
}

#[tokio::test]
async fn a_content_of_another_length_than_was_said_is_not_delivered() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    for said in [2, 4] {
        let lies = Lies(said);
        let delivery = StreamedDelivery::new(header("LK", "A-1"), &lies);
        let told = norway.deliver_streamed(delivery).await;
        assert!(matches!(told, Err(QuicError::Broken(_))), "{told:?}");
    }
    norway
        .deliver_streamed(StreamedDelivery::new(header("LK", "A-1"), &Lies(3)))
        .await
        .expect("as said");
    assert_eq!(lanka.pull_waiting().await.expect("answered").len(), 1);
    hub.stop().await;
}

/// A content that stops in the middle when it is read for the first time, and tells of that.
struct Stopping {
    opened: AtomicU32,
    stopped: mpsc::Sender<()>,
    pieces: Arc<[Bytes]>,
}

struct Pieces {
    pieces: Arc<[Bytes]>,
    next: usize,
    stops: Option<mpsc::Sender<()>>,
}

impl ContentSource for Stopping {
    fn open(&self) -> RequestBody {
        let first = self.opened.fetch_add(1, Ordering::Relaxed) == 0;
        let bytes = self.pieces.iter().map(|piece| piece.len() as u64).sum();
        let stops = first.then(|| self.stopped.clone());
        RequestBody::streamed(bytes, Pieces { pieces: Arc::clone(&self.pieces), next: 0, stops })
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BrokenBody;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenBody>>> {
        if let Some(stops) = self.stops.as_ref().filter(|_| self.next > self.pieces.len() / 2) {
            // Nothing wakes it: the end of the connection is seen all the same.
            let _ = stops.try_send(());
            return Poll::Pending;
        }
        self.next += 1;
        let piece = self.pieces.get(self.next - 1).cloned();
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}

#[tokio::test]
async fn a_content_is_read_anew_for_another_connection() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let (stopped, mut stops) = mpsc::channel(1);
    let pieces = (0..96).map(|_| Bytes::from(vec![b'a'; 64 << 10])).collect();
    let source = Stopping { opened: AtomicU32::new(0), stopped, pieces };
    let ending = async {
        stops.recv().await.expect("it goes half way");
        norway.close().await;
    };
    let delivery = StreamedDelivery::new(header("LK", "A-1"), &source);
    let (told, ()) = soon(async { tokio::join!(norway.deliver_streamed(delivery), ending) }).await;
    let told: EnvelopeHeader = told.expect("it is taken");
    assert_eq!(source.opened.load(Ordering::Relaxed), 2);
    let waiting = lanka.pull_waiting().await.expect("answered");
    let [envelope] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((envelope.number, envelope.document().len()), (number(&told), LARGE_BYTES));
    hub.stop().await;
}
