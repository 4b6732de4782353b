//! Other hubs, and who lies on which side of the lines to them.

use std::sync::Arc;

use phytohub_domain::{Connection, ConnectionCode, ConnectionKind, Link};
use phytohub_telemetry::{Actor, Event, EventKind};
use serde::{Deserialize, Serialize};

use super::connection::{NewConnection, connection_event};
use super::{AdminError, AdminReply, CertificateInput, ConnectionView, find, parse};
use crate::Hub;
use crate::link::Rerouting;
use crate::registry::Registry;
use crate::route::{check_link, has_system};

/// Something that the operator wants of other hubs. Where `fail_waiting` is not said, nothing is
/// changed if envelopes that wait could go nowhere then.
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
        /// Whether what can go nowhere fails.
        #[serde(default)]
        fail_waiting: bool,
    },
    /// Name the connections on either side of the line to a hub anew.
    Set {
        /// The hub's code.
        code: String,
        /// In place of those before.
        sides: LinkSides,
        /// Whether what can go nowhere fails.
        #[serde(default)]
        fail_waiting: bool,
    },
    /// Reach a connection over another line than before, or over none.
    Move {
        /// The connection's code.
        connection: String,
        /// The hub over which it is reached from now on; over none if absent.
        to: Option<String>,
        /// Whether what can go nowhere fails.
        #[serde(default)]
        fail_waiting: bool,
    },
    /// Let nothing more go over the line to a hub. It still reports, and is reported to.
    Remove {
        /// The hub's code.
        code: String,
        /// Whether what can go nowhere fails.
        #[serde(default)]
        fail_waiting: bool,
    },
}

/// A line that was changed, and what came of what waited.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkDone {
    /// The hubs whose lines changed, as they now are.
    pub hubs: Vec<ConnectionView>,
    /// Envelopes that wait somewhere else now.
    pub moved: u64,
    /// Envelopes that failed, with a message to their senders.
    pub failed: u64,
    /// Envelopes that the other hub has: it reports on them as before.
    pub handed_over: u64,
    /// The same for people, with what else is to be known.
    pub told: String,
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
        let _changing = self.inner.registry_change.lock().await;
        let registry = self.inner.registry.load_full();
        let (hubs, fail_waiting) = match request {
            LinkRequest::Add { code, name, mode, sides, certificates, fail_waiting } => {
                let link = Some(link(&sides)?);
                let (kind, serves, accepts) = (ConnectionKind::Hub, Vec::new(), Vec::new());
                let new = NewConnection { code, name, kind, mode, serves, accepts, link };
                let added = self.new_connection(&registry, &actor, new, certificates)?;
                (vec![added], fail_waiting)
            }
            LinkRequest::Set { code, sides, fail_waiting } => {
                let (hub, link) = (find_hub(&registry, &code)?, link(&sides)?);
                check_link(&registry, &hub, &link).map_err(invalid)?;
                (vec![with_sides(&actor, hub, link)], fail_waiting)
            }
            LinkRequest::Move { connection, to, fail_waiting } => {
                let hubs = moved(&registry, &actor, &connection, to.as_deref())?;
                (hubs, fail_waiting)
            }
            LinkRequest::Remove { code, fail_waiting } => {
                let hub = find_hub(&registry, &code)?;
                (vec![with_sides(&actor, hub, Link::default())], fail_waiting)
            }
        };
        self.relink(actor, &registry, hubs, fail_waiting).await
    }

    /// Puts hubs with other sides in force, and sends on what waits: on disk first. To be called with
    /// the change of the registry locked.
    async fn relink(
        &self,
        actor: Actor,
        before: &Registry,
        hubs: Vec<(Connection, Vec<Event>)>,
        fail_waiting: bool,
    ) -> Result<AdminReply, AdminError> {
        let (mut changed, mut inboxes) = (before.clone(), Vec::new());
        for (hub, _) in &hubs {
            changed.put(hub.clone());
            inboxes.push(hub.id);
            // Named once more, it is looked at once more: a crash may have come before the move.
            let theirs = hub.link.theirs.iter().filter_map(|code| before.connection(code));
            inboxes.extend(theirs.map(|connection| connection.id));
        }
        let left = left(before, &changed, &hubs);
        let changed = Arc::new(changed);
        // Nothing is accepted or handed over until what waits was moved.
        let standing = self.inner.standing.write().await;
        let found = self.rerouting(&changed, inboxes).await?;
        if let Some((_, reason)) = found.fails.first()
            && !fail_waiting
        {
            return Err(stranded(found.fails.len(), reason));
        }
        let views: Vec<Connection> = hubs.iter().map(|(hub, _)| hub.clone()).collect();
        for (hub, events) in hubs {
            self.inner.store.put_connection(hub, events).await?;
        }
        self.inner.registry.store(changed);
        self.inner.lanes.terms_changed();
        let moved = self.move_on(found.moves, &actor).await?;
        drop(standing);
        let failed = self.fail_all(found.fails, &actor).await?;
        let mut done = LinkDone {
            hubs: views.iter().map(|hub| self.view(hub)).collect(),
            moved,
            failed,
            handed_over: found.handed_over,
            told: String::new(),
        };
        done.told = told(&done, found.stays, &left);
        Ok(AdminReply::LinkDone(Box::new(done)))
    }

    /// What a line that is closed means for what lies in its inbox; empty while it is open.
    pub(super) async fn closed_line(&self, hub: &Connection) -> Result<String, AdminError> {
        let push = hub.push.as_ref().is_some_and(|push| push.envelopes);
        if hub.kind != ConnectionKind::Hub || hub.enabled && hub.receives && push {
            return Ok(String::new());
        }
        let registry = self.inner.registry.load_full();
        let found = self.rerouting(&registry, vec![hub.id]).await?;
        let Rerouting { stays, handed_over, .. } = found;
        let (code, mut words) = (&hub.code, Vec::new());
        if stays > 0 {
            let open = hub.enabled && hub.receives;
            let until = if open { "that hub fetches them" } else { "it is open again" };
            words.push(format!(
                "{stays} envelopes wait for the line to {code}, and go on waiting until {until}; \
                 'phytohub link move' or 'phytohub link remove' sends them another way"
            ));
        }
        if handed_over > 0 {
            let heard = if hub.enabled { "it goes on" } else { "it is not heard while disabled" };
            words.push(format!(
                "{handed_over} envelopes were handed over to {code}, which has to report on them: \
                 {heard}"
            ));
        }
        Ok(words.join("\n"))
    }
}

