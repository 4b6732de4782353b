//! A family of certificates as a plugin of the hub.

use std::collections::BTreeMap;

use phytohub_plugin_sdk::{
    Area, Call, CreateError, Document, Error, Finding, Findings, HttpRoute, Kind, Output, Purpose,
    Request, Responder, Result, Terms,
};
use phytohub_schemas::code_list::Standing;
use phytohub_schemas::lookup;
use phytohub_sps::{DocumentKind, Limits, SpsDocument};
use serde::Deserialize;

use crate::judge::{Envelope, judge};
use crate::model::{Model, Profile};
use crate::render;
use crate::view::Certificate;

mod page;

/// The plugin's section of the hub's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// Whether documents of these types are never passed on unjudged, by whichever operation they
    /// come.
    pub gate: bool,
    /// Further type numbers, each with the type that it stands for.
    pub aliases: BTreeMap<String, Alias>,
    /// Connections whose code does not begin with their country's: the countries that they write
    /// certificates for.
    pub countries: BTreeMap<String, Vec<String>>,
    /// The model of documents that tell nothing of theirs.
    pub model: Option<String>,
}

/// A further type number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Alias {
    /// The type in UNCL 1001 that it stands for.
    pub of: i32,
    /// What it is called.
    pub name: Option<String>,
    /// The model of documents that tell nothing of theirs.
    pub model: Option<String>,
}

/// What both plugins do.
#[derive(Debug)]
pub struct Service {
    profile: &'static Profile,
    gate: bool,
    types: Vec<Type>,
    countries: BTreeMap<String, Vec<String>>,
    model: Option<&'static Model>,
}

/// A type number that documents come under.
#[derive(Debug)]
struct Type {
    number: i32,
    name: String,
    /// What `TypeCode` may say under it.
    codes: Vec<String>,
    model: Option<&'static Model>,
}

impl Service {
    /// The service of a family, as its operator configured it.
    ///
    /// # Errors
    /// When an alias stands for no type of this family, or a model is unknown.
    pub fn new(profile: &'static Profile, config: Config) -> Result<Self, CreateError> {
        let model_of = |key: &str, named: Option<&str>| match named {
            None => Ok(None),
            Some(id) => profile.model(id).map(Some).ok_or_else(|| {
                CreateError::config(key, format!("there is no model {id:?}; see RULES.md"))
            }),
        };
        let own = |(number, name): &(i32, &str)| Type {
            number: *number,
            name: (*name).to_owned(),
            codes: vec![number.to_string()],
            model: None,
        };
        let mut types: Vec<Type> = profile.types.iter().map(own).collect();
        for (number, alias) in &config.aliases {
            let key = format!("aliases.{number}");
            let known = profile.types.iter().find(|(own, _)| *own == alias.of);
            let Some((of, name)) = known else {
                return Err(CreateError::config(
                    key,
                    format!("{} is no type of this plugin", alias.of),
                ));
            };
            let parsed = number.parse::<i32>().ok().filter(|number| *number > 0);
            let parsed = parsed.filter(|number| !types.iter().any(|known| known.number == *number));
            let Some(parsed) = parsed else {
                return Err(CreateError::config(key, "the alias must be a number of its own"));
            };
            types.push(Type {
                number: parsed,
                name: alias.name.clone().unwrap_or_else(|| (*name).to_owned()),
                codes: vec![of.to_string(), parsed.to_string()],
                model: model_of(&key, alias.model.as_deref())?,
            });
        }
        let model = model_of("model", config.model.as_deref())?;
        Ok(Self { profile, gate: config.gate, types, countries: config.countries, model })
    }

