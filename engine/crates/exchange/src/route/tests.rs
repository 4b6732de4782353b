//! The router against a model of it, which is written for plainness and knows nothing of indexes.

use phytohub_domain::{
    AllowedDocument, ChannelRule, Connection, ConnectionId, ConnectionKind, ConnectionMode,
    Consent, Direction, RuleType, Timestamp,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{Document, Parties, Route, check_rule};
use crate::registry::Registry;

const CODES: [&str; 8] = ["NO", "LK", "FR", "DE", "EU-T", "NLV", "ASW", "CH-1"];
const COUNTRIES: [&str; 7] = ["", "NO", "FR", "DE", "NL", "EU-T", "XX"];
const TYPES: [i32; 3] = [0, 851, 657];
const STATUSES: [i32; 3] = [0, 70, 40];

/// A post office: its connections, and the rules that somebody put into it, sensible or not.
#[derive(Clone, Debug)]
struct Office {
    connections: Vec<Connection>,
    rules: Vec<ChannelRule>,
}

impl Office {
    fn registry(&self) -> Registry {
        Registry::new(&self.connections, &self.rules).expect("codes are distinct")
    }

    fn find(&self, code: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.code.as_str() == code)
    }

    fn of(&self, id: ConnectionId) -> &Connection {
        self.connections.iter().find(|connection| connection.id == id).expect("of this office")
    }
}

/// What somebody wants to send.
#[derive(Clone, Debug)]
struct Sent {
    actor: usize,
    from: usize,
    to: usize,
    document: (i32, i32),
    forwardings: Vec<usize>,
    copies_max: usize,
}

prop_compose! {
    fn connection(index: usize)(
        channel in prop::bool::weighted(if index >= 6 { 0.9 } else { 0.1 }),
        live in prop::bool::weighted(0.1),
        able in prop::array::uniform3(prop::bool::weighted(0.95)),
        serves in prop::collection::vec(prop::sample::select(&COUNTRIES[1..]), 0..3),
        withdrawn in prop::bool::weighted(0.9),
    ) -> Connection {
        let mode = if live { ConnectionMode::Live } else { ConnectionMode::Test };
        let id = ConnectionId(u32::try_from(index).expect("few") + 1);
        let code = CODES[index].parse().expect("a code");
        let at = Timestamp::from_millis(0);
        let mut connection = Connection::new(id, code, String::new(), mode, at);
        connection.kind = if channel { ConnectionKind::Channel } else { ConnectionKind::Nppo };
        [connection.enabled, connection.sends, connection.receives] = able;
        connection.serves.extend(serves.into_iter().map(str::to_owned));
        connection.allowed_documents.retain(|pair| withdrawn || pair.certificate_status != 40);
        connection
    }
}

fn connections() -> impl Strategy<Value = Vec<Connection>> {
    let one = |index| connection(index);
    (one(0), one(1), one(2), one(3), one(4), one(5), one(6), one(7))
        .prop_map(|(a, b, c, d, e, f, g, h)| vec![a, b, c, d, e, f, g, h])
}

prop_compose! {
    fn rule()(
        owner in 0..8_u32,
        channel in 0..8_u32,
        forward in any::<bool>(),
        out in any::<bool>(),
        // Most rules speak of much, so that most samples are spoken of by some rule.
        kind in prop::option::weighted(0.3, prop::sample::select(&TYPES[1..])),
        status in prop::option::weighted(0.3, prop::sample::select(&STATUSES[1..])),
        country in prop::option::weighted(0.3, prop::sample::select(&COUNTRIES[1..])),
        active in prop::bool::weighted(0.9),
    ) -> ChannelRule {
        let at = Timestamp::from_millis(0);
        let consent = Consent { by: "a".into(), at, reference: "b".into() };
        let rule_type = if forward { RuleType::Forward } else { RuleType::Delegate };
        let direction = if out { Direction::Out } else { Direction::Inc };
        let parties = (ConnectionId(owner + 1), ConnectionId(channel + 1));
        let mut rule = ChannelRule::new(0, parties, (rule_type, direction), consent, at);
        rule.certificate_type = kind.unwrap_or_default();
        rule.certificate_status = status.unwrap_or_default();
        country.unwrap_or_default().clone_into(&mut rule.country_code);
        rule.active = active;
        rule
    }
}

