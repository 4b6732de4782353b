//! `phytohub connection`: the accesses of national systems.

use std::path::PathBuf;

use phytohub_domain::{
    AllowedDocument, CertificateScope, ConnectionCode, ConnectionMode, Timestamp,
};
use phytohub_exchange::admin::{
    AdminReply, AdminRequest, CertificateInput, CertificateView, ConnectionView, DeliveryView,
};
use thiserror::Error;

use super::admin::{self, AskError};
use super::setting;
use crate::certificate::{Certificate, ReadCertificateError};
use crate::cli::{CertificateCommand, ConnectionAddArgs, ConnectionArgs, ConnectionCommand};
use crate::output::Table;

/// Does what was said about connections.
///
/// # Errors
/// When a certificate cannot be read, or the hub refuses.
pub async fn run(args: &ConnectionArgs) -> Result<(), ConnectionError> {
    let request = request(&args.command)?;
    match admin::ask(&args.admin, request).await? {
        AdminReply::Connection(view) => admin::answer(&args.admin, &view, show)?,
        AdminReply::Connections(views) => admin::answer(&args.admin, &views, |v| list(v))?,
        _ => return Err(AskError::OtherAnswer.into()),
    }
    Ok(())
}

/// A connection to be registered.
#[derive(Debug)]
pub struct Registration {
    /// Its code.
    pub code: ConnectionCode,
    /// Its name.
    pub name: String,
    /// Live or test.
    pub mode: ConnectionMode,
    /// Countries that it serves; none means its own.
    pub serves: Vec<String>,
    /// Type and status pairs that it accepts; none means those of the profile.
    pub accepts: Vec<(i32, i32)>,
    /// Its certificates.
    pub certificates: Vec<CertificateInput>,
}

impl Registration {
    /// A trial's test connection, with the certificate that was just made for it.
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn of_trial(code: ConnectionCode, der: &[u8]) -> Result<Self, ReadCertificateError> {
        let certificate = Certificate::from_der(der)?;
        Ok(Self {
            name: format!("Trial connection {code}"),
            certificates: vec![input(&certificate, "made by init", CertificateScope::ALL, None)],
            code,
            mode: ConnectionMode::Test,
            serves: Vec::new(),
            accepts: Vec::new(),
        })
    }

    /// The request that registers it.
    #[must_use]
    pub fn request(self) -> AdminRequest {
        AdminRequest::ConnectionAdd {
            code: self.code.to_string(),
            name: self.name,
            mode: self.mode.to_string(),
            serves: self.serves,
            accepts: self.accepts,
            certificates: self.certificates,
        }
    }
}

fn request(command: &ConnectionCommand) -> Result<AdminRequest, ConnectionError> {
    Ok(match command {
        ConnectionCommand::Add(args) => registration(args)?.request(),
        ConnectionCommand::List => AdminRequest::ConnectionList,
        ConnectionCommand::Show { code } => AdminRequest::ConnectionShow { code: code.to_string() },
        ConnectionCommand::Disable { code } => {
            AdminRequest::ConnectionSetEnabled { code: code.to_string(), enabled: false }
        }
        ConnectionCommand::Enable { code } => {
            AdminRequest::ConnectionSetEnabled { code: code.to_string(), enabled: true }
        }
        ConnectionCommand::Set(args) => setting::set(args)?,
        ConnectionCommand::Maintenance(args) => setting::maintenance(args),
        ConnectionCommand::Certificate(CertificateCommand::Add {
            code,
            file,
            label,
            scope,
            not_after,
        }) => {
            let certificate = Certificate::read(file)?;
            let label = label.clone().unwrap_or_else(|| certificate.label().to_owned());
            let certificate = input(&certificate, &label, *scope, *not_after);
            AdminRequest::CertificateAdd { code: code.to_string(), certificate }
        }
        ConnectionCommand::Certificate(CertificateCommand::Remove { code, fingerprint }) => {
            let fingerprint = fingerprint.to_string();
            AdminRequest::CertificateRemove { code: code.to_string(), fingerprint }
        }
    })
}

/// Reads the certificates of a new connection or channel.
pub(super) fn certificates(
    files: &[PathBuf],
) -> Result<Vec<CertificateInput>, ReadCertificateError> {
    let certificates = files.iter().map(|file| {
        let certificate = Certificate::read(file)?;
        Ok(input(&certificate, certificate.label(), CertificateScope::ALL, None))
    });
    certificates.collect()
}

