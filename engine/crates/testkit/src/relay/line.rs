//! What a line does to datagrams, and what it did.

use std::time::Duration;

/// What a line does to each datagram. Chances are from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "tests set what they need")]
pub struct Line {
    /// The chance that it is lost.
    pub drop: f64,
    /// The chance that it comes twice.
    pub duplicate: f64,
    /// The chance that it is held back, so that others overtake it.
    pub hold: f64,
    /// For how long such a one is held back.
    pub held: Duration,
    /// How long each one takes.
    pub delay: Duration,
    /// How much longer it takes at most, by lot. Above 0, they overtake each other.
    pub jitter: Duration,
}

impl Line {
    /// A line that passes everything on at once, in order.
    pub const PERFECT: Self = Self {
        drop: 0.0,
        duplicate: 0.0,
        hold: 0.0,
        held: Duration::ZERO,
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
    };

    /// A line on which protocols show what they are worth, and tests still end soon: 5 % are lost,
    /// 2 % come twice, 5 % are overtaken, and a round trip takes 4 to 8 ms.
    pub const POOR: Self = Self {
        drop: 0.05,
        duplicate: 0.02,
        hold: 0.05,
        held: Duration::from_millis(5),
        delay: Duration::from_millis(2),
        jitter: Duration::from_millis(2),
    };
}

/// What became of the datagrams that went one way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Passed {
    /// Came in.
    pub received: u64,
    /// Went out, copies included.
    pub sent: u64,
    /// Were lost, by lot or for want of room, copies included.
    pub dropped: u64,
    /// Were doubled.
    pub duplicated: u64,
    /// Were held back.
    pub held: u64,
    /// Were lost since the line was cut, copies included.
    pub cut: u64,
}

/// What a relay did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RelayCounts {
    /// To the target.
    pub to_target: Passed,
    /// To the clients.
    pub to_client: Passed,
    /// How often outgoing ports were changed.
    pub rebinds: u64,
}
