//! What connections may know of each other.

use phytohub_domain::{AllowedDocument, Connection, Right};
use phytohub_wire::soap::{AllowedDocumentRow, Channel, Nppo};

use crate::{CallError, Caller, Hub};

impl Hub {
    /// `GetActiveNppos`: the enabled connections of the caller's mode.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_active_nppos(&self, caller: &Caller) -> Result<Vec<Nppo>, CallError> {
        caller.may(Right::Read)?;
        let registry = self.inner.registry.load();
        let active = registry
            .connections()
            .into_iter()
            .filter(|connection| connection.enabled && connection.mode == caller.connection.mode);
        Ok(active.map(|connection| nppo(connection)).collect())
    }

    /// `GetProfile`: the caller itself.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_profile(&self, caller: &Caller) -> Result<Nppo, CallError> {
        caller.may(Right::Read)?;
        Ok(nppo(&caller.connection))
    }

    /// `GetAvailableChannels`: none are registered with this version of the hub.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_available_channels(&self, caller: &Caller) -> Result<Vec<Channel>, CallError> {
        caller.may(Right::Read)?;
        Ok(Vec::new())
    }
}

/// A real client gives up its whole refresh for one field that is missing: all are filled, and a
/// connection that accepts everything shows the pairs that everybody exchanges.
fn nppo(connection: &Connection) -> Nppo {
    Nppo {
        country: connection.code.as_str().to_owned(),
        receive: connection.enabled && connection.receives,
        send: connection.enabled && connection.sends,
        allowed_documents: connection.allowed_documents.iter().map(document).collect(),
        signature: None,
        channel_rules: Vec::new(),
    }
}

fn document(pair: &AllowedDocument) -> AllowedDocumentRow {
    let type_value = match pair.certificate_type {
        657 => "Phytosanitary re-export certificate",
        851 => "Phytosanitary certificate",
        852 => "Sanitary certificate",
        853 => "Veterinary certificate",
        _ => "Other document",
    };
    let status_value = match pair.certificate_status {
        39 => "Approved",
        40 => "Withdrawn",
        41 => "Rejected",
        70 => "Issued",
        _ => "Other status",
    };
    AllowedDocumentRow {
        certificate_type: pair.certificate_type,
        type_value: type_value.into(),
        certificate_status: pair.certificate_status,
        status_value: status_value.into(),
        active: true,
    }
}
