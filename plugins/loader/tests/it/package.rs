//! Packages: which are believed, which are refused and with what words, and what is mapped.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use phytohub_plugin_loader::package::{
    Abi, FileError, HandshakeError, LibraryHash, LoadBy, ManifestDraft, ManifestError, MapError,
    Revocation, SignatureError, TrustedKey, VerifyError, keygen, sign, verify, verify_source,
};

use crate::workshop::{GOOD, Source, Workshop, compile};

fn refusal(package: &Path, workshop: &Workshop) -> VerifyError {
    verify(package, &workshop.trust).expect_err("a refusal")
}

/// What the handshake says of a plugin.
fn handshake(source: &Source) -> HandshakeError {
    let workshop = Workshop::new();
    let package = workshop.package("package", source);
    match verify(&package, &workshop.trust).expect("a package").map() {
        Err(MapError::Handshake(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Whether the text says all of this.
fn says(error: &dyn std::error::Error, parts: &[&str]) {
    let text = error.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).expect("a file");
    bytes[at] ^= 1;
    fs::write(file, bytes).expect("the file");
}

#[test]
fn signed_plugin_in_c_is_mapped_and_tells_of_itself() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let verified = verify(&package, &workshop.trust).expect("a package");
    assert_eq!(verified.signer().key, workshop.key.public());
    assert_eq!(verified.directory(), package);
    let inspected = verified.inspect().expect("a library");
    assert_eq!(inspected.exported, ["hub_plugin_entry_v1"]);
    assert!(!inspected.rpath);
    let hash = verified.hash();
    let library = verified.map().expect("a library");
    assert_eq!((library.id(), library.version().to_string().as_str()), ("echo", "1.0.0"));
    assert_eq!((library.build(), library.abi()), ("cc", Abi { major: 1, minor: 0 }));
    assert_eq!((library.flags(), library.hash()), (4, hash));
    assert_eq!(library.loaded_by(), LoadBy::Memfd);
}

#[test]
fn library_is_mapped_by_path_where_the_operator_says_so() {
    let mut workshop = Workshop::new();
    workshop.trust.load_by = LoadBy::Path;
    let package = workshop.package("package", &GOOD);
    let library = verify(&package, &workshop.trust).expect("a package").map().expect("a library");
    assert_eq!(library.loaded_by(), LoadBy::Path);
    let maps = fs::read_to_string("/proc/self/maps").expect("maps");
    assert!(maps.contains(package.to_str().expect("UTF-8")), "{maps}");

    // The system's loader would give the same library again for another one at the same path.
    fs::remove_file(package.join("plugin.so")).expect("the old one");
    let source = Source { build: r#"HUB_STR("another")"#, ..GOOD };
    let other = workshop.package("other", &source);
    for name in ["plugin.so", "plugin.toml", "plugin.toml.sig"] {
        fs::rename(other.join(name), package.join(name)).expect("a file");
    }
    let error = verify(&package, &workshop.trust).expect("a package").map().expect_err("taken");
    assert!(matches!(error, MapError::PathTaken { .. }), "{error}");
}

#[test]
fn library_that_changes_before_it_is_mapped_by_path_is_refused() {
    let mut workshop = Workshop::new();
    workshop.trust.load_by = LoadBy::Path;
    let package = workshop.package("package", &GOOD);
    let verified = verify(&package, &workshop.trust).expect("a package");
    flip(&package.join("plugin.so"), 0x300);
    assert!(matches!(verified.map(), Err(MapError::Changed { .. })));
    flip(&package.join("plugin.so"), 0x300);
    let verified = verify(&package, &workshop.trust).expect("a package");
    let copy = fs::read(package.join("plugin.so")).expect("a file");
    fs::remove_file(package.join("plugin.so")).expect("the file");
    fs::write(package.join("plugin.so"), copy).expect("the file");
    assert!(matches!(verified.map(), Err(MapError::Changed { .. })));
}

#[test]
fn what_was_verified_is_mapped_whatever_becomes_of_the_file() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let verified = verify(&package, &workshop.trust).expect("a package");
    // First overwritten in place, then replaced by another.
    let evil = Source { build: r#"HUB_STR("evil")"#, ..GOOD };
    let evil = workshop.package("evil", &evil).join("plugin.so");
    fs::write(package.join("plugin.so"), fs::read(&evil).expect("bytes")).expect("overwritten");
    fs::rename(evil, package.join("plugin.so")).expect("replaced");
    assert_eq!(verified.map().expect("a library").build(), "cc");
    assert!(matches!(refusal(&package, &workshop), VerifyError::Hash { .. }));
}

#[test]
fn two_versions_and_the_same_twice_stand_side_by_side() {
    let workshop = Workshop::new();
    let old = workshop.package("old", &GOOD);
    let new = Source { version: r#"HUB_STR("1.1.0")"#, ..GOOD };
    let new = workshop.package_as("new", &new, &ManifestDraft::new("echo", "1.1.0"));
    let map = |package| verify(package, &workshop.trust).expect("a package").map();
    let (old, again, new) = (map(&old), map(&old), map(&new));
    let version = |library: Result<_, MapError>| {
        let library: phytohub_plugin_loader::package::Library = library.expect("a library");
        library.version().to_string()
    };
    assert_eq!([version(old), version(again), version(new)], ["1.0.0", "1.0.0", "1.1.0"]);
}

#[test]
fn mappings_of_one_library_share_one_descriptor() {
    let workshop = Workshop::new();
    let source = Source { build: r#"HUB_STR("hundred")"#, ..GOOD };
    let package = workshop.package("package", &source);
    let map = || verify(&package, &workshop.trust).expect("a package").map().expect("a library");
    let open = || fs::read_dir("/proc/self/fd").expect("descriptors").count();
    let (hash, before) = (map().hash(), open());
    for _ in 0..400 {
        assert_eq!(map().hash(), hash);
    }
    // Other tests open descriptors too; all together not as many.
    assert!(open() < before + 200, "{before} {}", open());
}

#[test]
fn handshake_refuses_each_wrong_field_by_its_name() {
    let error = handshake(&Source { magic: "7", ..GOOD });
    says(&error, &["HUB_PLUGIN_MAGIC", "found=0x7"]);
    let error = handshake(&Source { major: "2", ..GOOD });
    says(&error, &["another contract", "expected=1.x", "found=2.0"]);
    let error = handshake(&Source { minor: "9", ..GOOD });
    says(&error, &["abi", "expected=1.0", "found=1.9"]);
    let error = handshake(&Source { struct_size: "72", ..GOOD });
    says(&error, &["struct_size", "found=72"]);
    let error = handshake(&Source { id: r#"HUB_STR("other")"#, ..GOOD });
    says(&error, &["id", "expected=echo", "found=other"]);
    let error = handshake(&Source { version: r#"HUB_STR("1.0.1")"#, ..GOOD });
    says(&error, &["version", "expected=1.0.0", "found=1.0.1"]);
    let error = handshake(&Source { create: "0", ..GOOD });
    assert_eq!(error, HandshakeError::NoCreate);
}

#[test]
fn handshake_believes_no_text_of_the_entry_blindly() {
    let error = handshake(&Source { id: "{ 0, 4 }", ..GOOD });
    says(&error, &["id", "found=null"]);
    let error = handshake(&Source { id: r#"{ (const uint8_t *)"echo", 33 }"#, ..GOOD });
    says(&error, &["id", "at most 32 bytes", "found=33 bytes"]);
    let error = handshake(&Source { id: r#"HUB_STR("ec\xff")"#, ..GOOD });
    says(&error, &["id", "not UTF-8 at 2"]);
    let error = handshake(&Source { build: r#"{ 0, (size_t)-1 }"#, ..GOOD });
    says(&error, &["build", "found=null"]);
}

#[test]
fn newer_minor_version_is_mapped() {
    let workshop = Workshop::new();
    let mut draft = ManifestDraft::new("echo", "1.0.0");
    draft.abi = "1.7".to_owned();
    let package = workshop.package_as("package", &Source { minor: "7", ..GOOD }, &draft);
    let library = verify(&package, &workshop.trust).expect("a package").map().expect("a library");
    assert_eq!(library.abi().minor, 7);
}

#[test]
fn library_without_an_entry_is_refused_before_it_is_mapped() {
    let workshop = Workshop::new();
    let package = workshop.path("package");
    fs::create_dir(&package).expect("a directory");
    let library = package.join("plugin.so");
    let draft = ManifestDraft::new("echo", "1.0.0");
    let refused = |source: &str| {
        compile(source, &library);
        phytohub_plugin_loader::package::write_manifest(&draft, &package).expect_err("refused")
    };
    let visible = r#"__attribute__((visibility("default")))"#;
    says(&refused("int nothing;"), &["hub_plugin_entry_v1", "export"]);
    let small = format!("{visible} const long hub_plugin_entry_v1 = 1;");
    says(&refused(&small), &["data of at least 80 bytes", "found=data of 8 bytes"]);
    let code = format!(
        "{visible} int hub_plugin_entry_v1(void); int hub_plugin_entry_v1(void) {{ return 1; }}"
    );
    says(&refused(&code), &["found=code"]);
    fs::write(&library, "#!/bin/sh").expect("a file");
    let error = phytohub_plugin_loader::package::write_manifest(&draft, &package);
    says(&error.expect_err("refused"), &["is no library"]);
}

#[test]
fn truncated_library_is_refused_even_if_it_was_signed_so() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let library = package.join("plugin.so");
    let whole = fs::read(&library).expect("a library");
    fs::write(&library, &whole[..whole.len() / 2]).expect("half of it");
    assert!(matches!(refusal(&package, &workshop), VerifyError::Size { .. }));
    for end in 0..whole.len() {
        if end % 97 == 0 || end < 80 {
            fs::write(&library, &whole[..end]).expect("a part of it");
            sign(&package, &workshop.key).expect_err("no library");
        }
    }
}

#[test]
fn flipped_byte_in_any_file_is_refused() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let library = package.join("plugin.so");
    flip(&library, 0x310);
    let error = refusal(&package, &workshop);
    says(&error, &["not the one that was signed", "expected=sha256:", "found=sha256:", "anew"]);
    flip(&library, 0x310);
    let manifest = package.join("plugin.toml");
    for at in [0, 20, fs::read(&manifest).expect("bytes").len() - 1] {
        flip(&manifest, at);
        let error = refusal(&package, &workshop);
        assert!(matches!(error, VerifyError::Signature(SignatureError::Wrong { .. })), "{error}");
        flip(&manifest, at);
    }
    let signature = package.join("plugin.toml.sig");
    for at in [0, 10, 60, 100] {
        flip(&signature, at);
        assert!(matches!(refusal(&package, &workshop), VerifyError::Signature(_)));
        flip(&signature, at);
    }
    verify(&package, &workshop.trust).expect("as it was");
}

#[test]
fn unknown_key_in_a_signed_manifest_is_refused() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let manifest = package.join("plugin.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest") + "colour = \"green\"\n";
    fs::write(&manifest, &text).expect("the manifest");
    let error = sign(&package, &workshop.key).expect_err("refused when signed");
    says(&error, &["unknown key", "key=colour"]);
    let signature = phytohub_plugin_loader::package::Signature::new(text.as_bytes(), &workshop.key);
    fs::write(package.join("plugin.toml.sig"), signature.to_string()).expect("the signature");
    let error = refusal(&package, &workshop);
    assert!(matches!(error, VerifyError::Manifest(ManifestError::Unknown { .. })), "{error}");
}

#[test]
fn key_signs_nothing_beyond_its_plugins_and_grants() {
    let mut workshop = Workshop::new();
    let mut draft = ManifestDraft::new("echo", "1.0.0");
    draft.requires = vec!["hub.log/1".to_owned(), "hub.kv/1".to_owned()];
    let package = workshop.package_as("package", &GOOD, &draft);
    let key = workshop.key.public();
    let limited = |plugins: &str, grants: &[&str]| TrustedKey {
        key,
        plugins: vec![plugins.to_owned()],
        grants: grants.iter().map(ToString::to_string).collect(),
    };
    workshop.trust.keys = vec![limited("other", &["*"])];
    let error = refusal(&package, &workshop);
    says(&error, &["plugin=echo", "plugins=[\"other\"]", &key.to_string()]);
    workshop.trust.keys = vec![limited("echo", &["hub.data/1"])];
    let error = refusal(&package, &workshop);
    says(&error, &["extension=hub.kv/1", "grants=[\"hub.data/1\"]"]);
    workshop.trust.keys = vec![limited("echo", &["hub.kv/1"])];
    verify(&package, &workshop.trust).expect("within its limits");
    workshop.trust.keys = vec![TrustedKey::unlimited(keygen().expect("a key").public())];
    let error = refusal(&package, &workshop);
    says(&error, &["not trusted", &key.to_string()]);
}

#[test]
fn revoked_keys_and_libraries_are_believed_no_longer() {
    let mut workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let hash = verify(&package, &workshop.trust).expect("a package").hash();
    workshop.trust.revoked = vec![Revocation::Library(LibraryHash([0; 32]))];
    verify(&package, &workshop.trust).expect("another is revoked");
    workshop.trust.revoked.push(format!("sha256:{hash}").parse().expect("a revocation"));
    says(&refusal(&package, &workshop), &["revoked", "plugin=echo", &hash.to_string()]);
    workshop.trust.revoked = vec![workshop.key.public().to_string().parse().expect("a key")];
    let error = refusal(&package, &workshop);
    assert!(matches!(error, VerifyError::Signature(SignatureError::Revoked { .. })), "{error}");
}

#[test]
fn other_target_and_major_version_are_refused() {
    let workshop = Workshop::new();
    let mut draft = ManifestDraft::new("echo", "1.0.0");
    draft.target = "riscv64gc-unknown-linux-gnu".to_owned();
    let package = workshop.package_as("target", &GOOD, &draft);
    says(&refusal(&package, &workshop), &["found=riscv64gc-unknown-linux-gnu", "-linux-"]);
    let mut draft = ManifestDraft::new("echo", "1.0.0");
    draft.abi = "2.0".to_owned();
    let package = workshop.package_as("abi", &GOOD, &draft);
    says(&refusal(&package, &workshop), &["expected=1.x", "found=2.0", "header"]);
}

#[test]
fn symbolic_links_are_followed_nowhere() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let link = workshop.path("link");
    symlink(&package, &link).expect("a link");
    let kind = |error: VerifyError| match error {
        VerifyError::File(FileError::Kind { found, .. }) => found,
        other => panic!("{other}"),
    };
    assert_eq!(kind(refusal(&link, &workshop)), "symbolic link");
    for name in ["plugin.toml", "plugin.toml.sig", "plugin.so"] {
        let (file, away) = (package.join(name), workshop.path(name));
        fs::rename(&file, &away).expect("moved");
        symlink(&away, &file).expect("a link");
        assert_eq!(kind(refusal(&package, &workshop)), "symbolic link", "{name}");
        fs::remove_file(&file).expect("the link");
        fs::create_dir(&file).expect("a directory");
        assert_eq!(kind(refusal(&package, &workshop)), "directory", "{name}");
        fs::remove_dir(&file).expect("the directory");
        says(&refusal(&package, &workshop), &["no such file", name]);
        fs::rename(&away, &file).expect("moved back");
    }
    verify(&package, &workshop.trust).expect("as it was");
}

#[test]
fn pipe_in_the_place_of_a_file_makes_nobody_wait() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let file = package.join("plugin.toml");
    fs::remove_file(&file).expect("the manifest");
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, mode, 0)
        .expect("a pipe");
    says(&refusal(&package, &workshop), &["found=pipe"]);
}

#[test]
fn what_others_can_change_is_refused() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    for (path, right) in [
        (package.join("plugin.so"), 0o644),
        (package.join("plugin.toml"), 0o644),
        (package.clone(), 0o755),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(right | 0o002)).expect("rights");
        let error = refusal(&package, &workshop);
        assert!(matches!(error, VerifyError::File(FileError::Writable { .. })), "{error}");
        says(&error, &["chmod go-w", path.to_str().expect("UTF-8")]);
        // What is to be installed is believed for its signature alone.
        verify_source(&package, &workshop.trust).expect("a source");
        fs::set_permissions(&path, Permissions::from_mode(right)).expect("rights");
    }
    verify(&package, &workshop.trust).expect("as it was");
}

#[test]
fn files_of_other_users_are_refused() {
    let mut workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    if rustix::process::geteuid().as_raw() == 0 {
        let somebody = std::os::unix::fs::chown(package.join("plugin.so"), Some(65_534), None);
        somebody.expect("root may give files away");
        for dev in [false, true] {
            workshop.trust.dev = dev;
            says(&refusal(&package, &workshop), &["expected=uid 0", "found=uid 65534"]);
        }
    } else {
        // Our own are somebody else's to a hub that takes root's alone.
        workshop.trust.dev = false;
        says(&refusal(&package, &workshop), &["expected=uid 0"]);
    }
}

#[test]
fn oversized_files_are_refused_unread() {
    let workshop = Workshop::new();
    let package = workshop.package("package", &GOOD);
    let grow = |name: &str, len: u64| {
        let file = fs::OpenOptions::new().write(true).open(package.join(name)).expect("a file");
        file.set_len(len).expect("a larger file");
    };
    grow("plugin.so", (256 << 20) + 1);
    says(&refusal(&package, &workshop), &["too large", "limit=268435456"]);
    grow("plugin.toml", (64 << 10) + 1);
    says(&refusal(&package, &workshop), &["too large", "limit=65536"]);
}
