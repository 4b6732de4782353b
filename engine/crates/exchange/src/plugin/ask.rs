//! Asking plugins about documents on their way.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use phytohub_domain::{Connection, ConnectionKind, ConnectionMode, Timestamp};
use phytohub_store::{NewCopy, StoredPlugin};
use phytohub_wire::soap::{Content, ValidationArea, ValidationLevel, ValidationResult};
use tokio::sync::{Notify, watch};

use super::document::{decoded, type_code, unmarked};
use super::gate::{Remembered, remembered};
use super::judge::{
    DocumentPlugins, FindingArea, FindingLevel, KindMatch, KindQuery, OnFailure, PluginFinding,
    PluginQuestion, Purpose, RouteDecision,
};
use super::root::{Root, root_of};
use super::weigh::{self, Directed, Weighed};
use crate::deliver::Told;
use crate::registry::Registry;
use crate::route::{Document, Parties, Route};
use crate::validate::Objection;
use crate::{CallError, Hub, blocking};

/// What the hub knows of plugins.
#[derive(Debug)]
pub(crate) struct Desk {
    asked: ArcSwapOption<Arc<dyn DocumentPlugins>>,
    pub(super) remembered: ArcSwap<Vec<Remembered>>,
    /// Counts how often plugins became ready.
    pub(super) ready: watch::Sender<u64>,
    /// Something was held.
    pub(crate) held: Notify,
}

impl Desk {
    pub(crate) fn new(stored: &[StoredPlugin]) -> Self {
        Self {
            asked: ArcSwapOption::empty(),
            remembered: ArcSwap::from_pointee(remembered(stored)),
            ready: watch::channel(0).0,
            held: Notify::new(),
        }
    }

    /// Whether any plugin could want something of documents of this type.
    fn concerns(&self, certificate_type: Option<i32>) -> bool {
        let asked = self.asked.load();
        asked.as_ref().is_some_and(|plugins| plugins.concerns(certificate_type))
            || self.remembered.load().iter().any(|plugin| !plugin.gates.is_empty())
    }

    /// Who judges and routes a document: gates are told of even if no plugin is there.
    fn finds(&self, query: &KindQuery<'_>) -> KindMatch {
        let asked = self.asked.load();
        let mut found = asked.as_ref().map(|plugins| plugins.finds(query)).unwrap_or_default();
        for plugin in self.remembered.load().iter() {
            let known = found.validators.iter_mut().find(|hook| hook.plugin == plugin.name);
            if !plugin.gates.iter().any(|gate| gate.matches(query)) {
                continue;
            }
            match known {
                Some(hook) => hook.gate = true,
                None => found.validators.push(super::PluginHook::validator(
                    Arc::clone(&plugin.name),
                    true,
                    true,
                )),
            }
        }
        found
    }
}

/// What is known of an envelope beside its content.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) certificate_type: Option<i32>,
    pub(crate) certificate_status: i32,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) sent_by: String,
    pub(crate) number: String,
    pub(crate) hub_delivery_number: String,
    pub(crate) at: Timestamp,
    pub(crate) test: bool,
    pub(crate) response: bool,
}

impl Facts {
    pub(crate) fn new(told: &Told, parties: &Parties, sender: &Connection, at: Timestamp) -> Self {
        let delegate = sender.id != parties.from.id;
        Self {
            certificate_type: Some(told.certificate_type),
            certificate_status: told.certificate_status,
            from: parties.from.code.to_string(),
            to: told.to.clone(),
            sent_by: if delegate { sender.code.to_string() } else { String::new() },
            number: told.number.clone(),
            hub_delivery_number: String::new(),
            at,
            test: parties.from.mode == ConnectionMode::Test,
            response: told.response,
        }
    }
}

/// A document that concerns plugins.
pub(crate) struct Looked {
    pub(crate) kind: KindMatch,
    pub(crate) root: Root,
    pub(crate) question: Arc<PluginQuestion>,
}

/// What plugins say of the way of an envelope. The default lets it go as addressed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directions {
    /// Why it must be held, and until when.
    pub(crate) hold: Option<(String, Option<Timestamp>)>,
    /// Why it is refused.
    pub(crate) reject: Option<String>,
    /// Whose inbox it goes to.
    pub(crate) redirect: Option<String>,
    /// Who is to get a copy.
    pub(crate) copies: Vec<String>,
}

impl Hub {
    /// From now on these plugins are asked; nobody, if there are none.
    pub fn set_plugins(&self, plugins: Option<Arc<dyn DocumentPlugins>>) {
        self.inner.plugins.asked.store(plugins.map(Arc::new));
        self.plugins_ready();
    }

    /// A plugin can be asked again: what waits for it is looked at.
    pub fn plugins_ready(&self) {
        self.inner.plugins.ready.send_modify(|times| *times += 1);
    }

