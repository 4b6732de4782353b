//! A small hub: what it was told, and keys, envelopes and lists that it keeps in memory.

#[path = "hub/services.rs"]
mod services;

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
