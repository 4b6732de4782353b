//! What each command does, one module a command.

pub mod admin;
pub mod clock;
pub mod codes;
pub mod connection;
pub mod demo;
pub mod envelope;
pub mod init;
pub mod sample;
pub mod serve;
pub mod validate;
