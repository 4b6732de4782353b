//! What can be said about documents: `validate`, `sample` and `render`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use phytohub_non_compliance::Message;
use phytohub_non_compliance::sample::Case;

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

/// Write synthetic certificates or notifications of non-compliance, valid and naming nobody
#[derive(Args, Debug)]
#[command(after_help = SAMPLE_HELP)]
pub struct SampleArgs {
    /// 851 for export, 657 for re-export, which carries its original, 853 veterinary, 852 sanitary,
    /// 636 health, or non-compliance
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = SampleType::Export)]
    pub sample_type: SampleType,
    /// 70 for issued, 40 for withdrawn, or any other of UNCL 4405
    #[arg(long, value_name = "STATUS", default_value_t = 70)]
    pub status: u16,
    /// Number of the certificate that it replaces
    #[arg(long, value_name = "NUMBER")]
    pub replaces: Option<String>,
    /// Of --type 853, 852 and 636: what is sent, such as live-cattle, dairy, poultry-meat; meat, honey
    #[arg(long, value_name = "NAME")]
    pub commodity: Option<String>,
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
    /// What a notification of non-compliance is to be like
    #[command(flatten)]
    pub notification: NotificationArgs,
}

/// What a sample is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum SampleType {
    /// A phytosanitary certificate for export.
    #[value(name = "851")]
    Export,
    /// A phytosanitary certificate for re-export.
    #[value(name = "657")]
    ReExport,
    /// A veterinary certificate.
    #[value(name = "853")]
    Veterinary,
    /// A sanitary certificate.
    #[value(name = "852")]
    Sanitary,
    /// A health certificate.
    #[value(name = "636")]
    Health,
    /// A notification of non-compliance, or a message about one.
    NonCompliance,
}

/// What a notification of non-compliance is to be like.
#[derive(Args, Debug)]
pub struct NotificationArgs {
    /// Of --type non-compliance: what it is about
    #[arg(long, value_name = "CASE", default_value = "pest", value_parser = case())]
    pub case: Case,
    /// Of --type non-compliance: which message it is
    #[arg(long, value_name = "MESSAGE", default_value = "issued", value_parser = message())]
    pub message: Message,
    /// Of --type non-compliance, 853, 852 and 636: countries of sender and addressee
    #[arg(long, value_name = "CC,CC", value_parser = parties)]
    pub parties: Option<(String, String)>,
    /// Of --type non-compliance: type and number of the certificate concerned
    #[arg(long, value_name = "TYPE,NUMBER", value_parser = concerned)]
    pub certificate: Option<(String, String)>,
    /// Of --type non-compliance, 853, 852 and 636: its number
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
}

/// Write a notification of non-compliance, a veterinary or a food certificate as a page for people
#[derive(Args, Debug)]
#[command(after_help = RENDER_HELP)]
pub struct RenderArgs {
    /// File to read; '-' is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Language of the page, where it is had; English else
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: String,
}

fn case() -> impl TypedValueParser<Value = Case> {
    PossibleValuesParser::new(Case::ALL.map(Case::as_str))
        .try_map(|name| Case::of_name(&name).ok_or("no such case"))
}

fn message() -> impl TypedValueParser<Value = Message> {
    PossibleValuesParser::new(Message::ALL.map(Message::name)).try_map(|name| {
        Message::ALL.into_iter().find(|message| message.name() == name).ok_or("no such message")
    })
}

fn parties(text: &str) -> Result<(String, String), String> {
    let country = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let both = text.split_once(',').filter(|(one, other)| country(one) && country(other));
    let (one, other) = both.ok_or("countries are written CC,CC, such as NL,KE")?;
    Ok((one.to_owned(), other.to_owned()))
}

fn concerned(text: &str) -> Result<(String, String), String> {
    let both = text.split_once(',').filter(|(kind, _)| ["851", "657"].contains(kind));
    let (kind, number) = both.ok_or("a certificate is written TYPE,NUMBER, such as 851,KE-1")?;
    Ok((kind.to_owned(), number.to_owned()))
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
  phytohub sample --count 100 --bytes 24576 --output samples/
  phytohub sample --type non-compliance --case packaging --message preliminary
  phytohub sample --type non-compliance --parties NL,KE --certificate 851,KE-2026-1
  phytohub sample --type 853 --commodity hatching-eggs --parties NL,KE
  phytohub sample --type 852 --commodity honey --status 40";

pub(super) const RENDER_HELP: &str = "\
The page is complete and has no scripts: open it in any browser, or print it.
Exit codes: 0 written, 1 the file is none of these, 66 it cannot be read.

Examples:
  phytohub render notification.xml > notification.html
  phytohub sample --type non-compliance | phytohub render - > notification.html
  phytohub sample --type 853 --commodity dairy | phytohub render - > certificate.html";