    /// The kinds. None names a root element: `SPSCertificate` is that of plant health too.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let kind = |known: &Type| {
            let mut kind = Kind::owner(known.number, known.name.clone()).inline_safe();
            if lookup::document_type(&known.number.to_string()) == Standing::Unknown {
                kind = kind.experimental();
            }
            if self.gate { kind.gate() } else { kind }
        };
        self.types.iter().map(kind).collect()
    }

    /// Judges a document.
    ///
    /// # Errors
    /// When nobody waits any more.
    pub fn validate(
        &self,
        call: &Call<'_>,
        document: &Document<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<()> {
        let number = document.certificate_type();
        let known = self.types.iter().find(|known| known.number == number);
        let nothing = Vec::new();
        let (from, to) = (self.countries_of(document.from()), self.countries_of(document.to()));
        let envelope = Envelope {
            number: document.nppo_certificate_number(),
            type_codes: known.map_or(&nothing, |known| &known.codes),
            status: document.certificate_status(),
            from: &from,
            to: &to,
        };
        // A document alone has no envelope to be compared with.
        let envelope = Some(&envelope).filter(|_| document.purpose() != Purpose::Validation);
        let stop = || call.is_cancelled();
        let model = self.model_of(number);
        let judgement = judge(self.profile, model, document.content(), envelope, &stop);
        if !judgement.complete {
            call.check()?;
        }
        for found in &judgement.findings {
            findings.add(&told(found));
        }
        Ok(())
    }

    /// Says what a document is about.
    ///
    /// # Errors
    /// None.
    pub fn describe(&self, document: &Document<'_>, terms: &mut Terms<'_>) -> Result<()> {
        let reading = SpsDocument::read(document.content(), &Limits::default());
        if let Some(root) = certificate(&reading.document) {
            let certificate = Certificate::new(root);
            if let (Some(model), _) = certificate.model(self.profile) {
                terms.add("model", model.id);
            }
            certificate.terms(&mut |name, said| terms.add(name, said));
        }
        Ok(())
    }

    /// Writes a document as a page.
    ///
    /// # Errors
    /// When it is no certificate, or its receiver wants no more.
    pub fn render(&self, document: &Document<'_>, out: &mut Output<'_>) -> Result<()> {
        let reading = SpsDocument::read(document.content(), &Limits::default());
        let Some(root) = certificate(&reading.document) else {
            return Err(Error::invalid("the document is no certificate"));
        };
        let model = self.model_of(document.certificate_type());
        out.push(render::page(self.profile, model, Certificate::new(root)))
    }

    /// The routes of its pages.
    #[must_use]
    pub fn routes(&self) -> Vec<HttpRoute> {
        vec![HttpRoute::get(""), HttpRoute::post("", page::BODY_BYTES_MAX)]
    }

    /// Answers a request.
    ///
    /// # Errors
    /// When the browser went away.
    pub fn request(&self, request: &Request<'_>, responder: Responder) -> Result<()> {
        page::answer(self.profile, self.model, request, responder)
    }

    fn model_of(&self, number: i32) -> Option<&'static Model> {
        let known = self.types.iter().find(|known| known.number == number);
        known.and_then(|known| known.model).or(self.model)
    }

    /// The countries of a connection: as configured, else that which its code begins with, as `NL`
    /// does and `NLV`.
    fn countries_of(&self, connection: &str) -> Vec<String> {
        if let Some(said) = self.countries.get(connection) {
            return said.clone();
        }
        let head = connection.get(..2).filter(|head| lookup::country(head).is_some());
        head.map(str::to_owned).into_iter().collect()
    }
}

/// The root of a certificate.
fn certificate<'d>(document: &'d SpsDocument<'_>) -> Option<phytohub_sps::Element<'d>> {
    document.root().filter(|_| document.kind() == Some(DocumentKind::Certificate))
}

/// A finding in the SDK's words.
fn told(found: &crate::Finding) -> Finding<'_> {
    let area = match found.area {
        phytohub_sps::Area::MandatoryElements => Area::MandatoryElements,
        phytohub_sps::Area::Mapping => Area::Mapping,
        phytohub_sps::Area::Schema => Area::Schema,
    };
    let finding = Finding::new(found.sdk_level(), area, found.rule, &*found.path, &*found.text);
    finding.at(u64::try_from(found.offset).unwrap_or(u64::MAX))
}
