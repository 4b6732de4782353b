//! States on disk, and what a sender's endpoint is to be told of them.

use phytohub_domain::{HubDeliveryNumber, Timestamp, TrackingInfo, TrackingState};
use rkyv::{Archive, Deserialize, Serialize};

use super::{corrupt, decode, encode};
use crate::error::ReadError;

#[derive(Archive, Deserialize, Serialize)]
struct StateRecord {
    info: u8,
    changed: u64,
    message: String,
    content_released: bool,
    parked: bool,
    attempts: u32,
    next_attempt: Option<u64>,
    handed_over: Option<u64>,
    last_error: String,
    held: bool,
    content_dropped: bool,
}

/// Writes a state.
pub(crate) fn encode_state(state: &TrackingState) -> Vec<u8> {
    encode(&StateRecord {
        info: state.info as u8,
        changed: state.changed.as_millis(),
        message: state.message.clone(),
        content_released: state.content_released,
        parked: state.parked,
        attempts: state.attempts,
        next_attempt: state.next_attempt.map(Timestamp::as_millis),
        handed_over: state.handed_over.map(Timestamp::as_millis),
        last_error: state.last_error.clone(),
        held: state.held,
        content_dropped: state.content_dropped,
    })
}

/// Reads a state.
pub(crate) fn decode_state(
    number: HubDeliveryNumber,
    bytes: &[u8],
) -> Result<TrackingState, ReadError> {
    let corrupt = || corrupt("state", &number.to_bytes());
    let record = decode::<StateRecord>(bytes).ok_or_else(corrupt)?;
    let mut state = TrackingState::pending(Timestamp::from_millis(record.changed));
    state.info = TrackingInfo::from_u8(record.info).ok_or_else(corrupt)?;
    state.message = record.message;
    state.content_released = record.content_released;
    state.parked = record.parked;
    state.attempts = record.attempts;
    state.next_attempt = record.next_attempt.map(Timestamp::from_millis);
    state.handed_over = record.handed_over.map(Timestamp::from_millis);
    state.last_error = record.last_error;
    state.held = record.held;
    state.content_dropped = record.content_dropped;
    Ok(state)
}

/// A state as it was when it changed.
#[derive(Archive, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct UpdateRecord {
    number: [u8; 16],
    info: u8,
    message: String,
}

/// Writes an update.
pub(crate) fn encode_update(number: HubDeliveryNumber, state: &TrackingState) -> Vec<u8> {
    let (number, message) = (number.to_bytes(), state.message.clone());
    encode(&UpdateRecord { number, info: state.info as u8, message })
}

/// Reads an update: whose state, and what it was.
pub(crate) fn decode_update(
    key: &[u8],
    bytes: &[u8],
) -> Result<(HubDeliveryNumber, TrackingInfo, String), ReadError> {
    let corrupt = || corrupt("update", key);
    let record = decode::<UpdateRecord>(bytes).ok_or_else(corrupt)?;
    let info = TrackingInfo::from_u8(record.info).ok_or_else(corrupt)?;
    Ok((HubDeliveryNumber::from_bytes(record.number), info, record.message))
}
