//! What goes wrong, told in one line and by an exit code.

use std::error::Error;
use std::process::ExitCode;

use phytohub_client::DoorError;
use phytohub_domain::{ErrorKind, with_causes};
use phytohub_telemetry::Escaped;
use thiserror::Error;

use crate::commands::admin::AskError;
use crate::commands::audit::AuditError;
use crate::commands::backup::BackupError;
use crate::commands::codes::CodesError;
use crate::commands::connection::ConnectionError;
use crate::commands::demo::DemoError;
use crate::commands::doctor::DoctorError;
use crate::commands::door::OpenError;
use crate::commands::envelope::EnvelopeError;
use crate::commands::init::{FillError, InitError};
use crate::commands::plugin::{NewError, PackageError, PluginError};
use crate::commands::receipt::ReceiptCommandError;
use crate::commands::receive::ReceiveError;
use crate::commands::render::RenderError;
use crate::commands::sample::SampleError;
use crate::commands::send::SendError;
use crate::commands::serve::ServeError;
use crate::commands::track::TrackError;
use crate::commands::validate::ValidateError;
use crate::demo::SuperviseError;
use crate::hub::{RunError, StartError};

/// Why a command did not do what it should.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// `clock`.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// `audit`.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// `backup`.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// `codes`.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// `connection`.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// `demo`.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// `doctor`.
    #[error(transparent)]
    Doctor(#[from] DoctorError),
    /// `envelope`.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// `init`.
    #[error(transparent)]
    Init(#[from] InitError),
    /// `plugin`.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// `receipt`.
    #[error(transparent)]
    Receipt(#[from] ReceiptCommandError),
    /// `receive`.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// `render`.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// `sample`.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// `send`.
    #[error(transparent)]
    Send(#[from] SendError),
    /// `serve`.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// `track`.
    #[error(transparent)]
    Track(#[from] TrackError),
    /// `validate`.
    #[error(transparent)]
    Validate(#[from] ValidateError),
}

impl CommandError {
    /// The code with which the process ends.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Ask(error)
            | Self::Connection(ConnectionError::Ask(error))
            | Self::Envelope(EnvelopeError::Ask(error)) => of_ask(error),
            Self::Connection(ConnectionError::Certificate(_)) => USAGE,
            Self::Audit(error) => of_audit(error),
            Self::Backup(error) => of_backup(error),
            Self::Codes(error) => of_codes(error),
            Self::Demo(error) => of_demo(error),
            Self::Doctor(DoctorError::Ask(error)) => of_ask(error),
            Self::Doctor(DoctorError::MustAct) => NEGATIVE,
            Self::Envelope(EnvelopeError::File { .. }) => NO_OUTPUT,
            Self::Init(error) => of_init(error),
            Self::Plugin(error) => of_plugin(error),
            Self::Receipt(error) => of_receipt(error),
            Self::Receive(error) => of_receive(error),
            Self::Render(RenderError::Input { .. }) => NO_INPUT,
            Self::Render(RenderError::Unknown) => NEGATIVE,
            Self::Render(RenderError::Stdout(_)) => BUG,
            Self::Sample(SampleError::Commodity { .. }) => USAGE,
            Self::Sample(SampleError::Output { .. }) => NO_OUTPUT,
            Self::Sample(SampleError::Stdout(_)) => BUG,
            Self::Send(error) => of_send(error),
            Self::Serve(error) => of_serve(error),
            Self::Track(error) => of_track(error),
            Self::Validate(error) => of_validate(error),
        })
    }

    /// Whether the command has said itself why it ends with its code.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        matches!(
            self,
            Self::Audit(AuditError::Broken)
                | Self::Backup(BackupError::Broken)
                | Self::Codes(CodesError::Different)
                | Self::Doctor(DoctorError::MustAct)
                | Self::Receive(ReceiveError::Left)
                | Self::Send(SendError::Refused | SendError::Unfit | SendError::Unreadable)
                | Self::Track(TrackError::Negative)
                | Self::Validate(ValidateError::Grave | ValidateError::Unreadable)
        )
    }
}

/// An error with its causes in one line, safe for a terminal.
#[must_use]
pub fn told(error: &dyn Error) -> String {
    let text = with_causes(error);
    Escaped(&text.replace('\n', " ")).to_string()
}

fn of_ask(error: &AskError) -> u8 {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Conflict => NEGATIVE,
        ErrorKind::Invalid | ErrorKind::Denied => USAGE,
        ErrorKind::Corrupt | ErrorKind::Exhausted | ErrorKind::Unavailable => STORE,
        _ => BUG,
    }
}

fn of_audit(error: &AuditError) -> u8 {
    match error {
        AuditError::Ask(error) => of_ask(error),
        AuditError::Broken => NEGATIVE,
        _ => USAGE,
    }
}

