//! Keys, signatures and installations.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use phytohub_plugin_loader::package::{
    InstallError, KeyError, KeyPair, LoadBy, Manifest, ManifestDraft, VerifyError, install, keygen,
    sign, verify_installed,
};

use crate::workshop::{GOOD, Source, Workshop};

#[test]
fn key_is_written_once_for_its_owner_alone_and_read_back() {
    let workshop = Workshop::new();
    let path = workshop.path("key.pem");
    let key = keygen().expect("a key");
    key.write(&path).expect("a file");
    assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o777, 0o600);
    assert_eq!(KeyPair::read(&path).expect("the key").public(), key.public());
    let again = keygen().expect("another key").write(&path);
    assert!(matches!(again, Err(KeyError::Exists { .. })));
    assert_eq!(KeyPair::read(&path).expect("the first key").public(), key.public());
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("rights");
    assert!(matches!(KeyPair::read(&path), Err(KeyError::Readable { mode: 0o640, .. })));
    let other = workshop.path("other.pem");
    fs::write(&other, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        .expect("a file");
    fs::set_permissions(&other, Permissions::from_mode(0o600)).expect("rights");
    assert!(matches!(KeyPair::read(&other), Err(KeyError::NotAKey { .. })));
    assert!(!format!("{key:?}").contains("der"));
}

#[test]
fn public_key_is_text_and_back() {
    let key = keygen().expect("a key").public();
    let text = key.to_string();
    assert!(text.starts_with("ed25519:"));
    assert_eq!(text.parse(), Ok(key));
    for wrong in ["", "ed25519:", "ed25519:AAAA", "rsa:AAAA", &text[1..]] {
        wrong.parse::<phytohub_plugin_loader::package::PublicKey>().expect_err(wrong);
    }
}

#[test]
fn signing_completes_a_manifest_and_keeps_a_complete_one() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let path = package.join("plugin.toml");
    let draft = "# mine\nid = \"echo\"\nversion = \"1.0.0\"\nabi = \"1.0\"\ntarget = \"";
    let draft = format!("{draft}{}\"\n", phytohub_plugin_loader::package::HOST_TARGET);
    fs::write(&path, draft).expect("a draft");
    let signed = sign(&package, &workshop.key).expect("a signature");
    let bytes = fs::read(&path).expect("a manifest");
    assert_eq!(Manifest::parse(&bytes).expect("a whole one"), signed);
    let commented = ["# mine\n".as_bytes(), bytes.as_slice()].concat();
    fs::write(&path, &commented).expect("a comment");
    sign(&package, &workshop.key).expect("a signature");
    assert_eq!(fs::read(&path).expect("a manifest"), commented);
}

#[test]
fn installed_package_lies_under_id_and_version_and_is_verified_there() {
    for load_by in [LoadBy::Memfd, LoadBy::Path] {
        let mut workshop = Workshop::new();
        workshop.trust.load_by = load_by;
        let source = workshop.package("source", &GOOD);
        let plugins = workshop.path("plugins");
        fs::create_dir(&plugins).expect("a directory");
        let done = install(&source, &plugins, &workshop.trust).expect("an installation");
        assert!(done.fresh);
        assert_eq!(done.package.directory(), plugins.join("echo/1.0.0"));
        for (path, mode) in [
            ("echo", 0o755),
            ("echo/1.0.0", 0o755),
            ("echo/1.0.0/plugin.toml", 0o644),
            ("echo/1.0.0/plugin.toml.sig", 0o644),
            ("echo/1.0.0/plugin.so", 0o644),
        ] {
            let found = fs::metadata(plugins.join(path)).expect(path).mode() & 0o7777;
            assert_eq!(found, mode, "{path}");
        }
        let here = fs::read(source.join("plugin.so")).expect("a library");
        assert_eq!(fs::read(plugins.join("echo/1.0.0/plugin.so")).expect("a library"), here);
        assert!(!install(&source, &plugins, &workshop.trust).expect("the same again").fresh);
        assert_eq!(fs::read_dir(plugins.join("echo")).expect("a directory").count(), 1);
        let version = done.package.manifest().version().clone();
        let found = verify_installed(&plugins, "echo", &version, &workshop.trust);
        found.expect("a package").map().expect("a library");
    }
}

#[test]
fn version_is_not_replaced_by_another_library() {
    let workshop = Workshop::new();
    let plugins = workshop.path("plugins");
    fs::create_dir(&plugins).expect("a directory");
    let first = workshop.package("first", &GOOD);
    install(&first, &plugins, &workshop.trust).expect("an installation");
    let other = Source { build: r#"HUB_STR("other")"#, ..GOOD };
    let other = workshop.package("other", &other);
    let refused = install(&other, &plugins, &workshop.trust).expect_err("a conflict");
    assert!(matches!(refused, InstallError::Conflict { .. }), "{refused}");
    assert!(refused.to_string().contains("another version"), "{refused}");
    fs::write(plugins.join("echo/1.0.0/plugin.so"), "spoilt").expect("a file");
    let refused = install(&first, &plugins, &workshop.trust).expect_err("spoilt");
    assert!(matches!(refused, InstallError::Installed { .. }), "{refused}");
}

#[test]
fn unbelievable_source_leaves_nothing_behind() {
    let workshop = Workshop::new();
    let plugins = workshop.path("plugins");
    fs::create_dir(&plugins).expect("a directory");
    let source = workshop.package("source", &GOOD);
    fs::write(source.join("plugin.so"), "spoilt").expect("a file");
    let refused = install(&source, &plugins, &workshop.trust).expect_err("a refusal");
    assert!(matches!(refused, InstallError::Source(_)), "{refused}");
    assert_eq!(fs::read_dir(&plugins).expect("a directory").count(), 0);
    fs::set_permissions(&plugins, Permissions::from_mode(0o777)).expect("rights");
    let good = workshop.package("good", &GOOD);
    let refused = install(&good, &plugins, &workshop.trust).expect_err("anybody can write there");
    assert!(matches!(refused, InstallError::File(_)), "{refused}");
}

#[test]
fn older_package_does_not_pass_for_the_newer_one() {
    let workshop = Workshop::new();
    let plugins = workshop.path("plugins");
    fs::create_dir(&plugins).expect("a directory");
    let draft = ManifestDraft::new("echo", "1.0.0");
    let source = workshop.package_as("source", &GOOD, &draft);
    install(&source, &plugins, &workshop.trust).expect("an installation");
    fs::rename(plugins.join("echo/1.0.0"), plugins.join("echo/1.1.0")).expect("moved");
    let wanted = "1.1.0".parse().expect("a version");
    let refused = verify_installed(&plugins, "echo", &wanted, &workshop.trust);
    let refused = refused.expect_err("another version");
    assert!(matches!(refused, VerifyError::Place { .. }), "{refused}");
    let text = refused.to_string();
    assert!(text.contains("expected=echo 1.1.0 found=echo 1.0.0"), "{text}");
}
