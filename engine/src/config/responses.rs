//! `[responses]`: what countries' answers to certificates mean.

use std::collections::BTreeMap;

use phytohub_exchange::{Decision, Decisions};
use serde::{Deserialize, Serialize};

/// `[responses]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ResponsesConfig {
    /// The decision that each status means.
    pub decisions: BTreeMap<String, String>,
}

impl ResponsesConfig {
    /// As the exchange takes them.
    #[must_use]
    pub fn to_decisions(&self) -> Decisions {
        self.rows().filter_map(Result::ok).collect()
    }

    /// What is wrong with them.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.decisions.is_empty() {
            return Err("must name at least one status, such as { 39 = \"accepted\" }".to_owned());
        }
        self.rows().try_for_each(|row| row.map(|_| ()))
    }

    fn rows(&self) -> impl Iterator<Item = Result<(i32, Decision), String>> {
        self.decisions.iter().map(|(status, decision)| {
            let number =
                status.parse().map_err(|_| format!("{status:?} is no status: write a number"));
            let decision = decision.parse().map_err(|error| format!("{decision:?}: {error}"));
            Ok((number?, decision?))
        })
    }
}

impl Default for ResponsesConfig {
    fn default() -> Self {
        let rows = Decisions::default();
        let rows = rows
            .iter()
            .map(|(status, decision)| (status.to_string(), decision.as_str().to_owned()));
        Self { decisions: rows.collect() }
    }
}
