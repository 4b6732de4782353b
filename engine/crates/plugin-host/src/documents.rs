//! Plugins as those who judge and route documents.

mod translate;

use std::sync::Arc;

use phytohub_exchange::plugin::{
    Asked, DocumentPlugins, KindMatch, KindQuery, OnFailure, PluginAnswer, PluginFailure,
    PluginFinding, PluginHook, PluginQuestion, PluginRoute, PluginVerdict, RouteDecision,
    RouteVerdict,
};
use phytohub_plugin_api as api;
use phytohub_plugin_loader::instance::CallContext;
use phytohub_plugin_loader::{DocumentView, Kind, Status};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::call::InFlight;
use crate::failure::HookError;
use crate::generation::Inside;
use crate::hook::Hook;
use crate::hooks::Called;
use crate::plugin::Plugin;
use crate::world::{World, all};

use translate::{add, decision, too_large, view};

/// The plugins of the configuration, in their order, as the hub asks them about documents.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) world: Arc<World>,
    pub(crate) plugins: Vec<Arc<Plugin>>,
}

impl DocumentPlugins for Documents {
    fn concerns(&self, certificate_type: Option<i32>) -> bool {
        let gate = api::HUB_KIND_GATE;
        self.plugins.iter().any(|plugin| {
            plugin.kinds().iter().any(|kind| {
                let by_type = certificate_type.is_none_or(|one| one == kind.certificate_type);
                by_type || (kind.flags & gate != 0 && !kind.root_name.is_empty())
            })
        })
    }

    fn finds(&self, query: &KindQuery<'_>) -> KindMatch {
        let mut found = KindMatch::default();
        for plugin in &self.plugins {
            let kinds = plugin.kinds();
            let matching: Vec<&Kind> = kinds.iter().filter(|kind| matches(kind, query)).collect();
            if matching.is_empty() {
                continue;
            }
            let has = |flag| matching.iter().any(|kind| kind.flags & flag != 0);
            let owner = has(api::HUB_KIND_OWNER);
            let gate = owner && has(api::HUB_KIND_GATE);
            let (settings, offers) = (plugin.settings.load(), plugin.current());
            let mut validator = PluginHook::validator(Arc::clone(&plugin.id), owner, gate);
            validator.on_failure = match (owner, gate) {
                (true, true) if settings.policy.gate == OnFailure::Continue => OnFailure::Hold,
                (true, true) => settings.policy.gate,
                (true, false) => settings.policy.owner,
                _ => settings.policy.observer,
            };
            found.validators.push(validator);
            if offers.is_some_and(|generation| generation.offers.routing) {
                let mut router = PluginHook::router(Arc::clone(&plugin.id));
                router.on_failure = settings.policy.route;
                found.routers.push(router);
            }
        }
        found
    }

    fn validate(&self, kind: KindMatch, question: Arc<PluginQuestion>) -> Asked<'_, PluginVerdict> {
        // All are asked before the first is waited for.
        let asked: Vec<_> = kind
            .validators
            .into_iter()
            .map(|hook| {
                let begun = self.begin_validate(&hook, &question);
                async move {
                    let outcome = match begun {
                        Begun::Here(outcome) => outcome,
                        Begun::Worker(in_flight) => in_flight.answer().await,
                    };
                    PluginAnswer { hook, outcome: outcome.map_err(|error| failure(&error)) }
                }
            })
            .collect();
        Box::pin(async move { PluginVerdict { answers: all(asked).await } })
    }

    fn route(&self, kind: KindMatch, question: Arc<PluginQuestion>) -> Asked<'_, RouteVerdict> {
        Box::pin(async move {
            let mut verdict = RouteVerdict::default();
            for hook in kind.routers {
                let asked = self.ask_route(&hook, &question).await;
                let (outcome, copies) = match asked {
                    Ok((decision, copies)) => (Ok(decision), copies),
                    Err(error) => (Err(failure(&error)), Vec::new()),
                };
                let decisive = outcome.as_ref().is_ok_and(|one| *one != RouteDecision::Continue);
                verdict.routes.push(PluginRoute { hook, outcome, copies });
                if decisive {
                    break;
                }
            }
            verdict
        })
    }
}

/// A call that was answered on this thread, or is under way on another.
enum Begun<T> {
    Here(Result<T, HookError>),
    Worker(InFlight<T>),
}

impl Documents {
    pub(crate) fn plugin(&self, id: &str) -> Option<&Arc<Plugin>> {
        self.plugins.iter().find(|plugin| &*plugin.id == id)
    }

    fn begin_validate(
        &self,
        hook: &PluginHook,
        question: &Arc<PluginQuestion>,
    ) -> Begun<Vec<PluginFinding>> {
        let gone = || Begun::Here(Err(HookError::NotInService { state: "not there" }));
        let Some(plugin) = self.plugin(&hook.plugin) else { return gone() };
        let Some(generation) = plugin.current() else {
            return Begun::Here(Err(plugin.not_in_service()));
        };
        let time = generation.settings.deadlines.validate;
        let matching: Vec<&Kind> =
            generation.kinds.iter().filter(|kind| of_type(kind, question)).collect();
        let most = matching.iter().map(|kind| kind.content_bytes_max).max().unwrap_or(0);
        if most > 0 && question.content.len() as u64 > most {
            return Begun::Here(Ok(vec![too_large(question.content.len(), most)]));
        }
        let short = generation.facts.inline_safe
            || matching.iter().any(|kind| kind.flags & api::HUB_KIND_INLINE_SAFE != 0);
        let question = Arc::clone(question);
        if short && may_block_here() {
            let here = tokio::task::block_in_place(|| {
                plugin.call_here(Hook::Validate, time, |inside, call| {
                    validate(inside, call, &question)
                })
            });
            if let Some(outcome) = here {
                return Begun::Here(outcome);
            }
        }
        let begun = plugin
            .begin(Hook::Validate, time, move |inside, call| validate(inside, call, &question));
        match begun {
            Ok(in_flight) => Begun::Worker(in_flight),
            Err(error) => Begun::Here(Err(error)),
        }
    }

