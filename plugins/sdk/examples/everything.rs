//! Uses everything that the hub offers, and goes wrong wherever it is told to. `validate` does what
//! the document says and answers in findings.

use std::panic::panic_any;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use phytohub_plugin_sdk::host::{
    Acknowledgement, Code, Connection, Counter, Draft, KeptDocument, Operation,
};
use phytohub_plugin_sdk::{
    Area, Asset, Call, Copies, CreateError, Document, Documents, Error, ErrorKind, EventKind,
    EventKinds, Events, Findings, Handled, Health, Host, HttpRoute, HttpRoutes, Kind, Level,
    Lifecycle, Output, PendingBatch, Plugin, Reply, Request, Responder, Result, RouteDecision,
    Routing, Snapshot, Terms, Wake, export_plugin,
};
use serde::Deserialize;

struct Everything {
    host: Host,
    config: Config,
    seen: Option<Counter>,
    kept: Mutex<Option<KeptDocument>>,
    batch: Mutex<Option<PendingBatch>>,
    responder: Mutex<Option<Responder>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    /// The hook that panics.
    panic_in: String,
    /// Whether the panic's payload panics when it is dropped.
    panic_again: bool,
    /// Extensions without which there is no instance.
    require: Vec<String>,
    limits: Limits,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Limits {
    days: u32,
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(Self);
    }
}

impl Everything {
    fn pass(&self, hook: &str) {
        if self.config.panic_in == hook {
            if self.config.panic_again {
                panic_any(Bomb);
            }
            panic!("told to panic in {hook}");
        }
    }

    fn documents(&self, document: &Document<'_>) -> Result<Vec<String>> {
        let kept = self.host.keep(document)?;
        let all = String::from_utf8_lossy(&kept.content()?).into_owned();
        let part = String::from_utf8_lossy(&kept.slice(1, 2)?).into_owned();
        *self.kept.lock().map_err(|_| Error::internal("poisoned"))? = Some(kept);
        Ok(vec![all, part])
    }

    fn kv(&self) -> Result<Vec<String>> {
        let kv = self.host.kv();
        let mut told = vec![format!("{:?}", kv.get("a")?)];
        kv.write([Operation::put("a", "1").expecting_nothing(), Operation::put("ab", "2")])
            .and(Operation::put_json("b", &3)?)
            .commit()?;
        told.push(format!("{:?}", kv.get_json::<u32>("b")?));
        told.push(format!("{:?}", kv.list("a", "", 10)?));
        told.push(format!("{:?}", kv.list("a", "a", 10)?));
        let again = kv.write([Operation::put("a", "9").expecting_nothing()]).commit();
        told.push(format!("{:?}", again.map_err(|error| (error.kind(), error.chain()))));
        kv.write([Operation::check("a").expecting("1"), Operation::delete("ab")]).commit()?;
        told.push(format!("{:?}", kv.list("", "", 10)?.len()));
        Ok(told)
    }

    fn envelopes(&self, document: &Document<'_>) -> Result<Vec<String>> {
        let envelopes = self.host.envelopes();
        let draft = Draft::new("XX", "YY", document.content())
            .with_certificate(851, 70, "N1")
            .with_forwarding("CH");
        let first = envelopes.submit("key", &draft)?;
        let again = envelopes.submit("key", &draft)?;
        let number = first.hub_delivery_number.as_str();
        let mut told = vec![format!("{number} {} {}", first.repeated, again.repeated)];
        let (read, content) = envelopes.read("YY", number)?;
        told.push(format!("{:?} {}", read.state, String::from_utf8_lossy(&content)));
        told.push(format!("{:?}", envelopes.inbox("YY", 0, 10)?.len()));
        told.push(format!("{:?}", envelopes.find("XX", None, "N1", 10)?.len()));
        told.push(format!("{:?}", envelopes.find("XX", Some("ZZ"), "N1", 10)?.len()));
        envelopes.acknowledge("YY", number, Acknowledgement::WithWarning, "late")?;
        let status = envelopes.status("XX", number)?;
        told.push(format!("{:?} {}", status.state, status.message));
        let other = envelopes.status("ZZ", number);
        told.push(format!("{:?}", other.map_err(|error| (error.kind(), error.chain()))));
        Ok(told)
    }

    fn lists(&self) -> Result<Vec<String>> {
        let lists = self.host.code_lists();
        lists.publish("everything.reasons", 1, &[Code::new("A", "a reason", "en")])?;
        let mut told = vec![format!("{:?}", lists.lookup("everything.reasons", "A", "fr")?)];
        told.push(format!("{:?}", lists.lookup("everything.reasons", "B", "fr")?));
        told.push(format!("{:?}", lists.list("everything.reasons")?));
        self.host.registry().register(&Connection::new("T1", "a tenant"))?;
        told.push(format!("{:?}", self.host.registry().connections()?));
        Ok(told)
    }

