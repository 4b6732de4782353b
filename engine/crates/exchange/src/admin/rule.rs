//! Standing orders, for the operator: what a mailbox's owner consented to.

use std::sync::Arc;

use phytohub_domain::{
    ChannelRule, Connection, Consent, Direction, RULES_MAX, RuleType, Timestamp,
};
use phytohub_store::Queue;
use phytohub_telemetry::{Actor, Event, EventKind};

use super::{AdminError, AdminReply, RuleDone, RuleInput, RuleView, find, parse};
use crate::Hub;
use crate::registry::Registry;
use crate::route::check_rule;

impl Hub {
    pub(super) fn rule_list(&self, code: Option<&str>) -> Result<AdminReply, AdminError> {
        let registry = self.inner.registry.load();
        let of = code.map(|code| find(&registry, code)).transpose()?.map(|found| found.id);
        let rules = registry.rules().into_iter();
        let rules = rules.filter(|rule| of.is_none_or(|id| rule.owner == id || rule.channel == id));
        Ok(AdminReply::Rules(rules.map(|rule| RuleView::new(rule, &registry)).collect()))
    }

    pub(super) async fn rule_add(
        &self,
        actor: Actor,
        input: RuleInput,
    ) -> Result<AdminReply, AdminError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let rule = read(&registry, input, self.clock().now())?;
        self.follow(actor, &registry, rule, EventKind::RuleAdded).await
    }

    pub(super) async fn rule_set_active(
        &self,
        actor: Actor,
        id: u32,
        active: bool,
    ) -> Result<AdminReply, AdminError> {
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let found = registry.rules().into_iter().find(|rule| rule.id == id).cloned();
        let mut rule = ChannelRule::clone(&*found.ok_or(AdminError::NoSuchRule { id })?);
        let changes = rule.active != active;
        rule.active = active;
        match (changes, active) {
            (true, true) => self.follow(actor, &registry, rule, EventKind::RuleChanged).await,
            // One that is ended already is ended again: a crash may have come before the move.
            (_, false) => self.end(actor, &registry, rule, changes).await,
            (false, true) => {
                let told = "it is followed already".to_owned();
                let rule = RuleView::new(&rule, &registry);
                Ok(AdminReply::RuleDone(RuleDone { rule, moved: 0, told }))
            }
        }
    }

    /// Puts a rule in force. What was accepted before stays where it is.
    async fn follow(
        &self,
        actor: Actor,
        registry: &Arc<Registry>,
        rule: ChannelRule,
        kind: EventKind,
    ) -> Result<AdminReply, AdminError> {
        check_rule(registry, &rule, self.limits().forwardings / 2)
            .map_err(|(what, problem)| AdminError::Invalid { what, problem })?;
        let (owner, channel) = parties(registry, &rule)?;
        let told = match (rule.rule_type, rule.direction) {
            (RuleType::Forward, direction) => {
                let which = if direction == Direction::Out { "from" } else { "for" };
                format!(
                    "{} gets a copy of what is accepted {which} {} from now on",
                    channel.code, owner.code
                )
            }
            (RuleType::Delegate, Direction::Out) => {
                format!("{} may send with From {} from now on", channel.code, owner.code)
            }
            (RuleType::Delegate, Direction::Inc) => format!(
                "what is accepted for {} from now on waits for {}; {} that waited before stay \
                 where they are",
                owner.code,
                channel.code,
                self.inner.store.queue_len(owner.id, Queue::Inbox)
            ),
        };
        let view = RuleView::new(&rule, registry);
        let event = rule_event(kind, actor, &owner, &channel, &view);
        let _standing = self.inner.standing.write().await;
        self.put_rule(registry, rule, event).await?;
        Ok(AdminReply::RuleDone(RuleDone { rule: view, moved: 0, told }))
    }

    /// Ends a rule; a delegate that has no other gives back what waits there for the owner.
    async fn end(
        &self,
        actor: Actor,
        registry: &Arc<Registry>,
        rule: ChannelRule,
        changes: bool,
    ) -> Result<AdminReply, AdminError> {
        let (owner, channel) = parties(registry, &rule)?;
        let view = RuleView::new(&rule, registry);
        let delegates = |rule: &ChannelRule| {
            (rule.rule_type, rule.direction) == (RuleType::Delegate, Direction::Inc)
        };
        let others = registry.rules_of(owner.id).iter().filter(|other| {
            other.active && other.id != rule.id && other.channel == channel.id && delegates(other)
        });
        let (gives_back, others) = (delegates(&rule), others.count());
        // Nothing is accepted between the end of the rule and the move: whatever was routed by it
        // is in the committer's queue before the move is.
        let _standing = self.inner.standing.write().await;
        if changes {
            let event = rule_event(EventKind::RuleChanged, actor.clone(), &owner, &channel, &view);
            self.put_rule(registry, rule, event).await?;
        }
        let mut done =
            RuleDone { rule: view, moved: 0, told: "it is not followed any more".into() };
        if gives_back && others == 0 {
            let store = &self.inner.store;
            done.moved = store.move_pending(channel.id, owner.id, owner.id, actor).await?;
            self.inner.lanes.came(owner.id);
            [channel.id, owner.id].into_iter().for_each(|id| self.inner.lanes.rebuild(id));
            done.told = format!(
                "it is not followed any more; {} envelopes that waited for {} with {} wait with \
                 {} again",
                done.moved, owner.code, channel.code, owner.code
            );
        } else if gives_back {
            done.told = format!(
                "it is not followed any more; {} acts for {} by {others} other rules, so what \
                 waits there stays",
                channel.code, owner.code
            );
        }
        Ok(AdminReply::RuleDone(done))
    }

    /// On disk first, then in force.
    async fn put_rule(
        &self,
        registry: &Registry,
        rule: ChannelRule,
        event: Event,
    ) -> Result<(), AdminError> {
        self.inner.store.put_rule(rule.clone(), vec![event]).await?;
        let mut changed = registry.clone();
        changed.put_rule(rule);
        self.inner.registry.store(Arc::new(changed));
        Ok(())
    }
}

