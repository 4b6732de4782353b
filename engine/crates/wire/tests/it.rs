//! What the reader, the writer and the client's side must hold together.

#[path = "it/agree.rs"]
mod agree;
#[path = "it/allocation.rs"]
mod allocation;
#[path = "it/libxml2.rs"]
mod libxml2;
#[path = "it/round_trip.rs"]
mod round_trip;
#[path = "it/slow.rs"]
mod slow;
#[path = "it/splice.rs"]
mod splice;
