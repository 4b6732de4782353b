//! What went wrong on the way is told to the issuer in words, with what is to be done about it.

use phytohub_gens::domain::State;
use phytohub_plugin_sdk::State as HubState;

use crate::browser::{Browser, text};
use crate::sample;
use crate::world::{PASSWORD, World};

#[test]
fn issuer_reads_what_was_said_and_the_next_step_and_takes_it() {
    let cases = [
        (
            HubState::FailedDelivery,
            "Next step: remove the cause",
            "الخطوة التالية",
            &["resend", "withdraw"][..],
        ),
        (
            HubState::DeliveredNotReadable,
            "Next step: ask the recipient",
            "الخطوة التالية",
            &["resend", "withdraw"],
        ),
        (
            HubState::DeliveredWithWarnings,
            "Next step: read the recipient",
            "الخطوة التالية",
            &["withdraw"],
        ),
    ];
    for (state, english, arabic, steps) in cases {
        for message in ["Which lot is it?", ""] {
            let world = World::new();
            let (id, _) = world.issued(sample::smallest("US"));
            world.exchange();
            let number = world.hub.envelopes()[0].0.hub_delivery_number.clone();
            world.hub.decide(&number, state, message);
            world.exchange();
            let mut issuer = Browser::with_session(&world, "GH", "issuer");
            let path = format!("certificates/{id}");
            for page in [text(&issuer.get("")), text(&issuer.get(&path))] {
                assert!(page.contains(english), "{state:?} {page}");
                assert!(page.contains(message), "{state:?} {page}");
                // Never a name that only programs know.
                for name in ["delivered-with-warnings<", "not-readable<", ">failed<"] {
                    assert!(!page.contains(name), "{name} {page}");
                }
            }
            let page = text(&issuer.get(&path));
            for step in steps {
                assert!(page.contains(&format!("{path}/steps/{step}")), "{state:?} {step}");
            }
            assert!(page.contains(&format!("{path}/settle")), "{state:?}");
            for page in ["?lang=ar", &*format!("{path}?lang=ar")] {
                let page = text(&issuer.get(page));
                assert!(page.contains(arabic), "{state:?} {page}");
            }
            let settled = issuer.post(&format!("{path}/settle"), &[]);
            assert_eq!(settled.status(), 303);
            assert!(!text(&issuer.get("")).contains(&path), "{state:?}: it is done with");
        }
    }
}

#[test]
fn resent_and_withdrawn_certificates_leave_the_work_list() {
    for (step, after) in [("resend", State::Sent), ("withdraw", State::Withdrawn)] {
        let world = World::new();
        let (id, _) = world.issued(sample::smallest("US"));
        world.exchange();
        let number = world.hub.envelopes()[0].0.hub_delivery_number.clone();
        world.hub.decide(&number, HubState::FailedDelivery, "The box is full");
        world.exchange();
        let mut issuer = Browser::with_session(&world, "GH", "issuer");
        let path = format!("certificates/{id}/steps/{step}");
        let fields = [("reason", "Mended"), ("password", PASSWORD), ("revision", "2")];
        assert_eq!(issuer.post(&path, &fields).status(), 303);
        world.exchange();
        let view = world.gens.certificate(world.session("GH", "issuer"), id).expect("it is seen");
        assert_eq!(view.card.state, after);
        assert!(!text(&issuer.get("")).contains(&format!("certificates/{id}")));
    }
}
