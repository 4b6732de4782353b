use proptest::prelude::*;

use super::*;

/// The model: a message may follow if this holds for the messages accepted before it.
fn may_follow(before: &[(Message, u8)], message: Message, addressee: u8) -> bool {
    use Message as M;
    let has = |wanted: M| before.iter().any(|(message, _)| *message == wanted);
    let is_first = before.is_empty();
    let same_parties = before.first().is_none_or(|(_, first)| *first == addressee);
    let is_over = has(M::Withdrawn) || has(M::Closed);
    same_parties
        && !is_over
        && match message {
            M::Preliminary => is_first,
            M::Issued => !has(M::Issued),
            M::Closed => has(M::Issued),
            M::Updated | M::Withdrawn | M::Acknowledged | M::InvestigationResult => !is_first,
        }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_messages_is_taken_as_the_model_says(
        steps in prop::collection::vec((0_usize..7, 0_u8..10), 0..12),
    ) {
        let mut accepted = Vec::new();
        let mut state: Option<State> = None;
        for (at, (message, addressee)) in steps.into_iter().enumerate() {
            let message = Message::ALL[message];
            // Mostly the same addressee, sometimes another.
            let addressee = u8::from(addressee == 0);
            let name = addressee.to_string();
            let at_ms = i64::try_from(at).expect("few steps");
            let outcome = advance(state.as_ref(), &Step { message, addressee: &name, at_ms });
            let expected = may_follow(&accepted, message, addressee);
            prop_assert_eq!(outcome.is_ok(), expected, "{:?} then {:?}", accepted, message);
            if let Ok(next) = outcome {
                accepted.push((message, addressee));
                prop_assert_eq!(next.messages as usize, accepted.len());
                prop_assert_eq!(next.last_ms, at_ms);
                state = Some(next);
            }
        }
    }
}

#[test]
fn others_hear_nothing_of_a_notification() {
    let issued = Step { message: Message::Issued, addressee: "XA", at_ms: 1 };
    let state = advance(None, &issued).expect("the first message");
    for message in [Message::Acknowledged, Message::InvestigationResult] {
        let step = Step { message, addressee: "XB", at_ms: 2 };
        assert_eq!(advance(Some(&state), &step), Err(Break::Unknown));
        assert_eq!(advance(None, &step), Err(Break::Unknown));
    }
}

#[test]
fn state_is_read_back_as_it_was_written() {
    let step = Step { message: Message::Preliminary, addressee: "XA", at_ms: 7 };
    let state = advance(None, &step).expect("the first message");
    let json = serde_json::to_string(&state).expect("JSON");
    assert_eq!(serde_json::from_str::<State>(&json).expect("a state"), state);
}
