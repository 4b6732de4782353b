//! Who is connected, what was sent under a certificate's number, and countries' responses.

use bytes::Bytes;
use phytohub_client::{Delivery, InboxCredit, QuicClient, QuicError};
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, TrackingInfo};
use phytohub_exchange::AdminRequest;
use phytohub_exchange::admin::ConnectionChanges;
use phytohub_testkit::TestHub;
use phytohub_wire::quic::{Find, RefusalCode};

use crate::quic::{client, deliver, number, soon};

async fn change(hub: &TestHub, code: &str, changes: ConnectionChanges) {
    let changes = Box::new(changes);
    hub.admin(AdminRequest::ConnectionChange { code: code.to_owned(), changes }).await;
}

async fn add(hub: &TestHub, code: &str, mode: &str) {
    hub.admin(AdminRequest::ConnectionAdd {
        code: code.to_owned(),
        name: format!("NPPO of {code}"),
        mode: mode.to_owned(),
        serves: Vec::new(),
        accepts: Vec::new(),
        certificates: Vec::new(),
    })
    .await;
}

fn asked(from: &str, to: &str, certificate: &str) -> Find {
    Find {
        from: from.to_owned(),
        to: to.to_owned(),
        nppo_certificate_number: certificate.to_owned(),
        ..Find::default()
    }
}

async fn found(client: &QuicClient, asked: Find) -> Vec<HubDeliveryNumber> {
    let found = soon(client.find(&asked)).await.expect("it is answered");
    found.into_iter().map(|one| one.number).collect()
}

#[tokio::test]
async fn who_is_connected_is_told_as_at_the_other_door() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let norway = client(&hub, at, "NO");
    let known = soon(norway.connections()).await.expect("it is told");
    let mode = known.first().expect("the caller itself").test;
    let other = if mode { "live" } else { "test" };
    let codes: Vec<&str> = known.iter().map(|one| &*one.code).collect();
    assert_eq!(codes, ["AR", "LK", "NO"]);
    assert!(known.iter().all(|one| one.receives && one.sends && !one.channel && !one.responses));
    assert!(known.iter().all(|one| one.name.is_empty()), "partners are not told names");

    add(&hub, "XX", other).await;
    let only = ConnectionChanges {
        accepts: Some(vec![(851, 70)]),
        responses: Some(true),
        sends: Some(false),
        ..ConnectionChanges::default()
    };
    change(&hub, "LK", only).await;
    hub.admin(AdminRequest::ConnectionSetEnabled { code: "AR".into(), enabled: false }).await;
    // More than one reply holds.
    let same = if mode { "test" } else { "live" };
    for index in 0..1100_u32 {
        let letter = |n: u32| char::from(b'A' + u8::try_from(n % 26).expect("a letter"));
        add(
            &hub,
            &format!("Z{}{}{}", letter(index / 676), letter(index / 26), letter(index)),
            same,
        )
        .await;
    }
    let known = soon(norway.connections()).await.expect("it is told");
    assert_eq!(known.len(), 1102);
    assert!(known.is_sorted_by(|one, next| one.code < next.code), "each once, in order");
    let lanka = known.iter().find(|one| one.code == "LK").expect("it is there");
    let pairs =
        |pair: &phytohub_domain::AllowedDocument| (pair.certificate_type, pair.certificate_status);
    assert_eq!(lanka.allowed.iter().map(pairs).collect::<Vec<_>>(), [(851, 70)]);
    assert!(lanka.responses && !lanka.sends && lanka.receives);
    assert!(!known.iter().any(|one| ["AR", "XX"].contains(&&*one.code)));
    hub.stop().await;
}

