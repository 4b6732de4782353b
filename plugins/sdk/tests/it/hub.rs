//! A small hub: what it was told, and keys, envelopes and lists that it keeps in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Instance};
use phytohub_plugin_loader::package::{
    Library, ManifestDraft, Trust, TrustedKey, keygen, sign, verify, write_manifest,
};
use phytohub_plugin_loader::*;

/// The example that uses everything.
pub(crate) static EVERYTHING: LazyLock<Library> = LazyLock::new(|| map("everything"));
/// The example to begin with, under its plugin's id.
pub(crate) static PACKAGES: LazyLock<Library> = LazyLock::new(|| map_as("validator", "packages"));

fn map(example: &str) -> Library {
    map_as(example, example)
}

fn map_as(example: &str, id: &str) -> Library {
    let package = tempfile::tempdir().expect("a directory");
    std::fs::copy(built(example), package.path().join("plugin.so")).expect("the example is built");
    let key = keygen().expect("a key");
    let draft = ManifestDraft::new(id, env!("CARGO_PKG_VERSION"));
    write_manifest(&draft, package.path()).expect("a manifest");
    sign(package.path(), &key).expect("a signature");
    let keys = vec![TrustedKey::unlimited(key.public())];
    let trust = Trust { keys, dev: true, ..Trust::default() };
    verify(package.path(), &trust).expect("a package").map().expect("a library")
}

/// Cargo puts examples beside the directory of the test's own program.
fn built(example: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a path");
    let target = program.parent().and_then(Path::parent).expect("deps is in a directory");
    target.join("examples").join(format!("lib{example}.so"))
}

/// What a plugin makes of a hub.
pub(crate) fn create(
    library: &Library,
    hub: &Arc<Hub>,
    config: &str,
) -> Result<Instance, CallFailure> {
    Instance::create(library, Arc::clone(hub) as Arc<dyn HostServices>, config.as_bytes(), &call())
}

/// The example that uses everything, with this configuration.
pub(crate) fn everything(hub: &Arc<Hub>, config: &str) -> Instance {
    create(&EVERYTHING, hub, config).expect("an instance")
}

/// What `validate` says of a document.
pub(crate) fn told(instance: &Instance, document: &str) -> Result<Vec<String>, CallFailure> {
    let document = DocumentView { content: document.as_bytes(), content_ticket: 9, ..VIEW };
    let mut all = Vec::new();
    instance.validate(&call(), &document, &mut |finding| {
        all.push(finding.message.to_owned());
        true
    })?;
    Ok(all)
}

/// A document of nobody's.
pub(crate) const VIEW: DocumentView<'static> = DocumentView {
    purpose: HUB_FOR_DELIVERY,
    certificate_type: 999,
    certificate_status: 1,
    flags: 0,
    raw_form: HUB_FORM_CDATA,
    at_ms: 5,
    from: "XX",
    to: "YY",
    sent_by: "",
    nppo_certificate_number: "N1",
    hub_delivery_number: "",
    content: b"",
    raw: b"",
    content_ticket: 0,
};

/// A call with time enough.
pub(crate) fn call() -> CallContext {
    CallContext::within(Duration::from_secs(20))
}

/// An envelope that was submitted.
#[derive(Clone)]
struct Submitted {
    key: Vec<u8>,
    from: String,
    to: String,
    number: String,
    certificate: String,
    content: Vec<u8>,
    state: u32,
    message: String,
}

/// The hub.
#[derive(Default)]
pub(crate) struct Hub {
    refused: Vec<&'static str>,
    lines: Mutex<Vec<String>>,
    deadlines: Mutex<Vec<u64>>,
    kv: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    codes: Mutex<BTreeMap<(String, String), String>>,
    envelopes: Mutex<Vec<Submitted>>,
    body: Mutex<Vec<Vec<u8>>>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_found() -> Refusal {
    Refusal::new(HUB_NOT_FOUND, "not here")
}

impl Hub {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// A hub that does not offer these.
    pub(crate) fn without(refused: &[&'static str]) -> Arc<Self> {
        Arc::new(Self { refused: refused.to_vec(), ..Self::default() })
    }

    /// What it was told since the last time.
    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.lines))
    }

    /// The deadlines of the calls that it got since the last time.
    pub(crate) fn deadlines(&self) -> Vec<u64> {
        std::mem::take(&mut *lock(&self.deadlines))
    }

    pub(crate) fn put(&self, key: &str, value: &str) {
        lock(&self.kv).insert(key.into(), value.into());
    }

    pub(crate) fn value(&self, key: &str) -> Option<String> {
        let kv = lock(&self.kv);
        kv.get(key.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Pieces of the body of the request that comes.
    pub(crate) fn body(&self, pieces: &[&str]) {
        *lock(&self.body) = pieces.iter().rev().map(|piece| piece.as_bytes().to_vec()).collect();
    }

    fn line(&self, line: String) {
        lock(&self.lines).push(line);
    }

    fn show(&self, visit: VisitEnvelope<'_>, envelope: &Submitted, flags: u32) -> bool {
        visit(&EnvelopeView {
            flags,
            state: envelope.state,
            hub_delivery_number: &envelope.number,
            from: &envelope.from,
            to: &envelope.to,
            nppo_certificate_number: &envelope.certificate,
            message: &envelope.message,
            ..EnvelopeView::default()
        })
    }

    fn one(&self, act_as: &str, number: &str) -> Answer<Submitted> {
        let all = lock(&self.envelopes);
        let known = all.iter().find(|envelope| {
            envelope.number == number && (envelope.from == act_as || envelope.to == act_as)
        });
        known.cloned().ok_or_else(not_found)
    }
}

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
