//! The plugin `woah` as a library that the hub loads: nothing but its one symbol. It is a package of its
//! own so that a program that links the plugin has no symbol of a library's.

#![forbid(unsafe_code)]

use phytohub_plugin_sdk::export_plugin;
use phytohub_woah::Woah;

export_plugin!(Woah: Documents, HttpRoutes; inline_safe);
