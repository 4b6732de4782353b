//! Events into the table of known elements.

use super::common::{Build, Common, Tagged};
use super::{Flaw, Source, rule};
use crate::document::{Attribute, Element, Node, Span};
use crate::limits::Limits;
use crate::name::Name;
use crate::namespace::{CURRENT, DocumentKind, Namespace, Versions};
use crate::schema::{Child, Kind};

/// The table while it grows.
pub(super) struct Builder<'t> {
    pub(super) text: &'t str,
    pub(super) common: Common<'t>,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) kind: Option<DocumentKind>,
    pub(super) versions: Versions,
    pub(super) signature: Option<u32>,
    source: Source,
    frames: Vec<Frame>,
    /// Open elements that are not kept: an unknown one and what is in it.
    skipped: usize,
    elements: usize,
    root_seen: bool,
}

/// An open element of the table.
struct Frame {
    node: u32,
    kind: Kind,
    /// The furthest row of the type that a child was found at.
    row: usize,
    seen: u32,
    text_from: usize,
    encoded: bool,
    has_children: bool,
    stray: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, source: Source, limits: &Limits) -> Self {
        Self {
            text,
            common: Common::new(limits),
            // An element of a certificate takes about 60 bytes; a guess saves most of the growing.
            nodes: Vec::with_capacity((text.len() / 64).min(GUESS_MAX)),
            attributes: Vec::with_capacity((text.len() / 512).min(GUESS_MAX)),
            kind: None,
            versions: Versions::default(),
            signature: None,
            source,
            frames: Vec::with_capacity(16),
            skipped: 0,
            elements: 0,
            root_seen: false,
        }
    }

    fn push(&mut self, name: Name, kind: Kind, at: usize, length: usize) {
        let index = short(self.nodes.len());
        let parent = self.frames.last().map_or(0, |frame| frame.node);
        let attributes = short(self.attributes.len());
        self.attributes.append(&mut self.common.fresh);
        self.nodes.push(Node {
            name,
            kind,
            encoded: false,
            parent,
            end: u32::MAX,
            seen: 0,
            start: Span::new(at, at).start,
            text: Span::default(),
            attributes,
            attributes_end: short(self.attributes.len()),
        });
        self.frames.push(Frame {
            node: index,
            kind,
            row: 0,
            seen: 0,
            text_from: at + length,
            encoded: false,
            has_children: false,
            stray: false,
        });
    }

    fn root(&mut self, namespace: Namespace, local: &str, at: usize) -> Option<(Name, Kind)> {
        let document = match local {
            "SPSCertificate" => Some(DocumentKind::Certificate),
            "SPSAcknowledgement" => Some(DocumentKind::Acknowledgement),
            _ => None,
        };
        match (document, namespace) {
            (Some(name), Namespace::Root(document, root)) if name == document => {
                self.versions.root = root;
            }
            // The WSDL knows one version.
            (Some(_), Namespace::Any) => self.versions = CURRENT,
            _ => {
                self.common.sink.report(&rule::UNKNOWN_ROOT, at, local, String::new);
                return None;
            }
        }
        self.kind = document;
        match document? {
            DocumentKind::Certificate => Some((Name::SPSCertificate, Kind::Certificate)),
            DocumentKind::Acknowledgement => {
                Some((Name::SPSAcknowledgement, Kind::Acknowledgement))
            }
        }
    }

    fn child(&mut self, namespace: Namespace, local: &str, at: usize) -> Option<(Name, Kind)> {
        let frame = self.frames.last_mut()?;
        frame.has_children = true;
        let Some((row, child)) = find(frame.kind, frame.row, namespace, local) else {
            self.unknown(namespace, local, at);
            return None;
        };
        let bit = 1_u32 << row;
        let (late, again) = (row < frame.row, frame.seen & bit != 0 && !child.occurs.repeats());
        frame.row = frame.row.max(row);
        frame.seen |= bit;
        let node = frame.node;
        if late {
            self.report_child(&rule::ORDER, node, local, at);
        }
        if again {
            self.report_child(&rule::REPEATED, node, local, at);
        }
        match namespace {
            Namespace::None => self.report_child(&rule::UNQUALIFIED, node, local, at),
            Namespace::Aggregate(version) if version != self.versions.aggregates => {
                if self.versions.aggregates == 0 {
                    self.versions.aggregates = version;
                } else {
                    self.common.sink.report_once(&rule::MIXED_VERSIONS, at, local, String::new);
                }
            }
            _ => {}
        }
        Some((child.name, child.kind))
    }

    #[cold]
    fn unknown(&mut self, namespace: Namespace, local: &str, at: usize) {
        let Some(node) = self.frames.last().map(|frame| frame.node) else { return };
        if namespace == Namespace::Signature && node == 0 {
            self.signature = Some(Span::new(at, at).start);
            return;
        }
        self.report_child(&rule::UNKNOWN_ELEMENT, node, local, at);
    }

    #[cold]
    fn report_child(&mut self, rule: &'static rule::Rule, parent: u32, local: &str, at: usize) {
        let (text, nodes, all) = (self.text, &self.nodes, &self.attributes);
        self.common.sink.report(rule, at, local, || {
            let Some(node) = nodes.get(parent as usize) else { return local.to_owned() };
            let path = Element { text, nodes, all, node, index: parent }.path();
            if path.is_empty() { local.to_owned() } else { format!("{path}/{local}") }
        });
    }

    #[cold]
    fn stray(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        if std::mem::replace(&mut frame.stray, true) {
            return;
        }
        let (text, nodes, all) = (self.text, &self.nodes, &self.attributes);
        let (index, node) = (frame.node, nodes.get(frame.node as usize));
        self.common.sink.report(&rule::STRAY_TEXT, at, "", || {
            node.map_or_else(String::new, |node| Element { text, nodes, all, node, index }.path())
        });
    }

    /// What can be said of the namespaces when all of them are known.
    pub(super) fn finish(&mut self) {
        let Versions { root, aggregates } = self.versions;
        if self.kind.is_none() || aggregates == 0 || self.versions.are_current() {
            return;
        }
        let versions = format!("{root} with {aggregates}");
        let together = self.versions.are_released_together();
        let rule = if together { &rule::OTHER_VERSION } else { &rule::UNKNOWN_VERSION };
        self.common.sink.report(rule, 0, &versions, String::new);
    }
}