/// Types and statuses as the hub is asked.
pub(super) fn pairs(documents: &[AllowedDocument]) -> Vec<(i32, i32)> {
    documents.iter().map(|d| (d.certificate_type, d.certificate_status)).collect()
}

fn registration(args: &ConnectionAddArgs) -> Result<Registration, ConnectionError> {
    Ok(Registration {
        code: args.code.clone(),
        name: args.name.clone(),
        mode: if args.live { ConnectionMode::Live } else { ConnectionMode::Test },
        serves: args.serves.clone(),
        accepts: pairs(&args.accepts),
        certificates: certificates(&args.certificates)?,
    })
}

fn input(
    certificate: &Certificate,
    label: &str,
    scope: CertificateScope,
    not_after: Option<Timestamp>,
) -> CertificateInput {
    let end = certificate.not_after();
    CertificateInput {
        label: label.to_owned(),
        fingerprint: certificate.fingerprint().to_string(),
        scope: scope.to_string(),
        not_before_ms: certificate.not_before().as_millis(),
        not_after_ms: not_after.map_or(end, |sooner| sooner.min(end)).as_millis(),
    }
}

pub(super) fn list(connections: &[ConnectionView]) -> String {
    let heads = ["code", "name", "mode", "state", "serves", "certificates", "waiting"];
    let mut table = Table::new(&heads);
    for connection in connections {
        let certificates = connection.certificates.iter().filter(|c| c.removed.is_none()).count();
        table.row(&[
            &connection.code,
            &connection.name,
            &connection.mode,
            state(connection),
            &connection.serves.join(","),
            &certificates.to_string(),
            &connection.pending.to_string(),
        ]);
    }
    table.render()
}

pub(super) fn show(connection: &ConnectionView) -> String {
    let accepts = connection.accepts.iter().map(|(kind, status)| format!("{kind}/{status}"));
    let accepts = accepts.collect::<Vec<_>>().join(", ");
    let mut table = Table::new(&["code", &connection.code]);
    table.row(&["name", &connection.name]);
    table.row(&["mode", &connection.mode]);
    table.row(&["state", state(connection)]);
    table.row(&["serves", &connection.serves.join(", ")]);
    table.row(&["accepts", &accepts]);
    setting::show(&mut table, connection);
    table.row(&["registered", &connection.added]);
    table.row(&["waiting", &connection.pending.to_string()]);
    if let Some(delivery) = &connection.delivery {
        show_delivery(&mut table, delivery);
    }
    let mut text = table.render();
    for certificate in &connection.certificates {
        text += "\n\n";
        text += &show_certificate(certificate);
    }
    if !connection.told.is_empty() {
        text += "\n\n";
        text += &connection.told;
    }
    text
}

/// How bringing to it goes.
fn show_delivery(table: &mut Table, delivery: &DeliveryView) {
    let state = match (delivery.breaker.as_str(), &delivery.probe) {
        (_, Some(probe)) => format!("away, tried again at {probe}"),
        ("probing", _) => "away, being tried".to_owned(),
        _ => "called".to_owned(),
    };
    table.row(&["endpoint", &state]);
    let DeliveryView { succeeded, failed, open_calls, .. } = delivery;
    let calls = format!("{succeeded} succeeded, {failed} failed, {open_calls} open");
    table.row(&["calls", &calls]);
    if let Some(at) = &delivery.last_failure {
        table.row(&["last failure", &format!("{at}: {}", delivery.last_error)]);
    }
    if delivery.given_up > 0 {
        let given_up = format!("{}, the last: {}", delivery.given_up, delivery.last_given_up);
        table.row(&["reports given up", &given_up]);
    }
    if let Some(at) = &delivery.next {
        table.row(&["next call", at]);
    }
}

fn show_certificate(certificate: &CertificateView) -> String {
    let mut table = Table::new(&["certificate", &certificate.fingerprint]);
    table.row(&["label", &certificate.label]);
    table.row(&["scope", &certificate.scope]);
    table.row(&["valid", &format!("{} to {}", certificate.not_before, certificate.not_after)]);
    table.row(&["registered", &certificate.added]);
    if let Some(removed) = &certificate.removed {
        table.row(&["removed", removed]);
    }
    table.render()
}

fn state(connection: &ConnectionView) -> &'static str {
    if connection.enabled { "enabled" } else { "disabled" }
}

/// Why nothing was done about connections.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The hub refused, or cannot be reached.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] ReadCertificateError),
}
