//! The national system from outside: countries, people, and a hub that loses its memory on demand.

#[path = "it/account.rs"]
mod account;
#[path = "it/attack.rs"]
mod attack;
#[path = "it/browser.rs"]
mod browser;
#[path = "it/decision.rs"]
mod decision;
#[path = "it/delivery.rs"]
mod delivery;
#[path = "it/demo.rs"]
mod demo;
#[path = "it/exchange.rs"]
mod exchange;
#[path = "it/export.rs"]
mod export;
#[path = "it/filters.rs"]
mod filters;
#[path = "it/handing.rs"]
mod handing;
#[path = "it/history.rs"]
mod history;
#[path = "it/hub.rs"]
mod hub;
#[path = "it/import.rs"]
mod import;
#[path = "it/isolation.rs"]
mod isolation;
#[path = "it/language.rs"]
mod language;
#[path = "it/package.rs"]
mod package;
#[path = "it/paper.rs"]
mod paper;
#[path = "it/policy.rs"]
mod policy;
#[path = "it/restore.rs"]
mod restore;
#[path = "it/sample.rs"]
mod sample;
#[path = "it/web.rs"]
mod web;
#[path = "it/world.rs"]
mod world;
