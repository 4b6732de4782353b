//! One pass over the bytes: is it XML, is it an SPS document, and where is what.

use std::borrow::Cow;

use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceError, QName, ResolveResult};
use quick_xml::reader::NsReader;

use crate::document::SpsDocument;
use crate::encoding::{self, DecodeFlaw, Decoded, Encoding};
use crate::finding::{Finding, Level};
use crate::limits::Limits;
use crate::namespace::{Namespace, Versions};
use crate::rules::{self, LookUpCodes, Rule, reading as rule};
use crate::xml::{self, Slip};

mod attributes;
mod build;
mod sink;

use build::Builder;
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
struct Flaw {
    rule: &'static Rule,
    at: usize,
    value: Cow<'static, str>,
}

impl Flaw {
    fn syntax(base: usize, slip: Slip) -> Self {
        Self { rule: &rule::NOT_WELL_FORMED, at: base + slip.at, value: Cow::Borrowed(slip.what) }
    }

    const fn malformed(at: usize, what: &'static str) -> Self {
        Self { rule: &rule::NOT_WELL_FORMED, at, value: Cow::Borrowed(what) }
    }

    const fn limit(at: usize, what: &'static str) -> Self {
        Self { rule: &rule::LIMIT, at, value: Cow::Borrowed(what) }
    }
}

fn unreadable(flaw: DecodeFlaw, limits: &Limits) -> Reading<'static> {
    let mut sink = Sink::new(limits.findings_max);
    let (outcome, rule, at) = match flaw {
        DecodeFlaw::Empty => (Outcome::NotWellFormed, &rule::EMPTY, 0),
        DecodeFlaw::TooLong => (Outcome::Refused, &rule::LIMIT, 0),
        DecodeFlaw::Encoding(at) => (Outcome::NotWellFormed, &rule::ENCODING, at),
    };
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
        builder.sink.report(&rule::BASE64, 0, "", String::new);
    }
    if !matches!(encoding, Encoding::Utf8) {
        builder.sink.report(&rule::TRANSCODED, 0, encoding.as_str(), String::new);
    }
    let outcome = match scan(&text, &mut builder, encoding) {
        Ok(()) => {
            builder.finish();
            Outcome::Read
        }
        Err(flaw) => {
            builder.sink.report(flaw.rule, flaw.at, &flaw.value, String::new);
            if flaw.rule.id == rule::NOT_WELL_FORMED.id {
                Outcome::NotWellFormed
            } else {
                Outcome::Refused
            }
        }
    };
    let Builder { nodes, attributes, kind, versions, signature, sink, .. } = builder;
    let Sink { mut findings, suppressed, .. } = sink;
    findings.sort_by_key(|finding| finding.offset);
    let document =
        SpsDocument { text, nodes, attributes, kind, versions, signature, encoding, base64 };
    Reading { document, findings, suppressed, outcome }
}

fn scan<'t>(text: &'t str, builder: &mut Builder<'t>, encoding: Encoding) -> Result<(), Flaw> {
    if let Some(slip) = xml::first_forbidden_character(text) {
        return Err(Flaw::syntax(0, slip));
    }
    let mut reader = NsReader::from_str(text);
    reader.resolver_mut().set_max_namespace_bindings(builder.limits.bindings_max);
    loop {
        let at = position(&reader);
        let event = reader.read_event().map_err(|error| given_up(&error, at))?;
        match event {
            Event::Start(tag) => start(&reader, builder, &tag, at, false)?,
            Event::Empty(tag) => start(&reader, builder, &tag, at, true)?,
            Event::End(_) => builder.close(at),
            // Indentation is every second event.
            Event::Text(inner) if xml::is_blank_text(&inner) => {}
            Event::Text(inner) => {
                xml::check_text(&inner).map_err(|slip| Flaw::syntax(at, slip))?;
                builder.characters(&inner, at)?;
            }
            Event::CData(_) => builder.encoded_characters(at)?,
            Event::GeneralRef(inner) => {
                xml::check_reference(&inner).map_err(|slip| Flaw::syntax(at, slip))?;
                builder.encoded_characters(at)?;
            }
            Event::Comment(inner) => {
                xml::check_comment(&inner).map_err(|slip| Flaw::syntax(at + 4, slip))?;
                builder.interruption();
            }
            Event::PI(inner) => {
                xml::check_instruction(&inner).map_err(|slip| Flaw::syntax(at + 2, slip))?;
                builder.interruption();
            }
            Event::Decl(inner) => declaration(builder, &inner, at, encoding)?,
            Event::DocType(_) => {
                return Err(Flaw { rule: &rule::DOCTYPE, at, value: Cow::Borrowed("") });
            }
            Event::Eof => return builder.end(at),
        }
    }
}

fn start<'t>(
    reader: &NsReader<&'t [u8]>,
    builder: &mut Builder<'t>,
    tag: &BytesStart<'_>,
    at: usize,
    empty: bool,
) -> Result<(), Flaw> {
    // The event borrows from the text, but says so only of itself: take the same bytes again.
    let inner = builder.text.get(at + 1..at + 1 + tag.len()).unwrap_or_default();
    let name = tag.name().into_inner().len();
    let name = inner.get(..name).unwrap_or_default();
    attributes::read(reader.resolver(), builder, inner, name, at)?;
    let (resolved, local) = reader.resolver().resolve_element(QName(name));
    let namespace = match resolved {
        ResolveResult::Bound(uri) => builder.namespace(uri.as_ref()),
        ResolveResult::Unbound => Namespace::None,
        ResolveResult::Unknown(prefix) => {
            builder.sink.report_once(&rule::NAMESPACE, at, &prefix, String::new);
            Namespace::Other
        }
    };
    let kept =
        builder.open(namespace, local.into_inner(), at, inner.len() + 2 + usize::from(empty))?;
    if !kept {
        // The names that the schema knows are names; of others that is to be seen.
        attributes::check_name(builder, name, at + 1)?;
    }
    if empty {
        builder.close(at);
    }
    Ok(())
}

fn declaration(
    builder: &mut Builder<'_>,
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
        builder.sink.report(&rule::DECLARED_ENCODING, place + 2, name, String::new);
    }
    Ok(())
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// What the event reader gives up on, in our words.
fn given_up(error: &Error, at: usize) -> Flaw {
    let what = match error {
        Error::Namespace(NamespaceError::TooManyBindings(_)) => {
            return Flaw::limit(at, "more namespace declarations than are read");
        }
        Error::Namespace(error) => {
            let value = Cow::Owned(error.to_string());
            return Flaw { rule: &rule::NAMESPACE, at, value };
        }
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            "an end tag that does not fit the open element: close elements in the reverse order"
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
            "an end tag without a start tag: remove it"
        }
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            "'&' that begins no reference: write it as '&amp;'"
        }
        Error::Syntax(_) => "markup that does not end: the document may be cut off",
        _ => "markup that is no XML",
    };
    Flaw::malformed(at, what)
}