    fn upkeep(&self) -> Result<Vec<String>> {
        self.host.audit("somebody", "did", "something", None)?;
        self.host.timers().after(Duration::from_secs(2), 7)?;
        let mut told = vec![format!("{:?}", self.host.timers().cancel(7)?)];
        told.push(format!("{:?}", self.host.timers().cancel(7)?));
        told.push(String::from_utf8_lossy(&self.host.secret("token")?).into_owned());
        told.push(self.host.data().path()?.display().to_string());
        told.push(format!("{:?}", self.host.data().usage()?));
        if let Some(seen) = &self.seen {
            seen.add(2);
        }
        Ok(told)
    }

    fn spans(&self) -> Vec<String> {
        tracing::info_span!("outer", a = 1, who = "outer").in_scope(|| {
            tracing::info_span!("inner", who = "inner").in_scope(|| {
                let error = Error::invalid("bad").because(Error::corrupt("worse"));
                let error: &dyn std::error::Error = &error;
                tracing::warn!(b = true, error, "said {}", "so");
                tracing::debug!("nobody reads this");
            });
        });
        // Several instances share this library: a thread says whose it is.
        let host = self.host.clone();
        let thread = std::thread::Builder::new()
            .name("everything".to_owned())
            .spawn(move || host.scope(|| tracing::info!("from a thread")));
        let joined = thread.is_ok_and(|thread| thread.join().is_ok());
        vec![joined.to_string()]
    }
}

impl Drop for Everything {
    fn drop(&mut self) {
        self.pass("drop");
    }
}

impl Plugin for Everything {
    const ID: &'static str = "everything";
    type Config = Config;

    fn create(host: Host, config: Config) -> Result<Self, CreateError> {
        let require: Vec<_> = config.require.iter().map(String::as_str).collect();
        host.require(&require)?;
        if config.limits.days > 30 {
            return Err(CreateError::config("limits.days", "must not be above 30"));
        }
        let seen = host.metrics().counter("seen", "Documents seen", &[("kind", "any")]).ok();
        let (kept, batch, responder) = Default::default();
        let made = Self { host, config, seen, kept, batch, responder };
        made.pass("create");
        Ok(made)
    }

    fn start(&self, _call: &Call<'_>) -> Result<()> {
        self.pass("start");
        Ok(())
    }

    fn quiesce(&self, _call: &Call<'_>) -> Result<()> {
        self.pass("quiesce");
        Ok(())
    }
}

impl Documents for Everything {
    fn kinds(&self) -> Vec<Kind> {
        self.pass("kinds");
        let kind = Kind::owner(999, "everything").root("urn:everything", "Everything").gate();
        vec![kind.experimental().status(1, "one").status(2, "two").content_bytes_max(1 << 20)]
    }

    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        self.pass("validate");
        let told = match document.text()? {
            "keep" => self.documents(document)?,
            "release" => {
                *self.kept.lock().map_err(|_| Error::internal("poisoned"))? = None;
                Vec::new()
            }
            "kv" => self.kv()?,
            "scan and panic" => {
                self.host.kv().scan("", "", 10, |_, _| panic!("told to panic in a visitor"))?;
                Vec::new()
            }
            "envelopes" => self.envelopes(document)?,
            "lists" => self.lists()?,
            "upkeep" => self.upkeep()?,
            "spans" => self.spans(),
            "thread" => {
                let host = self.host.clone();
                let run = move || host.scope(|| panic!("told to panic in a thread"));
                let thread = std::thread::Builder::new().name("everything".to_owned()).spawn(run);
                vec![thread.is_ok_and(|thread| thread.join().is_err()).to_string()]
            }
            "wait" => loop {
                call.check()?;
                std::thread::yield_now();
            },
            "again" => return Err(Error::again("the list is being loaded").because("no line")),
            "many" => {
                (0..300).for_each(|_| findings.warning(Area::Mapping, "R", "a/b", "again"));
                findings.severe(Area::Schema, "R", "a/b", &"é".repeat(2000));
                vec![findings.is_full().to_string()]
            }
            "envelope" => vec![format!("{document:?}")],
            other => vec![format!("not understood: {other}")],
        };
        for line in &told {
            findings.add(
                &phytohub_plugin_sdk::Finding::new(Level::Info, Area::Mapping, "T", "", line).at(1),
            );
        }
        Ok(())
    }

    fn describe(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        terms: &mut Terms<'_>,
    ) -> Result<()> {
        self.pass("describe");
        terms.add("text", document.text()?);
        Ok(())
    }

    fn render(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        language: &str,
        out: &mut Output<'_>,
    ) -> Result<()> {
        self.pass("render");
        out.push(format!("<p lang={language}>"))?;
        out.push(document.content())
    }
}

