//! The bundled plugins in the demonstration's hub: packed, signed with a key made for it, installed
//! and configured as an operator would, by an ordinary user.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use phytohub_plugin_loader::package::{
    self, HOST_TARGET, InstallError, KeyError, LIBRARY_FILE, ManifestDraft, ManifestError,
    SignError, TrustedKey,
};
use thiserror::Error;

use super::gens;
use super::supervisor::free_or;
use crate::config::{ConfigError, LoadedConfig, PluginConfig, template};

/// A plugin that comes with the hub.
struct Bundled {
    /// Its library, as it is built beside the hub's binary.
    library: &'static str,
    manifest: &'static str,
    /// What it is granted and told beside what its manifest asks for.
    settings: fn(&mut PluginConfig),
}

const BUNDLED: &[Bundled] = &[
    Bundled {
        library: "libphytohub_plugin_non_compliance.so",
        manifest: include_str!("../../../plugins/non-compliance/module/plugin.toml"),
        settings: |section| {
            // Its business is between others.
            section.observe_all = true;
            section.gate_types = vec![NON_COMPLIANCE_TYPE];
        },
    },
    Bundled {
        library: "libphytohub_plugin_woah.so",
        manifest: include_str!("../../../plugins/woah/module/plugin.toml"),
        settings: |section| section.gate_types = vec![VETERINARY_TYPE],
    },
    Bundled {
        library: "libphytohub_plugin_codex.so",
        manifest: include_str!("../../../plugins/codex/module/plugin.toml"),
        settings: |section| section.gate_types = vec![SANITARY_TYPE],
    },
    Bundled {
        library: "libphytohub_plugin_gens.so",
        manifest: include_str!("../../../gens-plugin/module/plugin.toml"),
        settings: gens::settings,
    },
];

/// The certificate type of notifications of non-compliance, where nobody set another.
pub const NON_COMPLIANCE_TYPE: i32 = 9013;

/// The certificate type of veterinary certificates in UNCL 1001.
pub const VETERINARY_TYPE: i32 = 853;

/// The certificate type of sanitary certificates in UNCL 1001.
pub const SANITARY_TYPE: i32 = 852;

/// Puts the bundled plugins into a hub that `init` made, and opens its web door. The ids of those
/// that were there to be put.
///
/// # Errors
/// When one cannot be packed or installed, or the configuration not be written.
pub fn install(file: &Path) -> Result<Vec<String>, BundleError> {
    let mut loaded = LoadedConfig::read(file)?;
    let beside = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
    let key = package::keygen()?;
    let config = loaded.config_mut();
    config.plugins.dev = true;
    config.plugins.trusted_keys = vec![TrustedKey::unlimited(key.public())];
    config.web.enabled = true;
    config.web.listen = free_or(SocketAddr::from(([127, 0, 0, 1], 8480)));
    let trust = config.plugins.trust();
    let place = loaded.resolve(&loaded.config().plugins.dir);
    let mut put = Vec::new();
    for bundled in BUNDLED {
        let library = beside.join(bundled.library);
        if !library.exists() {
            continue;
        }
        let mut draft = ManifestDraft::parse(bundled.manifest.as_bytes())?;
        HOST_TARGET.clone_into(&mut draft.target);
        let scratch = tempfile::tempdir()?;
        fs::copy(&library, scratch.path().join(LIBRARY_FILE))
            .map_err(|source| BundleError::Copy { library, source })?;
        package::write_manifest(&draft, scratch.path())?;
        package::sign(scratch.path(), &key)?;
        fs::create_dir_all(&place)?;
        package::install(scratch.path(), &place, &trust)?;
        if draft.id == gens::ID {
            gens::make_seal(file)?;
        }
        put.push(draft.id.clone());
        let section = section(bundled, &draft);
        loaded.config_mut().plugin.insert(draft.id, section);
    }
    let config = loaded.config();
    let sections = BTreeMap::from([("plugin", &config.plugin)]);
    let sections = toml::to_string(&sections).map_err(BundleError::Settings)?;
    let text = format!("{}\n{sections}", template(config));
    fs::write(file, text)?;
    Ok(put)
}

fn section(bundled: &Bundled, draft: &ManifestDraft) -> PluginConfig {
    let mut section = PluginConfig::new(&draft.version);
    section.grants = draft.requires.iter().chain(&draft.optional).cloned().collect();
    (bundled.settings)(&mut section);
    section
}

/// Why the bundled plugins are not in the demonstration's hub.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The configuration that was just written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A library cannot be copied.
    #[error("cannot copy the plugin file={}", library.display())]
    Copy {
        /// Which.
        library: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was not installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// A file of the hub cannot be written.
    #[error("cannot write the files of the demonstration's plugins")]
    Io(#[from] io::Error),
    /// No key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest that comes with the hub.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A section cannot be written.
    #[error("cannot write the plugins' sections")]
    Settings(#[source] toml::ser::Error),
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}
