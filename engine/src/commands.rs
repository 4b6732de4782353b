//! What each command does, one module a command.

pub mod admin;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod codes;
pub mod connection;
pub mod demo;
pub mod doctor;
pub mod door;
pub mod envelope;
pub mod export;
pub mod init;
pub mod link;
pub mod plugin;
pub mod receipt;
pub mod receive;
pub mod render;
pub mod restore;
pub mod rule;
pub mod sample;
pub mod send;
pub mod serve;
mod setting;
pub mod track;
pub mod validate;
