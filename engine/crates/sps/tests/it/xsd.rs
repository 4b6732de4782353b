//! What is written is valid against the official schema, with libxml2 as the judge.

use std::path::PathBuf;

use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use phytohub_sps::sample::Shape;

use crate::fixture::shapes;

/// The schema lies outside the project: in the directory that `PHYTOHUB_REFERENCE` names, or in a
/// folder beside the checkout.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn schema(name: &str) -> Option<SchemaValidationContext> {
    let path = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/reference"),
            PathBuf::from,
        )
        .join("xsd-17A/data/standard")
        .join(name);
    if !path.exists() {
        eprintln!("skipped: reference schema not found at {}", path.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must have the reference");
        return None;
    }
    let mut parser = SchemaParserContext::from_file(path.to_str().expect("a path in UTF-8"));
    match SchemaValidationContext::from_parser(&mut parser) {
        Ok(schema) => Some(schema),
        Err(errors) => panic!("the schema does not compile: {} errors", errors.len()),
    }
}

fn valid(schema: &mut SchemaValidationContext, name: &str, xml: &str) {
    let document = Parser::default().parse_string(xml).expect("well-formed");
    if let Err(errors) = schema.validate_document(&document) {
        let all: Vec<_> = errors.into_iter().filter_map(|error| error.message).collect();
        assert!(all.is_empty(), "{name}: {all:?}\n{xml}");
    }
}

#[test]
fn written_certificates_are_valid() {
    let Some(mut schema) = schema("SPSCertificate_17p0.xsd") else { return };
    for (name, shape) in shapes() {
        valid(&mut schema, name, &shape.certificate().to_xml());
    }
    for seed in 0..50 {
        let shape = Shape { seed, full: seed % 2 == 0, lines: 2, ..Shape::default() };
        valid(&mut schema, "seed", &shape.certificate().to_xml());
    }
    let broken = Shape::default().certificate().to_xml().replace("ram:ID>", "ram:Id>");
    let document = Parser::default().parse_string(&broken).expect("well-formed");
    assert!(schema.validate_document(&document).is_err(), "the judge must be able to say no");
}

#[test]
fn written_acknowledgements_are_valid() {
    let Some(mut schema) = schema("SPSAcknowledgement_17p0.xsd") else { return };
    for status in [39, 41, 43, 122] {
        valid(&mut schema, "status", &Shape::default().acknowledgement(status).to_xml());
    }
}
