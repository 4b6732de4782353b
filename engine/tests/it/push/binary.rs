//! The binary brings what its operator told it to, and tells how it went.

use std::fs;

use phytohub_testkit::{PartnerAnswer, TestCa, TestPartner};

use crate::support::{Trial, argument, deliver, told};

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sets_an_endpoint_and_sees_how_it_goes() {
    let (trial, ca) = (Trial::new(), TestCa::new("Partner CA"));
    let (partner, identity) = (TestPartner::start(&ca).await, ca.client("hub"));
    let write = |name: &str, text: String| fs::write(trial.path(name), text).expect("written");
    write("pki/push.pem", identity.pem());
    write("pki/push.key", identity.key_pem());
    write("ca.pem", ca.pem());
    trial.configure("delivery", "retry_first_seconds = 1");
    let hub = trial.serve();
    let (url, authority) = (partner.url(), argument(&trial.path("ca.pem")));
    let set = ["connection", "set", "LK", "--push", &url, "--push-ca", &authority];
    trial.json(&[&set[..], &["--push-private"]].concat());

    let mut sender = hub.client("NO").await;
    let number = deliver(&mut sender, "NO", "LK").await;
    let call = partner.call().await;
    assert_eq!((call.number(), call.certificate), (number.clone(), Some(identity.fingerprint())));
    call.answer(PartnerAnswer::fault("busy"));
    let again = partner.call().await;
    assert_eq!(again.number(), number);
    let shown = told(&trial.run(&["envelope", "show", &number]));
    assert!(shown.contains("1 times:") && shown.contains("busy"), "{shown}");
    again.take();

    // The answer is on its way; the commands that ask take longer than it.
    let succeeded =
        (0..TRIES).any(|_| trial.json(&["connection", "show", "LK"])["delivery"]["succeeded"] == 1);
    assert!(succeeded, "{}", told(&trial.run(&["connection", "show", "LK"])));
    let shown = told(&trial.run(&["envelope", "show", &number]));
    assert!(shown.contains("handed over") && shown.contains("next push"), "{shown}");
    let shown = told(&trial.run(&["connection", "show", "LK"]));
    assert!(shown.contains("1 succeeded, 1 failed, 0 open"), "{shown}");
    assert_eq!(hub.stop().code, Some(0));
}

/// Far more than a healthy machine needs.
const TRIES: usize = 200;
