//! What is written is valid against the official schema, with libxml2 as the judge.

use std::path::PathBuf;

use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use phytohub_official_certificate::sample::Shape;

use crate::family::{COMMODITIES, STYLE, TYPE};

/// The schema lies outside the project: in the directory that `PHYTOHUB_REFERENCE` names, or in a
/// folder beside the checkout.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn schema() -> Option<SchemaValidationContext> {
    let path = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"),
            PathBuf::from,
        )
        .join("xsd-17A/data/standard/SPSCertificate_17p0.xsd");
    if !path.exists() {
        eprintln!("skipped: reference schema not found at {}", path.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must have the reference");
        return None;
    }
    let mut parser = SchemaParserContext::from_file(path.to_str().expect("a path in UTF-8"));
    SchemaValidationContext::from_parser(&mut parser).ok()
}

#[test]
fn samples_are_valid_against_the_official_schema() {
    let Some(mut schema) = schema() else { return };
    for commodity in COMMODITIES {
        let mut shape = Shape::new(TYPE, 1);
        shape.lines = 2;
        shape.replaces = Some("NO-2026-1".to_owned());
        let xml = commodity.draft(&STYLE, &shape).to_xml();
        let document = Parser::default().parse_string(&xml).expect("well-formed");
        if let Err(errors) = schema.validate_document(&document) {
            let all: Vec<_> = errors.into_iter().filter_map(|error| error.message).collect();
            assert!(all.is_empty(), "{}: {all:?}\n{xml}", commodity.name);
        }
    }
}
