//! A document as hooks see it.

use std::sync::OnceLock;

use phytohub_plugin_api as abi;

use crate::{Error, Result};

/// Why a document is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Purpose {
    /// `ValidatePhytoXML`: a document alone; parties and envelope are not known.
    Validation,
    /// A delivery of whichever operation.
    Delivery,
    /// A delivery that was accepted before and could not be judged then.
    Retry,
}

/// How the bytes of [`Document::raw`] are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RawForm {
    /// Character data in which XML's own characters are escaped.
    Escaped,
    /// One section of CDATA.
    Cdata,
    /// Both, mixed; or a form that this version does not know.
    Mixed,
}

/// A document with what its envelope says, borrowed for the length of the call. Texts that are not
/// known are empty.
#[derive(Debug)]
pub struct Document<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) test: bool,
    pub(crate) raw_form: RawForm,
    pub(crate) at_ms: i64,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) sent_by: &'a str,
    pub(crate) nppo_certificate_number: &'a str,
    pub(crate) hub_delivery_number: &'a str,
    pub(crate) content: &'a [u8],
    pub(crate) raw: &'a [u8],
    pub(crate) content_ticket: u64,
    pub(crate) text: OnceLock<Option<&'a str>>,
}

impl<'a> Document<'a> {
    /// A document alone, as `ValidatePhytoXML` gives it. For tests of hooks; the `with_` functions
    /// add what an envelope says.
    #[must_use]
    pub const fn of(content: &'a [u8]) -> Self {
        Self {
            purpose: Purpose::Validation,
            certificate_type: 0,
            certificate_status: 0,
            test: false,
            raw_form: RawForm::Cdata,
            at_ms: 0,
            from: "",
            to: "",
            sent_by: "",
            nppo_certificate_number: "",
            hub_delivery_number: "",
            content,
            raw: content,
            content_ticket: abi::HUB_NO_TICKET,
            text: OnceLock::new(),
        }
    }

    /// The document as delivered from one connection to another.
    #[must_use]
    pub const fn with_parties(mut self, from: &'a str, to: &'a str) -> Self {
        self.purpose = Purpose::Delivery;
        self.from = from;
        self.to = to;
        self
    }

    /// The document with `CertificateType`, `CertificateStatus` and `NPPOCertificateNumber`.
    #[must_use]
    pub const fn with_certificate(mut self, kind: i32, status: i32, number: &'a str) -> Self {
        self.certificate_type = kind;
        self.certificate_status = status;
        self.nppo_certificate_number = number;
        self
    }

    /// The document as sent by a delegate of the connection in `From`.
    #[must_use]
    pub const fn with_sender(mut self, sent_by: &'a str) -> Self {
        self.sent_by = sent_by;
        self
    }

    /// The document with its `hubDeliveryNumber`.
    #[must_use]
    pub const fn with_number(mut self, hub_delivery_number: &'a str) -> Self {
        self.hub_delivery_number = hub_delivery_number;
        self
    }

    /// The document as taken at this time, in milliseconds since 1970.
    #[must_use]
    pub const fn with_time(mut self, at_ms: i64) -> Self {
        self.at_ms = at_ms;
        self
    }

    /// The document as looked at for this purpose.
    #[must_use]
    pub const fn with_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// The document in UTF-8, never escaped as in SOAP, without a byte order mark.
    #[must_use]
    pub const fn content(&self) -> &'a [u8] {
        self.content
    }

    /// The same as text; looked through once, at the first call.
    ///
    /// # Errors
    ///
    /// It is not UTF-8, against the contract.
    pub fn text(&self) -> Result<&'a str> {
        self.text
            .get_or_init(|| std::str::from_utf8(self.content).ok())
            .ok_or_else(|| Error::corrupt("the document is not UTF-8, against the contract"))
    }

    /// The bytes as received.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// How [`raw`](Self::raw) is written.
    #[must_use]
    pub const fn raw_form(&self) -> RawForm {
        self.raw_form
    }

    /// Why it is looked at.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// `CertificateType`; of [`Purpose::Validation`], the kind's that was found by the root
    /// element.
    #[must_use]
    pub const fn certificate_type(&self) -> i32 {
        self.certificate_type
    }

    /// `CertificateStatus`; 0 if not known.
    #[must_use]
    pub const fn certificate_status(&self) -> i32 {
        self.certificate_status
    }

    /// Whether the envelope comes from a test connection.
    #[must_use]
    pub const fn is_test(&self) -> bool {
        self.test
    }

    /// When the hub took it, in milliseconds since 1970: the hub's clock, to be used in place of
    /// the machine's.
    #[must_use]
    pub const fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// `From`.
    #[must_use]
    pub const fn from(&self) -> &'a str {
        self.from
    }

    /// `To`.
    #[must_use]
    pub const fn to(&self) -> &'a str {
        self.to
    }

    /// Connection that sends it where that is not the one in `From`: its delegate.
    #[must_use]
    pub const fn sent_by(&self) -> &'a str {
        self.sent_by
    }

    /// `NPPOCertificateNumber`.
    #[must_use]
    pub const fn nppo_certificate_number(&self) -> &'a str {
        self.nppo_certificate_number
    }

    /// `hubDeliveryNumber`; empty before one is given.
    #[must_use]
    pub const fn hub_delivery_number(&self) -> &'a str {
        self.hub_delivery_number
    }
}
