//! `phytohub plugin dev`: builds a plugin, signs it with a key made for that, loads it as a hub does,
//! and shows what it says.

mod build;
mod services;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use phytohub_plugin_api::{
    HUB_FOR_VALIDATION, HUB_FORM_CDATA, HUB_LEVEL_SEVERE, HUB_LEVEL_WARNING,
};
use phytohub_plugin_loader::instance::{CallContext, CallFailure, Instance};
use phytohub_plugin_loader::package::{
    self, KeyError, KeyPair, Library, MANIFEST_FILE, MapError, SignError, Trust, TrustedKey,
    VerifyError,
};
use phytohub_plugin_loader::{DocumentView, FindingView, Kind};
use thiserror::Error;

pub use self::build::BuildError;
use self::services::DevServices;
use super::package::{PackageError, copy};
use crate::cli::DevArgs;
use crate::output::line;

/// Does it once, or after every change.
///
/// # Errors
/// When it cannot be built, loaded or asked; with `--watch` that is told, and the next change waited
/// for.
pub(super) async fn run(args: &DevArgs) -> Result<(), DevError> {
    if !args.watch {
        return once(args);
    }
    loop {
        let seen = changed(&args.directory);
        if let Err(error) = once(args) {
            line(&format!("phytohub: {}", crate::failure::told(&error)))?;
        }
        line("waiting for a change; Ctrl-C ends")?;
        while changed(&args.directory) == seen {
            let pause = tokio::time::timeout(LOOK_AGAIN, std::future::pending::<()>());
            let _: Result<(), _> = pause.await;
        }
    }
}

fn once(args: &DevArgs) -> Result<(), DevError> {
    let library = build::build(&args.directory)?;
    let scratch = tempfile::tempdir()?;
    let (library, provides) = load(args, &library, scratch.path())?;
    let settings = settings(args)?;
    let services = Arc::new(DevServices::new(library.id()));
    let call = || CallContext::within(DEADLINE);
    let instance = Instance::create(&library, services, settings.as_bytes(), &call())
        .map_err(|source| DevError::Call { hook: "create", source })?;
    let failed = |hook| move |source| DevError::Call { hook, source };
    let kinds = if instance.offers().documents {
        instance.kinds(&call()).map_err(failed("kinds"))?
    } else {
        Vec::new()
    };
    instance.start(&call()).map_err(failed("start"))?;
    line(&format!(
        "loaded {} {}; it offers {}",
        library.id(),
        library.version(),
        provides.join(", ")
    ))?;
    for kind in &kinds {
        line(&format!("  knows {} {}", kind.certificate_type, kind.name))?;
    }
    for file in documents(args)? {
        judge(&instance, &kinds, &file, &call())?;
    }
    instance.quiesce(&call()).map_err(failed("quiesce"))?;
    instance.destroy();
    Ok(())
}

/// Packs, signs, checks and maps it, in the way of a hub.
fn load(
    args: &DevArgs,
    library: &Path,
    scratch: &Path,
) -> Result<(Library, Vec<String>), DevError> {
    let manifest = args.directory.join(MANIFEST_FILE);
    let unreadable = |source| DevError::Read { file: manifest.clone(), source };
    fs::write(scratch.join(MANIFEST_FILE), fs::read(&manifest).map_err(unreadable)?)?;
    copy(library, &scratch.join(package::LIBRARY_FILE))?;
    let key: KeyPair = package::keygen()?;
    package::sign(scratch, &key)?;
    let keys = vec![TrustedKey::unlimited(key.public())];
    let trust = Trust { keys, dev: true, ..Trust::default() };
    let package = package::verify_source(scratch, &trust)?;
    let provides = package.manifest().provides().to_vec();
    Ok((package.map()?, provides))
}

/// The plugin's configuration as the hub would give it.
fn settings(args: &DevArgs) -> Result<String, DevError> {
    let usual = args.directory.join("dev.toml");
    let file = match &args.settings {
        Some(file) => file,
        None if usual.exists() => &usual,
        None => return Ok("{}".to_owned()),
    };
    let text =
        fs::read_to_string(file).map_err(|source| DevError::Read { file: file.clone(), source })?;
    let wrong = |reason: String| DevError::Settings { file: file.clone(), reason };
    let table: toml::Table = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    serde_json::to_string(&table).map_err(|error| wrong(error.to_string()))
}

