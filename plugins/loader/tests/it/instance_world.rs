//! A plugin in C that does what it is told, and a hub that writes down what it is asked.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::Duration;

use phytohub_plugin_api::*;
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Instance};
use phytohub_plugin_loader::package::{
    Library, ManifestDraft, Trust, TrustedKey, keygen, sign, verify, write_manifest,
};
use phytohub_plugin_loader::*;

/// The plugin; hooks of one instance may run at once.
pub(crate) static BRIDGE: LazyLock<Library> = LazyLock::new(|| build("bridge", "0"));
/// The plugin, for one test alone, as it keeps what is static.
pub(crate) static HAUNTED: LazyLock<Library> = LazyLock::new(|| build("bridge-haunted", "0"));
/// The plugin; they may not.
pub(crate) static SERIAL: LazyLock<Library> =
    LazyLock::new(|| build("bridge-serial", "HUB_ENTRY_SERIAL"));

fn build(id: &str, flags: &str) -> Library {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = tempfile::tempdir().expect("a directory");
    let built = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-pthread"])
        .arg("-fvisibility=hidden")
        .arg(format!("-DFLAGS={flags}"))
        .arg(format!("-DID=\"{id}\""))
        .arg("-I")
        .arg(here.join("../api/include"))
        .arg("-o")
        .arg(package.path().join("plugin.so"))
        .args(["bridge.c", "host.c"].map(|file| here.join("tests/it/bridge").join(file)))
        .status();
    assert!(built.expect("cc runs").success());
    let key = keygen().expect("a key");
    write_manifest(&ManifestDraft::new(id, "1.0.0"), package.path()).expect("a manifest");
    sign(package.path(), &key).expect("a signature");
    let keys = vec![TrustedKey::unlimited(key.public())];
    let trust = Trust { keys, dev: true, ..Trust::default() };
    verify(package.path(), &trust).expect("a package").map().expect("a library")
}

/// A hub that writes down what it is asked.
#[derive(Default)]
pub(crate) struct Scribe {
    asked: Mutex<Vec<String>>,
    gate: Mutex<Gate>,
    moved: Condvar,
}

#[derive(Default)]
struct Gate {
    reached: bool,
    open: bool,
}

impl Scribe {
    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("a lock"))
    }

    /// Returns when a plugin waits in `kv` for the key `wait`.
    pub(crate) fn until_reached(&self) {
        let gate = self.gate.lock().expect("a lock");
        drop(self.moved.wait_while(gate, |gate| !gate.reached).expect("a lock"));
    }

    /// Lets it go on.
    pub(crate) fn open(&self) {
        self.gate.lock().expect("a lock").open = true;
        self.moved.notify_all();
    }

    fn wait(&self) {
        let mut gate = self.gate.lock().expect("a lock");
        gate.reached = true;
        self.moved.notify_all();
        drop(self.moved.wait_while(gate, |gate| !gate.open).expect("a lock"));
    }

    fn note(&self, text: String) {
        self.asked.lock().expect("a lock").push(text);
    }
}

/// As the plugin's own call says.
fn told(call: HostCall) -> String {
    format!("{} {}", call.deadline_ns, call.trace_id[0])
}

const ENVELOPE: EnvelopeView<'static> = EnvelopeView {
    flags: 0,
    certificate_type: 851,
    certificate_status: 70,
    state: HUB_STATE_DELIVERED,
    position: 1,
    accepted_ms: 2,
    changed_ms: 3,
    content_bytes: 4,
    hub_delivery_number: "N1",
    from: "XX",
    to: "YY",
    nppo_certificate_number: "n",
    message: "",
    content_hash: "",
    sender_certificate: "",
};

