use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Acknowledge(AcknowledgementKind, u8),
    Fail,
    Park(bool),
    Release,
}

/// The rules in one breath: the first word of the recipient is kept for ever; a complaint about
/// content that never went out is no word; the operator's failing is replaced by a word.
#[derive(Default)]
struct Model {
    word: Option<(AcknowledgementKind, u8)>,
    failed: bool,
    parked: bool,
    released: bool,
}

impl Model {
    fn step(&mut self, step: &Step) -> Transition {
        match step {
            Step::Acknowledge(..) if self.word.is_some() => Transition::AlreadyAcknowledged,
            Step::Acknowledge(AcknowledgementKind::NotReadable, _) if !self.released => {
                Transition::Noted
            }
            Step::Acknowledge(kind, message) => {
                self.word = Some((*kind, *message));
                self.parked = false;
                Transition::Changed
            }
            Step::Fail if self.word.is_some() || self.failed => Transition::Refused,
            Step::Fail => {
                self.failed = true;
                Transition::Changed
            }
            Step::Park(parked) if self.word.is_some() || self.parked == *parked => {
                Transition::Refused
            }
            Step::Park(parked) => {
                self.parked = *parked;
                Transition::Changed
            }
            Step::Release if self.released => Transition::Noted,
            Step::Release => {
                self.released = true;
                Transition::Changed
            }
        }
    }

    fn told(&self) -> (TrackingInfo, String) {
        match (self.word, self.failed) {
            (Some((kind, message)), _) => (kind.tracking_info(), message.to_string()),
            (None, true) => (TrackingInfo::FailedDelivery, "given up".to_owned()),
            (None, false) => (TrackingInfo::PendingDelivery, String::new()),
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        Just(AcknowledgementKind::Received),
        Just(AcknowledgementKind::WithWarnings),
        Just(AcknowledgementKind::NotReadable),
    ];
    prop_oneof![
        (kind, any::<u8>()).prop_map(|(kind, message)| Step::Acknowledge(kind, message)),
        Just(Step::Fail),
        any::<bool>().prop_map(Step::Park),
        Just(Step::Release),
    ]
}

proptest! {
    #[test]
    fn states_follow_the_model(steps in prop::collection::vec(any_step(), 0..12)) {
        let (mut state, mut model) = (TrackingState::pending(), Model::default());
        for step in &steps {
            let transition = match step {
                Step::Acknowledge(kind, message) => state.acknowledge(&Acknowledgement {
                    kind: *kind,
                    message: message.to_string(),
                }),
                Step::Fail => state.fail("given up"),
                Step::Park(parked) => state.park(*parked),
                Step::Release => state.release(),
            };
            prop_assert_eq!(transition, model.step(step), "{:?} of {:?}", step, steps);
            prop_assert_eq!((state.info, state.message.clone()), model.told());
            prop_assert_eq!(state.parked, model.parked);
            prop_assert_eq!(state.content_released, model.released);
        }
    }
}

#[test]
fn words_on_the_wire_are_read_back() {
    for value in 0..=5 {
        let info = TrackingInfo::from_u8(value).expect("six states");
        assert_eq!(info.as_str().parse(), Ok(info));
        assert_eq!(info as u8, value);
    }
    assert!("delivered".parse::<TrackingInfo>().is_err());
    assert_eq!(TrackingInfo::from_u8(6), None);
}