fn read(registry: &Registry, input: RuleInput, now: Timestamp) -> Result<ChannelRule, AdminError> {
    let invalid = |what, problem: &str| AdminError::Invalid { what, problem: problem.to_owned() };
    if registry.rules().len() >= RULES_MAX {
        return Err(invalid(
            "rule",
            &format!("a hub holds {RULES_MAX} rules, ended ones included"),
        ));
    }
    let (owner, channel) = (find(registry, &input.owner)?, find(registry, &input.channel)?);
    let words = (parse("type", &input.rule_type)?, parse("direction", &input.direction)?);
    for (what, text) in
        [("consent_by", &input.consent_by), ("consent_reference", &input.consent_reference)]
    {
        if text.trim().is_empty() || text.len() > CONSENT_BYTES_MAX {
            let problem = format!(
                "the owner of a mailbox must consent: say who did, and where that stands, in at \
                 most {CONSENT_BYTES_MAX} bytes"
            );
            return Err(AdminError::Invalid { what, problem });
        }
    }
    let at = input.consent_at_ms.map_or(now, Timestamp::from_millis);
    if at > now {
        return Err(invalid("consent_date", "a consent cannot be of the future"));
    }
    if input.certificate_type < 0 || input.certificate_status < 0 {
        return Err(invalid("certificate_type", "a code is a positive number, or 0 for any"));
    }
    let country = input.country;
    let is_code = country.parse::<phytohub_domain::ConnectionCode>().is_ok();
    if !(country.is_empty() || is_code) {
        let problem = "a country is written with two capital letters, or a connection's code";
        return Err(invalid("country", problem));
    }
    let consent = Consent { by: input.consent_by, at, reference: input.consent_reference };
    let parties = (owner.id, channel.id);
    let mut rule = ChannelRule::new(registry.next_rule_id(), parties, words, consent, now);
    rule.certificate_type = input.certificate_type;
    rule.certificate_status = input.certificate_status;
    rule.country_code = country;
    Ok(rule)
}

fn parties(
    registry: &Registry,
    rule: &ChannelRule,
) -> Result<(Arc<Connection>, Arc<Connection>), AdminError> {
    let party = |id| registry.by_id(id).cloned().ok_or(AdminError::NoSuchRule { id: rule.id });
    Ok((party(rule.owner)?, party(rule.channel)?))
}

fn rule_event(
    kind: EventKind,
    actor: Actor,
    owner: &Connection,
    channel: &Connection,
    rule: &RuleView,
) -> Event {
    let mut event = Event::new(kind, actor);
    event.mode = Some(owner.mode);
    owner.code.as_str().clone_into(&mut event.from);
    channel.code.as_str().clone_into(&mut event.to);
    event.detail = rule.words();
    event
}

/// A name with an office, or a file's number.
const CONSENT_BYTES_MAX: usize = 1000;
