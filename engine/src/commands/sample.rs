//! `phytohub sample`: certificates and notifications that never were.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use phytohub_non_compliance::sample as notification;
use phytohub_official_certificate::draft::Draft;
use phytohub_official_certificate::sample as official;
use phytohub_sps::sample::Shape;
use thiserror::Error;

use crate::cli::{NotificationArgs, SampleArgs, SampleType};

/// Writes what was asked for.
///
/// # Errors
/// When it cannot be written.
pub fn run(args: &SampleArgs) -> Result<(), SampleError> {
    let Some(output) = &args.output else {
        return Ok(to_stdout(sample(args, args.seed)?.as_bytes())?);
    };
    let named_as_directory = output.as_os_str().as_encoded_bytes().ends_with(b"/");
    if args.count == 1 && !named_as_directory && !output.is_dir() {
        return write(output, &sample(args, args.seed)?);
    }
    fs::create_dir_all(output).map_err(failed(output))?;
    for seed in (0..args.count).map(|more| args.seed.wrapping_add(more.into())) {
        write(&output.join(format!("sample-{seed}.xml")), &sample(args, seed)?)?;
    }
    Ok(())
}

/// The sample's XML.
fn sample(args: &SampleArgs, seed: u64) -> Result<String, SampleError> {
    let certificate = |kind| shape(args, kind, seed).certificate().to_xml();
    Ok(match args.sample_type {
        SampleType::Export => certificate(851),
        SampleType::ReExport => certificate(657),
        SampleType::NonCompliance => notification(&args.notification, seed).notification().to_xml(),
        SampleType::Veterinary => official(args, 853, "live-cattle", seed)?.to_xml(),
        SampleType::Sanitary => official(args, 852, "meat", seed)?.to_xml(),
        SampleType::Health => official(args, 636, "fishery-product", seed)?.to_xml(),
    })
}

/// A certificate of another authority than plant health.
fn official(
    args: &SampleArgs,
    certificate_type: i32,
    usual: &str,
    seed: u64,
) -> Result<Draft, SampleError> {
    let shape = official::Shape {
        certificate_type,
        status: args.status.into(),
        replaces: args.replaces.clone(),
        lines: args.lines.into(),
        number: args.notification.number.clone(),
        countries: args.notification.parties.clone(),
        seed,
    };
    let commodity = args.commodity.as_deref().unwrap_or(usual);
    let (sample, known) = match certificate_type {
        853 => {
            (phytohub_woah::sample::sample(commodity, &shape), phytohub_woah::sample::COMMODITIES)
        }
        _ => {
            (phytohub_codex::sample::sample(commodity, &shape), phytohub_codex::sample::COMMODITIES)
        }
    };
    sample.ok_or_else(|| SampleError::Commodity {
        commodity: commodity.to_owned(),
        known: known.iter().map(|known| known.name).collect::<Vec<_>>().join(", "),
    })
}

fn notification(args: &NotificationArgs, seed: u64) -> notification::Shape {
    notification::Shape {
        number: args.number.clone(),
        parties: args.parties.clone(),
        certificate: args.certificate.clone(),
        ..notification::Shape::new(args.case, args.message, seed)
    }
}

fn shape(args: &SampleArgs, certificate_type: u16, seed: u64) -> Shape {
    Shape {
        certificate_type,
        status: args.status,
        replaces: args.replaces.clone(),
        lines: args.lines.into(),
        attachments: args.attachments.into(),
        bytes: args.bytes.map(|bytes| bytes as usize),
        full: args.full,
        seed,
    }
}

fn write(file: &Path, xml: &str) -> Result<(), SampleError> {
    fs::write(file, xml).map_err(failed(file))
}

fn failed(file: &Path) -> impl FnOnce(io::Error) -> SampleError {
    let file = file.to_owned();
    move |source| SampleError::Output { file, source }
}

/// A reader that has gone has seen what it wanted.
pub(super) fn to_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Why no sample was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A file or directory cannot be written.
    #[error("cannot write the sample file={}", file.display())]
    Output {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no such commodity.
    #[error("no sample of this commodity has that type; commodity={commodity} known={known}")]
    Commodity {
        /// It.
        commodity: String,
        /// Those that there are.
        known: String,
    },
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}
