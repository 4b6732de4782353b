//! `[fair_use]`: how much one connection may ask for, unless it has limits of its own.

use phytohub_exchange::Policy;
use serde::{Deserialize, Serialize};

/// `[fair_use]`; the fields are those of [`Policy`], whose documentation holds for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FairUseConfig {
    /// See [`Policy::requests_per_minute`].
    pub requests_per_minute: u64,
    /// See [`Policy::bytes_per_minute`].
    pub bytes_per_minute: u64,
    /// See [`Policy::pending_per_recipient`].
    pub pending_per_recipient: u64,
}

impl Default for FairUseConfig {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            requests_per_minute: policy.requests_per_minute,
            bytes_per_minute: policy.bytes_per_minute,
            pending_per_recipient: policy.pending_per_recipient,
        }
    }
}
