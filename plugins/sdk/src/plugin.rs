//! What a plugin is, and what it may offer: one trait each.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::{
    Asset, Call, Copies, CreateError, Document, Error, EventKinds, Events, Findings, Handled, Host,
    HttpRoute, Kind, Output, Request, Responder, Result, RouteDecision, Terms,
};

/// A plugin; a value of it is one instance. Hooks of one instance may run at once on several
/// threads, unless the plugin is exported as `serial`.
///
/// A hook may block. When it panics, the panic is caught, told to the hub, and the instance answers
/// nothing any more until the hub has replaced it.
pub trait Plugin: Sized + Send + Sync + 'static {
    /// The plugin's id: 1 to 32 of a-z, 0-9 and '-', the same as in `plugin.toml`.
    const ID: &'static str;

    /// The plugin's own section of the hub's configuration. Let it refuse unknown keys
    /// (`#[serde(deny_unknown_fields)]`): the hub does not know which there are.
    type Config: DeserializeOwned;

    /// Makes an instance. Starts no thread; registers metrics here or never.
    ///
    /// # Errors
    ///
    /// [`CreateError::Config`] when a value of the configuration is wrong. No instance exists then.
    fn create(host: Host, config: Self::Config) -> Result<Self, CreateError>;

    /// The instance is in service: threads, timers and tables kept in memory start here.
    ///
    /// # Errors
    ///
    /// The instance is not taken into service.
    fn start(&self, call: &Call<'_>) -> Result<()> {
        let _ = call;
        Ok(())
    }

    /// No new calls come: end and join threads, complete what is pending. The instance is dropped
    /// afterwards.
    ///
    /// # Errors
    ///
    /// Are logged; the instance ends nevertheless.
    fn quiesce(&self, call: &Call<'_>) -> Result<()> {
        let _ = call;
        Ok(())
    }
}

/// Knows documents of certain kinds. `hub.documents/1`
pub trait Documents: Plugin {
    /// The kinds, asked once after `create`.
    fn kinds(&self) -> Vec<Kind>;

    /// Judges a document: what there is to say about it goes to `findings`, and one severe finding
    /// refuses it. A pure function of the document and of what the plugin knows.
    ///
    /// # Errors
    ///
    /// The document could *not* be judged, for a reason that is not the document's; the hub asks
    /// again or goes on without, as its operator chose. A bad document is no error but a finding.
    fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()>;

    /// Says what the document is about, for searches.
    ///
    /// # Errors
    ///
    /// It could not be said; nothing is indexed.
    fn describe(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        terms: &mut Terms<'_>,
    ) -> Result<()> {
        let _ = (call, document, terms);
        Ok(())
    }

    /// Writes the document as a page of HTML for people, in a language (BCP 47), or in English
    /// where that is not had.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where there is no such page.
    fn render(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        language: &str,
        out: &mut Output<'_>,
    ) -> Result<()> {
        let _ = (call, document, language, out);
        Err(Error::unsupported("the plugin does not render documents"))
    }
}

/// Decides where documents go. `hub.routing/1`
pub trait Routing: Plugin {
    /// Decides about one document of a kind that the plugin named, before it is accepted: a pure
    /// function of the document and of what the plugin knows.
    ///
    /// # Errors
    ///
    /// It could not decide: the document is held and decided anew.
    fn route(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        copies: &mut Copies<'_>,
    ) -> Result<RouteDecision>;
}

/// Hears what happens to envelopes. `hub.lifecycle/1`
pub trait Lifecycle: Plugin {
    /// The events wanted.
    const MASK: EventKinds;

    /// Takes a batch, in the order of its sequence, each event at least once: after a crash the
    /// same ones come again. To have an effect exactly once, write it to the hub's store together
    /// with the batch: `host.kv().write(operations).with_batch(batch).commit()?`.
    ///
    /// # Errors
    ///
    /// The same batch comes again later; nothing is ever skipped.
    fn events(&self, call: &Call<'_>, batch: &Events<'_>) -> Result<Handled>;
}

/// Serves pages under the plugin's prefix on the hub's web listener. `hub.http/1`
pub trait HttpRoutes: Plugin {
    /// The routes, asked once after `create`. The first that fits is taken.
    fn routes(&self) -> Vec<HttpRoute>;

    /// Files that the hub serves by itself, asked once after `create`.
    fn assets(&self) -> Vec<Asset> {
        Vec::new()
    }

    /// Answers a request, at once or later from any thread: the responder can be moved. One that is
    /// dropped without an answer becomes a 500.
    ///
    /// # Errors
    ///
    /// Become a 502 or 504 if nothing was answered yet. What the browser did wrong is no error but
    /// an answer.
    fn request(&self, call: &Call<'_>, request: &Request<'_>, responder: Responder) -> Result<()>;
}

/// Is woken by the timers that it set with [`Host::timers`]. `hub.wake/1`
pub trait Wake: Plugin {
    /// The timer with this token ran off. Timers do not survive a restart: what must is in the
    /// hub's store, and [`Plugin::start`] sets it anew.
    ///
    /// # Errors
    ///
    /// Are logged and counted; the timer does not come again by itself.
    fn wake(&self, call: &Call<'_>, token: u64) -> Result<()>;
}

/// Copies its own files for a backup. `hub.snapshot/1`
pub trait Snapshot: Plugin {
    /// Writes a consistent copy of the files in [`Host::data`] into an empty directory, under the
    /// names that they have there; files and directories alone, no links. A restore puts them back
    /// before the plugin starts.
    ///
    /// # Errors
    ///
    /// The backup is made without the plugin's files, and the operator is told the reason.
    fn snapshot(&self, call: &Call<'_>, directory: &Path) -> Result<()>;
}

/// Tells how it is. `hub.health/1`
pub trait Health: Plugin {
    /// Nothing, if all is well. Short.
    ///
    /// # Errors
    ///
    /// Something is not well; the reason is shown to the operator.
    fn health(&self, call: &Call<'_>) -> Result<()>;

    /// Bytes that the plugin has allocated, where it counts them: see the feature `accounted`.
    /// Asked after `create` too, to see whether it does.
    fn allocated(&self) -> Option<u64> {
        None
    }
}
