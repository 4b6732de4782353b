//! A WSDL as a set of named components, each described in lines that do not depend on prefixes,
//! layout, comments, or the order of components that have names.
//!
//! Whatever the reader does not know is an error: nothing is left out of a comparison unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{self, Name, Node};

const XS: &str = "http://www.w3.org/2001/XMLSchema";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const WSAM: &str = "http://www.w3.org/2007/05/addressing/metadata";
const WSAW: &str = "http://www.w3.org/2006/05/addressing/wsdl";

/// The components of a description by their names.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) components: BTreeMap<String, Vec<String>>,
    /// Names that components refer to, with the schema that does so.
    references: BTreeSet<(String, String)>,
    imports: BTreeSet<(String, String)>,
}

impl Model {
    /// Reads a WSDL with its schemas inline.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let root = tree::parse(text)?;
        let mut model = Self::default();
        expect(&root, WSDL, "definitions", &["name", "targetNamespace"])?;
        let namespace = root.required("targetNamespace")?;
        model.add("definitions", vec![format!("{namespace} {}", root.required("name")?)])?;
        for child in components(&root) {
            match (child.name.namespace.as_str(), child.name.local.as_str()) {
                (WSDL, "types") => {
                    for schema in components(child) {
                        model.schema(schema)?;
                    }
                }
                (WSDL, "message") => model.message(namespace, child)?,
                (WSDL, "portType") => model.port_type(namespace, child)?,
                (WSDL, "binding") => model.binding(namespace, child)?,
                (WSDL, "service") => model.service(namespace, child)?,
                _ => return Err(format!("unknown {}", child.name)),
            }
        }
        Ok(model)
    }

    /// One line for every component that is missing, too many, or different.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let names: BTreeSet<_> = self.components.keys().chain(other.components.keys()).collect();
        let mut lines = Vec::new();
        for name in names {
            match (self.components.get(name), other.components.get(name)) {
                (Some(here), Some(there)) if here != there => {
                    lines.push(format!("{name}: {here:#?} here, {there:#?} there"));
                }
                (Some(_), None) => lines.push(format!("{name}: only here")),
                (None, Some(_)) => lines.push(format!("{name}: only there")),
                _ => {}
            }
        }
        lines
    }

    /// References to nothing, and references into a schema that is not imported.
    pub(crate) fn dangling(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (from, component) in &self.references {
            if !self.components.contains_key(component) {
                lines.push(format!("{from} refers to undeclared {component}"));
            }
            let namespace = component.split(['{', '}']).nth(1).unwrap_or_default();
            let import = (from.clone(), namespace.to_owned());
            if from != namespace && from != WSDL && !self.imports.contains(&import) {
                lines.push(format!("{from} refers to {component} without importing it"));
            }
        }
        lines
    }

    fn add(&mut self, name: impl Into<String>, lines: Vec<String>) -> Result<(), String> {
        let name = name.into();
        match self.components.insert(name.clone(), lines) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is declared twice")),
        }
    }

    fn refer(&mut self, from: &str, kind: &str, name: &Name) {
        if name.namespace != XS {
            self.references.insert((from.to_owned(), format!("{kind} {name}")));
        }
    }

    fn schema(&mut self, schema: &Node) -> Result<(), String> {
        let known = ["targetNamespace", "elementFormDefault", "attributeFormDefault", "version"];
        expect(schema, XS, "schema", &known)?;
        let namespace = schema.required("targetNamespace")?;
        let forms = Forms {
            namespace,
            element: schema.attribute("elementFormDefault").unwrap_or("unqualified"),
            attribute: schema.attribute("attributeFormDefault").unwrap_or("unqualified"),
        };
        self.add(format!("schema {namespace}"), Vec::new())?;
        for child in components(schema) {
            match xs(child)? {
                "import" => {
                    let import = child.required("namespace")?.to_owned();
                    self.imports.insert((namespace.to_owned(), import));
                }
                "element" => {
                    expect(child, XS, "element", &["name", "type", "nillable"])?;
                    let kind = child.expand(child.required("type")?)?;
                    self.refer(namespace, "type", &kind);
                    let name = Name::new(namespace, child.required("name")?);
                    let nillable = boolean(child.attribute("nillable"))?;
                    let line = format!("type={kind} nillable={nillable}");
                    self.add(format!("element {name}"), vec![line])?;
                }
                "complexType" => self.complex_type(&forms, child)?,
                "simpleType" => self.simple_type(namespace, child)?,
                other => return Err(format!("unknown xs:{other} in schema {namespace}")),
            }
        }
        Ok(())
    }

    fn simple_type(&mut self, namespace: &str, node: &Node) -> Result<(), String> {
        expect(node, XS, "simpleType", &["name"])?;
        let restriction = only_child(node)?;
        expect(restriction, XS, "restriction", &["base"])?;
        let base = restriction.expand(restriction.required("base")?)?;
        self.refer(namespace, "type", &base);
        let mut lines = vec![format!("simple, restricts {base}")];
        for value in components(restriction) {
            expect(value, XS, "enumeration", &["value"])?;
            lines.push(format!("value {}", value.required("value")?));
        }
        self.add(format!("type {}", Name::new(namespace, node.required("name")?)), lines)
    }

    fn complex_type(&mut self, forms: &Forms<'_>, node: &Node) -> Result<(), String> {
        expect(node, XS, "complexType", &["name"])?;
        let name = Name::new(forms.namespace, node.required("name")?);
        let lines = match components(node).next().map(xs).transpose()? {
            Some(kind @ ("simpleContent" | "complexContent")) => {
                let extension = only_child(only_child(node)?)?;
                expect(extension, XS, "extension", &["base"])?;
                let base = extension.expand(extension.required("base")?)?;
                self.refer(forms.namespace, "type", &base);
                let mut lines = vec![format!("{kind}, extends {base}")];
                lines.extend(self.body(forms, extension)?);
                lines
            }
            _ => self.body(forms, node)?,
        };
        self.add(format!("type {name}"), lines)
    }

    /// The particles in their order, then the attributes by name.
    fn body(&mut self, forms: &Forms<'_>, node: &Node) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let mut attributes = BTreeSet::new();
        for child in components(node) {
            match xs(child)? {
                "sequence" => {
                    expect(child, XS, "sequence", &[])?;
                    lines.push("sequence".to_owned());
                    for particle in components(child) {
                        lines.push(self.particle(forms, particle)?);
                    }
                }
                "attribute" => {
                    expect(child, XS, "attribute", &["name", "type", "use"])?;
                    let kind = child.expand(child.required("type")?)?;
                    self.refer(forms.namespace, "type", &kind);
                    attributes.insert(format!(
                        "attribute {} type={kind} use={} form={}",
                        child.required("name")?,
                        child.attribute("use").unwrap_or("optional"),
                        forms.attribute,
                    ));
                }
                other => return Err(format!("unknown xs:{other} in a type")),
            }
        }
        lines.extend(attributes);
        Ok(lines)
    }

    fn particle(&mut self, forms: &Forms<'_>, node: &Node) -> Result<String, String> {
        let known = ["name", "type", "ref", "form", "nillable", "minOccurs", "maxOccurs"];
        expect(node, XS, "element", &known)?;
        let occurs = format!(
            "min={} max={}",
            node.attribute("minOccurs").unwrap_or("1"),
            node.attribute("maxOccurs").unwrap_or("1"),
        );
        if let Some(reference) = node.attribute("ref") {
            let name = node.expand(reference)?;
            self.refer(forms.namespace, "element", &name);
            return Ok(format!("ref {name} {occurs}"));
        }
        let kind = node.expand(node.required("type")?)?;
        self.refer(forms.namespace, "type", &kind);
        let namespace = match node.attribute("form").unwrap_or(forms.element) {
            "qualified" => forms.namespace,
            "unqualified" => "",
            other => return Err(format!("unknown form {other}")),
        };
        let name = Name::new(namespace, node.required("name")?);
        let nillable = boolean(node.attribute("nillable"))?;
        Ok(format!("element {name} type={kind} nillable={nillable} {occurs}"))
    }

    fn message(&mut self, namespace: &str, node: &Node) -> Result<(), String> {
        expect(node, WSDL, "message", &["name"])?;
        let mut lines = Vec::new();
        for part in components(node) {
            expect(part, WSDL, "part", &["name", "element"])?;
            let element = part.expand(part.required("element")?)?;
            self.refer(WSDL, "element", &element);
            lines.push(format!("part {} element={element}", part.required("name")?));
        }
        self.add(format!("message {}", Name::new(namespace, node.required("name")?)), lines)
    }

    fn port_type(&mut self, namespace: &str, node: &Node) -> Result<(), String> {
        expect(node, WSDL, "portType", &["name"])?;
        let name = Name::new(namespace, node.required("name")?);
        self.add(format!("portType {name}"), Vec::new())?;
        for operation in components(node) {
            expect(operation, WSDL, "operation", &["name"])?;
            let mut lines = Vec::new();
            for side in components(operation) {
                expect(side, WSDL, &side.name.local, &["name", "message"])?;
                let message = side.expand(side.required("message")?)?;
                self.refer(WSDL, "message", &message);
                lines.push(format!(
                    "{} {} message={message} wsam={:?} wsaw={:?}",
                    side.name.local,
                    side.required("name")?,
                    side.attributes.get(&Name::new(WSAM, "Action")),
                    side.attributes.get(&Name::new(WSAW, "Action")),
                ));
            }
            self.add(format!("portType {name} operation {}", operation.required("name")?), lines)?;
        }
        Ok(())
    }

    fn binding(&mut self, namespace: &str, node: &Node) -> Result<(), String> {
        expect(node, WSDL, "binding", &["name", "type"])?;
        let name = Name::new(namespace, node.required("name")?);
        let port_type = node.expand(node.required("type")?)?;
        self.refer(WSDL, "portType", &port_type);
        let mut lines = vec![format!("type={port_type}")];
        for child in components(node) {
            if child.name.namespace == SOAP {
                lines.push(extension(child, &["style", "transport"])?);
                continue;
            }
            expect(child, WSDL, "operation", &["name"])?;
            let operation = child.required("name")?;
            let mut details = Vec::new();
            for side in components(child) {
                if side.name.namespace == SOAP {
                    details.push(extension(side, &["soapAction", "style"])?);
                    continue;
                }
                expect(side, WSDL, &side.name.local, &["name"])?;
                let body = extension(only_child(side)?, &["name", "use"])?;
                details.push(format!("{} {} {body}", side.name.local, side.required("name")?));
            }
            self.add(format!("binding {name} operation {operation}"), details)?;
        }
        self.add(format!("binding {name}"), lines)
    }

    fn service(&mut self, namespace: &str, node: &Node) -> Result<(), String> {
        expect(node, WSDL, "service", &["name"])?;
        let mut lines = Vec::new();
        for port in components(node) {
            expect(port, WSDL, "port", &["name", "binding"])?;
            let binding = port.expand(port.required("binding")?)?;
            self.refer(WSDL, "binding", &binding);
            // Where the service runs is not part of its interface; that it has an address is.
            let address = only_child(port)?;
            expect(address, SOAP, "address", &["location"])?;
            address.required("location")?;
            lines.push(format!("port {} binding={binding} address", port.required("name")?));
        }
        self.add(format!("service {}", Name::new(namespace, node.required("name")?)), lines)
    }
}

