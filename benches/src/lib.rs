//! The input set that all benches share, and a hub for those that need one.
//!
//! Nothing here is measured and nothing here is a real certificate: names and numbers are made up.

#![forbid(unsafe_code)]

pub mod fixtures;
pub mod office;
