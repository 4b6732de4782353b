//! The national system in the hub: the real binary, the real library, pages over HTTP, and countries
//! with systems of their own on the other side.

#[path = "gens/backup.rs"]
mod backup;
#[path = "gens/browser.rs"]
pub(crate) mod browser;
#[path = "gens/country.rs"]
pub(crate) mod country;
#[path = "gens/export.rs"]
mod export;
#[path = "gens/import.rs"]
mod import;
#[path = "gens/kill.rs"]
mod kill;
#[path = "gens/operator.rs"]
mod operator;
