//! What the reader, the writer and the client's side must hold together.

#[path = "it/round_trip.rs"]
mod round_trip;
