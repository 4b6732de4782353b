//! Switches, endpoint, windows and limits of a connection, for the operator.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{
    AllowedDocument, Connection, ConnectionKind, MaintenanceWindow, PushEndpoint, ServerTrust,
    SigningCertificate, Timestamp,
};
use phytohub_telemetry::{Actor, EventKind};

use super::connection::{connection_event, countries};
use super::{
    AdminError, AdminReply, ConnectionChanges, PushInput, SigningInput, TrustInput, parse,
};
use crate::Hub;

impl Hub {
    pub(super) async fn connection_change(
        &self,
        actor: Actor,
        code: &str,
        changes: ConnectionChanges,
    ) -> Result<AdminReply, AdminError> {
        self.change_connection(code, |connection, _| {
            let before = connection.clone();
            apply(connection, changes)?;
            let detail = difference(&before, connection);
            if detail.is_empty() {
                let problem = "nothing of it would be changed by this".to_owned();
                return Err(AdminError::Invalid { what: "connection", problem });
            }
            Ok(connection_event(EventKind::ConnectionChanged, actor, connection, detail))
        })
        .await
    }

    /// Announces that a connection's system will be away. Its mail goes on waiting for it.
    pub(super) async fn maintenance_add(
        &self,
        actor: Actor,
        code: &str,
        (from_ms, until_ms): (u64, u64),
        reason: String,
    ) -> Result<AdminReply, AdminError> {
        let now = self.clock().now();
        let (from, until) = (Timestamp::from_millis(from_ms), Timestamp::from_millis(until_ms));
        let window = MaintenanceWindow { from, until, reason };
        self.change_connection(code, |connection, _| {
            check_window(&window, now)?;
            connection.maintenance.retain(|known| known.until > now);
            if connection.maintenance.len() >= WINDOWS_MAX {
                let problem = format!("{WINDOWS_MAX} windows are announced; clear them first");
                return Err(AdminError::Invalid { what: "maintenance", problem });
            }
            let MaintenanceWindow { from, until, reason } = &window;
            let detail = format!("maintenance from {from} until {until}: {reason}");
            connection.maintenance.push(window);
            connection.maintenance.sort_by_key(|window| window.from);
            Ok(connection_event(EventKind::ConnectionChanged, actor, connection, detail))
        })
        .await
    }

    pub(super) async fn maintenance_clear(
        &self,
        actor: Actor,
        code: &str,
    ) -> Result<AdminReply, AdminError> {
        self.change_connection(code, |connection, _| {
            let detail = format!("maintenance: {} windows cleared", connection.maintenance.len());
            connection.maintenance.clear();
            Ok(connection_event(EventKind::ConnectionChanged, actor, connection, detail))
        })
        .await
    }
}

fn invalid(what: &'static str, problem: impl Into<String>) -> AdminError {
    AdminError::Invalid { what, problem: problem.into() }
}

fn apply(connection: &mut Connection, changes: ConnectionChanges) -> Result<(), AdminError> {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    if changes.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(invalid("name", "it must be a name"));
    }
    set(&mut connection.name, changes.name);
    if let Some(serves) = changes.serves {
        if serves.is_empty() && connection.kind == ConnectionKind::Nppo {
            return Err(invalid("serves", "an organization serves one country at least"));
        }
        connection.serves = countries(serves)?;
    }
    set(&mut connection.sends, changes.sends);
    set(&mut connection.receives, changes.receives);
    if let Some(accepts) = changes.accepts {
        connection.allowed_documents = documents(accepts)?;
    }
    set(&mut connection.responses, changes.responses);
    changes.signing.apply(&mut connection.signing, |input, _| signing(input))?;
    let is_hub = connection.kind == ConnectionKind::Hub;
    changes.push.apply(&mut connection.push, |input, before| push(input, before, is_hub))?;
    if let Some(push) = &mut connection.push {
        set(&mut push.envelopes, changes.push_envelopes);
        set(&mut push.tracking_updates, changes.tracking_updates);
    } else if changes.push_envelopes.is_some() || changes.tracking_updates.is_some() {
        return Err(invalid("push", "it has no service of its own: give its address first"));
    }
    let fair_use = &mut connection.fair_use;
    changes.requests_per_minute.apply(&mut fair_use.requests_per_minute, |n, _| limit(n))?;
    changes.bytes_per_minute.apply(&mut fair_use.bytes_per_minute, |n, _| limit(n))?;
    changes.pending_per_recipient.apply(&mut fair_use.pending_per_recipient, |n, _| limit(n))?;
    set(&mut connection.legal_hold, changes.legal_hold);
    Ok(())
}

