//! Why a plugin was not asked, or did not answer.

use phytohub_plugin_api as api;
use phytohub_plugin_loader::Status;
use thiserror::Error;

use crate::settings::ERROR_BYTES_MAX;
use phytohub_plugin_loader::instance::CallFailure;

/// Why a plugin was not asked, or did not answer.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum HookError {
    /// It is not in service.
    #[error("the plugin is not in service: it is {state}")]
    NotInService {
        /// Where it stands, in a word.
        state: &'static str,
    },
    /// Its instance panicked, and the next one is not there yet.
    #[error("the plugin's instance panicked and is being replaced")]
    Replaced,
    /// As many calls wait for it as may.
    #[error("as many calls wait for the plugin as may: send again later")]
    Busy,
    /// It did not answer in time.
    #[error("the plugin did not answer in time")]
    Deadline,
    /// It answered with an error.
    #[error("the plugin answered {}: {reason}", status_name(*status))]
    Failed {
        /// Its status.
        status: Status,
        /// Its diagnostics.
        reason: String,
    },
    /// It does not offer what was asked for.
    #[error("the plugin does not offer this")]
    NotOffered,
}

impl HookError {
    /// The status of the contract that says the same.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::NotInService { .. } | Self::Replaced => api::HUB_UNAVAILABLE,
            Self::Busy => api::HUB_AGAIN,
            Self::Deadline => api::HUB_DEADLINE,
            Self::Failed { status, .. } => *status,
            Self::NotOffered => api::HUB_UNSUPPORTED,
        }
    }
}

impl From<CallFailure> for HookError {
    fn from(failure: CallFailure) -> Self {
        let status = known(failure.status);
        Self::Failed { status, reason: shortened(failure.diagnostics, ERROR_BYTES_MAX) }
    }
}

/// A status as the contract wants unknown ones taken.
pub(crate) fn known(status: Status) -> Status {
    match status {
        api::HUB_PANICKED..=api::HUB_AGAIN => status,
        ..api::HUB_PANICKED => api::HUB_INTERNAL,
        _ => api::HUB_OK,
    }
}

/// Whether a status says that the plugin is broken, not that it has a reason.
pub(crate) fn is_broken(status: Status) -> bool {
    matches!(known(status), api::HUB_PANICKED | api::HUB_DEADLINE | api::HUB_INTERNAL)
}

/// A status in logs and metrics.
pub(crate) fn status_name(status: Status) -> &'static str {
    match known(status) {
        api::HUB_OK => "ok",
        api::HUB_PENDING => "pending",
        api::HUB_AGAIN => "again",
        api::HUB_INVALID => "invalid",
        api::HUB_NOT_FOUND => "not_found",
        api::HUB_DENIED => "denied",
        api::HUB_CONFLICT => "conflict",
        api::HUB_EXHAUSTED => "exhausted",
        api::HUB_DEADLINE => "deadline",
        api::HUB_CANCELLED => "cancelled",
        api::HUB_UNAVAILABLE => "unavailable",
        api::HUB_UNSUPPORTED => "unsupported",
        api::HUB_CORRUPT => "corrupt",
        api::HUB_PANICKED => "panicked",
        _ => "internal",
    }
}

/// At most so many bytes of a text, whole characters.
pub(crate) fn shortened(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        let end = (0..=bytes_max).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_nobody_knows_is_taken_as_the_contract_says() {
        assert_eq!((known(12_345), known(-12_345)), (api::HUB_OK, api::HUB_INTERNAL));
        assert!(is_broken(-12_345) && is_broken(api::HUB_PANICKED) && !is_broken(12_345));
        assert_eq!(status_name(i32::MIN), "internal");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("aé".into(), 2), "a");
        assert_eq!(shortened("aé".into(), 3), "aé");
    }
}
