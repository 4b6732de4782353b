//! `phytohub validate`: judges documents by the hub's rules, and tells as compilers do.

mod codes;
mod excerpt;
mod report;

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use phytohub_domain::Clock as _;
use phytohub_schemas::code_list::ReadCodeListError;
use phytohub_server::SystemClock;
use phytohub_sps::signature::{VerifyOptions, verify_reading};
use phytohub_sps::{EmbeddedCodes, Limits, LookUpCodes, Reading, SpsDocument};
use phytohub_telemetry::Escaped;
use rustls_pki_types::CertificateDer;
use thiserror::Error;

use crate::certificate::{Certificate, ReadCertificateError};
use crate::cli::ValidateArgs;
use crate::output::line;
use codes::DirectoryCodes;
use report::{Judgement, Signature, Style};

/// Judges every file.
///
/// # Errors
/// When a document must not be sent, a file cannot be read, or the code lists cannot.
pub fn run(args: &ValidateArgs) -> Result<(), ValidateError> {
    let codes: Box<dyn LookUpCodes> = match &args.codes {
        Some(directory) => Box::new(DirectoryCodes::read(directory)?),
        None => Box::new(EmbeddedCodes),
    };
    let signer = args.signature.as_deref().map(Certificate::read).transpose()?;
    let style = Style::of_stdout();
    let (mut total, mut unreadable) = (report::Total::default(), false);
    for file in &args.files {
        let name = Escaped(&file.to_string_lossy()).to_string();
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                unreadable = true;
                if args.json {
                    line(&report::unreadable(&name, &error))?;
                }
                // Told at once: the others are judged all the same.
                let _ =
                    writeln!(io::stderr(), "phytohub: cannot read the file file={name}: {error}");
                continue;
            }
        };
        let mut reading = SpsDocument::validate(&bytes, &*codes, &Limits::default());
        let signature = signer.as_ref().map(|signer| verify(&mut reading, signer.der()));
        let judgement = Judgement::new(&name, &bytes, &reading, signature);
        total.add(&judgement);
        let told = if args.json { judgement.to_json() } else { judgement.to_text(&style) };
        if !told.is_empty() {
            line(&told)?;
        }
    }
    if !args.json {
        line(&total.to_text(&style))?;
    }
    match (unreadable, total.is_grave()) {
        (true, _) => Err(ValidateError::Unreadable),
        (false, true) => Err(ValidateError::Grave),
        (false, false) => Ok(()),
    }
}

/// At most what is looked at, and a byte more, so that longer files are known as such.
pub(super) fn read(file: &Path) -> io::Result<Vec<u8>> {
    let bytes_max = Limits::default().bytes_max as u64 + 1;
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(bytes_max).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(bytes_max).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Adds what is found of the signature to what was found of the document.
fn verify(reading: &mut Reading<'_>, signer: &CertificateDer<'_>) -> Signature {
    let now = SystemClock::new().now().as_millis();
    let at_unix_ms = i64::try_from(now).unwrap_or(i64::MAX);
    let options = VerifyOptions { certificate_der: signer, at_unix_ms };
    let report = verify_reading(reading, &options);
    let signature = match (report.is_verified(), report.signed) {
        (true, _) => Signature::Verified,
        (false, true) => Signature::Refused,
        (false, false) => Signature::Missing,
    };
    reading.findings.extend(report.findings);
    reading.findings.sort_by_key(|finding| finding.offset);
    signature
}

impl Style {
    /// Colours for a person at a terminal who did not turn them off (no-color.org).
    fn of_stdout() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colours: io::stdout().is_terminal() && !set("NO_COLOR") && !dumb }
    }
}

/// Why `validate` did not end well.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// A file of the directory of code lists is none.
    #[error("cannot use the code list file={}", file.display())]
    CodeList {
        /// Which.
        file: PathBuf,
        /// Why.
        source: ReadCodeListError,
    },
    /// The directory of code lists, or a file in it, cannot be read.
    #[error("cannot read the code lists file={}", file.display())]
    CodeLists {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A document must not be sent, or is not signed as it should be; that has been told.
    #[error("a document has SEVERE findings or no good signature")]
    Grave,
    /// The certificate to verify signatures with.
    #[error(transparent)]
    Signer(#[from] ReadCertificateError),
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
    /// A file cannot be read; that has been told.
    #[error("a file cannot be read")]
    Unreadable,
}