fn limit<T: Default + PartialEq>(value: T) -> Result<T, AdminError> {
    let zero = value == T::default();
    let problem = "0 would shut it out: disable the connection instead";
    if zero { Err(invalid("limit", problem)) } else { Ok(value) }
}

/// Type and status pairs, each once.
pub(super) fn documents(pairs: Vec<(i32, i32)>) -> Result<Vec<AllowedDocument>, AdminError> {
    if pairs.is_empty() || pairs.len() > DOCUMENTS_MAX {
        let problem = format!(
            "1 to {DOCUMENTS_MAX} pairs of type and status; one that shall get nothing has \
             Receive switched off"
        );
        return Err(invalid("accepts", problem));
    }
    let mut documents = Vec::with_capacity(pairs.len());
    for (certificate_type, certificate_status) in pairs {
        let pair = AllowedDocument { certificate_type, certificate_status };
        if !documents.contains(&pair) {
            documents.push(pair);
        }
    }
    Ok(documents)
}

fn signing(input: SigningInput) -> Result<SigningCertificate, AdminError> {
    let der = STANDARD.decode(&input.der).ok().filter(|der| !der.is_empty());
    let der = der.ok_or_else(|| invalid("signing", "it must be a certificate in Base64"))?;
    if input.dn.is_empty() || der.len() > CERTIFICATE_BYTES_MAX {
        let problem =
            format!("its subject must have a name, and it at most {CERTIFICATE_BYTES_MAX} bytes");
        return Err(invalid("signing", problem));
    }
    Ok(SigningCertificate { dn: input.dn, der })
}

/// What is brought there, and told, stays as it was with the address before.
fn push(
    input: PushInput,
    before: Option<&PushEndpoint>,
    is_hub: bool,
) -> Result<PushEndpoint, AdminError> {
    if is_hub && !is_quic(&input.url) {
        return Err(invalid("push", "of a hub it must be quic://HOST:PORT"));
    }
    if !is_hub && !is_https(&input.url) {
        let problem = "it must be https://HOST[:PORT]/PATH, without user, query and fragment";
        return Err(invalid("push", problem));
    }
    let mut push = PushEndpoint::new(input.url);
    // A hub that hands over waits for what is reported.
    push.tracking_updates = is_hub;
    push.allow_private = input.allow_private;
    push.trust = match input.trust {
        TrustInput::Public => ServerTrust::Public,
        TrustInput::Key(key) => ServerTrust::Key(parse("push key", &key)?),
        TrustInput::Authorities(authorities) => {
            let all = authorities.iter().map(|text| STANDARD.decode(text).ok());
            let all: Option<Vec<Vec<u8>>> = all.collect();
            let all = all.filter(|all| !all.is_empty() && all.len() <= AUTHORITIES_MAX);
            let problem = format!("1 to {AUTHORITIES_MAX} certificates in Base64");
            ServerTrust::Authorities(all.ok_or_else(|| invalid("push authorities", problem))?)
        }
    };
    if let Some(before) = before {
        push.envelopes = before.envelopes;
        push.tracking_updates = before.tracking_updates;
    }
    Ok(push)
}

fn is_https(url: &str) -> bool {
    let plain = url.len() <= URL_BYTES_MAX && url.bytes().all(|b| b.is_ascii_graphic());
    let rest = url.strip_prefix("https://").filter(|_| plain);
    let host = rest.and_then(|rest| rest.split('/').next());
    let unwanted = ['@', '?', '#', '"', '<', '>', '\\'];
    host.is_some_and(|host| !host.is_empty() && !host.starts_with(':')) && !url.contains(unwanted)
}