fn office(rules: std::ops::Range<usize>) -> impl Strategy<Value = Office> {
    (connections(), prop::collection::vec(rule(), rules)).prop_map(|(connections, mut rules)| {
        for (id, rule) in (1..).zip(&mut rules) {
            rule.id = id;
        }
        Office { connections, rules }
    })
}

prop_compose! {
    fn sent()(
        from in 0..CODES.len(),
        other in 0..CODES.len(),
        delegated in any::<bool>(),
        to in 0..CODES.len(),
        kind in prop::sample::select(&TYPES[1..]),
        status in prop::sample::select(&STATUSES[1..]),
        forwardings in prop::collection::vec(5..CODES.len(), 0..3),
        copies_max in 0_usize..6,
    ) -> Sent {
        let actor = if delegated { other } else { from };
        Sent { actor, from, to, document: (kind, status), forwardings, copies_max }
    }
}

fn routed(registry: &Registry, sent: &Sent) -> Result<Route, String> {
    let code = |index: usize| CODES[index];
    let actor = registry.connection(&code(sent.actor).parse().expect("a code"));
    let named = sent.forwardings.iter().map(|index| code(*index));
    let parties = (code(sent.from), code(sent.to));
    let parties = Parties::find(registry, actor.expect("registered"), parties, named)?;
    let (certificate_type, certificate_status) = sent.document;
    let document = Document { certificate_type, certificate_status, response: false };
    parties.route(registry, document, sent.copies_max)
}

/// What the orders of an office mean for one delivery, said anew and simply.
struct Model<'a> {
    office: &'a Office,
    sent: &'a Sent,
}

