//! What can be wrong with a text that should be XML.

use thiserror::Error;

/// A rule of XML 1.0 or of Namespaces in XML that a message breaks.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum XmlError {
    /// `<` stands inside an attribute's value.
    #[error("'<' inside an attribute's value: write &lt;")]
    AttributeHoldsLessThan,
    /// An attribute is not written `name="value"`.
    #[error("an attribute is written name=\"value\", with a blank before it")]
    AttributeNotWellFormed,
    /// The same attribute twice in one element.
    #[error("the same attribute stands twice in one element")]
    AttributeRepeated,
    /// `]]>` in text outside a CDATA section.
    #[error("']]>' in text outside a CDATA section: write ]]&gt;")]
    CdataEndInText,
    /// A CDATA section outside the root element.
    #[error("a CDATA section outside the root element")]
    CdataOutsideRoot,
    /// A character that XML 1.0 cannot carry.
    #[error("a character that XML 1.0 cannot carry, even escaped code=U+{code:04X}")]
    Character {
        /// Its code point.
        code: u32,
    },
    /// A character reference that is malformed or names no XML character.
    #[error("a character reference that is malformed or names no XML 1.0 character")]
    CharacterReference,
    /// `--` inside a comment.
    #[error("'--' inside a comment")]
    Comment,
    /// An XML declaration that breaks its grammar.
    #[error("an XML declaration is written <?xml version=\"1.0\" encoding=\"UTF-8\"?>")]
    Declaration,
    /// An XML declaration anywhere but at the very start.
    #[error("the XML declaration must be the very first thing: remove what stands before it")]
    DeclarationNotFirst,
    /// A document type declaration.
    #[error("DOCTYPE is refused: a SOAP message has no document type declaration")]
    Doctype,
    /// The input ends too soon.
    #[error("the message ends before its root element does")]
    EndsTooSoon,
    /// An end tag that does not close the element that is open.
    #[error("an end tag that does not name the element that is open")]
    EndTag,
    /// An entity other than the five predefined ones.
    #[error(
        "an entity that is not declared: only &lt; &gt; &amp; &quot; &apos; exist; write & as &amp;"
    )]
    Entity,
    /// `<` followed by something that begins no markup.
    #[error("'<' that begins no tag: write &lt;")]
    Markup,
    /// A name that breaks the grammar of names.
    #[error("a name that XML does not allow")]
    Name,
    /// A declaration that Namespaces in XML forbids.
    #[error(
        "a namespace declaration that is not allowed: empty for a prefix, or about xml or xmlns"
    )]
    NamespaceDeclaration,
    /// No element at all.
    #[error("there is no XML element")]
    NoRoot,
    /// Not UTF-8.
    #[error("bytes that are not UTF-8")]
    NotUtf8,
    /// Not UTF-16: half a surrogate pair, or half a unit.
    #[error("bytes that are not UTF-16")]
    NotUtf16,
    /// A prefix that nothing declares.
    #[error("a prefix that no xmlns attribute declares")]
    PrefixUnbound,
    /// A processing instruction that breaks its grammar.
    #[error("a processing instruction that is not well-formed")]
    ProcessingInstruction,
    /// Text outside the root element.
    #[error("text outside the root element")]
    TextOutsideRoot,
    /// A second root element.
    #[error("a second root element")]
    TwoRoots,
    /// An XML version other than 1.0.
    #[error("only XML version 1.0 is read")]
    Version,
}

/// A rule broken, and where: a byte of the input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) what: At,
}

/// What a [`Fault`] is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum At {
    Xml(XmlError),
    /// More attributes than the limit allows.
    Attributes {
        limit: usize,
    },
    /// More bindings in scope than the limit allows.
    Bindings {
        limit: usize,
    },
    /// Nested deeper than the limit allows.
    Depth {
        limit: usize,
    },
    /// A comment, processing instruction or element inside a text.
    MarkupInText,
}

impl Fault {
    pub(crate) const fn xml(at: usize, what: XmlError) -> Self {
        Self { at, what: At::Xml(what) }
    }
}
