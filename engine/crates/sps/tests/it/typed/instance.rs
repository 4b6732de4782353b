//! A document with every field that the WSDL's own schema knows, made from that schema.

use libxml::parser::Parser;
use libxml::tree::{Document, Node};
use phytohub_schemas::DELIVERY_SERVICE_WSDL;

/// How a client writes names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// As the WSDL has them: four in no namespace.
    Wsdl,
    /// As UN/CEFACT has them: all in a namespace.
    Qualified,
    /// What should be in no namespace falls into the default one, that of the operations; what
    /// stands in an element of any type, into its parent's.
    Inherited,
    /// All in the namespace of the operations.
    Operations,
    /// All in none.
    Unqualified,
}

impl Form {
    pub(crate) const ALL: [Self; 5] =
        [Self::Wsdl, Self::Qualified, Self::Inherited, Self::Operations, Self::Unqualified];
}

/// An element of the instance.
pub(crate) struct Instance {
    local: String,
    /// The prefix by the WSDL; empty for no namespace.
    prefix: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Self>,
}

impl Instance {
    /// The element of that name with everything in it, lists with two of each.
    pub(crate) fn of(root: &str) -> Self {
        let wsdl = Parser::default().parse_string(DELIVERY_SERVICE_WSDL).expect("well-formed");
        let mut maker = Maker { schemas: schemas(&wsdl), count: 100 };
        maker.global(root, "")
    }

    pub(crate) fn to_xml(&self, form: Form) -> String {
        let mut out = String::new();
        let prefixes = [
            ("rsm", "urn:un:unece:uncefact:data:standard:SPSCertificate:17"),
            ("ack", "urn:un:unece:uncefact:data:standard:SPSAcknowledgement:17"),
            (
                "ram",
                "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:21",
            ),
            ("udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:21"),
        ];
        let mut declared: String =
            prefixes.iter().map(|(prefix, uri)| format!(" xmlns:{prefix}=\"{uri}\"")).collect();
        if matches!(form, Form::Operations | Form::Inherited) {
            declared.push_str(" xmlns=\"http://ephyto.ippc.int/\"");
        }
        self.write(form, &declared, &mut out);
        out
    }

    fn write(&self, form: Form, declared: &str, out: &mut String) {
        let prefix = match (form, &*self.prefix) {
            (Form::Operations | Form::Unqualified, _) => "",
            (Form::Qualified, "") => "ram",
            (Form::Inherited, "udt") => "ram",
            (_, prefix) => prefix,
        };
        let colon = if prefix.is_empty() { "" } else { ":" };
        let name = format!("{prefix}{colon}{}", self.local);
        out.push_str(&format!("<{name}{declared}"));
        for (attribute, value) in &self.attributes {
            out.push_str(&format!(" {attribute}=\"{value}\""));
        }
        out.push_str(&format!(">{}", self.text));
        for child in &self.children {
            child.write(form, "", out);
        }
        out.push_str(&format!("</{name}>"));
    }
}

/// All `xs:schema` of the WSDL.
fn schemas(wsdl: &Document) -> Vec<Node> {
    let types = wsdl.get_root_element().expect("a root").get_child_elements();
    let types = types.into_iter().find(|node| node.get_name() == "types").expect("types");
    types.get_child_elements()
}

struct Maker {
    schemas: Vec<Node>,
    count: u32,
}

impl Maker {
    /// A global element by its name, which no two schemas share.
    fn global(&mut self, name: &str, inside: &str) -> Instance {
        let (schema, node) = self.find("element", name);
        self.element(&node, &prefix_of(&schema), inside)
    }

    fn find(&self, what: &str, name: &str) -> (Node, Node) {
        let all = self.schemas.iter().flat_map(|schema| {
            schema.get_child_elements().into_iter().map(move |node| (schema.clone(), node))
        });
        let mut named = all.filter(|(_, node)| {
            node.get_name() == what && node.get_property("name").as_deref() == Some(name)
        });
        named.next().unwrap_or_else(|| panic!("no {what} {name} in the WSDL"))
    }

