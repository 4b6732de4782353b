use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Acknowledge(AcknowledgementKind, u8),
    Fail,
    Expire,
    Attempt(u8),
    HandOver,
    Park(bool),
    Hold(bool),
    Drop,
    Release,
}

/// The rules in one breath: the first word of the recipient is kept for ever; a complaint about
/// content that never went out is no word; giving up, by hand or by age, is replaced by a word;
/// age touches nothing that ever went out or that is set aside; pushes are noted while pending;
/// what is held, or not acknowledged, keeps its content.
#[derive(Default)]
struct Model {
    word: Option<(AcknowledgementKind, u8)>,
    failed: Option<&'static str>,
    parked: bool,
    released: bool,
    handed_over: Option<u64>,
    attempts: u32,
    error: Option<u8>,
    next: Option<u64>,
    held: bool,
    dropped: bool,
    changed: u64,
}

impl Model {
    fn pending(&self) -> bool {
        self.word.is_none() && self.failed.is_none()
    }

    fn step(&mut self, step: &Step, at: u64) -> Transition {
        let acknowledged = self.word.is_some();
        match step {
            Step::Acknowledge(..) if acknowledged => Transition::AlreadyAcknowledged,
            Step::Acknowledge(AcknowledgementKind::NotReadable, _) if !self.released => {
                Transition::Noted
            }
            Step::Acknowledge(kind, message) => {
                self.word = Some((*kind, *message));
                (self.parked, self.next, self.changed) = (false, None, at);
                Transition::Changed
            }
            Step::Fail | Step::Expire if !self.pending() => Transition::Refused,
            Step::Expire if self.released || self.parked => Transition::Refused,
            Step::Fail | Step::Expire => {
                self.failed = Some(if matches!(step, Step::Fail) { "given up" } else { "too old" });
                (self.next, self.changed) = (None, at);
                Transition::Changed
            }
            Step::Attempt(_) if !self.pending() => Transition::Refused,
            Step::Attempt(error) => {
                self.attempts += 1;
                (self.error, self.next) = (Some(*error), Some(at + BACK_OFF));
                Transition::Changed
            }
            Step::HandOver if acknowledged => Transition::Noted,
            Step::HandOver => {
                (self.released, self.handed_over) = (true, Some(at));
                (self.attempts, self.error) = (0, None);
                self.next = self.pending().then_some(at + BACK_OFF);
                Transition::Changed
            }
            Step::Park(parked) if acknowledged || self.parked == *parked => Transition::Refused,
            Step::Park(parked) => {
                self.parked = *parked;
                Transition::Changed
            }
            Step::Hold(held) if self.held == *held => Transition::Refused,
            Step::Hold(held) => {
                self.held = *held;
                Transition::Changed
            }
            Step::Drop if self.dropped => Transition::Noted,
            Step::Drop if self.held || !acknowledged => Transition::Refused,
            Step::Drop => {
                self.dropped = true;
                Transition::Changed
            }
            Step::Release if self.released => Transition::Noted,
            Step::Release => {
                self.released = true;
                Transition::Changed
            }
        }
    }

    /// The whole state as the model has it.
    fn state(&self) -> TrackingState {
        let (info, message) = match (self.word, self.failed) {
            (Some((kind, message)), _) => (kind.tracking_info(), message.to_string()),
            (None, Some(reason)) => (TrackingInfo::FailedDelivery, reason.to_owned()),
            (None, None) => (TrackingInfo::PendingDelivery, String::new()),
        };
        TrackingState {
            info,
            changed: Timestamp::from_millis(self.changed),
            message,
            content_released: self.released,
            parked: self.parked,
            attempts: self.attempts,
            next_attempt: self.next.map(Timestamp::from_millis),
            handed_over: self.handed_over.map(Timestamp::from_millis),
            last_error: self.error.map(|error| error.to_string()).unwrap_or_default(),
            held: self.held,
            content_dropped: self.dropped,
        }
    }
}

fn apply(state: &mut TrackingState, step: &Step, at: u64) -> Transition {
    let (now, next) = (Timestamp::from_millis(at), Timestamp::from_millis(at + BACK_OFF));
    match step {
        Step::Acknowledge(kind, message) => {
            let acknowledgement = Acknowledgement { kind: *kind, message: message.to_string() };
            state.acknowledge(&acknowledgement, now)
        }
        Step::Fail => state.fail("given up", now),
        Step::Expire => state.expire("too old", now),
        Step::Attempt(error) => state.attempt(&error.to_string(), next),
        Step::HandOver => state.hand_over(now, next),
        Step::Park(parked) => state.park(*parked),
        Step::Hold(held) => state.hold(*held),
        Step::Drop => state.drop_content(),
        Step::Release => state.release(),
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
        Just(Step::Expire),
        any::<u8>().prop_map(Step::Attempt),
        Just(Step::HandOver),
        any::<bool>().prop_map(Step::Park),
        any::<bool>().prop_map(Step::Hold),
        Just(Step::Drop),
        Just(Step::Release),
    ]
}

proptest! {
    #[test]
    fn states_follow_the_model(steps in prop::collection::vec(any_step(), 0..16)) {
        let mut state = TrackingState::pending(Timestamp::default());
        let mut model = Model::default();
        for (at, step) in (1..).zip(&steps) {
            let before = state.clone();
            let transition = apply(&mut state, step, at);
            prop_assert_eq!(transition, model.step(step, at), "{:?} of {:?}", step, steps);
            prop_assert_eq!(&state, &model.state(), "{:?} of {:?}", step, steps);
            if transition != Transition::Changed {
                prop_assert_eq!(&state, &before, "{:?} changed something silently", step);
            }
            if before.info.is_acknowledged() {
                let told = (state.info, &state.message, state.changed);
                prop_assert_eq!(told, (before.info, &before.message, before.changed));
            }
        }
    }

    /// What the recipient got by either way never fails by its age.
    #[test]
    fn what_went_out_never_expires(steps in prop::collection::vec(any_step(), 0..16)) {
        let mut state = TrackingState::pending(Timestamp::default());
        let mut went_out = false;
        for (at, step) in (1..).zip(&steps) {
            let transition = apply(&mut state, step, at);
            if matches!(step, Step::Expire) && went_out {
                prop_assert_eq!(transition, Transition::Refused);
            }
            went_out |= matches!(step, Step::Release)
                || matches!(step, Step::HandOver) && transition == Transition::Changed;
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

#[test]
fn an_acknowledgement_replaces_what_age_failed() {
    let at = Timestamp::from_millis;
    let mut state = TrackingState::pending(at(1));
    assert_eq!(state.attempt("connection refused", at(5)), Transition::Changed);
    assert_eq!(state.expire("not taken for 7 days", at(9)), Transition::Changed);
    assert_eq!((state.info, state.next_attempt), (TrackingInfo::FailedDelivery, None));
    assert_eq!(state.attempt("connection refused", at(10)), Transition::Refused);
    let received = Acknowledgement { kind: AcknowledgementKind::Received, message: String::new() };
    assert_eq!(state.acknowledge(&received, at(11)), Transition::Changed);
    assert_eq!((state.info, state.changed), (TrackingInfo::Delivered, at(11)));
    assert_eq!(state.hand_over(at(12), at(13)), Transition::Noted);
    assert!(state.is_final());
}

/// Milliseconds until the next push, in these tests.
const BACK_OFF: u64 = 100;
