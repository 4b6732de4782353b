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
