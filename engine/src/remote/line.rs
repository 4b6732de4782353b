//! The line to the hub elsewhere as an operator sees it: up or down, since when, and why.

use phytohub_domain::Timestamp;

/// How a connection's line stands.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) up: bool,
    pub(super) since: Timestamp,
    /// Why it is down, as far as that is known.
    pub(super) trouble: String,
}

impl Line {
    /// One that was not tried yet.
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { up: false, since: now, trouble: String::new() }
    }

    /// It is up now, or down; whether it was otherwise before.
    pub(super) fn stands(&mut self, up: bool, now: Timestamp) -> bool {
        if self.up == up {
            return false;
        }
        *self = Self { up, ..Self::new(now) };
        true
    }

    /// It does not come up, for this reason.
    pub(super) fn fails(&mut self, trouble: &str) {
        if !self.up {
            trouble.clone_into(&mut self.trouble);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_since_when_it_is_as_it_is_and_why() {
        let at = Timestamp::from_millis;
        let mut line = Line::new(at(1));
        line.fails("nobody answers");
        assert!(!line.stands(false, at(2)));
        assert_eq!((line.since, &*line.trouble), (at(1), "nobody answers"));
        assert!(line.stands(true, at(3)));
        line.fails("one call was too slow");
        assert_eq!((line.up, line.since, &*line.trouble), (true, at(3), ""));
        assert!(line.stands(false, at(4)) && !line.stands(false, at(5)));
        assert_eq!((line.up, line.since), (false, at(4)));
    }
}