    /// Whether plugins are to be asked about documents of this type: nothing else is done for them
    /// if not.
    pub(crate) fn asks_plugins(&self, certificate_type: Option<i32>) -> bool {
        self.inner.plugins.concerns(certificate_type)
    }

    /// Whether a copy of this document may go to a connection: it is there, takes copies and
    /// documents of this kind, and is of the same mode.
    #[must_use]
    pub fn plugin_may_copy(&self, question: &PluginQuestion, code: &str) -> bool {
        let mode = if question.test { ConnectionMode::Test } else { ConnectionMode::Live };
        let document = Document {
            certificate_type: question.certificate_type,
            certificate_status: question.certificate_status,
            response: question.response,
        };
        taker(&self.inner.registry.load(), code, mode, document).is_some()
    }

    /// Decodes a content, once for all who look at it, and finds who is concerned: no plugin is
    /// nothing.
    pub(crate) async fn look(
        &self,
        content: &Content,
        facts: Facts,
        purpose: Purpose,
    ) -> Result<(Bytes, Option<Looked>), CallError> {
        let content = content.clone();
        let small = content.raw.len() <= LOOK_INLINE_BYTES_MAX;
        let read = move || {
            let whole = decoded(&content);
            let document = unmarked(whole.clone());
            let root = root_of(&document);
            let mut facts = facts;
            if purpose == Purpose::Validation && root.name == CERTIFICATE {
                facts.certificate_type = type_code(&document);
            }
            Ok::<_, CallError>((content, (whole, document), root, facts))
        };
        let (content, (whole, document), root, facts) =
            if small { read()? } else { blocking::read(read).await? };
        let query = KindQuery {
            certificate_type: facts.certificate_type,
            root_namespace: &root.namespace,
            root_name: &root.name,
        };
        let kind = self.inner.plugins.finds(&query);
        if kind.is_empty() {
            return Ok((whole, None));
        }
        let question = Arc::new(PluginQuestion {
            purpose,
            certificate_type: facts.certificate_type.unwrap_or_default(),
            certificate_status: facts.certificate_status,
            from: facts.from,
            to: facts.to,
            sent_by: facts.sent_by,
            nppo_certificate_number: facts.number,
            hub_delivery_number: facts.hub_delivery_number,
            at: facts.at,
            test: facts.test,
            response: facts.response,
            content: document,
            raw: content.raw,
            raw_form: content.form,
        });
        Ok((whole, Some(Looked { kind, root, question })))
    }

    /// Asks validators, and weighs what they answer.
    pub(crate) async fn ask_validators(&self, kind: &KindMatch, looked: &Looked) -> Weighed {
        let question = Arc::clone(&looked.question);
        let purpose = question.purpose;
        let asked = self.inner.plugins.asked.load_full();
        let verdict = match asked {
            Some(plugins) if !kind.validators.is_empty() => {
                plugins.validate(kind.clone(), question).await
            }
            _ => super::PluginVerdict::default(),
        };
        weigh::weigh(kind, verdict, purpose)
    }

    /// Asks routing hooks, and says what follows.
    pub(crate) async fn ask_routers(&self, looked: &Looked) -> Directed {
        let (kind, question) = (&looked.kind, Arc::clone(&looked.question));
        let purpose = question.purpose;
        if kind.routers.is_empty() {
            return Directed::default();
        }
        let asked = self.inner.plugins.asked.load_full();
        let verdict = match asked {
            Some(plugins) => plugins.route(kind.clone(), question).await,
            None => super::RouteVerdict::default(),
        };
        weigh::direct(kind, verdict, purpose)
    }

    /// Asks the gates about a delivery by an operation that does not validate, and where it goes.
    ///
    /// # Errors
    /// If it must be sent again later.
    pub(crate) async fn ask_gates(
        &self,
        content: &Content,
        facts: Facts,
    ) -> Result<Directions, CallError> {
        let (_, Some(looked)) = self.look(content, facts, Purpose::Delivery).await? else {
            return Ok(Directions::default());
        };
        let mut gates = looked.kind.clone();
        gates.validators.retain(|hook| hook.gate);
        self.directions(&looked, &gates, Vec::new()).await
    }

    /// Asks validators and routing hooks; `before` is what was found without them.
    pub(crate) async fn directions(
        &self,
        looked: &Looked,
        validators: &KindMatch,
        before: Vec<Objection>,
    ) -> Result<Directions, CallError> {
        let weighed = self.ask_validators(validators, looked).await;
        let grave = before.into_iter().chain(objections(&weighed));
        if let Some(words) = crate::validate::objection(grave) {
            return Ok(Directions {
                reject: Some(format!("Content: {words}")),
                ..Default::default()
            });
        }
        if weighed.away {
            return Err(CallError::NotJudged);
        }
        if let Some(reason) = weighed.hold {
            // Where it goes is asked when it is let go.
            return Ok(Directions { hold: Some((reason, None)), ..Default::default() });
        }
        let directed = self.ask_routers(looked).await;
        if directed.away {
            return Err(CallError::NotJudged);
        }
        Ok(Directions::from(directed))
    }