fn is_quic(url: &str) -> bool {
    let rest = url.strip_prefix("quic://").filter(|_| url.len() <= URL_BYTES_MAX);
    let parts = rest.and_then(|rest| rest.rsplit_once(':'));
    let plain = |host: &str| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    };
    parts.is_some_and(|(host, port)| plain(host) && port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn check_window(window: &MaintenanceWindow, now: Timestamp) -> Result<(), AdminError> {
    if window.from >= window.until || window.until <= now {
        return Err(invalid("until", "it must be after --from, and still to come"));
    }
    if window.reason.trim().is_empty() || window.reason.len() > REASON_BYTES_MAX {
        let problem = format!("it must say why, in at most {REASON_BYTES_MAX} bytes");
        return Err(invalid("reason", problem));
    }
    Ok(())
}

/// What changed, in words, old value and new.
fn difference(before: &Connection, after: &Connection) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut note = |name: &str, before: String, after: String| {
        if before != after {
            words.push(format!("{name}: {before} -> {after}"));
        }
    };
    let said = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let number =
        |limit: Option<u64>| limit.map_or_else(|| "the hub's".to_owned(), |n| n.to_string());
    note("name", before.name.clone(), after.name.clone());
    note("serves", before.serves.join(","), after.serves.join(","));
    note("sends", said(before.sends), said(after.sends));
    note("receives", said(before.receives), said(after.receives));
    note("accepts", pairs(before), pairs(after));
    note("responses", said(before.responses), said(after.responses));
    note("signing", signer(before), signer(after));
    note("push", endpoint(before), endpoint(after));
    let (old, new) = (&before.fair_use, &after.fair_use);
    let requests = [old, new].map(|use_| number(use_.requests_per_minute.map(u64::from)));
    let bytes = [old, new].map(|use_| number(use_.bytes_per_minute));
    let pending = [old, new].map(|use_| number(use_.pending_per_recipient));
    for (name, [before, after]) in [
        ("requests per minute", requests),
        ("bytes per minute", bytes),
        ("pending per recipient", pending),
    ] {
        note(name, before, after);
    }
    note("legal hold", said(before.legal_hold), said(after.legal_hold));
    words.join("; ")
}

fn pairs(connection: &Connection) -> String {
    let pairs = connection.allowed_documents.iter();
    let pairs = pairs.map(|pair| format!("{}/{}", pair.certificate_type, pair.certificate_status));
    pairs.collect::<Vec<_>>().join(",")
}

fn signer(connection: &Connection) -> String {
    let Some(signing) = &connection.signing else { return "none".to_owned() };
    let hash = <sha2::Sha256 as sha2::Digest>::digest(&signing.der);
    format!("{} {}", signing.dn, phytohub_domain::Fingerprint(hash.into()))
}

fn endpoint(connection: &Connection) -> String {
    let Some(push) = &connection.push else { return "none".to_owned() };
    let trust = match &push.trust {
        ServerTrust::Key(key) => format!("key {key}"),
        ServerTrust::Authorities(authorities) => {
            let mut hasher = <sha2::Sha256 as sha2::Digest>::new();
            authorities.iter().for_each(|der| sha2::Digest::update(&mut hasher, der));
            let hash = phytohub_domain::Fingerprint(sha2::Digest::finalize(hasher).into());
            format!("{} authorities {hash}", authorities.len())
        }
        _ => "public".to_owned(),
    };
    format!(
        "{} trust={trust} private={} envelopes={} updates={}",
        push.url, push.allow_private, push.envelopes, push.tracking_updates
    )
}

/// Four times the pairs of the profile, for each of four types.
const DOCUMENTS_MAX: usize = 128;
/// A year's announced windows, one a month, with room.
const WINDOWS_MAX: usize = 16;
/// A national system's authorities: its own and the next one, with room.
const AUTHORITIES_MAX: usize = 16;
/// Certificates with large keys and long names stay far below.
const CERTIFICATE_BYTES_MAX: usize = 64 << 10;
/// Addresses that anybody typed are far below.
const URL_BYTES_MAX: usize = 2048;
/// A sentence or two.
const REASON_BYTES_MAX: usize = 1000;
