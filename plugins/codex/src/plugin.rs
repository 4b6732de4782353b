//! The plugin: what the hub asks of it.

use phytohub_official_certificate::{CertificatePlugin, Family, Profile};

use crate::PROFILE;

/// Official certificates of food.
pub type Codex = CertificatePlugin<Certificates>;

/// The family that [`Codex`] knows.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "it holds nothing")]
pub struct Certificates;

impl Family for Certificates {
    const ID: &'static str = "codex";
    const PROFILE: &'static Profile = &PROFILE;
}
