//! The plugin `gens` as a library that the hub loads: nothing but its one symbol. It is a package of
//! its own so that a program that links the plugin has no symbol of a library's.

#![forbid(unsafe_code)]

use phytohub_gens::plugin::GensPlugin;
use phytohub_plugin_sdk::export_plugin;

export_plugin!(GensPlugin: HttpRoutes, Lifecycle, Snapshot, Health);
