//! The library from outside: every rule, every sample, the schema with libxml2 as the judge.

#[path = "it/plugin.rs"]
mod plugin;
#[path = "it/property.rs"]
mod property;
#[path = "it/rules.rs"]
mod rules;
#[path = "it/schema.rs"]
mod schema;
