//! Takes a request's body in, within its limits and the budget.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use phytohub_domain::Limits;
use phytohub_exchange::FairUseExceeded;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::budget::{Admission, Place, Share};
use crate::buffer::{Buffer, Upload, share_of};

/// Reads a body to its end. `meter` is told of each part as it arrives.
pub(super) async fn read(
    incoming: &mut Incoming,
    declared: usize,
    admission: &Arc<Admission>,
    (place, meter): (&Place, impl Fn(usize) -> Result<(), FairUseExceeded>),
    limits: &Limits,
) -> Result<Upload, Refusal> {
    let mut buffer = Buffer::new(admission, declared);
    loop {
        let frame = timeout(limits.idle_time, incoming.frame())
            .await
            .map_err(|_| Refusal::Idle { seconds: limits.idle_time.as_secs() })?;
        let Some(frame) = frame else {
            return Ok(buffer.finish());
        };
        // Trailers say nothing to us.
        let Ok(data) = frame.map_err(Refusal::Body)?.into_data() else { continue };
        let total = buffer.len.saturating_add(data.len());
        if total > limits.request_bytes {
            return Err(Refusal::TooLarge { limit: limits.request_bytes });
        }
        meter(data.len())?;
        if share_of(total) == Share::Bulk {
            place.check(limits, Share::Bulk)?;
        }
        buffer.push(&data, limits)?;
    }
}