fn documents(args: &DevArgs) -> Result<Vec<PathBuf>, DevError> {
    if !args.documents.is_empty() {
        return Ok(args.documents.clone());
    }
    let samples = args.directory.join("samples");
    if !samples.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&samples)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

/// Shows what the plugin says of a document, for each of its kinds that the document may be.
fn judge(
    instance: &Instance,
    kinds: &[Kind],
    file: &Path,
    call: &CallContext,
) -> Result<(), DevError> {
    let bytes =
        fs::read(file).map_err(|source| DevError::Read { file: file.to_owned(), source })?;
    let text = String::from_utf8_lossy(&bytes);
    let said = phytohub_sps::SpsDocument::read(&bytes, &phytohub_sps::Limits::default());
    let said = said
        .document
        .certificate()
        .and_then(|found| found.certificate_type().trim().parse::<i32>().ok());
    let fits = |kind: &&Kind| said.is_none_or(|said| said == kind.certificate_type);
    let Some(kind) = kinds.iter().find(fits) else {
        return Ok(line(&format!("{}: none of its kinds", file.display()))?);
    };
    let document = DocumentView {
        purpose: HUB_FOR_VALIDATION,
        certificate_type: kind.certificate_type,
        raw_form: HUB_FORM_CDATA,
        content: text.as_bytes(),
        raw: text.as_bytes(),
        ..DocumentView::default()
    };
    let mut told = Vec::new();
    let mut take = |finding: FindingView<'_>| {
        told.push(sentence(file, &text, finding));
        told.len() < FINDINGS_SHOWN
    };
    let failed = |source| DevError::Document { file: file.to_owned(), source };
    instance.validate(call, &document, &mut take).map_err(failed)?;
    if told.is_empty() {
        told.push(format!("{}: nothing to say", file.display()));
    }
    Ok(told.iter().try_for_each(|sentence| line(sentence))?)
}

/// As compilers tell it: file, line, column.
fn sentence(file: &Path, text: &str, finding: FindingView<'_>) -> String {
    let at = finding.offset.and_then(|offset| usize::try_from(offset).ok());
    let before = at.and_then(|at| text.get(..at)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let level = match finding.level {
        HUB_LEVEL_SEVERE => "SEVERE",
        HUB_LEVEL_WARNING => "WARNING",
        _ => "INFO",
    };
    let place = if at.is_some() { format!(":{line}:{column}") } else { String::new() };
    let FindingView { rule, field, message, .. } = finding;
    format!("{}{place}: {level} {rule} at {field}: {message}", file.display())
}

/// When a file of the plugin changed last, and how many there are; what building writes is left out.
fn changed(directory: &Path) -> (Option<SystemTime>, usize) {
    let (mut latest, mut count) = (None, 0);
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name == "target" || name.starts_with('.') || name.ends_with(".so") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                count += 1;
                latest = latest.max(entry.metadata().and_then(|about| about.modified()).ok());
            }
        }
    }
    (latest, count)
}

/// Why a plugin was not shown.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DevError {
    /// It cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A hook did not do what it should.
    #[error("the plugin's '{hook}' failed")]
    Call {
        /// Which.
        hook: &'static str,
        /// Why.
        source: CallFailure,
    },
    /// A document could not be judged.
    #[error("{}: could not be judged", file.display())]
    Document {
        /// Which.
        file: PathBuf,
        /// Why.
        source: CallFailure,
    },
    /// A file of the scratch directory, or stdout.
    #[error("cannot go on")]
    Io(#[from] io::Error),
    /// No key could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is no plugin.
    #[error(transparent)]
    Map(#[from] MapError),
    /// It cannot be packed.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A file cannot be read.
    #[error("cannot read the file file={}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its configuration is no TOML.
    #[error("{}: {reason}", file.display())]
    Settings {
        /// Where.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A hub would not load it.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// Long enough for a debugger's breakpoint to be noticed, short enough for an endless loop.
const DEADLINE: Duration = Duration::from_secs(60);
/// As many as a hub keeps.
const FINDINGS_SHOWN: usize = 200;
/// A person does not notice it, nor does the machine.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
