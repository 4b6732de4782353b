//! The handlers, one file a part of the site.

pub(super) mod account;
pub(super) mod attachment;
pub(super) mod certificate;
pub(super) mod draft;
pub(super) mod export;
pub(super) mod home;
pub(super) mod import;
pub(super) mod list;
pub(super) mod log_in;
pub(super) mod lost;
pub(super) mod organization;
pub(super) mod package;
pub(super) mod paper;
pub(super) mod public;
pub(super) mod reassign;
pub(super) mod register;
pub(super) mod restore;
pub(super) mod setting;
mod show;
pub(super) mod step;
pub(super) mod trail;
pub(super) mod user;
pub(super) mod version;
