//! The library from outside, against libxml2 and against itself.

#[path = "it/allocation.rs"]
mod allocation;
#[path = "it/bad_input.rs"]
mod bad_input;
#[path = "it/differential.rs"]
mod differential;
#[path = "it/field.rs"]
mod field;
#[path = "it/fixture.rs"]
mod fixture;
#[path = "it/property.rs"]
mod property;
#[path = "it/rules.rs"]
mod rules;
#[path = "it/signature.rs"]
mod signature;
#[path = "it/typed.rs"]
mod typed;
#[path = "it/write.rs"]
mod write;
#[path = "it/xsd.rs"]
mod xsd;