    async fn ask_route(
        &self,
        hook: &PluginHook,
        question: &Arc<PluginQuestion>,
    ) -> Result<(RouteDecision, Vec<String>), HookError> {
        let gone = HookError::NotInService { state: "not there" };
        let plugin = self.plugin(&hook.plugin).ok_or(gone)?;
        let time = plugin.settings.load().deadlines.route;
        let (question, world) = (Arc::clone(question), Arc::clone(&self.world));
        let most = world.hub.limits().forwardings;
        let decided = plugin
            .call(Hook::Route, time, move |inside, call| {
                let mut copies = 0;
                let mut copy = |code: &str| -> Status {
                    if copies == most {
                        return api::HUB_EXHAUSTED;
                    }
                    if !world.hub.plugin_may_copy(&question, code) {
                        return api::HUB_NOT_FOUND;
                    }
                    copies += 1;
                    api::HUB_OK
                };
                lent(inside, &question, |document| inside.hooks.route(call, document, &mut copy))
            })
            .await?;
        Ok((decision(&decided), decided.copies))
    }

    /// The document as a page for people, by the plugin that owns its kind.
    pub(crate) async fn render(
        &self,
        kind: &KindMatch,
        question: Arc<PluginQuestion>,
        language: String,
    ) -> Result<Vec<u8>, HookError> {
        let plugin = self.owner(kind)?;
        let time = plugin.settings.load().deadlines.validate;
        plugin
            .call(Hook::Render, time, move |inside, call| {
                let mut page = Vec::new();
                let mut out = |piece: &[u8]| {
                    let fits = page.len() + piece.len() <= PAGE_BYTES_MAX;
                    if fits {
                        page.extend_from_slice(piece);
                    }
                    fits
                };
                lent(inside, &question, |document| {
                    inside.hooks.render(call, document, &language, &mut out)
                })?;
                Ok(page)
            })
            .await
    }

    /// What the document is about, by the plugin that owns its kind.
    pub(crate) async fn describe(
        &self,
        kind: &KindMatch,
        question: Arc<PluginQuestion>,
    ) -> Result<Vec<(String, String)>, HookError> {
        let plugin = self.owner(kind)?;
        let time = plugin.settings.load().deadlines.validate;
        plugin
            .call(Hook::Describe, time, move |inside, call| {
                let mut terms = Vec::new();
                let mut add = |name: &str, value: &str| {
                    terms.push((name.to_owned(), value.to_owned()));
                    terms.len() < TERMS_MAX
                };
                lent(inside, &question, |document| {
                    inside.hooks.describe(call, document, &mut add)
                })?;
                Ok(terms)
            })
            .await
    }

    fn owner(&self, kind: &KindMatch) -> Result<&Arc<Plugin>, HookError> {
        let owner = kind.validators.iter().find(|hook| hook.owner);
        owner.and_then(|hook| self.plugin(&hook.plugin)).ok_or(HookError::NotOffered)
    }
}

/// Whether this thread may block for a moment: the runtime is told and puts another in its place.
fn may_block_here() -> bool {
    Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread)
}

fn validate(
    inside: &Inside,
    call: &CallContext,
    question: &PluginQuestion,
) -> Called<Vec<PluginFinding>> {
    let mut findings = Vec::new();
    lent(inside, question, |document| {
        inside.hooks.validate(call, document, &mut |finding| add(&mut findings, &finding))
    })?;
    Ok(findings)
}

/// Shows a document for the length of a call; what the plugin keeps, it has kept by the ticket.
fn lent<T>(
    inside: &Inside,
    question: &PluginQuestion,
    work: impl FnOnce(&DocumentView<'_>) -> Called<T>,
) -> Called<T> {
    let kept = &inside.services.kept;
    let ticket = kept.lend(question.content.clone());
    let called = work(&view(question, ticket));
    kept.call_over(ticket);
    called
}

fn failure(error: &HookError) -> PluginFailure {
    PluginFailure { status: error.status(), reason: error.to_string() }
}

fn of_type(kind: &Kind, question: &PluginQuestion) -> bool {
    question.certificate_type == 0 || kind.certificate_type == question.certificate_type
}

/// Whether a document is of a kind; of a gate it is enough that its type or its root element is.
fn matches(kind: &Kind, query: &KindQuery<'_>) -> bool {
    let names_root = !kind.root_name.is_empty();
    let by_type = query.certificate_type.is_none_or(|one| one == kind.certificate_type);
    let by_root = names_root
        && kind.root_name == query.root_name
        && (kind.root_namespace.is_empty() || kind.root_namespace == query.root_namespace);
    let gate = kind.flags & api::HUB_KIND_GATE != 0 && kind.flags & api::HUB_KIND_OWNER != 0;
    let typed = query.certificate_type == Some(kind.certificate_type);
    (by_type && (by_root || !names_root)) || (gate && (by_root || typed))
}

/// Whether two owners would own one document.
pub(crate) fn overlap(one: &Kind, other: &Kind) -> bool {
    let same = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    let owner = api::HUB_KIND_OWNER;
    one.flags & other.flags & owner != 0
        && one.certificate_type == other.certificate_type
        && same(&one.root_name, &other.root_name)
        && same(&one.root_namespace, &other.root_namespace)
}

/// Terms of one document: the contract's.
const TERMS_MAX: usize = 100;
/// A page that a person reads, with room for pictures.
const PAGE_BYTES_MAX: usize = 16 << 20;
