//! Plugins from the hub's side: a package is checked, its library mapped, its instances are made
//! and called, and what the hub offers is handed to them, all through safe Rust.
//!
//! This crate alone names `libloading` and alone, with the SDK and the test kit, holds unsafe code.
//! It must never run a plugin's code before its package was verified, unmap a library, or believe a
//! pointer, a size or a number that a plugin gives without looking at it.
//!
//! Start from [`package::verify`], which says whether a plugin may be believed,
//! [`instance::Instance`], by which it is called, and [`HostServices`], which the hub implements.

#![deny(clippy::indexing_slicing)]

mod elf;
mod ffi;
mod files;
mod handshake;
mod install;
mod library;
mod limits;
mod manifest;
mod services;
mod sign;
mod trust;
mod view;

pub mod instance;
pub mod package;

pub use services::*;
pub use view::*;
