//! Tests of the embedded data: one binary.

#[path = "it/model.rs"]
mod model;
#[path = "it/provenance.rs"]
mod provenance;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/tree.rs"]
mod tree;
