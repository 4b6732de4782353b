//! The judgements: each names what was promised.

use phytohub_domain::{EnvelopeHeader, TrackingInfo};

use super::{KEPT, Known, Ledger, Offering, REPLAY_WINDOW, Sent, TOLERANCE, When};

impl Ledger {
    /// A number belongs to an envelope that was sent.
    pub(super) fn learn(&mut self, number: &str, place: usize) {
        if let Some(known) = self.known.get(number) {
            let other = known.sent;
            if other != place {
                self.finding(format!("{number} was given to deliveries {other} and {place}"));
            }
            return;
        }
        let now = self.now();
        let sent = self.sent(place);
        let one = sent.is_one(now);
        let twin = sent.numbers.iter().find(|twin| {
            one && self.known.get(*twin).is_some_and(|twin| !twin.may_have_failed(now.age))
        });
        if let Some(twin) = twin.cloned() {
            self.finding(format!("delivery {place} is there twice: {twin} and {number}"));
        }
        let sent = self.sent.get_mut(place).expect("it was drafted");
        sent.numbers.insert(number.to_owned());
        let accepted_age = sent.attempts.first().map_or(now.age, |attempt| attempt.began.age);
        let offered = self.nameless.remove(number).unwrap_or_default();
        let known = Known { sent: place, accepted_age, offered, ..Known::default() };
        self.known.insert(number.to_owned(), known);
    }

    /// A state was told, by an answer to what was asked at `asked`.
    pub(crate) fn told_state(&mut self, number: &str, info: TrackingInfo, asked: When, by: &str) {
        let now = self.now();
        let Some(known) = self.known.get_mut(number) else {
            return self.finding(format!("{by} tells of {number}, which nobody knows"));
        };
        let may_have_failed = known.may_have_failed(now.age);
        let complaint = match (info, known.settled) {
            (TrackingInfo::EnvelopeNotExists, _) => Some("lost: it was accepted".to_owned()),
            (_, Some((settled, since))) if since < asked.step && settled != info => {
                Some(format!("undone: it stood as {settled}"))
            }
            (TrackingInfo::PendingDelivery, _) => {
                let failed = known.failed.is_some_and(|since| since < asked.step);
                failed.then(|| "undone: it had failed".to_owned())
            }
            (TrackingInfo::FailedDelivery, _) => {
                known.failed.get_or_insert(now.step);
                (!may_have_failed).then(|| "nobody gave it up".to_owned())
            }
            (_, None) => {
                known.settled = Some((info, now.step));
                (!known.asked.contains(&(info as u8))).then(|| "nobody said so".to_owned())
            }
            _ => None,
        };
        if let Some(complaint) = complaint {
            self.finding(format!("{by} says {info} of {number}: {complaint}"));
        }
    }

    /// An acknowledgement was answered.
    pub(crate) fn acknowledged(
        &mut self,
        number: &str,
        (said, stands): (TrackingInfo, TrackingInfo),
        asked: When,
    ) {
        self.counts.acknowledged += 1;
        self.note(format!("acknowledged {number}: {stands}"));
        self.told_state(number, stands, asked, "an acknowledgement's answer");
        let released = self.known.get(number).and_then(|known| known.released);
        let released = released.is_some_and(|since| since < asked.step);
        let may_be_noted = said == TrackingInfo::DeliveredNotReadable && !released;
        if !stands.is_acknowledged() && !may_be_noted {
            self.finding(format!("an acknowledgement of {number} was answered and ended nothing"));
        }
    }

    /// What waits was offered.
    pub(crate) fn offered(
        &mut self,
        to: &str,
        offering: Offering,
        rows: &[EnvelopeHeader],
        asked: When,
    ) {
        let mut last = String::new();
        for header in rows {
            let number = header.hub_delivery_number.clone().unwrap_or_default();
            self.counts.offered += 1;
            if number <= last {
                self.finding(format!("a reply to {to} has {number} behind {last}"));
            }
            last.clone_from(&number);
            self.offered_one(to, offering, header, asked);
        }
        let numbers: Vec<_> = rows.iter().map(|row| row.hub_delivery_number.as_deref()).collect();
        let numbers: Vec<_> = numbers.into_iter().flatten().collect();
        self.note(format!("{to} was offered by {offering:?} {}", numbers.join(" ")));
    }

    fn offered_one(&mut self, to: &str, offering: Offering, header: &EnvelopeHeader, asked: When) {
        let number = header.hub_delivery_number.clone().unwrap_or_default();
        // What was accepted without an answer is known by its content alone.
        let Some(known) = self.known.get(&number).cloned() else {
            self.nameless.entry(number).or_default().insert(offering);
            return;
        };
        let sent = self.sent(known.sent).clone();
        if !sent.is_in(header) || sent.to != to {
            self.finding(format!("{number} is offered to {to} as {header:?}"));
        }
        if known.settled.is_some_and(|(_, since)| since < asked.step) {
            self.finding(format!("undone: {number} is offered after its acknowledgement"));
        }
        if known.offered.contains(&offering) {
            return;
        }
        let overtaken = self.before(&number, &sent).find(|(_, earlier)| {
            let gone = !earlier.asked.is_empty() || earlier.settled.is_some();
            !gone && !earlier.offered.contains(&offering)
        });
        if let Some((earlier, _)) = overtaken {
            let earlier = earlier.clone();
            self.finding(format!("disordered: {number} is offered before {earlier}"));
        }
        if let Some(known) = self.known.get_mut(&number) {
            known.offered.insert(offering);
        }
    }

