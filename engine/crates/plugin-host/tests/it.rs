//! The plugin host from outside.

#![forbid(unsafe_code)]

#[path = "it/pages.rs"]
mod pages;
