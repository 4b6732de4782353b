//! What the hub offers, answered from memory.

use std::fs;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::package::GRANTED_TO_ALL;
use phytohub_plugin_loader::{
    Acknowledgement, Answer, CodeView, ConnectionView, DraftView, HostCall, HostServices,
    HttpHeaderView, KvOperationView, LogRecordView, MetricView, Refusal, Sink, Status, VisitCode,
    VisitConnection, VisitEnvelope, VisitKv,
};

use super::pages::{Page, no_request};
use super::{AuditLine, LogLine, MockHost, SeriesRecord, State};

/// Names of the calls that a plugin can make and that can fail.
pub const CALLS: [&str; 28] = [
    "metrics.register",
    "metrics.record",
    "tickets.complete",
    "timers.after",
    "timers.cancel",
    "bytes.retain",
    "bytes.slice",
    "bytes.release",
    "audit.append",
    "secrets.get",
    "data.path",
    "data.usage",
    "kv.get",
    "kv.scan",
    "kv.write",
    "codelists.lookup",
    "codelists.each",
    "codelists.publish",
    "envelopes.submit",
    "envelopes.inbox",
    "envelopes.read",
    "envelopes.find",
    "envelopes.acknowledge",
    "envelopes.status",
    "registry.each",
    "registry.register",
    "http.read",
    "http.respond",
];

impl HostServices for MockHost {
    fn offers(&self, extension: &str) -> bool {
        GRANTED_TO_ALL.contains(&extension)
            || EXTENSIONS.contains(&extension)
                && self.0.grants.as_ref().is_none_or(|grants| grants.contains(extension))
    }

    fn log_enabled(&self, _level: u32, _target: &str) -> bool {
        true
    }
    fn log(&self, record: &LogRecordView<'_>) {
        self.state().logs.push(LogLine {
            level: record.level,
            target: record.target.to_owned(),
            message: record.message.to_owned(),
            fields: owned(record.fields),
        });
    }

    fn metric_register(&self, _call: HostCall, metric: &MetricView<'_>) -> Answer<u32> {
        let mut state = self.enter("metrics.register")?;
        let handle = u32::try_from(state.series.len()).unwrap_or(u32::MAX);
        state.series.push(SeriesRecord {
            kind: metric.kind,
            name: metric.name.to_owned(),
            labels: owned(metric.labels),
            values: Vec::new(),
        });
        Ok(handle)
    }
    fn metric_record(&self, handle: u32, value: f64) -> Answer {
        let mut state = self.enter("metrics.record")?;
        let series = state.series.get_mut(handle as usize);
        series.ok_or_else(|| absent("there is no such series"))?.values.push(value);
        Ok(())
    }

    fn ticket_complete(&self, ticket: u64, status: Status, detail: &str) -> Answer {
        let mut state = self.enter("tickets.complete")?;
        if !state.end_batch(ticket, status == HUB_OK) {
            return Err(absent("the ticket is done with"));
        }
        state.completed.insert(ticket, (status, detail.to_owned()));
        Ok(())
    }

    fn timer_after(&self, delay_ms: u64, token: u64) -> Answer {
        self.enter("timers.after")?.timers.insert(token, delay_ms);
        Ok(())
    }
    fn timer_cancel(&self, token: u64) -> Answer {
        let removed = self.enter("timers.cancel")?.timers.remove(&token);
        removed.map(|_| ()).ok_or_else(|| absent("no such timer runs"))
    }

    fn bytes_retain(&self, ticket: u64) -> Answer {
        let mut state = self.enter("bytes.retain")?;
        let lent = state.lent.get(&ticket).cloned();
        let lent = lent.ok_or_else(|| absent("the call is over"))?;
        state.kept.insert(ticket, lent);
        Ok(())
    }
    fn bytes_slice(&self, ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        let state = self.enter("bytes.slice")?;
        let kept = state.kept.get(&ticket).ok_or_else(|| absent("it was not kept"))?;
        let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(kept.len());
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(kept.len() - begin);
        out(kept.get(begin..begin + len).unwrap_or_default());
        Ok(())
    }
    fn bytes_release(&self, ticket: u64) -> Answer {
        let removed = self.enter("bytes.release")?.kept.remove(&ticket);
        removed.map(|_| ()).ok_or_else(|| absent("it was not kept"))
    }

    fn audit_append(
        &self,
        _call: HostCall,
        principal: &str,
        action: &str,
        detail: &str,
        hub_delivery_number: &str,
    ) -> Answer {
        self.enter("audit.append")?.audit.push(AuditLine {
            principal: principal.to_owned(),
            action: action.to_owned(),
            detail: detail.to_owned(),
            hub_delivery_number: hub_delivery_number.to_owned(),
        });
        Ok(())
    }

    fn secret(&self, _call: HostCall, name: &str, out: Sink<'_>) -> Answer {
        drop(self.enter("secrets.get")?);
        let secret = self.0.secrets.get(name).ok_or_else(|| absent("no secret of that name"))?;
        out(secret);
        Ok(())
    }

