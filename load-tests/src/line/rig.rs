//! One hub with both countries, or two with one each and a line between them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use phytohub_client::QuicClient;

use super::Plan;
use crate::Failure;
use crate::compare::{quic_client, unlimited};
use crate::hub::{Hub, Site};
use crate::speed::Cost;

/// Hubs, and the systems that call them: NO sends to LK.
pub(super) struct Rig {
    /// The sender's first.
    hubs: Vec<(Site, Hub)>,
    pub(super) sender: QuicClient,
    pub(super) recipient: QuicClient,
}

impl Rig {
    /// One hub.
    pub(super) fn alone(plan: &Plan, dir: &Path) -> Result<Self, Failure> {
        let one = start(&plan.hub, &dir.join("alone"), &["NO", "LK"])?;
        let address = address(&one.1)?;
        let sender = quic_client(&one.0, address, "NO")?;
        let recipient = quic_client(&one.0, address, "LK")?;
        Ok(Self { hubs: vec![one], sender, recipient })
    }

    /// Two hubs, each of which knows the other.
    pub(super) fn linked(plan: &Plan, dir: &Path) -> Result<Self, Failure> {
        let north = start(&plan.hub, &dir.join("north"), &["NO"])?;
        let south = start(&plan.hub, &dir.join("south"), &["LK"])?;
        join(&north, &south, ("NO", "LK"))?;
        join(&south, &north, ("LK", "NO"))?;
        let sender = quic_client(&north.0, address(&north.1)?, "NO")?;
        let recipient = quic_client(&south.0, address(&south.1)?, "LK")?;
        Ok(Self { hubs: vec![north, south], sender, recipient })
    }

    /// CPU of each hub since its start.
    pub(super) fn costs(&self) -> Vec<Duration> {
        self.hubs.iter().map(|(_, hub)| Cost::of(hub.id()).cpu).collect()
    }

    /// What lies in inboxes though all was acknowledged, in words.
    pub(super) fn left_over(&self) -> Result<Vec<String>, Failure> {
        let mut wrong = Vec::new();
        for (at, (site, _)) in self.hubs.iter().enumerate() {
            let connections = site.ask(&["connection", "list"])?;
            for connection in connections.as_array().into_iter().flatten() {
                let pending = connection["pending"].as_u64().unwrap_or_default();
                if pending > 0 {
                    let code = &connection["code"];
                    wrong.push(format!("hub {at} holds {pending} envelopes for {code}"));
                }
            }
        }
        Ok(wrong)
    }
}

fn start(program: &Path, dir: &Path, codes: &[&str]) -> Result<(Site, Hub), Failure> {
    let site = Site::init(program, dir, codes)?;
    site.open_quic()?;
    unlimited(&site)?;
    let hub = site.start(None)?;
    Ok((site, hub))
}

fn address(hub: &Hub) -> Result<SocketAddr, Failure> {
    Ok(hub.quic().ok_or("the hub has no door over QUIC")?)
}

/// Has a hub know another one, and the country on its side.
fn join(
    (site, _): &(Site, Hub),
    (other, running): &(Site, Hub),
    (ours, theirs): (&str, &str),
) -> Result<(), Failure> {
    let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
    let (shown, authority) = (text(other.pki().join("push.pem")), text(other.pki().join("ca.pem")));
    let url = format!("quic://{}", address(running)?);
    let name = format!("NPPO of {theirs}");
    site.ask(&["connection", "add", theirs, "--name", &name, "--test"])?;
    let sides = ["--ours", ours, "--theirs", theirs, "--certificate", &shown];
    let add = ["link", "add", "XX-HUB", "--name", "the other hub", "--test"];
    site.ask(&[&add[..], &sides].concat())?;
    let push = ["--push", &url, "--push-ca", &authority, "--push-private"];
    site.ask(&[&["connection", "set", "XX-HUB"][..], &push].concat())?;
    Ok(())
}
