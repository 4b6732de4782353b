//! Plugins as files: packages that are made, signed, installed, refused and mapped. Plugins as
//! instances: what is asked of them and what they ask.

#[path = "it/inspection.rs"]
mod inspection;
#[path = "it/install.rs"]
mod install;
#[path = "it/instance.rs"]
mod instance;
#[path = "it/instance_documents.rs"]
mod instance_documents;
#[path = "it/instance_host.rs"]
mod instance_host;
#[path = "it/instance_world.rs"]
mod instance_world;
#[path = "it/package.rs"]
mod package;
#[path = "it/workshop.rs"]
mod workshop;
