//! Samples against the schema, and what the schema refuses against the rules, with libxml2 as the
//! judge.

use std::collections::BTreeSet;
use std::path::PathBuf;

use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use phytohub_non_compliance::sample::{Case, Shape};
use phytohub_non_compliance::{Message, Notification};
use phytohub_sps::Level;

#[path = "../../../../schemas/tests/it/mutate.rs"]
mod mutate;

fn schema() -> SchemaValidationContext {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../schemas/xsd/sps-non-compliance-notification-1.xsd");
    let mut parser = SchemaParserContext::from_file(path.to_str().expect("a path in UTF-8"));
    match SchemaValidationContext::from_parser(&mut parser) {
        Ok(schema) => schema,
        Err(errors) => panic!("the schema does not compile: {} errors", errors.len()),
    }
}

/// What the judge says against a text.
fn refusals(schema: &mut SchemaValidationContext, xml: &str) -> Vec<String> {
    let document = Parser::default().parse_string(xml).expect("well-formed");
    let Err(errors) = schema.validate_document(&document) else { return Vec::new() };
    errors.into_iter().filter_map(|error| error.message).collect()
}

#[test]
fn samples_are_valid_by_the_schema() {
    let mut schema = schema();
    for case in Case::ALL {
        for message in Message::ALL {
            for seed in 0..4 {
                let xml = Shape::new(case, message, seed).notification().to_xml();
                let refused = refusals(&mut schema, &xml);
                assert!(refused.is_empty(), "{case:?} {message:?}: {refused:?}\n{xml}");
            }
        }
    }
}

#[test]
fn samples_have_every_element_that_the_schema_declares() {
    let (_, schema) = phytohub_schemas::XML_SCHEMAS
        .iter()
        .find(|(name, _)| *name == "sps-non-compliance-notification-1.xsd")
        .expect("an embedded schema");
    let declared = schema.split("<xs:element name=\"").skip(1);
    let declared = declared.filter_map(|rest| rest.split('"').next());
    let mut missing: BTreeSet<&str> = declared.collect();
    assert!(missing.len() > 40, "{} elements", missing.len());
    for case in Case::ALL {
        for message in Message::ALL {
            let xml = Shape::new(case, message, 1).notification().to_xml();
            missing.retain(|name| !xml.contains(&format!("<nc:{name}")));
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

/// Where the rules bear with the field as those of certificates do: attributes that nobody reads, and
/// a code that ISO 3166-1 lacks.
fn is_borne(change: &str) -> bool {
    change.starts_with("value \"XI\" in ram:ID")
        || change.contains("added to")
        || change.contains(" for ")
        || change.contains("text beside")
}

#[test]
fn what_the_schema_refuses_the_rules_tell() {
    let mut schema = schema();
    let (mut refused, mut accepted, mut differ) = (0, 0, Vec::new());
    let samples = [
        (Case::Pest, Message::Updated),
        (Case::MissingCertificate, Message::Issued),
        (Case::Pest, Message::InvestigationResult),
    ];
    for (case, message) in samples {
        let xml = Shape::new(case, message, 1).notification().to_xml();
        for (change, text) in mutate::changed(&xml) {
            let valid = refusals(&mut schema, &text).is_empty();
            let reading = Notification::read(text.as_bytes()).validated();
            let told = reading.findings.iter().any(|finding| finding.level > Level::Info);
            if valid {
                accepted += 1;
            } else {
                refused += 1;
                if !told && !is_borne(&change) {
                    differ.push(change);
                }
            }
        }
    }
    assert!(differ.is_empty(), "{} unseen:\n{}", differ.len(), differ.join("\n"));
    // Both sorts are there in numbers, or nothing was tried.
    assert!(accepted > 500 && refused > 1000, "{accepted} accepted, {refused} refused");
}
