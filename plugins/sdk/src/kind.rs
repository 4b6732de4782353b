//! A kind of documents, as a plugin declares it.

use phytohub_plugin_api as abi;

/// A kind of documents: a certificate type with the root element of its XML.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kind {
    pub(crate) certificate_type: i32,
    pub(crate) name: String,
    pub(crate) root_namespace: String,
    pub(crate) root_name: String,
    pub(crate) statuses: Vec<(i32, String)>,
    pub(crate) flags: u32,
    pub(crate) content_bytes_max: u64,
}

impl Kind {
    /// A kind that this plugin is the one to know: `CertificateType` and what people call it. Two
    /// owners of one kind are an error of the hub's configuration.
    pub fn owner(certificate_type: i32, name: impl Into<String>) -> Self {
        Self::new(certificate_type, name, abi::HUB_KIND_OWNER)
    }

    /// A kind that this plugin looks at beside its owner.
    pub fn observer(certificate_type: i32, name: impl Into<String>) -> Self {
        Self::new(certificate_type, name, 0)
    }

    fn new(certificate_type: i32, name: impl Into<String>, flags: u32) -> Self {
        Self {
            certificate_type,
            name: name.into(),
            root_namespace: String::new(),
            root_name: String::new(),
            statuses: Vec::new(),
            flags,
            content_bytes_max: 0,
        }
    }

    /// Only with this root element: namespace and local name, empty for any.
    #[must_use]
    pub fn root(mut self, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        self.root_namespace = namespace.into();
        self.root_name = name.into();
        self
    }

    /// One more `CertificateStatus` that it may have; without any, all are allowed.
    #[must_use]
    pub fn status(mut self, certificate_status: i32, name: impl Into<String>) -> Self {
        self.statuses.push((certificate_status, name.into()));
        self
    }

    /// Never passed on unvalidated, by whichever operation it comes.
    #[must_use]
    pub const fn gate(mut self) -> Self {
        self.flags |= abi::HUB_KIND_GATE;
        self
    }

    /// `validate` of this kind is short and never blocks: with the operator's consent it runs on
    /// the thread that took the envelope in. The plugin is to be exported as `inline_safe` too.
    #[must_use]
    pub const fn inline_safe(mut self) -> Self {
        self.flags |= abi::HUB_KIND_INLINE_SAFE;
        self
    }

    /// The certificate type is this plugin's own choice, not one of UNCL 1001.
    #[must_use]
    pub const fn experimental(mut self) -> Self {
        self.flags |= abi::HUB_KIND_EXPERIMENTAL;
        self
    }

    /// Bytes of the largest document, below the hub's own limit.
    #[must_use]
    pub const fn content_bytes_max(mut self, bytes: u64) -> Self {
        self.content_bytes_max = bytes;
        self
    }
}