impl Model<'_> {
    fn at(&self, index: usize) -> &Connection {
        self.office.find(CODES[index]).expect("registered")
    }

    fn speaks(&self, rule: &ChannelRule, other: &Connection) -> bool {
        let (kind, status) = self.sent.document;
        let country = &rule.country_code;
        let is_of =
            country.is_empty() || other.code.as_str() == country || other.serves.contains(country);
        [0, kind].contains(&rule.certificate_type)
            && [0, status].contains(&rule.certificate_status)
            && is_of
    }

    /// Rules that are followed, whatever mail they speak of.
    fn orders(
        &self,
        owner: &Connection,
        rule_type: RuleType,
        direction: Direction,
    ) -> Vec<&ChannelRule> {
        let mine = self.office.rules.iter().filter(|rule| {
            rule.owner == owner.id && rule.rule_type == rule_type && rule.direction == direction
        });
        let same_mode = |rule: &&ChannelRule| self.office.of(rule.channel).mode == owner.mode;
        mine.filter(|rule| rule.active).filter(same_mode).collect()
    }

    fn takes(&self, channel: &Connection) -> bool {
        let (certificate_type, certificate_status) = self.sent.document;
        let pair = AllowedDocument { certificate_type, certificate_status };
        channel.allowed_documents.contains(&pair)
    }

    /// The field that is objected to, or the mailbox and the copies.
    fn outcome(&self) -> Result<(ConnectionId, Vec<ConnectionId>), &'static str> {
        let sent = self.sent;
        let (actor, from, to) = (self.at(sent.actor), self.at(sent.from), self.at(sent.to));
        let mut acts = self.orders(from, RuleType::Delegate, Direction::Out);
        acts.retain(|rule| rule.channel == actor.id);
        let is_channel = |connection: &Connection| connection.kind == ConnectionKind::Channel;
        let sender_is_known = actor.id == from.id || !acts.is_empty();
        let able = |who: &Connection| who.enabled && who.sends;
        if !sender_is_known || is_channel(from) || !able(from) || !able(actor) {
            return Err("From");
        }
        if is_channel(to) || !to.enabled || !to.receives || to.mode != from.mode {
            return Err("To");
        }
        for channel in sent.forwardings.iter().map(|index| self.at(*index)) {
            let open = channel.enabled && channel.receives && channel.mode == from.mode;
            if !is_channel(channel) || !open {
                return Err("Forwardings");
            }
        }
        if actor.id != from.id && !acts.iter().any(|rule| self.speaks(rule, to)) {
            return Err("From");
        }
        let mailbox = self.mailbox(from, to);
        if !mailbox.enabled || !mailbox.receives {
            return Err("To");
        }
        if sent.forwardings.iter().any(|index| !self.takes(self.at(*index))) {
            return Err("Forwardings");
        }
        let copies = self.copies(from, to, mailbox);
        if copies.len() > sent.copies_max { Err("Forwardings") } else { Ok((mailbox.id, copies)) }
    }

    fn mailbox<'m>(&'m self, from: &Connection, to: &'m Connection) -> &'m Connection {
        let mut delegations = self.orders(to, RuleType::Delegate, Direction::Inc);
        delegations.retain(|rule| self.speaks(rule, from));
        let said = |rule: &ChannelRule| {
            usize::from(rule.certificate_type > 0)
                + usize::from(rule.certificate_status > 0)
                + usize::from(!rule.country_code.is_empty())
        };
        delegations.sort_by_key(|rule| (3 - said(rule), rule.id));
        delegations.first().map_or(to, |rule| self.office.of(rule.channel))
    }

    fn copies(
        &self,
        from: &Connection,
        to: &Connection,
        mailbox: &Connection,
    ) -> Vec<ConnectionId> {
        let mut orders = self.orders(from, RuleType::Forward, Direction::Out);
        orders.retain(|rule| self.speaks(rule, to));
        let mut inc = self.orders(to, RuleType::Forward, Direction::Inc);
        inc.retain(|rule| self.speaks(rule, from));
        orders.extend(inc);
        orders.retain(|rule| {
            let channel = self.office.of(rule.channel);
            channel.enabled && channel.receives && self.takes(channel)
        });
        let named = self.sent.forwardings.iter().map(|index| self.at(*index).id);
        let mut once = Vec::new();
        for copy in named.chain(orders.iter().map(|rule| rule.channel)) {
            if copy != mailbox.id && !once.contains(&copy) {
                once.push(copy);
            }
        }
        once
    }
}

