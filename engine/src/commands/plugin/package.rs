//! Keys, signatures and packages: `keygen`, `sign`, `verify`, `install`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use phytohub_plugin_api::HUB_LIFECYCLE_ID;
use phytohub_plugin_loader::package::{
    self, InstallError, KeyError, KeyPair, LIBRARY_FILE, Manifest, SignError, VerifyError,
};
use thiserror::Error;

use crate::cli::AdminArgs;
use crate::config::{ConfigError, LoadedConfig};
use crate::output::line;

pub(super) fn keygen(file: &Path) -> Result<(), PackageError> {
    let key = package::keygen()?;
    key.write(file)?;
    line(&format!(
        "wrote {}: whoever has it can sign in your name\n\n\
         Operators who trust you write, under [plugins] in hub.toml:\n\n\
         trusted_keys = [{{ key = \"{}\", plugins = [\"YOUR-PLUGIN\"], grants = [] }}]\n\n\
         and in grants what your plugin.toml requires, such as \"hub.kv/1\".",
        file.display(),
        key.public()
    ))?;
    Ok(())
}

pub(super) fn sign(
    directory: &Path,
    key: &Path,
    library: Option<&Path>,
) -> Result<(), PackageError> {
    let key = KeyPair::read(key)?;
    if !directory.is_dir() {
        return Err(PackageError::NoDirectory { directory: directory.to_owned() });
    }
    if let Some(library) = library {
        copy(library, &directory.join(LIBRARY_FILE))?;
    }
    let manifest = package::sign(directory, &key)?;
    line(&format!("signed {}\n{}", directory.display(), about(&manifest)))?;
    line(&format!("key      {}", key.public()))?;
    Ok(())
}

pub(super) fn verify(admin: &AdminArgs, directory: &Path) -> Result<(), PackageError> {
    let trust = LoadedConfig::read(&admin.config.config_file)?.config().plugins.trust();
    let package = package::verify_source(directory, &trust)?;
    line(&format!(
        "good: signed by a key that is trusted, and whole {}\n{}\nkey      {}\n\
         what the library itself says is checked when it is loaded, and by 'phytohub plugin dev'",
        directory.display(),
        about(package.manifest()),
        package.signer().key
    ))?;
    Ok(())
}

pub(super) fn install(admin: &AdminArgs, directory: &Path) -> Result<(), PackageError> {
    let loaded = LoadedConfig::read(&admin.config.config_file)?;
    let place = loaded.resolve(&loaded.config().plugins.dir);
    // Else the first installation would fail, and nothing could tell better what to make.
    fs::create_dir_all(&place)
        .map_err(|source| PackageError::Copy { file: place.clone(), source })?;
    let installed = package::install(directory, &place, &loaded.config().plugins.trust())?;
    let manifest = installed.package.manifest();
    let told = if installed.fresh { "installed" } else { "was installed already" };
    line(&format!("{told}: {}\n{}", installed.package.directory().display(), about(manifest)))?;
    let (id, version) = (manifest.id(), manifest.version());
    match loaded.config().plugin.get(id) {
        None => line(&format!(
            "\nTo load it, add to {}:\n\n{}",
            loaded.file().display(),
            section(manifest)
        ))?,
        Some(known) if known.version == version.to_string() => {}
        Some(known) => line(&format!(
            "\nThe configuration names version {}. 'phytohub plugin upgrade {id} {version}' replaces it \
             in the hub that runs; write the version into {} for the next start.",
            known.version,
            loaded.file().display()
        ))?,
    }
    Ok(())
}

/// What to write into `hub.toml`.
fn section(manifest: &Manifest) -> String {
    let wanted: Vec<&String> = manifest.requires().iter().chain(manifest.optional()).collect();
    let mut text = format!(
        "[plugin.{}]\nversion = \"{}\"\ngrants = {wanted:?}",
        manifest.id(),
        manifest.version()
    );
    if manifest.provides().iter().any(|name| name == HUB_LIFECYCLE_ID) {
        text.push_str(OBSERVES);
    }
    text
}

fn about(manifest: &Manifest) -> String {
    let list = |names: &[String]| match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    };
    format!(
        "plugin   {} {}\nabi      {}\ntarget   {}\nsha256   {}\nrequires {}\nprovides {}",
        manifest.id(),
        manifest.version(),
        manifest.abi(),
        manifest.target(),
        manifest.sha256(),
        list(manifest.requires()),
        list(manifest.provides()),
    )
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<(), PackageError> {
    let failed = |source| PackageError::Copy { file: from.to_owned(), source };
    // A library that is mapped must not change under whoever runs it: a new file takes its name.
    let fresh = to.with_extension("new");
    fs::copy(from, &fresh).map_err(failed)?;
    fs::rename(&fresh, to).map_err(failed)
}

const OBSERVES: &str = "\n# It hears of envelopes of these connections alone; of all with observe_all = true.\nact_as = []";

/// Why a package was not made, checked or installed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The library cannot be copied.
    #[error("cannot copy the library file={}", file.display())]
    Copy {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no package to be signed.
    #[error(
        "there is no such directory: make it, with plugin.toml in it directory={}",
        directory.display()
    )]
    NoDirectory {
        /// Where.
        directory: PathBuf,
    },
    /// It was not installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It was not signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
    /// It is not to be believed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}
