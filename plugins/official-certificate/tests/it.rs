//! Pages and documents that no plugin owns.

#[path = "it/page.rs"]
mod page;
