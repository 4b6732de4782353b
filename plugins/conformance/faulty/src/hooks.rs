//! The hooks: each behaves, after it was tempted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use phytohub_plugin_sdk::host::Operation;
use phytohub_plugin_sdk::{
    Area, Call, Copies, CreateError, Document, Documents, Error, EventKinds, Events, Findings,
    Handled, Health, Host, HttpRoute, HttpRoutes, Kind, Lifecycle, Output, Plugin, Reply, Request,
    Responder, Result, RouteDecision, Routing, Snapshot, Terms, Wake,
};

use crate::config::{Config, Hook, Sin};
use crate::sin::wait;
use crate::{Faulty, ffi};

impl Plugin for Faulty {
    const ID: &'static str = "faulty";
    type Config = Config;

    fn create(host: Host, config: Config) -> Result<Self, CreateError> {
        let faulty = Self {
            config,
            host,
            calls: AtomicU64::new(0),
            threads: Mutex::new(Vec::new()),
            retained: Mutex::new(None),
        };
        faulty.tempt(Hook::Create)?;
        Ok(faulty)
    }

    fn start(&self, _call: &Call<'_>) -> Result<()> {
        self.tempt(Hook::Start)?;
        let Some(file) = self.starts() else { return Ok(()) };
        let before = fs::read_to_string(&file).ok().and_then(|text| text.parse::<u32>().ok());
        let written = fs::write(file, (before.unwrap_or_default() + 1).to_string());
        written.map_err(|error| Error::unavailable("its file").because(error))
    }

    fn quiesce(&self, _call: &Call<'_>) -> Result<()> {
        self.tempt(Hook::Quiesce)?;
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            thread.join().map_err(|_| Error::internal("a thread panicked"))?;
        }
        Ok(())
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        // An error has nowhere to go; the other sins need no answer.
        let _ = self.tempt(Hook::Drop);
    }
}

impl Documents for Faulty {
    fn kinds(&self) -> Vec<Kind> {
        let _ = self.tempt(Hook::Kinds);
        let number = self.config.certificate_type.unwrap_or(851);
        let kind = if self.config.owner {
            Kind::owner(number, "faulty document")
        } else {
            Kind::observer(number, "faulty document")
        };
        vec![if self.config.gate { kind.gate() } else { kind }]
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        let retained = self.retained.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(retained) = retained {
            let byte = retained.first_byte();
            findings.warning(Area::Schema, "F-RETAINED", "", &format!("it was {byte}"));
        }
        if self.sins(Hook::Validate) {
            match self.config.sin {
                Sin::RetainedPointer => {
                    let kept = ffi::Retained::of(document.content());
                    *self.retained.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
                }
                _ => self.commit()?,
            }
        }
        call.check()
    }

    fn describe(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        terms: &mut Terms<'_>,
    ) -> Result<()> {
        self.tempt(Hook::Describe)?;
        terms.add("bytes", &document.content().len().to_string());
        Ok(())
    }

    fn render(
        &self,
        _call: &Call<'_>,
        _document: &Document<'_>,
        language: &str,
        out: &mut Output<'_>,
    ) -> Result<()> {
        self.tempt(Hook::Render)?;
        out.push(format!("<p>{}</p>", language.len()))
    }
}

impl Routing for Faulty {
    fn route(
        &self,
        _call: &Call<'_>,
        _document: &Document<'_>,
        _copies: &mut Copies<'_>,
    ) -> Result<RouteDecision> {
        self.tempt(Hook::Route)?;
        Ok(RouteDecision::Continue)
    }
}

impl Lifecycle for Faulty {
    const MASK: EventKinds = EventKinds::ALL;

    fn events(&self, _call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        if self.sins(Hook::Events) {
            match self.config.sin {
                Sin::DoubleCompletion => {
                    let (first, second) = (batch.later(&self.host), batch.later(&self.host));
                    first.complete(Ok(()))?;
                    // Refused, if the hub does as it says; either way the batch is done with.
                    if second.complete(Ok(())).is_ok() {
                        return Err(Error::internal("a batch could be completed twice"));
                    }
                    return Ok(Handled::Later);
                }
                Sin::LateCompletion => return self.complete_late(batch),
                Sin::NeverCompletion => {
                    std::mem::forget(batch.later(&self.host));
                    return Ok(Handled::Later);
                }
                _ => self.commit()?,
            }
        }
        if self.config.record {
            let events = batch.iter().map(|event| {
                Operation::put(format!("event/{:020}", event.sequence).into_bytes(), *b"1")
            });
            self.host.kv().write(events).with_batch(batch).commit()?;
        }
        Ok(Handled::Done)
    }
}

impl Faulty {
    fn complete_late(&self, batch: &Events<'_>) -> Result<Handled> {
        let (later, ms) = (batch.later(&self.host), self.config.ms);
        let thread = thread::Builder::new().name("late".to_owned()).spawn(move || {
            wait(Duration::from_millis(ms));
            // Whether it came too late is the hub's to say.
            let _ = later.complete(Ok(()));
        });
        let thread = thread.map_err(|error| Error::internal(error.to_string()))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(Handled::Later)
    }
}

impl HttpRoutes for Faulty {
    fn routes(&self) -> Vec<HttpRoute> {
        vec![HttpRoute::get("page"), HttpRoute::post("form", 1 << 20)]
    }

    fn request(
        &self,
        _call: &Call<'_>,
        _request: &Request<'_>,
        responder: Responder,
    ) -> Result<()> {
        self.tempt(Hook::Request)?;
        responder.reply(Reply::text(200, "it behaves\n"))
    }
}

impl Wake for Faulty {
    fn wake(&self, _call: &Call<'_>, _token: u64) -> Result<()> {
        self.tempt(Hook::Wake)
    }
}

impl Snapshot for Faulty {
    fn snapshot(&self, _call: &Call<'_>, directory: &Path) -> Result<()> {
        self.tempt(Hook::Snapshot)?;
        let Some(file) = self.starts() else { return Ok(()) };
        let copied = fs::copy(file, directory.join(STARTS));
        copied.map(drop).map_err(|error| Error::unavailable("its file").because(error))
    }
}

impl Faulty {
    /// The file with how often it was started, where `hub.data/1` is granted.
    fn starts(&self) -> Option<PathBuf> {
        Some(self.host.data().path().ok()?.join(STARTS))
    }
}

impl Health for Faulty {
    fn health(&self, _call: &Call<'_>) -> Result<()> {
        self.tempt(Hook::Health)
    }
}

const STARTS: &str = "starts";
