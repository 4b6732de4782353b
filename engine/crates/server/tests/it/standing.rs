//! Channels, copies and delegates, as national systems meet them over real sockets.

use phytohub_domain::{EnvelopeForwarding, EnvelopeHeader};
use phytohub_exchange::AdminRequest;
use phytohub_exchange::admin::{
    CertificateInput, ConnectionChanges, RuleInput, Setting, SigningInput,
};
use phytohub_testkit::{TestCertificate, TestClient, TestHub};
use phytohub_wire::soap::client::{self, ClientReply};

use crate::message::header;

fn registered(certificate: &TestCertificate) -> CertificateInput {
    CertificateInput {
        label: "channel".to_owned(),
        fingerprint: certificate.fingerprint().to_string(),
        scope: "all".to_owned(),
        not_before_ms: 0,
        not_after_ms: 2_500_000_000_000,
    }
}

fn rule(owner: &str, channel: &str, rule_type: &str, direction: &str) -> AdminRequest {
    let rule = RuleInput {
        owner: owner.to_owned(),
        channel: channel.to_owned(),
        rule_type: rule_type.to_owned(),
        direction: direction.to_owned(),
        certificate_type: 851,
        certificate_status: 0,
        country: String::new(),
        consent_by: "Director <A&B>".to_owned(),
        consent_reference: "letter".to_owned(),
        consent_at_ms: None,
    };
    AdminRequest::RuleAdd { rule }
}

/// A hub with the channel ASW, which takes what comes for LK, and AR, which acts for NO.
async fn office() -> (TestHub, TestCertificate) {
    let hub = TestHub::start().await;
    let certificate = hub.ca().client("ASW");
    hub.admin(AdminRequest::ChannelAdd {
        code: "ASW".to_owned(),
        name: "Window <&\"".to_owned(),
        mode: "test".to_owned(),
        accepts: Vec::new(),
        certificates: vec![registered(&certificate)],
    })
    .await;
    hub.admin(rule("LK", "ASW", "FORWARD", "INC")).await;
    hub.admin(rule("NO", "AR", "DELEGATE", "OUT")).await;
    let signing = SigningInput { dn: "CN=Signer,C=LK".to_owned(), der: "MAA=".to_owned() };
    let changes = ConnectionChanges { signing: Setting::Set(signing), ..Default::default() };
    let (code, changes) = ("LK".to_owned(), Box::new(changes));
    hub.admin(AdminRequest::ConnectionChange { code, changes }).await;
    (hub, certificate)
}

async fn call_header(client: &mut TestClient, request: Vec<u8>) -> EnvelopeHeader {
    match client.call(request).await {
        ClientReply::Header(header) => header,
        other => panic!("no header: {other:?}"),
    }
}

#[tokio::test]
async fn a_copy_is_told_to_both_sides_and_pulled_by_its_channel() {
    let (hub, certificate) = office().await;
    let (mut sender, mut recipient) = (hub.client("NO").await, hub.client("LK").await);
    let mut channel = hub.client_with(Some(&certificate)).await;
    let request = client::deliver_envelope(&header("NO", "LK"), "<a>1</a>");
    let reply = call_header(&mut sender, request).await;
    let [EnvelopeForwarding { code, hub_delivery_number: Some(copy) }] = &reply.forwardings[..]
    else {
        panic!("no copy: {reply:?}")
    };
    assert_eq!(code, "ASW");
    let number = reply.hub_delivery_number.clone().expect("a number");
    assert_ne!(&number, copy);
    let tracked = call_header(&mut sender, client::get_envelope_tracking_info(&number)).await;
    assert_eq!(tracked.forwardings, reply.forwardings);
    let pulled = recipient.call(client::pull_single_import_envelope(&number)).await;
    let ClientReply::Envelope(original) = pulled else { panic!("{pulled:?}") };
    assert_eq!(original.header.forwardings, reply.forwardings);

    let pulled = channel.call(client::pull_import_envelope()).await;
    let ClientReply::Envelopes(copies) = pulled else { panic!("{pulled:?}") };
    let [envelope] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!(envelope.header.hub_delivery_number.as_ref(), Some(copy));
    assert_eq!((envelope.header.to.as_str(), envelope.content.as_str()), ("LK", "<a>1</a>"));
    assert!(envelope.header.forwardings.is_empty());
    channel.call(client::acknowledge_envelope_receipt(copy)).await;
    let after = call_header(&mut sender, client::get_envelope_tracking_info(&number)).await;
    assert_eq!(after.tracking_info, reply.tracking_info, "the original goes its own way");
    drop((sender, recipient, channel));
    hub.stop().await;
}

#[tokio::test]
async fn profiles_say_all_that_real_clients_read() {
    let (hub, certificate) = office().await;
    let mut client = hub.client("NO").await;
    let channels = client.call(client::get_available_channels()).await;
    let ClientReply::Channels(channels) = channels else { panic!("{channels:?}") };
    let told: Vec<_> = channels.iter().map(|c| (&*c.code, &*c.name, c.send, c.receive)).collect();
    assert_eq!(told, [("ASW", "Window <&\"", true, true)]);
    let reply = client.post(client::get_active_nppos()).await;
    let text = String::from_utf8(reply.body.to_vec()).expect("UTF-8");
    let attributes = "id=\"1\" active=\"true\" ruleType=\"FORWARD\" certificateType=\"851\" \
                      certificateStatus=\"0\" countryCode=\"\" direction=\"INC\"";
    assert!(text.contains(attributes), "{text}");
    let signature = "<dn>CN=Signer,C=LK</dn><certificate>MAA=</certificate>";
    assert!(text.contains(signature), "{text}");
    assert!(!text.contains("ASW"), "a channel is no plant protection organization: {text}");
    let ClientReply::Nppos(nppos) = reply.soap() else { panic!("{text}") };
    for nppo in &nppos {
        assert!(nppo.send && nppo.receive && nppo.allowed_documents.len() == 8, "{nppo:?}");
    }
    let mut channel = hub.client_with(Some(&certificate)).await;
    let profile = channel.call(client::get_profile()).await;
    let ClientReply::Profile(profile) = profile else { panic!("{profile:?}") };
    assert_eq!(profile.country, "ASW");
    drop((client, channel));
    hub.stop().await;
}

#[tokio::test]
async fn a_delegate_sends_in_anothers_name_and_a_stranger_does_not() {
    let (hub, _) = office().await;
    let (mut delegate, mut other) = (hub.client("AR").await, hub.client("LK").await);
    let request = || client::deliver_envelope(&header("NO", "LK"), "<a/>");
    let sent = call_header(&mut delegate, request()).await;
    assert_eq!((sent.from.as_str(), sent.error_message), ("NO", None));
    let refused = call_header(&mut other, request()).await;
    assert!(refused.error_message.expect("a message").starts_with("From: must be LK"));
    drop((delegate, other));
    hub.stop().await;
}
