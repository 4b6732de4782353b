//! Notifications of non-compliance and of emergency action after ISPM 13: their schema, their rules,
//! their life cycle, a page for people, and the plugin of the hub that all this makes.
//!
//! The pure part (everything but [`plugin`]) has no clock and no I/O. It must never panic on bytes
//! that someone sent, and never tell one country of another's notification.
//!
//! Start from [`Notification::read`]; the hub's side starts at [`plugin::NonCompliance`].

#![forbid(unsafe_code)]

pub mod calendar;
mod code;
mod grammar;
pub mod life_cycle;
pub mod plugin;
pub mod render;
mod rules;
pub mod sample;
mod view;
pub mod write;

pub use code::{Capacity, Message, label};
pub use grammar::{DOCUMENT_TYPE, GRAMMAR, NAMESPACE, ROOT};
pub use rules::{Envelope, Finding, Rule, rules, rules_as_markdown};
pub use view::{Notification, Reading};
