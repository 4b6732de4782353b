//! Official certificates of food from outside.

#[path = "../../official-certificate/tests/it/edit.rs"]
mod edit;
#[path = "it/family.rs"]
mod family;
#[path = "it/page.rs"]
mod page;
#[path = "it/plugin.rs"]
mod plugin;
#[path = "../../official-certificate/tests/it/family/property.rs"]
mod property;
#[path = "it/rules.rs"]
mod rules;
#[path = "../../official-certificate/tests/it/family/schema.rs"]
mod schema;
#[path = "../../official-certificate/tests/it/family/tables.rs"]
mod tables;
