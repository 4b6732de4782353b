//! The state machine against a model.

use proptest::prelude::*;

use super::*;

/// The way of a certificate in other words: a line of stations, of which a tenant leaves some out.
/// A certificate stands before the first station that it did not pass.
fn model(policy: &Policy, state: State, step: Step) -> Option<State> {
    let stations = [
        (Step::Submit, State::Submitted, policy.application),
        (Step::Inspect, State::Inspected, policy.inspection),
        (Step::Approve, State::Approved, policy.approval),
        (Step::Issue, State::Issued, true),
    ];
    let passed = match state {
        State::Draft | State::Recalled | State::Returned => 0,
        State::Submitted => 1,
        State::Inspected => 2,
        State::Approved => 3,
        _ => 4,
    };
    let delivered = [
        (Step::Send, State::Sent),
        (Step::Deliver, State::Delivered),
        (Step::DeliverWithWarnings, State::DeliveredWithWarnings),
        (Step::FailToRead, State::NotReadable),
        (Step::Fail, State::Failed),
    ];
    if let Some(place) = stations.iter().position(|(one, ..)| *one == step) {
        let skipped = stations.get(passed..place)?;
        let (_, to, is_taken) = *stations.get(place)?;
        return (is_taken && skipped.iter().all(|(.., taken)| !taken)).then_some(to);
    }
    if let Some((_, to)) = delivered.iter().find(|(one, _)| *one == step) {
        let from_hub = if step == Step::Send { &[State::Issued][..] } else { UNDER_WAY };
        return from_hub.contains(&state).then_some(*to);
    }
    match step {
        Step::Recall => (passed == 1).then_some(State::Recalled),
        Step::Return => (1..=3).contains(&passed).then_some(State::Returned),
        Step::Withdraw => (passed == 4 && state != State::Withdrawn).then_some(State::Withdrawn),
        Step::Resend => {
            [State::Failed, State::NotReadable].contains(&state).then_some(State::Issued)
        }
        _ => None,
    }
}

const UNDER_WAY: &[State] = &[State::Issued, State::Sent];

fn policies() -> impl Strategy<Value = Policy> {
    any::<(bool, bool, bool, bool)>().prop_map(|(application, inspection, approval, import)| {
        Policy { application, inspection, approval, import_decision: import }
    })
}

proptest! {
    /// Any walk from a draft is that of the model; and nothing is issued that did not pass every
    /// station of its tenant since it was last open.
    #[test]
    fn walk_is_that_of_the_model(
        policy in policies(),
        steps in prop::collection::vec(prop::sample::select(&Step::ALL[..]), 0..40),
    ) {
        let mut state = State::Draft;
        let mut taken = Vec::new();
        for step in steps {
            let found = next(&policy, state, step).ok();
            prop_assert_eq!(found, model(&policy, state, step), "{} {:?}", state, step);
            let Some(to) = found else { continue };
            if to.is_open() {
                taken.clear();
            }
            taken.push(step);
            if step == Step::Issue {
                let asked = [
                    (policy.application, Step::Submit),
                    (policy.inspection, Step::Inspect),
                    (policy.approval, Step::Approve),
                ];
                for (is_asked, station) in asked {
                    prop_assert!(!is_asked || taken.contains(&station), "{:?}", taken);
                }
            }
            state = to;
        }
    }
}

#[test]
fn officer_enters_and_issues_where_everything_is_switched_off() {
    let off =
        Policy { application: false, inspection: false, approval: false, import_decision: false };
    assert_eq!(next(&off, State::Draft, Step::Issue), Ok(State::Issued));
    assert!(next(&Policy::default(), State::Draft, Step::Issue).is_err());
}

#[test]
fn withdrawn_certificate_stays_withdrawn() {
    for step in Step::ALL {
        assert!(next(&Policy::default(), State::Withdrawn, step).is_err(), "{step:?}");
    }
}
