//! The client against servers that do what partners do.

#[path = "it/answer.rs"]
mod answer;
#[path = "it/directory.rs"]
mod directory;
#[path = "it/ends.rs"]
mod ends;
#[path = "it/line.rs"]
mod line;
#[path = "it/partner.rs"]
mod partner;
#[path = "it/quic.rs"]
mod quic;
#[path = "it/socket.rs"]
mod socket;
#[path = "it/streams.rs"]
mod streams;
#[path = "it/trust.rs"]
mod trust;
