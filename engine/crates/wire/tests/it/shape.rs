//! Requests in many shapes, made from random bytes.

/// Decisions taken from random bytes, so that a failing case shrinks to a plain request.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Choices<'_> {
    /// A number below `count`; zero, the plain choice, when the bytes are used up.
    fn below(&mut self, count: usize) -> usize {
        usize::from(*self.bytes.next().unwrap_or(&0)) % count
    }

    fn pick<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.below(of.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}

const SPACES: [(&str, &str); 3] = [
    ("s", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("e", "http://ephyto.ippc.int/"),
    ("h", "http://ephyto.ippc.int/HUB.Entities"),
];

/// Writes a request in one of its many shapes.
pub(crate) struct Shape<'a> {
    choices: Choices<'a>,
    prefixes: [&'static str; 3],
    out: String,
}

impl Shape<'_> {
    pub(crate) fn document(bytes: &[u8]) -> String {
        let mut choices = Choices { bytes: bytes.iter() };
        let prefixes = match choices.below(4) {
            0 => ["s", "e", "h"],
            1 => ["soapenv", "ns1", "ns2"],
            2 => ["S", "ns2", "_x.y-z"],
            _ => ["\u{e9}", "h", "e"],
        };
        let mut shape = Shape { choices, prefixes, out: String::new() };
        let prologue = shape.choices.pick(&[
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "\u{feff}",
            " \n",
            "<?xml version='1.0' standalone='yes' ?>\n<!-- a -->",
            "<?pi <a> ?>",
        ]);
        shape.out.push_str(prologue);
        let declared: String = SPACES
            .iter()
            .zip(shape.prefixes)
            .map(|((_, uri), prefix)| format!(" xmlns:{prefix}=\"{uri}\""))
            .collect();
        let envelope = format!("{}:Envelope", shape.prefixes[0]);
        shape.out.push_str(&format!("<{envelope}{declared}>"));
        shape.soap_header();
        shape.between();
        shape.element(0, "Body", Shape::operation);
        shape.between();
        shape.out.push_str(&format!("</{envelope}>"));
        shape.between();
        shape.out
    }

    fn soap_header(&mut self) {
        let choice = self.choices.below(4);
        let header = format!("{}:Header", self.prefixes[0]);
        match choice {
            0 => {}
            1 => self.out.push_str(&format!("<{header}/>")),
            _ => self.out.push_str(&format!(
                "<{header}><a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\" \
                 {}:mustUnderstand=\"0\">x</a:Action>\
                 <To xmlns=\"http://www.w3.org/2005/08/addressing\" b='&lt;'>y</To></{header}>",
                self.prefixes[0]
            )),
        }
    }

    fn operation(&mut self) {
        let names = [
            "DeliverEnvelope",
            "GetEnvelopeTrackingInfo",
            "GetUnderDeliveryEnvelope",
            "GetImportEnvelopeHeaders",
            "PULLImportEnvelope",
            "PULLSingleImportEnvelope",
            "AcknowledgeEnvelopeReceipt",
            "AdvancedAcknowledgeEnvelopeReceipt",
            "AcknowledgeFailedEnvelopeReceipt",
            "SetTrackingInfoUpdate",
            "GetProfile",
            "ValidatePhytoXML",
            "ValidateAndDeliverEnvelope",
            "DeliverPhytoEnvelope",
            "DeliverCountryResponseEnvelope",
            "GetConditions",
        ];
        let name = self.choices.pick(&names);
        self.element(1, name, |shape| match name {
            "DeliverEnvelope" => shape.element(1, "env", |shape| shape.fields(true)),
            "SetTrackingInfoUpdate" => shape.element(1, "header", |shape| shape.fields(false)),
            "ValidateAndDeliverEnvelope" => {
                shape.element(1, "envelope", |shape| shape.fields(true));
            }
            "DeliverPhytoEnvelope" => {
                shape.element(1, "ePhytoEnvelope", |shape| shape.typed("SPSCertificate"));
            }
            "DeliverCountryResponseEnvelope" => {
                let typed = |shape: &mut Self| shape.typed("SPSAcknowledgement");
                shape.element(1, "CountryResponseEnvelope", typed);
            }
            _ => {
                let mut names =
                    ["hubTrackingNumber", "countryCode", "message", "warningMessage", "ePhytoXML"];
                shape.shuffle(&mut names);
                for name in names {
                    if !shape.choices.one_in(8) {
                        shape.element(1, name, Shape::text);
                    }
                    shape.between();
                }
            }
        });
    }

    fn typed(&mut self, document: &str) {
        let first = self.choices.one_in(2);
        if first {
            self.document_element(document, 0);
        }
        self.fields(false);
        if !first && !self.choices.one_in(8) {
            self.document_element(document, 0);
        }
    }

    /// An element of any of the namespaces, with others inside that lean on what is declared
    /// around it.
    fn document_element(&mut self, name: &str, depth: usize) {
        let space = self.choices.below(3);
        self.element(space, name, |shape| {
            for _ in 0..shape.choices.below(4 - depth) {
                match shape.choices.below(5) {
                    0 => shape.text(),
                    1 => shape.out.push_str("<b/>"),
                    2 => {
                        let leaf = format!("<b {}:c='1' xml:lang='en'/>", shape.prefixes[2]);
                        shape.out.push_str(&leaf);
                    }
                    3 => shape.between(),
                    _ => shape.document_element("SPSCertificate", depth + 1),
                }
            }
        });
    }

    fn fields(&mut self, content: bool) {
        let mut names = [
            "From",
            "To",
            "CertificateType",
            "CertificateStatus",
            "NPPOCertificateNumber",
            "hubDeliveryNumber",
            "HUBTrackingInfo",
            "hubDeliveryErrorMessage",
            "Forwardings",
            "Content",
        ];
        self.shuffle(&mut names);
        for name in names {
            self.between();
            if self.choices.one_in(6) {
                self.element(2, "Unknown", |shape| shape.element(2, "From", Shape::text));
            }
            match name {
                _ if self.choices.one_in(8) => {}
                "Content" if !content => {}
                "Forwardings" => self.element(2, name, |shape| {
                    for _ in 0..shape.choices.below(3) {
                        shape.element(2, "EnvelopeForwarding", |shape| {
                            shape.element(2, "Code", Shape::text);
                        });
                    }
                }),
                "CertificateType" | "CertificateStatus" => self.element(2, name, |shape| {
                    let text = shape.choices.pick(&[
                        "851",
                        " 70\n",
                        "+40",
                        "-1",
                        "",
                        "x",
                        "2147483648",
                        "&#56;51",
                        "<![CDATA[657]]>",
                        "0000000070",
                        "1.0",
                        " ",
                    ]);
                    shape.out.push_str(text);
                }),
                _ => self.element(2, name, Shape::text),
            }
        }
    }

    /// An element of one of the three namespaces, declared at the root, on itself, or by default.
    fn element(&mut self, space: usize, local: &str, inside: impl FnOnce(&mut Self)) {
        let uri = SPACES[space].1;
        let attribute =
            self.choices.pick(&["", "", "", " id='1'", " a=\"&quot;>\" b = 'c'", " xml:lang='en'"]);
        // Children of the hub may stand without a namespace, operations may not.
        let bare = space == 2 || !matches!(local, "Body" | "DeliverEnvelope");
        let (tag, declared) = match self.choices.below(7) {
            0..=2 => (format!("{}:{local}", self.prefixes[space]), String::new()),
            3 => (format!("q:{local}"), format!(" xmlns:q=\"{uri}\"")),
            4 if bare && local.starts_with(char::is_uppercase) && space == 2 => {
                (local.to_owned(), " xmlns=\"\"".to_owned())
            }
            // Some clients put the fields into the namespace of the operations.
            5 if space == 2 => (format!("{}:{local}", self.prefixes[1]), String::new()),
            _ => (local.to_owned(), format!(" xmlns='{uri}'")),
        };
        self.out.push_str(&format!("<{tag}{declared}{attribute}"));
        let start = self.out.len();
        self.out.push('>');
        inside(self);
        if self.out.len() == start + 1 && self.choices.one_in(2) {
            self.out.truncate(start);
            self.out.push_str(" />");
        } else {
            let blank = self.choices.pick(&["", "", " ", "\n"]);
            self.out.push_str(&format!("</{tag}{blank}>"));
        }
    }

    fn text(&mut self) {
        for _ in 0..self.choices.below(4) {
            let text = self.choices.pick(&[
                "NO",
                " x ",
                "\r\n",
                "\r",
                "&lt;a&gt;",
                "&#13;",
                "<![CDATA[<b>&]]>",
                "<![CDATA[\r\n]]>",
                "\u{e9}\u{20ac}\u{10000}",
                "]]&gt;",
                "&quot;&apos;&amp;",
                "]",
                "&#x1F600;",
                "<![CDATA[]]>",
                "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "\"'>",
            ]);
            self.out.push_str(text);
        }
    }

    fn between(&mut self) {
        let text = self.choices.pick(&["", "", "\n  ", "<!-- <a> & -->", "<?p <b> ?>", "\r\n\t"]);
        self.out.push_str(text);
    }

    fn shuffle(&mut self, names: &mut [&str]) {
        for at in 0..names.len() {
            let other = self.choices.below(names.len());
            names.swap(at, other);
        }
    }
}
