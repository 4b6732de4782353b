//! What the demonstration shows: the document, and the way the steps are told.

mod document;
mod story;

pub use document::Document;
pub use story::Story;
