//! What follows from what plugins answer: pure, so that every case can be tried.

use phytohub_domain::Timestamp;

use super::judge::{
    FindingArea, FindingLevel, KindMatch, OnFailure, PluginFinding, PluginHook, PluginVerdict,
    Purpose, RouteDecision, RouteVerdict,
};

/// What follows from the answers of the validators.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Weighed {
    /// What they found, and a warning for each that was silent and may be.
    pub(crate) findings: Vec<PluginFinding>,
    /// Why it must be held, if so.
    pub(crate) hold: Option<String>,
    /// Whether the caller must send it again later.
    pub(crate) away: bool,
}

/// Weighs what validators answered: all of the match must have.
pub(crate) fn weigh(kind: &KindMatch, verdict: PluginVerdict, purpose: Purpose) -> Weighed {
    let mut weighed = Weighed::default();
    let mut answers = verdict.answers;
    for hook in &kind.validators {
        let place = answers.iter().position(|answer| answer.hook.plugin == hook.plugin);
        match place.map(|place| answers.swap_remove(place).outcome) {
            Some(Ok(findings)) => weighed.findings.extend(findings),
            Some(Err(failure)) => weighed.silent(hook, &failure.reason, purpose),
            None => weighed.silent(hook, "it is not there", purpose),
        }
    }
    weighed
}

impl Weighed {
    fn silent(&mut self, hook: &PluginHook, why: &str, purpose: Purpose) {
        let plugin = &hook.plugin;
        tracing::warn!(%plugin, why, "a plugin could not judge a document");
        match (on_failure(hook), purpose) {
            (OnFailure::Continue, _) => self.warn(hook),
            // Nothing is accepted: there is nothing to hold.
            (OnFailure::Hold, Purpose::Validation) if !hook.owner => self.warn(hook),
            (_, Purpose::Validation) => self.away = true,
            // Whoever sent it has its answer already.
            (_, Purpose::Retry) | (OnFailure::Hold, Purpose::Delivery) => {
                self.hold.get_or_insert_with(|| format!("{plugin} has not judged it yet: {why}"));
            }
            (OnFailure::Refuse, Purpose::Delivery) => self.away = true,
        }
    }

    fn warn(&mut self, hook: &PluginHook) {
        self.findings.push(PluginFinding {
            level: FindingLevel::Warning,
            area: FindingArea::Schema,
            rule: "HUB-PLUGIN".into(),
            field: String::new(),
            message: format!("this was not looked at by '{}', which is away", hook.plugin),
            offset: None,
        });
    }
}

/// A gate lets nothing pass unjudged, whatever is configured.
fn on_failure(hook: &PluginHook) -> OnFailure {
    if hook.gate && hook.on_failure == OnFailure::Continue {
        OnFailure::Hold
    } else {
        hook.on_failure
    }
}

/// Where plugins want a document to go.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Directed {
    pub(crate) decision: RouteDecision,
    /// Codes of connections that are to get a copy, each once.
    pub(crate) copies: Vec<String>,
    /// Whether the caller must send it again later.
    pub(crate) away: bool,
}

/// The first decisive answer counts; copies add up. A hook that could not decide decides to wait,
/// unless it may be passed over.
pub(crate) fn direct(kind: &KindMatch, verdict: RouteVerdict, purpose: Purpose) -> Directed {
    let (mut directed, mut decided) = (Directed::default(), false);
    let mut routes = verdict.routes;
    for hook in &kind.routers {
        let place = routes.iter().position(|route| route.hook.plugin == hook.plugin);
        let route = place.map(|place| routes.swap_remove(place));
        if decided && route.is_none() {
            // Whoever comes after a decision need not be asked.
            continue;
        }
        let (outcome, copies) = match route {
            Some(route) => (route.outcome.map_err(|failure| failure.reason), route.copies),
            None => (Err("it is not there".to_owned()), Vec::new()),
        };
        let decision = match outcome {
            Ok(decision) => {
                let fresh = copies.into_iter().filter(|code| !directed.copies.contains(code));
                let fresh: Vec<_> = fresh.collect();
                directed.copies.extend(fresh);
                decision
            }
            Err(why) => {
                let plugin = &hook.plugin;
                tracing::warn!(%plugin, why, "a plugin could not route a document");
                match (on_failure(hook), purpose) {
                    (OnFailure::Continue, _) => RouteDecision::Continue,
                    (OnFailure::Refuse, Purpose::Delivery) if !decided => {
                        directed.away = true;
                        RouteDecision::Continue
                    }
                    _ => RouteDecision::Hold {
                        until: Timestamp::default(),
                        reason: format!("{plugin} has not routed it yet: {why}"),
                    },
                }
            }
        };
        if !decided && decision != RouteDecision::Continue {
            (directed.decision, decided) = (decision, true);
        }
    }
    directed
}

