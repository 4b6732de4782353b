//! What there is to say about a document.

use std::borrow::Cow;
use std::fmt;

use phytohub_plugin_api as abi;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes it")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Should be put right; does not hinder.
    Warning,
    /// Must be put right: the document is refused.
    Severe,
}

impl Level {
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::Info => abi::HUB_LEVEL_INFO,
            Self::Warning => abi::HUB_LEVEL_WARNING,
            Self::Severe => abi::HUB_LEVEL_SEVERE,
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes it")]
pub enum Area {
    /// The document is not written as its schema wants.
    Schema,
    /// A value is not one of those agreed on.
    Mapping,
    /// Something that must be there is not.
    MandatoryElements,
}

impl Area {
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::Schema => abi::HUB_AREA_SCHEMA,
            Self::Mapping => abi::HUB_AREA_MAPPING,
            Self::MandatoryElements => abi::HUB_AREA_MANDATORY_ELEMENTS,
        }
    }
}

/// Something to say about a document: the WSDL's `validationResult`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding<'a> {
    /// How grave.
    pub level: Level,
    /// About what.
    pub area: Area,
    /// Id of the rule that it comes from, such as `NC-MAN-003`; up to 32 bytes.
    pub rule: Cow<'a, str>,
    /// Where: a path of element names, or an attribute's after '@'; up to 512 bytes.
    pub field: Cow<'a, str>,
    /// What is wrong and what to do, for people; up to 1,024 bytes.
    pub message: Cow<'a, str>,
    /// Byte of the document where it is.
    pub offset: Option<u64>,
}

impl<'a> Finding<'a> {
    /// A finding. Texts that are too long are cut.
    pub fn new(
        level: Level,
        area: Area,
        rule: impl Into<Cow<'a, str>>,
        field: impl Into<Cow<'a, str>>,
        message: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            level,
            area,
            rule: rule.into(),
            field: field.into(),
            message: message.into(),
            offset: None,
        }
    }

    /// The same finding with the byte of the document where it is.
    #[must_use]
    pub const fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// The same finding with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Finding<'static> {
        Finding {
            level: self.level,
            area: self.area,
            rule: Cow::Owned(self.rule.into_owned()),
            field: Cow::Owned(self.field.into_owned()),
            message: Cow::Owned(self.message.into_owned()),
            offset: self.offset,
        }
    }
}

/// Takes findings, one after the other.
pub struct Findings<'a> {
    take: &'a mut dyn FnMut(&Finding<'_>) -> bool,
    full: bool,
}

impl<'a> Findings<'a> {
    /// Findings that go to a function, which answers whether it wants more. For tests of hooks:
    ///
    /// `let mut all = vec![]; let mut take = |f: &Finding<'_>| { all.push(f.clone().into_owned());
    /// true };`
    pub fn new(take: &'a mut dyn FnMut(&Finding<'_>) -> bool) -> Self {
        Self { take, full: false }
    }

    /// One more. The hub takes 200; after that, only severe ones still count, in place of lesser
    /// ones.
    pub fn add(&mut self, finding: &Finding<'_>) {
        if self.full && finding.level != Level::Severe {
            return;
        }
        self.full = !(self.take)(finding);
    }

    /// A severe finding, which refuses the document.
    pub fn severe(&mut self, area: Area, rule: &str, field: &str, message: &str) {
        self.add(&Finding::new(Level::Severe, area, rule, field, message));
    }

    /// A warning.
    pub fn warning(&mut self, area: Area, rule: &str, field: &str, message: &str) {
        self.add(&Finding::new(Level::Warning, area, rule, field, message));
    }

    /// Whether the hub has as many as it takes.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.full
    }
}

impl fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Findings").field("full", &self.full).finish_non_exhaustive()
    }
}

/// The beginning of a text, at most `bytes` long and ending with a whole character.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// Bytes of the longest rule: the contract's limit for [`Finding::rule`].
pub(crate) const RULE_BYTES_MAX: usize = 32;
/// Bytes of the longest field: the contract's limit for [`Finding::field`].
pub(crate) const FIELD_BYTES_MAX: usize = 512;
/// Bytes of the longest message: the contract's limit for [`Finding::message`].
pub(crate) const MESSAGE_BYTES_MAX: usize = 1024;