/// The field that is objected to, or the mailbox and the copies.
fn model(office: &Office, sent: &Sent) -> Result<(ConnectionId, Vec<ConnectionId>), &'static str> {
    Model { office, sent }.outcome()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_router_does_what_the_model_says(office in office(0..40), sent in sent()) {
        let route = routed(&office.registry(), &sent);
        match (model(&office, &sent), &route) {
            (Ok((mailbox, copies)), Ok(route)) => {
                prop_assert_eq!(route.mailbox, mailbox);
                let ids: Vec<_> = route.copies.iter().map(|copy| copy.mailbox_id).collect();
                prop_assert_eq!(ids, copies);
                for copy in &route.copies {
                    prop_assert_eq!(&office.of(copy.mailbox_id).code, &copy.code);
                }
            }
            (Err(field), Err(objection)) => {
                prop_assert!(objection.starts_with(&format!("{field}: ")), "{field}: {objection}");
            }
            (model, route) => prop_assert!(false, "model {model:?}, router {route:?}"),
        }
    }

    #[test]
    fn rules_of_others_and_the_order_in_which_they_came_change_nothing(
        office in office(0..40),
        sent in sent(),
    ) {
        let route = routed(&office.registry(), &sent);
        let mut turned = office.clone();
        turned.rules.reverse();
        turned.connections.reverse();
        prop_assert_eq!(&routed(&turned.registry(), &sent), &route);
        // One step: what a delegate or a channel ordered for its own mail is not asked.
        let parties = [CODES[sent.from], CODES[sent.to]].map(|code| office.find(code).expect("one").id);
        let mut own = office.clone();
        own.rules.retain(|rule| parties.contains(&rule.owner));
        prop_assert_eq!(&routed(&own.registry(), &sent), &route);
        if let Ok(route) = route {
            let copies: Vec<_> = route.copies.iter().map(|copy| copy.mailbox_id).collect();
            let distinct: std::collections::HashSet<_> = copies.iter().collect();
            prop_assert_eq!(distinct.len(), copies.len(), "each channel has one copy");
            prop_assert!(!copies.contains(&route.mailbox) && copies.len() <= sent.copies_max);
        }
    }

    #[test]
    fn rules_that_were_let_in_make_no_circle_and_leave_no_doubt(
        office in office(0..40),
        sent in sent(),
    ) {
        let mut registry = Registry::new(&office.connections, &[]).expect("codes are distinct");
        let mut office = office;
        office.rules.retain(|rule| {
            let fits = !rule.active || check_rule(&registry, rule, 3).is_ok();
            if fits {
                registry.put_rule(rule.clone());
            }
            fits
        });
        for direction in [Direction::Out, Direction::Inc] {
            prop_assert!(!has_circle(&office, direction));
        }
        let to = office.find(CODES[sent.to]).expect("registered");
        let from = office.find(CODES[sent.from]).expect("registered");
        let all: Vec<&ChannelRule> = office.rules.iter().filter(|rule| {
            rule.owner == to.id
                && rule.rule_type == RuleType::Delegate
                && rule.covers(Direction::Inc, sent.document.0, sent.document.1)
                && super::is_of(from, &rule.country_code)
        }).collect();
        let most = all.iter().map(|rule| super::rule::specificity(rule)).max();
        let mut heads: Vec<_> = all
            .iter()
            .filter(|rule| Some(super::rule::specificity(rule)) == most)
            .map(|rule| rule.channel)
            .collect();
        heads.dedup();
        prop_assert!(heads.len() <= 1, "two delegates for one envelope: {heads:?}");
    }
}

/// Whether somebody's mail would come back to it if it went on and on.
fn has_circle(office: &Office, direction: Direction) -> bool {
    let edges: Vec<_> = office
        .rules
        .iter()
        .filter(|rule| rule.active && rule.direction == direction)
        .map(|rule| (rule.owner, rule.channel))
        .collect();
    let mut reaches = edges.clone();
    loop {
        let further: Vec<_> = reaches
            .iter()
            .flat_map(|(a, b)| {
                edges.iter().filter(move |(c, _)| b == c).map(move |(_, d)| (*a, *d))
            })
            .filter(|pair| !reaches.contains(pair))
            .collect();
        if further.is_empty() {
            return reaches.iter().any(|(a, b)| a == b);
        }
        reaches.extend(further);
    }
}

#[test]
fn the_samples_reach_what_matters() {
    let mut runner = TestRunner::deterministic();
    let (mut delegated, mut acted, mut copied, mut refused) = (0, 0, 0, 0);
    for _ in 0..SAMPLES {
        let sample = (office(0..40), sent()).new_tree(&mut runner).expect("a sample");
        let (office, sent) = sample.current();
        match routed(&office.registry(), &sent) {
            Ok(route) => {
                let to = office.find(CODES[sent.to]).expect("registered");
                delegated += u32::from(route.mailbox != to.id);
                acted += u32::from(sent.actor != sent.from);
                copied += u32::from(!route.copies.is_empty());
            }
            Err(_) => refused += 1,
        }
    }
    let counts = (delegated, acted, copied, refused);
    assert!(delegated > 0 && acted > 0 && copied > 0 && refused < SAMPLES, "{counts:?}");
}

/// Enough that each kind of envelope comes up many times.
const SAMPLES: u32 = 16_384;