#[cfg(test)]
mod tests {
    use super::super::judge::{PluginAnswer, PluginFailure, PluginRoute};
    use super::*;

    const FAILURES: [OnFailure; 3] = [OnFailure::Hold, OnFailure::Refuse, OnFailure::Continue];
    const PURPOSES: [Purpose; 3] = [Purpose::Validation, Purpose::Delivery, Purpose::Retry];

    fn failure() -> PluginFailure {
        PluginFailure { status: -12, reason: "panicked".into() }
    }

    /// What follows when the only validator answers this, or nothing.
    fn alone(hook: &PluginHook, outcome: Option<bool>, purpose: Purpose) -> Weighed {
        let kind = KindMatch { validators: vec![hook.clone()], routers: Vec::new() };
        let answer = |praise: bool| PluginAnswer {
            hook: hook.clone(),
            outcome: if praise { Ok(Vec::new()) } else { Err(failure()) },
        };
        weigh(&kind, PluginVerdict { answers: outcome.map(answer).into_iter().collect() }, purpose)
    }

    #[test]
    fn a_gate_that_does_not_answer_is_never_passed() {
        for on_failure in FAILURES {
            let mut gate = PluginHook::validator("nc", true, true);
            gate.on_failure = on_failure;
            for (purpose, outcome) in PURPOSES.into_iter().zip([Some(false), None, Some(false)]) {
                let weighed = alone(&gate, outcome, purpose);
                assert!(weighed.away || weighed.hold.is_some(), "{on_failure:?} {purpose:?}");
            }
            assert_eq!(alone(&gate, Some(true), Purpose::Delivery), Weighed::default());
        }
    }

    #[test]
    fn each_part_has_its_own_policy() {
        let owner = PluginHook::validator("nc", true, false);
        assert!(alone(&owner, None, Purpose::Delivery).away);
        assert!(alone(&owner, Some(false), Purpose::Validation).away);
        let observer = PluginHook::validator("nc", false, false);
        for purpose in PURPOSES {
            let weighed = alone(&observer, None, purpose);
            let levels: Vec<_> = weighed.findings.iter().map(|finding| finding.level).collect();
            assert_eq!(levels, [FindingLevel::Warning]);
            assert_eq!((weighed.away, weighed.hold), (false, None));
        }
        let strict = PluginHook { on_failure: OnFailure::Hold, ..observer };
        assert!(alone(&strict, None, Purpose::Delivery).hold.is_some());
        let alone = alone(&strict, None, Purpose::Validation);
        assert_eq!((alone.findings.len(), alone.away), (1, false));
    }

    fn route(plugin: &str, outcome: Result<RouteDecision, PluginFailure>) -> PluginRoute {
        let copies = vec!["AR".to_owned(), plugin.to_uppercase()];
        PluginRoute { hook: PluginHook::router(plugin), outcome, copies }
    }

    fn directed(routes: Vec<PluginRoute>, asked: &[PluginHook], purpose: Purpose) -> Directed {
        let kind = KindMatch { validators: Vec::new(), routers: asked.to_vec() };
        direct(&kind, RouteVerdict { routes }, purpose)
    }

    #[test]
    fn the_first_decision_counts_and_copies_add_up() {
        let reject = RouteDecision::Reject { reason: "no".into() };
        let asked = ["aa", "bb", "cc"].map(PluginHook::router);
        let routes = vec![
            route("aa", Ok(RouteDecision::Continue)),
            route("bb", Ok(reject.clone())),
            route("cc", Err(failure())),
        ];
        let all = directed(routes.clone(), &asked, Purpose::Delivery);
        assert_eq!(
            (all.decision, all.copies),
            (reject, vec!["AR".into(), "AA".into(), "BB".into()])
        );
        // In the order of the configuration, not in that of the answers.
        let mut turned = routes;
        turned.reverse();
        assert_eq!(directed(turned, &asked, Purpose::Delivery).copies, ["AR", "AA", "BB"]);
    }

    #[test]
    fn what_cannot_be_routed_waits_unless_it_may_go_on() {
        let mut hook = PluginHook::router("aa");
        for purpose in [Purpose::Delivery, Purpose::Retry] {
            let waits = directed(Vec::new(), std::slice::from_ref(&hook), purpose);
            assert!(matches!(waits.decision, RouteDecision::Hold { .. }));
        }
        hook.on_failure = OnFailure::Continue;
        let goes = directed(Vec::new(), std::slice::from_ref(&hook), Purpose::Delivery);
        assert_eq!(goes, Directed::default());
        hook.on_failure = OnFailure::Refuse;
        assert!(directed(Vec::new(), std::slice::from_ref(&hook), Purpose::Delivery).away);
        let again = directed(Vec::new(), &[hook], Purpose::Retry);
        assert!(matches!(again.decision, RouteDecision::Hold { .. }));
    }
}