impl HostServices for Scribe {
    fn offers(&self, extension: &str) -> bool {
        extension.starts_with("hub.")
    }
    fn log_enabled(&self, level: u32, _target: &str) -> bool {
        level <= HUB_LOG_INFO
    }
    fn log(&self, record: &LogRecordView<'_>) {
        let LogRecordView { level, target, message, fields } = record;
        self.note(format!("log {level} {target} {message} {fields:?}"));
    }
    fn metric_register(&self, _call: HostCall, metric: &MetricView<'_>) -> Answer<u32> {
        self.note(format!("{metric:?}"));
        Ok(17)
    }
    fn metric_record(&self, handle: u32, value: f64) -> Answer {
        self.note(format!("record {handle} {value}"));
        Ok(())
    }
    fn ticket_complete(&self, ticket: u64, status: Status, detail: &str) -> Answer {
        self.note(format!("complete {ticket} {status} {detail}"));
        Err(Refusal::new(HUB_NOT_FOUND, "late"))
    }
    fn timer_after(&self, delay_ms: u64, token: u64) -> Answer {
        self.note(format!("after {delay_ms} {token}"));
        Ok(())
    }
    fn timer_cancel(&self, token: u64) -> Answer {
        self.note(format!("cancel {token}"));
        Ok(())
    }
    fn bytes_retain(&self, ticket: u64) -> Answer {
        self.note(format!("retain {ticket}"));
        Ok(())
    }
    fn bytes_slice(&self, ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        self.note(format!("slice {ticket} {offset} {len} {}", out(b"part")));
        Ok(())
    }
    fn bytes_release(&self, ticket: u64) -> Answer {
        self.note(format!("release {ticket}"));
        Ok(())
    }
    fn audit_append(
        &self,
        _call: HostCall,
        principal: &str,
        action: &str,
        detail: &str,
        hub_delivery_number: &str,
    ) -> Answer {
        self.note(format!("audit {principal} {action} {detail} {hub_delivery_number}"));
        Ok(())
    }
    fn secret(&self, _call: HostCall, name: &str, out: Sink<'_>) -> Answer {
        self.note(format!("secret {name}"));
        out(b"se");
        out(b"cret");
        Ok(())
    }
    fn data_path(&self, _call: HostCall, out: Sink<'_>) -> Answer {
        out(b"/data");
        Ok(())
    }
    fn data_usage(&self, _call: HostCall) -> Answer<(u64, u64)> {
        Ok((21, 22))
    }
    fn kv_get(&self, call: HostCall, key: &[u8], out: Sink<'_>) -> Answer {
        self.note(format!("get {} {}", key.escape_ascii(), told(call)));
        match key {
            b"wait" => self.wait(),
            b"missing" => return Err(Refusal::new(HUB_NOT_FOUND, "no such key")),
            b"panic" => panic!("a bug of the hub"),
            b"refused" => return Err(Refusal::new(HUB_DENIED, "ü".repeat(2000))),
            _ => {}
        }
        out(b"value");
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
        let mut visited = 0;
        while visited < 3 && visit((b"pk", b"v")) {
            visited += 1;
        }
        let (prefix, after) = (prefix.escape_ascii(), after.escape_ascii());
        self.note(format!("scan {prefix} {after} {limit} {visited}"));
        Ok(())
    }
    fn kv_write(
        &self,
        _call: HostCall,
        operations: &[KvOperationView<'_>],
        ticket: Option<u64>,
    ) -> Answer {
        self.note(format!("write {operations:?} {ticket:?}"));
        Ok(())
    }
    fn code_lookup(
        &self,
        _call: HostCall,
        list: &str,
        code: &str,
        language: &str,
        out: Sink<'_>,
    ) -> Answer {
        self.note(format!("lookup {list} {code} {language}"));
        out(b"text");
        Ok(())
    }
    fn code_each(&self, _call: HostCall, list: &str, visit: VisitCode<'_>) -> Answer {
        self.note(format!("codes {list}"));
        visit(&CodeView { flags: 0, code: "c", text: "one", language: "en" });
        visit(&CodeView { flags: 0, code: "d", text: "two", language: "en" });
        Ok(())
    }
    fn code_publish(
        &self,
        _call: HostCall,
        list: &str,
        revision: u32,
        codes: &[CodeView<'_>],
    ) -> Answer {
        self.note(format!("publish {list} {revision} {codes:?}"));
        Ok(())
    }
    fn submit(
        &self,
        _call: HostCall,
        key: &[u8],
        draft: &DraftView<'_>,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.note(format!("submit {} {draft:?}", key.escape_ascii()));
        visit(&ENVELOPE);
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
        self.note(format!("inbox {act_as} {after} {limit}"));
        visit(&ENVELOPE);
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
        let wanted = content.is_some();
        self.note(format!("read {act_as} {hub_delivery_number} {wanted}"));
        visit(&ENVELOPE);
        content.map_or(Ok(()), |content| {
            content(b"<a/>");
            Ok(())
        })
    }
    fn find(
        &self,
        _call: HostCall,
        parties: (&str, &str),
        nppo_certificate_number: &str,
        limit: u32,
        visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.note(format!("find {parties:?} {nppo_certificate_number} {limit}"));
        visit(&ENVELOPE);
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
        self.note(format!("{acknowledgement:?} {act_as} {hub_delivery_number} {message}"));
        Ok(())
    }
    fn status(
        &self,
        _call: HostCall,
        act_as: &str,
        hub_delivery_number: &str,
        _visit: VisitEnvelope<'_>,
    ) -> Answer {
        self.note(format!("status {act_as} {hub_delivery_number}"));
        Err(Refusal::new(HUB_NOT_FOUND, "no such envelope"))
    }
    fn connections(&self, _call: HostCall, visit: VisitConnection<'_>) -> Answer {
        const ALLOWED: &[(i32, i32)] = &[(851, 70), (657, 70)];
        let none = ConnectionView::default();
        visit(&ConnectionView { flags: 3, code: "XX", allowed: ALLOWED, ..none });
        visit(&ConnectionView { code: "YY", ..none });
        Ok(())
    }
    fn register(&self, _call: HostCall, connection: &ConnectionView<'_>) -> Answer {
        self.note(format!("{connection:?}"));
        Ok(())
    }
    fn http_read(&self, _call: HostCall, ticket: u64, out: Sink<'_>) -> Answer {
        self.note(format!("http read {ticket}"));
        out(b"body");
        Ok(())
    }
    fn http_start(
        &self,
        _call: HostCall,
        ticket: u64,
        status: u32,
        headers: &[HttpHeaderView<'_>],
    ) -> Answer {
        let [HttpHeaderView { name, value }] = headers else { panic!("one header") };
        self.note(format!("http start {ticket} {status} {name}: {}", value.escape_ascii()));
        Ok(())
    }
    fn http_write(&self, _call: HostCall, ticket: u64, bytes: &[u8]) -> Answer {
        self.note(format!("http write {ticket} {}", bytes.escape_ascii()));
        Ok(())
    }
    fn http_finish(&self, _call: HostCall, ticket: u64) -> Answer {
        self.note(format!("http finish {ticket}"));
        Ok(())
    }
    fn http_gone(&self, _ticket: u64) -> bool {
        false
    }
}

/// A call that may take as long as any test.
pub(crate) fn call() -> CallContext {
    CallContext::within(Duration::from_secs(600))
}

/// An instance, with the hub that it asks.
pub(crate) fn instance_of(library: &Library, config: &str) -> (Instance, Arc<Scribe>) {
    let hub = Arc::new(Scribe::default());
    let made = Instance::create(library, hub.clone(), config.as_bytes(), &call());
    (made.expect("an instance"), hub)
}

/// What is found when the plugin does this deed.
pub(crate) fn findings(instance: &Instance, deed: &str) -> Result<Vec<String>, CallFailure> {
    let mut found = Vec::new();
    let document = DocumentView { content: deed.as_bytes(), ..DocumentView::default() };
    instance.validate(&call(), &document, &mut |finding| {
        found.push(finding.message.to_owned());
        true
    })?;
    Ok(found)
}
