//! One pass over the bytes: is it XML, is it an SPS document, and where is what.

use std::borrow::Cow;

use crate::document::SpsDocument;
use crate::encoding::{self, DecodeFlaw, Decoded, Encoding};
use crate::finding::{Finding, Level};
use crate::limits::Limits;
use crate::namespace::{Namespace, Versions};
use crate::rules::{self, LookUpCodes, Rule, reading as rule};
use crate::xml::{self, Slip};

mod attributes;
mod build;
mod common;
mod scan;
mod scope;
mod sink;

use build::Builder;
pub(crate) use common::{Build, Common, Tagged};
use scan::{Event, Scanner};
use scope::Scope;
pub(crate) use sink::Sink;

/// A document and what is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reading<'a> {
    /// What was read; up to the flaw, where the document is not well-formed.
    pub document: SpsDocument<'a>,
    /// In document order.
    pub findings: Vec<Finding>,
    /// How many findings there were beyond [`Limits::findings_max`].
    pub suppressed: usize,
    outcome: Outcome,
}

/// How far a reading came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Read,
    NotWellFormed,
    Refused,
}

impl Reading<'_> {
    /// Whether the document was read to its end and is well-formed XML. A refused document (DOCTYPE,
    /// beyond the limits, in no encoding that is read) is not.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.outcome == Outcome::Read
    }

    /// Whether it was given up for another reason than its syntax.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.outcome == Outcome::Refused
    }

    /// Whether it must not be sent like this.
    #[must_use]
    pub fn is_severe(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Severe)
    }

    /// Adds what the rules find in a document that was read to its end.
    #[must_use]
    pub fn validate(mut self, codes: &dyn LookUpCodes, limits: &Limits) -> Self {
        if self.outcome == Outcome::Read {
            let mut sink = Sink::new(limits.findings_max);
            sink.findings = std::mem::take(&mut self.findings);
            sink.suppressed = self.suppressed;
            rules::evaluate(&self.document, codes, &mut sink);
            sink.findings.sort_by_key(|finding| finding.offset);
            (self.findings, self.suppressed) = (sink.findings, sink.suppressed);
        }
        self
    }
}

impl<'a> SpsDocument<'a> {
    /// Reads a document as it lies in a file or in an envelope's content: UTF-8, UTF-16 or either
    /// in Base64. The findings are those of XML, of namespaces and of the schema's structure.
    #[must_use]
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Reading<'a> {
        Self::read_as(Source::Content, bytes, limits)
    }

    /// Reads a document that was typed in a SOAP body, taken out of it to stand alone.
    ///
    /// The WSDL has its own schema for these, with some elements in no namespace, and generated
    /// clients write others into the namespace of the operations or of their parent. So a name is
    /// bound whichever of the field's namespaces it is in, or in none; what is in a foreign one
    /// stays unknown. A document that lies in an envelope as content is never read like this.
    #[must_use]
    pub fn read_typed(bytes: &'a [u8], limits: &Limits) -> Reading<'a> {
        Self::read_as(Source::SoapBody, bytes, limits)
    }

    fn read_as(source: Source, bytes: &'a [u8], limits: &Limits) -> Reading<'a> {
        match encoding::decode(bytes, limits.bytes_max) {
            Ok(decoded) => read_text(source, decoded, limits),
            Err(flaw) => unreadable(flaw, limits),
        }
    }

    /// [`Self::read`], then [`Reading::validate`].
    #[must_use]
    pub fn validate(bytes: &'a [u8], codes: &dyn LookUpCodes, limits: &Limits) -> Reading<'a> {
        Self::read(bytes, limits).validate(codes, limits)
    }
}

/// Where a document was found, which decides how strictly its namespaces are taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    Content,
    SoapBody,
}

/// Why reading ended early.
pub(crate) struct Flaw {
    pub(crate) rule: &'static Rule,
    pub(crate) at: usize,
    pub(crate) value: Cow<'static, str>,
}

impl Flaw {
    fn syntax(base: usize, slip: Slip) -> Self {
        Self { rule: &rule::NOT_WELL_FORMED, at: base + slip.at, value: Cow::Borrowed(slip.what) }
    }

    pub(crate) const fn malformed(at: usize, what: &'static str) -> Self {
        Self { rule: &rule::NOT_WELL_FORMED, at, value: Cow::Borrowed(what) }
    }

    pub(crate) const fn limit(at: usize, what: &'static str) -> Self {
        Self { rule: &rule::LIMIT, at, value: Cow::Borrowed(what) }
    }
}

/// The rule that bytes break which cannot be decoded, and where.
pub(crate) const fn flaw_of(flaw: &DecodeFlaw) -> (&'static Rule, usize) {
    match *flaw {
        DecodeFlaw::Empty => (&rule::EMPTY, 0),
        DecodeFlaw::TooLong => (&rule::LIMIT, 0),
        DecodeFlaw::Encoding(at) => (&rule::ENCODING, at),
    }
}

fn unreadable(flaw: DecodeFlaw, limits: &Limits) -> Reading<'static> {
    let mut sink = Sink::new(limits.findings_max);
    let outcome = match flaw {
        DecodeFlaw::Empty | DecodeFlaw::Encoding(_) => Outcome::NotWellFormed,
        DecodeFlaw::TooLong => Outcome::Refused,
    };
    let (rule, at) = flaw_of(&flaw);
    sink.report(rule, at, "more bytes than are read", String::new);
    let document = SpsDocument {
        text: Cow::Borrowed(""),
        nodes: Vec::new(),
        attributes: Vec::new(),
        kind: None,
        versions: Versions::default(),
        signature: None,
        encoding: Encoding::Utf8,
        base64: false,
    };
    Reading { document, findings: sink.findings, suppressed: 0, outcome }
}

