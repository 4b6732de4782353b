//! Attacks. Each that is refused stands beside something like it that is allowed, so that no test
//! passes for the reason that nothing works.

#[path = "attack/forgery.rs"]
mod forgery;
#[path = "attack/guess.rs"]
mod guess;
#[path = "attack/headers.rs"]
mod headers;
#[path = "attack/html.rs"]
mod html;
#[path = "attack/input.rs"]
mod input;
#[path = "attack/plan.rs"]
mod plan;
#[path = "attack/rights.rs"]
mod rights;
#[path = "attack/script.rs"]
mod script;
#[path = "attack/state.rs"]
mod state;
#[path = "attack/tenants.rs"]
mod tenants;
#[path = "attack/trail.rs"]
mod trail;
