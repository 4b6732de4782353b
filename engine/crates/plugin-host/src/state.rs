//! The course of an instance's life: one table of what may follow what.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where an instance of a plugin stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the states of the contract")]
pub enum State {
    /// Its package is what it says, and believed.
    Verified,
    /// Its library is mapped.
    Loaded,
    /// The instance exists.
    Created,
    /// It is in service.
    Started,
    /// It takes no more calls and ends those that it has.
    Quiescing,
    /// It is gone; its code stays mapped.
    Retired,
    /// It exists, but nothing is asked of it, since it failed too often or the operator said so.
    Quarantined,
    /// It could not be brought into service.
    Failed,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Verified,
        Self::Loaded,
        Self::Created,
        Self::Started,
        Self::Quiescing,
        Self::Retired,
        Self::Quarantined,
        Self::Failed,
    ];

    /// The name in logs, metrics and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Loaded => "loaded",
            Self::Created => "created",
            Self::Started => "started",
            Self::Quiescing => "quiescing",
            Self::Retired => "retired",
            Self::Quarantined => "quarantined",
            Self::Failed => "failed",
        }
    }

    /// Whether `next` may follow.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        LEGAL.contains(&(self, next))
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_last(self) -> bool {
        !LEGAL.iter().any(|(from, _)| *from == self)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What may follow what. A package that crashed the hub is quarantined before it is mapped; what
/// was never created has nothing to quiesce.
const LEGAL: [(State, State); 17] = [
    (State::Verified, State::Loaded),
    (State::Verified, State::Quarantined),
    (State::Verified, State::Failed),
    (State::Loaded, State::Created),
    (State::Loaded, State::Failed),
    (State::Created, State::Started),
    (State::Created, State::Quiescing),
    (State::Created, State::Failed),
    (State::Started, State::Quiescing),
    (State::Started, State::Quarantined),
    (State::Quarantined, State::Loaded),
    (State::Quarantined, State::Started),
    (State::Quarantined, State::Quiescing),
    (State::Quarantined, State::Retired),
    (State::Quarantined, State::Failed),
    (State::Quiescing, State::Retired),
    (State::Verified, State::Retired),
];

/// The state of one instance, which moves along the table alone.
#[derive(Debug)]
pub(crate) struct Course(Mutex<State>);

impl Course {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State::Verified))
    }

    pub(crate) fn state(&self) -> State {
        *self.lock()
    }

    /// Moves on, if the table has it; answers whether it does. Two who want different things at
    /// once are put in an order by this: the second may find that its step is no longer legal.
    pub(crate) fn enter(&self, next: State) -> bool {
        let mut state = self.lock();
        let legal = state.may_become(next);
        if legal {
            *state = next;
        }
        legal
    }

    /// Moves on where no other step can have come before.
    pub(crate) fn must_enter(&self, next: State) {
        let before = self.state();
        assert!(self.enter(next), "an instance went from {before} to {next}");
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_retired_and_failed_are_the_end() {
        let last: Vec<State> = State::ALL.into_iter().filter(|state| state.is_last()).collect();
        assert_eq!(last, [State::Retired, State::Failed]);
    }

    proptest! {
        #[test]
        fn any_course_keeps_to_the_table(steps in prop::collection::vec(0_usize..8, 0..64)) {
            let course = Course::new();
            let (mut created, mut started, mut ended) = (false, false, false);
            for step in steps {
                let (before, next) = (course.state(), State::ALL[step]);
                let moved = course.enter(next);
                prop_assert_eq!(moved, before.may_become(next));
                prop_assert_eq!(course.state(), if moved { next } else { before });
                prop_assert!(!(ended && moved), "nothing follows the end");
                created |= course.state() == State::Created;
                started |= course.state() == State::Started && before == State::Created;
                ended |= course.state().is_last();
                prop_assert!(!started || created, "what is started was created");
            }
        }
    }
}
