//! What connections may know of each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{
    AllowedDocument, ChannelRule, Connection, ConnectionKind, Direction, Right, RuleType,
    SigningCertificate,
};
use phytohub_wire::soap::{
    self, AllowedDocumentRow, Channel, ChannelRuleType, Direction as DirectionWord, Nppo, Signature,
};

use crate::registry::Registry;
use crate::{CallError, Caller, Hub};

impl Hub {
    /// `GetActiveNppos`: the enabled connections of the caller's mode that are no channels, each
    /// with the standing orders that are followed.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_active_nppos(&self, caller: &Caller) -> Result<Vec<Nppo>, CallError> {
        caller.may(Right::Read)?;
        let registry = self.inner.registry.load();
        let active = active(&registry, caller, ConnectionKind::Nppo);
        Ok(active.map(|connection| nppo(&registry, connection, |rule| rule.active)).collect())
    }

    /// `GetProfile`: the caller itself, with all its standing orders, ended ones included.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_profile(&self, caller: &Caller) -> Result<Nppo, CallError> {
        caller.may(Right::Read)?;
        Ok(nppo(&self.inner.registry.load(), &caller.connection, |_| true))
    }

    /// `GetAvailableChannels`: the enabled channels of the caller's mode.
    ///
    /// # Errors
    /// If the caller may not read.
    pub async fn get_available_channels(&self, caller: &Caller) -> Result<Vec<Channel>, CallError> {
        caller.may(Right::Read)?;
        let registry = self.inner.registry.load();
        let channels = active(&registry, caller, ConnectionKind::Channel);
        Ok(channels
            .map(|channel| Channel {
                code: channel.code.as_str().to_owned(),
                name: channel.name.clone(),
                receive: channel.receives,
                send: channel.sends,
            })
            .collect())
    }
}

/// The enabled connections of one kind that a caller may know of.
fn active<'r>(
    registry: &'r Registry,
    caller: &Caller,
    kind: ConnectionKind,
) -> impl Iterator<Item = &'r Connection> {
    let mode = caller.connection.mode;
    let all = registry.connections().into_iter().map(AsRef::as_ref);
    all.filter(move |connection: &&Connection| {
        connection.enabled && connection.mode == mode && connection.kind == kind
    })
}

/// A real client gives up its whole refresh for one field that is missing: all are filled. The
/// signing certificate alone may be absent, and then its element is too.
fn nppo(
    registry: &Registry,
    connection: &Connection,
    picks: impl Fn(&ChannelRule) -> bool,
) -> Nppo {
    let rules = registry.rules_of(connection.id).iter().filter(|rule| picks(rule));
    Nppo {
        country: connection.code.as_str().to_owned(),
        receive: connection.enabled && connection.receives,
        send: connection.enabled && connection.sends,
        allowed_documents: connection.allowed_documents.iter().map(document).collect(),
        signature: connection.signing.as_ref().map(signature),
        channel_rules: rules.map(|rule| channel_rule(rule)).collect(),
    }
}

fn signature(signing: &SigningCertificate) -> Signature {
    Signature { dn: signing.dn.clone(), certificate: STANDARD.encode(&signing.der) }
}

fn channel_rule(rule: &ChannelRule) -> soap::ChannelRule {
    soap::ChannelRule {
        // A hub holds a few thousand rules at most.
        id: i32::try_from(rule.id).unwrap_or(i32::MAX),
        active: rule.active,
        rule_type: match rule.rule_type {
            RuleType::Forward => ChannelRuleType::Forward,
            RuleType::Delegate => ChannelRuleType::Delegate,
        },
        certificate_type: rule.certificate_type,
        certificate_status: rule.certificate_status,
        country_code: rule.country_code.clone(),
        direction: match rule.direction {
            Direction::Out => DirectionWord::Out,
            Direction::Inc => DirectionWord::Inc,
        },
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
