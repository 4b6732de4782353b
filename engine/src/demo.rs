//! What the demonstration shows: the document, and the way the steps are told.

mod bundle;
mod document;
mod gens;
mod story;
mod supervisor;

pub use bundle::{BundleError, NON_COMPLIANCE_TYPE, SANITARY_TYPE, VETERINARY_TYPE, install};
pub use document::Document;
pub use gens::{ID as GENS, people};
pub use story::Story;
pub use supervisor::{SuperviseError, Supervised};
