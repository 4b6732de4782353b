//! What plugins are asked about documents, and what they answer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use phytohub_domain::{ContentForm, Timestamp};

/// What a plugin answers, later. Dropping it means that nobody waits any more.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The plugins that judge and route documents, as the hub asks them. Implemented by what runs them.
///
/// No function may block the caller's thread, and each future must end by the deadline of the
/// plugin that it waits for: one that hangs, is in quarantine or not there is answered as a failure.
pub trait DocumentPlugins: Send + Sync + fmt::Debug {
    /// Whether any plugin at all named a kind of this certificate type, or one whose root element
    /// alone decides. Asked for every envelope, before its content is looked at: cheap.
    fn concerns(&self, certificate_type: Option<i32>) -> bool;

    /// Which plugins judge and route a document, in the order of the configuration. Cheap: a
    /// look-up. A kind that a plugin once marked as gate is told of even while the plugin is not
    /// there. See [`KindQuery`] for what matches.
    fn finds(&self, kind: &KindQuery<'_>) -> KindMatch;

    /// Asks every validator of the match.
    fn validate(&self, kind: KindMatch, question: Arc<PluginQuestion>) -> Asked<'_, PluginVerdict>;

    /// Asks every routing hook of the match, in order.
    fn route(&self, kind: KindMatch, question: Arc<PluginQuestion>) -> Asked<'_, RouteVerdict>;
}

/// What is known of a document when the hub asks which plugins it concerns.
///
/// A kind of a plugin matches if its certificate type is the one given (where one is given) and
/// its root element is the one given (where the kind names one). A kind that is a gate also
/// matches if only one of the two does: a notice under a wrong type, or something else under the
/// type of notices, is for the gate's owner to judge, and never passes by it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a question, built where it is asked")]
pub struct KindQuery<'a> {
    /// `CertificateType` of the envelope; of a document alone, its `TypeCode` if it has one.
    pub certificate_type: Option<i32>,
    /// Namespace of the root element; empty if it has none or is no XML.
    pub root_namespace: &'a str,
    /// Local name of the root element; empty if it is no XML.
    pub root_name: &'a str,
}

/// The plugins that a document concerns.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct KindMatch {
    /// Those that judge it.
    pub validators: Vec<PluginHook>,
    /// Those that route it.
    pub routers: Vec<PluginHook>,
}

impl KindMatch {
    /// Whether no plugin wants anything of the document.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.validators.is_empty() && self.routers.is_empty()
    }

    /// Whether the document must never be passed on unvalidated.
    #[must_use]
    pub fn is_gate(&self) -> bool {
        self.validators.iter().any(|hook| hook.gate)
    }

    /// Whether a plugin is the one that knows this kind: its word takes the place of the hub's own
    /// rules for phytosanitary certificates.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        self.validators.iter().any(|hook| hook.owner)
    }
}

/// A plugin in its part as validator or router of one kind.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginHook {
    /// Id of the plugin.
    pub plugin: Arc<str>,
    /// Whether it owns the kind.
    pub owner: bool,
    /// Whether the kind is a gate. Only an owner's counts.
    pub gate: bool,
    /// What to do when it cannot answer.
    pub on_failure: OnFailure,
}

impl PluginHook {
    /// A validator with the policy of its part.
    #[must_use]
    pub fn validator(plugin: impl Into<Arc<str>>, owner: bool, gate: bool) -> Self {
        let on_failure = match (owner, gate) {
            (true, true) => OnFailure::Hold,
            (true, false) => OnFailure::Refuse,
            _ => OnFailure::Continue,
        };
        Self { plugin: plugin.into(), owner, gate, on_failure }
    }

    /// A router: what it cannot decide waits.
    #[must_use]
    pub fn router(plugin: impl Into<Arc<str>>) -> Self {
        Self { plugin: plugin.into(), owner: false, gate: false, on_failure: OnFailure::Hold }
    }
}

