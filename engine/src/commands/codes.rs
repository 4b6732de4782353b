//! `phytohub codes`: the code lists that the hub serves and judges by.

mod difference;
mod pull;
mod pulled;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use phytohub_client::{CallError, IdentityError, SetUpError};
use phytohub_domain::Timestamp;
use phytohub_exchange::admin::{AdminReply, AdminRequest, CodeListView};
use phytohub_schemas::code_list::{CodeList, ReadCodeListError};
use phytohub_wire::soap::Operation;
use serde_json::Value;
use thiserror::Error;

use super::admin::{self, AskError, Desk};
use crate::cli::{AdminArgs, CodesArgs, CodesCommand, ListName};
use crate::output::{Table, line};
use difference::Difference;

/// Does what was said about code lists.
///
/// # Errors
/// When a list cannot be read, lists differ, or a hub refuses.
pub async fn run(args: &CodesArgs) -> Result<(), CodesError> {
    let mut desk = Desk::new(&args.admin)?;
    let done = run_at(&mut desk, args).await;
    desk.close()?;
    done
}

async fn run_at(desk: &mut Desk, args: &CodesArgs) -> Result<(), CodesError> {
    match &args.command {
        CodesCommand::List => match desk.ask(AdminRequest::CodesList).await? {
            AdminReply::CodeLists(views) => {
                Ok(admin::answer(&args.admin, &views, |views| list(views))?)
            }
            _ => Err(AskError::OtherAnswer.into()),
        },
        CodesCommand::Show { list, lang } => {
            let list = read(desk, list).await?;
            show(&args.admin, &list, lang.as_deref())
        }
        CodesCommand::Import { file, from } => {
            let view = import(desk, read_file(file)?, *from).await?;
            Ok(admin::answer(&args.admin, &view, imported)?)
        }
        CodesCommand::Export { name, revision } => {
            Ok(line(export(desk, name, *revision).await?.trim_end())?)
        }
        CodesCommand::Diff { first, second } => {
            let (first, second) = (read(desk, first).await?, read(desk, second).await?);
            let difference = Difference::between(&first, &second);
            let told = if args.admin.json { difference.to_json() } else { difference.to_text() };
            line(&told)?;
            if difference.is_empty() { Ok(()) } else { Err(CodesError::Different) }
        }
        CodesCommand::Pull(pull) => pull::run(desk, &args.admin, pull).await,
    }
}

/// A list by its name on the command line.
async fn read(desk: &mut Desk, name: &ListName) -> Result<CodeList, CodesError> {
    let (text, origin) = match name {
        ListName::File(file) => (read_file(file)?, file.display().to_string()),
        ListName::Hub { name, revision } => (export(desk, name, *revision).await?, name.clone()),
    };
    CodeList::read(&text).map_err(|source| CodesError::List { origin, source })
}

/// A list of the hub as its file.
async fn export(desk: &mut Desk, name: &str, revision: Option<u32>) -> Result<String, CodesError> {
    match desk.ask(AdminRequest::CodesExport { name: name.to_owned(), revision }).await? {
        AdminReply::CodeListFile(text) => Ok(text),
        _ => Err(AskError::OtherAnswer.into()),
    }
}

/// Brings a new revision.
async fn import(
    desk: &mut Desk,
    text: String,
    from: Option<Timestamp>,
) -> Result<CodeListView, CodesError> {
    let valid_from_ms = from.map(Timestamp::as_millis);
    match desk.ask(AdminRequest::CodesImport { text, valid_from_ms }).await? {
        AdminReply::CodeList(view) => Ok(view),
        _ => Err(AskError::OtherAnswer.into()),
    }
}

fn read_file(file: &Path) -> Result<String, CodesError> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().take(FILE_BYTES_MAX).read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    text.map_err(|source| CodesError::Read { file: file.to_owned(), source })
}

fn list(views: &[CodeListView]) -> String {
    let heads = ["name", "revision", "state", "from", "rows", "complete", "title"];
    let mut table = Table::new(&heads);
    for view in views {
        table.row(&[
            &view.name,
            &view.revision.to_string(),
            if view.in_force { "in force" } else { "" },
            view.valid_from.get(..10).unwrap_or_default(),
            &view.rows.to_string(),
            if view.complete { "yes" } else { "partial" },
            &view.title,
        ]);
    }
    table.render()
}

fn imported(view: &CodeListView) -> String {
    let CodeListView { name, revision, rows, valid_from, .. } = view;
    format!("{name} revision {revision}: {rows} rows, from {valid_from} on")
}

fn show(args: &AdminArgs, list: &CodeList, lang: Option<&str>) -> Result<(), CodesError> {
    let spoken = |language: Option<&str>| match (lang, language) {
        (Some(wanted), Some(language)) => language.eq_ignore_ascii_case(wanted),
        // A list without languages is in all of them.
        _ => true,
    };
    if args.json {
        let mut file: Value = serde_json::from_str(&list.to_json()).map_err(io::Error::from)?;
        if let Some(rows) = file.get_mut("rows").and_then(Value::as_array_mut) {
            rows.retain(|row| spoken(row.get("lang").and_then(Value::as_str)));
        }
        return Ok(admin::answer(args, &file, |_| String::new())?);
    }
    let mut table = Table::new(&["code", "lang", "text", "remarks"]);
    for row in list.rows().iter().filter(|row| spoken(row.lang())) {
        let remarks = [
            (!row.active()).then_some("inactive"),
            row.unofficial().then_some("unofficial wording"),
            row.parent(),
        ];
        let remarks = remarks.into_iter().flatten().collect::<Vec<_>>().join(", ");
        table.row(&[row.code(), row.lang().unwrap_or_default(), row.text(), &remarks]);
    }
    Ok(line(&table.render())?)
}

/// Why nothing was done about code lists.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodesError {
    /// The hub refused, or cannot be reached.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The other hub does not tell a list.
    #[error("cannot pull the code list operation={operation}")]
    Call {
        /// Which.
        operation: Operation,
        /// Why.
        source: Box<CallError>,
    },
    /// The lists differ; how, has been told.
    #[error("the lists differ")]
    Different,
    /// The certificate or key for the other hub is none.
    #[error("cannot use the certificate or its key file={}", file.display())]
    Identity {
        /// The file of the certificate.
        file: PathBuf,
        /// Why.
        source: IdentityError,
    },
    /// A text is no code list.
    #[error("cannot use the code list of={origin}")]
    List {
        /// Where it is from.
        origin: String,
        /// Why.
        source: ReadCodeListError,
    },
    /// No operation tells a list of that name.
    #[error("no operation of a hub tells this list name={name}")]
    NoSuchList {
        /// The name.
        name: String,
    },
    /// A file cannot be read.
    #[error("cannot read the file file={}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be made of the files.
    #[error("cannot connect to the other hub with these files")]
    SetUp(#[from] SetUpError),
    /// Stdout cannot be written.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}

/// As much as the longest list could take, with room.
const FILE_BYTES_MAX: u64 = 64 << 20;
