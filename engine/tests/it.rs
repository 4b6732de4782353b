//! The hub from outside: the real binary, real sockets, real clients.

#[path = "it/account.rs"]
mod account;
#[path = "it/admin.rs"]
mod admin;
#[path = "it/clients.rs"]
mod clients;
#[path = "it/codes.rs"]
mod codes;
#[path = "it/demo.rs"]
mod demo;
#[path = "it/exchange.rs"]
mod exchange;
#[path = "it/export.rs"]
mod export;
#[path = "it/floors.rs"]
mod floors;
#[path = "it/gens.rs"]
mod gens;
#[path = "it/gens_browser.rs"]
mod gens_browser;
#[path = "it/hub_to_hub.rs"]
mod hub_to_hub;
#[path = "it/init.rs"]
mod init;
#[path = "it/plugin.rs"]
mod plugin;
#[path = "it/plugin_load.rs"]
mod plugin_load;
#[path = "it/plugins_role.rs"]
mod plugins_role;
#[path = "it/push.rs"]
mod push;
#[path = "it/quic_python.rs"]
mod quic_python;
#[path = "it/refusal.rs"]
mod refusal;
#[path = "it/sample.rs"]
mod sample;
#[path = "it/send_receive.rs"]
mod send_receive;
#[path = "it/serve.rs"]
mod serve;
#[path = "it/standing.rs"]
mod standing;
#[path = "it/support.rs"]
mod support;
#[path = "it/validate.rs"]
mod validate;
