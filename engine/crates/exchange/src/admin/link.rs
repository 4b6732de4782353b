//! Other hubs, and who lies on which side of the lines to them.

use phytohub_domain::{ConnectionCode, ConnectionKind, Link};
use phytohub_telemetry::{Actor, EventKind};
use serde::{Deserialize, Serialize};

use super::connection::{NewConnection, connection_event};
use super::{AdminError, AdminReply, CertificateInput, parse};
use crate::Hub;
use crate::route::check_link;

/// Something that the operator wants of other hubs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "built by the commands")]
pub enum LinkRequest {
    /// Register another hub, with the connections on either side of the line to it.
    Add {
        /// Its code.
        code: String,
        /// Its name, for people.
        name: String,
        /// `live` or `test`.
        mode: String,
        /// Who lies on which side.
        sides: LinkSides,
        /// Its certificates.
        certificates: Vec<CertificateInput>,
    },
    /// Name the connections on either side of the line to a hub anew.
    Set {
        /// The hub's code.
        code: String,
        /// In place of those before.
        sides: LinkSides,
    },
}

/// The sides of the line to another hub.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a line has two sides")]
pub struct LinkSides {
    /// Codes of the connections of this hub that use it.
    pub ours: Vec<String>,
    /// Codes of the connections that are reached over it.
    pub theirs: Vec<String>,
}

impl Hub {
    pub(super) async fn link_request(
        &self,
        actor: Actor,
        request: LinkRequest,
    ) -> Result<AdminReply, AdminError> {
        match request {
            LinkRequest::Add { code, name, mode, sides, certificates } => {
                self.link_add(actor, (code, name, mode), sides, certificates).await
            }
            LinkRequest::Set { code, sides } => self.link_set(actor, &code, sides).await,
        }
    }

    async fn link_add(
        &self,
        actor: Actor,
        (code, name, mode): (String, String, String),
        sides: LinkSides,
        certificates: Vec<CertificateInput>,
    ) -> Result<AdminReply, AdminError> {
        let link = Some(link(&sides)?);
        let (kind, serves, accepts) = (ConnectionKind::Hub, Vec::new(), Vec::new());
        let new = NewConnection { code, name, kind, mode, serves, accepts, link };
        self.connection_add(actor, new, certificates).await
    }

    /// What waits for the line goes on waiting for it, whichever side its parties are on now.
    async fn link_set(
        &self,
        actor: Actor,
        code: &str,
        sides: LinkSides,
    ) -> Result<AdminReply, AdminError> {
        let link = link(&sides)?;
        self.change_connection(code, |connection, registry| {
            if connection.kind != ConnectionKind::Hub {
                return Err(invalid(format!("{} is no hub", connection.code)));
            }
            check_link(registry, connection, &link).map_err(invalid)?;
            let detail = format!("{} -> {}", words(&connection.link), words(&link));
            connection.link = link;
            Ok(connection_event(EventKind::ConnectionChanged, actor, connection, detail))
        })
        .await
    }
}

pub(super) fn invalid(problem: String) -> AdminError {
    AdminError::Invalid { what: "link", problem }
}

/// The sides of a line in words.
pub(super) fn words(link: &Link) -> String {
    let codes = |codes: &[ConnectionCode]| {
        codes.iter().map(ConnectionCode::as_str).collect::<Vec<_>>().join(",")
    };
    format!("ours={} theirs={}", codes(&link.ours), codes(&link.theirs))
}

/// Codes, each once, in their order.
fn link(sides: &LinkSides) -> Result<Link, AdminError> {
    let codes = |codes: &[String]| -> Result<Vec<ConnectionCode>, AdminError> {
        if codes.is_empty() || codes.len() > CODES_MAX {
            return Err(invalid(format!("each side has 1 to {CODES_MAX} connections")));
        }
        let mut read = Vec::with_capacity(codes.len());
        for code in codes {
            read.push(parse("code", code)?);
        }
        read.sort();
        read.dedup();
        Ok(read)
    };
    Ok(Link { ours: codes(&sides.ours)?, theirs: codes(&sides.theirs)? })
}

/// Twice the countries that there are.
const CODES_MAX: usize = 512;