fn read_text<'a>(source: Source, decoded: Decoded<'a>, limits: &Limits) -> Reading<'a> {
    let Decoded { text, encoding, base64 } = decoded;
    let mut builder = Builder::new(&text, source, limits);
    if base64 {
        builder.common.sink.report(&rule::BASE64, 0, "", String::new);
    }
    if !matches!(encoding, Encoding::Utf8) {
        builder.common.sink.report(&rule::TRANSCODED, 0, encoding.as_str(), String::new);
    }
    let outcome = match scan(&text, &mut builder, encoding) {
        Ok(()) => {
            builder.finish();
            Outcome::Read
        }
        Err(flaw) => {
            builder.common.sink.report(flaw.rule, flaw.at, &flaw.value, String::new);
            if flaw.rule.id == rule::NOT_WELL_FORMED.id {
                Outcome::NotWellFormed
            } else {
                Outcome::Refused
            }
        }
    };
    let Builder { nodes, attributes, kind, versions, signature, common, .. } = builder;
    let Sink { mut findings, suppressed, .. } = common.sink;
    findings.sort_by_key(|finding| finding.offset);
    let document =
        SpsDocument { text, nodes, attributes, kind, versions, signature, encoding, base64 };
    Reading { document, findings, suppressed, outcome }
}

pub(crate) fn scan<'t>(
    text: &'t str,
    builder: &mut impl Build<'t>,
    encoding: Encoding,
) -> Result<(), Flaw> {
    if let Some(slip) = xml::first_forbidden_character(text) {
        return Err(Flaw::syntax(0, slip));
    }
    let mut scanner = Scanner::new(text);
    let mut scope = Scope::new();
    loop {
        let (at, event) = scanner.next().map_err(|slip| Flaw::syntax(0, slip))?;
        match event {
            Event::Start { inner, name, empty } => {
                let depth = scanner.depth() + usize::from(empty);
                start(&mut scope, builder, Tag { inner, name, at, depth, empty })?;
            }
            Event::End => {
                scope.leave(scanner.depth() + 1);
                builder.close(at);
            }
            Event::Text(inner) => builder.characters(inner, at)?,
            Event::CharacterData => builder.encoded_characters(at)?,
            Event::Reference(inner) => {
                xml::check_reference(inner).map_err(|slip| Flaw::syntax(at, slip))?;
                builder.encoded_characters(at)?;
            }
            Event::Comment(inner) => {
                xml::check_comment(inner).map_err(|slip| Flaw::syntax(at + 4, slip))?;
                builder.interruption();
            }
            Event::Instruction(inner) => {
                xml::check_instruction(inner).map_err(|slip| Flaw::syntax(at + 2, slip))?;
                builder.interruption();
            }
            Event::Declaration(inner) => declaration(builder, inner, at, encoding)?,
            Event::DocumentType => {
                return Err(Flaw { rule: &rule::DOCTYPE, at, value: Cow::Borrowed("") });
            }
            Event::Eof => return builder.end(at),
        }
    }
}

/// A start tag.
#[derive(Clone, Copy)]
struct Tag<'t> {
    /// What stands between `<` and `>` or `/>`.
    inner: &'t str,
    /// The bytes of its name.
    name: usize,
    /// Where it begins.
    at: usize,
    /// How many elements are open in it, itself among them.
    depth: usize,
    empty: bool,
}

impl<'t> Tag<'t> {
    fn name(&self) -> &'t str {
        self.inner.get(..self.name).unwrap_or_default()
    }
}

fn start<'t>(
    scope: &mut Scope<'t>,
    builder: &mut impl Build<'t>,
    tag: Tag<'t>,
) -> Result<(), Flaw> {
    attributes::read(scope, builder.common(), &tag)?;
    let name = tag.name();
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let namespace = match scope.namespace(prefix) {
        Some(namespace) if !prefix.is_empty() || local.len() == name.len() => namespace,
        _ => {
            builder.common().sink.report_once(&rule::NAMESPACE, tag.at, prefix, String::new);
            Namespace::Other
        }
    };
    let length = tag.inner.len() + 2 + usize::from(tag.empty);
    if !builder.open(Tagged { namespace, prefix, local, at: tag.at, length, scope })? {
        // The names that the schema knows are names; of others that is to be seen.
        attributes::check_name(builder.common(), name, tag.at + 1)?;
    }
    if tag.empty {
        scope.leave(tag.depth);
        builder.close(tag.at);
    }
    Ok(())
}

fn declaration<'t>(
    builder: &mut impl Build<'t>,
    inner: &str,
    at: usize,
    encoding: Encoding,
) -> Result<(), Flaw> {
    if at != 0 {
        let what = "an XML declaration that is not at the very start: move it there";
        return Err(Flaw::malformed(at, what));
    }
    let declaration = xml::read_declaration(inner).map_err(|slip| Flaw::syntax(2, slip))?;
    if let (Some((name, place)), Encoding::Utf8) = (declaration.encoding, encoding)
        && !["utf-8", "us-ascii", "ascii"].iter().any(|known| name.eq_ignore_ascii_case(known))
    {
        builder.common().sink.report(&rule::DECLARED_ENCODING, place + 2, name, String::new);
    }
    Ok(())
}
