//! What the reader, the writer and the client's side must hold together.

#[path = "it/libxml2.rs"]
mod libxml2;
#[path = "it/round_trip.rs"]
mod round_trip;
#[path = "it/splice.rs"]
mod splice;
