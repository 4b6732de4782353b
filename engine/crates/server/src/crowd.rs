//! How many sockets are open, in all and from each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use phytohub_domain::Limits;
use thiserror::Error;

/// The open sockets of a door.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// No entry is zero: as many entries as sockets at most.
    from: HashMap<IpAddr, usize>,
}

/// One socket's place, to be given back to [`Crowd::leave`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(IpAddr);

/// Why there is no place for a socket.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Crowded {
    /// Too many in all.
    #[error("sockets in all are limited limit={limit}")]
    All {
        /// `limits.sockets`.
        limit: usize,
    },
    /// Too many from this address.
    #[error("sockets from one address are limited limit={limit}")]
    Address {
        /// `limits.sockets_per_address`.
        limit: usize,
    },
}

impl Crowd {
    /// Takes a place for a socket from this address.
    pub(crate) fn enter(&self, address: IpAddr, limits: &Limits) -> Result<Place, Crowded> {
        let (mut counts, address) = (self.lock(), site(address));
        let here = counts.from.get(&address).copied().unwrap_or_default();
        if counts.all >= limits.sockets {
            return Err(Crowded::All { limit: limits.sockets });
        }
        if here >= limits.sockets_per_address {
            return Err(Crowded::Address { limit: limits.sockets_per_address });
        }
        counts.all += 1;
        counts.from.insert(address, here + 1);
        Ok(Place(address))
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, Place(address): Place) {
        let mut counts = self.lock();
        counts.all -= 1;
        let here = counts.from.get(&address).copied().unwrap_or_default();
        if here > 1 {
            counts.from.insert(address, here - 1);
        } else {
            counts.from.remove(&address);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Nothing panics while the lock is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What counts as one address: of IPv6 the first 64 bits, for whoever has one has them all.
fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places() {
        let mut limits = Limits::default();
        (limits.sockets, limits.sockets_per_address) = (3, 2);
        let crowd = Crowd::default();
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        let first = crowd.enter(at("2001:db8::1"), &limits).expect("a place");
        crowd.enter(at("2001:db8::2"), &limits).expect("a place");
        let refused = crowd.enter(at("2001:db8::3"), &limits).err();
        assert_eq!(refused, Some(Crowded::Address { limit: 2 }));
        crowd.enter(at("::ffff:192.0.2.1"), &limits).expect("another address");
        assert_eq!(crowd.enter(at("192.0.2.2"), &limits).err(), Some(Crowded::All { limit: 3 }));
        crowd.leave(first);
        crowd.enter(at("192.0.2.1"), &limits).expect("a place came free");
    }
}
