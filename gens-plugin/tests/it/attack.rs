//! Attacks. Each that is refused stands beside something like it that is allowed, so that no test
//! passes for the reason that nothing works.

#[path = "attack/elsewhere.rs"]
mod elsewhere;
#[path = "attack/files.rs"]
mod files;
#[path = "attack/forgery.rs"]
mod forgery;
#[path = "attack/formulas.rs"]
mod formulas;
#[path = "attack/guess.rs"]
mod guess;
#[path = "attack/headers.rs"]
mod headers;
#[path = "attack/html.rs"]
mod html;
#[path = "attack/plan.rs"]
mod plan;
#[path = "attack/rights.rs"]
mod rights;
#[path = "attack/script.rs"]
mod script;
#[path = "attack/size.rs"]
mod size;
#[path = "attack/state.rs"]
mod state;
#[path = "attack/statements.rs"]
mod statements;
#[path = "attack/tenants.rs"]
mod tenants;
#[path = "attack/trail.rs"]
mod trail;
