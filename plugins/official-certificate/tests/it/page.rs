//! The policy of pages, and tags that explain themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_official_certificate::render::{POLICY, STYLE};
use phytohub_official_certificate::tag_label;
use sha2::{Digest as _, Sha256};

#[test]
fn policy_allows_the_style_sheet_and_nothing_else() {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    assert!(POLICY.contains(&format!("style-src 'sha256-{hash}'")), "the hash is {hash}");
    assert!(POLICY.starts_with("default-src 'none'") && !POLICY.contains("unsafe"));
}

#[test]
fn codes_of_other_systems_are_read_as_words() {
    let check = |code: &str, words: &str| assert_eq!(tag_label(code), words);
    check("SEX", "Sex");
    check("LAST_UPDATE_DATETIME", "Last update datetime");
    check("CHED_TYPE", "Ched type");
    check("Anything else", "Anything else");
}
