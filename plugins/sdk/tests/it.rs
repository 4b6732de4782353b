//! Plugins built with the SDK, as libraries of their own, in the hands of the hub's loader.

#[path = "it/documents.rs"]
mod documents;
#[path = "it/events.rs"]
mod events;
#[path = "it/guide.rs"]
mod guide;
#[path = "it/hub.rs"]
mod hub;
#[path = "it/life.rs"]
mod life;
#[path = "it/pages.rs"]
mod pages;
#[path = "it/panics.rs"]
mod panics;
#[path = "it/services.rs"]
mod services;
#[path = "it/unloaded.rs"]
mod unloaded;
