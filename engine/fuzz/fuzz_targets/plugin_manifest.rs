//! Any bytes as a `plugin.toml`: no panic, and one that is accepted says the same when it is written
//! and read again, within its limits.

#![no_main]

use libfuzzer_sys::fuzz_target;

use manifest::{Manifest, ManifestDraft};

// The reader alone: the crate around it would bring a cryptographic library to be built anew.
#[allow(dead_code, unreachable_pub, reason = "most of the module is for others")]
#[path = "../../../plugins/loader/src/manifest.rs"]
mod manifest;

fuzz_target!(|data: &[u8]| {
    let draft = ManifestDraft::parse(data);
    match Manifest::parse(data) {
        Ok(manifest) => {
            assert!(manifest::is_plugin_id(manifest.id()));
            assert!((1..=manifest::LIBRARY_BYTES_MAX).contains(&manifest.size()));
            let written = manifest.to_toml();
            assert!(written.len() as u64 <= manifest::MANIFEST_BYTES_MAX);
            assert_eq!(Manifest::parse(written.as_bytes()).expect("it was written"), manifest);
            assert_eq!(draft.expect("a draft is a manifest with less"), *manifest.draft());
        }
        Err(error) => {
            let told = error.to_string();
            assert!(told.len() < 1_024, "{told}");
        }
    }
});
