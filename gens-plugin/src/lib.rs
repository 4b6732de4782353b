//! The Generic ePhyto National System: with it a country without a system of its own enters, issues,
//! sends and receives phytosanitary certificates in a browser.
//!
//! It is a plugin of the hub and uses nothing of it but what every plugin has. It must never let one
//! country see another's data, send a certificate twice or not at all, or issue what the hub would
//! refuse.
//!
//! Start from [`Gens`](service::Gens), which is what the pages call.

#![forbid(unsafe_code)]

pub mod auth;
pub mod demo;
pub mod domain;
pub mod environment;
mod exchange;
pub mod handover;
pub mod plugin;
pub mod render;
pub mod service;
mod store;
pub mod web;