    /// Earlier ones with the same sender, recipient and certificate number.
    fn before(&self, number: &str, sent: &Sent) -> impl Iterator<Item = (&String, &Known)> {
        let key = (sent.from, sent.to, sent.certificate.clone());
        self.known.range(..number.to_owned()).filter(move |(_, earlier)| {
            let other = self.sent(earlier.sent);
            (other.from, other.to, other.certificate.clone()) == key
        })
    }

    /// Something came to a partner's endpoint.
    pub(crate) fn brought(&mut self, to: &str, header: &EnvelopeHeader, content: &[u8]) {
        let number = header.hub_delivery_number.clone().unwrap_or_default();
        self.counts.brought += 1;
        self.note(format!("brought {number}"));
        self.seen_content(&number, content);
        let Some(known) = self.known.get(&number).cloned() else { return };
        let sent = self.sent(known.sent).clone();
        if !sent.is_in(header) || sent.to != to {
            self.finding(format!("{number} is brought to {to} as {header:?}"));
        }
        if let Some((info, _)) = known.settled {
            self.finding(format!("undone: {number} is brought though it stands as {info}"));
        }
        let overtaken = self.before(&number, &sent).find(|(_, earlier)| {
            let gone = !earlier.asked.is_empty() || earlier.may_have_failed(self.age);
            !gone && earlier.brought == 0
        });
        if let (0, Some((earlier, _))) = (known.brought, overtaken) {
            let earlier = earlier.clone();
            self.finding(format!("disordered: {number} is brought before {earlier}"));
        }
        if let Some(known) = self.known.get_mut(&number) {
            known.brought += 1;
        }
    }

    /// A sender's endpoint was told a state.
    pub(crate) fn told(&mut self, header: &EnvelopeHeader) {
        let number = header.hub_delivery_number.clone().unwrap_or_default();
        let Some(info) = header.tracking_info else {
            return self.finding(format!("a sender was told nothing of {number}"));
        };
        self.counts.told += 1;
        self.note(format!("told {number}: {info}"));
        let now = self.now();
        // A failure may be told after the acknowledgement that replaced it: late, but true.
        let late = info == TrackingInfo::FailedDelivery
            && self.known.get(&number).is_some_and(|known| known.may_have_failed(now.age));
        // What was accepted without an answer is known by its content alone.
        if !late && self.known.contains_key(&number) {
            self.told_state(&number, info, now, "an update");
        }
        self.told.entry(number).or_default().push(info);
    }

    /// The content of a number is said to be kept no longer.
    pub(crate) fn content_dropped(&mut self, number: &str) {
        let age = self.age;
        self.counts.dropped += 1;
        let Some(known) = self.known.get_mut(number) else { return };
        known.dropped = true;
        if known.asked_age.is_none_or(|asked| asked + KEPT > age + TOLERANCE) {
            self.finding(format!("lost: the content of {number} was dropped before its time"));
        }
    }
}

impl Known {
    /// Whether there was a reason for it to fail.
    pub(crate) fn may_have_failed(&self, age: u64) -> bool {
        self.given_up || self.accepted_age + KEPT <= age + TOLERANCE
    }
}

impl Sent {
    /// Whether a header is that of this envelope.
    pub(crate) fn is_in(&self, header: &EnvelopeHeader) -> bool {
        header.from == self.from
            && header.to == self.to
            && header.nppo_certificate_number == self.certificate
            && (header.certificate_type, header.certificate_status) == (851, 70)
    }

    /// Whether all its deliveries fell into one window, by every clock; or by what passed while one
    /// process saw that the clock was set.
    fn is_one(&self, now: When) -> bool {
        let Some(first) = self.attempts.first() else { return true };
        let last = self.attempts.last().and_then(|attempt| attempt.ended).unwrap_or(now);
        let first = first.began;
        let by_every_clock = last.clock_steps == first.clock_steps
            && last.wall < first.wall + REPLAY_WINDOW
            && last.age < first.age + REPLAY_WINDOW;
        let ((noticed, less), (noticed_first, less_first)) = (last.clock_set, first.clock_set);
        // Two may undo each other before anybody looks.
        let seen = less == less_first && noticed <= noticed_first + 1;
        by_every_clock
            || seen && last.crashes == first.crashes && last.passed < first.passed + REPLAY_WINDOW
    }
}
