use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"
id = "echo"
version = "1.2.3-rc.1+build.5"
abi = "1.0"
target = "x86_64-unknown-linux-gnu"
sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
size = 4812344
requires = ["hub.kv/1", "hub.http.respond/1"]
optional = ["hub.timers/1"]
provides = ["hub.documents/1"]
"#;

fn error_of(text: &str) -> String {
    Manifest::parse(text.as_bytes()).expect_err("a refusal").to_string()
}

fn check(from: &str, to: &str, parts: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    let error = error_of(&GOOD.replace(from, to));
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
}

#[test]
fn manifest_is_read_and_written_alike() {
    let manifest = Manifest::parse(GOOD.as_bytes()).expect("a manifest");
    assert_eq!(manifest.id(), "echo");
    assert_eq!(manifest.version().pre.as_str(), "rc.1");
    assert_eq!(manifest.abi(), Abi { major: 1, minor: 0 });
    assert_eq!(manifest.requires().len(), 2);
    assert_eq!(manifest.size(), 4_812_344);
    assert_eq!(Manifest::parse(manifest.to_toml().as_bytes()).expect("the same"), manifest);
    assert_eq!(ManifestDraft::parse(GOOD.as_bytes()).expect("a draft"), *manifest.draft());
}

#[test]
fn refusal_names_key_expected_and_found() {
    check("id = \"echo\"", "", &["id", "add it", "a-z"]);
    check("\"echo\"", "\"Echo\"", &["id", "correct it", "a-z", "found=Echo"]);
    check("\"echo\"", "\"\"", &["id"]);
    check("\"echo\"", "7", &["id", "found=7"]);
    check("\"echo\"", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", &["id"]);
    check("\"1.2.3-rc.1+build.5\"", "\"1.2\"", &["version", "semver", "found=1.2"]);
    check("\"1.0\"", "\"1\"", &["abi", "major.minor"]);
    check("\"1.0\"", "\"01.0\"", &["abi"]);
    check("\"1.0\"", "\"1.+0\"", &["abi"]);
    check("x86_64-unknown-linux-gnu", "../gnu", &["target", "triple"]);
    check("0011", "zz11", &["sha256", "hexadecimal"]);
    check("4812344", "0", &["size", "found=0"]);
    check("4812344", "-1", &["size"]);
    check("4812344", "268435457", &["size", "268435456"]);
    check("\"hub.kv/1\"", "\"hub.kv\"", &["requires", "hub.kv/1", "found=hub.kv"]);
    check("\"hub.kv/1\"", "1", &["requires"]);
    check("\"hub.timers/1\"", "\"hub.kv/1\"", &["optional", "requires", "found=hub.kv/1"]);
    check("\"hub.kv/1\"", "\"hub.http.respond/1\"", &["requires", "once"]);
    check("size", "siez", &["size", "add it"]);
    check("\nsize", "\nsiez = 1\nsize", &["unknown key", "siez", "provides"]);
}

#[test]
fn control_characters_of_a_manifest_do_not_reach_a_log() {
    let error = error_of(&GOOD.replace("\"echo\"", r#""\u001b[2J\n""#));
    assert!(!error.contains(['\u{1b}', '\n']), "{error:?}");
}

#[test]
fn long_or_deep_text_is_refused() {
    let long = vec![b' '; usize::try_from(MANIFEST_BYTES_MAX).expect("64 KiB") + 1];
    assert!(matches!(Manifest::parse(&long), Err(ManifestError::TooLong { .. })));
    let deep = format!("a = {}", "[".repeat(60_000));
    assert!(matches!(Manifest::parse(deep.as_bytes()), Err(ManifestError::Syntax(_))));
    assert!(matches!(Manifest::parse(b"\xff"), Err(ManifestError::NotUtf8 { offset: 0 })));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Manifest::parse(&bytes);
    }

    #[test]
    fn no_change_of_a_manifest_makes_the_reader_panic(
        at in 0..GOOD.len(),
        to in "[\\[\\]{}\"'=.#\\\\a-z0-9\n\u{0}é-]{0,6}",
    ) {
        let (before, after) = GOOD.split_at(at);
        if let Ok(manifest) = Manifest::parse(format!("{before}{to}{after}").as_bytes()) {
            let written = manifest.to_toml();
            prop_assert_eq!(Manifest::parse(written.as_bytes()).expect("the same"), manifest);
        }
    }
}
