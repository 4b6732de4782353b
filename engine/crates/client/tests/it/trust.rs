//! Who a server is, and where it is.

use phytohub_client::{
    AddressPolicy, CallError, ClientConfig, Identity, KeyPin, Outcome, ServerTrust, SetUpError,
    SoapClient,
};
use phytohub_testkit::{KeyKind, TestCa, TestCertificate};
use phytohub_wire::soap::Operation;
use phytohub_wire::soap::client as soap;

use crate::partner::{Act, Partner, acknowledged};

async fn error(partner: &Partner, config: ClientConfig) -> CallError {
    let client = SoapClient::new(config).expect("a client");
    let body = soap::acknowledge_envelope_receipt("1");
    let error = client.call(Operation::AcknowledgeEnvelopeReceipt, body).await;
    let error = error.expect_err("no call");
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(partner.requests().is_empty(), "nothing was sent");
    error
}

async fn answers(config: ClientConfig) {
    let client = SoapClient::new(config).expect("a client");
    let body = soap::acknowledge_envelope_receipt("1");
    client.call(Operation::AcknowledgeEnvelopeReceipt, body).await.expect("a reply");
}

fn says() -> [Act; 1] {
    [Act::Say(acknowledged())]
}

#[tokio::test]
async fn a_server_with_another_name_is_not_trusted() {
    let ca = TestCa::new("CA");
    let certificate = ca.server(&["other.example"]);
    let partner = Partner::start(ca, &certificate, None, &says()).await;
    let error = error(&partner, partner.config()).await;
    assert!(matches!(error, CallError::ServerNotTrusted { .. }), "{error}");
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_trusted() {
    let partner = Partner::saying(&acknowledged()).await;
    let trust = ServerTrust::Authorities(vec![TestCa::new("Another CA").der().clone()]);
    let error = error(&partner, ClientConfig { trust, ..partner.config() }).await;
    assert!(matches!(error, CallError::ServerNotTrusted { .. }), "{error}");
}

#[tokio::test]
async fn a_pinned_key_is_enough_and_another_key_is_not() {
    // Signed by itself, without a name: only the key speaks for it.
    let certificate = TestCertificate::self_signed("whoever", KeyKind::P256);
    let pin = KeyPin::of_certificate(certificate.der()).expect("a certificate");
    let partner = Partner::start(TestCa::new("CA"), &certificate, None, &says()).await;
    let other = TestCertificate::self_signed("whoever", KeyKind::P256);
    let wrong = KeyPin::of_certificate(other.der()).expect("a certificate");
    let trust = ServerTrust::Key(wrong);
    let error = error(&partner, ClientConfig { trust, ..partner.config() }).await;
    assert!(matches!(error, CallError::ServerNotTrusted { .. }), "{error}");
    answers(ClientConfig { trust: ServerTrust::Key(pin), ..partner.config() }).await;
}

#[tokio::test]
async fn a_server_that_refuses_our_certificate_has_not_read_the_request() {
    let (ca, clients) = (TestCa::new("CA"), TestCa::new("Clients"));
    let certificate = ca.server(&["localhost"]);
    let partner = Partner::start(ca, &certificate, Some(&clients), &says()).await;
    let identity = |certificate: &TestCertificate| {
        Some(Identity::from_der(certificate.chain(), certificate.key()))
    };
    let known = clients.client("us");
    answers(ClientConfig { identity: identity(&known), ..partner.config() }).await;
    assert_eq!(partner.requests().len(), 1);
    for shown in [None, identity(&TestCa::new("Others").client("us"))] {
        let config = ClientConfig { identity: shown, ..partner.config() };
        let client = SoapClient::new(config).expect("a client");
        let body = soap::acknowledge_envelope_receipt("1");
        let error = client.call(Operation::AcknowledgeEnvelopeReceipt, body).await;
        let error = error.expect_err("refused");
        assert!(matches!(error, CallError::IdentityRefused { .. }), "{error:?}");
        assert_eq!(partner.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_address_behind_the_hub_is_refused_after_its_name_was_resolved() {
    let partner = Partner::saying(&acknowledged()).await;
    let port = partner.address.port();
    for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"] {
        let endpoint = format!("https://{host}:{port}/").parse().expect("an endpoint");
        let config =
            ClientConfig { endpoint, addresses: AddressPolicy::public(), ..partner.config() };
        let error = error(&partner, config).await;
        assert!(matches!(error, CallError::AddressRefused { .. }), "{error}");
    }
    assert_eq!(partner.sockets(), 0, "not even a socket was opened");
    let allowed = AddressPolicy::public().allow("127.0.0.0/8".parse().expect("a range"));
    answers(ClientConfig { addresses: allowed, ..partner.config() }).await;
}

#[tokio::test]
async fn a_key_of_another_certificate_is_told_at_once() {
    let partner = Partner::saying(&acknowledged()).await;
    let (one, other) = (partner.ca.client("one"), partner.ca.client("other"));
    let identity = Some(Identity::from_der(one.chain(), other.key()));
    let made = SoapClient::new(ClientConfig { identity, ..partner.config() });
    assert!(matches!(made, Err(SetUpError::Identity { .. })));
    let nobody = ServerTrust::Authorities(Vec::new());
    let made = SoapClient::new(ClientConfig { trust: nobody, ..partner.config() });
    assert!(matches!(made, Err(SetUpError::NoAuthorities)));
}