#[tokio::test]
async fn a_search_finds_what_the_caller_sent_or_received() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let first = number(&deliver(&norway, "LK", "NO-1", "<a/>").await);
    let second = number(&deliver(&norway, "LK", "NO-1", "<b/>").await);
    let away = number(&deliver(&norway, "AR", "NO-1", "<c/>").await);
    deliver(&norway, "LK", "NO-11", "<d/>").await;
    deliver(&lanka, "NO", "NO-1", "<e/>").await;

    assert_eq!(found(&norway, asked("", "", "NO-1")).await, [away, second, first]);
    assert_eq!(found(&norway, asked("NO", "LK", "NO-1")).await, [second, first]);
    assert_eq!(found(&lanka, asked("NO", "", "NO-1")).await, [second, first]);
    assert_eq!(found(&lanka, asked("NO", "AR", "NO-1")).await, [], "another's");
    assert_eq!(found(&lanka, asked("AR", "", "NO-1")).await, []);
    assert_eq!(found(&lanka, asked("nobody", "", "NO-1")).await, []);
    let page = Find { limit: 1, ..asked("", "", "NO-1") };
    assert_eq!(found(&norway, page.clone()).await, [away]);
    assert_eq!(found(&norway, Find { before: Some(away), ..page.clone() }).await, [second]);
    assert_eq!(found(&norway, Find { before: Some(first), ..page }).await, []);
    let told = soon(norway.find(&asked("", "LK", "NO-1"))).await.expect("it is told");
    let header = &told.first().expect("the newest").header;
    assert_eq!(header.tracking_info, Some(TrackingInfo::PendingDelivery));
    assert_eq!((&*header.from, &*header.to), ("NO", "LK"));
    let endless = soon(norway.find(&asked("", "", &"N".repeat(2000)))).await;
    let refused = endless.expect_err("it is too long");
    assert!(
        matches!(refused, QuicError::Refused { code: RefusalCode::Invalid, .. }),
        "{refused:?}"
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_response_goes_to_whoever_takes_responses() {
    let hub = TestHub::start().await;
    let at = hub.open_quic();
    let (norway, lanka) = (client(&hub, at, "NO"), client(&hub, at, "LK"));
    let respond = |document: &str| {
        let header = EnvelopeHeader {
            to: "NO".into(),
            certificate_type: 851,
            certificate_status: 41,
            nppo_certificate_number: "NO-7".into(),
            ..EnvelopeHeader::default()
        };
        Delivery {
            key: Some(Bytes::copy_from_slice(document.as_bytes().get(..9).expect("some bytes"))),
            ..Delivery::new(header, document)
        }
    };
    let told = soon(lanka.respond(respond(RESPONSE))).await.expect("it is answered");
    let words = told.error_message.expect("why not");
    assert!(words.contains("does not take country responses"), "{words}");

    let takes = ConnectionChanges { responses: Some(true), ..ConnectionChanges::default() };
    change(&hub, "NO", takes).await;
    let told = soon(lanka.respond(respond("<a>whatever</a>"))).await.expect("it is answered");
    let words = told.error_message.expect("why not");
    assert!(words.contains("SPSAcknowledgement"), "{words}");

    let again =
        RESPONSE.replace("<rsm:", "<r:").replace("</rsm:", "</r:").replace("xmlns:rsm", "xmlns:r");
    let told = soon(lanka.respond(respond(&again))).await.expect("it is answered");
    assert_eq!(told.tracking_info, Some(TrackingInfo::PendingDelivery), "{told:?}");
    let repeated = soon(lanka.respond(respond(&again))).await.expect("it is answered");
    assert_eq!(number(&repeated), number(&told), "once for each key");
    let other = soon(lanka.deliver(respond(&again))).await.expect_err("as a certificate");
    let conflict = matches!(other, QuicError::Refused { code: RefusalCode::Conflict, .. });
    assert!(conflict, "the key is bound to what it is: {other:?}");

    let came = soon(norway.inbox(InboxCredit::default()).next()).await.expect("it comes");
    assert!(came.response && came.document() == again.as_bytes());
    assert_eq!((came.number, came.header.certificate_status), (number(&told), 41));
    let found = soon(norway.find(&asked("LK", "", "NO-7"))).await.expect("it is answered");
    let found = found.iter().find(|one| one.number == number(&told)).expect("it is found");
    assert!(found.response);
    deliver(&lanka, "NO", "NO-8", "<a/>").await;
    let mut inbox = norway.inbox(InboxCredit::default());
    let came = [soon(inbox.next()).await.expect("one"), soon(inbox.next()).await.expect("another")];
    assert_eq!(came.iter().filter(|one| one.response).count(), 1);
    hub.stop().await;
}

const RESPONSE: &str = "<rsm:SPSAcknowledgement \
    xmlns:rsm=\"urn:un:unece:uncefact:data:standard:SPSAcknowledgement:17\">\
    <rsm:SPSAcknowledgementDocument/></rsm:SPSAcknowledgement>";
