//! Metrics, the plugin's directory, kept documents.

use std::path::PathBuf;

use phytohub_plugin_api as abi;

use crate::{Document, Error, Host, Result};

/// The plugin's metrics, each with the label `plugin`. All are made in `create`.
#[derive(Clone, Copy, Debug)]
pub struct Metrics<'a>(pub(super) &'a Host);

impl Metrics<'_> {
    /// A series that only grows. Its name comes after `hub_plugin_`: a-z, 0-9, '_'.
    ///
    /// # Errors
    ///
    /// [`Exhausted`](crate::ErrorKind::Exhausted): the plugin has as many as it may.
    /// [`Invalid`](crate::ErrorKind::Invalid): the name, or `create` is over.
    pub fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> Result<Counter> {
        Ok(Counter(self.series(abi::HUB_METRIC_COUNTER, name, help, labels, &[])?))
    }

    /// A series that goes up and down.
    ///
    /// # Errors
    ///
    /// As of [`counter`](Self::counter).
    pub fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> Result<Gauge> {
        Ok(Gauge(self.series(abi::HUB_METRIC_GAUGE, name, help, labels, &[])?))
    }

    /// How often values fall between boundaries, which ascend.
    ///
    /// # Errors
    ///
    /// As of [`counter`](Self::counter).
    pub fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        boundaries: &[f64],
    ) -> Result<Histogram> {
        Ok(Histogram(self.series(abi::HUB_METRIC_HISTOGRAM, name, help, labels, boundaries)?))
    }

    fn series(
        &self,
        kind: u32,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        boundaries: &[f64],
    ) -> Result<Series> {
        let handle = self.0.raw().metric_register(kind, name, help, labels, boundaries)?;
        Ok(Series { host: self.0.clone(), handle })
    }
}

#[derive(Clone, Debug)]
struct Series {
    host: Host,
    handle: u32,
}

impl Series {
    fn record(&self, value: f64) {
        // A measurement that cannot be taken must not hinder what it measures.
        let _ = self.host.raw().metric_record(self.handle, value);
    }
}

/// A series that only grows.
#[derive(Clone, Debug)]
pub struct Counter(Series);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.0.record(1.0);
    }

    /// So many more.
    pub fn add(&self, count: u32) {
        self.0.record(f64::from(count));
    }
}

/// A series that goes up and down.
#[derive(Clone, Debug)]
pub struct Gauge(Series);

impl Gauge {
    /// It is this now.
    pub fn set(&self, value: f64) {
        self.0.record(value);
    }
}

/// How often values fall between boundaries.
#[derive(Clone, Debug)]
pub struct Histogram(Series);

impl Histogram {
    /// One more value.
    pub fn observe(&self, value: f64) {
        self.0.record(value);
    }
}

/// A directory of the plugin's own. One instance at a time has it.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a>(pub(super) &'a Host);

impl Data<'_> {
    /// The directory's absolute path.
    ///
    /// # Errors
    ///
    /// [`NotOffered`](crate::ErrorKind::NotOffered): not granted.
    pub fn path(&self) -> Result<PathBuf> {
        let mut path = Vec::new();
        self.0.raw().data_path(&mut |piece| {
            path.extend_from_slice(piece);
            true
        })?;
        String::from_utf8(path)
            .map(PathBuf::from)
            .map_err(|error| Error::corrupt("the directory's path is not UTF-8").because(error))
    }

    /// Bytes in it and bytes allowed. Nobody stops a plugin that writes more: it is to look.
    ///
    /// # Errors
    ///
    /// As of [`path`](Self::path).
    pub fn usage(&self) -> Result<Usage> {
        let (used_bytes, allowed_bytes) = self.0.raw().data_usage()?;
        Ok(Usage { used_bytes, allowed_bytes })
    }
}

/// How full the plugin's directory is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Bytes in it.
    pub used_bytes: u64,
    /// Bytes allowed.
    pub allowed_bytes: u64,
}

/// A document that the hub keeps for the plugin until this is dropped.
#[derive(Debug)]
pub struct KeptDocument {
    host: Host,
    ticket: u64,
    bytes: u64,
}

impl KeptDocument {
    pub(super) fn keep(host: &Host, document: &Document<'_>) -> Result<Self> {
        host.raw().bytes_retain(document.content_ticket)?;
        let bytes = document.content().len() as u64;
        Ok(Self { host: host.clone(), ticket: document.content_ticket, bytes })
    }

    /// How many bytes it has.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.bytes
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// A part of it, copied.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid): it does not reach so far.
    pub fn slice(&self, offset: u64, len: u64) -> Result<Vec<u8>> {
        let mut part = Vec::new();
        self.host.raw().bytes_slice(self.ticket, offset, len, &mut |piece| {
            part.extend_from_slice(piece);
            true
        })?;
        Ok(part)
    }

    /// All of it, copied.
    ///
    /// # Errors
    ///
    /// The hub lost it.
    pub fn content(&self) -> Result<Vec<u8>> {
        self.slice(0, self.bytes)
    }
}

impl Drop for KeptDocument {
    fn drop(&mut self) {
        // An instance that has ended keeps nothing any more.
        let _ = self.host.raw().bytes_release(self.ticket);
    }
}
