//! The plugin's section of the hub's configuration.

use phytohub_plugin_sdk::CreateError;
use serde::Deserialize;

use crate::calendar::{DAY_MS, Weekday};

/// Keys under `[plugins.non-compliance.config]`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "the keys of the documentation")]
pub struct Config {
    /// `CertificateType` of notifications. Experimental: UNCL 1001 has no code for them, so one of a
    /// block from 9000 on is used until there is.
    pub certificate_type: i32,
    /// Working days within which the addressee is to acknowledge a notification.
    pub acknowledge_working_days: u16,
    /// Reminders of one notification, each after as many working days again.
    pub reminders_max: u16,
    /// The days that are no working days.
    pub weekend: Vec<Weekday>,
    /// Days that a notification's state is kept after its last message; at least 365.
    pub keep_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            certificate_type: 9013,
            acknowledge_working_days: 2,
            reminders_max: 5,
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            keep_days: 730,
        }
    }
}

impl Config {
    pub(super) fn check(&self) -> Result<(), CreateError> {
        if [851, 657].contains(&self.certificate_type) || self.certificate_type <= 0 {
            return Err(CreateError::config(
                "certificate_type",
                "a positive number other than 851 and 657, which are certificates",
            ));
        }
        if !(1..=260).contains(&self.acknowledge_working_days) {
            return Err(CreateError::config("acknowledge_working_days", "1 to 260"));
        }
        let days = |day| self.weekend.iter().filter(|other| **other == day).count();
        if self.weekend.len() > 6 || self.weekend.iter().any(|day| days(*day) > 1) {
            return Err(CreateError::config("weekend", "at most six days, each once"));
        }
        // ISPM 13 asks that notifications be kept for a year.
        if !(365..=36_500).contains(&self.keep_days) {
            return Err(CreateError::config("keep_days", "365 to 36500"));
        }
        Ok(())
    }

    pub(super) fn keep_ms(&self) -> i64 {
        i64::from(self.keep_days) * DAY_MS
    }

    pub(super) fn deadline_ms(&self, from_ms: i64) -> i64 {
        let days = self.acknowledge_working_days;
        crate::calendar::after_working_days(from_ms, days, &self.weekend)
    }
}
