//! The input set that all benches share.
//!
//! Nothing here is measured and nothing here is a real certificate: names and numbers are made up.

#![forbid(unsafe_code)]

pub mod fixtures;