/// What a schema says about names that are not global.
struct Forms<'a> {
    namespace: &'a str,
    element: &'a str,
    attribute: &'a str,
}

/// Child elements without what only explains.
fn components(node: &Node) -> impl Iterator<Item = &Node> {
    node.children.iter().filter(|child| child.name != Name::new(WSDL, "documentation"))
}

fn only_child(node: &Node) -> Result<&Node, String> {
    let mut children = components(node);
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(format!("{} must have one child", node.name)),
    }
}

fn xs(node: &Node) -> Result<&str, String> {
    if node.name.namespace == XS {
        Ok(&node.name.local)
    } else {
        Err(format!("unknown {} in a schema", node.name))
    }
}

fn expect(node: &Node, namespace: &str, local: &str, known: &[&str]) -> Result<(), String> {
    if node.name != Name::new(namespace, local) {
        return Err(format!("{} where {} belongs", node.name, Name::new(namespace, local)));
    }
    for name in node.attributes.keys() {
        let addressing = [WSAM, WSAW].contains(&name.namespace.as_str()) && name.local == "Action";
        let plain = name.namespace.is_empty() && known.contains(&name.local.as_str());
        if !(addressing || plain) {
            return Err(format!("unknown attribute {name} on {}", node.name));
        }
    }
    Ok(())
}

/// A SOAP extension element with its attributes.
fn extension(node: &Node, known: &[&str]) -> Result<String, String> {
    expect(node, SOAP, &node.name.local, known)?;
    let attributes: Vec<_> = node.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    Ok(format!("soap:{} {}", node.name.local, attributes.join(" ")))
}

fn boolean(value: Option<&str>) -> Result<bool, String> {
    match value {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(format!("{other} is no boolean")),
    }
}
