//! What the hub offers to one instance of a plugin.

mod answer;
mod code;
mod data;
mod kept;
mod kv;
mod log;
mod rate;
mod registry;
mod series;
mod timer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use phytohub_exchange::plugin::PluginActor;
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{
    Acknowledgement, Answer, CodeView, ConnectionView, DraftView, HostCall, HostServices,
    HttpHeaderView, KvOperationView, LogRecordView, MetricView, Sink, Status, VisitCode,
    VisitConnection, VisitEnvelope, VisitKv,
};

use crate::desk::EventDesk;
use crate::http::HttpTickets;
use crate::settings::PluginSettings;
use crate::world::World;

use answer::{found, refusal, refused};
pub(crate) use answer::{millis, state, together};
pub use data::data_bytes_used;
pub(crate) use kept::KeptBytes;
use log::LogDesk;
use rate::Rate;
use series::Series;
pub(crate) use timer::{Timers, WakeFuture};

/// What the hub offers to one instance of a plugin, within its grants and limits.
pub(crate) struct Services {
    pub(crate) world: Arc<World>,
    pub(crate) settings: Arc<PluginSettings>,
    pub(crate) events: EventDesk,
    pub(crate) kept: KeptBytes,
    pub(crate) timers: Timers,
    /// Who it is to the hub; what it registered is added.
    actor: ArcSwap<PluginActor>,
    /// Requests of browsers that it is to answer.
    pub(crate) http: Arc<HttpTickets>,
    log: LogDesk,
    series: Series,
    kv_rate: Rate,
    audit_rate: Rate,
    /// The instance is gone: a thread that it left behind gets nothing more.
    ended: AtomicBool,
}

impl Services {
    pub(crate) fn new(
        world: Arc<World>,
        settings: Arc<PluginSettings>,
        actor: PluginActor,
    ) -> Arc<Self> {
        let limits = settings.limits;
        Arc::new_cyclic(|this| Self {
            events: EventDesk::default(),
            kept: KeptBytes::new(limits.kept_bytes_max),
            timers: Timers::new(limits.timers_max, this.clone()),
            actor: ArcSwap::from_pointee(actor),
            http: Arc::default(),
            log: LogDesk::new(&settings.id, limits.log_lines_per_second),
            series: Series::new(limits.series_max),
            kv_rate: Rate::new(limits.kv_operations_per_second),
            audit_rate: Rate::new(limits.audit_rows_per_second),
            ended: AtomicBool::new(false),
            world,
            settings,
        })
    }

    /// Who it is to the hub.
    pub(crate) fn actor(&self) -> Arc<PluginActor> {
        self.actor.load_full()
    }

    /// Its instance exists: no more series.
    pub(crate) fn freeze(&self) {
        self.series.freeze();
    }

    /// Its instance is gone.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.timers.end();
        self.kept.end();
    }

    fn alive(&self) -> Answer {
        let ended = self.ended.load(Ordering::Acquire);
        if ended { Err(refused(api::HUB_UNAVAILABLE, "this instance is gone")) } else { Ok(()) }
    }

    fn count(&self, rate: &Rate, what: &'static str) -> Answer {
        self.alive()?;
        let may = rate.pass(self.world.now()).is_some();
        may.then_some(()).ok_or_else(|| refused(api::HUB_EXHAUSTED, what))
    }
}

impl HostServices for Services {
    fn offers(&self, extension: &str) -> bool {
        let known = KNOWN.contains(&extension);
        // Pages are answered by whoever offers pages.
        known && (extension == api::HUB_HTTP_RESPOND_ID || self.settings.grants(extension))
    }

    fn log_enabled(&self, level: u32, _target: &str) -> bool {
        log::enabled(level)
    }

    fn log(&self, record: &LogRecordView<'_>) {
        self.log.write(record, self.world.now());
    }

    fn metric_register(&self, _call: HostCall, metric: &MetricView<'_>) -> Answer<u32> {
        self.series.register(self.world.metrics(), &self.settings.id, metric)
    }

    fn metric_record(&self, handle: u32, value: f64) -> Answer {
        self.series.record(handle, value)
    }

    fn ticket_complete(&self, ticket: u64, status: Status, detail: &str) -> Answer {
        let done = self.events.complete(ticket, status, detail);
        done.then_some(()).ok_or_else(|| refused(api::HUB_NOT_FOUND, DONE_WITH))
    }

    fn timer_after(&self, delay_ms: u64, token: u64) -> Answer {
        self.alive()?;
        self.timers.after(&self.world, delay_ms, token)
    }

    fn timer_cancel(&self, token: u64) -> Answer {
        self.timers.cancel(token)
    }

    fn bytes_retain(&self, ticket: u64) -> Answer {
        self.kept.retain(ticket)
    }

    fn bytes_slice(&self, ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        self.kept.slice(ticket, offset, len, out)
    }

    fn bytes_release(&self, ticket: u64) -> Answer {
        self.kept.release(ticket)
    }

    fn audit_append(
        &self,
        _call: HostCall,
        principal: &str,
        action: &str,
        detail: &str,
        hub_delivery_number: &str,
    ) -> Answer {
        self.count(&self.audit_rate, "too many rows of the audit trail in a second")?;
        let (post, actor) = (&self.world.post, self.actor());
        let row = post.audit(&actor, (principal, action), detail, hub_delivery_number);
        self.world.wait(row).map_err(refusal)
    }

    fn secret(&self, _call: HostCall, name: &str, out: Sink<'_>) -> Answer {
        data::secret(&self.settings, name, out)
    }

    fn data_path(&self, _call: HostCall, out: Sink<'_>) -> Answer {
        self.alive()?;
        data::path(&self.world, &self.settings.id, out)
    }