    /// Turns a route as plugins want it.
    pub(crate) fn turn(
        &self,
        registry: &Registry,
        (document, mode): (Document, ConnectionMode),
        route: &mut Route,
        directions: &mut Directions,
    ) {
        if let Some(code) = directions.redirect.take() {
            match receiver(registry, &code, mode) {
                Some(connection) => route.mailbox = connection.id,
                None => {
                    let reason = format!("{code}, to which it is redirected, receives nothing");
                    directions.hold = Some((reason, None));
                }
            }
        }
        if directions.hold.is_some() {
            // Decided anew when it is let go.
            return;
        }
        let wanted = directions.copies.iter();
        let takers = wanted.filter_map(|code| taker(registry, code, mode, document));
        for connection in takers {
            let known = route.copies.iter().any(|copy| copy.mailbox_id == connection.id);
            if !known && route.copies.len() < self.limits().forwardings {
                let (code, mailbox_id) = (connection.code.clone(), connection.id);
                route.copies.push(NewCopy { code, mailbox_id });
            }
        }
        // Whoever has the original needs no copy.
        route.copies.retain(|copy| copy.mailbox_id != route.mailbox);
    }
}

impl From<Directed> for Directions {
    fn from(directed: Directed) -> Self {
        let copies = directed.copies;
        match directed.decision {
            RouteDecision::Continue => Self { copies, ..Self::default() },
            RouteDecision::Redirect { code, .. } => {
                Self { redirect: Some(code), copies, ..Self::default() }
            }
            RouteDecision::Reject { reason } => {
                let reason = format!("To: refused by this hub's rules: {reason}");
                Self { reject: Some(reason), ..Self::default() }
            }
            RouteDecision::Hold { until, reason } => {
                let until = (until > Timestamp::default()).then_some(until);
                Self { hold: Some((reason, until)), ..Self::default() }
            }
        }
    }
}

/// A connection of this hub, reached over no line, that receives what comes for others.
fn receiver<'r>(
    registry: &'r Registry,
    code: &str,
    mode: ConnectionMode,
) -> Option<&'r Arc<Connection>> {
    let connection = registry.connection(&code.trim().parse().ok()?)?;
    let able = connection.enabled && connection.receives && connection.mode == mode;
    let over = registry.hub_of(&connection.code).is_some();
    (able && !over && connection.kind != ConnectionKind::Hub).then_some(connection)
}

/// A connection that takes copies of a document.
fn taker<'r>(
    registry: &'r Registry,
    code: &str,
    mode: ConnectionMode,
    document: Document,
) -> Option<&'r Arc<Connection>> {
    receiver(registry, code, mode).filter(|connection| document.is_taken_by(connection))
}

/// What validators found gravely.
pub(crate) fn objections(weighed: &Weighed) -> impl Iterator<Item = Objection> {
    let grave = weighed.findings.iter().filter(|one| one.level == FindingLevel::Severe);
    grave.map(|one| Objection {
        rule: one.rule.clone(),
        path: one.field.clone(),
        text: one.message.clone(),
    })
}

/// What a validator found, in the words of the WSDL.
pub(crate) fn result(finding: PluginFinding) -> ValidationResult {
    let PluginFinding { level, area, rule, field, message, .. } = finding;
    ValidationResult {
        area: match area {
            FindingArea::Schema => ValidationArea::Schema,
            FindingArea::Mapping => ValidationArea::Mapping,
            FindingArea::MandatoryElements => ValidationArea::MandatoryElements,
        },
        field,
        level: match level {
            FindingLevel::Info => ValidationLevel::Info,
            FindingLevel::Warning => ValidationLevel::Warning,
            FindingLevel::Severe => ValidationLevel::Severe,
        },
        msg: if rule.is_empty() { message } else { format!("{rule}: {message}") },
    }
}

/// Whether validators of a held envelope are asked again: those for which it may be held.
pub(super) fn is_asked_again(hook: &super::PluginHook) -> bool {
    hook.gate || hook.on_failure == OnFailure::Hold
}

/// Local name of a certificate's root.
pub(crate) const CERTIFICATE: &str = "SPSCertificate";
/// Decoded in a fraction of a millisecond: less than handing it to another thread and back costs.
const LOOK_INLINE_BYTES_MAX: usize = 128 << 10;
