//! Names of what a plugin can be asked.

use std::fmt;

/// What a plugin is asked. The names are metric labels.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Hook {
    /// Its library is mapped, whose constructors run then.
    Map,
    /// `create`.
    Create,
    /// `start`.
    Start,
    /// `kinds`.
    Kinds,
    /// `validate`.
    Validate,
    /// `describe`.
    Describe,
    /// `render`.
    Render,
    /// `route`.
    Route,
    /// `events`.
    Events,
    /// `request`.
    Request,
    /// `wake`.
    Wake,
    /// `health`.
    Health,
    /// `snapshot`.
    Snapshot,
    /// `quiesce`.
    Quiesce,
    /// `destroy`.
    Destroy,
}

impl Hook {
    /// The name in logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Create => "create",
            Self::Start => "start",
            Self::Kinds => "kinds",
            Self::Validate => "validate",
            Self::Describe => "describe",
            Self::Render => "render",
            Self::Route => "route",
            Self::Events => "events",
            Self::Request => "request",
            Self::Wake => "wake",
            Self::Health => "health",
            Self::Snapshot => "snapshot",
            Self::Quiesce => "quiesce",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