fn of_backup(error: &BackupError) -> u8 {
    use phytohub_exchange::backup::BackupError as Copy;
    match error {
        BackupError::Ask(error) => of_ask(error),
        BackupError::Broken
        | BackupError::Incomplete { .. }
        | BackupError::Backup(Copy::Damaged { .. }) => NEGATIVE,
        BackupError::Backup(Copy::File { .. } | Copy::Store(_)) => STORE,
        _ => USAGE,
    }
}

fn of_receipt(error: &ReceiptCommandError) -> u8 {
    match error {
        ReceiptCommandError::Ask(error) => of_ask(error),
        ReceiptCommandError::Doubt(_) => NEGATIVE,
        ReceiptCommandError::Read { .. } => NO_INPUT,
        ReceiptCommandError::Stdout(_) => BUG,
        _ => USAGE,
    }
}

fn of_plugin(error: &PluginError) -> u8 {
    match error {
        PluginError::Ask(error) => of_ask(error),
        PluginError::New(NewError::Write { .. })
        | PluginError::Package(PackageError::Copy { .. }) => NO_OUTPUT,
        PluginError::New(NewError::Stdout(_)) | PluginError::Package(PackageError::Stdout(_)) => {
            BUG
        }
        PluginError::Package(PackageError::Install(_) | PackageError::Verify(_)) => NEGATIVE,
        _ => USAGE,
    }
}

fn of_codes(error: &CodesError) -> u8 {
    match error {
        CodesError::Ask(error) => of_ask(error),
        CodesError::Different | CodesError::NoSuchList { .. } => NEGATIVE,
        CodesError::Call { .. } => UNAVAILABLE,
        CodesError::Read { .. } => NO_INPUT,
        CodesError::Stdout(_) => BUG,
        _ => USAGE,
    }
}

const fn of_validate(error: &ValidateError) -> u8 {
    match error {
        ValidateError::Grave => NEGATIVE,
        ValidateError::Unreadable => NO_INPUT,
        ValidateError::Stdout(_) => BUG,
        _ => USAGE,
    }
}

const fn of_open(error: &OpenError) -> u8 {
    match error {
        OpenError::Read { .. } => NO_INPUT,
        _ => USAGE,
    }
}

fn of_send(error: &SendError) -> u8 {
    match error {
        SendError::Call { .. } => UNAVAILABLE,
        SendError::NoKey => USAGE,
        SendError::Open(error) => of_open(error),
        SendError::Refused | SendError::Unfit => NEGATIVE,
        SendError::Unreadable => NO_INPUT,
        SendError::Lost | SendError::Stdout(_) => BUG,
    }
}

fn of_receive(error: &ReceiveError) -> u8 {
    match error {
        ReceiveError::Call { .. } => UNAVAILABLE,
        ReceiveError::File { .. } => NO_OUTPUT,
        ReceiveError::Left => NEGATIVE,
        ReceiveError::Open(error) => of_open(error),
        ReceiveError::System(_) => BUG,
    }
}

fn of_track(error: &TrackError) -> u8 {
    match error {
        TrackError::Call { source } if matches!(**source, DoorError::Number) => USAGE,
        TrackError::Call { .. } => UNAVAILABLE,
        TrackError::Negative => NEGATIVE,
        TrackError::Open(error) => of_open(error),
        TrackError::Stdout(_) => BUG,
    }
}

fn of_init(error: &InitError) -> u8 {
    match error {
        InitError::HalfMade { source: FillError::Ask(error), .. } => of_ask(error),
        InitError::HalfMade { source: FillError::Certificate(_), .. } => BUG,
        InitError::Stdout(_) => BUG,
        _ => USAGE,
    }
}

fn of_serve(error: &ServeError) -> u8 {
    match error {
        ServeError::Config(_) | ServeError::Role => USAGE,
        ServeError::Io(_) => BUG,
        ServeError::Run(error) => of_run(error),
        ServeError::Start(error) => of_start(error),
    }
}

const fn of_run(error: &RunError) -> u8 {
    match error {
        RunError::Panicked => BUG,
        RunError::Store(_) => STORE,
    }
}

const fn of_start(error: &StartError) -> u8 {
    match error {
        StartError::Store(_) => STORE,
        _ => USAGE,
    }
}

fn of_demo(error: &DemoError) -> u8 {
    match error {
        DemoError::Init(error) => of_init(error),
        DemoError::Supervise(SuperviseError::Ended(status)) => {
            status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(BUG)
        }
        _ => BUG,
    }
}

/// No such thing, or not as it should be.
const NEGATIVE: u8 = 1;
/// `EX_USAGE` of sysexits: usage or configuration.
pub const USAGE: u8 = 64;
/// `EX_NOINPUT` of sysexits: a file cannot be read.
const NO_INPUT: u8 = 66;
/// `EX_UNAVAILABLE` of sysexits: another system does not do its part.
const UNAVAILABLE: u8 = 69;
/// `EX_SOFTWARE` of sysexits: a bug.
pub const BUG: u8 = 70;
/// `EX_CANTCREAT` of sysexits: a file cannot be written.
const NO_OUTPUT: u8 = 73;
/// `EX_IOERR` of sysexits: the store cannot be opened or trusted.
const STORE: u8 = 74;