/// What to do with a document when a plugin cannot answer. The operator may choose another than
/// that of the plugin's part; of a gate, `Continue` counts as `Hold`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing else can be done")]
pub enum OnFailure {
    /// Accept it, keep it from its recipient, and ask again.
    Hold,
    /// Answer with a fault that says to send it again later.
    Refuse,
    /// Go on without the plugin; a validator's silence becomes a finding of level WARNING.
    Continue,
}

/// Why a document is looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three purposes of the contract")]
pub enum Purpose {
    /// `ValidatePhytoXML`: a document alone.
    #[default]
    Validation,
    /// A delivery.
    Delivery,
    /// A delivery that was accepted before, and could not be judged then.
    Retry,
}

/// A document with what its envelope says. Shared by all plugins that are asked; texts that are
/// not known are empty.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by the hub, and by tests of what runs plugins"
)]
pub struct PluginQuestion {
    /// Why it is looked at.
    pub purpose: Purpose,
    /// `CertificateType`; of a document alone, its `TypeCode`, or 0.
    pub certificate_type: i32,
    /// `CertificateStatus`; 0 if not known.
    pub certificate_status: i32,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// The connection that delivers it, where that is not the one in `From`.
    pub sent_by: String,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// `hubDeliveryNumber`; empty before one is given.
    pub hub_delivery_number: String,
    /// When the hub took it.
    pub at: Timestamp,
    /// Whether it comes from a test connection.
    pub test: bool,
    /// Whether it is a country's response.
    pub response: bool,
    /// The document as UTF-8 without a byte order mark: a part of `raw` where that is the same.
    pub content: Bytes,
    /// The bytes as received.
    pub raw: Bytes,
    /// How `raw` is written.
    pub raw_form: ContentForm,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the levels of the WSDL")]
pub enum FindingLevel {
    /// Worth knowing.
    Info,
    /// Should be put right.
    Warning,
    /// Must be put right.
    Severe,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the areas of the WSDL")]
pub enum FindingArea {
    /// How it is written.
    Schema,
    /// A value that is not agreed on.
    Mapping,
    /// Something missing.
    MandatoryElements,
}

/// What a plugin says about a document.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginFinding {
    /// How grave.
    pub level: FindingLevel,
    /// About what.
    pub area: FindingArea,
    /// Id of the rule.
    pub rule: String,
    /// Where.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Byte of the content where it is, if known.
    pub offset: Option<u64>,
}

/// Why a plugin did not answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginFailure {
    /// A status of the contract.
    pub status: i32,
    /// Why, for the operator. Senders are not told.
    pub reason: String,
}

/// What one validator answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginAnswer {
    /// Who.
    pub hook: PluginHook,
    /// What it found, or why it could not look. An empty list is praise.
    pub outcome: Result<Vec<PluginFinding>, PluginFailure>,
}

/// What all validators answered. One that is missing counts as failed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginVerdict {
    /// One for each validator of the match.
    pub answers: Vec<PluginAnswer>,
}

/// Where a plugin wants a document to go.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the four decisions of the contract")]
pub enum RouteDecision {
    /// As addressed.
    #[default]
    Continue,
    /// It waits; then it is decided anew.
    Hold {
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// It is refused.
    Reject {
        /// Why; the sender is told.
        reason: String,
    },
    /// Into the inbox of another connection, which acts for the one addressed.
    Redirect {
        /// Its code.
        code: String,
        /// Why.
        reason: String,
    },
}

/// What one routing hook decided.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct PluginRoute {
    /// Who.
    pub hook: PluginHook,
    /// What it decided, or why it could not.
    pub outcome: Result<RouteDecision, PluginFailure>,
    /// Codes of connections that are to get a copy.
    pub copies: Vec<String>,
}

/// What all routing hooks decided: the first decisive answer counts, copies add up.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever implements the trait")]
pub struct RouteVerdict {
    /// One for each router of the match, in order.
    pub routes: Vec<PluginRoute>,
}
