//! What is taken from a plugin at most: beyond it a call is refused, or a text cut where that loses
//! nothing. The hub's own, tighter limits come after these; here it is kept from being drowned.

use phytohub_plugin_api::{HUB_KV_KEY_BYTES_MAX, HUB_KV_OPERATIONS_MAX, HUB_KV_VALUE_BYTES_MAX};

/// Bytes of a reason in a call's diagnostics: what the contract says of `HubCall::diagnostics`.
pub(crate) const DIAGNOSTICS_BYTES: usize = 1024;
/// Bytes of a structure. The largest of today has 168; one that says more than this holds garbage.
pub(crate) const STRUCTURE_BYTES: u32 = 4096;
/// Bytes of a text that is cut rather than refused. A longer one is a length gone wrong.
pub(crate) const CUT_TEXT_BYTES: usize = 16 << 20;

/// Bytes of a key: the contract's.
pub(crate) const KEY_BYTES: usize = HUB_KV_KEY_BYTES_MAX as usize;
/// Bytes of a value: the contract's.
pub(crate) const VALUE_BYTES: usize = HUB_KV_VALUE_BYTES_MAX as usize;
/// Operations of one write: the contract's.
pub(crate) const OPERATIONS: usize = HUB_KV_OPERATIONS_MAX as usize;

/// Bytes of a name of a list, a secret, a metric, a part of a plugin, a connection's code.
pub(crate) const NAME_BYTES: usize = 128;
/// Bytes of a language's tag: RFC 5646, 4.4.1 asks for 35.
pub(crate) const LANGUAGE_BYTES: usize = 35;
/// Bytes of a sentence for people: a code's text, a help, a reason.
pub(crate) const SENTENCE_BYTES: usize = 4096;
/// Bytes of a number of an envelope or a certificate. The WSDL sets no length; real ones have 40.
pub(crate) const NUMBER_BYTES: usize = 1024;
/// Bytes of a content: the hub's own limit for a document.
pub(crate) const CONTENT_BYTES: usize = 240 << 20;
/// Bytes of a key of a submission: the contract's.
pub(crate) const SUBMIT_KEY_BYTES: usize = 64;
/// Forwardings of an envelope: more channels than there are.
pub(crate) const FORWARDINGS: usize = 64;
/// Documents that a connection takes: types times statuses, generously.
pub(crate) const ALLOWED_DOCUMENTS: usize = 4096;
/// Codes of a list: ten times the largest one of today (commodities).
pub(crate) const CODES: usize = 1 << 20;

/// Bytes of a log record's message.
pub(crate) const LOG_MESSAGE_BYTES: usize = 64 << 10;
/// Bytes of a log record's value.
pub(crate) const LOG_VALUE_BYTES: usize = 4096;
/// Fields of a log record, labels of a metric.
pub(crate) const FIELDS: usize = 64;
/// Boundaries of a histogram.
pub(crate) const BOUNDARIES: usize = 128;

/// Headers of an answer: what browsers and proxies take.
pub(crate) const HEADERS: usize = 128;
/// Bytes of a header's value: what browsers and proxies take.
pub(crate) const HEADER_BYTES: usize = 16 << 10;
/// Routes of a plugin's pages.
pub(crate) const ROUTES: usize = 256;
/// Files of a plugin's pages.
pub(crate) const ASSETS: usize = 4096;
/// Bytes of all files of a plugin's pages: they are copied once and stay in memory.
pub(crate) const ASSET_BYTES: usize = 256 << 20;
/// Bytes of a path or a pattern.
pub(crate) const PATH_BYTES: usize = 1024;

/// Bytes of a plugin's section of the configuration, as JSON.
pub(crate) const CONFIG_BYTES: usize = 1 << 20;
/// Kinds of one plugin.
pub(crate) const KINDS: usize = 64;
/// Statuses of one kind.
pub(crate) const KIND_STATUSES: usize = 64;
/// Bytes of a finding's rule: the contract's.
pub(crate) const RULE_BYTES: usize = 32;
/// Bytes of a finding's field: the contract's.
pub(crate) const FIELD_BYTES: usize = 512;
/// Bytes of a finding's message: the contract's.
pub(crate) const MESSAGE_BYTES: usize = 1024;
/// Findings that are looked at, of one call. The hub keeps 200; a plugin that goes on for ever
/// costs no more than this.
pub(crate) const FINDINGS: u32 = 100_000;
/// Terms of one document: the contract's.
pub(crate) const TERMS: u32 = 100;
/// Bytes of a term's name or value.
pub(crate) const TERM_BYTES: usize = 256;
/// Copies of one document.
pub(crate) const COPIES: usize = 64;

/// Calls into plugins that run at once, in the whole process. Each takes a worker thread; there are
/// some hundred.
pub(crate) const CALLS_AT_ONCE: usize = 1024;
/// How long an instance that nobody quiesced may take for it when it is ended: seconds.
pub(crate) const QUIESCE_SECONDS: u64 = 5;
