//! `[retention]`: how long what is delivered is kept.

use std::time::Duration;

use phytohub_store::Retention;
use serde::{Deserialize, Serialize};

/// `[retention]`; the fields are those of [`Retention`], whose documentation holds for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RetentionConfig {
    /// See [`Retention::content`].
    pub content_seconds: u64,
    /// See [`Retention::headers`].
    pub headers_seconds: u64,
    /// See [`Retention::fail_after`].
    pub fail_after_seconds: u64,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        let Retention { content, headers, fail_after } = Retention::default();
        Self {
            content_seconds: content.as_secs(),
            headers_seconds: headers.as_secs(),
            fail_after_seconds: fail_after.as_secs(),
        }
    }
}

impl RetentionConfig {
    /// As the store takes it.
    #[must_use]
    pub const fn to_retention(&self) -> Retention {
        Retention {
            content: Duration::from_secs(self.content_seconds),
            headers: Duration::from_secs(self.headers_seconds),
            fail_after: Duration::from_secs(self.fail_after_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_stores() {
        assert_eq!(RetentionConfig::default().to_retention(), Retention::default());
    }
}
