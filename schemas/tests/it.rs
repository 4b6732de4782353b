//! Tests of the embedded data: one binary.

#[path = "it/allocation.rs"]
mod allocation;
#[path = "it/code_lists.rs"]
mod code_lists;
#[path = "it/model.rs"]
mod model;
#[path = "it/mutate.rs"]
mod mutate;
#[path = "it/provenance.rs"]
mod provenance;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/reference_codes.rs"]
mod reference_codes;
#[path = "it/tree.rs"]
mod tree;
#[path = "it/xsd.rs"]
mod xsd;
