//! Pages of a plugin over real sockets: the door, the bridge, and a plugin of the test's own.

#[path = "pages/asset.rs"]
mod asset;
#[path = "pages/body.rs"]
mod body;
#[path = "pages/refused.rs"]
mod refused;
#[path = "pages/rig.rs"]
mod rig;
#[path = "pages/route.rs"]
mod route;
#[path = "pages/ticket.rs"]
mod ticket;
