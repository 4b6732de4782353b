//! What the reader, the writer and the client's side must hold together.

#[path = "it/agree.rs"]
mod agree;
#[path = "it/allocation.rs"]
mod allocation;
#[path = "it/clients.rs"]
mod clients;
#[path = "it/code_lists.rs"]
mod code_lists;
#[path = "it/encoding.rs"]
mod encoding;
#[path = "it/libxml2.rs"]
mod libxml2;
#[path = "it/quic.rs"]
mod quic;
#[path = "it/refused.rs"]
mod refused;
#[path = "it/round_trip.rs"]
mod round_trip;
#[path = "it/shape.rs"]
mod shape;
#[path = "it/slow.rs"]
mod slow;
#[path = "it/splice.rs"]
mod splice;
#[path = "it/typed.rs"]
mod typed;
#[path = "it/written.rs"]
mod written;
#[path = "it/wsdl.rs"]
mod wsdl;