    fn data_path(&self, _call: HostCall, out: Sink<'_>) -> Answer {
        drop(self.enter("data.path")?);
        out(self.0.data.path().as_os_str().as_encoded_bytes());
        Ok(())
    }
    fn data_usage(&self, _call: HostCall) -> Answer<(u64, u64)> {
        drop(self.enter("data.usage")?);
        let files = fs::read_dir(self.0.data.path()).into_iter().flatten().flatten();
        let used = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
        Ok((used, 1 << 30))
    }

    fn kv_get(&self, _call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        let value = self.enter("kv.get")?.kv.get(key).cloned();
        out(&value.ok_or_else(|| absent("the key holds nothing"))?);
        Ok(())
    }
    fn kv_scan(
        &self,
        _call: HostCall,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
        visit: VisitKv<'_>,
    ) -> Answer {
        let all = self.enter("kv.scan")?.kv.clone();
        let found = all.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_slice() > after);
        for (key, value) in found.take(limit as usize) {
            if !visit((key, value)) {
                break;
            }
        }
        Ok(())
    }
    fn kv_write(
        &self,
        _call: HostCall,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        self.enter("kv.write")?.write(operations, ticket)
    }

    fn code_lookup(
        &self,
        _call: HostCall,
        list: &str,
        code: &str,
        language: &str,
        out: Sink<'_>,
    ) -> Answer {
        let state = self.enter("codelists.lookup")?;
        let text = state.lists.get(list).and_then(|list| list.text(code, language));
        out(text.ok_or_else(|| absent("no such code"))?.as_bytes());
        Ok(())
    }
    fn code_each(&self, _call: HostCall, list: &str, visit: VisitCode<'_>) -> Answer {
        let list = self.enter("codelists.each")?.lists.get(list).cloned();
        for (flags, code, text, language) in &list.ok_or_else(|| absent("no such list"))?.codes {
            if !visit(&CodeView { flags: *flags, code, text, language }) {
                break;
            }
        }
        Ok(())
    }
    fn code_publish(
        &self,
        _call: HostCall,
        list: &str,
        revision: u32,
        codes: &[CodeView<'_>],
    ) -> Answer {
        let mut state = self.enter("codelists.publish")?;
        state.lists.entry(list.to_owned()).or_default().replace(revision, codes)
    }

    fn submit(
        &self,
        _call: HostCall,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.enter("envelopes.submit")?.exchange.submit(key, draft, visit)
    }
    fn inbox(
        &self,
        _call: HostCall,
        act_as: &str,
        after: u64,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.enter("envelopes.inbox")?.exchange.inbox(act_as, after, limit, visit)
    }
    fn read(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
        content: Option<Sink<'_>>,
    ) -> Answer {
        let state = self.enter("envelopes.read")?;
        state.exchange.read(act_as, hub_delivery_number, visit, content)
    }
    fn find(
        &self,
        _call: HostCall,
        parties: (&str, &str),
        nppo_certificate_number: &str,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let state = self.enter("envelopes.find")?;
        state.exchange.find(parties, nppo_certificate_number, limit, visit)
    }
    fn acknowledge(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        acknowledgement: Acknowledgement,
        message: &str,
    ) -> Answer {
        let mut state = self.enter("envelopes.acknowledge")?;
        state.exchange.acknowledge(act_as, hub_delivery_number, acknowledgement, message)
    }
    fn status(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let state = self.enter("envelopes.status")?;
        state.exchange.read(act_as, hub_delivery_number, visit, None)
    }

    fn connections(&self, _call: HostCall, visit: VisitConnection<'_>) -> Answer {
        self.enter("registry.each")?.exchange.connections(visit);
        Ok(())
    }
    fn register(&self, _call: HostCall, connection: &ConnectionView<'_>) -> Answer {
        self.enter("registry.register")?.exchange.register(connection)
    }

    fn http_read(&self, _call: HostCall, ticket: u64, out: Sink<'_>) -> Answer {
        page(&mut *self.enter("http.read")?, ticket)?.read(out)
    }
    fn http_start(
        &self,
        _call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        page(&mut *self.enter("http.respond")?, ticket)?.start(status, headers)
    }
    fn http_write(&self, _call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        page(&mut *self.enter("http.respond")?, ticket)?.write(bytes)
    }
    fn http_finish(&self, _call: HostCall, ticket: u64) -> Answer {
        page(&mut *self.enter("http.respond")?, ticket)?.finish()
    }
    fn http_gone(&self, ticket: u64) -> bool {
        self.state().pages.get(&ticket).is_none_or(Page::is_gone)
    }
}

fn page(state: &mut State, ticket: u64) -> Answer<&mut Page> {
    state.pages.get_mut(&ticket).ok_or_else(no_request)
}

fn absent(reason: &'static str) -> Refusal {
    Refusal::new(HUB_NOT_FOUND, reason)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the hub has beyond what all plugins are granted.
const EXTENSIONS: [&str; 8] = [
    HUB_AUDIT_ID,
    HUB_CODELISTS_ID,
    HUB_DATA_ID,
    HUB_ENVELOPES_ID,
    HUB_HTTP_RESPOND_ID,
    HUB_KV_ID,
    HUB_REGISTRY_ID,
    HUB_SECRETS_ID,
];
