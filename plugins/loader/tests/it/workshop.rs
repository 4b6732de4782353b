//! Builds plugins in C, and packages of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use phytohub_plugin_loader::package::{
    KeyPair, ManifestDraft, Trust, TrustedKey, keygen, sign, write_manifest,
};
use tempfile::TempDir;

/// A directory to work in, and a key that is trusted.
pub(crate) struct Workshop {
    pub(crate) directory: TempDir,
    pub(crate) key: KeyPair,
    pub(crate) trust: Trust,
}

/// The text of a plugin whose entry has these values in the place of the right ones.
pub(crate) struct Source {
    pub(crate) magic: &'static str,
    pub(crate) struct_size: &'static str,
    pub(crate) major: &'static str,
    pub(crate) minor: &'static str,
    pub(crate) id: &'static str,
    pub(crate) version: &'static str,
    pub(crate) build: &'static str,
    pub(crate) create: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) rest: &'static str,
}

pub(crate) const GOOD: Source = Source {
    magic: "HUB_PLUGIN_MAGIC",
    struct_size: "sizeof(HubPluginEntry)",
    major: "HUB_ABI_MAJOR",
    minor: "HUB_ABI_MINOR",
    id: r#"HUB_STR("echo")"#,
    version: r#"HUB_STR("1.0.0")"#,
    build: r#"HUB_STR("cc")"#,
    create: "create",
    symbol: "HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1",
    rest: "",
};

impl Source {
    fn text(&self) -> String {
        let Self { magic, struct_size, major, minor, id, version, build, create, symbol, rest } =
            self;
        // No two libraries have one hash: they would be one library to the loader.
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        format!(
            r#"#include "phytohub_plugin.h"
            __attribute__((used)) static const int serial = {serial};
            {rest}
            __attribute__((used))
            static HubStatus create(const HubCall *call, const HubHost *host, HubBytes config,
                                    HubPlugin *out) {{
                (void)call; (void)host; (void)config; (void)out;
                return HUB_UNSUPPORTED;
            }}
            {symbol} = {{
                .magic = {magic}, .struct_size = {struct_size},
                .abi_major = {major}, .abi_minor = {minor}, .flags = 4,
                .id = {id}, .version = {version}, .build = {build}, .create = {create},
            }};"#
        )
    }
}

static SERIAL: AtomicU32 = AtomicU32::new(0);

impl Workshop {
    pub(crate) fn new() -> Self {
        let key = keygen().expect("a key");
        let mut trust = Trust::default();
        trust.keys.push(TrustedKey::unlimited(key.public()));
        // Who tests as an ordinary user has no files of root's.
        trust.dev = rustix::process::geteuid().as_raw() != 0;
        Self { directory: tempfile::tempdir().expect("a directory"), key, trust }
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A signed package, of the library that this source makes.
    pub(crate) fn package(&self, name: &str, source: &Source) -> PathBuf {
        self.package_as(name, source, &ManifestDraft::new("echo", "1.0.0"))
    }

    /// As `package`, with another manifest.
    pub(crate) fn package_as(&self, name: &str, source: &Source, draft: &ManifestDraft) -> PathBuf {
        let package = self.path(name);
        fs::create_dir(&package).expect("a directory");
        compile(&source.text(), &package.join("plugin.so"));
        self.finish(&package, draft);
        package
    }

    /// Writes and signs the manifest of a package.
    pub(crate) fn finish(&self, package: &Path, draft: &ManifestDraft) {
        write_manifest(draft, package).expect("a manifest");
        sign(package, &self.key).expect("a signature");
    }
}

/// Makes a library as `plugins/ABI.md` says that it is made.
pub(crate) fn compile(source: &str, library: &Path) {
    compile_with(source, library, &[]);
}

/// As `compile`, with more options.
pub(crate) fn compile_with(source: &str, library: &Path, options: &[&str]) {
    let text = library.with_extension("c");
    fs::write(&text, source).expect("a source");
    let include = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/include");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"]);
    let done = cc.args(["-I", include, "-o"]).arg(library).arg(&text).args(options).output();
    let done = done.expect("a C compiler");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::remove_file(text).expect("the source is no part of a package");
}