    fn element(&mut self, node: &Node, prefix: &str, inside: &str) -> Instance {
        let unqualified = node.get_property("form").as_deref() == Some("unqualified");
        let mut made = Instance {
            local: node.get_property("name").expect("a name"),
            prefix: if unqualified { String::new() } else { prefix.to_owned() },
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
        };
        let declared = node.get_property("type").expect("a type");
        match &*declared {
            "xs:int" => made.text = self.next().to_string(),
            "xs:double" => made.text = format!("{}.5", self.next()),
            "xs:string" => made.text = format!("v{}", self.next()),
            "xs:anyType" => self.anything(&mut made, inside),
            other => {
                let local = other.rsplit(':').next().expect("a name").to_owned();
                let (schema, complex) = self.find("complexType", &local);
                self.complex(&complex, &prefix_of(&schema), &local, &mut made);
            }
        }
        made
    }

    /// What senders write where the schema allows anything.
    fn anything(&mut self, made: &mut Instance, inside: &str) {
        if made.local == "IssueDateTime" && inside != "referenceSPSReferencedDocument" {
            made.children.push(self.global("DateTimeString", ""));
            return;
        }
        made.text = format!("v{}", self.next());
        if made.local == "TypeCode" && inside.ends_with("Party") {
            made.attributes.push(("listName".to_owned(), format!("a{}", self.next())));
        }
    }

    fn complex(&mut self, node: &Node, prefix: &str, name: &str, made: &mut Instance) {
        for part in node.get_child_elements() {
            if part.get_name() == "simpleContent" {
                let extension = part.get_first_element_child().expect("an extension");
                let double = extension.get_property("base").as_deref() == Some("xs:double");
                let number = self.next();
                made.text = if double { format!("{number}.5") } else { format!("v{number}") };
                for attribute in extension.get_child_elements() {
                    let name = attribute.get_property("name").expect("a name");
                    made.attributes.push((name, format!("a{}", self.next())));
                }
                continue;
            }
            for child in part.get_child_elements() {
                let many = child.get_property("maxOccurs").as_deref() == Some("unbounded");
                for _ in 0..if many { 2 } else { 1 } {
                    let made_child = match child.get_property("ref") {
                        Some(reference) => {
                            let local = reference.rsplit(':').next().expect("a name").to_owned();
                            self.global(&local, name)
                        }
                        None => self.element(&child, prefix, name),
                    };
                    made.children.push(made_child);
                }
            }
        }
    }

    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }
}

fn prefix_of(schema: &Node) -> String {
    let namespace = schema.get_property("targetNamespace").expect("a namespace");
    let known = [
        ("SPSCertificate:17", "rsm"),
        ("SPSAcknowledgement:17", "ack"),
        ("Entity:21", "ram"),
        ("UnqualifiedDataType:21", "udt"),
    ];
    let found = known.iter().find(|(end, _)| namespace.ends_with(end));
    found.map_or("eph", |(_, prefix)| prefix).to_owned()
}

/// An element with text: its way from the root by local names, each with its place among those of
/// that name; dates without the element that they may stand in.
#[derive(Debug)]
pub(crate) struct Leaf {
    path: String,
    text: String,
    attributes: Vec<(String, String)>,
}

impl Leaf {
    pub(crate) fn is_in(&self, other: &Self) -> bool {
        self.path == other.path
            && self.text == other.text
            && self.attributes.iter().all(|attribute| other.attributes.contains(attribute))
    }
}

pub(crate) fn leaves(xml: &str) -> Vec<Leaf> {
    let document = Parser::default().parse_string(xml).expect("well-formed");
    let root = document.get_root_element().expect("a root");
    let mut all = Vec::new();
    collect(&root, root.get_name(), &mut all);
    all
}

fn collect(node: &Node, path: String, all: &mut Vec<Leaf>) {
    let children = node.get_child_elements();
    if children.is_empty() {
        let attributes = node.get_properties().into_iter().collect();
        let text = node.get_content().trim().to_owned();
        all.push(Leaf { path, text, attributes });
        return;
    }
    for (place, child) in children.iter().enumerate() {
        let name = child.get_name();
        if name == "DateTimeString" {
            collect(child, path.clone(), all);
            continue;
        }
        let before = children[..place].iter().filter(|other| other.get_name() == name).count();
        collect(child, format!("{path}/{name}[{before}]"), all);
    }
}