    fn data_usage(&self, _call: HostCall) -> Answer<(u64, u64)> {
        let used = data_bytes_used(&self.world.data.join(&self.settings.id));
        let used = used.map_err(|error| refused(api::HUB_UNAVAILABLE, error.to_string()))?;
        Ok((used, self.settings.data_bytes_max))
    }

    fn kv_get(&self, _call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        self.count(&self.kv_rate, TOO_MANY_OPERATIONS)?;
        let take = &mut |piece: &[u8]| _ = out(piece);
        self.world.hub.plugin_kv_get(self.actor.load().id, key, take).map_err(refusal)
    }

    fn kv_scan(
        &self,
        _call: HostCall,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
        visit: VisitKv<'_>,
    ) -> Answer {
        self.count(&self.kv_rate, TOO_MANY_OPERATIONS)?;
        kv::scan(self, (prefix, after), limit, visit)
    }

    fn kv_write(
        &self,
        _call: HostCall,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        self.count(&self.kv_rate, TOO_MANY_OPERATIONS)?;
        kv::write(self, operations, ticket)
    }

    fn code_lookup(
        &self,
        _call: HostCall,
        list: &str,
        code: &str,
        language: &str,
        out: Sink<'_>,
    ) -> Answer {
        code::look_up(&self.world, list, code, language, out)
    }

    fn code_each(&self, _call: HostCall, list: &str, visit: VisitCode<'_>) -> Answer {
        code::each(&self.world, list, visit)
    }

    fn code_publish(
        &self,
        _call: HostCall,
        list: &str,
        revision: u32,
        codes: &[CodeView<'_>],
    ) -> Answer {
        self.alive()?;
        code::publish(&self.world, &self.settings, list, revision, codes)
    }

    fn submit(
        &self,
        _call: HostCall,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.alive()?;
        let draft = answer::draft(draft);
        let actor = self.actor();
        let submitted = self.world.wait(self.world.post.submit(&actor, key, draft));
        let submitted = submitted.map_err(refusal)?;
        answer::show(&submitted.envelope, submitted.repeated, visit);
        Ok(())
    }

    fn inbox(
        &self,
        _call: HostCall,
        act_as: &str,
        after: u64,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.alive()?;
        let actor = self.actor();
        let inbox = self.world.post.inbox(&actor, act_as, after, limit as usize);
        found(&self.world.wait(inbox).map_err(refusal)?, visit);
        Ok(())
    }

    fn read(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
        content: Option<Sink<'_>>,
    ) -> Answer {
        self.alive()?;
        let actor = self.actor();
        let wanted = content.is_some();
        let read = self.world.post.read(&actor, act_as, hub_delivery_number, wanted);
        let (envelope, bytes) = self.world.wait(read).map_err(refusal)?;
        answer::show(&envelope, false, visit);
        if let (Some(out), Some(bytes)) = (content, bytes) {
            out(&bytes);
        }
        Ok(())
    }

    fn find(
        &self,
        _call: HostCall,
        (from, to): (&str, &str),
        nppo_certificate_number: &str,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.alive()?;
        let (actor, limit) = (self.actor(), limit as usize);
        let find = self.world.post.find(&actor, (from, to), nppo_certificate_number, limit);
        found(&self.world.wait(find).map_err(refusal)?, visit);
        Ok(())
    }

    fn acknowledge(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        acknowledgement: Acknowledgement,
        message: &str,
    ) -> Answer {
        self.alive()?;
        let actor = self.actor();
        let said = answer::acknowledgement(acknowledgement, message);
        let done = self.world.post.acknowledge(&actor, act_as, hub_delivery_number, said);
        self.world.wait(done).map_err(refusal)
    }

    fn status(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.alive()?;
        let actor = self.actor();
        let status = self.world.post.status(&actor, act_as, hub_delivery_number);
        answer::show(&self.world.wait(status).map_err(refusal)?, false, visit);
        Ok(())
    }

    fn connections(&self, _call: HostCall, visit: VisitConnection<'_>) -> Answer {
        self.alive()?;
        let actor = self.actor();
        let told = self.world.wait(self.world.post.connections(&actor));
        for connection in told.map_err(refusal)? {
            if !answer::show_connection(&connection, visit) {
                break;
            }
        }
        Ok(())
    }

    fn register(&self, _call: HostCall, connection: &ConnectionView<'_>) -> Answer {
        self.alive()?;
        registry::register(self, connection)
    }

    fn http_read(&self, call: HostCall, ticket: u64, out: Sink<'_>) -> Answer {
        self.http.read(call, ticket, out)
    }

    fn http_start(
        &self,
        call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        self.http.start(call, ticket, status, headers)
    }

    fn http_write(&self, call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        self.http.write(call, ticket, bytes)
    }

    fn http_finish(&self, call: HostCall, ticket: u64) -> Answer {
        self.http.finish(call, ticket)
    }

    fn http_gone(&self, ticket: u64) -> bool {
        self.http.gone(ticket)
    }
}

/// Extensions that this hub has.
const KNOWN: [&str; 13] = [
    api::HUB_LOG_ID,
    api::HUB_METRICS_ID,
    api::HUB_TICKETS_ID,
    api::HUB_TIMERS_ID,
    api::HUB_BYTES_ID,
    api::HUB_AUDIT_ID,
    api::HUB_SECRETS_ID,
    api::HUB_DATA_ID,
    api::HUB_KV_ID,
    api::HUB_CODELISTS_ID,
    api::HUB_ENVELOPES_ID,
    api::HUB_REGISTRY_ID,
    api::HUB_HTTP_RESPOND_ID,
];

const DONE_WITH: &str = "the ticket was completed before, came too late, or never was";
const TOO_MANY_OPERATIONS: &str = "too many operations on keys in a second";
