//! What instances in Rust show better than libraries do: on which thread they run, and when.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use phytohub_domain::{ContentForm, Timestamp};
use phytohub_exchange::plugin::Purpose;
use phytohub_plugin_api as api;
use phytohub_plugin_loader::instance::{CallContext, Completion, Offers};
use phytohub_plugin_loader::package::LoadBy;
use phytohub_plugin_loader::{
    DocumentView, EventView, FindingView, HostServices, HttpAsset, HttpRequestView, HttpRoute,
    RouteDecision, Sink, Status,
};
use phytohub_testkit::{FakeClock, TestHub};

use super::*;
use crate::hooks::{Called, Hooks};
use crate::settings::{INLINE_SLOW_MAX, INLINE_TIME};
use crate::source::{Code, CodeFacts, Package, PackageFacts};

/// A plugin in Rust: it owns the kind 851, judges in no time, and notes who calls it.
#[derive(Debug, Default)]
struct Noted {
    clock: Option<Arc<FakeClock>>,
    threads: Mutex<Vec<String>>,
    woken: Mutex<Vec<u64>>,
    ended: AtomicUsize,
}

#[derive(Clone, Debug)]
struct InRust(Arc<Noted>);

struct Instance {
    noted: Arc<Noted>,
    services: Arc<dyn HostServices>,
    offers: Offers,
}

impl Source for InRust {
    fn verify(&self, _settings: &PluginSettings) -> Result<Box<dyn Package>, LoadError> {
        Ok(Box::new(self.clone()))
    }
}

impl Package for InRust {
    fn facts(&self) -> PackageFacts {
        PackageFacts { requires: vec!["hub.kv/1".into()], ..PackageFacts::default() }
    }

    fn map(self: Box<Self>) -> Result<Arc<dyn Code>, LoadError> {
        Ok(Arc::new(*self))
    }
}

impl Code for InRust {
    fn facts(&self) -> CodeFacts {
        CodeFacts { inline_safe: true, ..CodeFacts::default() }
    }

    fn create(
        &self,
        services: Arc<dyn HostServices>,
        _config_json: &[u8],
        _call: &CallContext,
    ) -> Called<Arc<dyn Hooks>> {
        let mut offers = Offers::default();
        (offers.documents, offers.wake) = (true, true);
        Ok(Arc::new(Instance { noted: Arc::clone(&self.0), services, offers }))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        assert!(name.starts_with("plugin-"), "ended on a worker, not on {name}");
        self.noted.ended.fetch_add(1, Ordering::SeqCst);
    }
}

