//! What the demonstration shows: the document, and the way the steps are told.

mod document;
mod story;
mod supervisor;

pub use document::Document;
pub use story::Story;
pub use supervisor::{SuperviseError, Supervised};
