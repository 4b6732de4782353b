//! What the small hub offers to plugins.

use phytohub_plugin_api::*;
use phytohub_plugin_loader::*;

use super::{Hub, Submitted, lock, not_found};

impl HostServices for Hub {
    fn offers(&self, extension: &str) -> bool {
        !self.refused.contains(&extension)
    }
    fn log_enabled(&self, level: u32, _target: &str) -> bool {
        level <= HUB_LOG_INFO
    }
    fn log(&self, record: &LogRecordView<'_>) {
        let LogRecordView { level, message, fields, .. } = record;
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.line(format!("log {level} {message} {}", fields.join(" ")));
    }
    fn metric_register(&self, _call: HostCall, metric: &MetricView<'_>) -> Answer<u32> {
        self.line(format!("metric {} {:?}", metric.name, metric.labels));
        Ok(17)
    }
    fn metric_record(&self, handle: u32, value: f64) -> Answer {
        self.line(format!("record {handle} {value}"));
        Ok(())
    }
    fn ticket_complete(&self, ticket: u64, status: Status, detail: &str) -> Answer {
        self.line(format!("complete {ticket} {status} {detail}"));
        Ok(())
    }
    fn timer_after(&self, delay_ms: u64, token: u64) -> Answer {
        self.line(format!("timer {delay_ms} {token}"));
        Ok(())
    }
    fn timer_cancel(&self, token: u64) -> Answer {
        let line = format!("cancel {token}");
        let repeated = lock(&self.lines).contains(&line);
        self.line(line);
        if repeated { Err(not_found()) } else { Ok(()) }
    }
    fn bytes_retain(&self, ticket: u64) -> Answer {
        self.line(format!("retain {ticket}"));
        Ok(())
    }
    fn bytes_slice(&self, _ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        let range = usize::try_from(offset).ok().zip(usize::try_from(offset + len).ok());
        let part = range.and_then(|(from, to)| b"keep".get(from..to));
        // In pieces, as a hub may.
        part.ok_or_else(not_found)?.iter().all(|byte| out(&[*byte]));
        Ok(())
    }
    fn bytes_release(&self, ticket: u64) -> Answer {
        self.line(format!("release {ticket}"));
        Ok(())
    }
    fn audit_append(
        &self,
        _call: HostCall,
        principal: &str,
        action: &str,
        detail: &str,
        number: &str,
    ) -> Answer {
        self.line(format!("audit {principal} {action} {detail} {number:?}"));
        Ok(())
    }
    fn secret(&self, _call: HostCall, name: &str, out: Sink<'_>) -> Answer {
        out(format!("secret {name}").as_bytes());
        Ok(())
    }
    fn data_path(&self, _call: HostCall, out: Sink<'_>) -> Answer {
        out(b"/data/everything");
        Ok(())
    }
    fn data_usage(&self, _call: HostCall) -> Answer<(u64, u64)> {
        Ok((1, 2))
    }
    fn kv_get(&self, call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        lock(&self.deadlines).push(call.deadline_ns);
        out(lock(&self.kv).get(key).ok_or_else(not_found)?);
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
        let kv = lock(&self.kv);
        let found = kv.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_slice() > after);
        found
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .all(|(key, value)| visit((key, value)));
        Ok(())
    }
    fn kv_write(
        &self,
        _call: HostCall,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        let mut kv = lock(&self.kv);
        for operation in operations {
            let met = match operation.expects {
                KvExpectation::Anything => true,
                KvExpectation::Nothing => !kv.contains_key(operation.key),
                KvExpectation::Value(value) => kv.get(operation.key).is_some_and(|is| is == value),
            };
            if !met {
                return Err(Refusal::new(HUB_CONFLICT, "a key holds something else"));
            }
        }
        for operation in operations {
            match operation.action {
                KvAction::Check => (),
                KvAction::Put(value) => drop(kv.insert(operation.key.into(), value.into())),
                KvAction::Delete => drop(kv.remove(operation.key)),
            }
        }
        if let Some(ticket) = ticket {
            self.line(format!("batch {ticket}"));
        }
        Ok(())
    }
    fn code_lookup(
        &self,
        _call: HostCall,
        list: &str,
        code: &str,
        _language: &str,
        out: Sink<'_>,
    ) -> Answer {
        let codes = lock(&self.codes);
        out(codes.get(&(list.into(), code.into())).ok_or_else(not_found)?.as_bytes());
        Ok(())
    }
    fn code_each(&self, _call: HostCall, list: &str, visit: VisitCode<'_>) -> Answer {
        let codes = lock(&self.codes);
        let found = codes.iter().filter(|((of, _), _)| of == list);
        found
            .map(|((_, code), text)| CodeView {
                flags: HUB_CODE_INACTIVE,
                code,
                text,
                language: "en",
            })
            .all(|code| visit(&code));
        Ok(())
    }
    fn code_publish(
        &self,
        _call: HostCall,
        list: &str,
        _revision: u32,
        codes: &[CodeView<'_>],
    ) -> Answer {
        let mut all = lock(&self.codes);
        for code in codes {
            all.insert((list.into(), code.code.into()), code.text.into());
        }
        Ok(())
    }
    fn submit(
        &self,
        _call: HostCall,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.line(format!("submit {} {:?}", draft.flags, draft.forwardings));
        let mut all = lock(&self.envelopes);
        if let Some(first) = all.iter().find(|envelope| envelope.key == key) {
            self.show(visit, first, HUB_ENVELOPE_REPEATED);
            return Ok(());
        }
        let submitted = Submitted {
            key: key.into(),
            from: draft.act_as.into(),
            to: draft.to.into(),
            number: format!("H{}", all.len() + 1),
            certificate: draft.nppo_certificate_number.into(),
            content: draft.content.into(),
            state: HUB_STATE_PENDING_DELIVERY,
            message: String::new(),
        };
        self.show(visit, &submitted, 0);
        all.push(submitted);
        Ok(())
    }
    fn inbox(
        &self,
        _call: HostCall,
        act_as: &str,
        _after: u64,
        _limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let all = lock(&self.envelopes);
        let mut found = all.iter().filter(|envelope| envelope.to == act_as);
        found.all(|envelope| self.show(visit, envelope, 0));
        Ok(())
    }
    fn read(
        &self,
        _call: HostCall,
        act_as: &str,
        number: &str,
        visit: VisitEnvelope<'_>,
        content: Option<Sink<'_>>,
    ) -> Answer {
        let envelope = self.one(act_as, number)?;
        self.show(visit, &envelope, 0);
        if let Some(content) = content {
            content(&envelope.content);
        }
        Ok(())
    }
    fn find(
        &self,
        _call: HostCall,
        (from, to): (&str, &str),
        certificate: &str,
        _limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let all = lock(&self.envelopes);
        let mut found = all.iter().filter(|envelope| {
            envelope.from == from
                && (to.is_empty() || envelope.to == to)
                && envelope.certificate == certificate
        });
        found.all(|envelope| self.show(visit, envelope, 0));
        Ok(())
    }
    fn acknowledge(
        &self,
        _call: HostCall,
        act_as: &str,
        number: &str,
        _acknowledgement: Acknowledgement,
        message: &str,
    ) -> Answer {
        self.one(act_as, number)?;
        for envelope in lock(&self.envelopes).iter_mut().filter(|one| one.number == number) {
            envelope.state = HUB_STATE_DELIVERED_WITH_WARNINGS;
            envelope.message = message.into();
        }
        Ok(())
    }
    fn status(
        &self,
        _call: HostCall,
        act_as: &str,
        number: &str,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        let envelope = self.one(act_as, number)?;
        self.show(visit, &envelope, 0);
        Ok(())
    }
    fn connections(&self, _call: HostCall, visit: VisitConnection<'_>) -> Answer {
        let allowed = &[(851, 70)];
        let flags = HUB_CONNECTION_SENDS | HUB_CONNECTION_MINE;
        visit(&ConnectionView { flags, code: "XX", name: "Exland", country: "XX", allowed });
        Ok(())
    }
    fn register(&self, _call: HostCall, connection: &ConnectionView<'_>) -> Answer {
        self.line(format!("register {} {}", connection.code, connection.flags));
        Ok(())
    }
    fn http_read(&self, _call: HostCall, _ticket: u64, out: Sink<'_>) -> Answer {
        if let Some(piece) = lock(&self.body).pop() {
            out(&piece);
        }
        Ok(())
    }
    fn http_start(
        &self,
        _call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        let headers: Vec<_> = headers
            .iter()
            .map(|header| format!("{}: {}", header.name, String::from_utf8_lossy(header.value)))
            .collect();
        self.line(format!("start {ticket} {status} {}", headers.join("; ")));
        Ok(())
    }
    fn http_write(&self, _call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        self.line(format!("write {ticket} {}", String::from_utf8_lossy(bytes)));
        Ok(())
    }
    fn http_finish(&self, _call: HostCall, ticket: u64) -> Answer {
        self.line(format!("finish {ticket}"));
        Ok(())
    }
}