impl Routing for Everything {
    fn route(
        &self,
        _call: &Call<'_>,
        document: &Document<'_>,
        copies: &mut Copies<'_>,
    ) -> Result<RouteDecision> {
        self.pass("route");
        copies.to("CH")?;
        let missing = copies.to("??").map_err(|error| error.kind());
        assert_eq!(missing, Err(ErrorKind::NotFound));
        let reason = "as told".to_owned();
        Ok(match document.text()? {
            "hold" => RouteDecision::Hold { until_ms: 5, reason },
            "reject" => RouteDecision::Reject { reason },
            "redirect" => RouteDecision::Redirect { code: "ZZ".to_owned(), reason },
            _ => RouteDecision::Continue,
        })
    }
}

impl Lifecycle for Everything {
    const MASK: EventKinds = EventKinds::of(&[EventKind::Accepted, EventKind::Refused]);

    fn events(&self, _call: &Call<'_>, batch: &Events<'_>) -> Result<Handled> {
        self.pass("events");
        let first = batch.iter().next().map_or("", |event| event.message);
        match first {
            "never" => Ok(Handled::Later),
            "later" => {
                *self.batch.lock().map_err(|_| Error::internal("poisoned"))? =
                    Some(batch.later(&self.host));
                Ok(Handled::Later)
            }
            "with" => {
                let written = batch.iter().map(|event| {
                    Operation::put(event.hub_delivery_number, event.sequence.to_string())
                });
                self.host.kv().write(written).with_batch(batch).commit()?;
                Ok(Handled::Done)
            }
            "unavailable" => Err(Error::unavailable("the other side is down")),
            _ => Ok(Handled::Done),
        }
    }
}

impl HttpRoutes for Everything {
    fn routes(&self) -> Vec<HttpRoute> {
        vec![HttpRoute::get("things/{name}"), HttpRoute::post("things", 100)]
    }

    fn assets(&self) -> Vec<Asset> {
        vec![Asset::new("style.css", "text/css", b"p {}".as_slice())]
    }

    fn request(
        &self,
        _call: &Call<'_>,
        request: &Request<'_>,
        mut responder: Responder,
    ) -> Result<()> {
        self.pass("request");
        match request.segment("name").as_deref() {
            Some("drop") => Ok(()),
            Some("fail") => Err(Error::unavailable("the other side is down")),
            Some("later") => {
                *self.responder.lock().map_err(|_| Error::internal("poisoned"))? = Some(responder);
                Ok(())
            }
            Some("half") => {
                responder.start(200, &[])?.write(b"half")?;
                Ok(())
            }
            Some(name) => responder.reply(
                Reply::html(format!("<p>{name} {:?}", request.query_value("q")))
                    .header("set-cookie", "a=1")
                    .header("set-cookie", "b=2"),
            ),
            None => {
                let body = responder.body(100)?;
                let pairs: Vec<_> = Request::form_pairs(&body).collect();
                responder.reply(Reply::json(&pairs)?.with_status(201))
            }
        }
    }
}

impl Wake for Everything {
    fn wake(&self, _call: &Call<'_>, token: u64) -> Result<()> {
        self.pass("wake");
        if let Some(responder) =
            self.responder.lock().map_err(|_| Error::internal("poisoned"))?.take()
            && token == 1
        {
            responder.reply(Reply::text(200, "later"))?;
        }
        let batch = self.batch.lock().map_err(|_| Error::internal("poisoned"))?.take();
        match (batch, token) {
            (Some(batch), 1) => batch.complete(Ok(())),
            _ => Ok(()),
        }
    }
}

impl Snapshot for Everything {
    fn snapshot(&self, _call: &Call<'_>, directory: &Path) -> Result<()> {
        self.pass("snapshot");
        std::fs::write(directory.join("copy"), "copied")
            .map_err(|error| Error::unavailable("the copy was not written").because(error))
    }
}

impl Health for Everything {
    fn health(&self, _call: &Call<'_>) -> Result<()> {
        self.pass("health");
        match self.host.kv().get("ill") {
            Ok(Some(_)) => Err(Error::unavailable("feels ill")),
            _ => Ok(()),
        }
    }

    fn allocated(&self) -> Option<u64> {
        (self.config.limits.days != 1).then_some(42)
    }
}

export_plugin!(
    Everything: Documents, Routing, Lifecycle, HttpRoutes, Wake, Snapshot, Health; serial
);
