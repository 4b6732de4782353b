//! Official certificates of food from outside.

#[path = "../../official-certificate/tests/it/edit.rs"]
mod edit;
#[path = "it/plugin.rs"]
mod plugin;
#[path = "it/property.rs"]
mod property;
#[path = "it/rules.rs"]
mod rules;
#[path = "it/schema.rs"]
mod schema;
