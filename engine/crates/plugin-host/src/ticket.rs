//! Tickets: numbers that stand for things of the hub. One that is late, used twice or made up is
//! not found; it never reaches what took its place.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Things behind tickets. A ticket is a place with the count of how often it was used before.
#[derive(Debug)]
pub(crate) struct Tickets<T> {
    places: Mutex<Vec<Place<T>>>,
    most: usize,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    thing: Option<T>,
}

impl<T> Tickets<T> {
    /// No tickets yet; at most so many at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { places: Mutex::new(Vec::new()), most }
    }

    /// A ticket for a thing; nothing if there are too many.
    pub(crate) fn issue(&self, thing: T) -> Option<u64> {
        let mut places = self.lock();
        let index = match places.iter().position(|place| place.thing.is_none()) {
            Some(index) => index,
            None if places.len() < self.most => {
                places.push(Place { generation: 0, thing: None });
                places.len() - 1
            }
            None => return None,
        };
        let place = places.get_mut(index)?;
        // Never 0: that is the ticket for nothing.
        place.generation = place.generation.wrapping_add(1).max(1);
        place.thing = Some(thing);
        Some((u64::from(place.generation) << 32) | u64::try_from(index).ok()?)
    }

    /// Does something with the thing behind a ticket.
    pub(crate) fn with<R>(&self, ticket: u64, look: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut places = self.lock();
        find(&mut places, ticket)?.thing.as_mut().map(look)
    }

    /// Takes the thing; the ticket is done with.
    pub(crate) fn take(&self, ticket: u64) -> Option<T> {
        let mut places = self.lock();
        find(&mut places, ticket)?.thing.take()
    }

    /// Takes all things; no ticket stands for anything.
    pub(crate) fn clear(&self) {
        self.lock().iter_mut().for_each(|place| place.thing = None);
    }

    /// Takes all things, with their tickets.
    pub(crate) fn take_all(&self) -> Vec<(u64, T)> {
        let mut places = self.lock();
        let places = places.iter_mut().enumerate();
        let taken = places.filter_map(|(index, place)| {
            let thing = place.thing.take()?;
            Some(((u64::from(place.generation) << 32) | index as u64, thing))
        });
        taken.collect()
    }

    /// How many stand for something.
    pub(crate) fn count(&self) -> usize {
        self.lock().iter().filter(|place| place.thing.is_some()).count()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Place<T>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<T>(places: &mut [Place<T>], ticket: u64) -> Option<&mut Place<T>> {
    let index = usize::try_from(ticket & u64::from(u32::MAX)).ok()?;
    let place = places.get_mut(index)?;
    (u64::from(place.generation) == ticket >> 32).then_some(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ticket_done_with_does_not_reach_its_successor() {
        let tickets = Tickets::new(1);
        let first = tickets.issue("a").expect("there is room");
        assert_eq!(tickets.issue("b"), None, "one at a time");
        assert_eq!(tickets.take(first), Some("a"));
        assert_eq!(tickets.take(first), None);
        let second = tickets.issue("b").expect("there is room again");
        assert_ne!(first, second);
        assert_eq!((tickets.take(first), tickets.with(second, |b| *b)), (None, Some("b")));
    }

    proptest! {
        #[test]
        fn a_forged_ticket_is_not_found(ticket: u64) {
            let tickets = Tickets::new(4);
            let real = tickets.issue(()).expect("there is room");
            prop_assume!(ticket != real);
            prop_assert_eq!(tickets.take(ticket), None);
            prop_assert_eq!(tickets.take(0), None);
        }
    }
}