/// A hub with other sides, and the event of that.
fn with_sides(actor: &Actor, mut hub: Connection, link: Link) -> (Connection, Vec<Event>) {
    let detail = format!("{} -> {}", words(&hub.link), words(&link));
    hub.link = link;
    let event = connection_event(EventKind::ConnectionChanged, actor.clone(), &hub, detail);
    (hub, vec![event])
}

/// The hubs with the sides that they have once a connection is reached over another line, or over
/// none: that which gets it first, so that a crash between the two leaves nothing without a way.
fn moved(
    registry: &Registry,
    actor: &Actor,
    connection: &str,
    to: Option<&str>,
) -> Result<Vec<(Connection, Vec<Event>)>, AdminError> {
    let code = find(registry, connection)?.code.clone();
    let to = to.map(|to| find_hub(registry, to)).transpose()?;
    let others = registry.connections().into_iter().filter(|other| {
        other.kind == ConnectionKind::Hub
            && other.link.theirs.contains(&code)
            && to.as_ref().is_none_or(|to| to.id != other.id)
    });
    let mut without = registry.clone();
    let mut left = Vec::new();
    for other in others {
        let mut link = other.link.clone();
        link.theirs.retain(|known| *known != code);
        let changed = with_sides(actor, Connection::clone(other), link);
        without.put(changed.0.clone());
        left.push(changed);
    }
    let mut hubs = Vec::new();
    if let Some(to) = to {
        let mut link = to.link.clone();
        if link.ours.is_empty() {
            let problem = "nobody on this side uses its line: 'phytohub link set' names both sides";
            return Err(invalid(format!("{}: {problem}", to.code)));
        }
        link.theirs.push(code);
        link.theirs.sort();
        link.theirs.dedup();
        check_link(&without, &to, &link).map_err(invalid)?;
        hubs.push(with_sides(actor, to, link));
    } else if left.is_empty() {
        return Err(invalid(format!("{code} is reached over no line")));
    }
    hubs.extend(left);
    Ok(hubs)
}

fn find_hub(registry: &Registry, code: &str) -> Result<Connection, AdminError> {
    let found = find(registry, code)?;
    if found.kind == ConnectionKind::Hub {
        return Ok(Connection::clone(&found));
    }
    Err(invalid(format!("{code} is no hub")))
}

/// Those that were reached over a line, are reached over none now, and have no system here.
fn left(
    before: &Registry,
    changed: &Registry,
    hubs: &[(Connection, Vec<Event>)],
) -> Vec<ConnectionCode> {
    let known = hubs.iter().filter_map(|(hub, _)| before.connection(&hub.code));
    let theirs = known.flat_map(|hub| hub.link.theirs.iter());
    let left = theirs.filter(|code| {
        changed.hub_of(code).is_none() && before.connection(code).is_some_and(|c| !has_system(c))
    });
    left.cloned().collect()
}

fn stranded(count: usize, reason: &str) -> AdminError {
    invalid(format!(
        "{count} envelopes wait that could go nowhere then, and nothing was changed. With \
         --fail-waiting they fail, and their senders read why; 'phytohub link move' takes a \
         connection to another line with all that waits for it. The first: {reason}"
    ))
}

fn told(done: &LinkDone, stays: u64, left: &[ConnectionCode]) -> String {
    let LinkDone { moved, failed, handed_over, .. } = done;
    let mut words = Vec::new();
    if *moved > 0 {
        words.push(format!("{moved} envelopes that waited go another way now"));
    }
    if *failed > 0 {
        words.push(format!("{failed} envelopes failed, and their senders read why"));
    }
    if stays > 0 {
        words.push(format!("{stays} envelopes wait as before"));
    }
    if *handed_over > 0 {
        words.push(format!(
            "{handed_over} envelopes were handed over before or are being so: nothing changes for \
             them, and what became of them is still reported, as long as that hub is enabled"
        ));
    }
    if words.is_empty() {
        words.push("nothing waited".to_owned());
    }
    for code in left {
        words.push(format!(
            "{code} has no system at this hub: what is sent to it from now on waits here; register \
             its certificate, or 'phytohub connection disable {code}'"
        ));
    }
    words.join("\n")
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
