//! `phytohub receipt`: signed receipts, got from the hub or checked without it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use phytohub_exchange::admin::{AccountRequest, AdminReply, AdminRequest};
use phytohub_exchange::receipt::{Receipt, ReceiptError};
use thiserror::Error;

use super::admin::{self, AskError};
use crate::cli::{ReceiptArgs, ReceiptCommand};
use crate::config::{ConfigError, LoadedConfig};
use crate::keys::{self, KeyError, Purpose};
use crate::output::{Table, line};

/// Does what was said about receipts.
///
/// # Errors
/// When there is no such envelope, or a receipt does not hold.
pub async fn run(args: &ReceiptArgs) -> Result<(), ReceiptCommandError> {
    match &args.command {
        ReceiptCommand::Get { number } => {
            let request =
                AdminRequest::Account(AccountRequest::ReceiptGet { number: number.to_string() });
            match admin::ask(&args.admin, request).await? {
                AdminReply::Receipt(receipt) => Ok(line(receipt.to_json().trim_end())?),
                _ => Err(AskError::OtherAnswer.into()),
            }
        }
        ReceiptCommand::Verify { file, key } => {
            let receipt = verify(file, key.as_deref(), &args.admin.config.config_file)?;
            Ok(admin::answer(&args.admin, &receipt, show)?)
        }
    }
}

fn verify(file: &Path, key: Option<&Path>, config: &Path) -> Result<Receipt, ReceiptCommandError> {
    let key = match key {
        Some(key) => key.to_owned(),
        None => keys::public_file(&Purpose::Receipt.file(&LoadedConfig::read(config)?)),
    };
    let key = keys::read_public(&key)?;
    let bytes = fs::read(file)
        .map_err(|source| ReceiptCommandError::Read { file: file.to_owned(), source })?;
    let receipt = Receipt::read(&bytes)?;
    receipt.verify(&key)?;
    Ok(receipt)
}

fn show(receipt: &Receipt) -> String {
    let document = format!("{}/{}", receipt.certificate_type, receipt.certificate_status);
    let mut table = Table::new(&["receipt", "holds"]);
    table.row(&["hub", &receipt.hub]);
    table.row(&["number", &receipt.number]);
    table.row(&["from", &receipt.from]);
    table.row(&["to", &receipt.to]);
    table.row(&["type/status", &document]);
    table.row(&["certificate", &receipt.nppo_certificate_number]);
    table.row(&["content hash", &receipt.content_hash]);
    table.row(&["sender's certificate", &receipt.sender_certificate]);
    table.row(&[&receipt.outcome, &receipt.accepted]);
    table.row(&["key", &receipt.key_id]);
    table.render()
}

/// Why a receipt was not got, or proves nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceiptCommandError {
    /// The hub refused or could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It does not hold.
    #[error(transparent)]
    Doubt(#[from] ReceiptError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The receipt's file.
    #[error("cannot read the receipt file={}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Stdout is closed.
    #[error("cannot write on stdout")]
    Stdout(#[from] io::Error),
}
