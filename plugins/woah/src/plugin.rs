//! The plugin: what the hub asks of it.

use phytohub_official_certificate::{CertificatePlugin, Family, Profile};

use crate::PROFILE;

/// Veterinary certificates.
pub type Woah = CertificatePlugin<Certificates>;

/// The family that [`Woah`] knows.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "it holds nothing")]
pub struct Certificates;

impl Family for Certificates {
    const ID: &'static str = "woah";
    const PROFILE: &'static Profile = &PROFILE;
}
