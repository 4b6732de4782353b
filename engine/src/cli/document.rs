//! What can be said about documents: `validate` and `sample`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

/// Judge certificates and acknowledgements by the rules that the hub goes by
#[derive(Args, Debug)]
#[command(after_help = VALIDATE_HELP)]
pub struct ValidateArgs {
    /// Files to judge; '-' is stdin
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Write one JSON object a file, each on a line
    #[arg(long)]
    pub json: bool,
    /// Directory of code lists as 'codes export' writes them, instead of those of the program
    #[arg(long, value_name = "DIR")]
    pub codes: Option<PathBuf>,
    /// Verify the enveloped XML signature too, against this certificate (PEM or DER), as of now
    #[arg(long, value_name = "CERT")]
    pub signature: Option<PathBuf>,
}

/// Write synthetic certificates, valid and naming nobody
#[derive(Args, Debug)]
#[command(after_help = SAMPLE_HELP)]
pub struct SampleArgs {
    /// 851 for export, 657 for re-export, which carries its original
    #[arg(long = "type", value_name = "TYPE", default_value = "851", value_parser = certificate_type())]
    pub certificate_type: u16,
    /// 70 for issued, 40 for withdrawn, or any other of UNCL 4405
    #[arg(long, value_name = "STATUS", default_value_t = 70)]
    pub status: u16,
    /// Number of the certificate that it replaces
    #[arg(long, value_name = "NUMBER")]
    pub replaces: Option<String>,
    /// Lines
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub lines: u16,
    /// Attached files, beside the original of a re-export
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1000))]
    pub attachments: u16,
    /// Bytes of the whole, reached as nearly as its parts can be made longer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=BYTES_MAX))]
    pub bytes: Option<u32>,
    /// Fill every field of the profile, not only those that must be
    #[arg(long)]
    pub full: bool,
    /// The same seed and shape give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many, with seeds from --seed on; more than one needs a directory as --output
    #[arg(long, value_name = "N", default_value_t = 1, requires = "output", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub count: u32,
    /// File, or directory for files sample-SEED.xml, made if missing [default: stdout]
    #[arg(long, short, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
}

fn certificate_type() -> impl clap::builder::TypedValueParser<Value = u16> {
    PossibleValuesParser::new(["851", "657"]).try_map(|text| text.parse::<u16>())
}

/// What the attachment guideline grants a whole certificate.
const BYTES_MAX: i64 = 104 << 20;

pub(super) const VALIDATE_HELP: &str = "\
Reads UTF-8, UTF-16 and either in Base64. Places are lines and columns (characters, from 1) of the
document; where that had to be decoded first, it is said.

JSON, a line for each file:
  file, encoding, base64, severe, warning, info      numbers of findings by level
  places      'file', or 'decoded' where lines and offsets count in the decoded document
  suppressed  findings beyond the 256 that are told
  findings    rule, area, level, field, message, help, line, column, offset (bytes, from 0)
  signature   with --signature: 'verified', 'refused' or 'missing'; findings say why
  error       instead of all this, if the file cannot be read

Exit codes: 0 nothing grave, 1 a SEVERE finding or, with --signature, a document without a good
signature, 64 usage, 66 a file cannot be read.

Examples:
  phytohub validate certificate.xml
  phytohub validate --json inbox/*.xml | jq 'select(.severe > 0) | .file'
  phytohub validate --signature sender.pem signed.xml
  phytohub sample --type 657 | phytohub validate -";

pub(super) const SAMPLE_HELP: &str = "\
Names, addresses and numbers are put together from words that name nobody.

Examples:
  phytohub sample --type 657 --lines 3 --output re-export.xml
  phytohub sample --replaces NO-2026-1 --status 70
  phytohub sample --count 100 --bytes 24576 --output samples/";
