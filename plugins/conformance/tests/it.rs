//! Plugins in C, plugins of other versions, plugins that misbehave: what must come of each.

#[path = "it/c_plugins.rs"]
mod c_plugins;
#[path = "it/child.rs"]
mod child;
#[path = "it/deadly.rs"]
mod deadly;
#[path = "it/sins.rs"]
mod sins;
#[path = "it/suite.rs"]
mod suite;
#[path = "it/versions.rs"]
mod versions;
#[path = "it/workshop.rs"]
mod workshop;