impl Hooks for Instance {
    fn offers(&self) -> &Offers {
        &self.offers
    }
    fn start(&self, _call: &CallContext) -> Called<()> {
        self.services.timer_after(1000, 7).expect("timers are granted to all");
        Ok(())
    }
    fn quiesce(&self, _call: &CallContext) -> Called<()> {
        Ok(())
    }
    fn kinds(&self, _call: &CallContext) -> Called<Vec<Kind>> {
        let flags = api::HUB_KIND_OWNER;
        Ok(vec![Kind { certificate_type: 851, name: "kind".into(), flags, ..Kind::default() }])
    }
    fn validate(
        &self,
        _call: &CallContext,
        _document: &DocumentView<'_>,
        _add: &mut dyn FnMut(FindingView<'_>) -> bool,
    ) -> Called<()> {
        if let Some(clock) = &self.noted.clock {
            clock.advance(INLINE_TIME * 2);
        }
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        self.noted.threads.lock().expect("nobody panics").push(name);
        Ok(())
    }
    fn describe(
        &self,
        _call: &CallContext,
        _document: &DocumentView<'_>,
        _add: &mut dyn FnMut(&str, &str) -> bool,
    ) -> Called<()> {
        Ok(())
    }
    fn render(
        &self,
        _call: &CallContext,
        _document: &DocumentView<'_>,
        _language: &str,
        _out: Sink<'_>,
    ) -> Called<()> {
        Ok(())
    }
    fn route(
        &self,
        _call: &CallContext,
        _document: &DocumentView<'_>,
        _copy: &mut dyn FnMut(&str) -> Status,
    ) -> Called<RouteDecision> {
        Ok(RouteDecision::default())
    }
    fn events(&self, _: &CallContext, _: &[EventView<'_>], _: u64) -> Called<Completion> {
        Ok(Completion::Done)
    }
    fn http_routes(&self) -> &[HttpRoute] {
        &[]
    }
    fn http_assets(&self) -> &[HttpAsset] {
        &[]
    }
    fn request(&self, _: &CallContext, _: &HttpRequestView<'_>, _: u64) -> Called<Completion> {
        Ok(Completion::Done)
    }
    fn wake(&self, _call: &CallContext, token: u64) -> Called<()> {
        self.noted.woken.lock().expect("nobody panics").push(token);
        Ok(())
    }
    fn snapshot(&self, _call: &CallContext, _directory: &Path) -> Called<()> {
        Ok(())
    }
    fn health(&self, _call: &CallContext) -> Called<()> {
        Ok(())
    }
    fn allocated(&self) -> Option<u64> {
        Some(42)
    }
}

async fn start(
    hub: &TestHub,
    noted: &Arc<Noted>,
    ids: &[&str],
    set: impl Fn(&mut PluginSettings),
) -> Result<PluginHost, StartHostError> {
    let plugins = ids.iter().map(|id| {
        let mut settings = PluginSettings::new(*id, "1.0.0");
        settings.grants = vec!["hub.kv/1".into()];
        set(&mut settings);
        settings
    });
    let settings = HostSettings {
        packages: PathBuf::new(),
        trust: Trust { keys: Vec::new(), revoked: Vec::new(), dev: true, load_by: LoadBy::Memfd },
        data: hub.directory().join("data"),
        breadcrumbs: hub.directory().join("breadcrumbs"),
        page_idle: Duration::from_secs(1),
        plugins: plugins.collect(),
    };
    let parts: (_, Arc<dyn Alarm>, Arc<dyn StartTask>) =
        (hub.hub().clone(), hub.shared_clock(), Arc::new(hub.tasks().clone()));
    let (source, post) = (Arc::new(InRust(Arc::clone(noted))), Arc::new(hub.hub().clone()));
    PluginHost::start_from(source, settings, post, parts).await
}

async fn validate(host: &PluginHost) {
    let query = KindQuery { certificate_type: Some(851), ..KindQuery::default() };
    let found = host.documents.finds(&query);
    let question = PluginQuestion {
        purpose: Purpose::Delivery,
        certificate_type: 851,
        certificate_status: 70,
        from: String::new(),
        to: String::new(),
        sent_by: String::new(),
        nppo_certificate_number: String::new(),
        hub_delivery_number: String::new(),
        at: Timestamp::default(),
        test: true,
        response: false,
        content: bytes::Bytes::new(),
        raw: bytes::Bytes::new(),
        raw_form: ContentForm::Plain,
    };
    let verdict = host.documents.validate(found, Arc::new(question)).await;
    assert!(verdict.answers.iter().all(|answer| answer.outcome.is_ok()), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn short_validators_run_where_they_are_asked_until_they_are_not_short() {
    let hub = TestHub::start().await;
    let clock = Some(hub.shared_clock());
    let noted = Arc::new(Noted { clock, ..Noted::default() });
    let host = start(&hub, &noted, &["inline"], |settings| settings.inline = true).await;
    let host = host.expect("it starts");
    for _ in 0..INLINE_SLOW_MAX + 2 {
        validate(&host).await;
    }
    let threads = noted.threads.lock().expect("nobody panics").clone();
    let on_workers: Vec<bool> = threads.iter().map(|name| name.starts_with("plugin-")).collect();
    assert_eq!(on_workers, [false, false, false, true, true]);
    assert!(!host.status().iter().any(|status| status.inline), "it was taken away");
    host.stop().await;
    assert_eq!(noted.ended.load(Ordering::SeqCst), 1);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_operators_leave_no_validator_runs_where_it_is_asked() {
    let hub = TestHub::start().await;
    let noted = Arc::new(Noted::default());
    let host = start(&hub, &noted, &["worker"], |_| {}).await.expect("it starts");
    validate(&host).await;
    assert!(noted.threads.lock().expect("nobody panics")[0].starts_with("plugin-worker-"));
    assert_eq!(host.status()[0].allocated, Some(42));
    host.stop().await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_of_one_kind_are_told_by_name() {
    let hub = TestHub::start().await;
    let noted = Arc::new(Noted::default());
    let error = start(&hub, &noted, &["one", "two"], |_| {}).await.expect_err("both own 851");
    let words = error.to_string();
    assert!(words.contains("one") && words.contains("two") && words.contains("851"), "{words}");
    assert_eq!(noted.ended.load(Ordering::SeqCst), 2, "neither is left running");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_required_and_not_granted_keeps_a_plugin_out() {
    let hub = TestHub::start().await;
    let noted = Arc::new(Noted::default());
    let host = start(&hub, &noted, &["poor"], |settings| settings.grants.clear()).await;
    let host = host.expect("the hub starts without it");
    let status = host.status().remove(0);
    assert_eq!(status.state, "failed");
    assert!(status.last_error.is_some_and(|words| words.contains("hub.kv/1")));
    host.stop().await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_wakes_on_a_worker_when_its_time_has_come() {
    let hub = TestHub::start().await;
    let noted = Arc::new(Noted::default());
    let host = start(&hub, &noted, &["timer"], |_| {}).await.expect("it starts");
    let woken = || noted.woken.lock().expect("nobody panics").clone();
    hub.clock().advance(Duration::from_millis(999));
    validate(&host).await;
    assert!(woken().is_empty());
    hub.clock().advance(Duration::from_millis(1));
    while woken().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(woken(), [7]);
    host.stop().await;
    hub.stop().await;
}
