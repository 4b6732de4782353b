//! The harness tried on itself, then on a hub's process.
//!
//! The hub's program is found as `find_program` says; it is not built from here.

#[path = "it/clock.rs"]
mod clock;
#[path = "it/compare.rs"]
mod compare;
#[path = "it/crash.rs"]
mod crash;
#[path = "it/faults.rs"]
mod faults;
#[path = "it/line.rs"]
mod line;
#[path = "it/load.rs"]
mod load;
#[path = "it/memory.rs"]
mod memory;
#[path = "it/rig.rs"]
mod rig;
#[path = "it/shim.rs"]
mod shim;
