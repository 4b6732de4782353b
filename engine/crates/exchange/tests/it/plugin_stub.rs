//! Plugins of a test: what they answer is set by hand.

use std::sync::{Arc, Mutex};

use phytohub_exchange::AdminRequest;
use phytohub_exchange::admin::ConnectionChanges;
use phytohub_exchange::plugin::{
    Asked, DocumentPlugins, FindingArea, FindingLevel, GateKeeper, GateKind, KindMatch, KindQuery,
    PluginActor, PluginAnswer, PluginDraft, PluginFailure, PluginFinding, PluginHook,
    PluginQuestion, PluginRoute, PluginVerdict, RouteDecision, RouteVerdict,
};

use super::fixture::Fixture;

/// Type of the notices of these tests, and their root.
pub(crate) const NOTICE: i32 = 9001;
pub(crate) const NAMESPACE: &str = "urn:notice";
pub(crate) const DOCUMENT: &str = "<n:Notice xmlns:n='urn:notice'>&amp; å</n:Notice>";

/// What the plugins of a test do.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) validators: Vec<(PluginHook, Result<Vec<PluginFinding>, PluginFailure>)>,
    pub(crate) routes: Vec<PluginRoute>,
    /// What they were asked.
    pub(crate) questions: Vec<Arc<PluginQuestion>>,
}

#[derive(Debug)]
pub(crate) struct Stub {
    gate: GateKind,
    pub(crate) script: Mutex<Script>,
}

impl Stub {
    /// Given to the hub, with these validators of notices.
    pub(crate) fn install(
        fixture: &Fixture,
        validators: Vec<(PluginHook, Result<Vec<PluginFinding>, PluginFailure>)>,
    ) -> Arc<Self> {
        let script = Mutex::new(Script { validators, ..Script::default() });
        let stub = Arc::new(Self { gate: gate(), script });
        fixture.hub.set_plugins(Some(stub.clone()));
        stub
    }

    /// From now on every validator answers so.
    pub(crate) fn answer(&self, outcome: &Result<Vec<PluginFinding>, PluginFailure>) {
        let mut script = self.script.lock().expect("nothing panics");
        script.validators.iter_mut().for_each(|(_, answer)| answer.clone_from(outcome));
    }

    pub(crate) fn route(&self, decision: RouteDecision, copies: &[&str]) {
        let copies = copies.iter().map(|code| (*code).to_owned()).collect();
        let hook = PluginHook::router("router");
        let route = PluginRoute { hook, outcome: Ok(decision), copies };
        self.script.lock().expect("nothing panics").routes = vec![route];
    }

    pub(crate) fn asked(&self) -> Vec<Arc<PluginQuestion>> {
        std::mem::take(&mut self.script.lock().expect("nothing panics").questions)
    }
}

impl DocumentPlugins for Stub {
    fn concerns(&self, _: Option<i32>) -> bool {
        true
    }

    fn finds(&self, kind: &KindQuery<'_>) -> KindMatch {
        let script = self.script.lock().expect("nothing panics");
        if !self.gate.matches(kind) {
            return KindMatch::default();
        }
        KindMatch {
            validators: script.validators.iter().map(|(hook, _)| hook.clone()).collect(),
            routers: script.routes.iter().map(|route| route.hook.clone()).collect(),
        }
    }

    fn validate(&self, kind: KindMatch, question: Arc<PluginQuestion>) -> Asked<'_, PluginVerdict> {
        let mut script = self.script.lock().expect("nothing panics");
        script.questions.push(question);
        let asked = script.validators.iter().filter(|(hook, _)| kind.validators.contains(hook));
        let answers = asked.map(|(hook, outcome)| {
            let (hook, outcome) = (hook.clone(), outcome.clone());
            PluginAnswer { hook, outcome }
        });
        let verdict = PluginVerdict { answers: answers.collect() };
        Box::pin(async { verdict })
    }

    fn route(&self, _: KindMatch, _: Arc<PluginQuestion>) -> Asked<'_, RouteVerdict> {
        let routes = self.script.lock().expect("nothing panics").routes.clone();
        Box::pin(async { RouteVerdict { routes } })
    }
}

pub(crate) fn gate() -> GateKind {
    GateKind {
        certificate_type: NOTICE,
        root_namespace: NAMESPACE.into(),
        root_name: "Notice".into(),
    }
}

pub(crate) fn away() -> Result<Vec<PluginFinding>, PluginFailure> {
    Err(PluginFailure { status: -6, reason: "deadline".into() })
}

pub(crate) fn finding(level: FindingLevel) -> PluginFinding {
    PluginFinding {
        level,
        area: FindingArea::Mapping,
        rule: "NC-1".into(),
        field: "Notice/Reason".into(),
        message: "is no reason".into(),
        offset: None,
    }
}

/// LK, AR and NL accept notices beside certificates.
pub(crate) async fn accept_notices(fixture: &Fixture) {
    for code in ["LK", "AR", "NO"] {
        let accepts = Some(vec![(NOTICE, 70), (851, 70)]);
        let responses = Some(true);
        let changes = ConnectionChanges { accepts, responses, ..ConnectionChanges::default() };
        let request =
            AdminRequest::ConnectionChange { code: code.into(), changes: Box::new(changes) };
        fixture.admin(request).await;
    }
}

pub(crate) async fn actor(fixture: &Fixture, act_as: &[&str]) -> PluginActor {
    let id = fixture.hub.plugin_id("nc").await.expect("a number");
    let act_as = act_as.iter().map(|code| code.parse().expect("a code")).collect();
    PluginActor { id, name: "nc".into(), act_as, observe_all: false }
}

pub(crate) fn draft(from: &str, to: &str, number: &str) -> PluginDraft {
    PluginDraft {
        act_as: from.into(),
        to: to.into(),
        certificate_type: NOTICE,
        certificate_status: 70,
        nppo_certificate_number: number.into(),
        content: DOCUMENT.as_bytes().into(),
        ..PluginDraft::default()
    }
}

/// Lets a keeper of held envelopes run by the fixture's clock, until the test ends.
pub(crate) fn keep(fixture: &Fixture) -> tokio::task::JoinSet<()> {
    let mut tasks = tokio::task::JoinSet::new();
    let keeper = GateKeeper::new(fixture.hub.clone(), fixture.clock.clone());
    tasks.spawn(keeper.run(std::future::pending()));
    tasks
}

/// Waits until so many envelopes are held.
pub(crate) async fn until_held(fixture: &Fixture, count: usize) {
    let mut events = fixture.hub.plugin_event_sequence();
    let wait = async {
        while fixture.store.held_len() != count {
            events.changed().await.expect("the store is open");
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.expect("it comes to that");
}