impl<'t> Build<'t> for Builder<'t> {
    #[inline]
    fn common(&mut self) -> &mut Common<'t> {
        &mut self.common
    }

    #[inline]
    fn open(&mut self, tag: Tagged<'_, 't>) -> Result<bool, Flaw> {
        let Tagged { namespace, local, at, length, .. } = tag;
        self.elements += 1;
        if self.elements > self.common.limits.elements_max {
            return Err(Flaw::limit(at, "more elements than are read"));
        }
        if self.frames.len() + self.skipped >= self.common.limits.depth_max {
            return Err(Flaw::limit(at, "elements nested deeper than is read"));
        }
        if self.skipped > 0 {
            self.skipped += 1;
            return Ok(false);
        }
        let namespace = match self.source {
            Source::Content => namespace,
            Source::SoapBody => namespace.loosened(),
        };
        let kept = if self.frames.is_empty() {
            if self.root_seen {
                return Err(Flaw::malformed(at, "a second root element: send one document"));
            }
            self.root_seen = true;
            self.root(namespace, local, at)
        } else {
            self.child(namespace, local, at)
        };
        match kept {
            Some((name, kind)) => self.push(name, kind, at, length),
            None => self.skipped = 1,
        }
        Ok(kept.is_some())
    }

    #[inline]
    fn close(&mut self, at: usize) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let end = short(self.nodes.len());
        let Some(node) = self.nodes.get_mut(frame.node as usize) else { return };
        (node.end, node.seen, node.encoded) = (end, frame.seen, frame.encoded);
        if !frame.has_children && frame.kind.may_hold_text() {
            node.text = Span::new(frame.text_from.min(at), at);
        }
    }

    fn characters(&mut self, inner: &str, at: usize) -> Result<(), Flaw> {
        let Some(frame) = self.frames.last_mut().filter(|_| self.skipped == 0) else {
            if self.skipped == 0 {
                return Err(Flaw::malformed(at, "text outside the root element: remove it"));
            }
            return Ok(());
        };
        if frame.kind.may_hold_text() && !frame.has_children {
            // In Base64 a carriage return is white space like any other.
            frame.encoded |= frame.kind != Kind::Binary && inner.contains('\r');
        } else {
            self.stray(at);
        }
        Ok(())
    }

    fn encoded_characters(&mut self, at: usize) -> Result<(), Flaw> {
        let Some(frame) = self.frames.last_mut().filter(|_| self.skipped == 0) else {
            if self.skipped == 0 {
                return Err(Flaw::malformed(at, "text outside the root element: remove it"));
            }
            return Ok(());
        };
        frame.encoded = true;
        if !frame.kind.may_hold_text() || frame.has_children {
            self.stray(at);
        }
        Ok(())
    }

    fn interruption(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.encoded = true;
        }
    }

    fn end(&self, at: usize) -> Result<(), Flaw> {
        if self.frames.len() + self.skipped > 0 {
            let what = "elements that are still open at the end: the document is cut off";
            return Err(Flaw::malformed(at, what));
        }
        if !self.root_seen {
            return Err(Flaw::malformed(at, "no root element: this is no XML document"));
        }
        Ok(())
    }
}

/// The row of a type with that name, looked for from where the last one was found.
fn find(
    kind: Kind,
    from: usize,
    namespace: Namespace,
    local: &str,
) -> Option<(usize, &'static Child)> {
    let children = kind.children();
    let (before, after) = children.split_at_checked(from)?;
    // Elements in their order are found among the next few rows.
    let in_order = after.iter().position(|child| is(child, kind, namespace, local));
    let row = match in_order {
        Some(row) => from + row,
        None => before.iter().position(|child| is(child, kind, namespace, local))?,
    };
    Some((row, children.get(row)?))
}

fn is(child: &Child, kind: Kind, namespace: Namespace, local: &str) -> bool {
    child.local == local
        && (namespace.is(child.space)
            || (namespace == Namespace::None && is_written_unqualified(kind, child.name)))
}

/// The WSDL's own schema has these without a namespace.
const fn is_written_unqualified(kind: Kind, name: Name) -> bool {
    match kind {
        Kind::ConsignmentItem => matches!(name, Name::NatureIdentificationSPSCargo),
        Kind::Cargo => matches!(name, Name::TypeCode),
        Kind::TransportEquipment | Kind::Seal => matches!(name, Name::ID),
        _ => false,
    }
}

/// Growing beyond this is left to the elements that are really there. It keeps the table of a large
/// document of few elements below the size at which an allocator asks the kernel for fresh pages.
const GUESS_MAX: usize = 1024;

/// Indices fit: there are never more nodes or attributes than bytes.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
