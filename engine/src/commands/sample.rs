//! `phytohub sample`: certificates that never were.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use phytohub_sps::sample::Shape;
use thiserror::Error;

use crate::cli::SampleArgs;

/// Writes what was asked for.
///
/// # Errors
/// When it cannot be written.
pub fn run(args: &SampleArgs) -> Result<(), SampleError> {
    let Some(output) = &args.output else {
        return Ok(to_stdout(shape(args, args.seed).certificate().to_xml().as_bytes())?);
    };
    let named_as_directory = output.as_os_str().as_encoded_bytes().ends_with(b"/");
    if args.count == 1 && !named_as_directory && !output.is_dir() {
        return write(output, &shape(args, args.seed));
    }
    fs::create_dir_all(output).map_err(failed(output))?;
    for seed in (0..args.count).map(|more| args.seed.wrapping_add(more.into())) {
        write(&output.join(format!("sample-{seed}.xml")), &shape(args, seed))?;
    }
    Ok(())
}

fn shape(args: &SampleArgs, seed: u64) -> Shape {
    Shape {
        certificate_type: args.certificate_type,
        status: args.status,
        replaces: args.replaces.clone(),
        lines: args.lines.into(),
        attachments: args.attachments.into(),
        bytes: args.bytes.map(|bytes| bytes as usize),
        full: args.full,
        seed,
    }
}

fn write(file: &Path, shape: &Shape) -> Result<(), SampleError> {
    fs::write(file, shape.certificate().to_xml()).map_err(failed(file))
}

fn failed(file: &Path) -> impl FnOnce(io::Error) -> SampleError {
    let file = file.to_owned();
    move |source| SampleError::Output { file, source }
}

/// A reader that has gone has seen what it wanted.
fn to_stdout(bytes: &[u8]) -> io::Result<()> {
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
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}
