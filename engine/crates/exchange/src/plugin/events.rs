//! The stream of events as plugins see it: a view of the hub's own, without what is others'.

use phytohub_domain::{ConnectionMode, HubDeliveryNumber, TrackingInfo};
use phytohub_store::{HELD_DETAIL, ReadError, Store, StoredEnvelope, StoredEvent};
use phytohub_telemetry::EventKind;
use tokio::sync::watch;

use super::act::Sight;
use super::message::{PluginActor, PluginError, PluginEvent, PluginEventKind, PluginEvents};
use crate::{CallError, Hub, blocking};

impl Hub {
    /// At most `limit` events after a place that the plugin may see and whose bit is in `mask`.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn plugin_events(
        &self,
        actor: &PluginActor,
        after: u64,
        limit: usize,
        mask: u32,
    ) -> Result<PluginEvents, PluginError> {
        let view = View {
            store: self.inner.store.clone(),
            sight: self.sight(actor),
            codes: actor.act_as.iter().map(|code| code.as_str().to_owned()).collect(),
            mask,
        };
        let last = *self.inner.store.event_sequence().borrow();
        Ok(blocking::read(move || view.events(after, last, limit)).await?)
    }

    /// The place of the last event on disk; changes with every commit that has one.
    #[must_use]
    pub fn plugin_event_sequence(&self) -> watch::Receiver<u64> {
        self.inner.store.event_sequence()
    }
}

struct View {
    store: Store,
    sight: Sight,
    codes: Vec<String>,
    mask: u32,
}

impl View {
    fn events(&self, after: u64, last: u64, limit: usize) -> Result<PluginEvents, CallError> {
        let (mut seen, mut looked_at) = (PluginEvents { reached: after, ..Default::default() }, 0);
        while seen.reached < last && seen.events.len() < limit && looked_at < LOOKED_AT_MAX {
            let page = self.store.events(seen.reached + 1, PAGE)?;
            if page.is_empty() {
                break;
            }
            for stored in page {
                // What came after is for the next call, which is told of it.
                if stored.sequence > last || seen.events.len() >= limit {
                    break;
                }
                seen.reached = stored.sequence;
                looked_at += 1;
                seen.events.extend(self.event(&stored)?);
            }
        }
        seen.more = seen.reached < last;
        Ok(seen)
    }

    fn event(&self, stored: &StoredEvent) -> Result<Option<PluginEvent>, CallError> {
        let event = &stored.event;
        let Some((kind, state, message)) = meaning(stored) else { return Ok(None) };
        let Some(number) = event.envelope.filter(|_| self.mask & kind.bit() != 0) else {
            return Ok(None);
        };
        let envelope = match self.store.envelope_record(number) {
            Ok(envelope) => envelope,
            Err(error @ ReadError::Database(_)) => return Err(error.into()),
            Err(error) => {
                // One unreadable record must not stop the stream for ever.
                tracing::error!(%number, %error, "an event is told without its envelope");
                None
            }
        };
        let visible = match &envelope {
            Some(envelope) => self.sight.sees(envelope, self.store.is_awaited(number)),
            None => self.sees_removed(stored, kind),
        };
        if !visible || kind == PluginEventKind::Released && !self.is_first(stored, number)? {
            return Ok(None);
        }
        Ok(Some(told(stored, envelope.as_ref(), number, (kind, state, message))))
    }

    /// Of an envelope that was removed, the event itself tells whose it was.
    fn sees_removed(&self, stored: &StoredEvent, kind: PluginEventKind) -> bool {
        let own = |code: &String| self.codes.contains(code);
        let refused = kind == PluginEventKind::Refused;
        self.sight.sees_all()
            || own(&stored.event.from)
            || own(&stored.event.actor.name)
            || !refused && own(&stored.event.to)
    }

    fn is_first(&self, stored: &StoredEvent, number: HubDeliveryNumber) -> Result<bool, CallError> {
        let history = self.store.history(number)?;
        let mut releases = history.iter().filter(|one| is_release(one.event.kind));
        Ok(releases.next().is_none_or(|first| first.sequence >= stored.sequence))
    }
}

const fn is_release(kind: EventKind) -> bool {
    matches!(kind, EventKind::ContentReleased | EventKind::EnvelopeHandedOver)
}

/// What an event means to plugins: kind, state after it, and the words that came with it.
fn meaning(stored: &StoredEvent) -> Option<(PluginEventKind, TrackingInfo, &str)> {
    use {PluginEventKind as Kind, TrackingInfo as Info};
    let detail = stored.event.detail.as_str();
    Some(match stored.event.kind {
        // It is not accepted as long as a plugin may still refuse it.
        EventKind::EnvelopeAccepted if detail.starts_with(HELD_DETAIL) => return None,
        EventKind::EnvelopeAccepted | EventKind::EnvelopeValidated => {
            (Kind::Accepted, Info::PendingDelivery, "")
        }
        EventKind::EnvelopeRejected | EventKind::EnvelopeRefused => {
            (Kind::Refused, Info::FailedDelivery, detail)
        }
        EventKind::EnvelopeAcknowledged => {
            let (state, message) = detail.split_once(' ').unwrap_or((detail, ""));
            (Kind::Acknowledged, state.parse().unwrap_or(Info::Delivered), message)
        }
        EventKind::EnvelopeFailed => (Kind::Failed, Info::FailedDelivery, detail),
        EventKind::EnvelopeExpired => (Kind::Expired, Info::FailedDelivery, detail),
        kind if is_release(kind) => (Kind::Released, Info::PendingDelivery, ""),
        _ => return None,
    })
}

fn told(
    stored: &StoredEvent,
    envelope: Option<&StoredEnvelope>,
    number: HubDeliveryNumber,
    (kind, state, message): (PluginEventKind, TrackingInfo, &str),
) -> PluginEvent {
    let event = &stored.event;
    PluginEvent {
        kind,
        sequence: stored.sequence,
        at: stored.at,
        state,
        certificate_type: envelope.map_or(0, |envelope| envelope.certificate_type),
        certificate_status: envelope.map_or(0, |envelope| envelope.certificate_status),
        number,
        from: event.from.clone(),
        to: event.to.clone(),
        nppo_certificate_number: envelope
            .map(|envelope| envelope.nppo_certificate_number.clone())
            .unwrap_or_default(),
        message: message.to_owned(),
        response: envelope.is_some_and(|envelope| envelope.response),
        test: event.mode == Some(ConnectionMode::Test),
        copy: envelope.is_some_and(|envelope| envelope.copy_of.is_some()),
    }
}

/// Events read at once.
const PAGE: usize = 256;
/// Events that one call looks at, however few of them are the plugin's.
const LOOKED_AT_MAX: usize = 4096;
